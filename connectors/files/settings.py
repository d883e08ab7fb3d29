"""What a person may say about a file source, checked once; what is not said is found out from the files themselves."""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from unified_model.errors import UsageError
from unified_model.mapping.times import DATE_ORDERS, DateOrder, known_zone, parse_time


@dataclass(frozen=True, slots=True)
class FileSettings:
    """One file source. Empty text, an empty tuple and None mean: find it out, or there is none."""

    path: str
    """File or folder as the person wrote it; it also names the place of a reject."""
    base: Path = Path()
    """Folder a relative path counts from."""
    files: tuple[str, ...] = ()
    """Names or patterns (`contacts_*.csv`) of the files of a folder, when not all of them."""
    object: str = ""
    """All files are parts of this one object; without it every file is an object of its own, named by its stem."""
    objects: tuple[str, ...] = ()
    """Objects to read, when not all of them."""
    key: tuple[str, ...] = ()
    """Column (or columns) that names a record for ever; without one the source is append only."""
    encoding: str = ""
    delimiter: str = ""
    quote: str | None = None
    """What encloses values; `""`: nothing does."""
    header_row: int = 0
    """Line (or row of a sheet) with the column names; 0: the first that is not blank."""
    sheet: str = ""
    snapshot: bool = False
    """True: each export holds everything, so that what is missing from the newest was deleted."""
    as_of: datetime | None = None
    """When the file was exported, for records without a time of their own."""
    max_vanishing_share: float = 0.10
    exclude_fields: tuple[str, ...] = ()
    modified: str = ""
    zone: str = "UTC"
    date_order: DateOrder = "ymd"

    @property
    def location(self) -> Path:
        """Where the file or folder really is."""
        return self.base / Path(self.path).expanduser()


def settings_of(options: Mapping[str, Any], base: Path = Path()) -> FileSettings:
    """Settings as written (strings, lists, numbers) -> checked. Names it does not know belong to others.

    UsageError names the setting and what it may be.
    """
    path = options.get("path")
    if not isinstance(path, str) or not path.strip():
        raise UsageError("A file source needs a path.", "Set path to a file or a folder.")
    zone = str(options.get("zone") or "UTC")
    if not known_zone(zone):
        raise UsageError(f"The time zone {zone!r} is unknown.", "Use an IANA name such as Europe/Berlin, or UTC.")
    order: DateOrder = options.get("date_order") or "ymd"
    if order not in DATE_ORDERS:
        raise UsageError(f"The date order {order!r} is unknown.", f"Use one of {', '.join(DATE_ORDERS)}.")
    settings = FileSettings(
        path=path,
        base=base,
        files=_patterns(options.get("files")),
        object=str(options.get("object") or ""),
        objects=_names(options.get("objects")),
        key=_names(options.get("key")),
        encoding=_encoding(options.get("encoding")),
        delimiter=_delimiter(options.get("delimiter")),
        quote=_quote(options.get("quote")),
        header_row=_header_row(options.get("header_row")),
        sheet=str(options.get("sheet") or ""),
        snapshot=bool(options.get("snapshot", False)),
        as_of=_as_of(options.get("as_of"), zone, order),
        max_vanishing_share=_share(options.get("max_vanishing_share")),
        exclude_fields=_names(options.get("exclude_fields")),
        modified=str(options.get("modified") or ""),
        zone=zone,
        date_order=order,
    )
    if settings.delimiter and settings.delimiter == settings.quote:
        raise UsageError("delimiter and quote are the same character.", "Change one of them, or leave both out.")
    return settings


def _names(value: Any) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    return (value,) if isinstance(value, str) else tuple(str(name) for name in value)


def _patterns(value: Any) -> tuple[str, ...]:
    """File names inside the folder: a name that leads out of it is refused."""
    patterns = _names(value)
    for pattern in patterns:
        parts = PurePosixPath(pattern.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts:
            raise UsageError(
                f"files holds {pattern!r}, which leads out of the folder.", "Name files inside the folder, or set path."
            )
    return patterns


def _encoding(value: Any) -> str:
    if not value:
        return ""
    try:
        codec = codecs.lookup(str(value))
    except (LookupError, ValueError):
        codec = None
    if codec is None or not codec._is_text_encoding:
        raise UsageError(f"The encoding {value!r} is unknown.", "Use a name such as utf-8, cp1252, cp1250 or gb18030.")
    return codec.name


_WORDS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}


def _delimiter(value: Any) -> str:
    text = _WORDS.get(str(value).lower(), str(value)) if value else ""
    if len(text) > 1 or text in ("\n", "\r", '"'):
        raise UsageError(
            f"The delimiter {value!r} is not one character.", 'Use a character such as ";" or the word tab.'
        )
    return text


def _quote(value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > 1 or value in ("\n", "\r"):
        raise UsageError(
            f"The quote {value!r} is not one character.", "Use \" or ', or empty text where there is none."
        )
    return value


def _header_row(value: Any) -> int:
    if value is None:
        return 0
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise UsageError(f"header_row can't be {value!r}.", "Give the number of the line with the column names.")
    return value


def _share(value: Any) -> float:
    if value is None:
        return 0.10
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise UsageError(f"max_vanishing_share can't be {value!r}.", "Give a share between 0 and 1, such as 0.1.")
    return float(value)


def _as_of(value: Any, zone: str, order: DateOrder) -> datetime | None:
    if value is None or value == "":
        return None
    moment = parse_time(value.isoformat() if isinstance(value, date) else str(value), zone, order)
    if moment is None:
        raise UsageError(f"as_of can't be read as a date: {value!r}.", "Write it as 2025-07-04.")
    return moment.astimezone(UTC)


def nearest_column(wanted: str, columns: Sequence[str]) -> str:
    """A remedy for a column that is not there. Only close names are shown: a header may turn out to be data."""
    from difflib import get_close_matches

    close = get_close_matches(wanted.casefold(), {name.casefold(): name for name in columns}, n=1, cutoff=0.6)
    found = next((name for name in columns if close and name.casefold() == close[0]), None)
    if found:
        return f"Did you mean '{found}'?"
    return f"It has {len(columns)} {'column' if len(columns) == 1 else 'columns'}; `unsilo check` lists them."
