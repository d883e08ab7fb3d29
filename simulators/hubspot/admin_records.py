"""What the back door does to records, properties and owners, and what it tells of them."""

from collections.abc import Callable, Mapping
from typing import Any

from simulators.clock import parse_moment
from simulators.hubspot import deleting, events
from simulators.hubspot.associating import End, associate, dissociate, live_links, shown_types
from simulators.hubspot.lifecycle import stages_of, with_stage
from simulators.hubspot.links import HUBSPOT_DEFINED, LinkType
from simulators.hubspot.merging import merge
from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import SOURCES, Portal
from simulators.hubspot.properties import add_property
from simulators.hubspot.rows import Row, iso, milliseconds, parse_id
from simulators.hubspot.value_types import as_text, keep
from simulators.hubspot.writing import change

Sent = Mapping[str, Any]


def _rows(portal: Portal, sent: Sent) -> Any:
    """The portal's own table of a type, recycle bin included: what a faithful copy must equal."""
    kind = portal.kind(sent["object"])
    names = [name for name, each in kind.properties.items() if not each.archived]
    if "ids" in sent:
        rows = [events.existing(portal, kind, each) for each in sent["ids"]]
    else:
        rows = [row for _, row in sorted(portal.tables[kind.plural].items())]
    return [_row(portal, kind, row, names) for row in rows]


def _row(portal: Portal, kind: ObjectType, row: Row, names: list[str]) -> dict[str, Any]:
    values: dict[str, str | None] = dict.fromkeys(names)
    for name in (*row.values, "hs_object_id", kind.created, kind.modified, *SOURCES):
        if name in values:
            values[name] = portal.value(kind, row, name)
    return {
        "id": str(row.id),
        "properties": values,
        "createdAt": iso(row.created),
        "updatedAt": iso(row.updated),
        "archived": row.archived,
        "archivedAt": None if row.archived_at is None else iso(row.archived_at),
        "associations": _associations(portal, kind, row),
    }


def _associations(portal: Portal, kind: ObjectType, row: Row) -> dict[str, Any]:
    """What a record is associated with by type, without what lies in the recycle bin."""
    shown: dict[str, Any] = {}
    for to, _ in list(portal.links.types_of(kind.plural, row.id)):
        links = live_links(portal, End(kind, row.id), portal.kinds[to])
        shown[to] = [
            {"id": str(other), "types": shown_types(portal, (kind.plural, to), types)}
            for other, types in sorted(links.items())
        ]
    return {to: links for to, links in shown.items() if links}


def _merged(portal: Portal, sent: Sent) -> Any:
    """Every id that was merged away, with the id that its record goes by now."""
    kind = portal.kind(sent["object"])
    return {str(old): str(portal.survivor(kind, old)) for old in portal.merged[kind.plural]}


def _erased(portal: Portal, sent: Sent) -> Any:
    return [str(each) for each in sorted(portal.erased[portal.kind(sent["object"]).plural])]


def _edit(portal: Portal, sent: Sent) -> Any:
    events.edit(portal, portal.kind(sent["object"]), list(sent["ids"]), dict(sent["set"]), sent.get("index_s"))
    return {"edited": len(sent["ids"])}


def _create(portal: Portal, sent: Sent) -> Any:
    return {"ids": events.add(portal, portal.kind(sent["object"]), list(sent["records"]), sent.get("index_s"))}


def _touch(portal: Portal, sent: Sent) -> Any:
    """One identical stamp for all: now, or the moment `at` (ISO 8601, or epoch milliseconds)."""
    at = sent.get("at")
    stamp = portal.now() if at is None else int(at) if isinstance(at, int) else milliseconds(parse_moment(str(at)))
    events.touch(portal, portal.kind(sent["object"]), list(sent["ids"]), stamp)
    return {"touched": len(sent["ids"]), "at": iso(stamp)}


def _calculate(portal: Portal, sent: Sent) -> Any:
    events.calculate(portal, portal.kind(sent["object"]), str(sent["property"]), dict(sent["values"]))
    return {"calculated": len(sent["values"])}


def _archive(portal: Portal, sent: Sent) -> Any:
    return _each(portal, sent, lambda kind, row: deleting.archive(portal, kind, row, sent.get("index_s")))


def _restore(portal: Portal, sent: Sent) -> Any:
    return _each(portal, sent, lambda kind, row: deleting.restore(portal, kind, row, sent.get("index_s")))


def _purge(portal: Portal, sent: Sent) -> Any:
    return _each(portal, sent, lambda kind, row: deleting.purge(portal, kind, row.id, sent.get("index_s")))


def _erase(portal: Portal, sent: Sent) -> Any:
    contacts = {**sent, "object": "contacts"}
    return _each(portal, contacts, lambda kind, row: deleting.erase(portal, row, sent.get("index_s")))


def _each(portal: Portal, sent: Sent, work: Callable[[ObjectType, Row], None]) -> Any:
    kind = portal.kind(sent["object"])
    for record_id in sent["ids"]:
        work(kind, events.existing(portal, kind, record_id))
    return {"records": len(sent["ids"])}


def _empty_bin(portal: Portal, sent: Sent) -> Any:
    return {"purged": deleting.empty_bin(portal)}


def _merge(portal: Portal, sent: Sent) -> Any:
    kind = portal.kind(sent["object"])
    primary, other = (events.existing(portal, kind, sent[name]) for name in ("primary", "other"))
    return {"id": str(merge(portal, kind, primary.id, other.id, sent.get("index_s")).id)}


def _associate(portal: Portal, sent: Sent) -> Any:
    here, ends, links = _ends(portal, sent)
    for there in ends:
        associate(portal, here, there, links)
    return {"associated": len(ends)}


def _dissociate(portal: Portal, sent: Sent) -> Any:
    here, ends, links = _ends(portal, sent)
    for there in ends:
        dissociate(portal, here, there, links or None)
    return {"dissociated": len(ends)}


def _ends(portal: Portal, sent: Sent) -> tuple[End, list[End], list[LinkType]]:
    """One record, the others, and the type of their association if one is named."""
    kind, to = portal.kind(sent["from_object"]), portal.kind(sent["to_object"])
    here = End(kind, events.existing(portal, kind, sent["from"]).id)
    there = [End(to, events.existing(portal, to, each).id) for each in sent["to"]]
    number = parse_id(sent.get("type_id"))
    return here, there, [] if number is None else [LinkType(str(sent.get("category") or HUBSPOT_DEFINED), number)]


def _add_property(portal: Portal, sent: Sent) -> Any:
    """A new property; with `value` all records hold it, and no stamp moves."""
    kind = portal.kind(sent["object"])
    definition = {
        "groupName": f"{kind.singular}information",
        "label": sent["definition"].get("name"),
        **sent["definition"],
    }
    made = add_property(portal, kind, definition)
    if sent.get("value") is not None:
        kind = portal.kind(sent["object"])
        value = keep(made, as_text(sent["value"]), "")
        for row in list(portal.tables[kind.plural].values()):
            change(portal, kind, row, {made.name: value}, stamps=False)
    return {"name": made.name}


def _property(portal: Portal, sent: Sent) -> Any:
    """A property goes from the token's sight, or comes back; no stamp moves."""
    kind, name = portal.kind(sent["object"]), str(sent["name"])
    if name not in kind.properties:
        raise ValueError(f"{kind.plural} have no property {name}")
    (portal.hidden.add if sent["hidden"] else portal.hidden.discard)((kind.plural, name))
    return {"hidden": sorted(f"{plural}.{each}" for plural, each in portal.hidden)}


def _stage(portal: Portal, sent: Sent) -> Any:
    """The life cycle of a type gets a stage of the portal's own, `before` another one or last."""
    kind = portal.kind(sent["object"])
    portal.change_kind(with_stage(kind, str(sent["value"]), str(sent["label"]), sent.get("before")))
    return {"stages": stages_of(portal.kinds[kind.plural])}


def _owner(portal: Portal, sent: Sent) -> Any:
    """An owner is deactivated."""
    number = int(sent["id"])
    portal.owners[number] = portal.owners[number].deactivated(portal.now())
    return {"id": str(number)}


def _lock(portal: Portal, sent: Sent) -> Any:
    kind = portal.kind(sent["object"])
    named = {(kind.plural, events.existing(portal, kind, each).id) for each in sent["ids"]}
    (portal.locked.update if sent.get("locked", True) else portal.locked.difference_update)(named)
    return {"locked": len(portal.locked)}


EVENTS: dict[str, Callable[[Portal, Sent], Any]] = {
    "rows": _rows,
    "merged": _merged,
    "erased": _erased,
    "edit": _edit,
    "create": _create,
    "touch": _touch,
    "calculate": _calculate,
    "archive": _archive,
    "restore": _restore,
    "purge": _purge,
    "empty_bin": _empty_bin,
    "erase": _erase,
    "merge": _merge,
    "associate": _associate,
    "dissociate": _dissociate,
    "add_property": _add_property,
    "property": _property,
    "stage": _stage,
    "owner": _owner,
    "lock": _lock,
}
"""What each event does, by its name."""
