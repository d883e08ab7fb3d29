"""Python's garbage collector during bulk work: rare, because pages of records are freed without it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_YOUNG, _MIDDLE, _OLD = 100_000, 50, 100
"""How many new objects, young collections and middle collections call for the next collection."""


@contextmanager
def rare_collections() -> Iterator[None]:
    """Collect seldom while a bulk step runs; as usual afterwards.

    A page of some thousand records makes a million objects, none of them in a cycle: reference counts free them all,
    and looking through them again and again takes a quarter of the time. Cycles are still found, only later.
    """
    before = gc.get_threshold()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
    try:
        yield
    finally:
        gc.set_threshold(*before)
