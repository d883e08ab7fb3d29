"""Bytes in blocks of whole lines, however long a line is.

The parser behind pulls whole lines into memory before any limit of its own applies; so lines beyond the limit never get
there: they are counted to their end, and only their beginning is kept.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import NamedTuple

MAX_LINE = 1 << 20
"""Bytes of the longest line (and record) that is taken; a real contact has a few hundred."""
BLOCK = 1 << 18
SAMPLE = 4096
"""Bytes kept of a line that is too long."""

Read = Callable[[int], bytes]


class Oversize(NamedTuple):
    """A line beyond the limit: its beginning and how many bytes it has."""

    sample: bytes
    size: int


def line_blocks(read: Read, max_line: int = MAX_LINE, block: int = BLOCK) -> Iterator[bytes | Oversize]:
    """Blocks that end where a line ends. LF, CRLF and a lone CR all end a line."""
    rest = b""
    while chunk := read(block):
        data = rest + chunk
        cut = _last_line_end(data)
        if cut:
            yield from _whole_lines(data[:cut], max_line)
            rest = data[cut:]
        else:
            rest = data
        if len(rest) > max_line:
            oversize, rest = _skip_line(rest, read, block)
            yield oversize
    if rest:
        yield rest


def _whole_lines(data: bytes, max_line: int) -> Iterator[bytes | Oversize]:
    """A block of whole lines; only one beyond the limit can hold a line that is."""
    if len(data) <= max_line:
        yield data
        return
    start = end = 0
    for line in data.splitlines(keepends=True):
        if len(line) > max_line:
            if end > start:
                yield data[start:end]
            yield Oversize(line[:SAMPLE], len(line))
            start = end + len(line)
        end += len(line)
    if end > start:
        yield data[start:end]


def _last_line_end(data: bytes) -> int:
    """Where the last line ends. A CR at the very end may be half of a CRLF, so it waits."""
    newline = data.rfind(b"\n") + 1
    return newline or data.rfind(b"\r", 0, len(data) - 1) + 1


def _skip_line(start: bytes, read: Read, block: int) -> tuple[Oversize, bytes]:
    """Count a line to its end without keeping it; also gives what was read behind it."""
    sample, size, data = start[:SAMPLE], 0, start
    while True:
        # A CR as the last byte can't be told from half a CRLF: take the byte behind it before looking.
        if data.endswith(b"\r"):
            data += read(1)
        ends = [at for at in (data.find(b"\n"), data.find(b"\r")) if at >= 0]
        if ends:
            end = min(ends)
            end += 2 if data[end : end + 2] == b"\r\n" else 1
            return Oversize(sample, size + end), data[end:]
        size += len(data)
        data = read(block)
        if not data:
            return Oversize(sample, size), b""


def split_lines(text: str) -> list[str]:
    """Text in lines with their ends. `str.splitlines` alone would also split at form feeds and rarer separators."""
    lines = text.splitlines(keepends=True)
    expected = text.count("\n") + (not text.endswith("\n"))
    return lines if len(lines) == expected else list(io.StringIO(text, newline=""))
