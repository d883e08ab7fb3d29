"""Rows of a text table, strictly: a line that does not fit becomes a defect with its raw text, and reading goes on.

Every line of the file ends up in exactly one row, one defect, the header, or among the blank ones. Clean stretches run
at the speed of `csv.reader`; only around a defect is there work in Python.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from connectors.files.dialect import Dialect
from connectors.files.encoding import decode_marking
from connectors.files.lines import MAX_LINE, Oversize, split_lines

_MARKED = re.compile("[\udc00-\udcff]")
_TRIES = 50
"""How many lines behind a defect are tried as the start of the next good record."""

Row = tuple[int, list[str]]
"""Number of the line a record begins in (from 1), and its values."""


class Defect(NamedTuple):
    """Lines that are no record: where they begin, why, and their text with undecodable bytes as `\\xNN`."""

    line: int
    reason: str
    detail: str
    raw: str


class RowBlock(NamedTuple):
    """Some hundreds of rows and the defects among them, each in the order of lines."""

    rows: list[Row]
    defects: list[Defect]


class CsvRows:
    """One pass over a table's blocks of lines. `lines` and `blank` count what it has covered so far."""

    def __init__(self, encoding: str, dialect: Dialect, width: int, skip: int = 0) -> None:
        self._encoding = encoding
        self._options = dialect.options()
        self._width = width
        self._skip = skip
        self.lines = 0
        """Lines covered by everything yielded so far, the skipped ones included."""
        self.blank = 0
        """Records without a single value; they are neither rows nor defects."""

    def read(self, blocks: Iterable[bytes | Oversize]) -> Iterator[RowBlock]:
        """Rows and defects, block by block."""
        carried: list[str] = []
        marked = False
        for block in blocks:
            if isinstance(block, Oversize):
                yield self._parse(carried, final=True, marked=marked)[0]
                carried = []
                yield self._too_long(block)
                continue
            lines, marked_here = self._decode(block)
            if self._skip:
                lines = self._skipped(lines)
            marked = marked_here or (marked and bool(carried))
            parsed, carried = self._parse(carried + lines, final=False, marked=marked)
            yield parsed
        yield self._parse(carried, final=True, marked=marked)[0]

    def _decode(self, block: bytes) -> tuple[list[str], bool]:
        """Lines of a block, and whether some bytes could not be decoded (they stand as lone surrogates)."""
        try:
            return split_lines(str(block, self._encoding)), False
        except UnicodeDecodeError:
            return split_lines(decode_marking(block, self._encoding)), True

    def _skipped(self, lines: list[str]) -> list[str]:
        taken = min(self._skip, len(lines))
        self._skip -= taken
        self.lines += taken
        return lines[taken:]

    def _too_long(self, line: Oversize) -> RowBlock:
        self.lines += 1
        if self._skip:
            self._skip -= 1
            return RowBlock([], [])
        start = readable(decode_marking(line.sample, self._encoding))
        detail = f"The line has {line.size:,} bytes, more than the {MAX_LINE:,} that are taken; only its start is kept."
        return RowBlock([], [Defect(self.lines, "line_too_long", detail, start)])

    def _parse(self, lines: list[str], *, final: bool, marked: bool) -> tuple[RowBlock, list[str]]:
        """Rows and defects of some lines, and the lines at their end that belong to a record not yet whole."""
        rows: list[Row] = []
        defects: list[Defect] = []
        first, at, total = self.lines + 1, 0, len(lines)
        while at < total:
            at, verdict = self._run(lines, at, first, rows)
            if verdict is None:
                break
            end, reason = verdict
            if reason == "unfinished" and not final and sum(map(len, lines[at:])) <= MAX_LINE:
                break
            at = self._set_aside(lines, at, end, reason, first, defects)
        self.lines += at
        if marked:
            rows = _without_marked(rows, lines, first, self.lines, defects)
        return RowBlock(rows, defects), lines[at:]

    def _run(self, lines: list[str], at: int, first: int, rows: list[Row]) -> tuple[int, tuple[int, str] | None]:
        """Parse from line `at` on. At a defect: where it begins, and where the parser stood and why it stopped."""
        width, start, ended = self._width, at, False

        def end_of_lines() -> Iterator[str]:
            nonlocal ended
            ended = True
            yield from ()

        reader = csv.reader(chain(islice(lines, at, None), end_of_lines()), **self._options)
        take = rows.append
        try:
            for values in reader:
                if len(values) == width and (values[0] or any(values)):
                    take((first + start, values))
                elif not any(values) or not "".join(values).strip():
                    self.blank += 1
                else:
                    reason = "row_too_short" if len(values) < width else "row_too_long"
                    return start, (at + reader.line_num, f"{reason}:{len(values)}")
                start = at + reader.line_num
        except csv.Error:
            return start, (at + reader.line_num, "unfinished" if ended else "bad_quotes")
        return start, None

    def _set_aside(
        self, lines: Sequence[str], at: int, end: int, reason: str, first: int, defects: list[Defect]
    ) -> int:
        """Make a defect of the lines from `at` up to the next good record; gives where that begins."""
        code, _, found = reason.partition(":")
        code = "unclosed_quote" if code == "unfinished" else code
        resume = end
        if end - at > 1:
            tries = range(at + 1, min(end, at + 1 + _TRIES))
            resume = next((line for line in tries if self._fits(lines, line)), at + 1 if not found else end)
        raw = readable("".join(lines[at:resume]))
        defects.append(Defect(first + at, code, self._detail(code, found), raw))
        return resume

    def _fits(self, lines: Sequence[str], at: int) -> bool:
        """Whether a record of the right width begins at a line; one with an odd quote may be the tail of another."""
        reader = csv.reader(lines[at : at + _TRIES], **self._options)
        try:
            if len(next(reader, ())) != self._width:
                return False
        except csv.Error:
            return False
        quote = self._options.get("quotechar")
        return quote is None or sum(line.count(quote) for line in lines[at : at + reader.line_num]) % 2 == 0

    def _detail(self, code: str, found: str) -> str:
        if found:
            return f"The row has {found} values where the header has {self._width} columns; correct it in the file."
        if code == "unclosed_quote":
            return "A quote opens here and is never closed; correct it in the file."
        return "A quote inside a value is not doubled, or text follows a closing quote; correct it in the file."


def _without_marked(rows: list[Row], lines: Sequence[str], first: int, last: int, defects: list[Defect]) -> list[Row]:
    """Take out the rows that hold bytes which could not be decoded, and set their lines aside."""
    bad = {row[0] for row in rows if _MARKED.search("".join(row[1]))}
    if not bad:
        return rows
    starts = sorted([row[0] for row in rows] + [defect.line for defect in defects])
    ends = dict(zip(starts, [*starts[1:], last + 1], strict=True))
    detail = "The line holds bytes that are not valid in the file's encoding; correct it, or declare the encoding."
    for line in sorted(bad):
        raw = readable("".join(lines[line - first : ends[line] - first]))
        defects.append(Defect(line, "bad_encoding", detail, raw))
    defects.sort()
    return [row for row in rows if row[0] not in bad]


def readable(text: str) -> str:
    """Text with each byte that could not be decoded written as `\\xNN`."""
    return _MARKED.sub(lambda found: f"\\x{ord(found[0]) - 0xDC00:02x}", text)
