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


observers: list[Callable[[Step, tuple[str, ...]], None]] = []


def reached(step: Step, documents: Iterable[str]) -> None:
    """Say that a step was passed for some documents."""
    named = tuple(documents)
    log.debug("step.reached", step=step.value, documents=named[:10], count=len(named))
    for observer in observers:
        observer(step, named)
