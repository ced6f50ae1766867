"""The query language: what a statement finds, in which order and on which page, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.quickbooks_sandbox.api import Api, estimate, sale

NAMES = ("Amy's Birds", "back\\slash", "Checking & Co", "Zoë's 100 % Oats")


@pytest.fixture
def filled(api: Api) -> Api:
    """Four customers (ids 9 to 12) besides the sample's eight, and four estimates on three days."""
    api.control("POST", "seed", {"Customer": [{"DisplayName": name, "Notes": f"note of {name}"} for name in NAMES]})
    for customer, day in (("9", "2026-03-01"), ("9", "2026-03-02"), ("10", "2026-03-02"), ("10", "2026-03-10")):
        api.write("estimate", estimate() | {"CustomerRef": {"value": customer}, "TxnDate": day})
    return api


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        (r"DisplayName = 'Amy\'s Birds'", ["9"]),
        (r"DisplayName = 'back\\slash'", ["10"]),
        ("DisplayName = 'CHECKING & co'", ["11"]),
        ("displayname = 'ZOË\\'S 100 % oats'", ["12"]),
        ("DisplayName LIKE '%s birds'", ["9"]),
        ("DisplayName LIKE '%oats%'", ["12"]),
        ("DisplayName LIKE 'amy%' AND Notes LIKE '%note%'", ["9"]),
        ("CompanyName LIKE '%'", []),
        ("Id = 9", ["9"]),
        ("Id IN ('9', '12', '4711')", ["9", "12"]),
        ("id in (10)", ["10"]),
        ("DisplayName = 'Amy'", []),
        ("DisplayName > 'y' AND DisplayName < 'zz'", ["12"]),
        ("DisplayName >= 'ZOË\\'S 100 % OATS' AND DisplayName <= 'zoë\\'s 100 % oats'", ["12"]),
        ("Notes != 'note of back\\\\slash' AND Notes LIKE 'note%'", ["9", "11", "12"]),
        ("Active = True AND Id = '9'", ["9"]),
        ("Id IN ('12', '9', '9')", ["9", "12"]),
        ("Id = '9' AND Notes = 'another'", []),
        ("DisplayName = 'checking & co' AND Id = '9'", []),
        ("PrimaryEmailAddr = 'Buyer@OLeary.example'", ["2"]),
        ("PrimaryEmailAddr LIKE '%@eclair.example'", ["3"]),
        ("Active = false", []),
        ("Balance = 0 AND Id = '9'", ["9"]),
        ("Balance < '300.00' AND Id = '9'", ["9"]),
        ("MetaData.CreateTime > '2020-01-01T00:00:00-08:00' AND Id = '9'", ["9"]),
        ("MetaData.CreateTime > '2199-01-01'", []),
        ("MetaData.LastUpdatedTime < '2199-01-01T00:00:00Z' AND Id = '9'", ["9"]),
    ],
)
def test_it_finds(filled: Api, condition: str, ids: list[str]) -> None:
    rows = filled.query(f"select * from Customer where {condition}").get("Customer", [])
    assert [row["Id"] for row in rows] == ids


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ("CustomerRef = '9'", 2),
        ("CustomerRef = '9' and TxnDate = '2026-03-02'", 1),
        ("TxnDate >= '2026-03-02' and TxnDate < '2026-03-10'", 2),
        ("TxnDate in ('2026-03-01', '2026-03-10')", 2),
        ("DocNumber = '1003'", 1),
        ("DocNumber LIKE '10%'", 4),
    ],
)
def test_it_finds_estimates_by_what_can_be_asked_for(filled: Api, condition: str, count: int) -> None:
    assert filled.query(f"SELECT COUNT(*) FROM Estimate WHERE {condition}") == {"totalCount": count}


@pytest.mark.parametrize(
    ("statement", "numbers"),
    [
        ("select * from Estimate", ["1001", "1002", "1003", "1004"]),
        ("SELECT * FROM estimate ORDERBY TxnDate DESC", ["1004", "1002", "1003", "1001"]),
        ("Select * From ESTIMATE order by DocNumber desc MaxResults 2", ["1004", "1003"]),
        ("select * from Estimate orderby MetaData.CreateTime asc", ["1001", "1002", "1003", "1004"]),
        ("select * from Estimate STARTPOSITION 2 MAXRESULTS 2", ["1002", "1003"]),
        ("select * from Estimate MAXRESULTS 2 STARTPOSITION 4", ["1004"]),
        ("select * from Estimate where TxnDate > '2026-03-01' orderby TxnDate", ["1002", "1003", "1004"]),
        ("  select\n*\tfrom Estimate ; ", ["1001", "1002", "1003", "1004"]),
    ],
)
def test_it_orders_and_pages(filled: Api, statement: str, numbers: list[str]) -> None:
    response = filled.query(statement)
    assert [row["DocNumber"] for row in response["Estimate"]] == numbers
    assert response["maxResults"] == len(numbers)


def test_it_answers_a_get_as_it_does_a_post(filled: Api) -> None:
    statement = r"select * from Customer where DisplayName = 'Checking & Co'"
    by_get = filled.call("GET", "query", query=statement).json()["QueryResponse"]
    assert by_get == filled.query(statement) and by_get["Customer"][0]["Id"] == "11"


def test_it_gives_an_empty_page_past_the_end_and_a_hundred_rows_by_default(api: Api) -> None:
    api.control("POST", "seed", {"Vendor": [{"DisplayName": f"Vendor {number}"} for number in range(1005)]})
    pages = [api.query(f"select * from Vendor startposition {start} maxresults 1000") for start in (1, 1001, 2001)]
    assert [(page.get("startPosition"), page.get("maxResults")) for page in pages] == [
        (1, 1000),
        (1001, 5),
        (None, None),
    ]
    assert pages[2] == {} == api.query("select * from Vendor where DisplayName = 'Nobody'")
    assert api.query("select * from Vendor")["maxResults"] == 100
    assert api.query("select count(*) from Vendor") == {"totalCount": 1005}
    assert api.query("select * from Vendor maxresults 5000")["maxResults"] == 1000
    api.switch(more_than_1000_rows="refused")
    answer = api.call("POST", "query", b"select * from Vendor maxresults 1001")
    assert answer.json()["Fault"]["Error"][0]["code"] == "4001"


def test_it_gives_the_columns_that_were_asked_for(filled: Api) -> None:
    (row,) = filled.query("select Id, displayname from Customer where Id = '9'")["Customer"]
    assert row == {"domain": "QBO", "sparse": False, "Id": "9", "DisplayName": NAMES[0]}


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("", "4000"),
        ("   ", "4000"),
        ("delete from Customer", "4000"),
        ("select", "4000"),
        ("select * Customer", "4000"),
        ("select * from", "4000"),
        ("select * from Customer where", "4000"),
        ("select * from Customer where DisplayName", "4000"),
        ("select * from Customer where DisplayName = ", "4000"),
        ("select * from Customer where DisplayName = 'O'Neil'", "4000"),
        (r"select * from Customer where DisplayName = 'O\'Neil\'", "4000"),
        ("select * from Customer where Id in ('1'", "4000"),
        ("select * from Customer where Id in ()", "4000"),
        ("select * from Customer where Id = '1' or Id = '2'", "4000"),
        ("select * from Customer group by Id", "4000"),
        ("select * from Customer maxresults many", "4000"),
        ("select * from Customer maxresults -1", "4000"),
        ("select * from Customer startposition 0", "4001"),
        ("select * from Customer maxresults 0", "4001"),
        ("select * from Unicorn", "4001"),
        ("select * from Customer where Flavour = 'x'", "4001"),
        ("select Flavour from Customer", "4001"),
        ("select BillAddr from Customer", "4001"),
        ("select * from Customer orderby Flavour", "4001"),
        ("select * from Customer orderby Id", "4001"),
        ("select * from Customer where Id > '5'", "4001"),
        ("select * from Customer where MetaData.Colour = 'x'", "4001"),
        ("select * from Item where ParentRef = '1'", "4001"),
        ("select * from Estimate where TotalAmt > '300.00'", "4001"),
        ("select * from Estimate where PrivateNote LIKE '%x%'", "4001"),
        ("select * from Estimate where TxnStatus = 'Pending'", "4001"),
    ],
)
def test_it_refuses_a_statement(api: Api, statement: str, code: str) -> None:
    answer = api.call("POST", "query", statement.encode())
    assert answer.status_code == 400
    assert answer.json()["Fault"]["Error"][0]["code"] == code


def test_it_refuses_a_statement_that_is_no_text(api: Api) -> None:
    answer = api.call("POST", "query", b"select * from Customer where DisplayName = '\xe9'")
    assert (answer.status_code, answer.json()["Fault"]["Error"][0]["code"]) == (400, "500")


def test_it_finds_twins_in_the_order_in_which_they_were_made(api: Api) -> None:
    twins = [api.write("estimate", estimate(DocNumber="RB-1"))["Id"] for _ in range(2)]
    api.write("estimate", {"Id": twins[0], "SyncToken": "0", "sparse": True, "PrivateNote": "changed"})
    rows = api.query("select * from Estimate where DocNumber = 'rb-1'")["Estimate"]
    assert [row["Id"] for row in rows] == twins
    api.write("estimate", {"Id": twins[0], "SyncToken": "1", "sparse": True, "DocNumber": "RB-2"})
    assert api.query("select count(*) from Estimate where DocNumber = 'RB-1'") == {"totalCount": 1}


def test_it_sorts_by_id_where_that_still_works(api: Api) -> None:
    api.switch(sort_by_id="allowed")
    assert api.query("select * from Customer orderby Id desc maxresults 1")["Customer"][0]["Id"] == "8"


def test_it_gives_rows_that_are_no_tax_codes_on_top_of_the_first_page(api: Api) -> None:
    codes = api.query("select * from TaxCode maxresults 1")
    assert [row["Id"] for row in codes["TaxCode"]] == ["TAX", "NON", "CustomSalesTax", "2"]
    assert all(row["Id"] == row["Name"] for row in codes["TaxCode"][:3])
    assert codes["maxResults"] == 4
    assert api.query("select * from TaxCode startposition 3 maxresults 1") == {}
    assert api.read("taxcode/NON")["Name"] == "NON"


def test_it_finds_numbers_whatever_they_are_written_like(api: Api) -> None:
    api.write("invoice", estimate(sale("300.50")))
    for value in ("300.5", "'300.50'", "0300.500"):
        assert api.query(f"select count(*) from Invoice where TotalAmt = {value}") == {"totalCount": 1}
    found: dict[str, Any] = api.query("select count(*) from Invoice where Balance > 'many'")
    assert found == {"totalCount": 0}


def test_it_sorts_by_what_is_no_plain_value_somehow(api: Api) -> None:
    fields = "CheckPayment", "CreditCardPayment"
    purchase = {"PaymentType": "Cash", "AccountRef": {"value": "35"}, "Line": [{"Amount": 1}]}
    made = [api.write("purchase", {**purchase, name: {"Note": "x" * 20}})["Id"] for name in fields]
    found = api.query("select * from Purchase orderby CheckPayment")["Purchase"]
    assert sorted(each["Id"] for each in found) == made
