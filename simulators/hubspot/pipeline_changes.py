"""Pipelines and their stages: listed, made, changed, taken away."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from simulators.hubspot.bodies import object_of, objects_of, text_of, whole_of
from simulators.hubspot.errors import Refusal, invalid
from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.pipelines import Pipeline, Stage
from simulators.hubspot.portal import Portal
from simulators.hubspot.requests import body_of, flag_in
from simulators.hubspot.requirements import PIPELINE_NEEDED, USUAL
from simulators.hubspot.rows import iso
from simulators.web import Answer, Call

CHECKS = ("validateReferencesBeforeDelete", "validateDealStageUsagesBeforeDelete")
WITH_PIPELINES = ("deals", "tickets", "leads")


def answer_pipelines(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """All pipelines of a type, with their stages, on one page."""
    return Answer(200, {"results": [_show(portal, each) for each in _all(portal, _kind(portal, names))]})


def answer_pipeline(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """One pipeline."""
    return Answer(200, _show(portal, _find(portal, _kind(portal, names), names["pipeline"])))


def answer_create(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """A new pipeline with its stages; their ids are numbers."""
    kind = _kind(portal, names)
    made = _read(portal, kind, body_of(call), str(_new_id(portal)))
    return _keep(portal, kind, made, 201)


def answer_replace(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Another pipeline in the place of one, under its id."""
    kind = _kind(portal, names)
    held = _find(portal, kind, names["pipeline"])
    return _keep(portal, kind, replace(_read(portal, kind, body_of(call), held.id), created=held.created), 200)


def answer_update(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Another label or place."""
    kind, sent = _kind(portal, names), body_of(call)
    held = _find(portal, kind, names["pipeline"])
    label, order = text_of(sent, "label", held.label), whole_of(sent, "displayOrder", held.order)
    return _keep(portal, kind, replace(held, label=label, order=order, updated=portal.now()), 200)


def answer_archive(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Away with a pipeline; refused while records are in it, if the request asks to look."""
    kind = _kind(portal, names)
    held = _find(portal, kind, names["pipeline"])
    if any(flag_in(call, check) for check in CHECKS):
        _check_unused(portal, kind, PIPELINE_NEEDED.get(kind.plural, USUAL)[0], held.id)
    portal.pipelines[kind.plural] = tuple(each for each in _all(portal, kind) if each.id != held.id)
    return Answer(204)


def answer_stages(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """The stages of one pipeline."""
    pipeline = _find(portal, _kind(portal, names), names["pipeline"])
    return Answer(200, {"results": _show(portal, pipeline)["stages"]})


def answer_stage(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """One stage."""
    pipeline = _find(portal, _kind(portal, names), names["pipeline"])
    return _stage_answer(portal, pipeline, names["stage"], 200)


def answer_create_stage(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """A new stage of a pipeline."""
    kind, sent = _kind(portal, names), body_of(call)
    pipeline = _find(portal, kind, names["pipeline"])
    made = _read_stage(portal, kind, sent, str(_new_id(portal)), len(pipeline.stages))
    _keep(portal, kind, replace(pipeline, stages=(*pipeline.stages, made)), 201)
    return _stage_answer(portal, _find(portal, kind, pipeline.id), made.id, 201)


def answer_change_stage(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Another label, place or metadata; PUT needs all of it, PATCH keeps what it does not name."""
    kind, sent = _kind(portal, names), body_of(call)
    pipeline = _find(portal, kind, names["pipeline"])
    held = _find_stage(pipeline, names["stage"])
    if call.method == "PATCH":
        at = pipeline.stages.index(held)
        order = at if held.order is None else held.order
        sent = {"label": held.label, "displayOrder": order, "metadata": dict(held.metadata), **sent}
    changed = replace(_read_stage(portal, kind, sent, held.id, 0), created=held.created)
    stages = tuple(changed if each.id == held.id else each for each in pipeline.stages)
    _keep(portal, kind, replace(pipeline, stages=stages), 200)
    return _stage_answer(portal, _find(portal, kind, pipeline.id), held.id, 200)


def answer_archive_stage(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Away with a stage that holds no record."""
    kind = _kind(portal, names)
    pipeline = _find(portal, kind, names["pipeline"])
    held = _find_stage(pipeline, names["stage"])
    _check_unused(portal, kind, PIPELINE_NEEDED.get(kind.plural, USUAL)[1], held.id)
    _keep(portal, kind, replace(pipeline, stages=tuple(each for each in pipeline.stages if each.id != held.id)), 200)
    return Answer(204)


def _kind(portal: Portal, names: Mapping[str, str]) -> ObjectType:
    kind = portal.kind(names["type"])
    if kind.plural not in WITH_PIPELINES and not kind.custom:
        raise invalid(f"{kind.plural} have no pipelines")
    return kind


def _all(portal: Portal, kind: ObjectType) -> tuple[Pipeline, ...]:
    return portal.pipelines.get(kind.plural, ())


def _find(portal: Portal, kind: ObjectType, pipeline_id: str) -> Pipeline:
    found = next((each for each in _all(portal, kind) if each.id == pipeline_id), None)
    if found is None:
        raise _none_such("pipeline", pipeline_id)
    return found


def _find_stage(pipeline: Pipeline, stage_id: str) -> Stage:
    found = pipeline.stage(stage_id)
    if found is None:
        raise _none_such("stage", stage_id)
    return found


def _none_such(what: str, name: str) -> Refusal:
    return Refusal(404, "OBJECT_NOT_FOUND", f"There is no {what} with the id {name}", context={"id": [name]})


def _check_unused(portal: Portal, kind: ObjectType, name: str, value: str) -> None:
    using = [row.id for row in portal.tables[kind.plural].holding(name, value) if not row.archived]
    if using:
        ids = [str(each) for each in using[:10]]
        raise invalid(f"{len(using)} {kind.plural} still are in {value}", context={"ids": ids})


def _new_id(portal: Portal) -> int:
    pipelines = [each for every in portal.pipelines.values() for each in every]
    taken = {each.id for each in pipelines} | {stage.id for each in pipelines for stage in each.stages}
    number = 900_000_000 + len(taken)
    while str(number) in taken:
        number += 1
    return number


def _read(portal: Portal, kind: ObjectType, sent: Mapping[str, Any], pipeline_id: str) -> Pipeline:
    label, now = text_of(sent, "label"), portal.now()
    first = int(pipeline_id) + 1 if pipeline_id.isdigit() else _new_id(portal)
    stages = [
        _read_stage(portal, kind, each, text_of(each, "stageId", str(first + at)), at)
        for at, each in enumerate(objects_of(sent, "stages"))
    ]
    return Pipeline(pipeline_id, label, tuple(stages), whole_of(sent, "displayOrder", 0), now, now)


def _read_stage(portal: Portal, kind: ObjectType, sent: Mapping[str, Any], stage_id: str, at: int) -> Stage:
    metadata = {name: str(value) for name, value in object_of(sent, "metadata").items()}
    if kind.plural == "deals":
        _check_probability(metadata)
    now = portal.now()
    return Stage(stage_id, text_of(sent, "label"), metadata, whole_of(sent, "displayOrder", at), now, now)


def _check_probability(metadata: dict[str, str]) -> None:
    """A deal's stage tells how likely its deals are won, as text; 0 and 1 close them."""
    try:
        probability = float(metadata["probability"])
    except (KeyError, ValueError):
        probability = -1
    if not 0 <= probability <= 1:
        raise invalid("metadata.probability of a deal's stage must be between 0.0 and 1.0")
    metadata.setdefault("isClosed", str(probability in (0, 1)).lower())


def _keep(portal: Portal, kind: ObjectType, pipeline: Pipeline, status: int) -> Answer:
    held = _all(portal, kind)
    known = any(each.id == pipeline.id for each in held)
    replaced = tuple(pipeline if each.id == pipeline.id else each for each in held)
    portal.pipelines[kind.plural] = replaced if known else (*held, pipeline)
    return Answer(status, _show(portal, pipeline))


def _stage_answer(portal: Portal, pipeline: Pipeline, stage_id: str, status: int) -> Answer:
    _find_stage(pipeline, stage_id)
    return Answer(status, next(each for each in _show(portal, pipeline)["stages"] if each["id"] == stage_id))


def _show(portal: Portal, pipeline: Pipeline) -> dict[str, Any]:
    stages = [_show_stage(portal, each, at) for at, each in enumerate(pipeline.stages)]
    return {
        "id": pipeline.id,
        "label": pipeline.label,
        "displayOrder": pipeline.order,
        "archived": False,
        "createdAt": iso(pipeline.created or portal.born),
        "updatedAt": iso(pipeline.updated or portal.born),
        "stages": sorted(stages, key=lambda each: int(each["displayOrder"])),
    }


def _show_stage(portal: Portal, stage: Stage, at: int) -> dict[str, Any]:
    return {
        "id": stage.id,
        "label": stage.label,
        "displayOrder": at if stage.order is None else stage.order,
        "metadata": dict(stage.metadata),
        "archived": False,
        "createdAt": iso(stage.created or portal.born),
        "updatedAt": iso(stage.updated or portal.born),
        "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
    }


ALL = "/crm/pipelines/{type}"
ONE = f"{ALL}/{{pipeline}}"
STAGES, STAGE = f"{ONE}/stages", f"{ONE}/stages/{{stage}}"
ROUTES = (
    ("GET", ALL, answer_pipelines),
    ("POST", ALL, answer_create),
    ("GET", ONE, answer_pipeline),
    ("PUT", ONE, answer_replace),
    ("PATCH", ONE, answer_update),
    ("DELETE", ONE, answer_archive),
    ("GET", STAGES, answer_stages),
    ("POST", STAGES, answer_create_stage),
    ("GET", STAGE, answer_stage),
    ("PUT", STAGE, answer_change_stage),
    ("PATCH", STAGE, answer_change_stage),
    ("DELETE", STAGE, answer_archive_stage),
)
"""Method, path without its version, handler."""
