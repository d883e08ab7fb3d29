"""What there is, told cheaply: every live record's id, stamp and the columns that change without a stamp."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from connectors.contract import Outline
from connectors.http.retry import Busy, Sleep
from connectors.salesforce import bulk
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.describing import Schema
from connectors.salesforce.refusals import DEAD_CURSOR, QUERY_SHAPE, Refusal
from connectors.salesforce.rows import Payload, csv_values, rest_values
from connectors.salesforce.selecting import Selector
from connectors.salesforce.soql import select


def outline(
    client: SalesforceClient, selector: Selector, schema: Schema, *, sleep: Sleep = time.sleep
) -> Iterator[Sequence[Outline]]:
    """Every record that is not deleted, once. Busy when fewer came than the org counted.

    Archived activities are alive, but only a query for deleted records shows them.
    """
    columns = [c for c in schema.columns if c.name in ("Id", schema.stamp) or c.drifts]
    names = [column.name for column in columns]
    archived = "IsArchived" in schema.flags
    alive = "IsDeleted = false" if archived else ""
    selector.forget_records()
    if schema.object not in selector.no_bulk and selector.records(schema.object) >= client.settings.bulk_from:
        query = select(names, schema.table, [schema.where, alive])
        try:
            place = bulk.start(client, query, deleted=archived, about=schema.object)
            counted = bulk.wait(client, place.job, about=schema.object, sleep=sleep)
        except Refusal as refusal:
            if refusal.code not in bulk.NO_BULK | QUERY_SHAPE:
                raise
            if refusal.code in bulk.NO_BULK:
                selector.no_bulk.add(schema.object)
        else:
            told = 0
            converter = partial(csv_values, columns=columns)
            for chunk in bulk.chunks(client, place, names, converter, about=schema.object, sleep=sleep):
                told += len(chunk.made)
                yield _outlines(chunk.made)
            if told < counted:
                raise _short(client, schema)
            return
    yield from _by_pages(client, schema, names, alive, rest_values(columns))


def _by_pages(
    client: SalesforceClient,
    schema: Schema,
    names: Sequence[str],
    alive: str,
    values: Callable[[Mapping[str, Any]], Payload],
) -> Iterator[Sequence[Outline]]:
    """By id, so that a lost query goes on behind the last one."""
    last, told, fruitless = "", 0, 0
    while True:
        query = select(names, schema.table, [schema.where, alive, f"Id > '{last}'" if last else ""], "Id")
        before, total, came = last, 0, 0
        try:
            for page in client.query(query, deleted=bool(alive), about=schema.object):
                total = page.total
                if page.rows:
                    came += len(page.rows)
                    outlines = _outlines(map(values, page.rows))
                    last = outlines[-1].record_id
                    yield outlines
        except Refusal as refusal:
            fruitless = fruitless + 1 if last == before else 0
            if refusal.code not in DEAD_CURSOR or fruitless > 3:
                raise
            told += came
            continue
        told += came
        if came < total and told < _count(client, schema, alive):
            raise _short(client, schema)
        return


def _count(client: SalesforceClient, schema: Schema, alive: str) -> int:
    conditions = " AND ".join(filter(None, [schema.where, alive]))
    rest = f"{schema.table} WHERE {conditions}" if conditions else schema.table
    return client.count(rest, deleted=bool(alive), about=schema.object)


def _outlines(payloads: Iterable[Payload]) -> list[Outline]:
    return [Outline(payload["Id"], payload) for payload in payloads]


def _short(client: SalesforceClient, schema: Schema) -> Busy:
    return Busy(
        f"{client.system} ({schema.object}): fewer records came than the org counted.",
        "Nothing was concluded from it; compare again later.",
    )
