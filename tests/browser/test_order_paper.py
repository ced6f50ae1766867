"""An order's PDF on the rep's device: printed by the server, and said plainly where there is none."""

from __future__ import annotations

import io
from pathlib import Path

import pypdf
from playwright.sync_api import expect

from tests.browser.accessibility import Looked
from tests.browser.company import Company
from tests.browser.rep_app import PATIENCE, RepApp


def test_a_rep_gets_an_orders_pdf_and_is_told_when_there_is_no_network(
    phone: RepApp, north: Company, tmp_path: Path, finds_nothing_serious: Looked
) -> None:
    phone.sign_in(north.rep).says("8 customers").is_kept_for_offline().is_up_to_date()
    phone.take("Café Ærø", {"Arabica beans, 1 kg": "3"}).is_where("In QuickBooks as estimate 1001")
    button = phone.page.get_by_role("button", name="PDF of this order")
    with phone.page.expect_download(timeout=PATIENCE) as download:
        button.click()
    path = tmp_path / "order.pdf"
    download.value.save_as(path)
    text = pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages[0].extract_text()
    assert "Arabica beans, 1 kg" in text
    assert "Estimate 1001" in text
    assert download.value.suggested_filename.startswith("RB-")
    expect(phone.page.get_by_text("It is among your downloads.")).to_be_visible()
    finds_nothing_serious(phone.page)

    north.down()
    button.click()
    expect(phone.page.get_by_text("it cannot be reached now")).to_be_visible(timeout=PATIENCE)
