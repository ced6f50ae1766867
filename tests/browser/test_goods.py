"""The reps' app in Chromium: products as a customer has them, customers of all territories, new customers; offline."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from connector.couch import CouchServer
from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import Roadbook
from tests.browser.accessibility import Looked
from tests.browser.company import Company
from tests.browser.rep_app import PATIENCE, RepApp
from tests.browser.screens import Screens
from tests.connector.pictures.photographs import photograph, saved

PRICES = """list,product,category,from,price,percent,visible
Café,BEAN-1,,,16.50,,
Café,BEAN-1,,10,15.00,,
Café,OAT-6,,,,,no
Café,,Larder,,,10,
"""


def stock_the_shelves(roadbook: Roadbook, quickbooks: Sandbox, directory: Path) -> None:
    """Categories, stock and a price list for Café Ærø, and a picture of the beans."""
    [larder] = quickbooks.control("POST", "seed", {"Item": [{"Name": "Larder", "Type": "Category"}]})["Item"]
    below = {"ParentRef": {"value": larder}, "SubItem": True}
    for item in ("4", "6"):  # salt and honey
        quickbooks.control("POST", "office", {"entity": "Item", "id": item, "changes": below})
    roadbook.sync_catalog()
    prices = directory / "prices.csv"
    prices.write_text(PRICES, encoding="utf-8")
    roadbook.command("prices", "import", str(prices))
    assigned = directory / "assigned.csv"
    assigned.write_text("customer,type,list\nCafé Ærø,,Café\n", encoding="utf-8")
    roadbook.command("prices", "assign", str(assigned))
    pictures = directory / "pictures"
    pictures.mkdir()
    (pictures / "BEAN-1.jpg").write_bytes(saved(photograph(1600, 1200)))
    roadbook.command("pictures", "import", str(pictures))


def test_products_are_found_by_name_sku_and_category_and_shown_with_picture_and_stock_without_a_network(
    phone: RepApp,
    north: Company,
    roadbook: Roadbook,
    quickbooks: Sandbox,
    tmp_path: Path,
    screens: Screens,
    finds_nothing_serious: Looked,
) -> None:
    stock_the_shelves(roadbook, quickbooks, tmp_path)
    phone.sign_in(north.rep).says("8 customers").is_up_to_date().is_kept_for_offline()
    phone.tab("Catalogue").says("12 products")
    expect(phone.page.locator(".thumbnail img")).to_have_count(1, timeout=PATIENCE)
    phone.open_product("Arabica beans, 1 kg")
    expect(phone.page.get_by_alt_text("Picture of Arabica beans, 1 kg")).to_have_js_property("naturalWidth", 1200)
    north.down()
    phone.restart().tab("Catalogue").says("12 products")
    screens(phone.page, "app-catalogue")
    finds_nothing_serious(phone.page)

    phone.search_products("bean-1").says("1 product")
    phone.open_product("Arabica beans, 1 kg")
    expect(phone.page.get_by_alt_text("Picture of Arabica beans, 1 kg")).to_have_js_property("naturalWidth", 1200)
    screens(phone.page, "app-product")
    finds_nothing_serious(phone.page)
    phone.page.get_by_role("button", name="Close").click()
    phone.search_products("").page.get_by_label("Category").select_option(label="Larder (2)")
    phone.says("2 products").says("Sea salt flakes, 250 g").says("Blossom honey, 12 jars")


def test_a_draft_shows_a_customer_s_prices_and_products_and_the_price_follows_the_quantity(
    phone: RepApp, north: Company, roadbook: Roadbook, quickbooks: Sandbox, tmp_path: Path, screens: Screens
) -> None:
    stock_the_shelves(roadbook, quickbooks, tmp_path)
    phone.sign_in(north.rep).says("8 customers").is_up_to_date().is_kept_for_offline()
    north.down()
    phone.restart().open_draft("Café Ærø").says("11 products").says("from 10: $15.00")
    phone.search_products("oat").says("No product matches.")
    phone.set("Arabica beans, 1 kg", "2").says("$33.00")
    phone.set("Arabica beans, 1 kg", "10").says("$150.00")
    phone.set("Sea salt flakes, 250 g", "1").says("$153.69")  # 4.10 less ten percent
    screens(phone.page, "app-draft-prices")
    phone.page.get_by_role("button", name="Review").click()
    phone.page.get_by_label("Quantity of Arabica beans, 1 kg").fill("9")
    phone.page.get_by_label("Quantity of Arabica beans, 1 kg").blur()
    phone.says("$152.19")
    phone.page.get_by_role("button", name="Submit order").click()
    north.up()
    phone.is_where("In QuickBooks as estimate")
    (estimate,) = quickbooks.control("GET", "estimates")
    assert f"{estimate['TotalAmt']:.2f}" == "152.19"


def test_a_new_customer_is_asked_for_without_a_network_and_gets_its_order_at_once(
    phone: RepApp,
    north: Company,
    roadbook: Roadbook,
    quickbooks: Sandbox,
    screens: Screens,
    finds_nothing_serious: Looked,
) -> None:
    phone.sign_in(north.rep).says("8 customers").is_up_to_date().is_kept_for_offline()
    north.down()
    phone.restart().tab("Customers").says("8 customers")
    screens(phone.page, "app-customers")
    finds_nothing_serious(phone.page)
    phone.page.get_by_role("link", name="New customer").click()
    phone.page.get_by_role("button", name="Ask for this customer").click()
    phone.says("A name is needed.")
    phone.page.get_by_label("Name of the business").fill("Cafe Aero")
    phone.says("You may have this customer already:").says("Café Ærø")
    screens(phone.page, "app-new-customer")
    finds_nothing_serious(phone.page)
    phone.page.get_by_label("Name of the business").fill("Quayside Deli")
    expect(phone.page.get_by_text("You may have this customer already:")).to_have_count(0)
    phone.page.get_by_label("City", exact=True).fill("Bath")
    phone.page.get_by_role("button", name="Ask for this customer").click()
    expect(phone.page.get_by_label("Where the request is")).to_contain_text("On this device")
    phone.page.get_by_role("button", name="New order").click()
    phone.set("Arabica beans, 1 kg", "1")
    phone.page.get_by_role("button", name="Review").click()
    phone.says("Quayside Deli is new and waits for the office.")
    phone.page.get_by_role("button", name="Submit order").click()
    phone.is_where("On this device").restart().tab("Customers").says("Quayside Deli")

    north.up()
    phone.tab("Orders").page.get_by_role("link", name="Quayside Deli").click()
    phone.is_where("In QuickBooks as estimate")
    (estimate,) = quickbooks.control("GET", "estimates")
    assert estimate["CustomerRef"]["name"] == "Quayside Deli"
    phone.tab("Customers").says("Quayside Deli")  # until its customer is on the device
    roadbook.sync_catalog()
    phone.tab("Sync").page.get_by_role("button", name="Sync now").click()
    phone.tab("Customers").says("9 customers").page.get_by_role("link", name="Quayside Deli").click()
    phone.says("Bath").says("$18.40")
    screens(phone.page, "app-customer")
    finds_nothing_serious(phone.page)


def test_a_name_that_is_taken_needs_the_office_and_the_rep_sees_why(
    phone: RepApp, north: Company, quickbooks: Sandbox
) -> None:
    quickbooks.control("POST", "seed", {"Vendor": [{"DisplayName": "Quayside Deli"}]})
    phone.sign_in(north.rep).says("8 customers")
    phone.ask_for_customer("Quayside Deli")
    where = phone.page.get_by_label("Where the request is")
    expect(where).to_contain_text("Needs attention", timeout=PATIENCE)
    expect(where).to_contain_text("The name “Quayside Deli” is taken in QuickBooks")
    expect(where).to_contain_text("The office must act.")


def test_a_rep_of_two_territories_has_the_customers_of_both_until_one_is_taken_away(
    phone: RepApp, north: Company, roadbook: Roadbook, couch: CouchServer
) -> None:
    roadbook.command("territory", "add", "south")
    roadbook.command("territory", "allocate", "O'Leary & Sons", "south")
    give(couch, north.rep.account, "territory:south")
    phone.sign_in(north.rep).says("8 customers").is_up_to_date().is_kept_for_offline()
    north.down()
    phone.restart().says("8 customers").page.get_by_label("Search customers").fill("o'leary")
    phone.says("1 customer").page.get_by_role("link", name="O'Leary & Sons").click()
    phone.says("12 Quay Street")
    north.up()
    give(couch, north.rep.account)
    phone.tab("Sync").page.get_by_role("button", name="Sync now").click()
    phone.tab("Customers").says("7 customers")


def give(couch: CouchServer, account: str, *more: str) -> None:
    """Let an account have further roles, and no others beside those of a rep of the north."""
    users = couch.database("_users")
    user = users.get(f"org.couchdb.user:{account}") or {}
    own = [role for role in user["roles"] if role != "territory:south"]
    users.put(user | {"roles": [*own, *more]})


def test_a_browser_without_a_barcode_reader_says_so(phone: RepApp, north: Company) -> None:
    phone.page.add_init_script("delete globalThis.BarcodeDetector")
    phone.sign_in(north.rep).says("8 customers")
    phone.page.reload()
    phone.tab("Catalogue").page.get_by_role("button", name="Scan a barcode").click()
    phone.says("This browser cannot read barcodes. Type the number instead.")
    phone.page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(phone.page.get_by_role("dialog")).to_have_count(0)


def test_a_barcode_that_the_camera_sees_finds_its_product(phone: RepApp, north: Company) -> None:
    phone.page.add_init_script(
        """globalThis.BarcodeDetector = class {
          static getSupportedFormats = async () => ['ean_13', 'code_128'];
          detect = async () => [{rawValue: 'OIL-5'}];
        };
        navigator.mediaDevices.getUserMedia = async () => {
          const canvas = document.createElement('canvas');
          const pen = canvas.getContext('2d');
          setInterval(() => pen.fillRect(Math.random() * 100, 0, 1, 1), 50);
          return canvas.captureStream();
        };"""
    )
    phone.sign_in(north.rep).says("8 customers")
    phone.page.reload()
    phone.tab("Catalogue").page.get_by_role("button", name="Scan a barcode").click()
    phone.says("1 product").says("Olive oil, 5 l")
    expect(phone.page.get_by_label("Search products")).to_have_value("OIL-5")
