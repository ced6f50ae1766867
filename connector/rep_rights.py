"""What a rep may do: whether new customers may be asked for. In the registry, and as a role of the account."""

from __future__ import annotations

from connector.couch import CouchServer
from connector.errors import ProvisioningError
from connector.identifiers import CONNECTOR
from connector.registry import Registry, Rep
from connector.rep_roles import bring_roles


def allow_new_customers(server: CouchServer, name_or_id: str, allowed: bool) -> Rep:
    """Say whether a rep who is ready may ask for new customers; the server goes by it at once. Safe to repeat.

    `server` is signed in as an admin. What a device still holds of such requests is refused there, stays on the device,
    and goes up once the right is given back. Raises ProvisioningError, CouchError.
    """
    registry = Registry(server.database(CONNECTOR))
    rep = registry.find(name_or_id)
    rep = rep or next((each for each in registry.by_account(name_or_id) if each.state == "ready"), None)
    if rep is None or rep.state != "ready":
        raise ProvisioningError(f"no rep {name_or_id!r} is ready; `roadbook rep list` shows all")
    if rep.new_customers != allowed:
        rep = registry.allow_new_customers(rep, allowed)
    bring_roles(server, rep)
    return rep
