"""QuickBooks Online: the only package that imports python-quickbooks and intuit-oauth. Use what is named here."""

from connector.quickbooks.batches import BatchItem, BatchOutcome
from connector.quickbooks.bodies import canonical_json
from connector.quickbooks.call_record import MonthOfCalls, this_month
from connector.quickbooks.call_record import months as call_months
from connector.quickbooks.changes import Change, Changes
from connector.quickbooks.connection import Connection
from connector.quickbooks.environments import same_kind
from connector.quickbooks.gateway import Gateway
from connector.quickbooks.keeper import Keeper
from connector.quickbooks.oauth import OAuth
from connector.quickbooks.pace import Pace
from connector.quickbooks.pages import form_page
from connector.quickbooks.queries import PAGE, literal, page_by_time, page_of
from connector.quickbooks.token_source import TokenSource
from connector.quickbooks.token_store import TokenStore
from connector.quickbooks.tokens import StoredTokens, Tokens
from connector.quickbooks.webhooks import Event, events_of, is_signed

__all__ = [
    "PAGE",
    "BatchItem",
    "BatchOutcome",
    "Change",
    "Changes",
    "Connection",
    "Event",
    "Gateway",
    "Keeper",
    "MonthOfCalls",
    "OAuth",
    "Pace",
    "StoredTokens",
    "TokenSource",
    "TokenStore",
    "Tokens",
    "call_months",
    "canonical_json",
    "events_of",
    "form_page",
    "is_signed",
    "literal",
    "page_by_time",
    "page_of",
    "same_kind",
    "this_month",
]
