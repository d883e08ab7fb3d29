"""Links between records, read for many records at once, with their labels.

A column of links is a list in the order of the ids it leads to, empty where there are none:
`[{"id", "types": [{"category", "typeId", "label"}]}]`. An object that this token may not see has no column.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from connectors.http.retry import Busy
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.describing import LINKS, Describer, Schema
from connectors.hubspot.refusals import RefusedForGood, RefusedRecord
from connectors.hubspot.rows import in_runs, refuse_broken, rows_of

RECORDS = 1_000
"""Records that one request may name."""

Links = list[dict[str, Any]]


class Associator:
    """Reads the links of one object's records, as its schema says."""

    def __init__(self, client: HubSpotClient, describer: Describer, schema: Schema) -> None:
        self._client, self._describer, self._schema = client, describer, schema
        self.hidden: set[str] = set()
        """Columns that turned out not to be for this token."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that are read."""
        names = (LINKS + to for to in self._schema.linked)
        return tuple(name for name in names if name not in self.hidden)

    def probe(self, columns: Collection[str]) -> None:
        """Look whether columns that were refused once still are: a column that comes and goes costs a walk."""
        for column in self.columns:
            if column in columns:
                self._column(column, ["1"])

    def links(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, Links]]:
        """By column, the links of each record that has any."""
        if not ids:
            return {}
        return {column: found for column in self.columns if (found := self._column(column, ids)) is not None}

    def _column(self, column: str, ids: Sequence[str]) -> Mapping[str, Links] | None:
        """None when the token may not see the other end, or there is no such object."""
        found: dict[str, Links] = {}
        try:
            path = self._client.paths.associations(
                self._schema.type, self._describer.path_type(column.removeprefix(LINKS)), "read"
            )
            for some in in_runs(ids, RECORDS):
                _merge(found, self._read(path, some))
        except (RefusedForGood, RefusedRecord) as refusal:
            if refusal.status not in (403, 404):
                raise
            self.hidden.add(column)
            return None
        for links in found.values():
            links.sort(key=lambda link: int(link["id"]))
        return found

    def _read(self, path: str, ids: Sequence[str]) -> Iterable[tuple[str, Sequence[Mapping[str, Any]]]]:
        """Records and some of what they lead to; one that leads to many comes more than once."""
        client, about = self._client, self._schema.object
        inputs = [{"id": id} for id in ids]
        while inputs:
            answer = client.post(path, {"inputs": inputs}, about=about)
            refuse_broken(client.system, answer, about=about)
            more = []
            for row in rows_of(client.system, answer, about=about).rows:
                start = str(row["from"]["id"])
                yield start, row.get("to") or ()
                after = ((row.get("paging") or {}).get("next") or {}).get("after")
                if after is not None:
                    more.append({"id": start, "after": str(after)})
            if more == inputs:
                raise Busy(f"{client.system} ({about}): a list of links stands still.", "The next run asks again.")
            inputs = more


def _merge(found: dict[str, Links], read: Iterable[tuple[str, Sequence[Mapping[str, Any]]]]) -> None:
    """Add what was read; a record that is led to twice is one link with the types of both."""
    by_target: dict[str, dict[str, dict[tuple[str, int], dict[str, Any]]]] = {}
    for start, targets in read:
        held = by_target.setdefault(start, {})
        for target in targets:
            types = held.setdefault(str(target["toObjectId"]), {})
            for type in target.get("associationTypes") or ():
                types[str(type.get("category")), int(type.get("typeId") or 0)] = {
                    "category": type.get("category"),
                    "typeId": type.get("typeId"),
                    "label": type.get("label"),
                }
    for start, held in by_target.items():
        found[start] = [{"id": id, "types": [types[key] for key in sorted(types)]} for id, types in held.items()]
