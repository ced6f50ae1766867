"""Leaving a device: nothing that is only there goes unless it was sent, or saved in a file that can be brought back."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Playwright, expect

from connector.couch import CouchServer
from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import Roadbook
from tests.browser.accessibility import Looked
from tests.browser.company import Company
from tests.browser.rep_app import PATIENCE, RepApp
from tests.browser.screens import Screens

PASSPHRASE = "correct horse battery"


@pytest.fixture
def saved(
    phone: RepApp, north: Company, tmp_path: Path, screens: Screens, finds_nothing_serious: Looked
) -> tuple[str, Path]:
    """The id of an order and a draft that never left the phone, in an encrypted file; the phone is offline."""
    phone.sign_in(north.rep).says("8 customers").is_up_to_date().is_kept_for_offline()
    north.down()
    phone.take("Café Ærø", {"Arabica beans, 1 kg": "3"}).is_where("On this device")
    order = phone.page.url.rsplit("/", 1)[1].replace("%3A", ":")
    phone.open_draft("Gasthof zum Bären").set("Olive oil, 5 l", "2").says("Saved on this device")
    phone.page.goto(f"{north.origin}/app/#/sync")
    phone.page.on("dialog", Dialog.accept)
    phone.page.get_by_role("button", name="Sign out").click()
    phone.says("Not while 2 documents are unsent: sync first.").says("Draft for Gasthof zum Bären")
    phone.page.get_by_role("button", name="Save them in an encrypted file").click()
    phone.page.get_by_label("Passphrase").fill("short")
    phone.page.get_by_label("The same again").fill("short")
    phone.page.get_by_role("button", name="Make the file").click()
    phone.says("Take at least 10 characters.")
    phone.page.get_by_label("Passphrase").fill(PASSPHRASE)
    phone.page.get_by_label("The same again").fill(PASSPHRASE)
    screens(phone.page, "app-export")
    finds_nothing_serious(phone.page)
    phone.page.get_by_role("button", name="Make the file").click()
    with phone.page.expect_download() as downloading:
        phone.page.get_by_role("link", name="Save the file").click()
    file = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(file)
    return order, file


def bring_in(device: RepApp, file: Path, passphrase: str = PASSPHRASE) -> RepApp:
    device.tab("Sync").page.get_by_role("button", name="Bring in a file").click()
    device.page.get_by_label("File of unsent documents").set_input_files(file)
    device.page.get_by_label("Passphrase").fill(passphrase)
    device.page.get_by_role("button", name="Bring it in").click()
    return device


def test_what_was_unsent_goes_on_another_device_and_nothing_comes_twice(
    saved: tuple[str, Path],
    phone: RepApp,
    north: Company,
    playwright: Playwright,
    tmp_path: Path,
    quickbooks: Sandbox,
) -> None:
    order, file = saved
    assert "Café" not in file.read_text() and "Harbour" not in file.read_text()
    north.up()
    tablet = RepApp(playwright, north.origin, tmp_path / "tablet")
    tablet.sign_in(north.rep).says("8 customers")
    phone.context.close()  # it fell into the harbour
    bring_in(tablet, file, "another passphrase").says("The passphrase is wrong, or the file was damaged.")
    tablet.page.get_by_label("Passphrase").fill(PASSPHRASE)
    tablet.page.get_by_role("button", name="Bring it in").click()
    tablet.says("2 documents were brought in").tab("Orders").says("Gasthof zum Bären")
    tablet.page.get_by_role("link", name="Café Ærø").click()
    tablet.is_where("In QuickBooks as estimate 1001")
    tablet.page.reload()
    bring_in(tablet, file).says("2 documents were brought in")
    tablet.page.reload()
    tablet.tab("Sync").sync_now().is_up_to_date().says("Nothing unsent")
    tablet.context.close()

    phone.start().is_up_to_date()  # and was found again
    phone.tab("Orders").says("In QuickBooks as estimate 1001")
    expect(phone.page.get_by_role("link", name="Café Ærø")).to_have_count(1)
    assert [each["DocNumber"] for each in quickbooks.control("GET", "estimates")] == ["1001"]
    assert order.startswith("order:")


def test_after_a_reset_the_same_device_takes_its_own_file_in(
    saved: tuple[str, Path], phone: RepApp, north: Company
) -> None:
    _, file = saved
    phone.page.get_by_role("button", name="Sign out and delete them here").click()
    phone.says("The first time needs a network.")
    north.up()
    phone.sign_in(north.rep).is_up_to_date().tab("Customers").says("8 customers")
    expect(phone.page.get_by_text("The browser deleted")).to_have_count(0)
    phone.tab("Orders").says("No orders yet.")
    bring_in(phone, file).says("2 documents were brought in").tab("Orders").says("In QuickBooks as estimate 1001")


def test_the_office_reads_the_file_and_hands_it_in(
    saved: tuple[str, Path], phone: RepApp, north: Company, roadbook: Roadbook, couch: CouchServer, quickbooks: Sandbox
) -> None:
    order, file = saved
    command = ("device", "open-export", str(file), "--passphrase-stdin")
    shown = roadbook.command(*command, line=f"{PASSPHRASE}\n").stdout
    assert order in shown and "Café Ærø  55.20 USD" in shown and "Gasthof zum Bären" in shown
    wrong = roadbook.command(*command, line="another passphrase\n", check=False)
    assert wrong.returncode == 1 and "the passphrase is another one" in wrong.stderr
    documents = json.loads(roadbook.command(*command, "--json", line=f"{PASSPHRASE}\n").stdout)
    assert {document["_id"].split(":")[0] for document in documents} == {"order", "draft"}

    assert (
        "2 handed in for bob, 0 were there already"
        in roadbook.command(*command, "--hand-in", line=f"{PASSPHRASE}\n").stderr
    )
    assert (
        "0 handed in for bob, 2 were there already"
        in roadbook.command(*command, "--hand-in", line=f"{PASSPHRASE}\n").stderr
    )
    north.up()
    phone.tab("Orders").says("In QuickBooks as estimate 1001")
    phone.is_up_to_date()
    assert len(quickbooks.control("GET", "estimates")) == 1
    stored = couch.database(north.rep.database).get(order, conflicts="true")
    assert stored is not None and "_conflicts" not in stored


def test_fetching_everything_anew_keeps_the_rep_and_reports_no_loss(phone: RepApp, north: Company) -> None:
    phone.sign_in(north.rep).says("8 customers").take("Café Ærø", {"Arabica beans, 1 kg": "1"})
    phone.is_where("In QuickBooks as estimate 1001").is_up_to_date()
    other = phone.context.new_page()
    other.goto(f"{north.origin}/app/#/orders")
    expect(other.get_by_role("link", name="Café Ærø")).to_be_visible(timeout=PATIENCE)
    other.evaluate("globalThis.before = true")
    phone.page.on("dialog", Dialog.accept)
    phone.tab("Sync").page.get_by_role("button", name="Fetch everything anew").click()
    phone.is_up_to_date().tab("Customers").says("8 customers")
    expect(phone.page.get_by_text("The browser deleted")).to_have_count(0)
    other.wait_for_function("() => !globalThis.before")  # it has begun anew too: what it had open is gone
    expect(other.get_by_role("link", name="Café Ærø")).to_be_visible(timeout=PATIENCE)
    expect(other.get_by_text("The browser deleted")).to_have_count(0)


def test_whoever_signs_out_in_one_tab_is_signed_out_in_the_other(phone: RepApp, north: Company) -> None:
    phone.sign_in(north.rep).says("8 customers").is_up_to_date()
    other = phone.context.new_page()
    other.goto(f"{north.origin}/app/")
    expect(other.get_by_text("8 customers")).to_be_visible(timeout=PATIENCE)
    phone.page.on("dialog", Dialog.accept)
    phone.tab("Sync").page.get_by_role("button", name="Sign out").click()
    phone.says("The first time needs a network.")
    expect(other.get_by_text("The first time needs a network.")).to_be_visible(timeout=PATIENCE)


def test_a_file_that_is_no_export_is_named(tmp_path: Path) -> None:
    file = tmp_path / "holiday.json"
    file.write_text("{}")
    argv = [sys.executable, "-m", "connector.cli", "device", "open-export", str(file), "--passphrase-stdin"]
    done = subprocess.run(argv, input="x\n", capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "no file of unsent documents" in done.stderr
