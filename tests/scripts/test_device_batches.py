"""scripts/device against a server that takes no large requests."""

from __future__ import annotations

import pytest

from connector.couch import Database
from local_servers.device import DeviceError
from tests.scripts.bob import ORDER, Open
from tests.scripts.narrow_proxy import narrow_proxy


def test_it_sends_smaller_batches_to_a_server_that_takes_no_large_ones(orders: Database, open_device: Open) -> None:
    with narrow_proxy(orders.server.url, most=20_000) as proxy:
        device = open_device(memory=True, server=proxy.url)
        device.call("first_sync")
        taken = [device.call("capture", **ORDER, note="x" * 900)["order"] for _ in range(40)]
        assert device.call("sync")["pushed"] == 40
        assert [size > 20_000 for size in proxy.refused] == [True, True, True]  # 100, 50 and 25 at once
    assert device.call("status")["unsent"] == []
    assert orders.fetch(taken).keys() == set(taken)


def test_it_names_the_document_that_is_too_large_for_the_server(orders: Database, open_device: Open) -> None:
    with narrow_proxy(orders.server.url, most=20_000) as proxy:
        device = open_device(memory=True, server=proxy.url)
        device.call("first_sync")
        small = device.call("capture", **ORDER)["order"]
        large = device.call("capture", **ORDER, note="x" * 30_000)["order"]
        for _ in range(2):
            with pytest.raises(DeviceError, match=f"refuses {large}: it is too large"):
                device.call("sync")
            assert device.call("status")["unsent"] == [large]
    assert orders.get(small) is not None
