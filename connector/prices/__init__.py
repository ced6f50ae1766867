"""Price lists: which price a product has on a list, which list a customer gets, and how lists are kept in CouchDB."""

from __future__ import annotations

from connector.prices.assignments import Assignments, AssignmentStore, price_list_of
from connector.prices.rules import Found, PriceList, is_visible, price_for

__all__ = ["AssignmentStore", "Assignments", "Found", "PriceList", "is_visible", "price_for", "price_list_of"]
