"""Up to 200 records in one request (2,000 to read): one result a record, in order, with status 200 even where some
fail; with `allOrNone`, all or nothing.
"""

from collections.abc import Callable
from itertools import groupby
from typing import Any

from simulators.salesforce.access import check_reach, readable, shared
from simulators.salesforce.describe import find
from simulators.salesforce.errors import Refusal, malformed_id, no_such_field
from simulators.salesforce.fields import Field
from simulators.salesforce.ids import full_id
from simulators.salesforce.objects import ObjectType
from simulators.salesforce.org import Org
from simulators.salesforce.single import external_id, fields_of, upsert
from simulators.salesforce.values import show
from simulators.salesforce.writing import create, delete, find_by, update
from simulators.web import Answer, Call

MOST_WRITTEN, MOST_READ, MOST_RUNS = 200, 2_000, 10
ROLLED_BACK = Refusal(
    400,
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
    (),
)
Result = dict[str, Any]
Step = Callable[[], Result]


def answer_read_many(org: Org, call: Call, names: dict[str, str]) -> Answer:
    """POST ids and fields; records in order, null where there is none."""
    kind, sent = find(org, names["object"]), fields_of(call)
    ids, wanted = sent.get("ids"), sent.get("fields")
    if not isinstance(ids, list) or not isinstance(wanted, list) or not wanted:
        raise Refusal(400, "JSON_PARSER_ERROR", "ids and fields must be lists")
    _check_size(ids, MOST_READ)
    fields = []
    for name in wanted:
        field = org.field(kind, str(name))
        if field is None:
            raise no_such_field(str(name), kind.name)
        fields.append(field)
    return Answer(200, [_shown(org, kind, str(each), fields, names["version"]) for each in ids])


def _shown(org: Org, kind: ObjectType, record_id: str, fields: list[Field], version: str) -> Any:
    row = org.row(kind, record_id)
    if row is None or row.get("IsDeleted") or not shared(org, [row]):
        return None
    return show(org, kind, row, fields, version)


def answer_create_many(org: Org, call: Call, names: dict[str, str]) -> Answer:
    """POST records, each with its type."""
    return _write(org, call, _create_one)


def answer_update_many(org: Org, call: Call, names: dict[str, str]) -> Answer:
    """PATCH records, each with its type and id."""
    return _write(org, call, update_one)


def answer_upsert_many(org: Org, call: Call, names: dict[str, str]) -> Answer:
    """PATCH records of one type by an external id."""
    kind = find(org, names["object"])
    field = external_id(org, kind, names["field"])
    seen: set[str] = set()

    def one(org: Org, found: ObjectType, record: dict[str, Any]) -> Result:
        if found is not kind:
            raise Refusal(400, "INVALID_TYPE", f"all records must be of type {kind.name}", ())
        return upsert_one(org, kind, field, record, seen)

    return _write(org, call, one)


def answer_delete_many(org: Org, call: Call, names: dict[str, str]) -> Answer:
    """DELETE records of any type by id."""
    ids = [each.strip() for each in call.query.get("ids", "").split(",") if each.strip()]
    _check_size(ids, MOST_WRITTEN)
    all_or_none = call.query.get("allOrNone", "").lower() == "true"
    return Answer(200, _run(org, [_deletion(org, each) for each in ids], all_or_none=all_or_none))


def upsert_one(org: Org, kind: ObjectType, field: Field, record: Result, seen: set[str]) -> Result:
    """Create or update one record of many by an external id; `seen` are those of the records before it."""
    key = next((name for name in record if name.lower() == field.name.lower()), None)
    value = None if key is None else record[key]
    if value in (None, ""):
        raise Refusal(400, "MISSING_ARGUMENT", f"{field.name} not specified", ())
    folded = str(value) if field.case_sensitive else str(value).casefold()
    if folded in seen:
        raise Refusal(400, "DUPLICATE_VALUE", f"Duplicate external id specified: {value}", (field.name,))
    seen.add(folded)
    if len(find_by(org, kind, field, str(value))) > 1:
        message = f"{field.name}: more than one record found for external id field: {value}"
        raise Refusal(400, "DUPLICATE_EXTERNAL_ID", message, (field.name,))
    rest = {name: each for name, each in record.items() if name != key}
    row, created = upsert(org, kind, field, str(value), rest)
    return {"id": row["Id"], "success": True, "errors": [], "created": created}


def _deletion(org: Org, given: str) -> Step:
    def step() -> Result:
        whole = full_id(given)
        kind = None if whole is None else org.object_of(whole)
        if whole is None or kind is None:
            raise malformed_id(given)
        check_reach(org, kind, whole)
        delete(org, kind, whole)
        return {"id": whole, "success": True, "errors": []}

    return step


def _write(org: Org, call: Call, one: Callable[[Org, ObjectType, dict[str, Any]], Result]) -> Answer:
    sent = fields_of(call)
    records = sent.get("records")
    if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        raise Refusal(400, "JSON_PARSER_ERROR", "records must be a list of objects")
    _check_size(records, MOST_WRITTEN)
    types = [str((each.get("attributes") or {}).get("type", "")) for each in records]
    if sum(1 for _ in groupby(types)) > MOST_RUNS:
        raise Refusal(400, "LIMIT_EXCEEDED", "records of different types are mixed in more than 10 chunks")
    steps = [_step(org, name, record, one) for name, record in zip(types, records, strict=True)]
    return Answer(200, _run(org, steps, all_or_none=sent.get("allOrNone") is True))


def _step(
    org: Org, name: str, record: dict[str, Any], one: Callable[[Org, ObjectType, dict[str, Any]], Result]
) -> Step:
    def step() -> Result:
        return one(org, readable(org, name), record)

    return step


def _create_one(org: Org, kind: ObjectType, record: dict[str, Any]) -> Result:
    row = create(org, kind, record)
    return {"id": row["Id"], "success": True, "errors": []}


def update_one(org: Org, kind: ObjectType, record: dict[str, Any]) -> Result:
    """Update one record of many, by the id in it."""
    given = next((record[name] for name in record if name.lower() == "id"), None)
    whole = full_id(str(given)) if given is not None else None
    if given is None:
        raise Refusal(400, "MISSING_ARGUMENT", "Id not specified in an update call", ())
    if whole is None or not whole.startswith(kind.prefix):
        raise malformed_id(given)
    update(org, kind, whole, {name: value for name, value in record.items() if name.lower() != "id"})
    return {"id": whole, "success": True, "errors": []}


def _check_size(items: list[Any], most: int) -> None:
    if len(items) > most:
        message = f"record limit reached. cannot submit more than {most} records into this call"
        raise Refusal(400, "EXCEEDED_ID_LIMIT", message)


def _run(org: Org, steps: list[Step], *, all_or_none: bool) -> list[Result]:
    """Each step by itself; one failure takes all back if asked for."""
    results: list[Result] = []
    try:
        with org.transaction():
            results.extend(_attempt(org, step) for step in steps)
            if all_or_none and not all(each["success"] for each in results):
                raise ROLLED_BACK
    except Refusal:
        return [_failed(ROLLED_BACK) if each["success"] else each for each in results]
    return results


def _attempt(org: Org, step: Step) -> Result:
    try:
        with org.transaction():
            return step()
    except Refusal as refusal:
        return _failed(refusal)


def _failed(refusal: Refusal) -> Result:
    return {"success": False, "errors": [refusal.of_record()]}
