"""The settings that an admin changes while Roadbook runs: what each may be, and how a person meets it.

A new setting is a field of `CompanySettings`: the page, the command and the record know it from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from connector.figures import DAYS, NUMBERS, Days, Numbers
from connector.mailboxes import address_of
from connector.money import quantity_text
from connector.placeholders import PLACEHOLDERS, checked

LETTERS = "Letters"
IN_QUICKBOOKS = "Orders in QuickBooks"
ON_DEVICES = "Products and customers"


@dataclass(frozen=True)
class Shown:
    """How a person meets a setting. `variable` is the field of `Settings` that gives the default, where one does.

    `options` are a choice's values in words; a text of more than one of `lines` is written in a larger field.
    """

    section: str
    label: str
    explanation: str
    options: Mapping[str, str] = field(default_factory=dict)
    variable: str = ""
    lines: int = 1


BECOMES = {
    "Accepted": "an accepted estimate",
    "Pending": "a pending estimate",
    "Invoice": "an invoice right away",
}


KNOWN = ", ".join(f"{{{name}}} ({meaning})" for name, meaning in PLACEHOLDERS.items())


def _addresses(value: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(address_of(each) for each in value)


class CompanySettings(BaseModel):
    """The settings that an admin changes in the console or with `roadbook settings`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    order_status: Annotated[
        Literal["Accepted", "Pending", "Invoice"],
        Shown(
            IN_QUICKBOOKS,
            "An order becomes",
            "Counts for what is sent from now on; what is in QuickBooks already stays as it is.",
            BECOMES,
            "roadbook_order_status",
        ),
    ]
    quote_status: Annotated[
        Literal["Accepted", "Pending", "Invoice"],
        Shown(
            IN_QUICKBOOKS,
            "A quote becomes",
            "An approved quote becomes what an order becomes.",
            BECOMES,
            "roadbook_quote_status",
        ),
    ]
    cancelled_status: Annotated[
        Literal["Closed", "Rejected"],
        Shown(
            IN_QUICKBOOKS,
            "The estimate of a cancelled order becomes",
            "A cancelled invoice is voided.",
            {"Closed": "closed", "Rejected": "rejected"},
            "roadbook_cancelled_status",
        ),
    ]
    inactive: Annotated[
        Literal["hide", "remove"],
        Shown(
            ON_DEVICES,
            "What devices keep of products and customers that are inactive in QuickBooks",
            "A change has everything read from QuickBooks once more; devices get it with their next syncs.",
            {"hide": "everything, marked and hidden", "remove": "little more than the name"},
            "roadbook_inactive",
        ),
    ]
    new_customers: Annotated[
        Literal["everyone", "allocate"],
        Shown(
            ON_DEVICES,
            "Who sees a customer that no allocation and no rule places",
            "A change adds customers to devices or takes them away; orders for them stay.",
            {"everyone": "every territory", "allocate": "nobody, until the office has allocated it"},
            "roadbook_new_customers",
        ),
    ]
    rep_prices: Annotated[
        Literal["fixed", "free"],
        Shown(
            ON_DEVICES,
            "Reps may set other prices than the catalogue's or the customer's list's",
            "Devices get it with the next look at QuickBooks and their next syncs.",
            {"fixed": "no", "free": "yes"},
            "roadbook_rep_prices",
        ),
    ]
    out_of_stock: Annotated[
        Literal["tell", "trim"],
        Shown(
            ON_DEVICES,
            "Where a rep's order asks for more of a product than is left in stock",
            "Left is the stock as of the last sync, less what the rep's other open orders take. A quote takes nothing. "
            "The server takes every order all the same.",
            {"tell": "the app says so and stops nothing", "trim": "the app brings the quantity down to what is left"},
            "roadbook_out_of_stock",
        ),
    ]
    stock_reserve: Annotated[
        str,
        AfterValidator(quantity_text),
        Shown(
            ON_DEVICES,
            "How many of each product reps' orders must leave in stock",
            "A quantity, such as 0 or 2.5; only products whose stock is counted.",
            variable="roadbook_stock_reserve",
        ),
    ]
    letters: Annotated[
        tuple[Literal["rep", "customer", "office", "failures"], ...],
        Shown(
            LETTERS,
            "Who is sent an order once it is in QuickBooks",
            "Any of rep, customer and office, separated by commas; with failures the office is told what is stuck.",
            variable="roadbook_letters",
        ),
    ]
    office_email: Annotated[
        tuple[str, ...],
        AfterValidator(_addresses),
        Shown(
            LETTERS, "Where the office's letters go", "Addresses separated by commas.", variable="roadbook_office_email"
        ),
    ]
    letter_subject: Annotated[
        str,
        Field(min_length=1, max_length=150, pattern=r"^[^\n]*$"),
        AfterValidator(checked),
        Shown(LETTERS, "Subject", f"May hold {KNOWN}."),
    ] = "{kind} {number} for {customer}"
    letter_body: Annotated[
        str,
        Field(min_length=1, max_length=5000),
        AfterValidator(checked),
        Shown(LETTERS, "Text; the order is attached as a PDF", "May hold the same.", lines=8),
    ] = (
        "Good day,\n\n{kind} {number} of {date} for {customer} is attached; it comes to {total} before tax.\n\n"
        "Kind regards\n{company}"
    )
    letterhead: Annotated[
        str,
        Field(max_length=500),
        Shown(LETTERS, "Below the company's name on the PDF", "Address, telephone, tax number.", lines=4),
    ] = ""
    letter_numbers: Annotated[
        Numbers, Shown(LETTERS, "How numbers look", "On the PDF and in the text.", {each: each for each in NUMBERS})
    ] = "1,234.56"
    letter_days: Annotated[
        Days, Shown(LETTERS, "How days look", "On the PDF and in the text.", {each: each for each in DAYS})
    ] = "Nov 25, 2026"
