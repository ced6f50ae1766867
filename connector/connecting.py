"""Connecting a company, changing it, and disconnecting it: the same for the console and the command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import structlog

from connector.company import Company, CompanyRecord
from connector.connections import connection_to
from connector.consents import Consents
from connector.couch import CouchServer
from connector.errors import (
    ConnectionRefused,
    CouchError,
    Disconnected,
    DocumentConflict,
    OtherCompany,
    QuickBooksError,
    QuickBooksFault,
)
from connector.identifiers import CONNECTOR
from connector.quickbooks import Connection, OAuth, Tokens
from connector.records import time_text
from connector.settings import Settings

REFUSALS = {
    "access_denied": "Somebody pressed Cancel at Intuit, so nothing was changed.",
    "invalid_scope": "Intuit does not let this app see accounting data: an admin must add the scope "
    "com.intuit.quickbooks.accounting to the app in Intuit's developer portal.",
}
log = structlog.get_logger()


@dataclass(frozen=True)
class Connecting:
    """What a person does with the connection; `by` is who that is."""

    settings: Settings
    server: CouchServer
    by: str

    def begin(self, *, leaves: str = "") -> str:
        """The address at Intuit to go to now; raises QuickBooksUnreachable, Misconfigured, CouchError.

        `leaves` is the company on record if the person agreed to leave that one for another.
        """
        self._check_settings()
        state = self._consents().begin(self.by, leaves, datetime.now(UTC))
        app = self._app()
        try:
            return app.authorization_url(state)
        finally:
            app.close()

    def finish(self, answer: dict[str, str]) -> Company:
        """Take in what Intuit's page sent back (`state` and either `code` and `realmId` or `error`).

        Raises ConnectionRefused, OtherCompany; Disconnected for a code that is used up; QuickBooksError, CouchError.
        """
        consent = self._consents().redeem(answer.get("state", ""), self.by, datetime.now(UTC))
        error = answer.get("error", "")
        if error:
            raise ConnectionRefused(REFUSALS.get(error, "Intuit did not let you in; it gave no reason known here."))
        if not answer.get("code") or not answer.get("realmId"):
            raise ConnectionRefused("Intuit's answer carries no code or no company. Begin again.")
        return self.connect(answer["realmId"], code=answer["code"], leaves=consent.leaves)

    def connect(self, realm: str, *, code: str = "", refresh_token: str = "", leaves: str = "") -> Company:
        """Connect a company with a code of Intuit's or with a refresh token from elsewhere.

        Raises OtherCompany when another one is pinned than `leaves`, the one to be left, and as `finish`.
        """
        if not realm.isascii() or not realm.isdigit():
            raise ConnectionRefused(f"A company id is a number; {realm!r} is none.")
        before = self._record().load()
        self._check_change(before, realm, leaves)
        connection = connection_to(self.settings, self.server, realm)
        try:
            oauth = connection.oauth
            tokens = oauth.exchange(code, realm) if code else oauth.refresh(refresh_token)
            name = self._name_of(connection, tokens)
            connection.tokens.connect(tokens)
        finally:
            connection.close()
        try:
            company, replaced = self._pin(before, realm, name, leaves)
        except OtherCompany:
            self._leave(realm)
            raise
        if replaced:
            self._leave(replaced)
        return company

    def company_to_leave(self) -> str:
        """The company on record, for a person who agrees to leave it; empty before the first was connected."""
        company = self._record().load()
        return company.realm if company else ""

    def disconnect(self) -> str:
        """Revoke the sign-in at Intuit and empty its row; the company stays the one this Roadbook belongs to.

        Returns why Intuit could not be told, empty when it was. Raises Disconnected when nothing is connected.
        """
        company = self._record().load()
        if company is None:
            raise Disconnected("no company is connected")
        connection = connection_to(self.settings, self.server, company.realm)
        try:
            trouble = connection.tokens.disconnect(f"{self.by} disconnected it")
        finally:
            connection.close()
        self._note(company, "disconnected it" + ("; Intuit could not be told" if trouble else ""))
        return trouble

    def _check_settings(self) -> None:
        if not self.settings.quickbooks_client_id or not self.settings.quickbooks_client_secret.get_secret_value():
            raise ConnectionRefused(
                "QUICKBOOKS_CLIENT_ID and QUICKBOOKS_CLIENT_SECRET are not set: Intuit's developer portal shows them."
            )

    def _name_of(self, connection: Connection, tokens: Tokens) -> str:
        """The company that the tokens really open; an address can name another one than the person chose."""
        try:
            return str(connection.company_opened_by(tokens).get("CompanyName", ""))
        except (Disconnected, QuickBooksFault) as error:
            raise ConnectionRefused(
                f"The sign-in does not open company {connection.realm}, so nothing was changed: {error}"
            ) from None
        except QuickBooksError as error:
            # The sign-in is good for one use, so it is kept although QuickBooks itself does not answer right now.
            log.warning("quickbooks.company_not_read", realm=connection.realm, reason=str(error))
            return ""

    def _check_change(self, before: Company | None, realm: str, leaves: str) -> None:
        """Raise OtherCompany when another company is on record, and not the one that the person agreed to leave."""
        if before is not None and before.realm not in (realm, leaves):
            raise OtherCompany(before.realm, before.title, realm)

    def _pin(self, before: Company | None, realm: str, name: str, leaves: str) -> tuple[Company, str]:
        """Write down whose books these are; returns with it the realm that it replaced, empty where there is none.

        A conflict is somebody else's, so it is looked at again. Raises OtherCompany.
        """
        while True:
            now = datetime.now(UTC)
            same = before if before is not None and before.realm == realm else None
            company = Company(
                realm,
                name or (same.name if same else ""),
                self.settings.quickbooks_environment,
                time_text(now),
                self.by,
                before.events if before else (),
                before.revision if before else "",
            )
            told = (
                "connected"
                if before is None
                else "reconnected"
                if same
                else f"changed the company from {before.realm} to"
            )
            try:
                self._record().save(company, now, self.by, f"{told} {company.title}")
            except DocumentConflict:
                before = self._record().load()
                self._check_change(before, realm, leaves)
                continue
            log.info("quickbooks.company_connected", realm=realm, by=self.by)
            return company, before.realm if before is not None and same is None else ""

    def _leave(self, realm: str) -> None:
        """Give back the sign-in of a company that this Roadbook does not belong to (any more)."""
        connection = connection_to(self.settings, self.server, realm)
        try:
            connection.tokens.disconnect(f"{self.by} connected another company")
        except (CouchError, QuickBooksError) as error:
            log.info("quickbooks.former_company_left", realm=realm, reason=str(error))
        finally:
            connection.close()

    def _note(self, company: Company, text: str) -> None:
        try:
            self._record().save(company, datetime.now(UTC), self.by, text)
        except DocumentConflict:
            latest = self._record().load()
            if latest is not None:
                self._note(latest, text)

    def _app(self) -> OAuth:
        settings = self.settings
        return OAuth(
            settings.quickbooks_environment,
            settings.quickbooks_client_id,
            settings.quickbooks_client_secret,
            settings.quickbooks_redirect_uri,
        )

    def _consents(self) -> Consents:
        return Consents(self.server.database(CONNECTOR))

    def _record(self) -> CompanyRecord:
        return CompanyRecord(self.server.database(CONNECTOR))


def answer_in(address: str) -> dict[str, str]:
    """What Intuit's page sent back, out of the address that the browser landed on; raises ConnectionRefused."""
    try:
        found = query_of(address)
        if "next" in found:
            # The console asked who that is before it looked at the answer.
            found = query_of(found["next"])
    except ValueError:
        found = {}
    if "state" not in found:
        raise ConnectionRefused("That is not the address Intuit led to: it must carry state, code and realmId.")
    return found


def query_of(address: str) -> dict[str, str]:
    """The query of an address, each name once; raises ValueError."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address.strip()).query).items()}
