"""What `unsilo check` says about file sources: what can't be read, what was guessed, what a spreadsheet has damaged."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.contract import Finding
from connectors.files.catalogue import Part
from connectors.files.opening import is_table, unread_names
from connectors.files.reading import RowReader
from connectors.files.tables import Table
from connectors.files.workbook import Workbook
from unified_model.errors import UnsiloError

if TYPE_CHECKING:
    from connectors.files.connector import FileConnector

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_PHONE = re.compile(r"phone|mobile|fax|telefon|handy|\btel\b|cell", re.IGNORECASE)
_POSTCODE = re.compile(r"zip|postal|post ?code|postleitzahl|\bplz\b|\bcp\b", re.IGNORECASE)
_EXPONENT = re.compile(r"\d(?:[.,]\d+)?E\+?\d{1,2}", re.IGNORECASE)
_DATA_LIKE = re.compile(r".+@.+\..+|[\d\s./:+-]{4,}")
_ENOUGH = 20
"""Values a column needs before its pattern says anything."""


@dataclass(slots=True)
class _Column:
    """What the values of one phone or postcode column look like."""

    filled: int = 0
    digits_only: int = 0
    zero_first: int = 0
    exponents: int = 0
    lengths: Counter[int] = field(default_factory=Counter)

    def add(self, value: str) -> None:
        value = value.strip()
        if not value:
            return
        self.filled += 1
        if value.isdecimal():
            self.digits_only += 1
            self.zero_first += value[0] == "0"
            self.lengths[len(value)] += 1
        elif _EXPONENT.fullmatch(value):
            self.exponents += 1


def findings(source: FileConnector) -> list[Finding]:
    """Everything worth saying about a file source, errors first. Reads every file once."""
    try:
        objects = source.objects()
    except UnsiloError as error:
        return [Finding("error", source.settings.path, error.message, error.remedy)]
    found = [one for object, parts in objects.items() for part in parts for one in _of_part(source, object, part)]
    found += _of_folder(source)
    order = {"error": 0, "warning": 1, "ok": 2}
    return sorted(found, key=lambda one: order[one.level])


def _of_folder(source: FileConnector) -> Iterator[Finding]:
    others = [name for name in unread_names(source.settings) if not name.startswith((".", "~$"))]
    if others:
        passed = "are not among the files named" if any(map(is_table, others)) else "are no tables"
        names = ", ".join(others[:5]) + (" ..." if len(others) > 5 else "")
        yield Finding("ok", source.settings.path, f"Some files here {passed} and are not read: {names}.")


def _of_part(source: FileConnector, object: str, part: Part) -> Iterator[Finding]:
    try:
        table = source.table(part)
        yield from (Finding("warning", part.file.shown, note.message, note.remedy) for note in table.notes)
        yield from _of_header(source, table)
        reader = source.row_reader(object, part)
        yield from _of_rows(reader, source.settings.snapshot)
        if part.file.is_workbook:
            yield from _of_sheets(source, part)
    except UnsiloError as error:
        yield Finding("error", part.file.shown, error.message, error.remedy)


def _of_header(source: FileConnector, table: Table) -> Iterator[Finding]:
    shown = table.file.shown
    named = [name for place, name in enumerate(table.columns) if place not in table.unnamed]
    if named and sum(bool(_DATA_LIKE.fullmatch(name)) for name in named) * 2 >= len(named):
        yield Finding(
            "warning",
            shown,
            "Its first line looks like data, not like column names.",
            "Add a header, or set header_row.",
        )
    repeated = [name for name in table.columns if re.search(r" \(\d+\)$", name)]
    if repeated:
        yield Finding("warning", shown, f"Column names come twice; they are read as {', '.join(repeated)}.")
    known = {name.casefold() for name in table.columns}
    for name in source.settings.exclude_fields:
        if name.strip().casefold() not in known:
            yield Finding("warning", shown, f"It has no column '{name}' to leave out.", "Correct exclude_fields.")


def _of_rows(reader: RowReader, snapshot: bool) -> Iterator[Finding]:
    table, shown = reader.table, reader.table.file.shown
    reasons: Counter[str] = Counter()
    controls = 0
    columns = {name: _Column() for name in reader.names if _PHONE.search(name) or _POSTCODE.search(name)}
    records = 0
    for chunk in reader.chunks(0):
        reasons.update(reject.reason for reject in chunk.rejects)
        records += len(chunk.records)
        for record in chunk.records:
            for name, column in columns.items():
                column.add(record.payload[name])
            controls += bool(_CONTROL.search("".join(record.payload.values())))
    yield Finding("ok", shown, f"{records:,} records in {len(reader.names)} columns can be read.")
    for reason, count in reasons.most_common():
        yield Finding(
            "warning",
            shown,
            f"Rows to be set aside ({reason.replace('_', ' ')}): {count:,}.",
            "See `unsilo dead-letters`.",
        )
    if snapshot and set(reasons) - {"duplicate_key"}:
        yield Finding(
            "warning",
            shown,
            "Rows that can't be read may be records known already: while there are any, nothing missing is deleted.",
            "Correct those rows.",
        )
    if not reader.keyed and snapshot:
        yield Finding("error", shown, "It is declared a snapshot, but has no key.", "Set key, or leave snapshot out.")
    elif not reader.keyed:
        yield Finding(
            "warning",
            shown,
            "It has no key column: an edited row will be a new record beside the old one.",
            "Set key if a column names a record for ever.",
        )
    if controls:
        yield Finding("warning", shown, f"Rows with control characters, kept as they are: {controls:,}.")
    if table.blank:
        yield Finding("ok", shown, f"Rows passed over because they hold nothing: {table.blank:,}.")
    made_up = [reader.names[i] for i, place in enumerate(reader.places) if place in table.unnamed]
    if made_up:
        yield Finding("warning", shown, f"Columns without a name hold data; they are read as {', '.join(made_up)}.")
    for name, column in columns.items():
        yield from _of_numbers(shown, name, column)


def _of_numbers(shown: str, name: str, column: _Column) -> Iterator[Finding]:
    """Phone numbers and postcodes that went through a spreadsheet as numbers."""
    if column.exponents:
        yield Finding(
            "warning",
            shown,
            f"{column.exponents:,} values of '{name}' were shortened to a form like 4.9E+11: their digits are lost.",
            "Export again with that column as text.",
        )
    if column.filled < _ENOUGH or column.digits_only < 0.95 * column.filled or column.zero_first:
        return
    usual, _ = column.lengths.most_common(1)[0]
    if _PHONE.search(name) or column.lengths[usual - 1] or column.lengths[usual + 1]:
        yield Finding(
            "warning",
            shown,
            f"'{name}' holds digits only and none begins with 0: leading zeros or a + were probably lost.",
            "Export again with that column as text.",
        )


def _of_sheets(source: FileConnector, part: Part) -> Iterator[Finding]:
    """Sheets that no object reads, unless the settings picked one."""
    if source.settings.sheet:
        return
    book = Workbook(part.file)
    try:
        sheets = book.sheets_with_data()
    finally:
        book.close()
    table = source.table(part)
    read = {getattr(table, "sheet", "")}
    read |= {one.sheet for parts in source.objects().values() for one in parts if one.file == part.file}
    others: Sequence[str] = [sheet for sheet in sheets if sheet not in read]
    if others:
        names = ", ".join(f"'{name}'" for name in others)
        yield Finding(
            "warning", part.file.shown, f"It has further sheets with data that are not read: {names}.", "Set sheet."
        )
