"""One op on its way: where it goes, what is sent, and whether something of it may have been applied already."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.contract import Op, OpResult
from connectors.salesforce.deciding import Row
from connectors.salesforce.rendering import Field, Unfit, render
from connectors.salesforce.results import Cause
from connectors.salesforce.values import id18

_ID = re.compile(r"[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?")


@dataclass(slots=True, eq=False)
class Task:
    """An op while it is worked on; done when it has a result."""

    place: int
    """Its place among the ops."""
    op: Op
    values: Mapping[str, Any]
    """The columns to set, rendered."""
    target: str | None
    """The record it goes to; the survivor once a merge was followed."""
    row: Row | None = None
    """The target as it was before the last send."""
    columns: Mapping[str, Any] = field(default_factory=dict)
    """What is to be sent next."""
    sent: Mapping[str, Any] | None = None
    """What was sent without an answer that tells what became of it."""
    lost: bool = False
    """An answer of it was lost at some time."""
    looked: bool = False
    """Create: its guard was looked up since the last send."""
    cause: Cause | None = None
    """The last refusal that needs a look before it is final."""
    held: datetime | None = None
    """The stamp for which it was held back: its record had been edited that very second."""
    apart: int = 0
    """How far it is kept from others: 0 in a collection, 1 among single writes, 2 in a request of its own."""
    tries: int = 0
    result: OpResult | None = None

    @property
    def unsure(self) -> bool:
        """It may have been applied."""
        return self.sent is not None

    @property
    def maybe_before(self) -> bool:
        """It may have been applied, by this call or an earlier one."""
        return self.lost or self.op.repeated

    @property
    def followed(self) -> bool:
        """Its record was merged away; `target` is the survivor."""
        return self.target is not None and self.op.record_id is not None and self.target != id18(self.op.record_id)


def task(place: int, op: Op, object: str, fields: Mapping[str, Field], prefix: str | None) -> Task:
    """An op as a task; one that cannot be sent is done at once, rejected with the columns that are wrong."""
    values: dict[str, Any] = {}
    refused: list[tuple[str, str, str]] = []
    changes = dict(op.changes)
    if op.guard and op.action in ("create", "upsert"):
        changes = {**changes, op.guard[0]: op.guard[1]}
    may = "createable" if op.action == "create" else "updateable"
    for name, value in changes.items() if op.action != "delete" else ():
        known = fields.get(name)
        if isinstance(value, Mapping) and op.action == "create" and _names_parent(name, fields):
            values[name] = value
        elif known is None:
            refused.append((name, "INVALID_FIELD", f"{name} is not there, or hidden from the hub's user."))
        elif not known[may]:
            refused.append((name, "INVALID_FIELD_FOR_INSERT_UPDATE", f"The hub's user may not write {name}."))
        else:
            try:
                values[name] = render(known, value)
            except Unfit as unfit:
                refused.append((name, "UNFIT_VALUE", f"The value for {name} {unfit}."))
    made = Task(place, op, values, id18(op.record_id) if op.record_id else None)
    if op.action in ("update", "delete") and not _is_id(made.target, prefix):
        made.result = OpResult(op.id, "rejected", op.record_id, "MALFORMED_ID", f"It names no {object} of Salesforce.")
    elif op.action == "upsert" and not op.guard:
        made.result = OpResult(op.id, "rejected", None, "MISSING_ARGUMENT", "An upsert needs an external id.")
    elif refused:
        detail = " ".join(text for _, _, text in refused)
        remedy = "Give the hub's user access to them, or take them out of the mapping."
        named = tuple(name for name, _, _ in refused)
        made.result = OpResult(op.id, "rejected", made.target, refused[0][1], f"{detail} {remedy}", named)
    return made


def _names_parent(name: str, fields: Mapping[str, Field]) -> bool:
    return any(each.get("relationshipName") == name and each["createable"] for each in fields.values())


def _is_id(target: str | None, prefix: str | None) -> bool:
    return bool(target and _ID.fullmatch(target) and (not prefix or target.startswith(prefix)))
