"""Named records as they are now, wherever they went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.hubspot.archived import NAMES
from connectors.hubspot.batches import read_by_ids
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.completing import Completer
from connectors.hubspot.describing import Describer, Schema
from connectors.hubspot.merging import merged_ids
from connectors.hubspot.objects import OWNERS
from connectors.hubspot.owners import owners
from connectors.hubspot.rows import Row, moment
from unified_model.records import SourceRecord

LONGEST_ID = 18


def by_ids(client: HubSpotClient, describer: Describer, object: str, ids: Sequence[str]) -> list[SourceRecord]:
    """These records in their order: live ones, archived ones as deleted, merged-away ones as deleted with what they
    went into. Others are left out, also what is no id at all."""
    schema = describer.schema(object)
    wanted = list(dict.fromkeys(ids))
    if schema.type == OWNERS.name:
        known = {one.record_id: one for records in owners(client) for one in records}
        return [known[id] for id in wanted if id in known]
    wanted = [id for id in wanted if id.isascii() and id.isdigit() and len(id) <= LONGEST_ID]
    completer = Completer(client, describer, schema)
    rows = read_by_ids(client, schema.object, schema.type, wanted, schema.columns)
    found = {record.record_id: record for record in completer.records([rows[id] for id in wanted if id in rows])}
    found.update(_merged(client, schema, wanted, rows))
    rest = [id for id in wanted if id not in found]
    if rest:
        rows = read_by_ids(client, schema.object, schema.type, rest, NAMES, archived=True)
        for id in rest:
            if id in rows:
                found[id] = SourceRecord(schema.object, id, {}, moment(rows[id].get("archivedAt")), deleted=True)
        found.update(_merged(client, schema, rest, rows, archived=True))
    return [found[id] for id in wanted if id in found]


def _merged(
    client: HubSpotClient, schema: Schema, wanted: Sequence[str], rows: Mapping[str, Row], *, archived: bool = False
) -> dict[str, SourceRecord]:
    """Wanted ids that another record answered to."""
    return {
        id: SourceRecord(schema.object, id, {}, None, deleted=True, merged_into=survivor)
        for id, survivor in _survivors(client, schema, wanted, rows, archived).items()
    }


def _survivors(
    client: HubSpotClient, schema: Schema, wanted: Sequence[str], rows: Mapping[str, Row], archived: bool
) -> dict[str, str]:
    """What wanted ids were merged into that did not answer under their own name."""
    named = {loser: id for id, row in rows.items() for loser in merged_ids(row)}
    found = {id: named[id] for id in wanted if id not in rows and id in named}
    lost = [id for id in wanted if id not in rows and id not in found]
    strangers = [id for id, row in rows.items() if id not in wanted and not merged_ids(row)]
    if strangers:
        # Something answered that nobody asked for, and does not say what went into it: each is asked alone.
        for id in lost:
            answered = read_by_ids(client, schema.object, schema.type, [id], NAMES, archived=archived)
            found.update((id, survivor) for survivor in answered if survivor != id)
    return found
