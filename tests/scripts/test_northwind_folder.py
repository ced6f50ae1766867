"""A folder of Northwind's shape is read as its README says, and refused by file, row and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.money import show
from journeys.northwind_folder import FolderError, read_folder

FILES = {
    "products.csv": "productID,productName,unitPrice\n1,Chai,18.00\n2,Chang,19.00\n3,chai,1.00\n",
    "customers.csv": (
        "customerID,companyName,contactName,phone,address,city,region,postalCode,country\n"
        "ALFKI,Alfreds Futterkiste,Maria Anders,030-1,Obere Str. 57,Berlin,NULL,12209,Germany\n"
    ),
    "employees.csv": "employeeID,lastName\n1,Davolio\n2,Ærø-Ñandú\n3,Davolio\n",
    "orders.csv": (
        "orderID,customerID,employeeID,orderDate,requiredDate,freight,shipName,shipAddress,shipCity,shipRegion,"
        "shipPostalCode,shipCountry\n"
        "10248,ALFKI,2,1996-07-04 00:00:00.000,NULL,32.38,Alfreds,Obere Str.,Berlin,NULL,12209,Germany\n"
    ),
    "order_details.csv": "orderID,productID,unitPrice,quantity,discount\n10248,1,14.00,12,0.05\n10248,2,9.995,1,0\n",
}


def folder_with(tmp_path: Path, **changes: str) -> Path:
    for name, content in (FILES | {f"{stem}.csv": content for stem, content in changes.items()}).items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def test_it_reads_orders_with_their_totals(tmp_path: Path) -> None:
    northwind = read_folder(folder_with(tmp_path))
    order = northwind.orders[0]
    assert show(order.total) == "201.98"  # 159.60 + 10.00 (half-up) + 32.38
    assert order.required is None
    assert order.ship_to == {
        "name": "Alfreds",
        "street": "Obere Str.",
        "city": "Berlin",
        "postal_code": "12209",
        "country": "Germany",
    }


def test_it_makes_names_and_accounts_unique(tmp_path: Path) -> None:
    northwind = read_folder(folder_with(tmp_path))
    assert [product.name for product in northwind.products] == ["Chai 1", "Chang", "chai 3"]
    assert [employee.account for employee in northwind.employees] == ["rep-1", "r-nandu", "rep-3"]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"products": "productID,productName\n1,Chai\n"}, "products.csv: there is no column 'unitPrice'"),
        ({"products": "productID,productName,unitPrice\n1,Chai,cheap\n"}, "products.csv, row 2: unitPrice is 'cheap'"),
        ({"products": "productID,productName,unitPrice\n1,NULL,1\n"}, "products.csv, row 2: productName is empty"),
        ({"order_details": "orderID,productID,unitPrice,quantity,discount\n9,1,1,1,0\n"}, "there is no order 9"),
        ({"order_details": "orderID,productID,unitPrice,quantity,discount\n"}, "order 10248 has no lines"),
        ({"order_details": "orderID,productID,unitPrice,quantity,discount\n10248,9,1,1,0\n"}, "names the product 9"),
        ({"employees": "employeeID,lastName\n1,Davolio\n"}, "names the employee 2"),
        ({"orders": FILES["orders.csv"].replace("1996-07-04", "4 July")}, "not a date"),
    ],
)
def test_it_says_where_a_folder_is_wrong(tmp_path: Path, changes: dict[str, str], why: str) -> None:
    with pytest.raises(FolderError) as refusal:
        read_folder(folder_with(tmp_path, **changes))
    assert why in str(refusal.value)


def test_it_names_a_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match=r"products\.csv cannot be read"):
        read_folder(tmp_path)
