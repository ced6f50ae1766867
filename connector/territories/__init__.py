"""Territories: who sees which customer, and the copies of customers that make it so."""

from __future__ import annotations

from connector.territories.distribution import Distribution
from connector.territories.progress import Distributed
from connector.territories.rules import EVERY, Allocation, NewCustomers, Placing, Rules
from connector.territories.store import TerritoryStore

__all__ = [
    "EVERY",
    "Allocation",
    "Distributed",
    "Distribution",
    "NewCustomers",
    "Placing",
    "Rules",
    "TerritoryStore",
]
