"""Reads the fields of a JSON object by their type, and refuses what is of another: 400 VALIDATION_ERROR."""

from collections.abc import Mapping
from typing import Any

from simulators.hubspot.errors import invalid


def text_of(sent: Mapping[str, Any], name: str, default: str | None = None) -> str:
    """A text; refused if it is none, or if it is not there and has no default."""
    value = sent.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str) or (not value and default is None):
        raise invalid(f"Invalid input JSON: {name} must be a text")
    return value


def whole_of(sent: Mapping[str, Any], name: str, default: int) -> int:
    """A whole number."""
    value = sent.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int):
        raise invalid(f"Invalid input JSON: {name} must be a whole number")
    return value


def flag_of(sent: Mapping[str, Any], name: str) -> bool:
    """A truth value; false if it is not there."""
    value = sent.get(name)
    if not isinstance(value, bool | None):
        raise invalid(f"Invalid input JSON: {name} must be true or false")
    return value is True


def object_of(sent: Mapping[str, Any], name: str) -> dict[str, Any]:
    """An object; an empty one if it is not there."""
    value = sent.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise invalid(f"Invalid input JSON: {name} must be an object")
    return value


def objects_of(sent: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of objects; an empty one if it is not there."""
    value = sent.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise invalid(f"Invalid input JSON: {name} must be a list of objects")
    return value


def texts_of(sent: Mapping[str, Any], name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
    """A list of texts."""
    value = sent.get(name)
    if value is None:
        return default
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise invalid(f"Invalid input JSON: {name} must be a list of texts")
    return tuple(value)


def check_there(sent: Mapping[str, Any], *names: str) -> None:
    """Refuse an object without these fields, naming those that are missing."""
    missing = [name for name in names if sent.get(name) in (None, "", [], {})]
    if missing:
        raise invalid(f"Invalid input JSON. Some required fields were not set: [{', '.join(missing)}]")
