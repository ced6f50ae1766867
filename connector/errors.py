"""The exception tree: what can go wrong, in the words an operator reads."""

from __future__ import annotations

from dataclasses import dataclass


class RoadbookError(Exception):
    """Base of every error that Roadbook raises on purpose."""


class SettingsError(RoadbookError):
    """A setting is missing or wrong; the message names the variable."""


class ExportError(RoadbookError):
    """A file that the reps' app made of unsent documents cannot be read or handed in."""


class CouchError(RoadbookError):
    """CouchDB refused a request or could not be reached."""

    def __init__(self, message: str, *, status: int | None = None, reason: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class CouchUnreachable(CouchError):
    """CouchDB did not answer: wait and try again."""


class DocumentConflict(CouchError):
    """Somebody else wrote the document first (409)."""


class NotFound(CouchError):
    """The database or the document does not exist (404)."""


class Forbidden(CouchError):
    """The guard or the database's security refused the write (401, 403)."""


class LeaseLost(RoadbookError):
    """Another connector holds the lease; this one must stop posting."""


class DesignError(RoadbookError):
    """A design document cannot be deployed; nothing was changed on the database it was meant for."""


class ProvisioningError(RoadbookError):
    """A rep's account or databases could not be set up; running the command again goes on where it stopped."""


class TerritoryError(RoadbookError):
    """A territory, an allocation or a rule cannot be as somebody wants it; nothing was changed."""


class MappingError(RoadbookError):
    """An order cannot be written as a QuickBooks body."""


class QuickBooksError(RoadbookError):
    """Base of everything that can go wrong between the connector and QuickBooks."""


@dataclass(frozen=True)
class FaultDetail:
    """One error of a QuickBooks fault; `code` decides, the texts are localised and only shown."""

    code: str
    message: str = ""
    detail: str = ""
    element: str = ""


class QuickBooksFault(QuickBooksError):
    """QuickBooks answered with a fault: nothing was written."""

    def __init__(self, status: int, details: tuple[FaultDetail, ...], intuit_tid: str = "") -> None:
        first = details[0] if details else FaultDetail("")
        super().__init__(
            f"QuickBooks answered {status} with code {first.code or 'unknown'}: {first.detail or first.message}"
        )
        self.status = status
        self.details = details
        self.intuit_tid = intuit_tid

    @property
    def code(self) -> str:
        """The first error's code, or an empty string."""
        return self.details[0].code if self.details else ""


class UnknownOutcome(QuickBooksError):
    """The request may or may not have been carried out: the answer was lost or unreadable."""


class Throttled(QuickBooksError):
    """QuickBooks refused because of its limits (429 or code 3001); nothing was written."""


class Disconnected(QuickBooksError):
    """QuickBooks does not accept our sign-in any more; a person must connect it again."""


class CallsRefused(Disconnected):
    """QuickBooks refuses calls with a token that Intuit has only just issued; it may be over by itself."""


class QuickBooksUnreachable(QuickBooksError):
    """QuickBooks could not be asked, and nothing was written: wait and try again."""


class Misconfigured(QuickBooksError):
    """QuickBooks does not know this app: an admin must correct the client id, the secret or the environment."""


class ConnectionRefused(RoadbookError):
    """A company could not be connected as asked, and nothing was changed; the message is for the person who asked."""


class OtherCompany(ConnectionRefused):
    """Another company is pinned than the one that is to be connected."""

    def __init__(self, pinned: str, title: str, offered: str) -> None:
        super().__init__(
            f"This Roadbook belongs to company {title}: its orders, customers and products are that company's. "
            f"Nothing was changed. To leave it for company {offered} for good, say so with --change-company."
        )
        self.pinned = pinned
        self.title = title
        self.offered = offered
