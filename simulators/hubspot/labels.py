"""The face of association labels: the kinds of association between two types, and the portal's own among them."""

from typing import Any

from simulators.hubspot.errors import Refusal, invalid
from simulators.hubspot.links import USER_DEFINED, LinkType
from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import Portal
from simulators.hubspot.requests import body_of
from simulators.hubspot.rows import parse_id
from simulators.web import Answer, Call


def answer_list(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """All kinds of association from one type to another; labels of the portal's own have numbers of their own."""
    a, b = _pair(portal, names)
    return Answer(200, {"results": [each.shown() for each in portal.association_types.between(a.plural, b.plural)]})


def answer_create(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """A new label, numbered in both directions; 400 if there are 50 between the two types."""
    (a, b), sent = _pair(portal, names), body_of(call)
    name, label, inverse = (_text(sent, each) for each in ("name", "label", "inverseLabel"))
    if name is None or label is None:
        raise invalid("a label needs label and name")
    try:
        made = portal.association_types.add_label(a.plural, b.plural, name, label, inverse)
    except ValueError as problem:
        raise invalid(str(problem)) from None
    return Answer(200, {"results": [each.shown() for each in made]})


def answer_rename(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Another text for a label: 204. Associations that have it show the new one."""
    (a, b), sent = _pair(portal, names), body_of(call)
    number, label = parse_id(sent.get("associationTypeId", "")), _text(sent, "label")
    if number is None or label is None:
        raise invalid("a label is changed by associationTypeId and label")
    link = LinkType(USER_DEFINED, number)
    if not portal.association_types.rename(a.plural, b.plural, link, label, _text(sent, "inverseLabel")):
        raise _no_such_label(a, b, number)
    return Answer(204)


def answer_remove(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """A label goes, and with it the label of every association that had it; the mere links stay: 204."""
    (a, b), number = _pair(portal, names), parse_id(names["label"])
    removed = None
    if number is not None:
        removed = portal.association_types.remove(a.plural, b.plural, LinkType(USER_DEFINED, number))
    if removed is None:
        raise _no_such_label(a, b, names["label"])
    portal.links.forget(a.plural, b.plural, removed.link)
    portal.links.forget(b.plural, a.plural, removed.inverse)
    return Answer(204)


def _pair(portal: Portal, names: dict[str, str]) -> tuple[ObjectType, ObjectType]:
    return portal.kind(names["from_type"]), portal.kind(names["to_type"])


def _text(sent: dict[str, Any], name: str) -> str | None:
    value = sent.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid(f"{name} must be text")
    return value or None


def _no_such_label(a: ObjectType, b: ObjectType, number: object) -> Refusal:
    return Refusal(404, "OBJECT_NOT_FOUND", f"there is no label {number} between {a.plural} and {b.plural}")


_LABELS = "/crm/associations/{from_type}/{to_type}/labels"
ROUTES: tuple[tuple[str, str, Any], ...] = (
    ("GET", _LABELS, answer_list),
    ("POST", _LABELS, answer_create),
    ("PUT", _LABELS, answer_rename),
    ("DELETE", f"{_LABELS}/{{label}}", answer_remove),
)
"""Method, path without its version, handler."""
