"""Columns that were read before and are gone: never taken for values that somebody cleared.

A source that can be asked tells which columns it hides, and what the store holds of them stands. A file can't tell: a
renamed or unticked column makes a smaller export, not a thousand customers without a phone. Such a pull stops, and
says which column is missing; a person may say that it is really gone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from unified_model.errors import NeedsOperator

if TYPE_CHECKING:
    from unified_model.mapping.rows import ObjectMapping
    from unified_model.records import Page
    from unified_model.store.engine import Store


def refuse_lost_columns(
    store: Store, source: str, object: str, mapping: ObjectMapping, present: Sequence[str], *, accept: bool
) -> None:
    """NeedsOperator when a column that the mapping names, or that was read last time, is not there any more."""
    from unified_model.store.settings import read_setting

    with store.read() as conn:
        before = read_setting(conn, _name(source, object), [])
    lost = [name for name in dict.fromkeys([*_read_by(mapping), *before]) if name not in set(present)]
    if lost and not accept:
        named = ", ".join(f"'{name}'" for name in lost[:5]) + (f" and {len(lost) - 5} more" if len(lost) > 5 else "")
        columns = "column" if len(lost) == 1 else "columns"
        raise NeedsOperator(
            f"{object} has no {columns} {named}, which the mapping or the last read had; nothing was read, because the "
            f"values would look as if somebody had cleared them.",
            "Export it again with every column, or correct the mapping; if they are really gone, repeat with "
            "--accept-deletes.",
        )


def remember_columns(store: Store, source: str, object: str, mapping: ObjectMapping, present: Sequence[str]) -> None:
    """Keep which columns were read, for the next time."""
    from unified_model.store.settings import read_setting, write_setting

    known = sorted(set(_read_by(mapping)) & set(present))
    with store.read() as conn:
        if read_setting(conn, _name(source, object)) == known:
            return
    with store.begin() as work:
        write_setting(work.conn, _name(source, object), known)
        work.commit()


def with_hidden(
    pages: Iterator[Page], before: frozenset[str], object: str, excluded: Collection[str]
) -> Iterator[Page]:
    """Pages that hide what was hidden `before`, until a record shows it again or a person excludes it.

    A connector whose place was lost knows no more which columns it read once; the store does.
    """
    left = frozenset(name for name in before if name not in excluded and f"{object}.{name}" not in excluded)
    for page in pages:
        if left:
            left -= {name for record in page.records for name in record.payload}
        yield page._replace(hidden=page.hidden | left) if left else page


def _read_by(mapping: ObjectMapping) -> list[str]:
    """Columns that values are read from; key and stamp are the connector's to miss."""
    return list(dict.fromkeys(row.column for row in mapping.rows))


def _name(source: str, object: str) -> str:
    return f"columns of {source}/{object}"
