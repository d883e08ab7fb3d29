"""Rows become source records and rejects: the key, the payload, the time of change, and the last row of a key wins."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple

from connectors.files.csv_rows import Defect, Row, RowBlock
from connectors.files.keys import MAX_KEY, KeyOf, key_fault, key_reader, row_hasher
from connectors.files.settings import FileSettings, nearest_column
from connectors.files.survey import Survey, survey
from connectors.files.tables import Table, kept_places
from unified_model.errors import NeedsOperator
from unified_model.mapping.read import fate_reader, modified_reader
from unified_model.mapping.read import key_reader as mapped_key_reader
from unified_model.mapping.rows import ObjectMapping
from unified_model.mapping.times import parse_time
from unified_model.mapping.transforms import clean
from unified_model.records import Reject, SourceRecord

PAGE = 2_000
PAGE_RAW = 4 << 20
"""Characters of raw text in the rejects of a page, beyond which it ends early."""
WITHHELD = " Its text is withheld, because columns that must not be taken in may be in it."

_record: Callable[[tuple[Any, ...]], SourceRecord] = partial(tuple.__new__, SourceRecord)
"""A source record from its fields in order, at half the cost of calling the class: it is made for every row."""

Stamp = Callable[[Mapping[str, str]], Any]
Fate = Callable[[Mapping[str, str]], tuple[bool, str | None]]


class Chunk(NamedTuple):
    """What a page will hold. Everything in lines before `next_line` is covered: `covered` rows and defects."""

    records: list[SourceRecord]
    rejects: list[Reject]
    next_line: int
    covered: int
    last: bool


@dataclass(frozen=True, slots=True)
class RowReader:
    """How the rows of one table are read: compiled once, used for every row."""

    object: str
    table: Table
    keyed: bool
    key_of: KeyOf
    survey: Survey
    names: tuple[str, ...]
    places: tuple[int, ...]
    stamp: Stamp
    fallback: datetime
    """Time of records that tell none themselves."""
    fate: Fate | None = None
    """Payload -> (deleted, survivor), for exports that keep what was deleted."""

    def chunks(self, start_line: int, page: int = PAGE) -> Iterator[Chunk]:
        """All rows and defects from a line on, `page` of them at a time."""
        take = self._taker()
        records: list[SourceRecord] = []
        rejects: list[Reject] = []
        ended = False
        covered, raw, line, total = 0, 0, 0, self.survey.rows + self.survey.defects
        for block in self.table.blocks():
            # Nearly all blocks are free of defects: only the others pay for bringing the two lists into one order.
            for item in _in_order(block) if block.defects else block.rows:
                line = item[0]
                taken = take(line, item[1]) if len(item) == 2 else self._reject(item)
                covered += 1
                if line < start_line:
                    continue
                if isinstance(taken, Reject):
                    rejects.append(taken)
                    raw += len(taken.raw)
                else:
                    records.append(taken)
                if len(records) + len(rejects) >= page or raw > PAGE_RAW:
                    ended = covered == total
                    yield Chunk(records, rejects, line + 1, covered, ended)
                    records, rejects, raw = [], [], 0
        if records or rejects or not ended:
            yield Chunk(records, rejects, line + 1, covered, True)

    def _taker(self) -> Callable[[int, list[str]], SourceRecord | Reject]:
        """What makes a record or a reject of a row. It runs for every row, so everything it needs is a local name."""
        object, key_of, payload_of, stamp, fallback = (
            self.object,
            self.key_of,
            self._payloads(),
            self.stamp,
            self.fallback,
        )
        last_line, keyed, prefix = self.survey.last_line, self.keyed, self.table.place_prefix
        fate = self.fate
        counts: dict[str, int] = {}

        def take(line: int, values: list[str]) -> SourceRecord | Reject:
            key = key_of(values)
            if keyed:
                if not 0 < len(key) <= MAX_KEY or (key in last_line and last_line[key] != line):
                    return self._refused(line, values, key)
            else:
                # Only rows that come more than once need counting.
                number = 1
                if key in last_line:
                    number = counts[key] = counts.get(key, 0) + 1
                key = f"{key}.{number}"
            payload = payload_of(values)
            deleted, survivor = (False, None) if fate is None else fate(payload)
            return _record((object, key, payload, stamp(payload) or fallback, deleted, survivor, f"{prefix}{line}"))

        return take

    def _refused(self, line: int, values: Sequence[str], key: str) -> Reject:
        """The reject of a row without a usable key, or whose key comes again later."""
        place, raw = f"{self.table.place_prefix}{line}", self._written(values)
        fault = key_fault(key)
        if fault:
            return Reject(self.object, place, *fault, raw, None)
        last = self.survey.last_line[key]
        detail = f"The row in line {last} has the same key; the last one counts. Remove one, or choose another key."
        return Reject(self.object, place, "duplicate_key", detail, raw, key)

    def _payloads(self) -> Callable[[Sequence[str]], dict[str, str]]:
        names, places = self.names, self.places
        if places == tuple(range(len(self.table.columns))):
            return lambda values: dict(zip(names, values))  # noqa: B905 (every row has the header's width)
        return lambda values: {name: values[place] for name, place in zip(names, places, strict=True)}

    def _written(self, values: Sequence[str]) -> str:
        """A row's values as a line of CSV again, without the columns left out."""
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow([values[place] for place in self.places])
        return line.getvalue()

    def _reject(self, defect: Defect) -> Reject:
        """A defect as a reject. Where columns are left out for good, text that can't be told apart is not kept."""
        raw, detail = defect.raw, defect.detail
        if len(self.places) + len(self._dropped()) < len(self.table.columns):
            raw, detail = "", detail + WITHHELD
        return Reject(self.object, f"{self.table.place_prefix}{defect.line}", defect.reason, detail, raw)

    def _dropped(self) -> list[int]:
        """Columns without name and data."""
        return [place for place in self.table.unnamed if place not in self.survey.filled]


def _in_order(block: RowBlock) -> Sequence[Row | Defect]:
    """Rows and defects of a block by line."""
    items: list[Row | Defect] = [*block.rows, *block.defects]
    items.sort(key=itemgetter(0))
    return items


def row_reader(
    object: str, table: Table, settings: FileSettings, mapping: ObjectMapping | None, fallback: datetime, size: int
) -> RowReader:
    """Compile the reading of a table; this is the first pass over it. NeedsOperator when a named column is missing."""
    key = key_columns(settings, mapping)
    kept = kept_places(table, settings.exclude_fields)
    if key:
        key_of = key_reader(table, key, _cleaner(key, mapping))
    else:
        key_of = row_hasher(table.columns, [place for place in kept if place not in table.unnamed])
    found = survey(table, key_of, size)
    places = tuple(place for place in kept if place not in table.unnamed or place in found.filled)
    names = tuple(table.columns[place] for place in places)
    stamp = _stamp(table, settings, mapping)
    keeps_deleted = mapping is not None and (mapping.deleted is not None or mapping.merged_into is not None)
    fate = fate_reader(mapping) if mapping is not None and keeps_deleted else None
    return RowReader(object, table, bool(key), key_of, found, names, places, stamp, fallback, fate)


def key_columns(settings: FileSettings, mapping: ObjectMapping | None) -> tuple[str, ...]:
    """The key the settings name, else the mapping's."""
    return settings.key or ((mapping.key,) if mapping is not None and mapping.key else ())


def _cleaner(key: Sequence[str], mapping: ObjectMapping | None) -> Callable[[str], str | None]:
    if mapping is None or (mapping.key,) != tuple(key):
        return clean
    read, column = mapped_key_reader(mapping), key[0]
    return lambda text: read({column: text})


def _stamp(table: Table, settings: FileSettings, mapping: ObjectMapping | None) -> Stamp:
    column, zone, order = settings.modified, settings.zone, settings.date_order
    if not column:
        return modified_reader(mapping) if mapping is not None else lambda payload: None
    if column not in table.columns:
        raise NeedsOperator(
            f"{table.file.shown} has no column '{column}', which the settings name as modified.",
            nearest_column(column, table.columns),
        )
    return lambda payload: parse_time(payload.get(column, ""), zone, order)
