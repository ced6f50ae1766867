"""An order's paper: what stands on it, how many pages it has, and what a template may not do."""

from __future__ import annotations

import io
import re
import shutil
import struct
import subprocess
import threading
from dataclasses import replace
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pypdf
import pytest

from connector.figures import Figures
from connector.ledger import Row
from connector.letters.paper import Around, NoPaper, paper_of
from connector.letters.pdf import BadTemplate, Printer
from connector.money import show
from tests.web.ledger_rows import NOON, in_quickbooks, pinned, received

SCREENS = Path(__file__).parents[3] / "docs" / "screens"
LOGO = Path(__file__).parent / "templates"
NOTE = "Leave at the back door; ring twice.\nيرجى الاتصال قبل التسليم"
SIGNED = {
    "path": "M12 66l6 -30 8 -18 6 2 -2 22 -6 24 4 -10 10 -16 6 -2 2 8 -2 12 4 2 8 -8 8 -12 4 0 -2 10 2 8 10 -6 12 -16"
    "M90 40l20 4M104 22l-6 44M120 62l4 -18 6 -4 2 6 -4 14 6 2 10 -10",
    "width": 300,
    "height": 100,
    "signed_by": "Ana Trujillo",
    "signed_at": "2026-11-20T09:15:00Z",
}
AMENDED = ("rep", "device", "captured_at", "lines", "charges", "total")
AROUND = Around(
    "Northwind Traders",
    "bob",
    {"address": {"street": "Havnegade 12\n2. th.", "city": "Ærøskøbing", "postal_code": "5970", "country": "Denmark"}},
    {"product:11": {"sku": "QC-11"}},
)
NAMES = (
    "Arabica beans, 1 kg",
    "زيت زيتون بكر ممتاز",
    "קפה טחון “מיוחד”",
    "A very long product name that goes on and on, with every detail that somebody in purchasing once thought useful: "
    "colour, size, grade, origin and the season in which it was packed, and then some more of it for good measure",
)


def long_order(lines: int) -> Row:
    """A posted order of that many lines."""
    sold = [
        {"product": f"product:{n}", "name": NAMES[n % 4], "quantity": "3", "unit_price": "1234.5", "discount": "0",
         "amount": "3703.50"}
        for n in range(lines)
    ]  # fmt: skip
    return in_quickbooks(received(1, lines=sold, charges=[], total=show(lines * Decimal("3703.50"))), "1042")


def printed(row: Row, **around: Any) -> tuple[int, str]:
    """How many pages a row's paper has, and its text with single spaces."""
    reader = pypdf.PdfReader(io.BytesIO(Printer().pdf(paper_of(row, replace(AROUND, **around)))))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    return len(reader.pages), text


def test_it_says_everything_about_an_order_on_one_page() -> None:
    row = in_quickbooks(received(1, po_number="PO-7781 “B”", deliver_on="2026-12-01"), "1042")
    pages, text = printed(row)
    assert pages == 1
    for part in (
        "Northwind Traders", "Café Ærø & Søn", "Havnegade 12", "5970 Ærøskøbing", "Order RB-9C00000001", "Nov 20, 2026",
        "Estimate 1042", "PO-7781 “B”", "Dec 1, 2026", "bob", "Queso “Cabrales”", "QC-11", "128.35", "14.50", "5 %",
        "1,861.08", "Freight 32.38", "2,053.06", "Leave at the back door", "Page 1 of 1",
    ):  # fmt: skip
        assert part in text.replace("\u00a0", " "), part


@pytest.mark.parametrize(("lines", "pages"), [(1, 1), (60, 4)])
def test_it_grows_by_pages_each_with_its_number_and_the_table_head(lines: int, pages: int) -> None:
    found, text = printed(long_order(lines))
    assert found == pages
    assert f"Page {pages} of {pages}" in text
    assert text.count("Unit price") >= (pages - 1 or 1)
    assert "Total" in text


def test_it_prints_the_same_pages_every_time() -> None:
    def pages() -> list[bytes]:
        reader = pypdf.PdfReader(io.BytesIO(Printer().pdf(paper_of(long_order(60), AROUND))))
        return [page.get_contents().get_data() for page in reader.pages]  # type: ignore[union-attr]

    assert pages() == pages()


@pytest.mark.parametrize(
    ("changes", "stamp"),
    [
        ({"state": "cancelled", "withdrawn_at": "2026-11-21T00:00:00Z"}, "CANCELLED This order was withdrawn."),
        ({"state": "received", "posted_at": None, "estimate": None}, "NOT CONFIRMED YET It has been received"),
    ],
)
def test_it_says_when_an_order_does_not_stand(changes: dict[str, Any], stamp: str) -> None:
    _, text = printed(replace(in_quickbooks(received(1), "1042"), **changes))
    assert stamp in text.replace("Cancelled", "CANCELLED").replace("Not confirmed yet", "NOT CONFIRMED YET")


def test_it_shows_quickbooks_tax_and_total_where_they_are_this_orders() -> None:
    row = in_quickbooks(received(1), "1042")
    taxed = replace(row, estimate={**(row.estimate or {}), "tax": "164.24", "total": "2217.30"})
    assert paper_of(taxed, AROUND).total.amount == "2,217.30"
    edited = replace(row, estimate={**(row.estimate or {}), "tax": "164.24", "total": "9999.00"})
    assert paper_of(edited, AROUND).total == paper_of(replace(row, estimate=None), AROUND).total
    assert paper_of(edited, AROUND).total.name == "Total before tax, USD"


def test_it_writes_figures_as_the_company_does() -> None:
    row = in_quickbooks(received(1), "1042")
    text = " ".join(Printer().page(paper_of(row, AROUND, Figures("1.234,56", "25.11.2026"))).split())
    assert "1.861,08" in text
    assert "20.11.2026" in text


def test_it_prints_what_was_signed_and_no_signature_of_an_earlier_edition() -> None:
    signed = {
        "path": "M1 2l3 -4 5 6M7 8l1 0", "width": 300, "height": 100, "signed_by": "Ana Trujillo",
        "signed_at": "2026-11-20T09:15:00Z",
    }  # fmt: skip
    row = in_quickbooks(received(1, signature=signed), "1042")
    assert "Ana Trujillo, Nov 20, 2026" in printed(row)[1]
    assert '<path d="M1 2l3 -4 5 6M7 8l1 0"' in Printer().page(paper_of(row, AROUND))
    amendment = {"type": "amendment", "order": row.of, "number": 1, **{k: row.content[k] for k in AMENDED}}
    changed = replace(row, state="amended", amendment=1, changes=amendment)
    assert "Ana Trujillo" not in printed(changed)[1]


@pytest.fixture
def folder_of_screens(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where pictures go: with --screens into docs/screens/."""
    made = SCREENS if request.config.getoption("--screens") else tmp_path
    made.mkdir(exist_ok=True)
    return made


@pytest.mark.parametrize(
    ("name", "lines", "changes"),
    [("order-letter", 4, {}), ("order-letter-60", 60, {"state": "cancelled", "withdrawn_at": "2026-11-21T00:00:00Z"})],
)
def test_it_looks_like_a_business_document(
    folder_of_screens: Path, tmp_path: Path, name: str, lines: int, changes: dict[str, Any]
) -> None:
    program = shutil.which("pdftoppm")
    if program is None:
        pytest.skip("pdftoppm is not installed (poppler-utils): ./scripts/setup --tests")
    row = long_order(lines)
    content = {**row.content, "po_number": "PO-7781 “B”", "deliver_on": "2026-12-01", "note": NOTE, "signature": SIGNED}
    row = replace(row, content=content, estimate={**(row.estimate or {}), "tax": "0.00"}, **changes)
    paper = paper_of(
        row, AROUND, letterhead="1 Harbour Street, Seattle, WA 98101\n+1 206 555 0100 · orders@northwind.example"
    )
    (tmp_path / "order.pdf").write_bytes(Printer(LOGO).pdf(paper))
    subprocess.run(
        [
            program,
            "-r",
            "80",
            "-png",
            "-f",
            "1",
            "-l",
            "1",
            "-singlefile",
            tmp_path / "order.pdf",
            folder_of_screens / name,
        ],
        check=True,
        timeout=60,
    )
    picture = (folder_of_screens / f"{name}.png").read_bytes()
    width, height = struct.unpack(">II", picture[16:24])
    assert (width, height) == (662, 936)
    assert len(set(picture)) > 100


def test_hostile_text_is_text() -> None:
    hostile = '<img src="http://127.0.0.1/x"><script>alert(1)</script>{{ 7 * 7 }}{% raw %}'
    row = in_quickbooks(received(1, customer={"id": "customer:58", "name": hostile}, note=hostile), "1042")
    page = Printer().page(paper_of(row, AROUND))
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert "{{ 7 * 7 }}" in printed(row)[1]


def test_there_is_no_paper_of_what_is_no_order() -> None:
    for document in (
        {"_id": "custreq:01JD8Q6Z5M3T0A7K9C00000007", "type": "customer_request", "rep": "rbbbbbbbbbbbbbbb",
         "name": "X", "device": "p", "captured_at": "2026-11-20T09:15:00Z"},
        {"_id": "order:01JD8Q6Z5M3T0A7K9C00000007", "type": "order", "rep": "rbbbbbbbbbbbbbbb", "lines": "x"},
    ):  # fmt: skip
        with pytest.raises(NoPaper):
            paper_of(pinned(document, NOON), AROUND)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A template folder of the company's own, with a secret beside it."""
    (tmp_path / "secret.txt").write_text("secret")
    made = tmp_path / "templates"
    made.mkdir()
    return made


def test_a_folder_takes_the_place_of_single_templates_and_brings_a_logo(folder: Path) -> None:
    (folder / "order.css").write_text("@page { size: A5 }")
    (folder / "logo.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="20"><text y="15">LOGO</text></svg>'
    )
    reader = pypdf.PdfReader(io.BytesIO(Printer(folder).pdf(paper_of(in_quickbooks(received(1), "1"), AROUND))))
    assert round(float(reader.pages[0].mediabox.width)) == 420
    assert "LOGO" in reader.pages[0].extract_text()


@pytest.mark.parametrize(
    "address",
    ["file:///etc/hostname", "{secret}", "../secret.txt", "link.txt", "%2e%2e/secret.txt", "missing.png", "data:,x",
     "http://127.0.0.1:{port}/x.png", "//127.0.0.1:{port}/x.png", "HTTP://templates.invalid@127.0.0.1:{port}/x"],
)  # fmt: skip
def test_a_template_gets_files_of_its_folder_and_nothing_else(folder: Path, address: str) -> None:
    asked = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

    server = HTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    where = address.format(port=server.server_port, secret=(folder.parent / "secret.txt").as_uri())
    (folder / "order.html").write_text(f'<img src="{where}">')
    try:
        with pytest.raises(BadTemplate, match="names what it cannot have"):
            Printer(folder).pdf(paper_of(in_quickbooks(received(1), "1"), AROUND))
    finally:
        server.shutdown()
        server.server_close()
    assert asked == []


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{{ paper.nothing }}", "has no attribute 'nothing'"),
        ("{% if %}", "line 1"),
        ("{{ paper.__class__.__mro__ }}", "unsafe"),
        ("{{ ''.__class__.__base__.__subclasses__() }}", "unsafe"),
        ("{% include '../secret.txt' %}", "../secret.txt"),
        ("{{ range(10000000) | list }}", "Range too big"),
    ],
)
def test_a_wrong_template_is_named_with_what_is_wrong(folder: Path, template: str, why: str) -> None:
    (folder / "order.html").write_text(template)
    with pytest.raises(BadTemplate, match=re.escape(why)) as refused:
        Printer(folder).page(paper_of(in_quickbooks(received(1), "1"), AROUND))
    assert "order.html" in str(refused.value)
