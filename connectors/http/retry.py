"""When a request is sent again: a few times, after growing waits, and never blindly when it may have been applied."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, wait_random_exponential

from unified_model.errors import Retry

T = TypeVar("T")
Sleep = Callable[[float], None]

TRIES = 5
PATIENCE_S = 120.0
"""A system that asks for a longer pause is left alone: the error says for how long."""


class Busy(Retry):
    """A trouble that passes. `lost`: the request may have been applied, only its answer is missing.

    `tries` is how often such a request is sent in all.
    """

    def __init__(
        self, message: str, remedy: str = "", after_s: float | None = None, *, lost: bool = False, tries: int = TRIES
    ) -> None:
        super().__init__(message, remedy, after_s)
        self.lost = lost
        self.tries = tries


def with_retries(call: Callable[[], T], *, repeatable: bool, sleep: Sleep = time.sleep) -> T:
    """Call until it answers, again after each `Busy`; the last one is raised.

    `repeatable`: twice does no harm. Otherwise a request whose answer was lost is not sent again.
    """

    def again(error: BaseException) -> bool:
        if not isinstance(error, Busy) or (error.lost and not repeatable):
            return False
        return error.after_s is None or error.after_s <= PATIENCE_S

    def enough(state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        return state.attempt_number >= (error.tries if isinstance(error, Busy) else 1)

    return Retrying(retry=retry_if_exception(again), stop=enough, wait=_wait, sleep=sleep, reraise=True)(call)


_GROWING = wait_random_exponential(multiplier=0.5, max=30)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.after_s if isinstance(error, Busy) else None
    grown = _GROWING(state)
    return grown if asked is None else asked + min(grown, 1.0)


def retry_after_s(header: str | None, now: datetime | None) -> float | None:
    """Seconds a `Retry-After` header asks for: a number, or a time against the server's own."""
    if not header:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        at = parsedate_to_datetime(header)
        return None if now is None else max(0.0, (at - now).total_seconds())
    except (TypeError, ValueError):
        return None
