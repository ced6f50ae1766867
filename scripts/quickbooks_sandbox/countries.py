"""The countries a company can be in: currency, address, tax agencies, rates and codes it is founded with.

The United States' are those of Intuit's own sample company, whose ids recorded traffic shows.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Rate:
    """One tax rate of one agency; `percent` as text, so that it stays exact."""

    id: str
    name: str
    percent: str
    agency: str


@dataclass(frozen=True)
class Code:
    """A tax code: the rates that are charged together."""

    id: str
    name: str
    rates: tuple[str, ...]


@dataclass(frozen=True)
class Country:
    """What the country decides when a company is founded. `code_of_state` serves automated sales tax."""

    name: str
    currency: str
    agencies: tuple[tuple[str, str], ...]
    rates: tuple[Rate, ...]
    codes: tuple[Code, ...]
    address: dict[str, str]
    code_of_state: dict[str, str] = field(default_factory=dict)


COUNTRIES = {
    "US": Country(
        "USA",
        "USD",
        (("1", "Arizona Dept. of Revenue"), ("2", "Board of Equalization")),
        (
            Rate("1", "AZ State tax", "7.1", "1"),
            Rate("2", "Tucson City", "2", "1"),
            Rate("3", "California", "8", "2"),
        ),
        (Code("2", "California", ("3",)), Code("3", "Tucson", ("1", "2"))),
        {"Line1": "1 Pier Road", "City": "Half Moon Bay", "CountrySubDivisionCode": "CA", "PostalCode": "94019"},
        {"CA": "2", "AZ": "3"},
    ),
    "GB": Country(
        "GBR",
        "GBP",
        (("1", "HM Revenue & Customs (VAT)"),),
        (
            Rate("1", "20.0% S", "20", "1"),
            Rate("2", "5.0% R", "5", "1"),
            Rate("3", "0.0% Z", "0", "1"),
        ),
        (Code("2", "20.0% S", ("1",)), Code("3", "5.0% R", ("2",)), Code("4", "0.0% Z", ("3",))),
        {"Line1": "1 Dock Street", "City": "Leith", "PostalCode": "EH6 6LU"},
    ),
    "CA": Country(
        "CAN",
        "CAD",
        (("1", "Canada Revenue Agency"), ("2", "Ministry of Finance (BC)")),
        (
            Rate("1", "GST", "5", "1"),
            Rate("2", "HST ON", "13", "1"),
            Rate("3", "PST BC", "7", "2"),
            Rate("4", "Zero-rated", "0", "1"),
        ),
        (
            Code("2", "GST", ("1",)),
            Code("3", "HST ON", ("2",)),
            Code("4", "GST/PST BC", ("1", "3")),
            Code("5", "Zero-rated", ("4",)),
        ),
        {"Line1": "1 Wharf Street", "City": "Victoria", "CountrySubDivisionCode": "BC", "PostalCode": "V8W 1T3"},
    ),
    "AU": Country(
        "AUS",
        "AUD",
        (("1", "Australian Taxation Office"),),
        (Rate("1", "GST", "10", "1"), Rate("2", "GST-free", "0", "1")),
        (Code("2", "GST", ("1",)), Code("3", "GST free", ("2",))),
        {"Line1": "1 Harbour Street", "City": "Fremantle", "CountrySubDivisionCode": "WA", "PostalCode": "6160"},
    ),
}
