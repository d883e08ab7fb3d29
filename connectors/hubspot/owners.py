"""Owners: the people of the portal that records belong to, also those who have left. Read whole each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from connectors.http.retry import Busy
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.describing import OWNER_COLUMNS
from connectors.hubspot.objects import OWNERS
from connectors.hubspot.refusals import RefusedForGood
from connectors.hubspot.rows import Row, moment, rows_of
from unified_model.records import SourceRecord

PAGE = 500
NAME_COLUMN = "hubspot_owner_id"
"""The property that names a record's owner."""


def owners(client: HubSpotClient) -> Iterator[Sequence[SourceRecord]]:
    """Every owner; one who left is not deleted (records still name them), but `archived` in the payload."""
    for archived in (False, True):
        for rows in _rows(client, archived):
            yield [_record(row) for row in rows]


def _rows(client: HubSpotClient, archived: bool) -> Iterator[list[Row]]:
    after = ""
    while True:
        params = {"limit": str(PAGE), "archived": str(archived).lower(), **({"after": after} if after else {})}
        page = rows_of(client.system, client.get(client.paths.owners(), params, about=OWNERS.name), about=OWNERS.name)
        yield [{**row, "archived": archived} for row in page.rows]
        if page.after is None:
            return
        if page.after == after:
            raise Busy(f"{client.system} (owners): the list stands still.", "The next run asks again.")
        after = page.after


def _record(row: Row) -> SourceRecord:
    payload = {name: row.get(name) for name in OWNER_COLUMNS}
    return SourceRecord(OWNERS.name, str(row["id"]), {**payload, "id": str(row["id"])}, moment(row.get("updatedAt")))


class OwnerNames:
    """The names of owners by id, asked for when the first is needed; of those who left, when one of them is."""

    def __init__(self, client: HubSpotClient) -> None:
        self._client = client
        self.refused = False
        """They turned out not to be for this token."""

    def look(self) -> None:
        """Find out whether they are for this token."""
        _ = self._present

    def name(self, owner_id: Any) -> str | None:
        """First and last name; the address where there is none; None for nobody, and for who is not known."""
        if not owner_id:
            return None
        id = str(owner_id)
        return self._present[id] if id in self._present else self._past.get(id)

    @cached_property
    def _present(self) -> Mapping[str, str | None]:
        return self._names(archived=False)

    @cached_property
    def _past(self) -> Mapping[str, str | None]:
        return self._names(archived=True)

    def _names(self, *, archived: bool) -> Mapping[str, str | None]:
        try:
            return {str(row["id"]): _name(row) or None for rows in _rows(self._client, archived) for row in rows}
        except RefusedForGood as refusal:
            if refusal.status != 403:
                raise
            self.refused = True
            return {}


def _name(row: Row) -> str:
    names = (str(row.get(part) or "").strip() for part in ("firstName", "lastName"))
    return " ".join(filter(None, names)) or str(row.get("email") or "")
