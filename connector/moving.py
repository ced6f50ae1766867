"""Moving a rep to another territory: the registry, the territory's database, the account's role. Safe to repeat."""

from __future__ import annotations

from collections.abc import Callable

from connector.couch import CouchServer
from connector.errors import ProvisioningError
from connector.identifiers import CONNECTOR, TERRITORY, customers_database
from connector.provisioning import set_up_database
from connector.registry import Registry, Rep
from connector.rep_roles import bring_roles


def move_rep(
    server: CouchServer, name_or_id: str, territory: str, on_step: Callable[[str], None] = lambda step: None
) -> Rep:
    """Give a rep who is ready another territory; the account keeps its password, its devices their sign-in.

    `server` is signed in as an admin. Devices fetch the new territory's customers at their next sync; orders for
    customers that were the rep's are still taken. Raises ProvisioningError, CouchError.
    """
    if not TERRITORY.fullmatch(territory):
        raise ProvisioningError(f"{territory!r} cannot be a territory: 1 to 32 of a-z, 0-9 and hyphen, a letter first")
    registry = Registry(server.database(CONNECTOR))
    rep = registry.find(name_or_id)
    rep = rep or next((each for each in registry.by_account(name_or_id) if each.state == "ready"), None)
    if rep is None or rep.state != "ready":
        raise ProvisioningError(f"no rep {name_or_id!r} is ready; `roadbook rep list` shows all")
    set_up_database(server, customers_database(territory), on_step)
    if rep.territory != territory:
        rep = registry.settle(rep, territory)
    on_step("registered")
    bring_roles(server, rep)
    on_step("account changed")
    return rep
