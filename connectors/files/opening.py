"""Finding files and opening them: what is there, what it really is, and one clear sentence when it can't be read."""

from __future__ import annotations

import errno
import fnmatch
import gzip
import hashlib
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from connectors.files.settings import FileSettings
from unified_model.errors import NeedsOperator, Retry, UnsiloError

TEXT = (".csv", ".tsv", ".tab", ".txt")
WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
CHUNK = 1 << 20

MAX_RATIO = 200
"""Real tables pack 5 to 50 times, archives made to do harm 1,000 times."""
ALWAYS_FINE = 100 << 20
"""Unpacked bytes below which the ratio does not matter."""


class Fingerprint(NamedTuple):
    """What a file held: the same fingerprint again is the same content."""

    size: int
    sha256: str


class Stamp(NamedTuple):
    """What tells cheaply whether a file was touched while it was read."""

    device: int
    inode: int
    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read. `shown` is its name for people, built on the path as they wrote it."""

    path: Path
    shown: str

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def stem(self) -> str:
        """The name without its endings: `contacts` of `contacts.csv.gz`."""
        return strip_endings(self.path.name)

    @property
    def is_workbook(self) -> bool:
        return self.path.suffix.lower() in WORKBOOKS

    def stamp(self) -> Stamp:
        """Its stamp now. NeedsOperator when it can't be read, or when reading it might never end (a pipe, a device)."""
        with plain_errors(self.shown):
            found = self.path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise NeedsOperator(f"{self.shown} is not an ordinary file.", "Replace it by a file, or move it away.")
        return Stamp(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def strip_endings(name: str) -> str:
    """A file's name without the endings that say its form."""
    plain = name[:-3] if name.lower().endswith(".gz") else name
    stem, dot, ending = plain.rpartition(".")
    return stem if stem and f"{dot}{ending}".lower() in TEXT + WORKBOOKS else plain


def find_files(settings: FileSettings) -> list[SourceFile]:
    """The files of a source in the order of their names. NeedsOperator when there are none, or the path is wrong."""
    location = settings.location
    with plain_errors(settings.path):
        mode = location.stat().st_mode
    if stat.S_ISREG(mode):
        return [SourceFile(location, settings.path)]
    if not stat.S_ISDIR(mode):
        raise NeedsOperator(f"{settings.path} is neither a file nor a folder.", "Set path to a file or a folder.")
    with plain_errors(settings.path):
        names = sorted(entry.name for entry in os.scandir(location) if not entry.is_dir())
    chosen = _chosen(settings, names) if settings.files else [name for name in names if is_table(name)]
    if not chosen:
        raise NeedsOperator(
            f"{settings.path} holds no file that can be read.",
            f"Put {', '.join(TEXT + WORKBOOKS)} files (or .gz) there.",
        )
    return [SourceFile(location / name, f"{settings.path.rstrip('/')}/{name}") for name in chosen]


def unread_names(settings: FileSettings) -> list[str]:
    """Names in the folder that are passed over, for `check` to say so."""
    location = settings.location
    with plain_errors(settings.path):
        if not location.is_dir():
            return []
        taken = {file.name for file in find_files(settings)}
        return sorted(entry.name for entry in os.scandir(location) if entry.name not in taken)


def is_table(name: str) -> bool:
    """Whether a name looks like an export; hidden files and a spreadsheet program's lock files do not."""
    plain = name.lower().removesuffix(".gz")
    return not name.startswith((".", "~$")) and plain.endswith(TEXT + WORKBOOKS)


def _chosen(settings: FileSettings, names: list[str]) -> list[str]:
    chosen: list[str] = []
    for pattern in settings.files:
        matching = [name for name in names if fnmatch.fnmatchcase(name, pattern)]
        if not matching:
            raise NeedsOperator(
                f"{settings.path} holds no file {pattern!r}.", "Correct the setting files, or put the file there."
            )
        chosen += (name for name in matching if name not in chosen)
    return sorted(chosen)


@contextmanager
def plain_errors(shown: str) -> Iterator[None]:
    """Turn the operating system's and the archive's errors into a sentence about the file `shown`."""
    try:
        yield
    except UnsiloError:
        raise
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _damaged(shown, error) from error
    except OSError as error:
        raise explain_os_error(shown, error) from error


def explain_os_error(shown: str, error: OSError) -> UnsiloError:
    """The sentence for an operating system's error on a file."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return NeedsOperator(f"{shown} does not exist.", "Correct the path, or put the file there.")
    if isinstance(error, PermissionError):
        return NeedsOperator(f"{shown} can't be read: no permission.", "Change its owner or mode.")
    if error.errno == errno.ELOOP:
        return NeedsOperator(f"{shown} is a link that leads back to itself.", "Replace the link by the file.")
    if error.errno == errno.ENAMETOOLONG:
        return NeedsOperator(f"The path {shown[:60]}... is too long.", "Correct the path.")
    return Retry(f"{shown} can't be read: {os.strerror(error.errno or errno.EIO)}.", "Try again.")


def _damaged(shown: str, error: Exception) -> UnsiloError:
    if isinstance(error, EOFError):
        return Retry(f"{shown} ends in the middle of its packed data.", "It may still be being written: try again.")
    return NeedsOperator(f"{shown} is damaged: it can't be unpacked.", "Export or copy it again.")


class ByteStream:
    """A file's bytes, unpacked if it is gzip; `read` gives as many bytes as asked for until the end."""

    def __init__(self, file: SourceFile) -> None:
        self._shown = file.shown
        with plain_errors(file.shown):
            self._raw: BufferedReader = file.path.open("rb")
            self._packed_size = os.fstat(self._raw.fileno()).st_size
            packed = self._raw.peek(2)[:2] == b"\x1f\x8b"
        self._stream: BufferedReader | gzip.GzipFile = gzip.GzipFile(fileobj=self._raw) if packed else self._raw
        self._unpacked = 0
        self._guarded = packed

    def read(self, size: int) -> bytes:
        """The next bytes; fewer than asked for only at the end. NeedsOperator when a small archive unpacks to a lot."""
        with plain_errors(self._shown):
            data = self._stream.read(size)
        self._unpacked += len(data)
        if self._guarded and self._unpacked > max(ALWAYS_FINE, MAX_RATIO * self._packed_size):
            raise NeedsOperator(
                f"{self._shown} unpacks to more than {MAX_RATIO} times its size: it was not read.",
                "Unpack it yourself if you trust it, and name the unpacked file.",
            )
        return data

    def close(self) -> None:
        self._raw.close()

    def __enter__(self) -> ByteStream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def fingerprint(file: SourceFile) -> Fingerprint:
    """Size and SHA-256 of the file as it lies there (packed, if it is packed)."""
    digest, size = hashlib.sha256(), 0
    with plain_errors(file.shown), file.path.open("rb") as stream:
        while data := stream.read(CHUNK):
            digest.update(data)
            size += len(data)
    return Fingerprint(size, digest.hexdigest())
