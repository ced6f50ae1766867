"""The tokens of a realm as records: what Intuit granted, what came before it, and how the sign-in stands."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

PREVIOUS_LIFE = timedelta(hours=24)  # Intuit accepts a replaced refresh token that long
EARLY = timedelta(minutes=5)  # whoever needs a token renews one that ends so soon
AHEAD = timedelta(minutes=10)  # the active connector renews before anybody needs it
DAY = "%B %d, %Y"


@dataclass(frozen=True)
class Tokens:
    """What one answer of Intuit's sign-in grants; the two secrets never show in a repr."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    obtained_at: datetime
    access_expires_at: datetime
    refresh_expires_at: datetime
    hard_expires_at: datetime | None = None

    def is_fresh(self, now: datetime, margin: timedelta = EARLY) -> bool:
        """Whether the access token lives long enough; the margin shrinks with a life that is shorter than usual."""
        share = (self.access_expires_at - self.obtained_at) * (margin / timedelta(hours=1))
        return now < self.access_expires_at - min(margin, share)


@dataclass(frozen=True)
class StoredTokens:
    """The row of a realm.

    `grant` is new with every sign-in of a person and stays the same over renewals, so that a renewal that comes late
    never replaces a newer connection and never undoes a disconnection. `holder` is who renews right now, and
    `unfinished_since` when the first renewal began whose outcome is not on record. `refused_at` is set while QuickBooks
    refuses a company's calls although Intuit's sign-in still renews its tokens.
    """

    realm: str
    tokens: Tokens
    previous_refresh_token: str = field(default="", repr=False)
    previous_until: datetime | None = None
    grant: str = ""
    holder: str = ""
    unfinished_since: datetime | None = None
    disconnected_at: datetime | None = None
    refused_at: datetime | None = None
    because: str = ""
    revision: str = ""

    def refresh_tokens(self, now: datetime) -> list[str]:
        """What may be tried, best first: the newest, then the one before it while Intuit keeps it."""
        usable = self.previous_refresh_token and self.previous_until is not None and now < self.previous_until
        known = [self.tokens.refresh_token, *([self.previous_refresh_token] if usable else [])]
        return [token for token in known if token]

    def succeeded_by(self, tokens: Tokens) -> StoredTokens:
        """The row after a renewal; a refresh token that was replaced stays for its last 24 hours."""
        hard = tokens.hard_expires_at or self.tokens.hard_expires_at
        newer = replace(
            self,
            tokens=replace(tokens, hard_expires_at=hard),
            holder="",
            unfinished_since=None,
            disconnected_at=None,
            because="" if self.refused_at is None else self.because,
        )
        if tokens.refresh_token == self.tokens.refresh_token:
            return newer
        return replace(
            newer,
            previous_refresh_token=self.tokens.refresh_token,
            previous_until=tokens.obtained_at + PREVIOUS_LIFE,
        )

    def preceded_by(self, tokens: Tokens) -> StoredTokens:
        """The row after an older renewal came in late: its refresh token is kept beside the newer one."""
        if tokens.refresh_token == self.tokens.refresh_token:
            return self
        return replace(
            self,
            previous_refresh_token=tokens.refresh_token,
            previous_until=self.tokens.obtained_at + PREVIOUS_LIFE,
        )

    def emptied(self, now: datetime, because: str) -> StoredTokens:
        """The row after a person disconnected: no token is left in it, and no late renewal can bring one back."""
        return StoredTokens(
            self.realm,
            replace(self.tokens, access_token="", refresh_token=""),
            disconnected_at=now,
            because=because,
            revision=self.revision,
        )

    def why_refused(self, now: datetime) -> str:
        """In plain words, why Intuit no longer accepts this sign-in, as far as the row can tell."""
        tokens = self.tokens
        if tokens.hard_expires_at is not None and now >= tokens.hard_expires_at:
            return f"the sign-in reached its hard expiry on {tokens.hard_expires_at:{DAY}}"
        if now >= tokens.refresh_expires_at:
            return f"nothing renewed the sign-in in time, and it ended on {tokens.refresh_expires_at:{DAY}}"
        if self.unfinished_since is not None and now >= self.unfinished_since + PREVIOUS_LIFE:
            return (
                f"a renewal that began on {self.unfinished_since:{DAY}} was cut off, and nothing ran within the "
                "24 hours in which the older token still counts"
            )
        return "Intuit refuses the sign-in: it was revoked, most likely by somebody who disconnected Roadbook there"
