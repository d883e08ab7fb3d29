"""What requests ask for: parameters and bodies, read and refused in one place."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from simulators.hubspot.errors import invalid
from simulators.hubspot.portal import Portal
from simulators.web import Call


@dataclass(frozen=True)
class Wanted:
    """What a request asks to see of each record."""

    properties: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    associations: tuple[str, ...] = ()


def json_of(call: Call) -> Any:
    """The JSON in a request."""
    try:
        return json.loads(call.body)
    except ValueError as problem:
        raise invalid(f"Invalid input JSON on line 1, column 1: {problem}") from None


def body_of(call: Call) -> dict[str, Any]:
    """The JSON object in a request."""
    sent = json_of(call)
    if not isinstance(sent, dict):
        raise invalid("Invalid input JSON: an object is required")
    return sent


def names_in(call: Call, parameter: str) -> tuple[str, ...]:
    """The names in a parameter that is repeated, or holds several with commas between."""
    values = call.every.get(parameter, ())
    return tuple(dict.fromkeys(each.strip() for value in values for each in value.split(",") if each.strip()))


def flag_in(call: Call, parameter: str) -> bool:
    """A parameter that is true or false; false if it is not there."""
    return call.query.get(parameter, "false").lower() == "true"


def number_in(call: Call, parameter: str, default: int, most: int) -> int:
    """A parameter that is a whole number from 1 on; refused beyond `most`."""
    text = call.query.get(parameter)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        raise invalid(f"{parameter} must be between 1 and {most}; got {text}")
    return int(text)


def wanted_in(call: Call) -> Wanted:
    """What the query of a request asks to see of each record."""
    return Wanted(names_in(call, "properties"), names_in(call, "propertiesWithHistory"), names_in(call, "associations"))


def next_page(portal: Portal, call: Call, after: str) -> dict[str, str]:
    """Where the next page is: the same request with another `after`, as an absolute address."""
    return {"after": after, "link": next_link(portal, call, after)}


def next_link(portal: Portal, call: Call, after: str) -> str:
    """The address of the same request with another `after`."""
    pairs = [(name, value) for name, values in call.every.items() if name != "after" for value in values]
    path = call.target.partition("?")[0]
    return f"{portal.address}{path}?{urlencode([*pairs, ('after', after)])}"
