"""Errors nobody foresaw, told to Prefect without their text: an exception's text can quote a customer's data."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from unified_model.errors import UnsiloError


class Unforeseen(Exception):
    """Where and what kind, and nothing else."""


@contextmanager
def discreet() -> Iterator[None]:
    """Let our own errors pass (their sentences hold no data); others keep their type and place only."""
    try:
        yield
    except UnsiloError:
        raise
    except Exception as error:  # noqa: BLE001 - everything that could carry data ends here
        place = traceback.extract_tb(error.__traceback__)[-1]
        raise Unforeseen(f"{type(error).__name__} in {place.name} ({place.filename}:{place.lineno})") from None
