"""The roles of a rep's CouchDB account, which follow from the rep's row in the registry."""

from __future__ import annotations

from connector.couch import CouchServer
from connector.errors import DocumentConflict, ProvisioningError
from connector.identifiers import account_id
from connector.registry import Rep

NO_NEW_CUSTOMERS = "no_new_customers"  # takes a right away, so that accounts that are older than it keep theirs


def roles_of(rep: Rep) -> list[str]:
    """Every role that the rep's account has."""
    taken_away = [] if rep.new_customers else [NO_NEW_CUSTOMERS]
    return ["rep", f"rep:{rep.rep}", f"territory:{rep.territory}", *taken_away]


def bring_roles(server: CouchServer, rep: Rep) -> None:
    """Give the account of a rep who is ready the roles of the row; it keeps its password, its devices their sign-in.

    Roles that an admin added by hand stay. Raises ProvisioningError, CouchError.
    """
    users = server.database("_users")
    account = users.get(account_id(rep.account))
    if account is None or f"rep:{rep.rep}" not in account.get("roles", []):
        raise ProvisioningError(f"{rep.account} has no account any more: disable the rep and add it anew")
    wanted = roles_of(rep)
    roles = [*wanted, *(role for role in account["roles"] if role not in wanted and not _follows(role))]
    if set(roles) != set(account["roles"]):
        try:
            users.put({**account, "roles": roles})
        except DocumentConflict as error:
            raise ProvisioningError(f"somebody else is changing the account {rep.account!r}; run this again") from error


def _follows(role: str) -> bool:
    """Whether the row alone decides if the account has this role."""
    return role.startswith("territory:") or role == NO_NEW_CUSTOMERS
