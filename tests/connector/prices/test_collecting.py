"""What the rows of a file say of price lists, and every way in which a row can be bad."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.prices.collecting import COLUMNS, Collected, Collector
from connector.prices.planning import Options, plan_of
from connector.prices.rules import PriceList
from connector.prices.tables import FileError, rows_of
from connector.products import Products
from tests.connector.prices.conftest import PRODUCTS


def collected(text: str | bytes, directory: Path, default: str | None = None) -> Collected:
    path = directory / "prices.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Collector(Products(PRODUCTS), default).add_all(rows_of(path, COLUMNS))


def test_products_are_found_by_id_sku_and_name_and_prices_are_made_plain(tmp_path: Path) -> None:
    found = collected(
        "list,product,price\nRetail,product:1,12.50\nRetail,PINE-2,011.250\nRetail,Nails,3\nRetail,4,1.00\n", tmp_path
    )
    assert found.problems == []
    assert found.lists["retail"].entries("product") == {"1": "12.5", "2": "11.25", "3": "3", "4": "1"}


def test_rows_of_one_product_are_its_quantities(tmp_path: Path) -> None:
    rows = "list,product,from,price,percent\na,1,50,,15%\na,1,,12.50,\na,1,10,11.25,\na,PINE-2,10,9,\n"
    found = collected(rows, tmp_path)
    assert found.problems == []
    assert found.lists["a"].entries("product") == {
        "1": ["12.5", ["10", "11.25"], ["50", "15%"]],
        "2": [None, ["10", "9"]],
    }


def test_categories_everything_and_visibility_are_rules(tmp_path: Path) -> None:
    rows = (
        "list,product,category,percent,visible\na,,Timber,10,\na,,Timber: Boards,12.5,\na,*,,-5,\na,3,,,no\na,4,,,yes\n"
    )
    found = collected(rows, tmp_path)
    assert found.problems == []
    assert found.lists["a"].entries("rule") == {"Timber": "10%", "Timber:Boards": "12.5%", "*": "-5%"}
    assert found.lists["a"].entries("product") == {"3": False, "4": True}


@pytest.mark.parametrize(
    ("text", "default"),
    [
        ("LIST;Product;Unit price\r\nRetail;OAK-2;12.50\r\n", None),
        ("﻿list\tsku\tprice\nRetail\tOAK-2\t12.50\n", None),
        ('list,name,price\nRetail,"Oak board, 2 m",12.50\n\n,,\n', None),
        ("sku,price\nOAK-2,12.50", "Retail"),
        ("list,sku,name,price\nRetail,OAK-2,An older name,12.50\n", None),
        ("list,sku,price,\nRetail,OAK-2,12.50,\n".encode("utf-16"), None),
    ],
    ids=["semicolons", "tabs and a mark", "quotes and empty rows", "a list for all", "an older name", "utf-16"],
)
def test_it_reads_what_spreadsheets_write(text: str | bytes, default: str | None, tmp_path: Path) -> None:
    found = collected(text, tmp_path, default)
    assert found.problems == []
    assert found.lists["retail"].entries("product") == {"1": "12.5"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a,9,,1,,", "no product has the id, SKU or exact name “9”"),
        ("a,2,,1,,", "means several products: product:2 (by id), product:3 (by sku)"),
        ("a,Twin,,1,,", "means several products: product:5 (by name), product:6 (by name)"),
        ("a,nails,,1,,", "no product has the id, SKU or exact name “nails”"),
        ('a,1,,"12,50",,', "the price “12,50” is not a number such as 12.50"),
        ("a,1,,€12,,", "the price “€12” is not a number"),
        ("a,1,,-1,,", "from 0 on"),
        ("a,1,,1e3,,", "is not a number"),
        ("a,1,,NaN,,", "is not a number"),
        ("a,1,,1.234567,,", "at most five places"),
        ("a,1,,9999999999999,,", "is not a number such as 12.50"),
        ("a,1,,١٢,,", "is not a number"),
        ("a,1,,,101,", "the percentage “101” is not a number such as 12.5, at most 100"),
        ("a,1,,,ten,", "the percentage “ten”"),
        ("a,1,,1,1,", "has a price and a percentage"),
        ("a,1,0x10,1,,", "the quantity “0x10” is not a number"),
        ("a,1,-5,1,,", "the quantity “-5” is not a number"),
        ("a,1,2000000,1,,", "up to 1000000"),
        ("a,1,10,,,yes", "has a quantity and no price"),
        ("a,1,,,,", "says neither a price nor a percentage nor whether"),
        ("a,1,,,,maybe", "visible is “maybe”: write yes or no"),
        ("a,1,,12,,no", "is hidden and has a price"),
        ("a,,,12,,", "names no product and no category"),
        (",1,,12,,", "names no list"),
        ("!?,1,,12,,", "a list's name needs a letter or a digit"),
        ("a,1,,12,,,,x", "has 8 cells where the first line has 6"),
        (f"a,1,,{'1' * 1001},,", "is longer than 1000 characters"),
    ],
)
def test_a_bad_row_is_named_by_its_line_and_changes_nothing(row: str, reason: str, tmp_path: Path) -> None:
    found = collected(f"list,product,from,price,percent,visible\nb,1,,5,,\n{row}\n", tmp_path)
    (problem,) = found.problems
    assert str(problem).startswith("line 3: ")
    assert reason in str(problem)
    assert found.lists["b"].entries("product")["1"] == "5"
    assert not found.lists.get("a") or not found.lists["a"].entries("product")


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("a,1,,5,,\na,1,,6,,", "line 2 has another price for the same product and quantity"),
        ("a,1,,5,,\na,OAK-2,1,6,,", "line 2 has another price for the same product and quantity"),
        ("a,1,,,,no\na,1,,6,,", "is hidden and has a price"),
        ("a,1,,,,no\na,1,,,,yes", "line 2 says otherwise whether it is visible"),
        ("A B,1,,5,,\nA+B,1,,6,,", "the lists “A+B” and “A B” would both be a-b"),
    ],
)
def test_rows_that_contradict_each_other_are_bad(rows: str, reason: str, tmp_path: Path) -> None:
    found = collected(f"list,product,from,price,percent,visible\n{rows}\n", tmp_path)
    (problem,) = found.problems
    assert (problem.line, reason in problem.reason) == (3, True)


def test_the_same_row_twice_is_said_once(tmp_path: Path) -> None:
    found = collected("list,product,price\na,1,5\na,1,5.00\n", tmp_path)
    assert (found.problems, found.lists["a"].entries("product")) == ([], {"1": "5"})


def test_a_line_is_counted_where_its_row_begins(tmp_path: Path) -> None:
    found = collected('list,name,price\na,"Oak\nboard",5\na,Screws,x\n', tmp_path)
    assert [problem.line for problem in found.problems] == [2, 4]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "has no first line"),
        (b"\n\n", "has no first line"),
        (b"list,product,prize\n", "the column “prize” is not known"),
        (b"list,group,price\n", "two columns mean “list”"),
        (b"list,product,price\na,1,5\na,Caf\xe9,5\n", "line 3: is not UTF-8"),
        (b'list,product,price\na,1,"5\n', "line 2: is not CSV"),
        (b"PK\x03\x04\x00\x00", "is not a text"),
    ],
)
def test_what_is_no_table_is_refused_as_a_whole(text: bytes, reason: str, tmp_path: Path) -> None:
    with pytest.raises(FileError, match=reason):
        collected(text, tmp_path)


PRESENT = PriceList("a", "A", prices={"1": "5", "2": "6"}, rules={"*": "5%"}, visible="listed")


def test_what_a_file_does_not_name_stays(tmp_path: Path) -> None:
    found = collected("list,product,price\na,1,7\na,4,8\n", tmp_path)
    plan = plan_of(found.lists["a"], PRESENT, Options())
    assert (plan.prices.prices, plan.prices.rules) == ({"1": "7", "2": "6", "4": "8"}, {"*": "5%"})
    assert (plan.new, plan.changed, plan.removed, plan.unnamed) == (1, 1, 0, 2)
    assert plan.prices.visible == "listed"


def test_a_file_that_is_the_whole_list_removes_the_rest(tmp_path: Path) -> None:
    found = collected("list,product,price\na,1,7\n", tmp_path)
    plan = plan_of(found.lists["a"], PRESENT, Options(whole=True, visible="all"))
    assert (plan.prices.prices, plan.prices.rules, plan.prices.visible) == ({"1": "7"}, {}, "all")
    assert (plan.new, plan.changed, plan.removed, plan.unnamed) == (0, 1, 2, 0)


def test_what_a_bad_row_names_stays_as_it_is_even_then(tmp_path: Path) -> None:
    found = collected("list,product,price,from\na,1,7,\na,PINE-2,7,\na,PINE-2,cheap,10\n", tmp_path)
    plan = plan_of(found.lists["a"], PRESENT, Options(whole=True))
    assert plan.prices.prices == {"1": "7", "2": "6"}
