"""Allocations from CSV files: what people's spreadsheets write, and every way in which a row can be wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import TerritoryError
from connector.territories.allocation_file import BadRow, read_allocations, written_allocations
from connector.territories.overview import Names
from connector.territories.rules import Allocation
from tests.connector.territories.office import AT, customer

TERRITORIES = {"north", "south", "west"}
CUSTOMERS = {
    each["_id"]: each
    for each in (
        customer(1, name="Café Ærø"),
        customer(2, name="Smith, Jones; Sons"),
        customer(3, name="Twin"),
        customer(4, name="Twin"),
        customer(5, name="Yard", path=["Harbour Joinery"], parent="customer:6"),
        customer(6, name="Harbour Joinery"),
        customer(7, name="8"),
        customer(8, name="Eight"),
    )
}
find = Names(CUSTOMERS).find


@pytest.mark.parametrize(
    "content",
    [
        b"customer,territories\n1,north;south\nEight,west\n",
        b"customer,territories\r\n1,north;south\r\nEight,west\r\n",
        b"\xef\xbb\xbfcustomer,territories\r\n1,north;south\r\nEight,west",
        b'customer;territories\r\n1;"north;south"\r\nEight;west\r\n',
        b"customer;territories\n1;north,south\nEight;west\n",
        b"\xef\xbb\xbf\r\n\nTerritories;CUSTOMER;Note\r\n north  south ;customer:1;\n;;\nwest;Eight;was north",
        "customer,territories\nCafé Ærø,south;north\n  Eight , west \n".encode(),
        b'customer,territories\n"1","north;south;north"\n"Eight","west"\n\n,\n',
    ],
)
def test_it_reads_what_spreadsheets_write(content: bytes) -> None:
    read = read_allocations(content, find, TERRITORIES)
    assert read.bad == ()
    assert read.allocations == {"customer:1": ("north", "south"), "customer:8": ("west",)}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("*", ("*",)), ("-", ()), ("west", ("west",)), ("west; north", ("north", "west"))],
)
def test_territories_may_be_all_or_none(cell: str, expected: tuple[str, ...]) -> None:
    assert read_allocations(f"customer,territories\n1,{cell}\n".encode(), find, TERRITORIES).allocations == {
        "customer:1": expected
    }


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("99,north", "there is no customer “99”"),
        ("Nobody,north", "there is no customer “Nobody”"),
        ("CAFÉ ÆRØ,north", "there is no customer “CAFÉ ÆRØ”"),
        ("Twin,north", "“Twin” may be any of customer:3, customer:4; say which by its id"),
        ("customer:99,north", "there is no customer “customer:99”"),
        ("8,north", "“8” may be any of customer:7, customer:8; say which by its id"),
        ("1,east", "there is no territory east"),
        ("1,north;east;nowhere", "there is no territory east, nowhere"),
        ("1,North", "there is no territory North"),
        ("1,", "the column territories is empty"),
        (",north", "the column customer is empty"),
        ("1", "it has 1 columns, the header 2; put quotes around what holds a “,”"),
        ("Smith, Jones; Sons,north", "it has 3 columns, the header 2; put quotes around what holds a “,”"),
        ("6,west", "customer:6 stands on line 2 already"),
        ("Harbour Joinery,west", "customer:6 stands on line 2 already"),
        ("1,-;north", "there is no territory -"),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_reason(row: str, reason: str) -> None:
    content = f'customer,territories\n6,north\n"Smith, Jones; Sons","\nsouth"\n{row}\nHarbour Joinery:Yard,west\n'
    read = read_allocations(content.encode(), find, TERRITORIES)
    assert read.bad == (BadRow(5, reason),)
    assert read.allocations == {"customer:6": ("north",), "customer:2": ("south",), "customer:5": ("west",)}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf\r\n", "the file is empty"),
        (b"1,north\n2,south\n", "must name the columns customer and territories; it says: 1, north"),
        (b"customer,territory\n", "must name the columns"),
        (b"customer,territories,territories\n", "must name the columns"),
        ("customer,territories\nCafé,north\n".encode("latin-1"), "line 2 is not UTF-8"),
        (b"\xff\xfec\x00u\x00", "line 1 is not UTF-8"),
        (b'customer,territories\n1,north\n"2,south\n', "line 3 is no CSV"),
        (b'customer,territories\n"1"x,north\n', "line 2 is no CSV"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing(content: bytes, reason: str) -> None:
    with pytest.raises(TerritoryError, match=reason):
        read_allocations(content, find, TERRITORIES)


@given(st.binary() | st.text().map(lambda text: f"customer,territories\n{text}".encode()))
def test_whatever_a_file_holds_is_read_or_refused(content: bytes) -> None:
    try:
        read = read_allocations(content, find, TERRITORIES)
    except TerritoryError:
        return
    assert all(set(names) <= TERRITORIES | {"*"} for names in read.allocations.values())
    assert all(row.line > 1 and row.reason for row in read.bad)


@given(
    st.dictionaries(
        st.sampled_from(sorted(CUSTOMERS)), st.sets(st.sampled_from(sorted(TERRITORIES)) | st.just("*")), max_size=8
    )
)
def test_what_is_exported_can_be_imported(allocations: dict[str, set[str]]) -> None:
    rows = [
        (Allocation(customer=key, territories=tuple(sorted(names)), source="manual", at=AT), CUSTOMERS[key]["name"])
        for key, names in allocations.items()
    ]
    read = read_allocations(written_allocations(rows).encode(), find, TERRITORIES)
    assert read.bad == ()
    assert {key: set(names) for key, names in read.allocations.items()} == allocations


def test_an_export_holds_no_formula() -> None:
    allocation = Allocation(customer="customer:1", territories=("north",), source="import", at=AT)
    assert written_allocations([(allocation, "=HYPERLINK(1)")]).splitlines()[1] == "customer:1,'=HYPERLINK(1),north"
