"""What an object has, as the org describes it to this user: columns that can be read, and how changes are stamped.

Described once a connection and asked again, cheaply (If-Modified-Since), before each further read; at once when the org
says that a field is not there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.persons import parents_of, scope_of, table_of
from connectors.salesforce.refusals import Answer, Refusal, RefusedForGood
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.soql import bracketed

STAMPS = ("SystemModstamp", "LastModifiedDate", "CreatedDate", "LoginTime")
"""Fields that tell when a record changed, best first."""

UNREADABLE = frozenset(("address", "location", "base64"))
"""Compounds, whose parts are read instead, and files."""

_NAME_FIELDS = frozenset(("Name", "Type", "FirstName", "LastName", "Email", "Username", "Title", "Phone"))
"""What can be read of a parent that may be one of several objects (an owner: a user or a queue)."""
_PLAIN = frozenset(("Account.Name", "Account.Website", "Owner.Name"))
"""Columns of parents that are text in every org: asked for without a call to make sure, unless that was refused."""
_KEEP_S = 60.0
_ALWAYS = frozenset(("Id", "IsDeleted", "MasterRecordId", *STAMPS))


class Column(NamedTuple):
    """A column of a payload: its name (a parent's with dots), its type, and whether it changes without a stamp."""

    name: str
    type: str
    drifts: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """What of an object is read. `stamp` is the field that tells changes; "" when none does."""

    object: str
    table: str
    """The object's name in queries."""
    where: str
    """The condition that its records meet, in brackets; "" when all of them are read."""
    columns: tuple[Column, ...]
    stamp: str
    replicateable: bool
    """Its deletions are logged."""
    writable: bool
    flags: frozenset[str]
    """Names of all fields, also of those that are not read."""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


@dataclass(slots=True)
class _Held:
    body: Mapping[str, Any]
    last_modified: str
    at_s: float
    used: bool = False


class Describer:
    """The descriptions of a connection's objects. `parents` tells which columns of parents are wanted."""

    def __init__(
        self,
        client: SalesforceClient,
        parents: Callable[[str], Sequence[str]] = lambda _: (),
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client, self._parents, self._monotonic = client, parents, monotonic
        self._held: dict[str, _Held] = {}
        self._doubted: set[str] = set()

    def describe(self, object: str, *, fresh: bool = False, for_read: bool = False) -> Mapping[str, Any]:
        """The org's description. `fresh`: ask whether it changed; `for_read` too, unless it was just fetched for that.

        RefusedForGood when the object is not there, can't be queried, or is not for this user.
        """
        object = table_of(object)
        held = self._held.get(object)
        if held is None:
            held = self._held[object] = self._fetch(object, None)
        elif fresh or (for_read and (held.used or self._monotonic() - held.at_s > _KEEP_S)):
            held = self._held[object] = self._fetch(object, held)
        held.used = held.used or for_read
        if not held.body.get("queryable", True) or held.body.get("deprecatedAndHidden"):
            raise self._unreadable(object, "NOT_QUERYABLE", "it can't be queried")
        return held.body

    def forget(self, object: str) -> None:
        """Ask for the whole description next time: a change of permissions need not move its Last-Modified."""
        self._held.pop(table_of(object), None)

    def schema(self, object: str, *, fresh: bool = False, for_read: bool = False, sure: bool = False) -> Schema:
        """What of the object is read now, under the settings. `sure`: columns of parents are looked up, too."""
        if sure:
            self._doubted.add(object)
        body = self.describe(object, fresh=fresh, for_read=for_read)
        fields = {field["name"]: field for field in body["fields"]}
        stamp = next((name for name in STAMPS if name in fields), "")
        # In the order of their names, which is that of JSON as the store writes it: then it has nothing to sort.
        columns = sorted((*self._own(object, fields.values()), *self._of_parents(object, fields.values(), fresh)))
        settings = self._client.settings
        conditions = (settings.where.get(object, ""), scope_of(object, settings.objects, fields))
        return Schema(
            object,
            table_of(object),
            " AND ".join(bracketed(condition) for condition in conditions if condition),
            tuple(columns),
            stamp,
            bool(body.get("replicateable")),
            bool(body.get("createable") or body.get("updateable")),
            frozenset(fields),
        )

    def _own(self, object: str, fields: Iterator[Any] | Any) -> Iterator[Column]:
        settings = self._client.settings
        for field in fields:
            name, type = field["name"], field.get("type", "")
            if type in UNREADABLE or field.get("deprecatedAndHidden"):
                continue
            if settings.excludes(object, name) and name not in _ALWAYS:
                continue
            yield Column(name, type, bool(field.get("calculated")))

    def _of_parents(self, object: str, fields: Any, fresh: bool) -> Iterator[Column]:
        wanted = (*self._parents(object), *parents_of(object, self._client.settings.objects))
        for path in wanted:
            if self._client.settings.excludes(object, path):
                continue
            type = self._type_of(path, fields, fresh, sure=object in self._doubted)
            if type is not None and type not in UNREADABLE:
                yield Column(path, type, drifts=True)

    def _type_of(self, path: str, fields: Any, fresh: bool, sure: bool) -> str | None:
        """The type of a parent's column; None when this user can't read it, or must not."""
        relation, _, rest = path.partition(".")
        field = next((f for f in fields if f.get("relationshipName") == relation), None)
        if field is None:
            return None
        targets: Sequence[str] = field.get("referenceTo") or []
        if len(targets) != 1:
            return "string" if rest in _NAME_FIELDS else None
        if self._client.settings.excludes(targets[0], rest.partition(".")[0]):
            return None
        if not sure and path in _PLAIN and targets[0] not in self._held:
            return "string"
        try:
            parent = self.describe(targets[0], fresh=fresh)
        except RefusedForGood:
            return None
        if "." in rest:
            return self._type_of(rest, parent["fields"], fresh, sure)
        return next((f.get("type", "") for f in parent["fields"] if f["name"] == rest), None)

    def _fetch(self, object: str, held: _Held | None) -> _Held:
        headers = {"If-Modified-Since": held.last_modified} if held and held.last_modified else None
        try:
            answer = self._client.get(f"sobjects/{object}/describe", headers=headers)
        except Refusal as refusal:
            if refusal.answer.status != 404:
                raise
            raise self._unreadable(
                object, refusal.code, "the object does not exist, or the user may not see it"
            ) from None
        if answer.status == 304 and held is not None:
            return _Held(held.body, held.last_modified, self._monotonic())
        return _Held(answer.body, answer.headers.get("Last-Modified", ""), self._monotonic())

    def _unreadable(self, object: str, code: str, why: str) -> RefusedForGood:
        refusal = RefusedForGood(
            f"{self._client.system} ({object}): {why}.",
            "Give the integration user read access to the object, or take it out of objects.",
        )
        refusal.answer = Answer(404, code)
        return refusal


def settings_name_objects(settings: SalesforceSettings) -> Iterator[str]:
    """Objects that `where` or `exclude_fields` name though they are not read: likely a slip."""
    named = {*settings.where, *(name.partition(".")[0] for name in settings.exclude_fields if "." in name)}
    yield from sorted(named - set(settings.objects))
