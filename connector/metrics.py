"""Roadbook's figures in Prometheus' text format: what the replication and status pages say, for machines.

Reference: https://prometheus.io/docs/instrumenting/exposition_formats/ and https://prometheus.io/docs/practices/naming/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from connector import __version__
from connector.couch import CouchServer
from connector.couch_health import TROUBLED, CouchHealth, health_of
from connector.errors import CouchError
from connector.fleet.lines import STATES
from connector.fleet.samples import Pass, Samples
from connector.identifiers import CONNECTOR, OPS
from connector.letters.letter import STATES as LETTER_STATES
from connector.letters.store import Letters
from connector.quickbooks import MonthOfCalls, call_months, this_month
from connector.standing import Backlog, Standing, backlog_of, standing_of

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LEDGER_STATES = ("received", "waiting", "held", "parked", "posted", "amended", "cancelled", "converted")


@dataclass(frozen=True)
class Metric:
    """One metric; a value of None is unknown and left out, so that an alert on its absence can tell."""

    name: str
    kind: Literal["gauge", "counter"]
    help: str
    values: tuple[tuple[Mapping[str, str], float | None], ...] = field(default=())

    def lines(self) -> Iterable[str]:
        """The metric as text."""
        known = [(labels, value) for labels, value in self.values if value is not None]
        if not known:
            return
        yield f"# HELP {self.name} {self.help}"
        yield f"# TYPE {self.name} {self.kind}"
        for labels, value in known:
            inside = ",".join(f'{name}="{escaped(text)}"' for name, text in labels.items())
            yield f"{self.name}{{{inside}}} {shown(value)}" if inside else f"{self.name} {shown(value)}"


def metrics_of(server: CouchServer, admin: CouchServer, now: datetime, sweep_minutes: float) -> str:
    """Everything at once; where CouchDB does not answer, that is what it says."""
    couchdb = health_of(admin)
    found = [*about_couchdb(couchdb)]
    try:
        database, ops = server.database(CONNECTOR), server.database(OPS)
        found += about_connector(standing_of(server, now, sweep_minutes), now)
        found += about_backlog(backlog_of(database), ledger_states(server), now)
        found += about_fleet(server, Samples(ops).last_pass(), now)
        found += about_letters(Letters(database))
        found += about_calls(call_months(database, this_month()))
    except CouchError:
        found.append(single("roadbook_readable", "gauge", "Whether Roadbook's databases can be read.", 0))
    else:
        found.append(single("roadbook_readable", "gauge", "Whether Roadbook's databases can be read.", 1))
    info = Metric("roadbook_build_info", "gauge", "Roadbook's version.", (({"version": __version__}, 1),))
    return "\n".join(line for metric in (info, *found) for line in metric.lines()) + "\n"


def about_couchdb(couchdb: CouchHealth) -> list[Metric]:
    """CouchDB itself; what it does not tell is left out."""
    replications = couchdb.replications
    return [
        single("roadbook_couchdb_up", "gauge", "Whether CouchDB answers and says that it is up.", couchdb.up),
        single(
            "roadbook_couchdb_tasks",
            "gauge",
            "Indexing, compaction and replication under way.",
            None if couchdb.tasks is None else len(couchdb.tasks),
        ),
        single(
            "roadbook_couchdb_replications_troubled",
            "gauge",
            f"Replications that the operator defined and that are {' or '.join(TROUBLED)}.",
            None if replications is None else sum(each.troubled for each in replications),
        ),
    ]


def about_connector(standing: Standing, now: datetime) -> list[Metric]:
    """Whether it works, and how old its last signs of life are."""
    beat = standing.beat
    alive = standing.alive and beat is not None
    return [
        single("roadbook_connector_alive", "gauge", "Whether a connector is at work.", standing.alive),
        single(
            "roadbook_connector_stands_still", "gauge", "Whether nothing is read or posted.", bool(standing.reasons)
        ),
        single(
            "roadbook_connector_heartbeat_age_seconds",
            "gauge",
            "How long ago the connector was last heard of.",
            age(beat.at if beat else None, now),
        ),
        single(
            "roadbook_doorbell_age_seconds",
            "gauge",
            "How long ago the doorbell was last heard.",
            age(beat.doorbell_at, now) if alive and beat else None,
        ),
        single(
            "roadbook_sweep_age_seconds",
            "gauge",
            "How long ago the last sweep ended.",
            age(beat.swept_at, now) if alive and beat else None,
        ),
        single(
            "roadbook_dirty_databases",
            "gauge",
            "Databases with news that wait to be read.",
            beat.dirty if alive and beat else None,
        ),
        single(
            "roadbook_queued_documents",
            "gauge",
            "Documents in the queue of the connector.",
            beat.due if alive and beat else None,
        ),
    ]


def about_backlog(backlog: Backlog, states: Mapping[str, int], now: datetime) -> list[Metric]:
    """What has not come to its end."""
    return [
        Metric(
            "roadbook_documents",
            "gauge",
            "Documents that reps handed in, by where they stand.",
            tuple(({"state": state}, states.get(state, 0)) for state in {**dict.fromkeys(LEDGER_STATES), **states}),
        ),
        single("roadbook_unanswered_documents", "gauge", "Documents on record without a receipt.", backlog.unanswered),
        single(
            "roadbook_oldest_unanswered_age_seconds",
            "gauge",
            "How long the oldest document without a receipt has been on record; 0: there is none.",
            age(backlog.oldest_unanswered_at, now) or 0,
        ),
        single(
            "roadbook_oldest_unposted_age_seconds",
            "gauge",
            "How long the oldest order that is not in QuickBooks has been on record; 0: there is none.",
            age(backlog.oldest_unposted_at, now) or 0,
        ),
        single("roadbook_dead_letters", "gauge", "Documents that could not be read.", backlog.dead_letters),
    ]


def about_fleet(server: CouchServer, last: Pass | None, now: datetime) -> list[Metric]:
    """Devices by state and how far they are behind, by the last samples."""
    ops = server.database(OPS)
    counted = {row["key"][1]: int(row["value"]) for row in ops.view("fleet", "lines", group_level=2)}
    totals = {tuple(row["key"]): int(row["value"]) for row in ops.view("fleet", "totals", group=True)}
    sizes = (("file", last.file_bytes), ("active", last.active_bytes)) if last and last.file_bytes else ()
    return [
        Metric(
            "roadbook_devices",
            "gauge",
            "Devices by state.",
            tuple(({"state": state}, counted.get(state, 0)) for state in STATES),
        ),
        single(
            "roadbook_device_lag_documents",
            "gauge",
            "Documents that all devices together have not fetched.",
            totals.get(("reps", "lag"), 0),
        ),
        single(
            "roadbook_device_unsent_documents",
            "gauge",
            "Documents that devices say they have not handed in.",
            totals.get(("reps", "unsent"), 0),
        ),
        single(
            "roadbook_sampling_age_seconds",
            "gauge",
            "How long ago the devices were last sampled.",
            age(last.ended_at if last else None, now),
        ),
        single("roadbook_reps", "gauge", "Reps that were sampled.", last.reps if last else None),
        Metric(
            "roadbook_database_size_bytes",
            "gauge",
            "Size of all of Roadbook's databases: their files, and what compaction would leave.",
            tuple(({"kind": kind}, size) for kind, size in sizes),
        ),
    ]


def about_letters(letters: Letters) -> list[Metric]:
    """Letters by where they stand, and whether none leaves at all."""
    counts = letters.counts()
    return [
        Metric(
            "roadbook_letters",
            "gauge",
            "Letters by state.",
            tuple(({"state": state}, counts.get(state, 0)) for state in LETTER_STATES),
        ),
        single(
            "roadbook_letters_stand_still",
            "gauge",
            "Whether no letter leaves: the mail server is away or refuses them.",
            letters.trouble() is not None,
        ),
    ]


def about_calls(months: Iterable[MonthOfCalls]) -> list[Metric]:
    """Calls to QuickBooks in this month; the counters begin anew with each, which Prometheus takes for a reset."""
    tallies = [(month.realm, kind, month.tally) for month in months for kind in month.kinds()]
    return [
        Metric(
            "roadbook_quickbooks_calls_total",
            "counter",
            "Calls sent to QuickBooks in this month.",
            tuple(({"realm": realm, "kind": kind}, tally.sent[kind]) for realm, kind, tally in tallies),
        ),
        Metric(
            "roadbook_quickbooks_successes_total",
            "counter",
            "Calls that QuickBooks answered with success in this month.",
            tuple(({"realm": realm, "kind": kind}, tally.succeeded[kind]) for realm, kind, tally in tallies),
        ),
    ]


def ledger_states(server: CouchServer) -> dict[str, int]:
    """How many documents are in each state."""
    rows = server.database(CONNECTOR).view("ledger", "by_state", group_level=1)
    return {str(row["key"][0]): int(row["value"]) for row in rows}


def single(name: str, kind: Literal["gauge", "counter"], text: str, value: float | None) -> Metric:
    """A metric without labels."""
    return Metric(name, kind, text, (({}, None if value is None else float(value)),))


def age(at: str | None, now: datetime) -> float | None:
    """Seconds since a time; None where there is none."""
    return None if at is None else max(0.0, round((now - datetime.fromisoformat(at)).total_seconds(), 3))


def escaped(text: str) -> str:
    """A label's value as the format wants it."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def shown(value: float) -> str:
    """`3`, `0.25`."""
    return (
        f"{value:g}"
        if abs(value) < 1e6 and value != int(value)
        else str(int(value))
        if value == int(value)
        else repr(value)
    )
