"""The named steps between a document read and its receipt written, announced so that tests can stop at each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum

import structlog

log = structlog.get_logger()


class Step(StrEnum):
    """Every point at which dying must neither lose nor double an order, in the order they are passed."""

    CHANGES_READ = "changes_read"
    LEDGER_PINNED = "ledger_pinned"
    CHECKPOINT_SAVED = "checkpoint_saved"
    ROWS_LOADED = "rows_loaded"
    CHECKED = "checked"
    REQUEST_RECORDED = "request_recorded"
    ANSWERED = "answered"
    OUTCOME_RECORDED = "outcome_recorded"
    CHANGE_PASSED_ON = "change_passed_on"
    RECEIPT_WRITTEN = "receipt_written"
    RECEIPT_RECORDED = "receipt_recorded"


class LookStep(StrEnum):
    """Every point at which dying must not lose what happened in QuickBooks, in the order they are passed."""

    CHANGES_OF_BOOKS_READ = "changes_of_books_read"
    CHANGES_OF_BOOKS_RECORDED = "changes_of_books_recorded"
    CURSOR_MOVED = "cursor_moved"


class CatalogStep(StrEnum):
    """Every point at which dying must leave neither a gap nor a double in the copies, in the order they are passed."""

    LISTS_WRITTEN = "catalog_lists_written"
    PAGE_READ = "catalog_page_read"
    PAGE_WRITTEN = "catalog_page_written"
    PAGE_RECORDED = "catalog_page_recorded"
    GONE_ENDED = "catalog_gone_ended"
    AGES_WRITTEN = "catalog_ages_written"
    PASS_RECORDED = "catalog_pass_recorded"
    CHANGES_READ = "catalog_changes_read"
    CHANGES_WRITTEN = "catalog_changes_written"
    CHANGES_RECORDED = "catalog_changes_recorded"


class LetterStep(StrEnum):
    """Every point at which dying must not lose a letter, in the order they are passed."""

    CLAIMED = "letter_claimed"
    ANSWERED = "letter_answered"
    RECORDED = "letter_recorded"


AnyStep = Step | LookStep | CatalogStep | LetterStep

observers: list[Callable[[AnyStep, tuple[str, ...]], None]] = []


def reached(step: AnyStep, documents: Iterable[str]) -> None:
    """Say that a step was passed for some documents."""
    named = tuple(documents)
    log.debug("step.reached", step=step.value, documents=named[:10], count=len(named))
    for observer in observers:
        observer(step, named)
