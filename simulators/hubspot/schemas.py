"""Custom objects: what they are, made and taken away, and what they can be associated with."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from simulators.hubspot.bodies import check_there, object_of, objects_of, text_of, texts_of
from simulators.hubspot.errors import Refusal, invalid
from simulators.hubspot.object_type import ObjectType, make_type
from simulators.hubspot.portal import Portal
from simulators.hubspot.properties import add_property, show_property
from simulators.hubspot.requests import body_of, flag_in
from simulators.hubspot.rows import iso
from simulators.web import Answer, Call

_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_]{0,99}")
FIRST_TYPE_ID = 3_310_100
BASIC = ("contacts", "companies", "deals", "tickets")


def answer_list(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """All custom objects."""
    kinds = [] if flag_in(call, "archived") else [each for each in portal.kinds.values() if each.custom]
    return Answer(200, {"results": [_show(portal, each) for each in kinds]})


def answer_get(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """One object, by any of its names; of HubSpot's own ones too."""
    return Answer(200, _show(portal, _find(portal, names["type"])))


def answer_create(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """A new custom object with its properties."""
    sent = body_of(call)
    check_there(sent, "name", "labels", "properties", "requiredProperties")
    name = text_of(sent, "name")
    if not _NAME.fullmatch(name):
        raise invalid(f"{name} is no name of an object: letters, digits and _ alone")
    if any(name.lower() in each.names for each in portal.kinds.values()):
        raise Refusal(409, "OBJECT_ALREADY_EXISTS", f"An object named '{name}' already exists.")
    kind = _make(portal, name, sent)
    partners = [portal.kind(each).plural for each in texts_of(sent, "associatedObjects")]
    portal.add_kind(kind)
    try:
        for each in objects_of(sent, "properties"):
            add_property(portal, kind, {"groupName": f"{kind.singular}information", **each})
    except Refusal:
        portal.remove_kind(kind)
        raise
    for other in partners:
        portal.association_types.connect(kind.plural, other)
    return Answer(201, _show(portal, portal.kinds[kind.plural]))


def answer_update(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Other labels, required or searched properties."""
    kind, sent = _find_custom(portal, names["type"]), body_of(call)
    labels = object_of(sent, "labels")
    changed = replace(
        kind,
        label=text_of(labels, "singular", kind.label),
        labels=text_of(labels, "plural", kind.labels),
        required=_names(kind, sent, "requiredProperties", kind.required),
        searched=_names(kind, sent, "searchableProperties", kind.searched),
        display=text_of(sent, "primaryDisplayProperty", kind.display),
    )
    portal.change_kind(changed)
    shown = _show(portal, changed)
    return Answer(200, {name: value for name, value in shown.items() if name not in ("properties", "associations")})


def answer_archive(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Away with an object that has no records."""
    kind = _find_custom(portal, names["type"])
    if portal.tables[kind.plural]:
        raise invalid(f"{kind.full_name} still has records; archive them first")
    portal.remove_kind(kind)
    return Answer(204)


def answer_associate(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Let records of an object be associated with those of another."""
    kind, sent = _find_custom(portal, names["type"]), body_of(call)
    other = portal.kind(text_of(sent, "toObjectTypeId"))
    portal.association_types.connect(kind.plural, other.plural)
    shown = [each for each in _associations(portal, kind) if each["toObjectTypeId"] == other.id]
    if not shown:
        raise invalid(f"{kind.plural} can't be associated with {other.plural}")
    return Answer(201, shown[0])


def answer_dissociate(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """The definition of an association stays as long as it has records; it is gone from nobody's sight here."""
    kind = _find_custom(portal, names["type"])
    if names["association"] not in [each["id"] for each in _associations(portal, kind)]:
        raise Refusal(404, "OBJECT_NOT_FOUND", f"There is no association {names['association']} of {kind.full_name}")
    return Answer(204)


def _find(portal: Portal, name: str) -> ObjectType:
    try:
        return portal.kind(name)
    except Refusal:
        message = f"Unable to find an object with the name or id {name}"
        raise Refusal(404, "OBJECT_NOT_FOUND", message, context={"objectType": [name]}) from None


def _find_custom(portal: Portal, name: str) -> ObjectType:
    kind = _find(portal, name)
    if not kind.custom:
        raise invalid(f"{kind.plural} are HubSpot's own; their schema can't be changed")
    return kind


def _make(portal: Portal, name: str, sent: Mapping[str, Any]) -> ObjectType:
    own = [text_of(each, "name") for each in objects_of(sent, "properties")]
    required = texts_of(sent, "requiredProperties")
    searched = texts_of(sent, "searchableProperties", required)
    display = text_of(sent, "primaryDisplayProperty", required[0])
    unknown = [each for each in (*required, *searched, display) if each not in own]
    if unknown:
        raise invalid(f"{unknown[0]} is none of the properties")
    number = max([FIRST_TYPE_ID, *(int(each.id[2:]) + 1 for each in portal.kinds.values() if each.custom)])
    labels = object_of(sent, "labels")
    kind = ObjectType(
        f"{name}s".lower(),
        name.lower(),
        f"2-{number}",
        text_of(labels, "singular", name),
        text_of(labels, "plural", name),
        created="hs_createdate",
        display=display,
        required=required,
        searched=searched,
        defaults=(display,),
        custom=True,
        mergeable=True,
        portal=portal.id,
    )
    return make_type(kind)


def _names(kind: ObjectType, sent: Mapping[str, Any], field: str, held: tuple[str, ...]) -> tuple[str, ...]:
    given = texts_of(sent, field, held)
    unknown = [each for each in given if each not in kind.properties]
    if unknown:
        raise invalid(f"{unknown[0]} is none of the properties of {kind.full_name}")
    return given


def _show(portal: Portal, kind: ObjectType) -> dict[str, Any]:
    return {
        "id": kind.id.partition("-")[2],
        "objectTypeId": kind.id,
        "fullyQualifiedName": kind.full_name,
        "name": kind.singular,
        "labels": {"singular": kind.label, "plural": kind.labels},
        "primaryDisplayProperty": kind.display,
        "secondaryDisplayProperties": [],
        "requiredProperties": list(kind.required),
        "searchableProperties": list(kind.searched),
        "properties": [show_property(portal, each) for each in portal.visible(kind)],
        "associations": _associations(portal, kind),
        "archived": False,
        "createdAt": iso(portal.born),
        "updatedAt": iso(portal.born),
    }


def _associations(portal: Portal, kind: ObjectType) -> list[dict[str, Any]]:
    """Each association of a type in both directions, by its number."""
    shown: list[dict[str, Any]] = []
    for partner in portal.association_types.partners(kind.plural):
        if partner not in portal.kinds:
            continue
        other = portal.kinds[partner]
        for here, there in ((kind, other), (other, kind)) if other != kind else ((kind, other),):
            mere = portal.association_types.mere(here.plural, there.plural)
            if mere is not None:
                shown.append(
                    {
                        "id": str(mere.link.id),
                        "fromObjectTypeId": here.id,
                        "toObjectTypeId": there.id,
                        "name": mere.name,
                        "createdAt": iso(portal.born),
                        "updatedAt": iso(portal.born),
                    }
                )
    return shown


ALL = "/crm-object-schemas/schemas"
ONE = f"{ALL}/{{type}}"
_HERE = (
    ("GET", ALL, answer_list),
    ("POST", ALL, answer_create),
    ("GET", ONE, answer_get),
    ("PATCH", ONE, answer_update),
    ("DELETE", ONE, answer_archive),
    ("POST", f"{ONE}/associations", answer_associate),
    ("DELETE", f"{ONE}/associations/{{association}}", answer_dissociate),
)
ROUTES = (*_HERE, *((method, path.replace(ALL, "/crm/schemas"), handler) for method, path, handler in _HERE))
"""Method, path without its version, handler."""
