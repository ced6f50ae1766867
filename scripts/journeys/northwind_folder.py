"""Reads a folder of CSV files shaped like Northwind's: what its README says, and nothing else."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from connector.errors import RoadbookError
from connector.money import line_amount, total_of


class FolderError(RoadbookError):
    """The folder is not of Northwind's shape; the message names file, row and column."""


@dataclass(frozen=True)
class Product:
    """A row of products.csv."""

    id: str
    name: str
    unit_price: Decimal


@dataclass(frozen=True)
class Customer:
    """A row of customers.csv."""

    id: str
    name: str
    contact: str
    phone: str
    street: str
    city: str
    region: str
    postal_code: str
    country: str


@dataclass(frozen=True)
class Employee:
    """A row of employees.csv; `account` is the name the rep signs in with."""

    id: str
    account: str


@dataclass(frozen=True)
class Line:
    """A row of order_details.csv."""

    product: str
    unit_price: Decimal
    quantity: Decimal
    discount: Decimal


@dataclass(frozen=True)
class Order:
    """A row of orders.csv with its lines."""

    id: str
    customer: str
    employee: str
    ordered: date
    required: date | None
    freight: Decimal
    ship_to: dict[str, str]
    lines: list[Line] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """Lines rounded half-up to the cent, plus freight."""
        worth = (line_amount(line.quantity, line.unit_price, line.discount) for line in self.lines)
        return total_of([*worth, self.freight])


@dataclass(frozen=True)
class Northwind:
    """The whole folder."""

    products: list[Product]
    customers: list[Customer]
    employees: list[Employee]
    orders: list[Order]


@dataclass(frozen=True)
class _Row:
    file: str
    number: int
    values: dict[str, str]

    def text(self, column: str) -> str:
        """A column's text; `NULL` means empty."""
        value = self.values.get(column)
        if value is None:
            raise FolderError(f"{self.file}: there is no column {column!r}")
        return "" if value == "NULL" else value.strip()

    def needed(self, column: str) -> str:
        """A column that must not be empty."""
        text = self.text(column)
        if not text:
            raise self._refusal(column, "is empty")
        return text

    def decimal(self, column: str) -> Decimal:
        """A column that holds a number of at least 0."""
        text = self.text(column) or "0"
        if not re.fullmatch(r"\d{1,12}(\.\d{1,8})?", text):
            raise self._refusal(column, f"is {text!r}, not a number")
        return Decimal(text)

    def day(self, column: str) -> date | None:
        """A column that holds a day, or nothing."""
        text = self.text(column)
        try:
            return datetime.fromisoformat(text).date() if text else None
        except ValueError:
            raise self._refusal(column, f"is {text!r}, not a date") from None

    def _refusal(self, column: str, what: str) -> FolderError:
        return FolderError(f"{self.file}, row {self.number}: {column} {what}")


def read_folder(folder: Path) -> Northwind:
    """Read the five files that matter; raises FolderError."""
    products = [
        Product(row.needed("productID"), row.needed("productName"), row.decimal("unitPrice"))
        for row in _rows(folder, "products.csv")
    ]
    customers = [
        Customer(
            row.needed("customerID"),
            row.needed("companyName"),
            row.text("contactName"),
            row.text("phone"),
            row.text("address"),
            row.text("city"),
            row.text("region"),
            row.text("postalCode"),
            row.text("country"),
        )
        for row in _rows(folder, "customers.csv")
    ]
    orders = {row.needed("orderID"): _order(row) for row in _rows(folder, "orders.csv")}
    for row in _rows(folder, "order_details.csv"):
        order = orders.get(row.needed("orderID"))
        if order is None:
            raise FolderError(f"{row.file}, row {row.number}: there is no order {row.text('orderID')}")
        quantity, discount = row.decimal("quantity"), row.decimal("discount")
        order.lines.append(Line(row.needed("productID"), row.decimal("unitPrice"), quantity, discount))
    folder_content = Northwind(
        _unique_products(products), _unique_customers(customers), _employees(folder), list(orders.values())
    )
    _check_references(folder_content)
    return folder_content


def _rows(folder: Path, name: str) -> Iterator[_Row]:
    try:
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            for number, values in enumerate(csv.DictReader(file), start=2):
                yield _Row(name, number, values)
    except OSError as error:
        raise FolderError(f"{folder / name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise FolderError(f"{folder / name} is not UTF-8: {error.reason} at byte {error.start}") from error


def _order(row: _Row) -> Order:
    ordered = row.day("orderDate")
    if ordered is None:
        raise FolderError(f"{row.file}, row {row.number}: orderDate is empty")
    ship_to = {
        "name": row.text("shipName"),
        "street": row.text("shipAddress"),
        "city": row.text("shipCity"),
        "region": row.text("shipRegion"),
        "postal_code": row.text("shipPostalCode"),
        "country": row.text("shipCountry"),
    }
    return Order(
        row.needed("orderID"),
        row.needed("customerID"),
        row.needed("employeeID"),
        ordered,
        row.day("requiredDate"),
        row.decimal("freight"),
        {name: value for name, value in ship_to.items() if value},
    )


def _employees(folder: Path) -> list[Employee]:
    rows = list(_rows(folder, "employees.csv"))
    names = Counter(_plain(row.text("lastName")) for row in rows)
    employees = []
    for row in rows:
        name, number = _plain(row.text("lastName")), row.needed("employeeID")
        usable = names[name] == 1 and re.fullmatch(r"[a-z][a-z-]{1,30}", name)
        employees.append(Employee(number, name if usable else f"rep-{number.lower()}"))
    return employees


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z]+", "-", folded.lower()).strip("-")


def _unique_products(products: list[Product]) -> list[Product]:
    """QuickBooks wants every name once; a second product of a name carries its id behind it."""
    counts = Counter(product.name.lower() for product in products)
    return [
        product
        if counts[product.name.lower()] == 1
        else Product(product.id, f"{product.name} {product.id}", product.unit_price)
        for product in products
    ]


def _unique_customers(customers: list[Customer]) -> list[Customer]:
    counts = Counter(customer.name.lower() for customer in customers)
    return [
        customer
        if counts[customer.name.lower()] == 1
        else Customer(**(customer.__dict__ | {"name": f"{customer.name} {customer.id}"}))
        for customer in customers
    ]


def _check_references(northwind: Northwind) -> None:
    products = {product.id for product in northwind.products}
    customers = {customer.id for customer in northwind.customers}
    employees = {employee.id for employee in northwind.employees}
    for order in northwind.orders:
        if order.customer not in customers:
            raise FolderError(f"orders.csv: order {order.id} names the customer {order.customer}, who is not there")
        if order.employee not in employees:
            raise FolderError(f"orders.csv: order {order.id} names the employee {order.employee}, who is not there")
        if not order.lines:
            raise FolderError(f"order_details.csv: order {order.id} has no lines")
        for line in order.lines:
            if line.product not in products:
                raise FolderError(f"order_details.csv: order {order.id} names the product {line.product}")
