"""What a plain script does: python-quickbooks, one `Estimate.save()` after the other, nothing kept or repeated."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from intuitlib.client import AuthClient
from quickbooks.client import QuickBooks
from quickbooks.objects.base import Ref
from quickbooks.objects.detailline import SalesItemLine, SalesItemLineDetail
from quickbooks.objects.estimate import Estimate

from benchmarks.progress import Progress
from connector.money import net_unit_price
from local_servers import quickbooks_sandbox
from local_servers.quickbooks_sandbox import Sandbox

MINOR_VERSION = 75
INSECURE = "OAUTHLIB_INSECURE_TRANSPORT"  # the library's session refuses http, even on loopback, without it

Document = dict[str, Any]


def orders_per_second(orders: Sequence[Document], directory: Path, prepare: Callable[[Sandbox], None]) -> float:
    """Save each order as an estimate in a fresh, prepared sandbox company; returns how many a second that were."""
    sandbox = quickbooks_sandbox.start(log=directory / "baseline.log", state=directory / "baseline.sqlite")
    try:
        progress = Progress("estimates saved by the plain loop", len(orders))
        with http_allowed():
            client = connected(sandbox)
            prepare(sandbox)
            started = time.monotonic()
            for order in orders:
                estimate_of(order).save(qb=client)
                progress.add()
            return len(orders) / (time.monotonic() - started)
    finally:
        sandbox.stop()


def connected(sandbox: Sandbox) -> QuickBooks:
    """The library's client, signed in as its own documentation has it."""
    auth_client = AuthClient(
        sandbox.client_id,
        sandbox.client_secret,
        "http://localhost:8000/callback",
        f"{sandbox.url}/.well-known/openid_sandbox_configuration/",
    )
    client = QuickBooks(
        auth_client=auth_client,
        refresh_token=sandbox.refresh_token,
        company_id=sandbox.realm,
        minorversion=MINOR_VERSION,
    )
    client.api_url_v3 = f"{sandbox.url}/v3"
    return client


def estimate_of(order: Document) -> Estimate:
    """The order's customer and lines as the library's objects."""
    estimate = Estimate()
    estimate.CustomerRef = reference(order["customer"]["id"])
    estimate.TxnDate = order["captured_on"]
    estimate.TxnStatus = "Accepted"
    estimate.PrivateNote = order["_id"]
    for line in order["lines"]:
        item = SalesItemLine()
        item.Amount = Decimal(line["amount"])
        item.Description = line["name"]
        item.SalesItemLineDetail = SalesItemLineDetail()
        item.SalesItemLineDetail.ItemRef = reference(line["product"])
        item.SalesItemLineDetail.Qty = Decimal(line["quantity"])
        item.SalesItemLineDetail.UnitPrice = net_unit_price(Decimal(line["unit_price"]), Decimal(line["discount"]))
        estimate.Line.append(item)
    return estimate


def reference(document_id: str) -> Ref:
    """`product:7` or `customer:7` as a reference to QuickBooks' id 7."""
    found = Ref()
    found.value = document_id.partition(":")[2]
    return found


@contextmanager
def http_allowed() -> Iterator[None]:
    """Let the library's session talk plain http, to the sandbox on loopback."""
    before = os.environ.get(INSECURE)
    os.environ[INSECURE] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[INSECURE]
        else:
            os.environ[INSECURE] = before
