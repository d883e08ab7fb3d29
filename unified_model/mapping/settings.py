"""A mapping as a person writes it in settings, and back: `"E-mail" = "email:work"`, a line a column.

```toml
[sources.fair.mapping]
kind = "person"
"Full name" = "full_name"
"Scanned at" = { field = "modified_at", read = "time" }
"Stand" = "unmapped"
```

A column whose name is one of the words above the lines (`kind`, `volatile` ...) is written `"column kind"`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

from unified_model.entities import Kind
from unified_model.errors import UsageError
from unified_model.mapping.rows import FieldRow, ObjectMapping, validate
from unified_model.mapping.times import DateOrder

UNMAPPED = "unmapped"
"""As a column's field: it is left out on purpose."""

_WORDS = ("kind", "volatile", "deleted", "merged_into")
_ROW = ("field", "read", "write", "label")
_ESCAPE = "column "


def mapping_from_settings(
    table: Mapping[str, Any],
    *,
    object_name: str,
    key: str | None = None,
    modified: str | None = None,
    zone: str = "UTC",
    date_order: DateOrder = "ymd",
) -> ObjectMapping:
    """The settings' table as a checked mapping; key, zone and date order stand beside it, at the source."""
    kind = _kind(table.get("kind", "person"))
    rows, _ = _rows(table)
    mapping = ObjectMapping(
        object=object_name,
        kind=kind,
        rows=rows,
        key=key,
        modified=modified,
        deleted=_column_or_none(table, "deleted"),
        merged_into=_column_or_none(table, "merged_into"),
        zone=zone,
        date_order=date_order,
        volatile=_columns(table.get("volatile", ())),
    )
    return validate(mapping)


def overlay(mapping: ObjectMapping, table: Mapping[str, Any]) -> ObjectMapping:
    """A standard mapping with an installation's own lines laid over it: added, replaced, or left out (`unmapped`)."""
    if "kind" in table and table["kind"] != mapping.kind:
        raise UsageError(f"{mapping.object} is a {mapping.kind}, not {table['kind']!r}.", "Leave kind out.")
    rows, left_out = _rows(table)
    own = {row.column: row for row in rows}
    kept = tuple(own.pop(row.column, row) for row in mapping.rows if row.column not in left_out)
    added = tuple(row for row in rows if row.column in own)
    volatile = (*mapping.volatile, *_columns(table.get("volatile", ())))
    return validate(replace(mapping, rows=(*kept, *added), volatile=tuple(dict.fromkeys(volatile))))


def mapping_to_settings(mapping: ObjectMapping, unmapped: Sequence[str] = ()) -> dict[str, Any]:
    """The table that `mapping_from_settings` reads; `unmapped` columns are named so that nobody wonders."""
    table: dict[str, Any] = {"kind": mapping.kind}
    if mapping.volatile:
        table["volatile"] = list(mapping.volatile)
    for word in ("deleted", "merged_into"):
        if getattr(mapping, word) is not None:
            table[word] = getattr(mapping, word)
    for row in mapping.rows:
        extra = {name: getattr(row, name) for name in _ROW[1:] if getattr(row, name)}
        table[setting_of(row.column)] = {"field": row.field, **extra} if extra else row.field
    for column in unmapped:
        table.setdefault(setting_of(column), UNMAPPED)
    return table


def to_toml(heading: str, table: Mapping[str, Any], comments: Mapping[str, str] | None = None) -> str:
    """A table as TOML text under its heading (`sources.fair.mapping`); `comments` go behind the lines of their keys."""
    lines = [f"[{heading}]"]
    for name, value in table.items():
        comment = (comments or {}).get(name, "")
        line = f"{_key(name)} = {_value(value)}"
        lines.append(f"{line}  # {_one_line(comment)}" if comment else line)
    return "\n".join(lines) + "\n"


def setting_of(column: str) -> str:
    """A column's name as the table spells it."""
    return f"{_ESCAPE}{column}" if column in _WORDS or column.startswith(_ESCAPE) else column


def _rows(table: Mapping[str, Any]) -> tuple[tuple[FieldRow, ...], frozenset[str]]:
    """The lines of columns, and the columns left out on purpose."""
    rows: list[FieldRow] = []
    left_out: set[str] = set()
    for name, value in table.items():
        if name in _WORDS:
            continue
        column = name.removeprefix(_ESCAPE)
        if value == UNMAPPED:
            left_out.add(column)
        elif isinstance(value, str):
            rows.append(FieldRow(column, value))
        else:
            rows.append(_row(column, value))
    return tuple(rows), frozenset(left_out)


def _row(column: str, value: Any) -> FieldRow:
    if not isinstance(value, Mapping) or not isinstance(value.get("field"), str):
        raise UsageError(
            f"The mapping's line for {column!r} names no field.",
            'Write "column" = "field" or "column" = { field = "..." }.',
        )
    for name, part in value.items():
        if name not in _ROW:
            from difflib import get_close_matches

            close = get_close_matches(name, _ROW, n=1)
            remedy = f"Did you mean {close[0]}?" if close else f"Known: {', '.join(_ROW)}."
            raise UsageError(f"The mapping's line for {column!r} has the unknown part {name!r}.", remedy)
        if not isinstance(part, str):
            raise UsageError(f"In the mapping's line for {column!r}, {name} is not text.", "Put it in quotes.")
    return FieldRow(column, value["field"], value.get("read", ""), value.get("write", ""), value.get("label", ""))


def _kind(value: Any) -> Kind:
    for kind in get_args(Kind):
        if value == kind:
            return "person" if kind == "person" else "organization"
    raise UsageError(f"The mapping's kind {value!r} is unknown.", "Use person or organization.")


def _column_or_none(table: Mapping[str, Any], word: str) -> str | None:
    value = table.get(word)
    if value is not None and not isinstance(value, str):
        raise UsageError(f"The mapping's {word} is not text.", "Give the name of a column.")
    return value


def _columns(value: Any) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise UsageError("The mapping's volatile is not a list of columns.", 'Write volatile = ["Last viewed"].')
    return tuple(names)


def _key(name: str) -> str:
    return name if name in _WORDS else _text(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_value(part)}" for name, part in value.items()) + " }"
    return "[" + ", ".join(map(_value, value)) + "]"


def _text(text: str) -> str:
    """A TOML basic string: JSON's escapes, and DEL, which JSON leaves alone."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _one_line(comment: str) -> str:
    return "".join(c if c.isprintable() else " " for c in comment)
