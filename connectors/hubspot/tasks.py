"""One op on its way: where it goes, what is sent, and whether something of it may have been applied already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.contract import Op, OpResult
from connectors.hubspot.deciding import Row
from connectors.hubspot.describing import Property
from connectors.hubspot.outcomes import Cause
from connectors.hubspot.rendering import Unfit, render
from connectors.hubspot.settings import HubSpotSettings

BATCH = 100


@dataclass(slots=True, eq=False)
class Task:
    """An op while it is worked on; done when it has a result."""

    place: int
    """Its place among the ops."""
    op: Op
    values: Mapping[str, str]
    """The properties to set, as the portal's text; "" clears."""
    target: str | None
    """The record it goes to; the survivor once a merge was followed."""
    guard: tuple[str, str] | None = None
    """Create, upsert: the unique property and its value that make twice one."""
    row: Row | None = None
    """The target as it was before the last send."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """What is to be sent next."""
    sent: Mapping[str, str] | None = None
    """What was sent and of which it is not known yet what became."""
    stored: Mapping[str, Any] | None = None
    """What the portal's answer to the last send says that it holds now; None: there was no answer."""
    held_back: tuple[str, ...] = ()
    """Properties that are not sent: the portal would drop them."""
    lost: bool = False
    """An answer of it was lost at some time."""
    looked: bool = False
    """Create: its guard was looked up since the last send. Update of a repeated op: its history was looked at."""
    cause: Cause | None = None
    """The last refusal that needs a look before it is final."""
    most: int = BATCH
    """With how many others it may travel at most."""
    tries: int = 0
    result: OpResult | None = None

    @property
    def unsure(self) -> bool:
        """Whether the last send may have been applied."""
        return self.sent is not None

    @property
    def maybe_before(self) -> bool:
        """Whether it may have been applied at some time."""
        return self.lost or self.op.repeated

    @property
    def followed(self) -> bool:
        """Whether it goes to another record than it names: its own was merged away."""
        return self.op.record_id is not None and self.target != self.op.record_id


def task(
    place: int,
    op: Op,
    object: str,
    properties: Mapping[str, Property],
    settings: HubSpotSettings,
    guard: tuple[str, str] | None,
) -> Task:
    """The op ready to be worked on; with its result at once when it can't be sent."""
    values: dict[str, str] = {}
    refused: list[tuple[str, str, str]] = []
    changes = dict(op.changes) if op.action != "delete" else {}
    if guard:
        changes[guard[0]] = guard[1]
    for name, value in changes.items():
        known = properties.get(name)
        if known is None or settings.excludes(object, name):
            refused.append((name, "PROPERTY_DOESNT_EXIST", f"HubSpot {object} have no property {name} for the hub."))
        elif not known.writable:
            why = "calculates" if known.calculated else "fills"
            refused.append((name, "READ_ONLY_VALUE", f"HubSpot {why} {name} itself."))
        else:
            try:
                values[name] = render(known, value)
            except Unfit as unfit:
                refused.append((name, "UNFIT_VALUE", f"The value for {name} {unfit}."))
    if op.action == "create":
        values = {name: value for name, value in values.items() if value}
    made = Task(place, op, values, op.record_id if op.action in ("update", "delete") else None, guard)
    made.result = _refusal(made, object, properties, refused)
    return made


def _refusal(
    made: Task, object: str, properties: Mapping[str, Property], refused: list[tuple[str, str, str]]
) -> OpResult | None:
    op, guard = made.op, made.guard
    if op.action in ("update", "delete") and not is_id(made.target):
        return OpResult(op.id, "rejected", op.record_id, "MALFORMED_ID", f"It names none of HubSpot's {object}.")
    if op.action == "upsert" and not guard:
        detail = "An upsert needs a unique property: run unsilo check --fix, which makes it."
        return OpResult(op.id, "rejected", None, "MISSING_ARGUMENT", detail)
    if refused:
        detail = " ".join(text for _, _, text in refused)
        remedy = "Make them in HubSpot, or take them out of the mapping."
        if any(guard and name == guard[0] for name, _, _ in refused):
            remedy = "Run unsilo check --fix, which makes the unique property that keeps creates from doubling."
        named = tuple(name for name, _, _ in refused)
        return OpResult(op.id, "rejected", made.target, refused[0][1], f"{detail} {remedy}", named)
    if guard and not (properties[guard[0]].unique or (object == "contacts" and guard[0] == "email")):
        detail = f"{guard[0]} is not unique in HubSpot, and uniqueness is set only when a property is made."
        remedy = "Use the hub's own property: unsilo check --fix makes it."
        return OpResult(op.id, "rejected", made.target, "GUARD_NOT_UNIQUE", f"{detail} {remedy}", (guard[0],))
    return None


def is_id(text: str | None) -> bool:
    """Whether it could be a record's id."""
    return bool(text and text.isascii() and text.isdigit() and len(text) <= 19)
