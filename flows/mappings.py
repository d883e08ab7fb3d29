"""The mapping of each object of a source: as the settings write it, else as its standard export is known to be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flows.settings import SourceSettings
from unified_model.errors import NeedsOperator, UsageError

if TYPE_CHECKING:
    from unified_model.mapping.rows import ObjectMapping


def mapping_of(source: SourceSettings, object: str, header: Sequence[str]) -> ObjectMapping:
    """How one object's records are read. `header` are its columns as the source has them now."""
    from unified_model.mapping.rows import validate

    written = _written(source, object)
    mapping = _from_rows(source, object, written) if written else _from_export(source, object, header)
    return validate(_with_choices(mapping, source.options, object))


def _written(source: SourceSettings, object: str) -> Mapping[str, Any]:
    """The mapping table of the settings: its rows, or the table of this object where there is one for each."""
    table: Mapping[str, Any] = source.options.get("mapping", {})
    by_object = bool(table) and all(isinstance(value, dict) and "field" not in value for value in table.values())
    rows: Mapping[str, Any] = table.get(object, {}) if by_object else table
    return rows


def _from_rows(source: SourceSettings, object: str, written: Mapping[str, Any]) -> ObjectMapping:
    from unified_model.mapping.rows import FieldRow, ObjectMapping

    rows = []
    for column, value in written.items():
        match value:
            case str():
                rows.append(FieldRow(column, value))
            case {"field": str(field), **others} if set(others) <= {"read", "write"}:
                rows.append(FieldRow(column, field, str(others.get("read", "")), str(others.get("write", ""))))
            case _:
                raise UsageError(
                    f"The mapping of '{column}' in [sources.{source.label}.mapping] can't be read.",
                    'Write "column" = "field", or "column" = { field = "field", read = "transform" }.',
                )
    kind = source.options.get("record", "person")
    return ObjectMapping(object, kind, tuple(rows))


def _from_export(source: SourceSettings, object: str, header: Sequence[str]) -> ObjectMapping:
    from connectors.files.recognise import recognise

    known = recognise(header)
    wanted = source.options.get("export")
    if known is None:
        raise NeedsOperator(
            f"The columns of {source.label}/{object} are not those of an export Unsilo knows.",
            f"Let `unsilo init PATH` propose a mapping, or write one as [sources.{source.label}.mapping].",
        )
    found = f"{known.vendor}.{known.object}"
    if wanted and wanted != found:
        raise NeedsOperator(
            f"{source.label}/{object} is said to be the export {wanted}, but its columns are those of {found}.",
            f"Correct `export` in [sources.{source.label}], or the file.",
        )
    return replace(known.mapping, object=object)


def _with_choices(mapping: ObjectMapping, options: Mapping[str, Any], object: str) -> ObjectMapping:
    """What the settings say about key, times and volatile columns stands above what is known of the export."""
    key = options.get("key")
    chosen: dict[str, Any] = {"object": object}
    if isinstance(key, str):
        chosen["key"] = key
    for name in ("modified", "zone", "date_order"):
        if name in options:
            chosen[name] = options[name]
    if "volatile" in options:
        chosen["volatile"] = tuple(options["volatile"])
    return replace(mapping, **chosen)
