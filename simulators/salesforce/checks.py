"""What a value must be before a record takes it, and with which words it is refused."""

import re
from datetime import UTC, date, datetime
from typing import Any

from simulators.salesforce.errors import Refusal, malformed_id
from simulators.salesforce.fields import NUMBERS, Field, Value
from simulators.salesforce.ids import full_id
from simulators.salesforce.objects import ObjectType
from simulators.salesforce.org import Org

_MAIL = re.compile(r"[^@\s,;:<>()\[\]\\\"]+@[^@\s,;:<>()\[\]\\\".]+(\.[^@\s,;:<>()\[\]\\\".]+)+")


def checked(org: Org, kind: ObjectType, field: Field, given: Any) -> Value:
    """A value from JSON as the record keeps it; null and empty text both clear."""
    if given is None or given == "":
        if field.type == "boolean":
            raise _unreadable(field, given)
        if field.required:
            raise missing([field.name])
        return None
    if field.type == "boolean":
        return _boolean(field, given)
    if field.type in NUMBERS:
        return _number(field, given)
    if field.type in ("date", "datetime"):
        return _moment(field, given)
    if not isinstance(given, str):
        raise _unreadable(field, given)
    if field.type == "reference":
        return _reference(org, field, given)
    return _text(field, given)


def missing(fields: list[str]) -> Refusal:
    """For fields that a record can't do without."""
    return Refusal(400, "REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(fields)}]", tuple(fields))


def _unreadable(field: Field, given: Any) -> Refusal:
    return Refusal(400, "JSON_PARSER_ERROR", f"Cannot deserialize instance of {field.type} from value {given!r}")


def _boolean(field: Field, given: Any) -> bool:
    words = {"true": True, "false": False, "1": True, "0": False}
    if isinstance(given, bool):
        return given
    if isinstance(given, str) and given.lower() in words:
        return words[given.lower()]
    raise _unreadable(field, given)


def _number(field: Field, given: Any) -> int | float:
    try:
        number = float(given) if not isinstance(given, bool) else None
    except (TypeError, ValueError):
        number = None
    if number is None or number != number or number in (float("inf"), float("-inf")):
        raise _unreadable(field, given)
    if abs(number) >= 10 ** (field.precision - field.scale):
        message = f"{field.label}: value outside of valid range on numeric field: {given}"
        raise Refusal(400, "NUMBER_OUTSIDE_VALID_RANGE", message, (field.name,))
    return int(number) if field.type == "int" else round(number, field.scale)


def _moment(field: Field, given: Any) -> date | datetime:
    try:
        if field.type == "date":
            return date.fromisoformat(str(given)[:10])
        moment = datetime.fromisoformat(str(given).replace("Z", "+00:00"))
    except ValueError:
        raise _unreadable(field, given) from None
    if moment.tzinfo is None:
        raise _unreadable(field, given)
    return moment.astimezone(UTC).replace(microsecond=0)


def _reference(org: Org, field: Field, given: str) -> str:
    whole = full_id(given)
    targets = [org.object(name) for name in field.refers_to]
    if whole is None or not any(whole.startswith(each.prefix) for each in targets):
        raise malformed_id(given, field.label)
    row = next((org.tables[each.name][whole] for each in targets if whole in org.tables[each.name]), None)
    if row is None:
        raise Refusal(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", (field.name,))
    if row.get("IsDeleted"):
        raise Refusal(400, "ENTITY_IS_DELETED", "entity is deleted", (field.name,))
    if field.name == "OwnerId" and row.get("IsActive") is False:
        message = "operation performed with inactive user [" + whole + "] as owner"
        raise Refusal(400, "OPERATION_WITH_INACTIVE_USER_EXCEPTION", message, (field.name,))
    return whole


def _text(field: Field, given: str) -> Value:
    value = given.strip()
    if not value:
        if field.required:
            raise missing([field.name])
        return None
    if field.type == "multipicklist":
        return _choices(field, value)
    if field.length and len(value) > field.length:
        message = f"{field.label}: data value too large: {value[:255]} (max length={field.length})"
        raise Refusal(400, "STRING_TOO_LONG", message, (field.name,))
    if field.type == "email" and _MAIL.fullmatch(value) is None:
        message = f"{field.label}: invalid email address: {value}"
        raise Refusal(400, "INVALID_EMAIL_ADDRESS", message, (field.name,))
    if field.type == "picklist" and field.restricted and value not in field.picklist:
        raise _bad_choice(field, value)
    return value


def _choices(field: Field, value: str) -> str:
    """Several values of a picklist, in the order that the org defines them."""
    chosen = [each.strip() for each in value.split(";") if each.strip()]
    for each in chosen:
        if field.restricted and each not in field.picklist:
            raise _bad_choice(field, each)
    return ";".join(sorted(set(chosen), key=lambda each: (*field.picklist, each).index(each)))


def _bad_choice(field: Field, value: str) -> Refusal:
    message = f"{field.label}: bad value for restricted picklist field: {value}"
    return Refusal(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, (field.name,))
