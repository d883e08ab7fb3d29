"""Named records, how many there are, and which ways of reading an object knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote_plus

from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.describing import Column, Schema
from connectors.salesforce.persons import table_of
from connectors.salesforce.refusals import Refusal
from connectors.salesforce.rows import Payload, recorder, rest_values
from connectors.salesforce.soql import LONGEST_URL, chunks_of, one_of, select
from unified_model.errors import Retry
from unified_model.records import SourceRecord

IDS = 400
"""Ids in one query, if its fields leave room."""
_ID_BYTES = len(quote_plus("'001000000000000AAA', "))
_FIELD_BYTES = LONGEST_URL - IDS * _ID_BYTES


class Selector:
    """What a connection knows of its objects besides their descriptions."""

    def __init__(self, client: SalesforceClient) -> None:
        self._client = client
        self.no_bulk: set[str] = set()
        """Objects that can't be read in bulk."""
        self._records: dict[str, int] = {}

    def records(self, object: str) -> int:
        """About how many records the org says there are; one call for all objects of the settings."""
        object = table_of(object)
        if object not in self._records:
            objects = dict.fromkeys((*map(table_of, self._client.settings.objects), object))
            try:
                answer = self._client.get("limits/recordCount", {"sObjects": ",".join(objects)})
                told = {row["name"]: int(row["count"]) for row in answer.body["sObjects"]}
            except Refusal as refusal:
                if isinstance(refusal, Retry):
                    raise
                told = {}
            self._records = {name: told.get(name, 0) for name in objects}
        return self._records[object]

    def forget_records(self) -> None:
        """Ask anew next time."""
        self._records = {}

    def excluded(self, object: str) -> Callable[[str], bool]:
        """Whether the settings keep a column out, also a parent's."""
        settings = self._client.settings
        fields = {name.rpartition(".")[2] for name in settings.exclude_fields}

        def is_excluded(name: str) -> bool:
            return settings.excludes(object, name) or ("." in name and name.rpartition(".")[2] in fields)

        return is_excluded

    def by_ids(self, schema: Schema, ids: Sequence[str]) -> list[SourceRecord]:
        """These records as they are now, deleted ones included, in their order; those that are gone are left out."""
        record = recorder(schema.object, schema.columns, schema.stamp)
        found: list[SourceRecord] = []
        for some in chunks_of(tuple(dict.fromkeys(ids)), IDS):
            payloads: dict[str, Payload] = {}
            for number, columns in enumerate(_narrow(schema.columns)):
                query = select([column.name for column in columns], schema.table, [one_of(some), schema.where])
                values = rest_values(columns)
                part = {
                    payload["Id"]: payload
                    for page in self._client.query(query, deleted=True, about=schema.object)
                    for payload in map(values, page.rows)
                }
                payloads = part if number == 0 else _joined(payloads, part)
            found += [record(payloads[id]) for id in some if id in payloads]
        return found


def _joined(payloads: dict[str, Payload], part: dict[str, Payload]) -> dict[str, Payload]:
    """Payloads with more columns; a record that went meanwhile is gone."""
    return {id: {**payload, **part[id]} for id, payload in payloads.items() if id in part}


def _narrow(columns: Sequence[Column]) -> Iterator[list[Column]]:
    """Columns in runs that leave room for ids in an address; each run names the record."""
    named = next(column for column in columns if column.name == "Id")
    run, size = [named], 0
    for column in columns:
        if column is named:
            continue
        more = len(quote_plus(f"{column.name}, "))
        if size + more > _FIELD_BYTES - 100:
            yield run
            run, size = [named], 0
        run.append(column)
        size += more
    yield run
