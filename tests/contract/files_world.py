"""File sources as a world of the connector suite: a folder of exports, written anew at every change."""

from __future__ import annotations

import csv
import gzip
import io
import os
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.contract import Mode
from connectors.files.connector import FileConnector, open_files
from tests.contract.connector_behaviours import BEHAVIOURS
from tests.contract.connector_clients import Client
from tests.contract.connector_world import Fields, World
from unified_model.mapping.rows import FieldRow, ObjectMapping

_NO_WRITES = "files are never written back"
_NO_WIRE = "a file has no server, session, quota or credentials"
_WHOLE = "a file is read whole: there is no change query with pages, ties, lags or clocks"
_NO_MARKS = "an export has no word for conversions, or for erasures beside deletions"
_NO_LINKS = "an export is one table: it has no associations"
_HIDDEN = ("id", "modified", "deleted", "merged into")
"""Columns that are the source's own and not a record's fields."""
_MAPPING = ObjectMapping(
    "people", "person", (FieldRow("name", "full_name"),), "id", deleted="deleted", merged_into="merged into"
)


def _excuses() -> dict[str, str]:
    """Why a file can't have some behaviours, by their numbers."""
    by_number = {
        **dict.fromkeys((4, 8, 12, 13, 14, 15, 17, 18), _WHOLE),
        **dict.fromkeys((28, 29), _NO_MARKS),
        **dict.fromkeys((38, 39, 40), _NO_LINKS),
        **dict.fromkeys(range(41, 55), _NO_WRITES),
        **dict.fromkeys((55, 56, 57, 58, 59, 61, 62, 66, 67, 68), _NO_WIRE),
    }
    return {one.name: by_number[one.number] for one in BEHAVIOURS.values() if one.number in by_number}


@dataclass
class FilesWorld(World):
    """A folder with `people` in one of the forms that files come in."""

    folder: Path
    ending: str = ".csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    object: str = "people"
    page_size: int = 100
    overlap: int = -1
    cannot: Mapping[str, str] = field(default_factory=_excuses)
    hides = False
    _records: dict[str, dict[str, str]] = field(default_factory=dict)
    _gone: dict[str, dict[str, str]] = field(default_factory=dict)
    _columns: list[str] = field(default_factory=lambda: ["id", "name", "city", "note", *_HIDDEN[1:]])
    _writes: int = 0

    @property
    def path(self) -> Path:
        return self.folder / f"people{self.ending}"

    def open(self, **scope: Any) -> FileConnector:
        connector = open_files("rehearsal", {"path": str(self.folder), "key": "id", **scope}, {"people": _MAPPING})
        connector.page_size = self.page_size
        return connector

    def truth(self) -> Mapping[str, Fields]:
        return {
            key: {name: value for name, value in row.items() if name not in _HIDDEN}
            for key, row in self._records.items()
            if not row.get("deleted")
        }

    def put(self, records: Mapping[str, Fields]) -> None:
        self._writes += 1
        for key, fields in records.items():
            before = self._records.get(key, {})
            self._records[key] = {**before, **fields, "id": key, "modified": f"2025-01-01T00:00:{self._writes:02}Z"}
        self._write()

    def now(self) -> datetime:
        return datetime.now(UTC)

    def remove(self, *keys: str) -> None:
        for key in keys:
            self._gone[key] = self._records.pop(key)
        self._write()

    def delete(self, *keys: str) -> None:
        self.remove(*keys)

    def restore(self, *keys: str) -> None:
        self._records |= {key: self._gone.pop(key) for key in keys}
        self._write()

    def soft_delete(self, key: str) -> None:
        self._records[key]["deleted"] = "true"
        self._write()

    def merge(self, loser: str, survivor: str) -> str:
        self._records[loser]["merged into"] = survivor
        self.soft_delete(loser)
        return survivor

    def shuffle(self) -> None:
        items = list(self._records.items())
        random.Random(7).shuffle(items)
        self._records = dict(items)
        self._write()

    def change_calculated(self, value: str) -> None:
        for row in self._records.values():
            row[self.calculated] = value
        self._write()

    def add_field(self, name: str, value: str) -> None:
        self._columns.append(name)
        for row in self._records.values():
            row[name] = value
        self._write()

    def drop_field(self, name: str) -> None:
        self._columns.remove(name)
        for row in self._records.values():
            row.pop(name, None)
        self._write()

    def add_object(self, records: Mapping[str, Fields]) -> str:
        columns = ["id", *next(iter(records.values()))]
        rows = [{"id": key, **fields} for key, fields in records.items()]
        (self.folder / f"pets{self.ending}").write_bytes(self._bytes(columns, rows))
        return "pets"

    def damage(self) -> None:
        """A quote too many in a text; in a workbook a row whose key is gone."""
        key = list(self._records)[len(self._records) // 2]
        damaged = {**self._records, key: {**self._records[key], "id": ""}}
        if self.ending == ".xlsx":
            self.path.write_bytes(self._bytes(self._columns, list(damaged.values())))
            return
        text = self._text(self._columns, list(self._records.values()))
        lines = text.splitlines(keepends=True)
        lines[len(lines) // 2] = lines[len(lines) // 2].replace(self.delimiter, f'{self.delimiter}"', 1)
        self.path.write_bytes(self._packed("".join(lines)))

    @contextmanager
    def fail(self) -> Iterator[None]:
        """The file is cut off, as by a full disk: what is left of it is nothing to read."""
        content = self.path.read_bytes()
        self.path.write_bytes(content[:30] if self.ending != ".csv" else b"")
        try:
            yield
        finally:
            self.path.write_bytes(content)

    @contextmanager
    def forbid(self) -> Iterator[None]:
        user, mode = os.geteuid(), self.path.stat().st_mode
        folders = [
            folder
            for folder in self.path.parents
            if folder.stat().st_uid == user and folder.stat().st_mode & 0o5 != 0o5
        ]
        modes = [folder.stat().st_mode for folder in folders]
        for folder in folders:
            folder.chmod(0o755)
        self.path.chmod(0)
        os.seteuid(65534 if user == 0 else user)
        try:
            yield
        finally:
            os.seteuid(user)
            self.path.chmod(mode)
            for folder, before in zip(folders, modes, strict=True):
                folder.chmod(before)

    def expired(self, cursor: str) -> str:
        return cursor.replace('"v":1', '"v":0')

    def naive(self, behaviour: str) -> NaiveClient:
        return NaiveClient(self, behaviour=behaviour)

    def null_empty_and_absent_are_told_apart_as_the_vendor_does(self) -> None:
        """A table knows empty cells and missing columns, and no null."""
        self.put({"1": {"name": "", "city": "x", "note": ""}})
        [record] = self.open().get("people", ["1"])

        assert record.payload["name"] == ""
        assert "birthday" not in record.payload

    def _write(self) -> None:
        self.path.write_bytes(self._bytes(self._columns, list(self._records.values())))

    def _bytes(self, columns: list[str], rows: list[dict[str, str]]) -> bytes:
        if self.ending == ".xlsx":
            return _workbook([columns, *([row.get(name, "") for name in columns] for row in rows)])
        return self._packed(self._text(columns, rows))

    def _packed(self, text: str) -> bytes:
        content = text.encode(self.encoding)
        return gzip.compress(content, 1) if self.ending.endswith(".gz") else content

    def _text(self, columns: list[str], rows: list[dict[str, str]]) -> str:
        out = io.StringIO()
        writer = csv.DictWriter(out, columns, delimiter=self.delimiter)
        writer.writeheader()
        writer.writerows(rows)
        return out.getvalue()


def _workbook(rows: list[list[str]]) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet("People")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write_string(number, column, value)
    book.close()
    return out.getvalue()


@dataclass
class NaiveClient(Client):
    """What a short script would do: open the file, read it all, keep rows by id; each behaviour with its usual slip."""

    behaviour: str = ""
    newest: str = ""

    def pull(self, mode: Mode = "changes", pages: int | None = None) -> None:
        rows = self._rows()
        if pages is not None:
            rows = rows[: pages * self.world.page_size]
        self.read = [str(row["id"]) for row in rows]
        match self.behaviour:
            case "values_arrive_unmangled":
                self.state = {str(row["id"]): {name: _guessed(cell) for name, cell in row.items()} for row in rows}
            case "reconcile_of_a_broken_read_deletes_nothing":
                self.state = {str(row["id"]): row for row in rows}
            case "new_field_appears_and_is_backfilled":
                self.state = {str(row["id"]): row for row in rows} | self.state
            case "vanished_field_is_not_read_as_empty":
                names = ("id", "name", "city", "note")
                self.state = {str(row["id"]): {name: row.get(name) or "" for name in names} for row in rows}
            case "calculated_field_is_refreshed":
                self.state |= {str(row["id"]): row for row in rows if str(row["modified"]) > self.newest}
                self.newest = max(str(row["modified"]) for row in rows)
            case _:
                self.state |= {str(row["id"]): row for row in rows}

    def _rows(self) -> list[dict[str, Any]]:
        content = self.world.path.read_bytes()
        if self.world.ending == ".xlsx":
            import openpyxl

            [header, *rows] = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].values
            return [dict(zip(header, row, strict=True)) for row in rows]
        plain = gzip.decompress(content) if self.world.ending.endswith(".gz") else content
        text = plain.decode(self.world.encoding, "replace")
        return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=self.world.delimiter))


def _guessed(cell: Any) -> Any:
    """The type a spreadsheet program or a data library would take it for."""
    text = str(cell).strip()
    if text in ("NA", "null", "#N/A", "None"):
        return None
    try:
        return float(text)
    except ValueError:
        return text
