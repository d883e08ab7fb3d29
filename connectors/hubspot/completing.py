"""Rows become source records: whole, with links and names of owners, and with what was merged into them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from connectors.hubspot.associating import Associator
from connectors.hubspot.batches import read_by_ids
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.describing import OWNER_NAME, Describer, Schema
from connectors.hubspot.merging import merged_away
from connectors.hubspot.owners import NAME_COLUMN, OwnerNames
from connectors.hubspot.rows import Row, distinct, moment
from unified_model.records import SourceRecord

Payload = dict[str, Any]


class Complete(NamedTuple):
    """Records made of some rows, and how many of the rows were there twice."""

    records: list[SourceRecord]
    repeated: int = 0


class Completer:
    """Makes one object's records, under its schema. What a property lacks that was asked for is looked into once."""

    def __init__(self, client: HubSpotClient, describer: Describer, schema: Schema) -> None:
        self._client, self._describer = client, describer
        self.schema = schema
        self._names: Sequence[str] = schema.columns
        self._associator = Associator(client, describer, schema)
        self._owners = OwnerNames(client)
        self._looked_again = False

    @property
    def links_are_read(self) -> bool:
        return bool(self._associator.columns)

    @property
    def refused(self) -> frozenset[str]:
        """Columns of links and names of owners that are not for this token."""
        return frozenset((*self._associator.hidden, *((OWNER_NAME,) if self._owners.refused else ())))

    def probe(self, columns: Collection[str]) -> None:
        """Look whether columns that were refused once still are."""
        self._associator.probe(columns)
        if OWNER_NAME in columns and self.schema.lookups:
            self._owners.look()

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the payloads; fewer than at first when some turned out not to be shown any more."""
        lookups = () if self._owners.refused else self.schema.lookups
        return tuple(sorted((*self._names, *lookups, *self._associator.columns)))

    def complete(
        self, groups: Sequence[Sequence[Row]], *, whole: bool, doubted: Collection[str] = ()
    ) -> list[Complete]:
        """The records of each group of rows. `whole`: the rows hold every property, otherwise they are read by their
        ids. So are those that are `doubted`; what is not there any more is left out."""
        firsts: list[list[Row]] = []
        asked: set[str] = set()
        for group in groups:
            firsts.append([row for id, row in distinct(group).items() if id not in asked])
            asked.update(str(row["id"]) for row in group)
        ids = [str(row["id"]) for rows in firsts for row in rows if not whole or str(row["id"]) in doubted]
        read = read_by_ids(self._client, self.schema.object, self.schema.type, ids, self._names) if ids else {}
        looked_up = set(ids)
        now = {id: read.get(id) if id in looked_up else row for rows in firsts for id, row in distinct(rows).items()}
        chosen = [[row for id in distinct(rows) if (row := now[id]) is not None] for rows in firsts]
        # The survivors of what was merged while we looked: they answer under ids that were not asked for.
        if chosen:
            chosen[-1] += [row for id, row in read.items() if id not in asked]
        records = iter(self.records([row for rows in chosen for row in rows]))
        return [
            Complete([*islice(records, len(rows)), *self._merged(rows)], len(group) - len(first))
            for rows, first, group in zip(chosen, firsts, groups, strict=True)
        ]

    def records(self, rows: Sequence[Row]) -> list[SourceRecord]:
        """Live records of whole rows, with links."""
        stamp, object = self.schema.stamp, self.schema.object
        return [
            SourceRecord(object, str(row["id"]), payload, moment(payload.get(stamp)))
            for row, payload in zip(rows, self.payloads(rows), strict=True)
        ]

    def payloads(self, rows: Sequence[Row]) -> list[Payload]:
        """Payloads of whole rows, with links. Keys are in the order of their names, as the store writes them."""
        own = self._own(rows)
        links = self._associator.links([str(row["id"]) for row in rows])
        owners = [self._owners.name(each.get(NAME_COLUMN)) for each in own] if self.schema.lookups else []
        empty: Payload = dict.fromkeys(self.columns)
        made = []
        for place, (row, properties) in enumerate(zip(rows, own, strict=True)):
            payload = empty.copy()
            payload.update(properties)
            for column, held in links.items():
                payload[column] = held.get(str(row["id"])) or []
            if OWNER_NAME in empty:
                payload[OWNER_NAME] = owners[place]
            made.append(payload)
        return made

    def _own(self, rows: Sequence[Row]) -> list[Payload]:
        """The properties that were asked for, as they came."""
        try:
            return [{name: held[name] for name in self._names} for held in _properties(rows)]
        except KeyError:
            self._look_again()
            return [{name: held.get(name) for name in self._names} for held in _properties(rows)]

    def _look_again(self) -> None:
        """A property that was asked for and did not come: either it is not there any more, or it holds nothing."""
        if not self._looked_again:
            self._looked_again = True
            shown = self._describer.schema(self.schema.object, fresh=True).properties
            self._names = [name for name in self._names if name in shown]

    def _merged(self, rows: Iterable[Row]) -> list[SourceRecord]:
        return [record for row in rows for record in merged_away(self.schema.object, row)]


def _properties(rows: Iterable[Row]) -> Iterable[Mapping[str, Any]]:
    return (row["properties"] for row in rows)
