"""The groups that a type's properties are shown in."""

from dataclasses import replace
from typing import Any

from simulators.hubspot.bodies import check_there, text_of, whole_of
from simulators.hubspot.errors import Refusal, invalid
from simulators.hubspot.groups import Group
from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import Portal
from simulators.hubspot.requests import body_of
from simulators.web import Answer, Call


def groups_of(portal: Portal, kind: ObjectType) -> dict[str, Group]:
    """A type's groups by name: those that its properties name, and those that were made."""
    named = dict.fromkeys(each.group for each in kind.properties.values() if not each.archived)
    first = {name: Group(name, f"{kind.label} information" if at == 0 else name) for at, name in enumerate(named)}
    every = first | portal.groups.get(kind.plural, {})
    return {name: group for name, group in every.items() if not group.archived}


def answer_list(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """All groups of a type."""
    groups = groups_of(portal, portal.kind(names["type"]))
    return Answer(200, {"results": [_show(each) for each in groups.values()]})


def answer_get(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """One group."""
    return Answer(200, _show(_find(portal, portal.kind(names["type"]), names["group"])))


def answer_create(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """A new group."""
    kind, sent = portal.kind(names["type"]), body_of(call)
    check_there(sent, "name", "label")
    made = Group(text_of(sent, "name"), text_of(sent, "label"), whole_of(sent, "displayOrder", -1))
    if made.name in groups_of(portal, kind):
        raise Refusal(409, "OBJECT_ALREADY_EXISTS", f"A property group named '{made.name}' already exists.")
    return _keep(portal, kind, made, 201)


def answer_update(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Another label or place."""
    kind, sent = portal.kind(names["type"]), body_of(call)
    held = _find(portal, kind, names["group"])
    label, order = text_of(sent, "label", held.label), whole_of(sent, "displayOrder", held.order)
    return _keep(portal, kind, replace(held, label=label, order=order), 200)


def answer_archive(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Away with a group that holds no property."""
    kind = portal.kind(names["type"])
    held = _find(portal, kind, names["group"])
    if any(each.group == held.name and not each.archived for each in kind.properties.values()):
        raise invalid(f"Property group {held.name} still holds properties")
    _keep(portal, kind, replace(held, archived=True), 200)
    return Answer(204)


def _find(portal: Portal, kind: ObjectType, name: str) -> Group:
    found = groups_of(portal, kind).get(name)
    if found is None:
        raise Refusal(404, "OBJECT_NOT_FOUND", f"Property group {name} does not exist", context={"name": [name]})
    return found


def _keep(portal: Portal, kind: ObjectType, group: Group, status: int) -> Answer:
    portal.groups.setdefault(kind.plural, {})[group.name] = group
    return Answer(status, _show(group))


def _show(group: Group) -> dict[str, Any]:
    return {"name": group.name, "label": group.label, "displayOrder": group.order, "archived": group.archived}


ALL, ONE = "/crm/properties/{type}/groups", "/crm/properties/{type}/groups/{group}"
ROUTES = (
    ("GET", ALL, answer_list),
    ("POST", ALL, answer_create),
    ("GET", ONE, answer_get),
    ("PATCH", ONE, answer_update),
    ("DELETE", ONE, answer_archive),
)
"""Method, path without its version, handler."""
