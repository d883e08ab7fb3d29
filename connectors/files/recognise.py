"""Tell a vendor's standard export by its header, whatever the order of its columns and whatever columns were added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from connectors.exports import StandardExport
from connectors.files.dates import guess_order, is_time, names_zone
from connectors.hubspot.mapping import EXPORTS as HUBSPOT
from connectors.salesforce.mapping import EXPORTS as SALESFORCE
from unified_model.mapping.rows import FieldRow, ObjectMapping

STANDARD_EXPORTS: tuple[StandardExport, ...] = (*SALESFORCE, *HUBSPOT)


@dataclass(frozen=True, slots=True)
class Recognised:
    """A known export: its mapping over the file's own columns, and how sure that is."""

    mapping: ObjectMapping
    vendor: str
    object: str
    certainty: float
    notes: tuple[str, ...] = ()
    """What could not be settled from the file (zone, date order), a sentence each."""


def recognise(header: Sequence[str], sample_rows: Sequence[Sequence[str]] = ()) -> Recognised | None:
    """The best fitting standard export, or None when none fits well enough to need no questions."""
    found = [match for export in STANDARD_EXPORTS if (match := _match(export, header, sample_rows)) is not None]
    if not found:
        return None
    certainty, export, names = max(found, key=lambda match: (match[0], len(match[2])))
    mapping = export.mapping.restricted_to(names).renamed(names)
    mapping, notes = _with_dates(mapping, header, sample_rows)
    return Recognised(mapping, export.vendor, export.mapping.object, certainty, notes)


def read_as(export: str, header: Sequence[str], sample_rows: Sequence[Sequence[str]] = ()) -> ObjectMapping | None:
    """The mapping of a file that is known to be an export (`salesforce.Lead`); None when the name is unknown.

    Nothing is guessed: the columns that this export has are mapped, however few.
    """
    for known in STANDARD_EXPORTS:
        if export == f"{known.vendor}.{known.mapping.object}":
            folded = {_fold(column): column for column in reversed(header)}
            names = _names(known, folded)
            key = _key(known, folded)
            if key is not None:
                names[known.mapping.key or ""] = key[0]
            mapping = known.mapping.restricted_to(names).renamed(names)
            return _with_dates(mapping, header, sample_rows)[0]
    return None


Match = tuple[float, StandardExport, dict[str, str]]


def _match(export: StandardExport, header: Sequence[str], sample_rows: Sequence[Sequence[str]]) -> Match | None:
    """Certainty and technical name -> the file's column; None when the evidence is too thin."""
    folded = {_fold(column): column for column in reversed(header)}
    if export.against & folded.keys():
        return None
    names = _names(export, folded)
    key = _key(export, folded)
    if key is None or len(names) < 2:
        return None
    key_column, plain = key
    names[export.mapping.key or ""] = key_column
    telling = len(export.telling & names.keys())
    prefixed = _share_with_prefix(export.key_prefix, _column(key_column, header, sample_rows))
    if prefixed is not None and prefixed < 0.5:
        return None
    if telling < (2 if plain else 1) and not prefixed:
        return None
    evidence = telling + 0.5 * (len(names) - telling) + (3 if prefixed else 0) + (0 if plain else 2)
    return round(1 - 0.5 ** (evidence / 2), 3), export, names


def _names(export: StandardExport, folded: dict[str, str]) -> dict[str, str]:
    """Technical name -> column, where the file has it by technical name, label or alias."""
    spellings: dict[str, str] = {}
    for row in export.mapping.rows:
        spellings.setdefault(_fold(row.column), row.column)
    for row in export.mapping.rows:
        spellings.setdefault(_fold(row.label), row.column)
    for alias, column in export.aliases.items():
        spellings.setdefault(_fold(alias), column)
    known = {row.column for row in export.mapping.rows}
    for column in filter(None, (export.mapping.deleted, export.mapping.merged_into)):
        spellings.setdefault(_fold(column), column)
        known.add(column)
    names: dict[str, str] = {}
    for spelling, technical in spellings.items():
        if spelling in folded and technical in known:
            names.setdefault(technical, folded[spelling])
    return names


def _key(export: StandardExport, folded: dict[str, str]) -> tuple[str, bool] | None:
    """The id column, and whether its name is a plain one (`Id`) that says little."""
    for label in export.key_labels:
        if _fold(label) in folded:
            return folded[_fold(label)], False
    technical = _fold(export.mapping.key or "")
    return (folded[technical], technical == "id") if technical in folded else None


def _share_with_prefix(prefix: str, values: Sequence[str]) -> float | None:
    """Share of the ids that begin as this object's do; None when nothing can be said.

    Ids that are not even of the vendor's length (masked, or made up) speak against nothing.
    """
    ids = [value for value in values if value]
    begun = sum(value.startswith(prefix) for value in ids)
    if not prefix or not ids or (begun == 0 and not all(len(value) in (15, 18) and value.isalnum() for value in ids)):
        return None
    return begun / len(ids)


def _with_dates(
    mapping: ObjectMapping, header: Sequence[str], sample_rows: Sequence[Sequence[str]]
) -> tuple[ObjectMapping, tuple[str, ...]]:
    """The mapping with the order its dates are written in, and what stays doubtful."""
    stamped = [row for row in mapping.rows if row.field in ("created_at", "modified_at", "birth_date")]
    values = [value for row in stamped for value in _column(row.column, header, sample_rows) if value]
    guess = guess_order(values)
    notes = [] if guess.certainty >= 0.9 else [f"Date order {guess.order}: {guess.reason}."]
    if not _all_zoned(stamped, values):
        notes.append("The times name no zone: UTC is assumed; set `zone` if the export was made in another.")
    return replace(mapping, date_order=guess.order), tuple(notes)


def _all_zoned(stamped: Sequence[FieldRow], values: Iterable[str]) -> bool:
    return not stamped or all(names_zone(value) or not is_time(value, "clock") for value in values)


def _column(name: str, header: Sequence[str], sample_rows: Sequence[Sequence[str]]) -> list[str]:
    place = list(header).index(name)
    return [row[place].strip() for row in sample_rows if place < len(row)]


def _fold(name: str) -> str:
    return " ".join(name.casefold().split())
