"""What a device may write and what the connector answers: the documents as typed records."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from connector.identifiers import ULID
from connector.money import decimal_of, places

MAX_LINES = 500
MAX_CHARGES = 20
MAX_QUANTITY = Decimal(1_000_000)
TIME = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$")

Document = dict[str, Any]


def _read_decimal(limit: int) -> Any:
    def read(value: Any) -> Decimal:
        number = decimal_of(value)
        if number < 0:
            raise ValueError("must not be negative")
        if places(number) > limit:
            raise ValueError(f"has more than {limit} decimals")
        if number >= Decimal(10) ** 12:
            raise ValueError("is absurdly large")
        return number

    return BeforeValidator(read)


def _read_time(value: Any) -> datetime:
    if not isinstance(value, str) or not TIME.match(value):
        raise ValueError("is not a UTC time such as 2026-11-23T09:15:00Z")
    return datetime.fromisoformat(value)


def _read_date(value: Any) -> date:
    if not isinstance(value, str) or not re.match(r"^\d{4}-\d{2}-\d{2}$", value):
        raise ValueError("is not a date such as 2026-11-23")
    return date.fromisoformat(value)


def _no_controls(value: str) -> str:
    if any(unicodedata.category(character) in ("Cc", "Cs") and character != "\n" for character in value):
        raise ValueError("contains control characters")
    return value


Text = Annotated[str, AfterValidator(_no_controls)]
Name = Annotated[Text, StringConstraints(min_length=1, max_length=500)]
Amount = Annotated[Decimal, _read_decimal(2)]
Factor = Annotated[Decimal, _read_decimal(5)]
Fraction = Annotated[Decimal, _read_decimal(4)]
Time = Annotated[datetime, BeforeValidator(_read_time)]
Day = Annotated[date, BeforeValidator(_read_date)]
ProductId = Annotated[str, StringConstraints(pattern=r"^product:[A-Za-z0-9-]{1,64}$")]
CustomerId = Annotated[
    str, StringConstraints(pattern=r"^(customer:[A-Za-z0-9-]{1,64}|custreq:[0-7][0-9A-HJKMNP-TV-Z]{25})$")
]


class Record(BaseModel):
    """A document or a part of one; fields it does not know are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Line(Record):
    """One product on an order, its price frozen at capture."""

    product: ProductId
    name: Name
    quantity: Annotated[Factor, Field(gt=0, le=MAX_QUANTITY)]
    unit_price: Factor
    discount: Annotated[Fraction, Field(le=1)] = Decimal(0)
    amount: Amount


class Charge(Record):
    """Something beside the products: freight, handling, a deposit."""

    product: ProductId
    name: Name
    amount: Amount


class Discount(Record):
    """What is taken off the whole order; with a share, that part of its lines (0.05 is five percent)."""

    amount: Amount
    share: Annotated[Fraction, Field(le=1)] | None = None


class Customer(Record):
    """Whom the order is for: a customer of QuickBooks or one that the rep has asked for."""

    id: CustomerId
    name: Name


class Place(Record):
    """A postal address as a person writes it."""

    name: Text = ""
    street: Text = ""
    city: Text = ""
    region: Text = ""
    postal_code: Text = ""
    country: Text = ""


class Signature(Record):
    """The customer's signature as a drawing: the `d` of an SVG path in whole numbers, of this width and height."""

    path: Annotated[str, StringConstraints(pattern=r"^M[0-9Ml -]*$", max_length=4000)]
    width: Annotated[int, Field(ge=1, le=2000)]
    height: Annotated[int, Field(ge=1, le=2000)]
    signed_by: Annotated[Text, StringConstraints(max_length=100)] = ""
    signed_at: Time


class FromDevice(Record):
    """What every document of a device says of its origin."""

    rep: str
    device: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    captured_at: Time


class Order(FromDevice):
    """An order or a quote as the rep submitted it. `tax` is the rep's own estimate and no part of `total`."""

    type: Literal["order"]
    kind: Literal["order", "quote"]
    captured_on: Day
    customer: Customer
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    lines: Annotated[list[Line], Field(min_length=1, max_length=MAX_LINES)]
    charges: Annotated[list[Charge], Field(max_length=MAX_CHARGES)] = []
    discount: Discount | None = None
    total: Amount
    tax: Amount | None = None
    note: Annotated[Text, StringConstraints(max_length=1000)] = ""
    po_number: Annotated[Text, StringConstraints(max_length=30)] = ""
    deliver_on: Day | None = None
    ship_to: Place | None = None
    signature: Signature | None = None


class CustomerRequest(FromDevice):
    """A new customer that a rep asks the office to have in QuickBooks."""

    type: Literal["customer_request"]
    name: Annotated[Name, StringConstraints(pattern=r"^[^:\t\n]+$")]
    email: Annotated[Text, StringConstraints(max_length=100)] = ""
    phone: Annotated[Text, StringConstraints(max_length=30)] = ""
    contact: Annotated[Text, StringConstraints(max_length=100)] = ""
    address: Place | None = None
    note: Annotated[Text, StringConstraints(max_length=1000)] = ""


class Amendment(FromDevice):
    """A later change of a submitted order: everything as it is to be from now on; the kind `order` approves a quote."""

    type: Literal["amendment"]
    order: str
    number: Annotated[int, Field(ge=1)]
    kind: Literal["order"] | None = None
    lines: Annotated[list[Line], Field(min_length=1, max_length=MAX_LINES)]
    charges: Annotated[list[Charge], Field(max_length=MAX_CHARGES)] = []
    discount: Discount | None = None
    total: Amount
    tax: Amount | None = None
    note: Annotated[Text, StringConstraints(max_length=1000)] = ""
    signature: Signature | None = None


class Cancellation(FromDevice):
    """The withdrawal of a submitted order."""

    type: Literal["cancellation"]
    order: str
    reason: Annotated[Text, StringConstraints(max_length=500)] = ""


REPLACED = frozenset({"lines", "charges", "total", "discount", "tax", "signature"})  # an amendment says these anew


def amended(order: Order, amendment: Amendment) -> Order:
    """The order as an amendment leaves it: its lines and money are replaced, the rest only where it says something."""
    said = (REPLACED | amendment.model_fields_set) & Order.model_fields.keys() & Amendment.model_fields.keys()
    own = FromDevice.model_fields.keys() | {"type"}
    changes = {name: getattr(amendment, name) for name in said - own}
    return order.model_copy(
        update={name: value for name, value in changes.items() if value is not None or name in REPLACED}
    )


Readable = Order | CustomerRequest | Amendment | Cancellation
PREFIXES: dict[str, type[Readable]] = {
    "order": Order,
    "custreq": CustomerRequest,
    "amend": Amendment,
    "cancel": Cancellation,
}


class Unreadable(ValueError):
    """A document has the id of an order or the like, but not its shape; the message says where."""


def read_document(document: Document) -> Readable:
    """Read a device's document by the prefix of its id; raises Unreadable with every fault, one a line."""
    prefix, _, rest = str(document.get("_id", "")).partition(":")
    record = PREFIXES.get(prefix)
    if record is None:
        raise Unreadable(f"{prefix!r} is no kind of document that a device hands in")
    if not ULID.fullmatch(rest.split(":", 1)[0]):
        raise Unreadable("the id holds no ULID")
    try:
        return record.model_validate(document)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        raise Unreadable("; ".join(_explain(fault) for fault in faults[:5])) from None


def _explain(fault: Any) -> str:
    where = ".".join(str(part) for part in fault["loc"]) or "the document"
    return f"{where}: {str(fault['msg']).removeprefix('Value error, ')}"


def content_of(document: Document) -> Document:
    """The document without CouchDB's own fields."""
    return {name: value for name, value in document.items() if not name.startswith("_")}


def content_hash(content: Document) -> str:
    """sha256 of the canonical JSON of a content. Changing this would make every pinned order look edited."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def time_text(moment: datetime) -> str:
    """A UTC time as documents carry it, with milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
