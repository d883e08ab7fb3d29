"""What search sees of a table: the records as they were some seconds ago, with their stamps as arrays.

A write is shown when it is due, whatever came before it; a record that is not due to change is shown as it is.
"""

import heapq
import itertools
from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from simulators.hubspot.rows import Row
from simulators.hubspot.tables import Table

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
MOST_REMEMBERED = 20
GONE = np.iinfo(np.int64).min
"""The stamps of a record that search does not see."""


class SearchIndex:
    """The searched state of one table. `ids` rise; `modified` and `created` lie beside them."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._behind: dict[int, Row | None] = {}
        self._waiting: dict[int, tuple[int, int]] = {}
        self._due: list[tuple[int, int, int, Row | None]] = []
        self._order = itertools.count()
        self._fresh: dict[int, Row] = {}
        self.version = 0
        """Moves with everything that search sees anew."""
        self._remembered: dict[str, Flags] = {}
        self.ids, self.modified, self.created = (np.empty(0, dtype=np.int64) for _ in range(3))

    def fill(self) -> None:
        """Show everything that the table holds, at once."""
        rows = [self._table[each] for each in self._table.live]
        self.ids = np.array(self._table.live, dtype=np.int64)
        self.modified = np.array([row.modified for row in rows], dtype=np.int64)
        self.created = np.array([row.created for row in rows], dtype=np.int64)
        self._behind.clear()
        self._waiting.clear()
        self._due.clear()
        self._fresh.clear()
        self._change()

    def note(self, record_id: int, before: Row | None, now: Row | None, due: int) -> None:
        """A record changed from one state to another (None: none); search shows it once `due` has come."""
        self._behind.setdefault(record_id, before if before is not None and not before.archived else None)
        count, newest = self._waiting.get(record_id, (0, -1))
        self._waiting[record_id] = count + 1, newest
        shown = now if now is not None and not now.archived else None
        heapq.heappush(self._due, (due, next(self._order), record_id, shown))

    def settle(self, now: int) -> None:
        """Show what is due."""
        while self._due and self._due[0][0] <= now:
            _, order, record_id, row = heapq.heappop(self._due)
            count, newest = self._waiting[record_id]
            if order > newest:
                # A state that comes late never takes the place of a later one.
                self._show(record_id, row)
                self._behind[record_id], newest = row, order
                self._change()
            if count > 1:
                self._waiting[record_id] = count - 1, newest
            else:
                del self._waiting[record_id], self._behind[record_id]

    def remember(self, what: str, find: Callable[[], Flags]) -> Flags:
        """What was found before, as long as search sees nothing anew; not to be changed."""
        if what not in self._remembered:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[what] = find()
        return self._remembered[what]

    def row(self, record_id: int) -> Row | None:
        """A record as search sees it."""
        if record_id in self._behind:
            return self._behind[record_id]
        row = self._table.get(record_id)
        return None if row is None or row.archived else row

    def rows(self, ids: Iterable[int]) -> list[Row]:
        """The records among these that search sees."""
        found = (self.row(each) for each in ids)
        return [row for row in found if row is not None]

    def behind(self) -> list[int]:
        """The records that search sees otherwise than they are."""
        return list(self._behind)

    def columns(self) -> tuple[Whole, Whole, Whole]:
        """Ids in rising order, and the stamps beside them; GONE for what search does not see."""
        if self._fresh:
            self._merge_fresh()
        return self.ids, self.modified, self.created

    def _change(self) -> None:
        self.version += 1
        self._remembered.clear()

    def _show(self, record_id: int, row: Row | None) -> None:
        at = int(np.searchsorted(self.ids, record_id))
        if at < len(self.ids) and self.ids[at] == record_id:
            self.modified[at] = GONE if row is None else row.modified
            self.created[at] = GONE if row is None else row.created
        elif row is not None:
            self._fresh[record_id] = row
        else:
            self._fresh.pop(record_id, None)

    def _merge_fresh(self) -> None:
        """Put new records in their places."""
        fresh = sorted(self._fresh.items())
        at = np.searchsorted(self.ids, [record_id for record_id, _ in fresh])
        self.ids = np.insert(self.ids, at, [record_id for record_id, _ in fresh])
        self.modified = np.insert(self.modified, at, [row.modified for _, row in fresh])
        self.created = np.insert(self.created, at, [row.created for _, row in fresh])
        self._fresh.clear()
