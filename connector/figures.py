"""Money, quantities and days as the company writes them: exact decimals, no locale of the machine. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, get_args

from connector.money import plain, show

Numbers = Literal["1,234.56", "1.234,56", "1 234,56", "1'234.56"]
Days = Literal["Nov 25, 2026", "25 Nov 2026", "25.11.2026", "25/11/2026", "11/25/2026", "2026-11-25"]
NUMBERS: tuple[Numbers, ...] = get_args(Numbers)
DAYS: tuple[Days, ...] = get_args(Days)
MARKS = {"1,234.56": (",", "."), "1.234,56": (".", ","), "1 234,56": ("\u00a0", ","), "1'234.56": ("\u2019", ".")}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Figures:
    """How numbers and days look, each said by an example."""

    numbers: Numbers = "1,234.56"
    days: Days = "Nov 25, 2026"

    def money(self, amount: Decimal) -> str:
        """Two decimals: `2,053.06`."""
        return self._marked(show(amount))

    def price(self, amount: Decimal) -> str:
        """At least two decimals, and all that it has: `14.50`, `0.00125`."""
        whole, _, places = f"{plain(amount):f}".partition(".")
        return self._marked(f"{whole}.{places:0<2}")

    def quantity(self, amount: Decimal) -> str:
        """As many decimals as it has: `128.35`, `12`."""
        return self._marked(f"{plain(amount):f}")

    def percent(self, share: Decimal) -> str:
        """A fraction as a percentage: 0.05 is `5 %`."""
        return f"{self.quantity(share * 100)}\u00a0%"

    def day(self, day: date) -> str:
        """A day as in the example."""
        month = MONTHS[day.month - 1]
        return {
            "Nov 25, 2026": f"{month} {day.day}, {day.year}",
            "25 Nov 2026": f"{day.day} {month} {day.year}",
            "25.11.2026": f"{day:%d.%m}.{day.year}",
            "25/11/2026": f"{day:%d/%m}/{day.year}",
            "11/25/2026": f"{day:%m/%d}/{day.year}",
            "2026-11-25": day.isoformat(),
        }[self.days]

    def _marked(self, number: str) -> str:
        """A plain decimal with its thousands set apart."""
        thousands, point = MARKS[self.numbers]
        sign, digits = ("-", number[1:]) if number.startswith("-") else ("", number)
        whole, dot, places = digits.partition(".")
        grouped = f"{int(whole):,}".replace(",", thousands)
        return f"{sign}{grouped}{point}{places}" if dot else f"{sign}{grouped}"


USUAL = Figures()
