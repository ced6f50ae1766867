"""Who may do what: a row for every page and every action of the console, so that none is ever forgotten."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.connector.samples import REP
from tests.web.conftest import People, SignIns
from tests.web.ledger_rows import OnRecord, key_of, parked, received

ROW = parked(received(1), "unknown_product", "QuickBooks does not know the product “Chai”.")
ORDER = f"/orders/{key_of(ROW)}"
EVERYBODY = "everybody"
OPS = "ops"  # the office: ops and admin
ADMIN = "admin"
SIGNED = "signed"  # whoever signs the request: see test_webhooks.py
DEVICES = "devices"  # by CouchDB's own rights: see replication/test_rights.py


@dataclass(frozen=True)
class Right:
    """Who may send a method to a page; `status` is what they get for it, here where little is on record."""

    endpoint: str
    method: str
    path: str
    who: str
    status: int = 200

    def __str__(self) -> str:
        return f"{self.endpoint}-{self.method}"


RIGHTS = (
    Right("static", "GET", "/static/console.css", EVERYBODY),
    Right("app.without_slash", "GET", "/app", EVERYBODY, 301),
    Right("app.file", "GET", "/app/", EVERYBODY),  # the reps' app holds no data
    Right("probes.healthz", "GET", "/healthz", EVERYBODY),
    Right("probes.readyz", "GET", "/readyz", EVERYBODY),
    Right("probes.metrics", "GET", "/metrics", SIGNED),  # whoever has the token or is signed in: see test_metrics.py
    Right("auth.sign_in", "GET", "/sign-in", EVERYBODY),
    Right("auth.sign_in_submit", "POST", "/sign-in", EVERYBODY),
    Right("auth.sign_out", "POST", "/sign-out", EVERYBODY, 303),
    Right("webhooks.quickbooks", "POST", "/webhooks/quickbooks", SIGNED),
    Right("replication.manifest", "GET", "/couch/catalog/_snapshot", DEVICES),
    Right("replication.body", "GET", "/couch/catalog/_snapshot/1", DEVICES),
    Right("replication.changes", "GET", "/couch/catalog/_delta", DEVICES),
    Right("rep_paper.pdf", "GET", f"/couch/orders-{REP}/_letter/{ROW.ulid}", DEVICES),
    Right("letters.pdf", "GET", f"{ORDER}/order.pdf", OPS),
    Right("letters.again", "POST", f"{ORDER}/letters/letter:x/again", OPS, 404),
    Right("fleet.show", "GET", "/", OPS),
    Right("fleet.body", "GET", "/replication", OPS),
    Right("fleet.standing", "GET", "/replication/standing", OPS),
    Right("fleet.database", "GET", "/replication/catalog", OPS, 404),  # nothing was sampled yet
    Right("people.index", "GET", "/reps", OPS),
    Right("people.add", "POST", "/reps", ADMIN),
    Right("people.show", "GET", f"/reps/{REP}", OPS, 404),
    Right("people.password", "POST", f"/reps/{REP}/password", ADMIN),
    Right("people.territory", "POST", f"/reps/{REP}/territory", ADMIN),
    Right("people.email", "POST", f"/reps/{REP}/email", ADMIN),
    Right("people.new_customers", "POST", f"/reps/{REP}/new-customers", ADMIN),
    Right("people.ask_to_disable", "GET", f"/reps/{REP}/disable", ADMIN),
    Right("people.disable", "POST", f"/reps/{REP}/disable", ADMIN),
    Right("people.try_import", "POST", "/reps/import", ADMIN),
    Right("people.carry_out_import", "POST", "/reps/import/confirm", ADMIN),
    Right("orders.index", "GET", "/orders", OPS),
    Right("orders.table", "GET", "/orders/table", OPS),
    Right("orders.stopped_orders", "GET", "/orders/stopped", OPS),
    Right("orders.stopped_groups", "GET", "/orders/stopped/groups", OPS),
    Right("orders.show", "GET", ORDER, OPS),
    Right("orders.state", "GET", f"{ORDER}/state", OPS),
    Right("orders.behind", "GET", f"{ORDER}/json", OPS),
    Right("orders.versions", "GET", f"{ORDER}/versions", OPS),
    Right("order_actions.retry", "POST", f"{ORDER}/retry", OPS, 303),
    Right("order_actions.retry_all", "POST", "/orders/stopped/retry", OPS, 409),
    Right("order_actions.keep", "POST", f"{ORDER}/hold", OPS, 409),
    Right("order_actions.let_go", "POST", f"{ORDER}/release", OPS, 409),
    Right("order_actions.entered_by_hand", "POST", f"{ORDER}/entered-by-hand", OPS, 409),
    Right("order_actions.choose_customer", "POST", f"{ORDER}/link", OPS, 409),
    Right("order_actions.rename", "POST", f"{ORDER}/rename", OPS, 409),
    Right("order_actions.search_means", "GET", f"{ORDER}/means", OPS),
    Right("order_actions.means", "POST", f"{ORDER}/means", OPS, 409),
    Right("order_actions.choose_version", "POST", f"{ORDER}/versions", OPS, 409),
    Right("company_settings.show", "GET", "/settings", OPS),
    Right("company_settings.form", "GET", "/settings/form", OPS),
    Right("company_settings.change", "POST", "/settings", ADMIN),
    Right("quickbooks.show", "GET", "/quickbooks", OPS),
    Right("quickbooks.state", "GET", "/quickbooks/state", OPS),
    Right("quickbooks.connect", "POST", "/quickbooks/connect", ADMIN),
    Right("quickbooks.callback", "GET", "/quickbooks/callback", ADMIN),
    Right("quickbooks.disconnect", "POST", "/quickbooks/disconnect", ADMIN),
    Right("status.show", "GET", "/status", OPS),
    Right("status.state", "GET", "/status/state", OPS),
    Right("design.show", "GET", "/design", OPS),
    Right("design.progress", "GET", "/design/progress", OPS),
    Right("design.standing", "GET", "/design/standing", OPS),
    Right("design.show_plan", "GET", "/design/plan", OPS),
    Right("design.start_deploy", "POST", "/design/deploy", ADMIN),
    Right("design.start_rollback", "POST", "/design/rollback", ADMIN),
    Right("design.start_accept", "POST", "/design/accept", ADMIN),
    Right("audit.show", "GET", "/audit", ADMIN),
)
CLOSED = [right for right in RIGHTS if right.who in (OPS, ADMIN)]
OF_THE_OFFICE = [right for right in RIGHTS if right.who == OPS]
OF_ADMINS = [right for right in RIGHTS if right.who == ADMIN]
WRITES = [right for right in RIGHTS if right.method == "POST" and right.who != SIGNED]
FOREIGN = ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"})


def test_it_has_a_row_for_every_page_and_every_action(app: Flask) -> None:
    routes = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == {(right.endpoint, right.method) for right in RIGHTS}
    assert len(RIGHTS) == len({(right.endpoint, right.method) for right in RIGHTS})


@pytest.mark.parametrize("right", RIGHTS, ids=str)
def test_its_row_is_about_the_page_that_it_names(app: Flask, right: Right) -> None:
    endpoint, _ = app.url_map.bind("localhost").match(right.path, method=right.method)
    assert endpoint == right.endpoint


@pytest.mark.parametrize("right", CLOSED, ids=str)
def test_it_sends_somebody_who_is_not_signed_in_to_the_sign_in_page(client: FlaskClient, right: Right) -> None:
    answer = client.open(right.path, method=right.method)
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in")


@pytest.mark.parametrize("name", ["alice", "olga"])
def test_it_lets_the_office_do_what_the_office_may(signed_in: SignIns, ledger: OnRecord, name: str) -> None:
    ledger.write(ROW)
    client = signed_in(name)
    answers = {str(right): client.open(right.path, method=right.method).status_code for right in OF_THE_OFFICE}
    assert answers == {str(right): right.status for right in OF_THE_OFFICE}


@pytest.mark.parametrize("right", OF_ADMINS, ids=str)
def test_it_lets_only_admins_do_what_admins_may(signed_in: SignIns, people: People, right: Right) -> None:
    answer = signed_in("olga").open(right.path, method=right.method)
    assert answer.status_code == 403
    assert "admin" in answer.text
    for name in ("alice", people.installation.server.user):
        assert signed_in(name).open(right.path, method=right.method).status_code != 403


@pytest.mark.parametrize("right", CLOSED, ids=str)
def test_it_lets_reps_and_strangers_do_nothing(signed_in: SignIns, right: Right) -> None:
    for name in ("bob", "nobody"):
        assert signed_in(name).open(right.path, method=right.method).status_code == 302


@pytest.mark.parametrize("right", WRITES, ids=str)
def test_it_does_nothing_that_another_sites_page_sends(signed_in: SignIns, ledger: OnRecord, right: Right) -> None:
    ledger.write(ROW)
    client = signed_in("alice")
    for headers in FOREIGN:
        answer = client.open(right.path, method=right.method, headers=headers)
        assert answer.status_code == 403
        assert "another site" in answer.text
    assert ledger.read(ROW).state == "parked"
