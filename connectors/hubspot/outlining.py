"""What there is, told cheaply: every live record's id, stamp, links, and the properties that change without a stamp.

It is walked by list, never searched: so it finds what a search index has lost, links that were made without touching
their ends, records that are gone without a trace, and calculated properties that drifted.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from connectors.contract import Outline
from connectors.hubspot.ahead import one_ahead
from connectors.hubspot.associating import RECORDS
from connectors.hubspot.batches import read_by_ids
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.completing import Completer
from connectors.hubspot.describing import Describer, Schema
from connectors.hubspot.lanes import List, walk_wide
from connectors.hubspot.objects import OWNERS
from connectors.hubspot.owners import NAME_COLUMN, owners
from connectors.hubspot.rows import Row, distinct
from connectors.hubspot.walking import fits_url


def outline(client: HubSpotClient, describer: Describer, object: str) -> Iterator[Sequence[Outline]]:
    """Every record that is not archived, once. An error when not all could be listed."""
    schema = describer.schema(object, fresh=True)
    if schema.type == OWNERS.name:
        return _owners(client)
    named = {schema.stamp, *schema.drifting, *((NAME_COLUMN,) if schema.lookups else ())}
    return _outline(client, describer, replace(schema, columns=tuple(sorted(named.intersection(schema.columns)))))


def _outline(client: HubSpotClient, describer: Describer, schema: Schema) -> Iterator[Sequence[Outline]]:
    completer = Completer(client, describer, schema)
    before: set[str] = set()
    with closing(one_ahead(_listed(client, schema))) as listed:
        for rows in listed:
            # A list that moved while it was walked may tell the last ones of a page again.
            new = [row for id, row in rows.items() if id not in before]
            before = set(rows)
            payloads = completer.payloads(new)
            yield [Outline(str(row["id"]), payload) for row, payload in zip(new, payloads, strict=True)]


def _listed(client: HubSpotClient, schema: Schema) -> Generator[dict[str, Row], None, None]:
    """Whole rows, as many at a time as links are read for."""
    whole = fits_url(schema.columns)
    rows: dict[str, Row] = {}
    listed = List(client, schema.object, schema.type, schema.columns if whole else (schema.stamp,))
    for page in walk_wide(listed):
        rows.update(distinct(page.rows))
        if len(rows) >= RECORDS or not page.left:
            if not whole:
                found = read_by_ids(client, schema.object, schema.type, list(rows), schema.columns)
                rows = {id: found[id] for id in rows if id in found}
            yield rows
            rows = {}


def _owners(client: HubSpotClient) -> Iterator[Sequence[Outline]]:
    told: set[str] = set()
    for records in owners(client):
        yield [Outline(one.record_id, one.payload) for one in records if one.record_id not in told]
        told.update(one.record_id for one in records)
