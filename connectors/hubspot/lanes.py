"""Walking a long list in several ranges of ids at once, so that a slow line does not set the pace.

A list gives what lies behind an id, in the order of ids. One walker waits for each page before it can ask for the next:
on a line of a quarter of a second that is four pages a second, where HubSpot takes nineteen. So the range that is left
is halved for other walkers, again and again as they come to an end. Ids lie in clumps with wide gaps between them:
where the half is, is guessed from how close they lie on the last page, and how many records there still are. Places are
ids only as long as the list shows it: where it does not, one walker goes through all of it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import pairwise
from typing import NamedTuple

from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.cursor import WHOLE, Range
from connectors.hubspot.rows import Row, Rows, records_of
from connectors.hubspot.searching import ID
from connectors.hubspot.walking import PAGE, page_behind
from unified_model.errors import UnsiloError

LANES = 6
"""Walkers at once: with a third of a second for an answer, as many as HubSpot's pace takes."""
ALONE = 10
"""Pages that one walker reads before others join it: most lists are shorter."""
WORTH = 2_000
"""Records left from which on another walker is worth the call that finds its range empty."""
PAGES_A_SPLIT = 25
"""So many pages for each such call."""


class Walked(NamedTuple):
    """Some rows of a list, and what is left of it after them."""

    rows: list[Row]
    left: tuple[Range, ...]


class List(NamedTuple):
    """What is walked: an object, and which properties of it."""

    client: HubSpotClient
    object: str
    type: str
    names: Sequence[str]


class _Lane(NamedTuple):
    """A walker's range, and how far ids lay apart on its last page; None: it has had no page."""

    range: Range
    spacing: float | None = None


class _Unordered(Exception):
    """A list that is walked in ranges does not keep the order of ids."""


def walk_wide(list: List, left: Iterable[Range] = WHOLE) -> Generator[Walked, None, None]:
    """Every row of the ranges, in no order, each with what is left then. Errors as of any call."""
    walkers = _Walkers(list, left)
    try:
        yield from walkers.walk()
    except _Unordered:
        yield from _Walkers(list, WHOLE, most=1).walk()


class _Walkers:
    """Several walkers over one list."""

    def __init__(self, list: List, left: Iterable[Range], most: int = LANES) -> None:
        self._list, self._most = list, most
        self._waiting = [*left]
        self._coming: dict[Future[Rows], _Lane] = {}
        self._pages = self._rows = self._splits = 0
        self._top: int | None = None
        """The highest id there is, as a search tells; 0: nobody may join."""
        self._total = 0

    def walk(self) -> Generator[Walked, None, None]:
        with ThreadPoolExecutor(self._most, thread_name_prefix="hubspot-lane") as pool:
            while self._waiting or self._coming:
                while self._waiting and len(self._coming) < self._most:
                    self._ask(pool, _Lane(self._waiting.pop(0)))
                future = next(iter(wait(self._coming, return_when=FIRST_COMPLETED).done))
                page = future.result()
                rows, rest = _cut(page, self._coming.pop(future).range)
                if rest is not None:
                    self._ask(pool, _Lane(rest, _spacing(rows)))
                self._pages, self._rows = self._pages + 1, self._rows + len(rows)
                self._join(pool, page)
                left = [*(lane.range for lane in self._coming.values()), *self._waiting]
                yield Walked(rows, tuple(sorted(left, key=_place)))

    def _ask(self, pool: ThreadPoolExecutor, lane: _Lane) -> None:
        self._coming[pool.submit(_page, self._list, lane.range.after)] = lane

    def _join(self, pool: ThreadPoolExecutor, page: Rows) -> None:
        """Give half of the longest way to another walker, where that is worth it."""
        if not self._may_join(page):
            return
        most_splits = self._most + self._total // (PAGE * PAGES_A_SPLIT)
        while len(self._coming) < self._most and self._splits < most_splits:
            future, lane = max(self._coming.items(), key=lambda each: self._rows_ahead(each[1]))
            ahead = self._rows_ahead(lane)
            if ahead <= 4 * PAGE:
                return
            middle = int(lane.range.after) + int(ahead * (lane.spacing or 1) / 2)
            self._coming[future] = lane._replace(range=lane.range._replace(until=middle))
            self._ask(pool, _Lane(Range(str(middle), lane.range.until)))
            self._splits += 1

    def _may_join(self, page: Rows) -> bool:
        if self._most == 1 or self._pages < ALONE or not self._coming:
            return False
        if not all(lane.range.after.isdigit() for lane in self._coming.values()):
            return False
        if self._top is None:
            self._top, self._total = _extent(self._list) if _is_ordered(page) else (0, 0)
        return bool(self._top) and self._total - self._rows >= WORTH

    def _rows_ahead(self, lane: _Lane) -> float:
        """At most so many rows are left for a walker, if its ids go on lying as they did."""
        if lane.spacing is None:
            return 0
        end = (self._top or 0) if lane.range.until is None else lane.range.until
        return min((end - int(lane.range.after)) / lane.spacing, self._total - self._rows)


def _page(list: List, after: str) -> Rows:
    return page_behind(list.client, list.object, list.type, list.names, after)


def _spacing(rows: Sequence[Row]) -> float | None:
    return (int(rows[-1]["id"]) - int(rows[0]["id"]) + 1) / len(rows) if rows else None


def _cut(page: Rows, range: Range) -> tuple[list[Row], Range | None]:
    """The rows of a page that are in its range, and what is left of the range."""
    if range.until is None:
        rest = None if page.after is None else Range(page.after)
        return page.rows, rest
    if not _is_ordered(page):
        raise _Unordered
    rows = [row for row in page.rows if int(row["id"]) <= range.until]
    if page.after is None or len(rows) < len(page.rows) or int(page.after) > range.until:
        return rows, None
    return rows, Range(page.after, range.until)


def _is_ordered(page: Rows) -> bool:
    """Whether rows come by rising ids, and the place after them is an id as well."""
    ids = [int(row["id"]) for row in page.rows]
    if page.after is not None and not (page.after.isdigit() and (not ids or int(page.after) >= ids[-1])):
        return False
    return all(one < other for one, other in pairwise(ids))


def _extent(list: List) -> tuple[int, int]:
    """The highest id of a list and how many records it has, by search; zeros when that can't be told."""
    asked = {
        "filterGroups": [],
        "sorts": [{"propertyName": ID, "direction": "DESCENDING"}],
        "properties": [ID],
        "limit": 1,
        "after": "0",
    }
    try:
        answer = list.client.search(list.type, asked, about=list.object)
        page = records_of(list.client.system, answer, about=list.object)
    except UnsiloError:
        return 0, 0
    return (int(page.rows[0]["id"]), page.total or 0) if page.rows else (0, 0)


def _place(range: Range) -> tuple[int, str]:
    return len(range.after), range.after
