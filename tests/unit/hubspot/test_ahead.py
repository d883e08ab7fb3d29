"""Fetching ahead changes when things are made, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Generator

import pytest

from connectors.hubspot.ahead import one_ahead


def test_items_come_in_their_order_and_an_error_in_its_place() -> None:
    def items() -> Generator[int, None, None]:
        yield from (1, 2)
        raise LookupError("third")

    source = one_ahead(items())

    assert [next(source), next(source)] == [1, 2]
    with pytest.raises(LookupError, match="third"):
        next(source)


def test_the_next_is_made_while_one_is_used_and_no_more() -> None:
    made: list[int] = []
    second = threading.Event()

    def items() -> Generator[int, None, None]:
        for number in range(5):
            made.append(number)
            if number == 1:
                second.set()
            yield number

    source = one_ahead(items())
    next(source)

    assert second.wait(5)
    assert made == [0, 1]
    source.close()


def test_left_early_it_ends_what_makes_them() -> None:
    ended: list[str] = []

    def items() -> Generator[int, None, None]:
        try:
            yield from range(100)
        finally:
            ended.append(threading.current_thread().name)

    source = one_ahead(items())
    next(source)
    source.close()

    assert len(ended) == 1
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("hubspot-ahead")]


def test_nothing_at_all_is_nothing() -> None:
    assert list(one_ahead(number for number in ())) == []
