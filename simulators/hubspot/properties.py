"""The properties of a type: listed, made, changed, archived, one by one or in batches."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from simulators.hubspot.bodies import check_there, flag_of, objects_of, text_of, whole_of
from simulators.hubspot.errors import Refusal, invalid
from simulators.hubspot.lifecycle import STAGE
from simulators.hubspot.object_type import ObjectType, Option, Property
from simulators.hubspot.portal import Portal
from simulators.hubspot.property_groups import groups_of
from simulators.hubspot.requests import body_of, flag_in
from simulators.hubspot.rows import iso
from simulators.web import Answer, Call

MOST_IN_BATCH = 100
MOST_UNIQUE = 10
USUAL_SENSITIVITY = "non_sensitive"
FIELD_TYPES = {
    "string": ("text", "textarea", "html", "file", "phonenumber", "calculation_equation"),
    "number": ("number", "calculation_equation"),
    "bool": ("booleancheckbox", "calculation_equation"),
    "enumeration": ("select", "radio", "checkbox", "booleancheckbox", "calculation_equation"),
    "date": ("date",),
    "datetime": ("date",),
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
BOTH = (Option("true", "True", 0), Option("false", "False", 1))


def answer_list(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """All properties that the token may see, or those in the bin; none is sensitive."""
    kind = portal.kind(names["type"])
    if call.query.get("dataSensitivity", USUAL_SENSITIVITY) != USUAL_SENSITIVITY:
        return Answer(200, {"results": []})
    shown = _archived(portal, kind) if flag_in(call, "archived") else portal.visible(kind)
    return Answer(200, {"results": [show_property(portal, each) for each in shown]})


def answer_get(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """One property."""
    kind = portal.kind(names["type"])
    return Answer(200, show_property(portal, _find(portal, kind, names["name"], archived=flag_in(call, "archived"))))


def answer_create(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """A new property of the customer's own."""
    kind = portal.kind(names["type"])
    made = add_property(portal, kind, body_of(call))
    return Answer(201, show_property(portal, made))


def answer_update(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Another label, group, options; what can't be changed (its name, whether it is unique) is passed over."""
    kind = portal.kind(names["type"])
    held = _find(portal, kind, names["name"])
    sent = body_of(call)
    if held.own and not (_has_open_options(held) and sent.keys() <= {"options"}):
        raise _read_only(held)
    read = _read(portal, kind, {**_as_sent(held), **sent, "name": held.name})
    changed = replace(read, own=held.own, unique=held.unique, created=held.created, updated=portal.now())
    portal.change_kind(kind.with_property(changed))
    return Answer(200, show_property(portal, changed))


def answer_archive(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Into the bin; its values go from sight with it."""
    kind = portal.kind(names["type"])
    _archive(portal, kind, _find(portal, kind, names["name"]))
    return Answer(204)


def answer_batch_create(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Some properties; those that are refused are told apart from those that are made."""
    return _batch(portal, call, names, 201, lambda kind, each: add_property(portal, kind, each))


def answer_batch_read(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Some properties by name."""
    archived = body_of(call).get("archived") is True
    return _batch(portal, call, names, 200, lambda kind, each: _find(portal, kind, each.get("name"), archived=archived))


def answer_batch_archive(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Some properties into the bin; those that are not there are passed over."""
    kind = portal.kind(names["type"])
    for each in _inputs(call):
        found = kind.properties.get(str(each.get("name")))
        if found is not None and portal.sees(kind, found.name):
            _archive(portal, portal.kind(kind.plural), found)
    return Answer(204)


def add_property(portal: Portal, kind: ObjectType, sent: Mapping[str, Any]) -> Property:
    """Let a type have a property that it did not have, out of its definition; records hold nothing in it."""
    kind = portal.kind(kind.plural)
    made = _read(portal, kind, sent)
    held = kind.properties.get(made.name)
    if held is not None and not held.archived:
        message = f"A property named '{made.name}' already exists."
        raise Refusal(409, "OBJECT_ALREADY_EXISTS", message, sub_category="Properties.PROPERTY_EXISTS")
    if made.unique:
        _check_unique(kind)
    now = portal.now()
    made = replace(made, created=now, updated=now)
    portal.log(lambda: portal.change_kind(kind))
    portal.change_kind(kind.with_property(made))
    return made


def show_property(portal: Portal, each: Property) -> dict[str, Any]:
    """A property as answers show it."""
    shown: dict[str, Any] = {
        "name": each.name,
        "label": each.label,
        "type": each.type,
        "fieldType": each.field_type,
        "description": each.description,
        "groupName": each.group,
        "options": [_show_option(option) for option in each.options],
        "displayOrder": each.order,
        "calculated": each.calculated,
        "externalOptions": each.external,
        "hasUniqueValue": each.unique,
        "hidden": each.hidden,
        "hubspotDefined": each.own,
        "formField": each.form_field,
        "archived": each.archived,
        "dataSensitivity": USUAL_SENSITIVITY,
        "createdAt": iso(each.created or portal.born),
        "updatedAt": iso(each.updated or portal.born),
        "modificationMetadata": {
            "archivable": not each.own,
            "readOnlyDefinition": each.own,
            "readOnlyOptions": not _has_open_options(each),
            "readOnlyValue": not each.writable,
        },
    }
    if each.refers_to is not None:
        shown["referencedObjectType"] = each.refers_to
    if each.archived:
        shown["archivedAt"] = iso(each.updated)
    return shown


def _show_option(option: Option) -> dict[str, Any]:
    shown = {"label": option.label, "value": option.value, "displayOrder": option.order, "hidden": option.hidden}
    return {**shown, "description": ""}


def _archived(portal: Portal, kind: ObjectType) -> list[Property]:
    return [
        each for each in kind.properties.values() if each.archived and (kind.plural, each.name) not in portal.hidden
    ]


def _find(portal: Portal, kind: ObjectType, name: object, *, archived: bool = False) -> Property:
    known = _archived(portal, kind) if archived else portal.visible(kind)
    found = next((each for each in known if each.name == name), None)
    if found is None:
        message = f"Property {name} does not exist for object type {kind.id}"
        raise Refusal(404, "OBJECT_NOT_FOUND", message, context={"name": [str(name)]})
    return found


def _archive(portal: Portal, kind: ObjectType, held: Property) -> None:
    if held.own:
        raise _read_only(held)
    portal.change_kind(kind.with_property(replace(held, archived=True, updated=portal.now())))


def _has_open_options(held: Property) -> bool:
    """Whether its options are the customer's to change: of HubSpot's own too, but for the stages of the life cycle."""
    if not held.own:
        return True
    return held.type == "enumeration" and held.writable and bool(held.options) and held.name != STAGE


def _read_only(held: Property) -> Refusal:
    message = f"{held.name} is defined by HubSpot; its definition is read only"
    return invalid(message, sub_category="Properties.READ_ONLY_DEFINITION")


def _read(portal: Portal, kind: ObjectType, sent: Mapping[str, Any]) -> Property:
    """A definition out of what was sent; refused if it makes no sense."""
    check_there(sent, "name", "label", "type", "fieldType", "groupName")
    name, type_, field_type = text_of(sent, "name"), text_of(sent, "type"), text_of(sent, "fieldType")
    group, external = text_of(sent, "groupName"), flag_of(sent, "externalOptions")
    if not _NAME.fullmatch(name):
        raise invalid(f"Property name {name} must begin with a letter and hold lower case letters, digits and _ alone")
    if field_type not in FIELD_TYPES.get(type_, ()):
        raise invalid(f"{field_type} is no field type of a property of type {type_}")
    if group not in groups_of(portal, kind):
        raise invalid(f"Property group {group} does not exist")
    options = _read_options(objects_of(sent, "options"), type_)
    if type_ == "enumeration" and not options and not external:
        raise invalid(f"Property {name} of type enumeration must have options")
    return Property(
        name,
        text_of(sent, "label"),
        type_,
        field_type,
        group,
        BOTH if type_ == "bool" and not options else options,
        text_of(sent, "description", ""),
        unique=flag_of(sent, "hasUniqueValue"),
        calculated=field_type == "calculation_equation",
        external=external,
        hidden=flag_of(sent, "hidden"),
        own=False,
        refers_to=text_of(sent, "referencedObjectType", "") or None,
        form_field=flag_of(sent, "formField"),
        order=whole_of(sent, "displayOrder", -1),
    )


def _read_options(sent: Sequence[Mapping[str, Any]], type_: str) -> tuple[Option, ...]:
    read = tuple(
        Option(
            text_of(each, "value"), text_of(each, "label"), whole_of(each, "displayOrder", at), flag_of(each, "hidden")
        )
        for at, each in enumerate(sent)
    )
    if len({each.value for each in read}) != len(read):
        raise invalid(f"every option of a property of type {type_} needs a value of its own")
    return read


def _as_sent(held: Property) -> dict[str, Any]:
    return {
        "label": held.label,
        "type": held.type,
        "fieldType": held.field_type,
        "groupName": held.group,
        "options": [_show_option(each) for each in held.options],
        "description": held.description,
        "externalOptions": held.external,
        "hidden": held.hidden,
        "referencedObjectType": held.refers_to,
        "formField": held.form_field,
        "displayOrder": held.order,
    }


def _check_unique(kind: ObjectType) -> None:
    if kind.plural == "products":
        raise invalid("products can't have unique properties")
    unique = [each.name for each in kind.properties.values() if each.unique and not each.own and not each.archived]
    if len(unique) >= MOST_UNIQUE:
        message = f"{kind.plural} have {MOST_UNIQUE} unique properties already, the most a type can have"
        raise invalid(message, sub_category="Properties.UNIQUE_LIMIT", context={"name": unique})


def _inputs(call: Call) -> list[Mapping[str, Any]]:
    inputs = body_of(call).get("inputs")
    if not isinstance(inputs, list) or not all(isinstance(each, dict) for each in inputs):
        raise invalid("Invalid input JSON. Some required fields were not set: [inputs]")
    if len(inputs) > MOST_IN_BATCH:
        raise invalid(f"a batch holds up to {MOST_IN_BATCH} properties; got {len(inputs)}")
    return inputs


def _batch(
    portal: Portal,
    call: Call,
    names: dict[str, str],
    status: int,
    work: Callable[[ObjectType, Mapping[str, Any]], Property],
) -> Answer:
    kind, results, refused = portal.kind(names["type"]), [], []
    for each in _inputs(call):
        try:
            results.append(show_property(portal, work(kind, each)))
        except Refusal as refusal:
            refused.append(refusal.of_record())
    now = iso(portal.now())
    content: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if not refused:
        return Answer(status, content)
    return Answer(207, {**content, "numErrors": len(refused), "errors": refused})


ALL, ONE, BATCH = "/crm/properties/{type}", "/crm/properties/{type}/{name}", "/crm/properties/{type}/batch"
ROUTES = (
    ("GET", ALL, answer_list),
    ("POST", ALL, answer_create),
    ("GET", ONE, answer_get),
    ("PATCH", ONE, answer_update),
    ("DELETE", ONE, answer_archive),
    ("POST", f"{BATCH}/create", answer_batch_create),
    ("POST", f"{BATCH}/read", answer_batch_read),
    ("POST", f"{BATCH}/archive", answer_batch_archive),
)
"""Method, path without its version, handler."""
