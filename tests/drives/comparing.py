"""Whether what a program read is what the org holds: every row, every field that it asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

Rows = Mapping[str, Mapping[str, Any]]
DAY = re.compile(r"\d{4}-\d\d-\d\d(T|$)")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
DIFFERENCES_TOLD = 10


def differences(
    held: Rows,
    read: Iterable[Mapping[str, Any]],
    *,
    compounds: bool = True,
    alike: Callable[[Any, Any], bool] | None = None,
) -> list[str]:
    """What a program missed, read twice, made up or changed; empty if it read every row as it is.

    Without `compounds`, addresses may be missing as a whole: Bulk has their parts alone. `alike` says whether two
    spellings are one value, if that is not `same`.
    """
    alike = alike or same
    found: list[str] = []
    seen: set[str] = set()
    wanted = {name for row in held.values() for name in row}
    if not compounds:
        wanted -= {name for row in held.values() for name, value in row.items() if isinstance(value, dict)}
    for row in read:
        record_id = str(row["Id"])
        if record_id in seen:
            found.append(f"{record_id} came twice")
        seen.add(record_id)
        if record_id not in held:
            found.append(f"{record_id} does not exist")
            continue
        for name in sorted(wanted | set(row) - {"attributes"}):
            value = held[record_id].get(name)
            if not alike(value, row.get(name)):
                found += [f"{record_id}.{name} is {value!r}, read as {row.get(name)!r}"]
    found.extend(f"{record_id} was not read" for record_id in held if record_id not in seen)
    return found[:DIFFERENCES_TOLD]


def same(held: Any, read: Any) -> bool:
    """Whether two spellings are one value: of a time, of a number, of true and false, of nothing."""
    if held is None or read is None:
        return held is None and read in (None, "")
    if isinstance(held, bool):
        return read is held or read == str(held).lower()
    if isinstance(held, int | float):
        return _number(read) == held
    if isinstance(held, dict):
        return isinstance(read, dict) and all(same(value, read.get(name)) for name, value in held.items())
    if isinstance(read, int) and DAY.match(str(held)):
        return _milliseconds(f"{str(held)[:10]}T00:00:00+00:00" if len(str(held)) == 10 else str(held)) == read
    if MOMENT.match(str(held)) and MOMENT.match(str(read)):
        return datetime.fromisoformat(str(held)) == datetime.fromisoformat(str(read).replace("Z", "+00:00"))
    if read == f"{held}T00:00:00.000000Z" or read == f"{held}T00:00:00Z":
        return True
    return bool(held == read)


def same_text(held: Any, read: Any) -> bool:
    """Whether what a program made of a value is the text that a portal holds; it holds nothing but texts."""
    if held in (None, "") or read in (None, ""):
        return held in (None, "") and read in (None, "")
    if isinstance(read, bool):
        return str(held).lower() == str(read).lower()
    if isinstance(read, int | float):
        return _number(held) == read
    if MOMENT.match(str(held)) and MOMENT.match(str(read)):
        return _moment(held) == _moment(read)
    return str(held) == str(read) or read == f"{held}T00:00:00.000000Z" or read == f"{held}T00:00:00Z"


def _moment(text: Any) -> datetime:
    return datetime.fromisoformat(str(text).replace("Z", "+00:00"))


def _milliseconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp() * 1_000


def _number(read: Any) -> float | None:
    try:
        return float(read)
    except (TypeError, ValueError):
        return None
