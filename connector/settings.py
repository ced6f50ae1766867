"""Every setting, read once from the environment; the only module that reads it."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit, urlunsplit

from cryptography.fernet import Fernet
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, ValidationInfo, field_validator

from connector.errors import SettingsError
from connector.mailboxes import addresses_of, mailbox_of
from connector.money import quantity_text


class Settings(BaseModel):
    """Roadbook's settings. Each may also be given as `<NAME>_FILE`, the path of a file that holds the value."""

    model_config = ConfigDict(frozen=True)

    couchdb_url: str = Field(
        description="CouchDB's address with an admin's credentials, for provisioning and the doorbell: "
        "http://admin:password@127.0.0.1:5984"
    )
    roadbook_couchdb_user: str = Field("connector", description="The connector's own account on CouchDB.")
    roadbook_couchdb_password: SecretStr = Field(description="The password of the connector's account.")
    roadbook_secret_keys: tuple[SecretStr, ...] = Field(
        description="Keys that encrypt the QuickBooks tokens, newest first, separated by commas "
        "(make one with `roadbook key`)."
    )
    quickbooks_environment: str = Field(
        "sandbox",
        description="`sandbox`, `production`, or the http address of a sandbox server on loopback.",
    )
    quickbooks_client_id: str = Field("", description="The app's client id from Intuit's developer portal.")
    quickbooks_client_secret: SecretStr = Field(SecretStr(""), description="The app's client secret.")
    quickbooks_redirect_uri: str = Field(
        "http://localhost:8000/quickbooks/callback", description="The redirect address registered with the app."
    )
    quickbooks_webhook_token: tuple[SecretStr, ...] = Field(
        (), description="The verifier tokens of QuickBooks' webhooks, separated by commas; without one they are off."
    )
    roadbook_order_status: Literal["Accepted", "Pending", "Invoice"] = Field(
        "Accepted", description="The estimate status that an order gets; `Invoice`: it becomes an invoice instead."
    )
    roadbook_quote_status: Literal["Accepted", "Pending", "Invoice"] = Field(
        "Pending", description="The estimate status that a quote gets; `Invoice`: it becomes an invoice instead."
    )
    roadbook_cancelled_status: Literal["Closed", "Rejected"] = Field(
        "Closed", description="The estimate status that a cancelled order gets; a cancelled invoice is voided."
    )
    roadbook_currency: str = Field("USD", pattern=r"^[A-Z]{3}$", description="The company's home currency.")
    roadbook_tax_calculation: Literal["TaxExcluded", "TaxInclusive", "NotApplicable"] = Field(
        "TaxExcluded", description="Outside the US: whether the prices on orders include tax."
    )
    roadbook_new_customers: Literal["everyone", "allocate"] = Field(
        "everyone",
        description="Who sees a customer that no allocation and no rule places: `everyone`, or nobody until the office "
        "has allocated it (`allocate`).",
    )
    roadbook_readers: int = Field(4, ge=1, le=8, description="How many databases are read at the same time.")
    roadbook_posters: int = Field(4, ge=1, le=8, description="How many requests to QuickBooks may be under way.")
    roadbook_sweep_minutes: float = Field(15, gt=0, le=1440, description="Minutes between sweeps of all databases.")
    roadbook_watch_minutes: float = Field(
        5,
        ge=0,
        le=1440,
        description="Minutes between looks at what changed in QuickBooks; `0`: only when a webhook says so.",
    )
    roadbook_inactive: Literal["hide", "remove"] = Field(
        "hide",
        description="What devices keep of products and customers that are inactive in QuickBooks: "
        "`hide` everything, marked; `remove` little more than the name.",
    )
    roadbook_rep_prices: Literal["fixed", "free"] = Field(
        "fixed",
        description="Whether the reps' app lets a rep set another price than the catalogue's or the customer's list's: "
        "`fixed` or `free`.",
    )
    roadbook_out_of_stock: Literal["tell", "trim"] = Field(
        "tell",
        description="What the reps' app does where an order asks for more than is left in stock: `tell` it and stop "
        "nothing, or bring the quantity down (`trim`). The server takes every order all the same.",
    )
    roadbook_stock_reserve: str = Field(
        "0", description="The quantity of each product that reps' orders must leave in stock."
    )
    roadbook_reconcile_at: str = Field(
        "02:30",
        pattern=r"^(off|([01][0-9]|2[0-3]):[0-5][0-9])$",
        description="When the nightly reconciliation runs, as HH:MM in UTC, or `off`.",
    )
    roadbook_drift_check_at: str = Field(
        "03:30",
        pattern=r"^(off|([01][0-9]|2[0-3]):[0-5][0-9])$",
        description="When the design documents are compared with the files, as HH:MM in UTC, or `off`.",
    )
    roadbook_lease_seconds: float = Field(
        30,
        ge=2,
        le=600,
        description="Seconds after which a silent connector's lease, or a token renewal that nobody finished, "
        "may be taken over.",
    )
    roadbook_log_format: Literal["json", "console"] = Field("console", description="How log lines look.")
    roadbook_log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least level.")
    roadbook_web_host: str = Field("127.0.0.1", description="The address the console listens on.")
    roadbook_web_port: int = Field(8000, ge=0, le=65535, description="The port the console listens on.")
    roadbook_session_key: SecretStr = Field(
        SecretStr(""), description="The key that signs the console's sign-in cookie; needed by `roadbook web`."
    )
    roadbook_metrics_token: SecretStr = Field(
        SecretStr(""),
        description="What Prometheus sends as `Authorization: Bearer` to read `/metrics`; without one only people who "
        "are signed in to the console may.",
    )
    roadbook_snapshot_folder: str = Field(
        "",
        description="The folder in which the console keeps the snapshots for first syncs, which may be lost at any "
        "time; empty: the system's temporary one.",
    )
    roadbook_smtp_host: str = Field("", description="The mail server that takes letters; empty: no letters.")
    roadbook_smtp_port: int = Field(587, ge=1, le=65535, description="The mail server's port.")
    roadbook_smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection to it is secured: `starttls`, `tls` from the first byte, or `none`."
    )
    roadbook_smtp_user: str = Field("", description="The account on the mail server; empty: it wants none.")
    roadbook_smtp_password: SecretStr = Field(SecretStr(""), description="The password of that account.")
    roadbook_mail_from: str = Field(
        "",
        validate_default=True,
        description="Whom letters come from, as in `Northwind <orders@northwind.example>`; needed with a mail server.",
    )
    roadbook_office_email: tuple[str, ...] = Field(
        (), description="Where the office's letters go; several addresses separated by commas."
    )
    roadbook_letters: tuple[Literal["rep", "customer", "office", "failures"], ...] = Field(
        ("rep", "customer", "office", "failures"),
        description="Who is sent an order once it is in QuickBooks (`rep`, `customer`, `office`), and `failures`: "
        "the office is told what is stuck.",
    )
    roadbook_letter_templates: str = Field(
        "",
        description="A folder with templates and pictures that take the place of Roadbook's own, such as `logo.png`.",
    )

    @field_validator("couchdb_url")
    @classmethod
    def _has_credentials(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        _, user, password = split_credentials(value)
        if not user or not password:
            raise ValueError("must carry an admin's user and password: http://admin:password@host:5984")
        return value

    @field_validator("roadbook_secret_keys", "quickbooks_webhook_token", "roadbook_letters", mode="before")
    @classmethod
    def _split_keys(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("roadbook_secret_keys")
    @classmethod
    def _are_keys(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if not value:
            raise ValueError("needs at least one key (make one with `roadbook key`)")
        for key in value:
            try:
                Fernet(key.get_secret_value())
            except ValueError as error:
                raise ValueError("a key is not 32 url-safe base64 bytes (make one with `roadbook key`)") from error
        return value

    @field_validator("quickbooks_environment")
    @classmethod
    def _is_environment(cls, value: str) -> str:
        if value in ("sandbox", "production") or value.startswith(("http://", "https://")):
            return value.rstrip("/")
        raise ValueError("must be sandbox, production or an http address")

    @field_validator("roadbook_smtp_user")
    @classmethod
    def _is_secured(cls, value: str, others: ValidationInfo) -> str:
        if value and others.data.get("roadbook_smtp_security") == "none":
            raise ValueError("would send its password in clear: set ROADBOOK_SMTP_SECURITY to starttls or tls")
        return value

    @field_validator("roadbook_mail_from")
    @classmethod
    def _is_sender(cls, value: str, others: ValidationInfo) -> str:
        if value:
            mailbox_of(value)
        elif others.data.get("roadbook_smtp_host"):
            raise ValueError("is not set, but ROADBOOK_SMTP_HOST is")
        return value

    @field_validator("roadbook_office_email", mode="before")
    @classmethod
    def _are_addresses(cls, value: Any) -> Any:
        return addresses_of(value) if isinstance(value, str) else value

    @field_validator("roadbook_stock_reserve")
    @classmethod
    def _is_quantity(cls, value: str) -> str:
        return quantity_text(value)

    @field_validator("roadbook_letter_templates")
    @classmethod
    def _is_folder(cls, value: str) -> str:
        if value and not Path(value).is_dir():
            raise ValueError("is no folder that can be read")
        return value

    @field_validator("roadbook_couchdb_password")
    @classmethod
    def _not_empty(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value():
            raise ValueError("must not be empty")
        return value

    @property
    def couchdb_address(self) -> str:
        """CouchDB's address without credentials."""
        return split_credentials(self.couchdb_url)[0]

    @property
    def snapshot_folder(self) -> Path:
        """Where snapshots are kept, apart for each CouchDB and each account of the machine."""
        place = hashlib.sha256(self.couchdb_address.encode()).hexdigest()[:12]
        folder = Path(self.roadbook_snapshot_folder or tempfile.gettempdir())
        return folder / f"roadbook-snapshots-{os.getuid()}-{place}"


def split_credentials(url: str) -> tuple[str, str, str]:
    """Split `http://user:password@host:5984` into its address, user and password ("" where absent)."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    location = f"[{host}]" if ":" in host else host
    if parts.port:
        location = f"{location}:{parts.port}"
    address = urlunsplit((parts.scheme, location, parts.path.rstrip("/"), "", ""))
    return address, unquote(parts.username or ""), unquote(parts.password or "")


def read_settings(environment: dict[str, str] | None = None) -> Settings:
    """Read and check the settings; raises SettingsError naming each variable that is missing or wrong."""
    values = with_files(dict(os.environ) if environment is None else environment)
    known = {name: values[name.upper()] for name in Settings.model_fields if values.get(name.upper())}
    try:
        return Settings.model_validate(known)
    except ValidationError as error:
        raise SettingsError("\n".join(explain(problem) for problem in error.errors(include_input=False))) from None


def with_files(values: dict[str, str]) -> dict[str, str]:
    """Replace every `<NAME>_FILE` of a known setting by what the file holds; raises SettingsError if unreadable."""
    found = dict(values)
    for name in Settings.model_fields:
        variable = f"{name.upper()}_FILE"
        if values.get(variable):
            try:
                found[name.upper()] = Path(values[variable]).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise SettingsError(f"{variable}: cannot read {values[variable]}: {error.strerror}") from error
    return found


def explain(problem: Any) -> str:
    """One line for one wrong setting: the variable, what is wrong, what it is for."""
    name = str(problem["loc"][0]) if problem["loc"] else ""
    field = Settings.model_fields.get(name)
    what = "is not set" if problem["type"] == "missing" else str(problem["msg"]).removeprefix("Value error, ")
    return f"{name.upper()}: {what}. {field.description if field else ''}".strip()
