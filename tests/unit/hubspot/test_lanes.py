"""Walking a long list in several ranges at once: every record once, wherever it is killed, however the list behaves."""

from __future__ import annotations

import math
import random
import threading
import time
from bisect import bisect_right
from collections.abc import Iterator

import pytest

from connectors.hubspot.cursor import load_cursor
from connectors.hubspot.lanes import LANES
from tests.unit.hubspot.small_portal import Call, SmallPortal, Told, ids, pulled, small_portal

LATENCY_S = 0.25


@pytest.fixture
def portal() -> Iterator[SmallPortal]:
    with small_portal() as one:
        yield one


def grown(count: int, seed: int = 1) -> list[int]:
    """Ids as a portal has them that has grown: short ones, then ever longer ones, with gaps."""
    chance = random.Random(seed)
    short, middle = range(100, 400), range(100_003, 100_003 + 13 * count, 13)
    numbers = [*short, *list(middle)[: count // 2]]
    at = 12_000_000_007
    while len(numbers) < count:
        at += chance.choice((1, 17, 40, 100_000))
        numbers.append(at)
    return numbers


def walks(portal: SmallPortal) -> int:
    """Lists asked for, but for the look into the bin."""
    return sum(call.family == "list" and call.query["archived"] == "false" for call in portal.calls)


class Busiest:
    """How many lists are being answered at once, at most."""

    def __init__(self, portal: SmallPortal, seconds: float = 0.02) -> None:
        self.most, self._now, self._lock, self._seconds = 0, 0, threading.Lock(), seconds
        portal.hooks.append(self.slow)

    def slow(self, call: Call) -> Told | None:
        if call.family != "list":
            return None
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(self._seconds)
        with self._lock:
            self._now -= 1
        return None


def test_a_long_list_is_walked_by_several_at_once(portal: SmallPortal) -> None:
    numbers = grown(12_000)
    portal.put(*numbers)
    busiest = Busiest(portal)

    found, _ = pulled(portal.open())

    assert sorted(int(one.record_id) for one in found) == sorted(numbers)
    assert busiest.most > 2
    assert walks(portal) <= math.ceil(len(numbers) / 100) * 1.1


def test_a_short_list_is_walked_by_one(portal: SmallPortal) -> None:
    portal.put(*grown(1_500))
    busiest = Busiest(portal, 0.002)

    pulled(portal.open())

    assert busiest.most == 1
    assert walks(portal) == 15


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("inclusive", [False, True])
def test_killed_anywhere_it_goes_on_without_loss(portal: SmallPortal, seed: int, inclusive: bool) -> None:
    chance = random.Random(seed)
    numbers = grown(6_000, seed)
    portal.put(*numbers)
    if inclusive:
        portal.hooks.append(lambda call: _behind_or_at(portal, call))
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(6):
        pages = portal.open().read("contacts", cursor)
        for _ in range(chance.randint(1, 30)):
            page = next(pages, None)
            if page is None:
                break
            seen += ids([page])
            seen_cursor = page.cursor
            cursor = seen_cursor
        pages.close()  # type: ignore[attr-defined]
    rest, _ = pulled(portal.open(), cursor)
    seen += [one.record_id for one in rest]

    assert {int(id) for id in seen} == set(numbers), f"seed {seed}"
    assert len(seen) <= len(numbers) + 64


def _behind_or_at(portal: SmallPortal, call: Call) -> Told | None:
    """A list whose place is the next id, not the last: it holds what is at the place or behind it."""
    if call.family != "list" or call.query["archived"] == "true":
        return None
    there = sorted(id for id in portal.contacts if id >= int(call.query.get("after", 0)))
    shown = [portal._shown(id, call.query["properties"].split(",")) for id in there[:100]]
    more = {"paging": {"next": {"after": str(there[100])}}} if len(there) > 100 else {}
    return Told(200, {"results": shown, **more})


def test_a_list_that_keeps_no_order_is_walked_by_one(portal: SmallPortal) -> None:
    numbers = grown(4_000)
    portal.put(*numbers)
    mixed = random.Random(2).sample(numbers, len(numbers))

    def unordered(call: Call) -> Told | None:
        if call.family != "list" or call.query["archived"] == "true":
            return None
        start = int(call.query.get("after", "0"))
        shown = [portal._shown(id, call.query["properties"].split(",")) for id in mixed[start : start + 100]]
        more = {"paging": {"next": {"after": str(start + 100)}}} if start + 100 < len(mixed) else {}
        return Told(200, {"results": shown, **more})

    portal.hooks.append(unordered)

    found, _ = pulled(portal.open())

    assert sorted(int(one.record_id) for one in found) == sorted(numbers)


def test_a_list_that_loses_its_order_on_the_way_is_walked_again(portal: SmallPortal) -> None:
    numbers = grown(6_000)
    portal.put(*numbers)
    asked = 0

    def turning(call: Call) -> Told | None:
        nonlocal asked
        if call.family != "list" or call.query["archived"] == "true":
            return None
        asked += 1
        told = portal._list(call)
        if asked == 25:
            told.body["results"].reverse()
        return told

    portal.hooks.append(turning)

    found, _ = pulled(portal.open())

    assert {int(one.record_id) for one in found} == set(numbers)


def test_the_place_tells_every_range_that_is_left(portal: SmallPortal) -> None:
    portal.put(*grown(8_000))
    pages = portal.open().read("contacts", None)

    told = [next(pages).cursor for _ in range(25)]

    walk = load_cursor(told[-1], "contacts").walk
    assert walk is not None
    assert len(walk.left) > 1
    assert walk.left[-1].until is None
    pages.close()  # type: ignore[attr-defined]


def test_the_outline_is_as_wide(portal: SmallPortal) -> None:
    numbers = grown(12_000)
    portal.put(*numbers)
    busiest = Busiest(portal)

    listed = [int(one.record_id) for some in portal.open().outline("contacts") for one in some]

    assert sorted(listed) == sorted(numbers)
    assert busiest.most > 2


@pytest.mark.drill
@pytest.mark.timeout(300)
def test_on_a_slow_line_the_pace_is_reached(portal: SmallPortal) -> None:
    """A quarter of a second an answer, and HubSpot's own pace: at least 95 % of our share of it is used."""
    numbers = grown(90_000)
    portal.put(*numbers)
    portal.hooks.append(lambda call: _quickly(portal, numbers, call))
    busiest = Busiest(portal, LATENCY_S)
    portal.hooks.reverse()
    source = portal.open()
    source.client.budget.learn_pace(190, 10)
    source.client.budget._monotonic, source.client.budget._sleep = time.monotonic, time.sleep
    started = time.monotonic()

    found = sum(len(page.records) for page in source.read("contacts", None))
    seconds = time.monotonic() - started

    assert (found, busiest.most) == (len(numbers), LANES)
    used = len(portal.calls) / seconds / (190 * 0.8 / 10)
    assert used >= 0.95, f"{used:.0%} of the pace"


def _quickly(portal: SmallPortal, numbers: list[int], call: Call) -> Told | None:
    """The same list without a look through all of it for each page."""
    if call.family != "list" or call.query["archived"] == "true":
        return None
    start = bisect_right(numbers, int(call.query.get("after", 0)))
    some = numbers[start : start + 100]
    shown = [portal._shown(id, call.query["properties"].split(",")) for id in some]
    more = {"paging": {"next": {"after": str(some[-1])}}} if start + 100 < len(numbers) else {}
    return Told(200, {"results": shown, **more})
