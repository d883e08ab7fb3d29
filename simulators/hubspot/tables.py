"""The records of one type, in the order of their ids, with look-ups by value."""

import heapq
from bisect import bisect_left, bisect_right, insort

from simulators.hubspot.lookups import Lookup
from simulators.hubspot.rows import Row


class Table(dict[int, Row]):
    """Records by id, archived ones included. `live` and `archived` hold ids in rising order."""

    __slots__ = ("_lookups", "_thrown_away", "archived", "live")

    def __init__(self) -> None:
        super().__init__()
        self.live: list[int] = []
        self.archived: list[int] = []
        self._lookups: dict[str, Lookup] = {}
        self._thrown_away: list[tuple[int, int]] = []

    def __setitem__(self, record_id: int, row: Row) -> None:
        before = self.get(record_id)
        if before is None or before.archived != row.archived:
            if before is not None:
                _take(self.archived if before.archived else self.live, record_id)
            _add(self.archived if row.archived else self.live, record_id)
        if row.archived_at is not None and (before is None or before.archived_at != row.archived_at):
            heapq.heappush(self._thrown_away, (row.archived_at, record_id))
        for name, lookup in self._lookups.items():
            value = row.values.get(name)
            if value and (before is None or before.values.get(name) != value):
                lookup.enter(record_id, value)
        super().__setitem__(record_id, row)

    def __delitem__(self, record_id: int) -> None:
        row = self[record_id]
        _take(self.archived if row.archived else self.live, record_id)
        super().__delitem__(record_id)

    def holding(self, name: str, value: str) -> list[Row]:
        """The records, archived ones included, whose property is a value or lists it; case does not count."""
        lookup = self.lookup(name)
        rows = [self[record_id] for record_id in lookup.ids(value) if record_id in self]
        return [row for row in rows if value.casefold() in lookup.keys(row.values.get(name, ""))]

    def lookup(self, name: str) -> Lookup:
        """What finds records by a property; made when it is first asked for, which takes a while in a large table."""
        if name not in self._lookups:
            self._lookups[name] = Lookup(name, self.items())
        return self._lookups[name]

    def expired(self, oldest: int) -> list[int]:
        """The records that were archived at `oldest` or before; each is told of once."""
        gone: dict[int, None] = {}
        while self._thrown_away and self._thrown_away[0][0] <= oldest:
            moment, record_id = heapq.heappop(self._thrown_away)
            row = self.get(record_id)
            if row is not None and row.archived_at == moment:
                gone[record_id] = None
        return list(gone)

    def after(self, record_id: int, count: int, *, archived: bool = False) -> list[Row]:
        """The next records behind an id."""
        ids = self.archived if archived else self.live
        start = bisect_right(ids, record_id)
        return [self[each] for each in ids[start : start + count]]


def _add(ids: list[int], record_id: int) -> None:
    if not ids or ids[-1] < record_id:
        ids.append(record_id)
    else:
        insort(ids, record_id)


def _take(ids: list[int], record_id: int) -> None:
    del ids[bisect_left(ids, record_id)]
