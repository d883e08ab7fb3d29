"""Records as answers show them."""

from collections.abc import Sequence
from typing import Any

from simulators.hubspot.associations import shown_inline
from simulators.hubspot.engagements import redacted
from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import Portal
from simulators.hubspot.requests import Wanted
from simulators.hubspot.rows import Row, Version, iso


def show(portal: Portal, kind: ObjectType, row: Row, wanted: Wanted) -> dict[str, Any]:
    """A record: the properties asked for, or the default ones; stamps and id always, unknown ones never."""
    names = dict.fromkeys((*(wanted.properties or kind.defaults), kind.created, kind.modified, "hs_object_id"))
    secret = redacted(portal, kind)
    values = {
        name: None if name in secret else portal.value(kind, row, name) for name in names if portal.sees(kind, name)
    }
    shown: dict[str, Any] = {"id": str(row.id), "properties": values}
    if wanted.history:
        seen = [name for name in wanted.history if portal.sees(kind, name) and name not in secret]
        shown["propertiesWithHistory"] = {name: show_versions(portal, kind, row, name) for name in seen}
    shown |= {"createdAt": iso(row.created), "updatedAt": iso(row.updated), "archived": row.archived}
    if row.archived_at is not None:
        shown["archivedAt"] = iso(row.archived_at)
    if wanted.associations:
        linked = _show_associations(portal, kind, row, wanted.associations)
        if linked:
            shown["associations"] = linked
    shown["url"] = f"https://app.hubspot.com/contacts/{portal.id}/record/{kind.id}/{row.id}"
    return shown


def show_versions(portal: Portal, kind: ObjectType, row: Row, name: str) -> list[dict[str, Any]]:
    """A property's history, newest first."""
    versions = row.versions(name)
    if not versions:
        value = portal.value(kind, row, name)
        moment = row.modified if name == kind.modified else row.created
        versions = () if value is None else (Version(value, moment, row.source),)
    return [_show_version(each) for each in versions]


def _show_version(version: Version) -> dict[str, Any]:
    source = version.source
    shown: dict[str, Any] = {"value": version.value, "timestamp": iso(version.at), "sourceType": source.type}
    more = (("sourceId", source.id), ("sourceLabel", source.label), ("updatedByUserId", source.user_id))
    return shown | {name: value for name, value in more if value is not None}


def _show_associations(portal: Portal, kind: ObjectType, row: Row, wanted: Sequence[str]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name in wanted:
        to = portal.find_kind(name)
        if to is None:  # passed over, as a property that does not exist
            continue
        results = shown_inline(portal, kind, row.id, to)
        if results["results"]:
            shown[to.plural.replace("_", " ")] = results
    return shown
