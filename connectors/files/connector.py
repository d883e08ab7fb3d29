"""File sources: exports as CSV, TSV, workbooks, packed or not; one file or a folder of them.

Each file is an object named by its stem. Its fingerprint tells whether it changed; then a first pass finds its
encoding, dialect and the keys that come twice, and a second hands over records and rejects, page by page. The cursor
names what was read, so that a read cut short goes on where it stopped, or from the start if the file changed meanwhile.
A file that changes while it is read ends the read with an error.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.contract import Finding, Installation, Mode, ObjectCapabilities, ObjectInfo
from connectors.files.catalogue import Catalogue, Part, catalogue, sheet_of
from connectors.files.csv_table import CsvTable
from connectors.files.cursor import Cursor, Place, load_cursor
from connectors.files.dialect import Dialect
from connectors.files.encoding import EncodingDecision
from connectors.files.opening import Fingerprint, Stamp, fingerprint
from connectors.files.reading import PAGE, Chunk, RowReader, key_columns, row_reader
from connectors.files.settings import FileSettings, settings_of
from connectors.files.tables import Note, kept_places
from connectors.files.workbook import SheetTable, Workbook
from unified_model.errors import Retry, UnsiloError, UsageError
from unified_model.mapping.rows import ObjectMapping
from unified_model.records import Page, SourceRecord

READER_VERSION = 1
"""Part of every cursor: raise it when the same file would give other records."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A first look at an object, for proposing a mapping: names, some rows, and what was found out about the file."""

    object: str
    shown: str
    columns: Sequence[str]
    rows: Sequence[Mapping[str, str]]
    notes: Sequence[Note]
    encoding: EncodingDecision | None = None
    """None: the form of the file leaves no choice (workbooks)."""
    dialect: Dialect | None = None


def open_files(
    label: str,
    options: Mapping[str, Any],
    mappings: Mapping[str, ObjectMapping] | None = None,
    *,
    base: Path = Path(),
    installation: str | None = None,
) -> FileConnector:
    """A file source from its settings as written. Nothing is opened yet. UsageError when a setting is wrong.

    `mappings` by object give the kind, and key and times where the settings do not. It may be filled after this call,
    when `discover` has told the columns; an object without one holds records of the kind `other`.
    """
    return FileConnector(settings_of(options, base), installation or label, {} if mappings is None else mappings)


class FileConnector:
    """One file source, opened. It keeps what it found out about a file until `close`."""

    def __init__(self, settings: FileSettings, installation: str, mappings: Mapping[str, ObjectMapping]) -> None:
        self.settings = settings
        self._installation = installation
        self._mappings = mappings
        self.page_size = PAGE
        """Rows a page covers."""
        self._found: Catalogue | None = None
        self._tables: dict[Part, tuple[Stamp, CsvTable | SheetTable]] = {}
        self._books: list[Workbook] = []

    def describe(self) -> Sequence[ObjectCapabilities]:
        return [self._capabilities(object) for object in self.objects()]

    def installation(self) -> Installation:
        return Installation(self._installation, "files")

    def check(self) -> Sequence[Finding]:
        from connectors.files.findings import findings

        return findings(self)

    def discover(self) -> Sequence[ObjectInfo]:
        return [self._info(object) for object in self.objects()]

    def read(self, object: str, cursor: str | None, mode: Mode = "changes") -> Iterator[Page]:
        """Pages of the files that changed since `cursor`; none at all when no file did."""
        parts = self._parts(object)
        before = Cursor("") if cursor is None or mode == "full" else load_cursor(cursor, object)
        reading = self._reading(object)
        if before.reading != reading:
            before = Cursor(reading)
        prints: dict[Part, tuple[Stamp, Fingerprint]] = {}
        for part in parts:
            stamp = part.file.stamp()
            prints[part] = (stamp, fingerprint(part.file))
        changed = [part for part in parts if before.done.get(part.name) != prints[part][1]]
        known = {part.name for part in parts}
        if self.settings.snapshot:
            # What is missing can only be told from a read of everything, from its start.
            before = replace(before, at=None)
            gone = any(name not in known for name in before.done)
            changed = parts if changed or gone else []
        done = {name: found for name, found in before.done.items() if name in known}
        clean = True
        for part in changed:
            stamp, found = prints[part]
            done.pop(part.name, None)
            for page, last in self._part_pages(object, part, stamp, found, Cursor(reading, dict(done), before.at)):
                clean = clean and all(reject.record_id is not None for reject in page.rejects)
                if not last:
                    yield page
                    continue
                done[part.name] = found
                whole = self.settings.snapshot and part == changed[-1] and clean
                yield page._replace(cursor=Cursor(reading, dict(done)).dumps(), complete=whole)

    def get(self, object: str, ids: Sequence[str]) -> Sequence[SourceRecord]:
        wanted = set(ids)
        pages = self.read(object, None, "full")
        found = {record.record_id: record for page in pages for record in page.records if record.record_id in wanted}
        return [found[id] for id in dict.fromkeys(ids) if id in found]

    def close(self) -> None:
        for book in self._books:
            book.close()
        self._books.clear()
        self._tables.clear()

    def preview(self, object: str, rows: int = 200) -> Preview:
        """The first rows of an object, without the columns that must not be taken in."""
        part = self._parts(object)[0]
        table = self.table(part)
        places = kept_places(table, self.settings.exclude_fields)
        columns = [table.columns[place] for place in places]
        taken: list[Mapping[str, str]] = []
        for block in table.blocks():
            room = rows - len(taken)
            taken += ({table.columns[place]: values[place] for place in places} for _, values in block.rows[:room])
            if len(taken) >= rows:
                break
        encoding, dialect = (table.encoding, table.dialect) if isinstance(table, CsvTable) else (None, None)
        return Preview(object, part.file.shown, columns, taken, table.notes, encoding, dialect)

    def doubts(self, object: str) -> str | None:
        """Why what the object says should be doubted (a guessed encoding, a sheet cut off); None: no reason."""
        notes = [(part, note) for part in self._parts(object) for note in self.table(part).notes if note.doubt]
        return " ".join(f"{part.file.shown}: {note.message}" for part, note in notes) or None

    def table(self, part: Part) -> CsvTable | SheetTable:
        """A file or sheet, opened; opened anew when it changed."""
        stamp = part.file.stamp()
        if part in self._tables and self._tables[part][0] == stamp:
            return self._tables[part][1]
        table: CsvTable | SheetTable
        if part.file.is_workbook:
            book = Workbook(part.file)
            self._books.append(book)
            table = SheetTable(book, sheet_of(book, part.sheet), self.settings)
        else:
            table = CsvTable(part.file, self.settings)
        self._tables[part] = (stamp, table)
        return table

    def row_reader(self, object: str, part: Part) -> RowReader:
        """The compiled reading of one part; passes over it once."""
        stamp = part.file.stamp()
        fallback = self.settings.as_of or datetime.fromtimestamp(stamp.modified_ns / 1e9, UTC)
        return row_reader(object, self.table(part), self.settings, self._mappings.get(object), fallback, stamp.size)

    def objects(self) -> Catalogue:
        """The objects and their parts, looked up once."""
        if self._found is None:
            self._found = catalogue(self.settings)
        return self._found

    def is_keyed(self, object: str) -> bool:
        """Whether its records have a lasting key."""
        return bool(key_columns(self.settings, self._mappings.get(object)))

    def _parts(self, object: str) -> list[Part]:
        found = self.objects()
        if object not in found:
            raise UsageError(f"{self.settings.path} has no object '{object}'.", f"It has: {', '.join(found)}.")
        if self.settings.snapshot and not self.is_keyed(object):
            raise UsageError(
                f"{self.settings.path} is declared a snapshot, but '{object}' has no key.",
                "Set key to the column that names a record for ever, or leave snapshot out.",
            )
        return found[object]

    def _capabilities(self, object: str) -> ObjectCapabilities:
        mapping = self._mappings.get(object)
        return ObjectCapabilities(
            object,
            mapping.kind if mapping else "other",
            changes="fingerprint",
            deletes="absence" if self.settings.snapshot else "none",
            keyed=bool(key_columns(self.settings, mapping)),
            max_vanishing_share=self.settings.max_vanishing_share,
        )

    def _info(self, object: str) -> ObjectInfo:
        try:
            tables = [self.table(part) for part in self.objects()[object]]
        except UnsiloError as error:
            return ObjectInfo(object, (), note=str(error))
        columns = dict.fromkeys(name for table in tables for name in table.columns)
        notes = " ".join(dict.fromkeys(note.message for table in tables for note in table.notes))
        return ObjectInfo(object, tuple(columns), note=notes)

    def _reading(self, object: str) -> str:
        """Hash of everything that decides what records a file gives."""
        mapping, settings = self._mappings.get(object), self.settings
        facts = [
            READER_VERSION, key_columns(settings, mapping), settings.encoding, settings.delimiter, settings.quote,
            settings.header_row, settings.sheet, sorted(settings.exclude_fields), settings.modified, settings.zone,
            settings.date_order, str(settings.as_of), settings.snapshot,
            [mapping.modified, mapping.zone, mapping.date_order] if mapping else None,
            [mapping.deleted, mapping.merged_into] if mapping else None,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]

    def _part_pages(
        self, object: str, part: Part, stamp: Stamp, found: Fingerprint, cursor: Cursor
    ) -> Iterator[tuple[Page, bool]]:
        """Pages of one file and whether each is its last. Retry when the file changes meanwhile."""
        at = cursor.at if cursor.at and (cursor.at.file, cursor.at.fingerprint) == (part.name, found) else None
        for chunk in self.row_reader(object, part).chunks(at.line if at else 0, self.page_size):
            self._same_file(part, stamp)
            place = None if chunk.last else Place(part.name, found, chunk.next_line, chunk.covered)
            yield _page(chunk, replace(cursor, at=place)), chunk.last

    def _same_file(self, part: Part, stamp: Stamp) -> None:
        if part.file.stamp() != stamp:
            raise Retry(
                f"{part.file.shown} changed while it was being read; the rest of it was not taken.",
                "Pull again when it is written to its end.",
            )


def _page(chunk: Chunk, cursor: Cursor) -> Page:
    return Page(chunk.records, chunk.rejects, cursor.dumps(), read=len(chunk.records) + len(chunk.rejects))
