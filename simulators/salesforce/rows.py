"""A table of records that finds those holding a value without looking at every one."""

from simulators.salesforce.fields import Field, Row

IDS = ("id", "reference")


class Table(dict[str, Row]):
    """Records by id, with an index on each field that somebody has looked a value up in.

    Writing a record only adds to the indexes: what they name is looked at again before it is given.
    """

    __slots__ = ("_indexes",)

    def __init__(self) -> None:
        super().__init__()
        self._indexes: dict[str, tuple[Field, dict[str, list[str]]]] = {}

    def __setitem__(self, record_id: str, row: Row) -> None:
        if self._indexes:
            before = self.get(record_id)
            for field, index in self._indexes.values():
                _enter(index, field, record_id, row, None if before is None else before.get(field.name))
        super().__setitem__(record_id, row)

    def holding(self, field: Field, value: object) -> list[Row]:
        """The records whose field holds a value, deleted ones included; case counts only if the field minds it."""
        if field.name not in self._indexes:
            index: dict[str, list[str]] = {}
            for record_id, row in self.items():
                _enter(index, field, record_id, row, None)
            self._indexes[field.name] = field, index
        wanted = _folded(field, value)
        named = dict.fromkeys(self._indexes[field.name][1].get(wanted, ()))
        rows = [self[record_id] for record_id in named if record_id in self]
        return [row for row in rows if _folded(field, row.get(field.name)) == wanted]


def _enter(index: dict[str, list[str]], field: Field, record_id: str, row: Row, before: object) -> None:
    held = row.get(field.name)
    if held is not None and held != before:
        index.setdefault(_folded(field, held), []).append(record_id)


def _folded(field: Field, value: object) -> str:
    text = str(value)
    return text if field.type in IDS or field.case_sensitive else text.casefold()
