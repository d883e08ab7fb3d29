"""What a portal's objects look like to this token: properties, how changes are stamped, what is linked.

Described once a connection and asked again before each further read; at once when HubSpot says that a property is not
there. Objects go by any of their names; custom ones by name, `p<portal>_<name>` or number.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.objects import OWNERS, ObjectType, standard
from connectors.hubspot.refusals import Refusal, RefusedForGood, Said
from connectors.hubspot.rows import rows_of
from connectors.hubspot.settings import plural

LINKS = "associations."
"""Columns of links: `associations.companies`."""
OWNER = "hubspot_owner_id"
OWNER_NAME = "owner.name"
"""First and last name of the owner, looked up; a column only where the mapping reads it."""
OWNER_COLUMNS = (
    "archived",
    "createdAt",
    "email",
    "firstName",
    "id",
    "lastName",
    "teams",
    "type",
    "updatedAt",
    "userId",
)
_KEEP_S = 60.0


class Property(NamedTuple):
    """A property as the portal defines it."""

    name: str
    type: str
    """string, number, bool, enumeration, date, datetime, object_coordinates, json, phone_number"""
    field_type: str
    options: tuple[str, ...]
    """Values that an enumeration takes; () when they live elsewhere (`external`) or it takes any."""
    external: bool
    unique: bool
    calculated: bool
    writable: bool
    label: str = ""


@dataclass(frozen=True, slots=True)
class Schema:
    """What of an object is read and known. `stamp` is the property that tells changes; "" when none does (owners)."""

    object: str
    """Its name in our records: plural."""
    type: str
    """Its name in paths."""
    type_id: str
    columns: tuple[str, ...]
    """Properties to ask for, by name; without links and lookups."""
    linked: tuple[str, ...]
    """Objects whose links are read: columns `associations.<object>`."""
    lookups: tuple[str, ...]
    """Columns looked up elsewhere (`owner.name`)."""
    properties: Mapping[str, Property]
    """Every property that is there, also those that are excluded."""
    stamp: str
    created: str
    required: tuple[str, ...] = ()
    """Properties that a custom object's records must have."""

    @property
    def names(self) -> tuple[str, ...]:
        """Columns of a payload."""
        return tuple(sorted((*self.columns, *self.lookups, *(LINKS + object for object in self.linked))))

    @property
    def drifting(self) -> tuple[str, ...]:
        """Columns that change without a stamp: calculated properties that are read."""
        return tuple(name for name in self.columns if self.properties[name].calculated)


@dataclass(slots=True)
class _Held:
    properties: Mapping[str, Property]
    at_s: float
    used: bool = False


class Describer:
    """The descriptions of a connection's objects. `wanted` tells which columns an object's mapping reads."""

    def __init__(
        self,
        client: HubSpotClient,
        wanted: Callable[[str], Sequence[str]] = lambda _: (),
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client, self._wanted, self._monotonic = client, wanted, monotonic
        self._held: dict[str, _Held] = {}
        self._custom: Sequence[Mapping[str, Any]] | None = None

    def type_of(self, object: str) -> ObjectType:
        """The type of an object by any of its names. RefusedForGood when the portal has none of that name."""
        known = standard(object)
        if known is not None:
            return known
        schema = self._custom_schema(object)
        return ObjectType(str(schema["name"]), str(schema["objectTypeId"]), str(schema["name"]))

    def path_type(self, object: str) -> str:
        """An object's name in paths: a standard one's plural, a custom one's number."""
        known = self.type_of(object)
        return known.name if standard(object) else known.id

    def properties(self, object: str, *, fresh: bool = False, for_read: bool = False) -> Mapping[str, Property]:
        """The object's properties by name, as the portal shows them. RefusedForGood when the token may not see them."""
        type = self.path_type(object)
        held = self._held.get(type)
        stale = held is not None and for_read and (held.used or self._monotonic() - held.at_s > _KEEP_S)
        if held is None or fresh or stale:
            held = self._held[type] = _Held(self._fetch(object, type), self._monotonic())
        held.used = held.used or for_read
        return held.properties

    def forget(self, object: str) -> None:
        """Ask anew next time."""
        self._held.pop(self.path_type(object), None)
        self._custom = None

    def schema(self, object: str, *, fresh: bool = False, for_read: bool = False) -> Schema:
        """What of the object is read now, under the settings."""
        if plural(object) == OWNERS.name:
            return _owners()
        known = self.type_of(object)
        properties = self.properties(object, fresh=fresh, for_read=for_read)
        settings, name = self._client.settings, plural(object)
        columns = sorted(
            each for each in properties if each in _ALWAYS or each == known.stamp or not settings.excludes(name, each)
        )
        linked = [plural(to) for to in self._linked(object) if not settings.excludes(name, LINKS + plural(to))]
        owned = OWNER_NAME in self._wanted(name) and OWNER in columns
        return Schema(
            object=name,
            type=self.path_type(object),
            type_id=known.id,
            columns=tuple(columns),
            linked=tuple(dict.fromkeys(linked)),
            lookups=(OWNER_NAME,) if owned else (),
            properties=properties,
            stamp=known.stamp,
            created=known.created,
            required=() if standard(object) else tuple(self._custom_schema(object).get("requiredProperties") or ()),
        )

    def _linked(self, object: str) -> Sequence[str]:
        told = self._client.settings.linked(plural(object))
        if told is not None:
            return told
        schema = self._custom_schema(object)
        own = str(schema["objectTypeId"])
        others = []
        for link in schema.get("associations") or ():
            ends = [str(link.get("fromObjectTypeId") or ""), str(link.get("toObjectTypeId") or "")]
            others.append(next((end for end in ends if end != own), own))
        named = (self._name_of(type_id) for type_id in dict.fromkeys(others) if type_id)
        return [name for name in named if name]

    def _name_of(self, type_id: str) -> str:
        """An object's name by its number; "" when it is unknown."""
        known = standard(type_id)
        if known is not None:
            return known.name
        custom = (schema for schema in self._custom or () if str(schema.get("objectTypeId")) == type_id)
        return next((str(schema["name"]) for schema in custom), "")

    def _custom_schema(self, object: str) -> Mapping[str, Any]:
        if self._custom is None:
            answer = self._client.get(self._client.paths.schemas(), about=object)
            self._custom = rows_of(self._client.system, answer, about=object).rows
        for schema in self._custom:
            if object.casefold() in _names_of(schema):
                return schema
        raise self._unknown(object)

    def _fetch(self, object: str, type: str) -> Mapping[str, Property]:
        try:
            answer = self._client.get(self._client.paths.properties(type), about=object)
        except Refusal as refusal:
            if refusal.status != 404:
                raise
            raise self._unknown(object, refusal.said) from None
        rows = rows_of(self._client.system, answer, about=object).rows
        return {str(each["name"]): _property(each) for each in rows if each.get("name") and not each.get("archived")}

    def _unknown(self, object: str, said: Said | None = None) -> RefusedForGood:
        refusal = RefusedForGood(
            f"{self._client.system} ({object}): the portal has no object of this name, or the token may not see it.",
            "Give it the object's read scopes (custom ones: crm.schemas.custom.read), or take it out of objects.",
        )
        refusal.said = said or Said(404, "OBJECT_TYPE_NOT_FOUND")
        return refusal


_ALWAYS = frozenset(("hs_object_id", "hs_merged_object_ids"))


def _property(body: Mapping[str, Any]) -> Property:
    meta = body.get("modificationMetadata") or {}
    calculated = bool(body.get("calculated"))
    return Property(
        name=str(body["name"]),
        type=str(body.get("type") or "string"),
        field_type=str(body.get("fieldType") or ""),
        options=tuple(str(option["value"]) for option in body.get("options") or ()),
        external=bool(body.get("externalOptions")),
        unique=bool(body.get("hasUniqueValue")),
        calculated=calculated,
        writable=not calculated and not meta.get("readOnlyValue"),
        label=str(body.get("label") or ""),
    )


def _names_of(schema: Mapping[str, Any]) -> Sequence[str]:
    labels = schema.get("labels") or {}
    named = (schema.get("name"), schema.get("fullyQualifiedName"), schema.get("objectTypeId"), labels.get("plural"))
    return [str(name).casefold() for name in named if name]


def _owners() -> Schema:
    return Schema(OWNERS.name, OWNERS.name, "", OWNER_COLUMNS, (), (), {}, "", "")
