"""Fetching the next of something while the last is being used."""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")

_END: Any = object()


def one_ahead(items: Generator[T, None, None]) -> Generator[T, None, None]:
    """The same items in the same order, each made in a thread while the one before it is used; one ahead at most.

    An error comes in the place of the item that could not be made. Closed early, it waits for the item in the making.
    """
    try:
        with ThreadPoolExecutor(1, thread_name_prefix="hubspot-ahead") as pool:
            coming: Future[T] = pool.submit(next, items, _END)
            while (item := coming.result()) is not _END:
                coming = pool.submit(next, items, _END)
                yield item
    finally:
        items.close()
