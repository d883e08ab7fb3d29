"""Finds the records of a table that hold a value, without looking at every one."""

from collections.abc import Iterable

from simulators.hubspot.rows import Row

LISTS = ("hs_additional_emails", "hs_merged_object_ids")
"""Properties that hold several values, `a;b`, each of which is looked up for itself."""


class Lookup:
    """Ids of records by what they hold, or held once, in one property; case does not count.

    Nothing is ever taken out: what is found has to be looked at again. Most values are held by one record alone, so
    that its id is kept by itself.
    """

    __slots__ = ("_first", "_others", "name")

    def __init__(self, name: str, rows: Iterable[tuple[int, Row]]) -> None:
        self.name = name
        self._first: dict[str, int] = {}
        self._others: dict[str, list[int]] = {}
        for record_id, row in rows:
            value = row.values.get(name)
            if value:
                self.enter(record_id, value)

    def enter(self, record_id: int, value: str) -> None:
        """A record holds a value from now on."""
        for key in self.keys(value):
            if self._first.setdefault(key, record_id) != record_id:
                self._others.setdefault(key, []).append(record_id)

    def ids(self, value: str) -> list[int]:
        """The records that hold a value, or held it once."""
        key = value.casefold()
        found = self._first.get(key)
        return [] if found is None else list(dict.fromkeys((found, *self._others.get(key, ()))))

    def keys(self, value: str) -> list[str]:
        """What a value is looked up by."""
        folded = value.casefold()
        # A text that is folded already is kept as it is: a copy of each would take as much memory again.
        kept = value if folded == value else folded
        return [each for each in (kept.split(";") if self.name in LISTS else [kept]) if each]
