"""Rows become source records: how is worked out once for an object's columns, not anew for every cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.salesforce.describing import Column
from connectors.salesforce.values import from_csv, from_json, moment_of, path_of
from unified_model.records import SourceRecord

FromJson = Callable[[Mapping[str, Any]], SourceRecord]
FromCsv = Callable[[Sequence[str]], SourceRecord]
Payload = dict[str, Any]


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
    """A function from a row of bulk to a payload. `header` names its cells; those that are no columns are left out."""
    types = {column.name: column.type for column in columns}
    typed = [(name, convert) for name in header if (convert := from_csv(types.get(name, "")))]
    surplus = [name for name in header if name not in types]

    def values(row: Sequence[str]) -> Payload:
        payload: Payload = {name: value or None for name, value in zip(header, row, strict=True)}
        for name, convert in typed:
            value = payload[name]
            if value is not None:
                payload[name] = convert(value)
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
            ("Contact", contact) if contact else None,
        )

    return record


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
        return moment_of(text) if text else None
    except ValueError:
        return None
