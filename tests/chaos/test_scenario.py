"""The play of a seed: the same every time, of good documents, with one right ending for each of them."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest

from chaos.misfortunes import DIES_AT, KINDS, RETENTION, habits, misfortunes, writes_late
from chaos.scenario import orders_in
from chaos.stories import KINDS as STORIES
from connector.check import check_arithmetic
from connector.records import Amendment, Order, read_document
from tests.chaos.plays import REPS, play

SEEDS = range(8)


def test_the_same_seed_gives_the_same_play_and_another_seed_another() -> None:
    assert play(7) == play(7)
    assert play(7) != play(8)
    assert list(itertools.islice(misfortunes(7, 1.0), 50)) == list(itertools.islice(misfortunes(7, 1.0), 50))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_document_is_one_that_a_device_may_hand_in(seed: int) -> None:
    documents = [document for scene in play(seed) for document in scene.story.documents]
    assert len({document["_id"] for document in documents}) == len(documents)
    for document in documents:
        record = read_document(document)
        if isinstance(record, Order | Amendment):
            assert check_arithmetic(record) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_every_document_has_one_right_ending_and_every_order_its_place_in_the_books(seed: int) -> None:
    for scene in play(seed):
        story = scene.story
        documents = {document["_id"]: document for document in story.documents}
        assert Counter(ending.of for ending in story.endings) == Counter(documents.keys())
        orders = [key for key, document in documents.items() if document["type"] == "order"]
        assert Counter(books.order for books in story.books) == Counter(orders)
        requests = [key for key, document in documents.items() if document["type"] == "customer_request"]
        assert Counter(asked.request for asked in story.requests) == Counter(requests)
        assert {document["rep"] for document in documents.values()} == {story.rep} <= set(REPS)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_step_waits_for_a_document_that_comes_later(seed: int) -> None:
    for scene in play(seed):
        before: set[str] = set()
        for step in scene.story.steps:
            assert before.issuperset(step.after)
            assert not step.office or step.order in step.after
            if step.write is not None:
                before.add(step.write["_id"])


def test_a_short_play_has_every_kind_of_story_and_orders_enough() -> None:
    scenes = play(3, orders=30)
    assert {scene.story.kind for scene in scenes} == {make.__name__ for make, _ in STORIES}
    assert sum(orders_in(scene.story) for scene in scenes) >= 30
    assert all(0 <= scene.begins <= 60 for scene in scenes)


def test_everything_that_can_go_wrong_does_sooner_or_later() -> None:
    happened = list(itertools.islice(misfortunes(2, 0.5), 1500))
    assert {misfortune.kind for misfortune in happened} == {make.__name__ for make, _ in KINDS}
    dies = {each.details["again"][1] for each in happened if each.kind == "kill" and each.details["again"]}
    assert dies == set(DIES_AT)
    assert 0.4 < sum(misfortune.pause for misfortune in happened) / len(happened) < 0.6


def test_a_company_that_forgets_request_ids_never_writes_after_the_connector_has_looked() -> None:
    forgetful = next(seed for seed in range(100) if habits(seed)[RETENTION] == 0)
    others = next(seed for seed in range(100) if habits(seed)[RETENTION] != 0)
    assert not any(map(writes_late, itertools.islice(misfortunes(forgetful, 0.5), 1500)))
    assert any(map(writes_late, itertools.islice(misfortunes(others, 0.5), 1500)))
