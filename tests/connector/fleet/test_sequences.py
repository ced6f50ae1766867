"""Whether a checkpoint counts in this database, by sequences as CouchDB 3.5 and PouchDB write them."""

from __future__ import annotations

from typing import Any

import pytest

from connector.fleet.sequences import counts_here, number_of, shards_of

# Recorded on CouchDB 3.5.0: two databases of one server, and the sequence of one of them without a shard's id.
HERE = "8-g1AAAABFeJzLYWBgYMxgTmHgyTN1MDQy1zMAQsMcoChTIkMeC8N_IMjKYE7kyAUKsackWZoZmBujqc4CABjMEBE"
THERE = "3-g1AAAABFeJzLYWBgYMxgTmHgyTN1MDQy1zMAQsMcoChTIkMeC8N_IMjKYE5kzgUKsRsYJRoZJ6Wiqc4CABj4ECw"


def test_it_finds_the_ids_of_the_shards() -> None:
    assert (shards_of(HERE), shards_of(THERE)) == ({b"db96073"}, {b"02a23be"})


@pytest.mark.parametrize(
    ("sequence", "own", "here"),
    [
        (HERE, HERE, True),
        (THERE, HERE, False),
        ("0", HERE, True),
        ("12-cannot be read", HERE, True),
        (257, HERE, False),
        (None, HERE, False),
        ({"a": 1}, HERE, False),
        (5, 8, True),
        (9, 8, False),
        ("6", 8, True),
    ],
)
def test_it_tells_its_own_sequences_from_a_clients(sequence: Any, own: Any, here: bool) -> None:
    assert counts_here(sequence, own) is here


@pytest.mark.parametrize("junk", ["", "1", "1-", "1-!!!", "1-g1AAAA", "x-" + "A" * 5000, "1-g1AAAAAAeJw"])
def test_it_reads_nothing_out_of_junk(junk: str) -> None:
    assert shards_of(junk) == frozenset()


@pytest.mark.parametrize(("sequence", "number"), [(HERE, 8), (12, 12), ("x", 0), ("9" * 30 + "-x", 0)])
def test_it_knows_the_number_before_the_dash(sequence: Any, number: int) -> None:
    assert number_of(sequence) == number
