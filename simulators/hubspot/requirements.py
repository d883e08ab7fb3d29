"""What a record must have: by its type, by its pipelines, and by what the portal's administrator asks for."""

from collections.abc import Mapping

from simulators.hubspot.errors import Refusal, invalid
from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import Portal
from simulators.hubspot.rows import Row
from simulators.hubspot.value_types import BadValueError
from simulators.hubspot.values import invalid_values

ONE_OF: dict[str, tuple[str, ...]] = {
    "contacts": ("email", "firstname", "lastname"),
    "companies": ("name", "domain"),
    "line_items": ("name", "hs_product_id"),
}
"""Types of which a record is made with one of these at least."""
PIPELINE_NEEDED = {"deals": ("pipeline", "dealstage"), "tickets": ("hs_pipeline", "hs_pipeline_stage")}
"""Types whose records are made in a stage, and the properties that hold pipeline and stage."""
USUAL = ("hs_pipeline", "hs_pipeline_stage")


def check_requirements(portal: Portal, kind: ObjectType, before: Row | None, values: Mapping[str, str]) -> None:
    """Refuse a write that leaves out what it must not: 400. `values` are the checked ones of this write.

    A new record (`before` is None) needs what its type asks for. Some versions of the API hold every write to the
    portal's own validation besides.
    """
    held = {} if before is None else before.values
    if before is None:
        _check_complete(portal, kind, values)
    _check_pipeline(portal, kind, values, held)
    if portal.validating:
        _check_validation(portal, kind, values, held, made=before is None)


def default_pipeline(portal: Portal, kind: ObjectType, values: Mapping[str, str]) -> dict[str, str]:
    """The pipeline of a record that names a stage and no pipeline: the first one."""
    pipelines = portal.pipelines.get(kind.plural, ())
    of_pipeline, of_stage = PIPELINE_NEEDED.get(kind.plural, USUAL)
    return {of_pipeline: pipelines[0].id} if pipelines and values.get(of_stage) and not values.get(of_pipeline) else {}


def _check_complete(portal: Portal, kind: ObjectType, values: Mapping[str, str]) -> None:
    missing = [name for name in kind.required if not values.get(name)]
    if kind.plural in PIPELINE_NEEDED:
        several = len(portal.pipelines.get(kind.plural, ())) > 1
        needed = PIPELINE_NEEDED[kind.plural] if several else PIPELINE_NEEDED[kind.plural][1:]
        missing += [name for name in needed if not values.get(name)]
    choices = ONE_OF.get(kind.plural, ())
    if choices and not any(values.get(name) for name in choices):
        missing.extend(choices)
    if missing:
        raise _incomplete(kind, missing, "creating")


def _check_pipeline(portal: Portal, kind: ObjectType, values: Mapping[str, str], held: Mapping[str, str]) -> None:
    """Refuse a stage that is not one of its pipeline; a pipeline that is not named is the first one."""
    pipelines = portal.pipelines.get(kind.plural, ())
    of_pipeline, of_stage = PIPELINE_NEEDED.get(kind.plural, USUAL)
    if not pipelines or not (values.get(of_stage) or values.get(of_pipeline)):
        return
    named = values.get(of_pipeline) or held.get(of_pipeline) or pipelines[0].id
    pipeline = next((each for each in pipelines if each.id == named), None)
    if pipeline is None:
        raise invalid_values(portal, [(of_pipeline, _not_one_of(named, [each.id for each in pipelines]))])
    stage = values.get(of_stage) or held.get(of_stage) or ""
    if stage and pipeline.stage(stage) is None:
        raise invalid_values(portal, [(of_stage, _not_one_of(stage, [each.id for each in pipeline.stages]))])


def _not_one_of(value: str, known: list[str]) -> BadValueError:
    return BadValueError("INVALID_OPTION", f"{value} was not one of the allowed options: [{', '.join(known)}]")


def _check_validation(
    portal: Portal, kind: ObjectType, values: Mapping[str, str], held: Mapping[str, str], *, made: bool
) -> None:
    """Hold a write to the administrator's rules: fields of the form, and those that a value of another asks for."""
    after = {**held, **values}
    missing = [name for name in portal.validation.on_create.get(kind.plural, ()) if made and not after.get(name)]
    for rule in portal.validation.conditions:
        touched = made or rule.property in values or rule.required in values
        if rule.object == kind.plural and touched and after.get(rule.property) == rule.value:
            missing += [] if after.get(rule.required) else [rule.required]
    if missing:
        raise _incomplete(kind, list(dict.fromkeys(missing)), "creating" if made else "updating")


def _incomplete(kind: ObjectType, missing: list[str], verb: str) -> Refusal:
    message = f"Error {verb} {kind.singular.upper()}. Some required properties were not set."
    detail = {"message": message, "code": "REQUIRED_PROPERTY_MISSING", "context": {"properties": missing}}
    return invalid(message, context={"properties": missing}, errors=[detail])
