"""The life cycle of contacts and companies: its stages in their order, forward alone, each with the date it began.

A portal's own stages stand among HubSpot's; their values are numbers.
"""

from dataclasses import replace

from simulators.hubspot.object_type import ObjectType, Option, moment

STAGE = "lifecyclestage"


def stages_of(kind: ObjectType) -> list[str]:
    """The values of the stages from first to last; none for a type without a life cycle."""
    found = kind.properties.get(STAGE)
    return [] if found is None else [each.value for each in sorted(found.options, key=lambda each: each.order)]


def goes_back(kind: ObjectType, old: str | None, new: str | None) -> bool:
    """Whether a step leads to a stage before the one that is held."""
    stages = stages_of(kind)
    return old in stages and new in stages and stages.index(new) < stages.index(old)


def date_property(stage: str) -> str:
    """The name of the property that says when a stage began."""
    return f"hs_lifecyclestage_{stage}_date"


def with_stage(kind: ObjectType, value: str, label: str, before: str | None) -> ObjectType:
    """The type with a stage of the portal's own, before another one or last; ValueError if that can't be."""
    stages = stages_of(kind)
    if not stages or value in stages or not value.isdigit():
        raise ValueError(f"{value} can't be a new stage of {kind.plural}: a number that is not there yet")
    if before is not None and before not in stages:
        raise ValueError(f"{kind.plural} have no stage {before}")
    at = len(stages) if before is None else stages.index(before)
    held = kind.properties[STAGE]
    by_value = {each.value: each for each in held.options} | {value: Option(value, label)}
    ordered = [*stages[:at], value, *stages[at:]]
    options = tuple(replace(by_value[each], order=order) for order, each in enumerate(ordered))
    began = moment(date_property(value), f"Became a {label} date", read_only=True, group=held.group)
    return kind.with_property(replace(held, options=options), began)
