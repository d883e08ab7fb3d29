"""The records of one type, in the order of their ids, with look-ups by value."""

from bisect import bisect_left, bisect_right, insort

from simulators.hubspot.rows import Row

LISTS = ("hs_additional_emails", "hs_merged_object_ids")
"""Properties that hold several values, `a;b`, each of which is looked up for itself."""


class Table(dict[int, Row]):
    """Records by id, archived ones included. `live` and `archived` hold ids in rising order.

    Writing a record only adds to the look-ups: what they name is looked at again before it is given.
    """

    __slots__ = ("_lookups", "archived", "live")

    def __init__(self) -> None:
        super().__init__()
        self.live: list[int] = []
        self.archived: list[int] = []
        self._lookups: dict[str, dict[str, list[int]]] = {}

    def __setitem__(self, record_id: int, row: Row) -> None:
        before = self.get(record_id)
        if before is None or before.archived != row.archived:
            if before is not None:
                _take(self.archived if before.archived else self.live, record_id)
            _add(self.archived if row.archived else self.live, record_id)
        for name, lookup in self._lookups.items():
            value = row.values.get(name)
            if value and (before is None or before.values.get(name) != value):
                for key in _keys(name, value):
                    lookup.setdefault(key, []).append(record_id)
        super().__setitem__(record_id, row)

    def __delitem__(self, record_id: int) -> None:
        row = self[record_id]
        _take(self.archived if row.archived else self.live, record_id)
        super().__delitem__(record_id)

    def holding(self, name: str, value: str) -> list[Row]:
        """The records, archived ones included, whose property is a value or lists it; case does not count."""
        if name not in self._lookups:
            lookup: dict[str, list[int]] = {}
            for record_id, row in self.items():
                held = row.values.get(name)
                for key in _keys(name, held or ""):
                    lookup.setdefault(key, []).append(record_id)
            self._lookups[name] = lookup
        wanted = value.casefold()
        named = dict.fromkeys(self._lookups[name].get(wanted, ()))
        rows = [self[record_id] for record_id in named if record_id in self]
        return [row for row in rows if wanted in _keys(name, row.values.get(name, ""))]

    def after(self, record_id: int, count: int, *, archived: bool = False) -> list[Row]:
        """The next records behind an id."""
        ids = self.archived if archived else self.live
        start = bisect_right(ids, record_id)
        return [self[each] for each in ids[start : start + count]]


def _keys(name: str, value: str) -> list[str]:
    """What a value is looked up by."""
    folded = value.casefold()
    return [each for each in (folded.split(";") if name in LISTS else [folded]) if each]


def _add(ids: list[int], record_id: int) -> None:
    if not ids or ids[-1] < record_id:
        ids.append(record_id)
    else:
        insort(ids, record_id)


def _take(ids: list[int], record_id: int) -> None:
    del ids[bisect_left(ids, record_id)]
