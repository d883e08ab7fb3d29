"""Rows become source records: how is worked out once for an object's columns, not anew for every cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import compress
from typing import Any

from connectors.salesforce.describing import Column
from connectors.salesforce.persons import CONVERTED, PERSON_ACCOUNT
from connectors.salesforce.values import NUMBERS, from_json, id18, number, path_of, stamp
from unified_model.records import SourceRecord

FromJson = Callable[[Mapping[str, Any]], SourceRecord]
FromCsv = Callable[[Sequence[str]], SourceRecord]
Payload = dict[str, Any]

_FLAGS = {"true": True, "false": False}


def rest_values(columns: Sequence[Column]) -> Callable[[Mapping[str, Any]], Payload]:
    """A function from a row of REST to a payload."""
    own = [(c.name, from_json(c.type)) for c in columns if "." not in c.name]
    parents = [(c.name, path_of(c.name), from_json(c.type)) for c in columns if "." in c.name]

    def values(row: Mapping[str, Any]) -> Payload:
        payload: Payload = {}
        get = row.get
        for name, convert in own:
            value = get(name)
            payload[name] = None if value is None else convert(value)
        for name, find, convert in parents:
            value = find(row)
            payload[name] = None if value is None else convert(value)
        return payload

    return values


def csv_values(header: Sequence[str], columns: Sequence[Column]) -> Callable[[Sequence[str]], Payload]:
    """A function from a row of bulk to a payload. `header` names its cells; those that are no columns are left out.

    A million rows pass here: empty cells are skipped, and what is of the usual form is left as it came.
    """
    types = {column.name: column.type for column in columns}
    flags = [name for name in header if types.get(name) == "boolean"]
    times = [name for name in header if types.get(name) == "datetime"]
    ids = [name for name in header if types.get(name) in ("id", "reference")]
    numbers = [name for name in header if types.get(name) in NUMBERS]
    surplus = [name for name in header if name not in types]
    empty: Payload = dict.fromkeys(header)

    def values(row: Sequence[str]) -> Payload:
        payload = empty.copy()
        payload.update(compress(zip(header, row), row))  # noqa: B905  the width was checked
        for name in flags:
            payload[name] = _FLAGS.get(payload[name])
        for name in ids:
            if (text := payload[name]) is not None and len(text) == 15:
                payload[name] = id18(text)
        for name in times:
            if (text := payload[name]) is not None and len(text) != 24:
                payload[name] = stamp(text)
        for name in numbers:
            if (text := payload[name]) is not None:
                payload[name] = number(text)
        for name in surplus:
            del payload[name]
        return payload

    return values


def from_rest(object: str, columns: Sequence[Column], stamp: str) -> FromJson:
    """A function from a row of REST to a source record."""
    values, record = rest_values(columns), recorder(object, columns, stamp)
    return lambda row: record(values(row))


def from_bulk(object: str, header: Sequence[str], columns: Sequence[Column], stamp: str) -> FromCsv:
    """A function from a row of bulk to a source record."""
    values, record = csv_values(header, columns), recorder(object, columns, stamp)
    return lambda row: record(values(row))


def recorder(object: str, columns: Sequence[Column], stamp: str) -> Callable[[Payload], SourceRecord]:
    """A function from a payload to a source record: its id, time and fate are among its columns.

    Its time is when somebody last changed it, where the org tells that apart from what platform processes touched.
    """
    names = {column.name for column in columns}
    timed = "LastModifiedDate" if "LastModifiedDate" in names else stamp
    moment = _moments()
    if "IsDeleted" not in names and "ConvertedContactId" not in names:
        return lambda payload: SourceRecord(object, payload["Id"], payload, moment(payload.get(timed)))

    def record(payload: Payload) -> SourceRecord:
        deleted = payload.get("IsDeleted") is True
        contact = payload.get("ConvertedContactId")
        return SourceRecord(
            object,
            payload["Id"],
            payload,
            moment(payload.get(timed)),
            deleted,
            payload.get("MasterRecordId") if deleted else None,
            "",
            _became(payload, contact) if contact else None,
        )

    return record


def _became(payload: Payload, contact: str) -> tuple[str, str]:
    """What a lead was converted into: a contact, or a person account, which stands for its shadow contact."""
    account = payload.get("ConvertedAccountId")
    if account and payload.get(CONVERTED):
        return PERSON_ACCOUNT, account
    return "Contact", contact


def _moments() -> Callable[[str | None], datetime | None]:
    """Stamps to times; rows that were loaded together share theirs."""
    last_text: str | None = None
    last: datetime | None = None

    def moment(text: str | None) -> datetime | None:
        nonlocal last_text, last
        if text != last_text:
            last_text, last = text, _time(text)
        return last

    return moment


def _time(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if text else None
    except ValueError:
        return None
