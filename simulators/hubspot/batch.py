"""Records many at a time: read, create, update, upsert, archive. Results come in no order and name no positions.

A row that fails is told of in a 207 beside those that went well; but of creates (and upserts that create) only when
every input carries a trace id of its own, else one bad row takes all with it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from simulators.hubspot.deleting import archive
from simulators.hubspot.errors import Refusal, invalid, no_such_record
from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import Portal
from simulators.hubspot.records import MOST_WITH_HISTORY, properties_of
from simulators.hubspot.requests import Wanted, body_of, flag_in
from simulators.hubspot.rows import Row, iso, parse_id
from simulators.hubspot.showing import show
from simulators.hubspot.uniqueness import find_by
from simulators.hubspot.writing import create, update
from simulators.web import Answer, Call

MOST = 100
WHOLE = (423, 429, 500)
"""Statuses that are never of one row alone."""
Input = dict[str, Any]
Work = Callable[[Input], dict[str, Any]]


def answer_read(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Records by ids or by a unique property; a merged id gives what it was merged into, and doubles collapse."""
    kind, sent = portal.kind(names["type"]), body_of(call)
    wanted = Wanted(_texts(sent, "properties"), _texts(sent, "propertiesWithHistory"))
    inputs = _inputs(sent, MOST_WITH_HISTORY if wanted.history else MOST)
    found: dict[int, Row] = {}
    missing: list[str] = []
    for each in inputs:
        row = named(portal, kind, each, sent.get("idProperty"), archived=flag_in(call, "archived"))
        if row is None:
            missing.append(str(each["id"]))
        else:
            found[row.id] = row
    errors = [_missing(kind, missing)] if missing else []
    return _answer(portal, 200, [show(portal, kind, row, wanted) for row in found.values()], errors)


def answer_create(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """New records."""
    kind, inputs = portal.kind(names["type"]), _inputs(body_of(call))

    def make(sent: Input) -> dict[str, Any]:
        values = properties_of(sent)
        row = create(portal, kind, values, sent.get("associations") or ())
        return show(portal, kind, row, Wanted(tuple(values)))

    return _write(portal, inputs, make, status=201, by_row=_traced(inputs))


def answer_update(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Changes to records by id or by a unique property."""
    kind, inputs = portal.kind(names["type"]), _inputs(body_of(call))
    _check_distinct(inputs)

    def write(sent: Input) -> dict[str, Any]:
        values = properties_of(sent)
        row = named(portal, kind, sent, sent.get("idProperty"), archived=False)
        if row is None:
            raise no_such_record(sent["id"])
        return show(portal, kind, update(portal, kind, row, values), Wanted((*kind.defaults, *values)))

    return _write(portal, inputs, write, status=200, by_row=not portal.switches.updates_fail_whole or _traced(inputs))


def answer_upsert(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Changes to the records that a unique property names, or new ones."""
    kind, inputs = portal.kind(names["type"]), _inputs(body_of(call))
    _check_distinct(inputs)

    def write(sent: Input) -> dict[str, Any]:
        values, name = properties_of(sent), sent.get("idProperty")
        if not isinstance(name, str):
            raise invalid("idProperty is required, and must be a unique property")
        row = named(portal, kind, sent, name, archived=False)
        new = row is None
        if row is None and name == "hs_object_id":
            raise no_such_record(sent["id"])
        if row is None:
            row = create(portal, kind, {**values, name: str(sent["id"])})
        else:
            row = update(portal, kind, row, values)
        return show(portal, kind, row, Wanted((*kind.defaults, *values))) | {"new": new}

    return _write(portal, inputs, write, status=200, by_row=_traced(inputs))


def answer_archive(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Records into the recycle bin; ids that name nothing are passed over."""
    kind, inputs = portal.kind(names["type"]), _inputs(body_of(call))
    with portal.transaction():
        for each in inputs:
            row = named(portal, kind, each, None, archived=False)
            if row is not None:
                portal.check_unlocked(kind, row.id)
                archive(portal, kind, row)
    return Answer(204)


def named(portal: Portal, kind: ObjectType, sent: Mapping[str, Any], id_property: Any, *, archived: bool) -> Row | None:
    """The record that an input names."""
    if "id" not in sent:
        raise invalid("Invalid input JSON: every input needs an id")
    if id_property and id_property != "hs_object_id":
        return find_by(portal, kind, str(id_property), str(sent["id"]), archived=archived)
    record_id = parse_id(sent["id"])
    row = None if record_id is None else portal.row(kind, record_id)
    return row if row is not None and row.archived == archived else None


def _inputs(sent: Mapping[str, Any], most: int = MOST) -> list[Input]:
    inputs = sent.get("inputs")
    if not isinstance(inputs, list) or not all(isinstance(each, dict) for each in inputs):
        raise invalid("Invalid input JSON: inputs must be a list of objects")
    if len(inputs) > most:
        raise invalid(f"Batch size {len(inputs)} is more than the maximum of {most}")
    return inputs


def _texts(sent: Mapping[str, Any], name: str) -> tuple[str, ...]:
    given = sent.get(name) or []
    if not isinstance(given, list):
        raise invalid(f"Invalid input JSON: {name} must be a list of names")
    return tuple(str(each) for each in given)


def _traced(inputs: list[Input]) -> bool:
    """Whether every input has a trace id of its own."""
    traces = [each.get("objectWriteTraceId") for each in inputs]
    return all(isinstance(each, str) and each for each in traces) and len(set(traces)) == len(traces)


def _check_distinct(inputs: list[Input]) -> None:
    ids = [(each.get("idProperty"), str(each.get("id", "")).lower()) for each in inputs]
    if any(not each for _, each in ids):
        raise invalid("Invalid input JSON: every input needs an id")
    doubled = sorted({each for each in ids if ids.count(each) > 1}, key=str)
    if doubled:
        raise invalid(f"Duplicate IDs found in batch input: {[each for _, each in doubled]}")


def _write(portal: Portal, inputs: list[Input], work: Work, *, status: int, by_row: bool) -> Answer:
    """Do some work for each input: each in a transaction of its own, or all in one."""
    results: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    unlucky = portal.random.randrange(len(inputs)) if portal.refuse_next_row and inputs else None
    with portal.transaction():
        for at, each in enumerate(inputs):
            trace = each.get("objectWriteTraceId")
            try:
                if at == unlucky:
                    raise Refusal(400, "INTERNAL_ERROR", "There was a problem with this row; try it again")
                with portal.transaction():
                    result = work(each)
            except Refusal as refusal:
                if refusal.status in WHOLE or not (by_row or refusal.category == "OBJECT_NOT_FOUND"):
                    raise
                errors.append(_of_row(refusal, each))
                continue
            results.append(result if trace is None else result | {"objectWriteTraceId": str(trace)})
    return _answer(portal, status, results, errors)


def _of_row(refusal: Refusal, sent: Input) -> dict[str, Any]:
    error = refusal.of_record(sent.get("objectWriteTraceId"))
    if "id" in sent:
        error["context"].setdefault("ids", [str(sent["id"])])
    return error


def _missing(kind: ObjectType, ids: list[str]) -> dict[str, Any]:
    message = (
        f"Could not get some {kind.full_name} objects, they may be deleted or not exist. Check that ids are valid."
    )
    return Refusal(404, "OBJECT_NOT_FOUND", message, context={"ids": ids}).of_record()


def _answer(portal: Portal, status: int, results: list[dict[str, Any]], errors: list[dict[str, Any]]) -> Answer:
    portal.random.shuffle(results)
    now = iso(portal.now())
    times = {"requestedAt": now, "startedAt": now, "completedAt": now}
    content: dict[str, Any] = {"status": "COMPLETE", "results": results, **times}
    if errors:
        return Answer(207, content | {"numErrors": len(errors), "errors": errors})
    return Answer(status, content)


ROUTES = (
    ("POST", "/crm/objects/{type}/batch/read", answer_read),
    ("POST", "/crm/objects/{type}/batch/create", answer_create),
    ("POST", "/crm/objects/{type}/batch/update", answer_update),
    ("POST", "/crm/objects/{type}/batch/upsert", answer_upsert),
    ("POST", "/crm/objects/{type}/batch/archive", answer_archive),
)
"""Method, path without its version, handler."""
