"""The whole play: so many orders and quotes in stories by chance, and when each story begins. Pure."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from chaos.documents import Shelf, Writer
from chaos.stories import KINDS
from chaos.story import Story

STORIES_A_BURST = 8  # on the average: devices come back from where there is no signal and bring much at once


@dataclass(frozen=True)
class Scene:
    """A story and the second in which it begins."""

    begins: float
    story: Story


def scenes(seed: int, orders: int, reps: Sequence[str], shelf: Shelf, seconds: float) -> list[Scene]:
    """At least so many orders and quotes, with all that happens to them, begun within so many seconds."""
    chance = random.Random(f"scenario {seed}")
    writers = [Writer(rep, shelf, chance) for rep in reps]
    stories: list[Story] = []
    count = 0
    # Every kind once, so that also a short play has all of them.
    due = [make for make, _ in KINDS]
    chance.shuffle(due)
    while count < orders:
        make = due.pop() if due else chance.choices([make for make, _ in KINDS], [weight for _, weight in KINDS])[0]
        story = make(chance.choice(writers))
        stories.append(story)
        count += orders_in(story)
    chance.shuffle(stories)
    moments = sorted(chance.uniform(0, seconds) for _ in range(max(1, len(stories) // STORIES_A_BURST)))
    placed = [Scene(chance.choice(moments), story) for story in stories]
    return sorted(placed, key=lambda scene: scene.begins)


def orders_in(story: Story) -> int:
    """How many orders and quotes a story hands in."""
    return sum(document["type"] == "order" for document in story.documents)
