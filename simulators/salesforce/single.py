"""Records one at a time: read, create, update, delete, and the same by an external id."""

import json
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from simulators.salesforce.access import check_reach, shared
from simulators.salesforce.describe import find
from simulators.salesforce.errors import Refusal, no_such_field, no_such_record, no_such_resource
from simulators.salesforce.fields import Field, Row
from simulators.salesforce.ids import full_id
from simulators.salesforce.objects import ObjectType
from simulators.salesforce.org import Org
from simulators.salesforce.values import show
from simulators.salesforce.writing import create, delete, existing, find_by, update
from simulators.web import Answer, Call


def answer_create(org: Org, call: Call, names: dict[str, str]) -> Answer:
    """POST a new record."""
    with org.transaction():
        row = create(org, find(org, names["object"]), fields_of(call))
    return Answer(201, {"id": row["Id"], "success": True, "errors": []})


def answer_read(org: Org, call: Call, names: dict[str, str]) -> Answer:
    """One record by its id: all fields, or those asked for."""
    kind = find(org, names["object"])
    row = existing(org, kind, _id(kind, names["id"]))
    if not shared(org, [row]):
        raise no_such_record()
    return Answer(200, show(org, kind, row, _wanted(org, kind, call), names["version"]))


def answer_update(org: Org, call: Call, names: dict[str, str]) -> Answer:
    """PATCH a record by its id; 412 if it changed since the time that the caller names."""
    kind = find(org, names["object"])
    record_id = _id(kind, names["id"])
    _check_unmodified(existing(org, kind, record_id), call)
    with org.transaction():
        update(org, kind, record_id, fields_of(call))
    return Answer(204)


def answer_delete(org: Org, call: Call, names: dict[str, str]) -> Answer:
    """DELETE a record by its id."""
    kind = find(org, names["object"])
    record_id = _id(kind, names["id"])
    check_reach(org, kind, record_id)
    with org.transaction():
        delete(org, kind, record_id)
    return Answer(204)


def answer_read_by_key(org: Org, call: Call, names: dict[str, str]) -> Answer:
    """One record by an external id; 300 with their addresses if several have it."""
    kind, field = _key(org, names)
    found = shared(org, find_by(org, kind, field, names["value"]))
    if not found:
        raise no_such_record()
    if len(found) > 1:
        return several(kind, found, names["version"])
    return Answer(200, show(org, kind, found[0], _wanted(org, kind, call), names["version"]))


def answer_upsert(org: Org, call: Call, names: dict[str, str]) -> Answer:
    """PATCH by an external id: 201 created, 200 updated, 300 if several have it."""
    kind, field = _key(org, names)
    found = find_by(org, kind, field, names["value"])
    if len(found) > 1:
        return several(kind, found, names["version"])
    sent = fields_of(call)
    if any(name.lower() in ("id", field.name.lower()) for name in sent):
        message = f"The {field.name} field should not be specified in the sobject data."
        raise Refusal(400, "INVALID_FIELD", message)
    if not found and call.query.get("updateOnly", "").lower() == "true":
        raise no_such_record()
    with org.transaction():
        row, created = upsert(org, kind, field, names["value"], sent)
    status = 201 if created else 200
    return Answer(status, {"id": row["Id"], "success": True, "errors": [], "created": created})


def answer_delete_by_key(org: Org, call: Call, names: dict[str, str]) -> Answer:
    """DELETE by an external id."""
    kind, field = _key(org, names)
    found = find_by(org, kind, field, names["value"])
    if len(found) != 1:
        if found:
            return several(kind, found, names["version"])
        raise no_such_record()
    check_reach(org, kind, str(found[0]["Id"]))
    with org.transaction():
        delete(org, kind, str(found[0]["Id"]))
    return Answer(204)


def upsert(org: Org, kind: ObjectType, field: Field, value: str, sent: dict[str, Any]) -> tuple[Row, bool]:
    """Create or update by an external id that at most one record has; whether it was created."""
    found = find_by(org, kind, field, value)
    if not found:
        return create(org, kind, {**sent, field.name: value}), True
    return update(org, kind, str(found[0]["Id"]), sent), False


def external_id(org: Org, kind: ObjectType, name: str) -> Field:
    """The field by which records can be named from outside."""
    field = org.field(kind, name)
    if field is None or not (field.external_id or field.id_lookup) or field.type == "id":
        raise Refusal(404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: " + name)
    return field


def several(kind: ObjectType, found: list[Row], version: str) -> Answer:
    """Addresses of the records that share an external id."""
    return Answer(300, [f"/services/data/v{version}/sobjects/{kind.name}/{quote(str(row['Id']))}" for row in found])


def fields_of(call: Call) -> dict[str, Any]:
    """The JSON object in a request."""
    sent = parsed(call)
    if not isinstance(sent, dict):
        raise Refusal(400, "JSON_PARSER_ERROR", "The HTTP entity body is required to be a JSON object")
    return sent


def parsed(call: Call) -> Any:
    """The JSON in a request."""
    try:
        return json.loads(call.body)
    except ValueError as problem:
        raise Refusal(400, "JSON_PARSER_ERROR", f"Unexpected character or end of input: {problem}") from None


def _key(org: Org, names: dict[str, str]) -> tuple[ObjectType, Field]:
    kind = find(org, names["object"])
    return kind, external_id(org, kind, names["field"])


def _id(kind: ObjectType, text: str) -> str:
    whole = full_id(text)
    if whole is None:
        raise no_such_resource() if len(text) not in (15, 18) else Refusal(400, "MALFORMED_ID", f"malformed id {text}")
    if not whole.startswith(kind.prefix):
        raise no_such_record()
    return whole


def _wanted(org: Org, kind: ObjectType, call: Call) -> list[Field]:
    names = call.query.get("fields")
    if not names:
        return org.visible(kind)
    fields: list[Field] = []
    for name in names.split(","):
        field = org.field(kind, name.strip())
        if field is None:
            raise no_such_field(name.strip(), kind.name)
        fields.append(field)
    return fields


def _check_unmodified(row: Row, call: Call) -> None:
    given = call.headers.get("if-unmodified-since")
    if given is None:
        return
    try:
        since = parsedate_to_datetime(given)
    except (TypeError, ValueError):
        raise Refusal(400, "INVALID_REQUEST", f"not a date: {given}") from None
    stamp: Any = row["LastModifiedDate"]
    if stamp > since:
        raise Refusal(412, "PRECONDITION_FAILED", "the record was modified after the time given")
