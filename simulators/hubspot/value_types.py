"""What each type of property takes, and how it is kept: everything is text."""

import re
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, timedelta
from typing import Any

from simulators.hubspot.object_type import Property
from simulators.hubspot.rows import iso, milliseconds

LONGEST = 65_536
DAY_MS = 86_400_000
EMAILS = ("email", "hs_additional_emails")
_NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?", re.ASCII)
_EPOCH = re.compile(r"-?\d{5,14}", re.ASCII)
_EMAIL = re.compile(r"[^\s@,;<>()\[\]\"]+@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", re.IGNORECASE)


class BadValueError(Exception):
    """A value that a property does not take: HubSpot's code and its sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def as_text(value: Any) -> str:
    """A JSON value as text; numbers and truth values are taken too, though the contract names text alone."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise BadValueError("INVALID_TYPE", f"Cannot deserialize value of type `String` from {type(value).__name__}")


def keep(property_: Property, value: str, held: str, allowed: Collection[str] | None = None) -> str:
    """What is kept of a text sent to a property that holds `held`; BadValueError if it is refused.

    `allowed` are the values of a property whose options are listed elsewhere; None: anything goes there.
    """
    if value == "":
        return ""
    if len(value) > LONGEST:
        message = f"{property_.name} was too long. The maximum length is {LONGEST} characters"
        raise BadValueError("VALUE_TOO_LONG", message)
    if property_.name in EMAILS:
        return _email(value) if property_.name == "email" else _listed(held, value, _email)
    if property_.type == "number":
        return _number(value)
    if property_.type == "date":
        return _date(property_, value)
    if property_.type == "datetime":
        return _datetime(value)
    if property_.type in ("enumeration", "bool"):
        return _choice(property_, value, held, allowed)
    return value


def is_address(text: str) -> bool:
    """Whether a text is an e-mail address by its form."""
    return _EMAIL.fullmatch(text) is not None and ".." not in text and len(text) <= 254


def _email(value: str) -> str:
    """Addresses are kept in lower case."""
    address = value.strip().lower()
    if not is_address(address):
        raise BadValueError("INVALID_EMAIL", f"Email address {value} is invalid")
    return address


def _number(value: str) -> str:
    if not _NUMBER.fullmatch(value.strip()):
        raise BadValueError("INVALID_NUMBER", f"{value} was not a valid number.")
    return value.strip()


def _date(property_: Property, value: str) -> str:
    """A day, or the milliseconds of its midnight in UTC: any other moment of it is refused."""
    try:
        if _EPOCH.fullmatch(value):
            at = int(value)
            if at % DAY_MS:
                found = f"{value} is at {iso(at)} UTC, not midnight!"
                raise BadValueError("INVALID_DATE", f"{property_.name}: {found}")
            return (date(1970, 1, 1) + timedelta(milliseconds=at)).isoformat()
        if len(value) == len("2026-11-22"):
            return date.fromisoformat(value).isoformat()
    except (ValueError, OverflowError):
        pass
    raise BadValueError("INVALID_DATE", f"{value} was not a valid date.")


def _datetime(value: str) -> str:
    """A moment with its zone, or in milliseconds; kept in UTC."""
    try:
        if _EPOCH.fullmatch(value):
            return iso(int(value))
        found = datetime.fromisoformat(value)
        if found.tzinfo is not None:
            return iso(milliseconds(found.astimezone(UTC)))
    except (ValueError, OverflowError):
        pass
    raise BadValueError("INVALID_DATE", f"{value} was not a valid date.")


def _choice(property_: Property, value: str, held: str, allowed: Collection[str] | None) -> str:
    """An option by its exact value; of several, separated by `;`, a leading one adds to what is held."""
    known = allowed if property_.external else property_.values
    if property_.multiple:
        return _listed(held, value, lambda each: _option(property_, each, known))
    return _option(property_, value, known)


def _option(property_: Property, value: str, known: Collection[str] | None) -> str:
    if known is not None and value not in known:
        listed = ", ".join(option.value for option in property_.options) or ", ".join(known)
        raise BadValueError("INVALID_OPTION", f"{value} was not one of the allowed options: [{listed}]")
    return value


def _listed(held: str, value: str, check: Callable[[str], str]) -> str:
    sent = [check(each.strip()) for each in value.split(";") if each.strip()]
    before = [each for each in held.split(";") if each] if value.startswith(";") else []
    return ";".join(dict.fromkeys((*before, *sent)))
