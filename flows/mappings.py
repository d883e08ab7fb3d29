"""The mapping of each object of a source: as the settings write it, else as its standard export is known to be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flows.settings import SourceSettings, nearest
from unified_model.errors import NeedsOperator, UsageError

if TYPE_CHECKING:
    from unified_model.mapping.rows import ObjectMapping


def mapping_of(source: SourceSettings, object: str, header: Sequence[str]) -> ObjectMapping:
    """How one object's records are read. `header` are its columns as the source has them now.

    With `export` set, the lines of the settings' mapping are laid over what is known of that export.
    """
    from unified_model.mapping.rows import validate
    from unified_model.mapping.settings import mapping_from_settings, overlay

    written = _written(source, object)
    if written and "export" not in source.options:
        mapping = mapping_from_settings(written, object_name=object)
    else:
        mapping = overlay(_from_export(source, object, header), written)
    return validate(_with_choices(mapping, source.options, object))


def api_mappings(
    source: SourceSettings, objects: Sequence[str], standard: Mapping[str, ObjectMapping], volatile: Sequence[str]
) -> dict[str, ObjectMapping]:
    """How the objects of an API source are read: as its vendor's standard mapping says, under the settings' lines.

    An object with neither is left out: its records are kept raw. Which columns a source shows makes no difference, so
    that a column hidden for a week changes no mapping.
    """
    from unified_model.mapping.settings import mapping_from_settings, overlay

    written = source.options.get("mapping", {})
    for name in written:
        if name not in objects:
            raise UsageError(
                f"The mapping of {source.label} names the object '{name}', which is not read.",
                nearest(name, objects, "Objects read are"),
            )
    found = {}
    for name in objects:
        own = written.get(name)
        if own is not None and not isinstance(own, dict):
            raise UsageError(
                f"The mapping of {source.label} must be a table for each object.",
                f"Write it below [sources.{source.label}.mapping.{objects[0]}].",
            )
        if name in standard:
            found[name] = overlay(standard[name], own or {})
        elif own:
            mapping = mapping_from_settings(own, object_name=name, key="Id")
            found[name] = replace(mapping, volatile=tuple(dict.fromkeys((*mapping.volatile, *volatile))))
    return found


def _written(source: SourceSettings, object: str) -> Mapping[str, Any]:
    """The mapping table of the settings: the one of this object, where there is a table for each."""
    table: Mapping[str, Any] = source.options.get("mapping", {})
    own = table.get(object)
    return own if isinstance(own, dict) and "field" not in own else table


def _from_export(source: SourceSettings, object: str, header: Sequence[str]) -> ObjectMapping:
    from connectors.files.recognise import read_as, recognise

    wanted = source.options.get("export")
    if wanted:
        mapping = read_as(wanted, header)
        if mapping is None:
            raise NeedsOperator(
                f"{source.label}/{object} is said to be the export {wanted!r}, which Unsilo does not know.",
                f"Correct `export` in [sources.{source.label}], for example salesforce.Contact or hubspot.contacts.",
            )
        if mapping.key is None:
            raise NeedsOperator(
                f"{source.label}/{object} is said to be the export {wanted}, but has no column with its record ids.",
                f"Correct `export` in [sources.{source.label}], or the file.",
            )
        return mapping
    known = recognise(header)
    if known is None:
        raise NeedsOperator(
            f"The columns of {source.label}/{object} are not those of an export Unsilo knows.",
            f"Let `unsilo init PATH` propose a mapping, or write one as [sources.{source.label}.mapping].",
        )
    return known.mapping


def _with_choices(mapping: ObjectMapping, options: Mapping[str, Any], object: str) -> ObjectMapping:
    """What the settings say of key and times stands above what is known of the export."""
    chosen: dict[str, Any] = {"object": object}
    if isinstance(options.get("key"), str):
        chosen["key"] = options["key"]
    for name in ("modified", "zone", "date_order"):
        if name in options:
            chosen[name] = options[name]
    return replace(mapping, **chosen)
