"""The catalog: QuickBooks' products, customers, tax codes, terms and settings as documents for the devices."""

from connector.catalog.ages import ages
from connector.catalog.bringing import Bringing
from connector.catalog.claim import CatalogBusy
from connector.catalog.effects import KINDS
from connector.catalog.state import Skipped, State, States
from connector.catalog.sync import Catalog, Synced

__all__ = ["KINDS", "Bringing", "Catalog", "CatalogBusy", "Skipped", "State", "States", "Synced", "ages"]
