"""Rows become source records and rejects: the key, the payload, the time of change, and the last row of a key wins."""

from __future__ import annotations

import csv
import io
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import repeat
from typing import Any, NamedTuple, TypeVar

from connectors.files.csv_rows import Defect, Row, RowBlock
from connectors.files.keys import MAX_KEY, KeysOf, key_fault, key_reader, row_hasher
from connectors.files.settings import FileSettings, nearest_column
from connectors.files.survey import Survey, survey
from connectors.files.tables import Table, kept_places
from unified_model.errors import NeedsOperator
from unified_model.mapping.read import fate_reader, key_cell_reader, modified_reader
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
_Item = TypeVar("_Item", Row, Defect)
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
    keys_of: KeysOf
    survey: Survey
    names: tuple[str, ...]
    places: tuple[int, ...]
    stamp: Stamp | None
    fallback: datetime
    """Time of records that tell none themselves."""
    fate: Fate | None = None
    """Payload -> (deleted, survivor), for exports that keep what was deleted."""

    def chunks(self, start_line: int, page: int = PAGE) -> Iterator[Chunk]:
        """All rows and defects from a line on, `page` of them at a time."""
        records: list[SourceRecord] = []
        rejects: list[Reject] = []
        counts: dict[str, int] = {}
        covered, line, ended, total = 0, 0, False, self.survey.rows + self.survey.defects
        for block in self.table.blocks():
            lines = _lines_of(block)
            at = bisect_left(lines, start_line)
            self._pass_over(block.rows[: bisect_left(block.rows, (start_line,))], counts)
            covered += at
            while at < len(lines):
                end = min(at + page - len(records) - len(rejects), len(lines))
                first, line = lines[at], lines[end - 1]
                self._take(_between(block.rows, first, line), counts, records, rejects)
                rejects += map(self._reject, _between(block.defects, first, line))
                covered += end - at
                at = end
                if len(records) + len(rejects) >= page or sum(len(one.raw) for one in rejects) > PAGE_RAW:
                    ended = covered == total
                    yield Chunk(records, rejects, line + 1, covered, ended)
                    records, rejects = [], []
        if records or rejects or not ended:
            yield Chunk(records, rejects, line + 1, covered, True)

    def _take(
        self, rows: Sequence[Row], counts: dict[str, int], records: list[SourceRecord], rejects: list[Reject]
    ) -> None:
        """Make records and rejects of some rows: of all at once, because a million come through here."""
        keys = self.keys_of([values for _, values in rows])
        if not self.keyed:
            keys = self._counted(keys, counts)
        elif not self._are_good(keys):
            bad = [self._is_refused(key, line) for key, (line, _) in zip(keys, rows, strict=True)]
            rejects += (self._refused(*row, key) for row, key, no in zip(rows, keys, bad, strict=True) if no)
            rows = [row for row, no in zip(rows, bad, strict=True) if not no]
            keys = [key for key, no in zip(keys, bad, strict=True) if not no]
        object, fallback, prefix = self.object, self.fallback, self.table.place_prefix
        payloads = self._payloads(rows)
        times = [self.stamp(payload) or fallback for payload in payloads] if self.stamp else repeat(fallback)
        fates = [self.fate(payload) for payload in payloads] if self.fate else repeat((False, None))
        records += [
            _record((object, key, payload, time, *fate, f"{prefix}{row[0]}", None, False))
            for row, key, payload, time, fate in zip(rows, keys, payloads, times, fates)  # noqa: B905 (some are endless)
        ]

    def _are_good(self, keys: Sequence[str]) -> bool:
        """Whether no key is empty, too long, or comes again in the file."""
        last_line = self.survey.last_line
        return all(keys) and max(map(len, keys), default=0) <= MAX_KEY and last_line.keys().isdisjoint(keys)

    def _is_refused(self, key: str, line: int) -> bool:
        return not 0 < len(key) <= MAX_KEY or self.survey.last_line.get(key, line) != line

    def _counted(self, keys: Sequence[str], counts: dict[str, int]) -> list[str]:
        """Hashes of rows with how often each came so far. Only those that come more than once need counting."""
        repeated, numbered = self.survey.last_line, []
        for key in keys:
            number = 1
            if key in repeated:
                number = counts[key] = counts.get(key, 0) + 1
            numbered.append(f"{key}.{number}")
        return numbered

    def _pass_over(self, rows: Sequence[Row], counts: dict[str, int]) -> None:
        """Rows that were handed over before: they only count where equal rows are counted."""
        if rows and not self.keyed:
            self._counted(self.keys_of([values for _, values in rows]), counts)

    def _refused(self, line: int, values: Sequence[str], key: str) -> Reject:
        """The reject of a row without a usable key, or whose key comes again later."""
        place, raw = f"{self.table.place_prefix}{line}", self._written(values)
        fault = key_fault(key)
        if fault:
            return Reject(self.object, place, *fault, raw, None)
        last = self.survey.last_line[key]
        detail = f"The row in line {last} has the same key; the last one counts. Remove one, or choose another key."
        return Reject(self.object, place, "duplicate_key", detail, raw, key)

    def _payloads(self, rows: Sequence[Row]) -> list[dict[str, str]]:
        names, places = self.names, self.places
        if len(places) == len(self.table.columns):
            return [dict(zip(names, values)) for _, values in rows]  # noqa: B905 (every row has the header's width)
        return [{name: values[place] for name, place in zip(names, places, strict=True)} for _, values in rows]

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


def _lines_of(block: RowBlock) -> list[int]:
    """Where its rows and defects begin, in order."""
    lines = [row[0] for row in block.rows]
    if block.defects:
        lines += [defect.line for defect in block.defects]
        lines.sort()
    return lines


def _between(items: Sequence[_Item], first: int, last: int) -> Sequence[_Item]:
    """Rows or defects that begin in lines from `first` to `last`."""
    return items[bisect_left(items, (first,)) : bisect_left(items, (last + 1,))]


def row_reader(
    object: str, table: Table, settings: FileSettings, mapping: ObjectMapping | None, fallback: datetime, size: int
) -> RowReader:
    """Compile the reading of a table; this is the first pass over it. NeedsOperator when a named column is missing."""
    key = key_columns(settings, mapping)
    kept = kept_places(table, settings.exclude_fields)
    if key:
        keys_of = key_reader(table, key, _cleaner(key, mapping))
    else:
        keys_of = row_hasher(table.columns, [place for place in kept if place not in table.unnamed])
    found = survey(table, keys_of, size)
    places = tuple(place for place in kept if place not in table.unnamed or place in found.filled)
    names = tuple(table.columns[place] for place in places)
    stamp = _stamp(table, settings, mapping)
    keeps_deleted = mapping is not None and (mapping.deleted is not None or mapping.merged_into is not None)
    fate = fate_reader(mapping) if mapping is not None and keeps_deleted else None
    return RowReader(object, table, bool(key), keys_of, found, names, places, stamp, fallback, fate)


def key_columns(settings: FileSettings, mapping: ObjectMapping | None) -> tuple[str, ...]:
    """The key the settings name, else the mapping's."""
    return settings.key or ((mapping.key,) if mapping is not None and mapping.key else ())


def _cleaner(key: Sequence[str], mapping: ObjectMapping | None) -> Callable[[str], str | None]:
    return clean if mapping is None or (mapping.key,) != tuple(key) else key_cell_reader(mapping)


def _stamp(table: Table, settings: FileSettings, mapping: ObjectMapping | None) -> Stamp | None:
    column, zone, order = settings.modified, settings.zone, settings.date_order
    if not column:
        return modified_reader(mapping) if mapping is not None else None
    if column not in table.columns:
        raise NeedsOperator(
            f"{table.file.shown} has no column '{column}', which the settings name as modified.",
            nearest_column(column, table.columns),
        )
    return lambda payload: parse_time(payload.get(column, ""), zone, order)
