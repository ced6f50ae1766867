"""Each benchmark, small: the table, the JSON object on the last line, the section of the docs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local_servers import CHECKOUT, SCRIPTS

DEADLINE = 240  # seconds; each takes a few where the machine is idle


def bench(*arguments: str, couch_url: str = "") -> subprocess.CompletedProcess[str]:
    """Run one benchmark to its end, on the CouchDB that this run of the tests uses."""
    environment = {**os.environ, "PYTHONPATH": f"{CHECKOUT}:{SCRIPTS}"} | (
        {"COUCHDB_URL": couch_url} if couch_url else {}
    )
    argv = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=DEADLINE)


def result_of(done: subprocess.CompletedProcess[str], docs: Path, name: str) -> dict[str, Any]:
    """The JSON object of a benchmark that has worked and has kept its section."""
    assert done.returncode == 0, done.stderr[-2000:]
    assert f"## {name}\n" in docs.read_text()
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def test_it_measures_the_connector_against_a_plain_loop(tmp_path: Path) -> None:
    docs = tmp_path / "benchmarks.md"
    sizes = ("--orders", "12", "--slow-loop", "2", "--reps", "2", "--samples", "3")
    done = bench("connector", *sizes, "--wipe", "--docs", str(docs))
    result = result_of(done, docs, "connector")
    wanted = ["latency_p50_ms", "latency_p99_ms", "orders_per_s", "baseline_orders_per_s", "ratio"]
    assert list(result)[:5] == wanted
    assert 0 < result["latency_p50_ms"] <= result["latency_p99_ms"]
    assert result["orders_per_s"] > 0
    assert result["baseline_orders_per_s"] > 0
    assert result["ratio"] == pytest.approx(result["orders_per_s"] / result["baseline_orders_per_s"], abs=0.02)
    assert result["delayed_baseline_orders_per_s"] < 5, "the sandbox waits 0.2 s before every request"


def test_it_measures_the_catalog(tmp_path: Path) -> None:
    docs = tmp_path / "benchmarks.md"
    done = bench("catalog", "--items", "1100", "--customers", "20", "--wipe", "--docs", str(docs))
    result = result_of(done, docs, "catalog")
    assert (result["nothing_new_reads"], result["nothing_new_writes"]) == (1, 0)
    assert (result["changed_reads"], result["changed_writes"]) == (2, 50)
    assert result["first_reads"] <= 12


def test_it_measures_a_burst_under_the_documented_limits(tmp_path: Path) -> None:
    docs = tmp_path / "benchmarks.md"
    sizes = ("--orders", "45", "--long-orders", "0", "--single-orders", "12", "--reps", "2")
    done = bench("burst", *sizes, "--wipe", "--docs", str(docs))
    result = result_of(done, docs, "burst")
    assert list(result)[:4] == ["orders", "limit_share", "http_429", "seconds"]
    assert result["orders"] == 45
    assert 0 <= result["limit_share"] <= 1
    assert result["http_429"] == 0
    assert result["seconds"] > 0
    assert result["allowed_seconds"] < result["seconds"]
    assert 1 <= result["metered_reads"] < 8  # company, preferences, and the first looks at what changed
    assert 2 / 45 <= result["requests_per_order"] < 1
    assert result["single_orders"] == 12
    assert 1 <= result["single_requests_per_order"] < 2
    assert 0 < result["single_whole_run_share"] < 1
    assert 0 < result["single_limit_share_while_binding"] <= 1


def test_it_measures_a_connector_at_rest(tmp_path: Path) -> None:
    docs = tmp_path / "benchmarks.md"
    done = bench("idle", "--databases", "3", "--seconds", "1", "--wipe", "--docs", str(docs))
    result = result_of(done, docs, "idle")
    assert list(result)[:3] == ["databases", "rss_mb", "cpu_percent"]
    assert result["databases"] == 3
    assert 10 < result["rss_mb"] < 2000
    assert 0 <= result["cpu_percent"] <= 100 * (os.cpu_count() or 1)


def test_it_measures_snapshots_against_replication(tmp_path: Path) -> None:
    docs = tmp_path / "benchmarks.md"
    sizes = ("--products", "120", "--customers", "30", "--devices", "2")
    done = bench("snapshot", *sizes, "--wipe", "--docs", str(docs))
    result = result_of(done, docs, "snapshot")
    assert list(result)[:4] == ["docs", "build_seconds", "reading_seconds", "build_cpu_seconds"]
    assert result["docs"] == 150
    assert 0 < result["reading_seconds"] < result["build_seconds"]
    assert result["nothing_new_bytes"] < 600
    assert result["changed_bytes"] > result["nothing_new_bytes"]
    assert all(value > 0 for name, value in result.items() if name.endswith("_ms") and "cpu" not in name)


def test_it_measures_deploys_while_views_and_guards_are_in_use(tmp_path: Path) -> None:
    docs = tmp_path / "benchmarks.md"
    done = bench("design", "--documents", "400", "--databases", "12", "--wipe", "--docs", str(docs))
    result = result_of(done, docs, "design")
    assert list(result)[:3] == ["query_p99_staged_ms", "query_p99_overwrite_ms", "rollback_ms"]
    assert all(value > 0 for name, value in result.items() if name != "overwrite_queries_given_up")
    assert result["fanout_1000_s"] <= result["deploy_1000_s"]


def test_it_measures_the_pages_of_the_console(tmp_path: Path) -> None:
    docs = tmp_path / "benchmarks.md"
    done = bench("console", "--reps", "3", "--orders", "40", "--samples", "2", "--wipe", "--docs", str(docs))
    result = result_of(done, docs, "console")
    assert list(result)[:3] == ["replication_p50_ms", "orders_p50_ms", "order_p50_ms"]
    assert all(value > 0 for name, value in result.items() if name.endswith("_ms"))
    assert (result["reps"], result["orders"]) == (3, 40)


def test_it_measures_first_syncs_in_chromium(tmp_path: Path) -> None:
    pytest.importorskip("playwright", reason="Playwright is not installed: ./scripts/setup --tests")
    docs = tmp_path / "benchmarks.md"
    sizes = ("--products", "300", "--customers", "120", "--rounds", "1")
    done = bench("first-sync", *sizes, "--wipe", "--docs", str(docs))
    result = result_of(done, docs, "first-sync")
    wanted = ["usable_ms", "plain_ms", "ratio", "usable_4g_ms", "plain_4g_ms", "ratio_4g", "long_tasks"]
    assert list(result)[:9] == [*wanted, "incremental_50_ms", "nothing_new_requests"]
    assert result["first_page_ms"] > 0
    assert 0 < result["usable_ms"] <= result["stored_ms"]
    assert result["ratio"] == pytest.approx(result["plain_ms"] / result["usable_ms"], rel=0.05)
    assert result["nothing_new_requests"] == 1
    assert result["plain_nothing_new_requests"] > 1


def test_it_measures_what_a_rep_waits_for_in_the_app(tmp_path: Path) -> None:
    pytest.importorskip("playwright", reason="Playwright is not installed: ./scripts/setup --tests")
    docs = tmp_path / "benchmarks.md"
    sizes = ("--products", "300", "--customers", "120", "--orders", "5", "--rounds", "1")
    done = bench("app", *sizes, "--wipe", "--docs", str(docs))
    result = result_of(done, docs, "app")
    waits = ["boot_ms", "keystroke_ms", "save_ms", "upload_1_ms", "upload_100_ms"]
    assert list(result) == [*waits, "upload_100_requests", "shell_kb"]
    assert all(result[name] > 0 for name in result)
    assert "Apache CouchDB" in docs.read_text() or "demo grade" in docs.read_text()


def test_it_says_in_one_line_why_it_cannot_measure(tmp_path: Path) -> None:
    docs = tmp_path / "benchmarks.md"
    done = bench("idle", "--databases", "1", "--docs", str(docs), couch_url="http://admin:secret@127.0.0.1:9")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("bench: CouchDB at http://127.0.0.1:9 does not answer")
    assert not docs.exists()


@pytest.mark.parametrize(
    "arguments",
    [(), ("speed",), ("connector", "--orders", "0"), ("burst", "--long-orders", "-1"), ("chaos", "--seed", "x")],
)
def test_it_refuses_a_benchmark_or_a_size_that_makes_no_sense(arguments: tuple[str, ...]) -> None:
    done = bench(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: bench")
