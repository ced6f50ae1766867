"""Database updates: which databases were created, changed, deleted."""

from __future__ import annotations

import json
import threading


def events(answer):
    return [(event["db_name"], event["type"]) for event in answer["results"]]


def test_it_tells_what_happened_since_a_moment(admin, database):
    since = admin("GET", "_db_updates?since=now").json()["last_seq"]
    name = f"{database.name}-other"
    admin("PUT", name)
    admin("PUT", f"{name}/paper", {})
    admin("DELETE", name)
    answer = admin("GET", f"_db_updates?since={since}").json()
    assert events(answer) == [(name, "created"), (name, "updated"), (name, "deleted")]
    assert events(admin("GET", f"_db_updates?since={answer['last_seq']}").json()) == []


def test_a_refused_write_is_no_update(admin, database):
    database("PUT", "_design/guard", {"validate_doc_update": "function () { throw {forbidden: 'no'}; }"})
    since = admin("GET", "_db_updates?since=now").json()["last_seq"]
    assert database("PUT", "paper", {}).status_code == 403
    assert events(admin("GET", f"_db_updates?since={since}").json()) == []


def test_for_a_time_before_the_server_began_every_database_is_named(admin, database):
    names = {name for name, _ in events(admin("GET", "_db_updates?since=0").json())}
    assert names >= {"_users", "_replicator", database.name}


def test_a_long_poll_answers_with_the_next_event(admin, database):
    answers = []
    with admin("GET", "_db_updates?feed=longpoll&since=now&heartbeat=10000", stream=True) as waiting:
        reader = threading.Thread(target=lambda: answers.append(waiting.json()))
        reader.start()
        database("PUT", "paper", {})
        reader.join(20)
    assert events(answers[0]) == [(database.name, "updated")]


def test_a_continuous_feed_sends_events_one_by_one(admin, database):
    with admin("GET", "_db_updates?feed=continuous&since=now&timeout=10000", stream=True) as feed:
        lines = feed.iter_lines(chunk_size=1)
        for name in ("first", "second"):
            database("PUT", name, {})
            assert json.loads(next(lines))["db_name"] == database.name


def test_a_change_of_an_account_is_an_update_too(admin, people):
    since = admin("GET", "_db_updates?since=now").json()["last_seq"]
    path = "_users/org.couchdb.user:charlie"
    admin("PUT", path, admin("GET", path).json())
    assert ("_users", "updated") in events(admin("GET", f"_db_updates?since={since}").json())
