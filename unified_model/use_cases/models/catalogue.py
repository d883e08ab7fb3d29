"""The models of a store as people see them: which there are, what they say, and how they are named."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from unified_model.errors import UsageError
from unified_model.identity.fit import misfit
from unified_model.identity.model import MatchModel, read_model, shipped_model
from unified_model.store import models as stored
from unified_model.store.engine import Connection, Store
from unified_model.store.models import StoredModel
from unified_model.use_cases.models.active import KINDS, keep_shipped

Clock = Callable[[], datetime]


def list_models(store: Store, *, clock: Clock) -> list[dict[str, Any]]:
    """Every model of the store, by kind and age."""
    keep_shipped(store, clock)
    with store.read() as conn:
        return [_row(one) for one in stored.stored_models(conn)]


def show_model(store: Store, name: str, *, clock: Clock) -> dict[str, Any]:
    """One model: its thresholds and every weight, in bits, and how it came about."""
    keep_shipped(store, clock)
    with store.read() as conn:
        found = find_model(conn, name)
    model = read_model(json.dumps(found.document))
    comparisons = [
        {
            "comparison": one.name, "says": one.says,
            "levels": [{"level": level.name, "says": level.says, "weight_bits": level.weight / 1000}
                       for level in one.levels[1:]],
        }
        for one in model.comparisons
    ]  # fmt: skip
    return {
        **_row(found), "base_bits": model.base / 1000, "merge_bits": model.merge / 1000,
        "review_bits": model.review / 1000, "comparisons": comparisons, "notes": found.notes,
        "fits": misfit(model, shipped_model(model.kind)),
    }  # fmt: skip


def find_model(conn: Connection, name: str) -> StoredModel:
    """The model of that name, or of that version (eight characters of it are enough). UsageError if there is none."""
    known = stored.stored_models(conn)
    found = [one for one in known if one.name == name] or [
        one for one in known if len(name) >= 8 and one.version.startswith(name)
    ]
    if len(found) == 1:
        return found[0]
    names = [one.name for one in known]
    close = difflib.get_close_matches(name, names, n=1)
    hint = f"Did you mean {close[0]!r}?" if close else f"Models: {', '.join(names)}."
    raise UsageError(f"There is no model {name!r}.", hint)


def active_model(conn: Connection, kind: str) -> StoredModel:
    """The model of a kind that is in use."""
    return next(one for one in stored.stored_models(conn) if one.kind == kind and one.active)


def ready(found: StoredModel) -> MatchModel:
    """A stored model ready to weigh pairs; UsageError when it was made for an Unsilo that compared other things."""
    model = read_model(json.dumps(found.document))
    if fault := misfit(model, shipped_model(model.kind)):
        raise UsageError(f"The model {found.name} was made for another version of Unsilo. {fault}", "Train a new one.")
    return model


def fits(found: StoredModel) -> bool:
    """Whether a stored model can weigh pairs in this version of Unsilo."""
    model = read_model(json.dumps(found.document))
    return misfit(model, shipped_model(model.kind)) is None


def refuse_in_use(found: StoredModel) -> None:
    """UsageError when the model is the one in use."""
    if found.active:
        raise UsageError(f"The model {found.name} is in use already.", "`unsilo model list` shows the others.")


def one_kind(models: Sequence[StoredModel]) -> None:
    """UsageError unless all of them are models of one kind."""
    if len({model.kind for model in models}) > 1:
        told = " and ".join(f"{model.name} is a model of {model.kind}s" for model in models)
        raise UsageError(f"{told}; they have nothing in common.", "Name two models of one kind.")


def checked_kind(kind: str) -> str:
    """`person` or `organization`; UsageError otherwise."""
    if kind not in KINDS:
        raise UsageError(f"There are no models of {kind!r}.", "Kinds: person, organization.")
    return kind


def _row(one: StoredModel) -> dict[str, Any]:
    ours = one.document.get("unsilo", {})
    return {
        "name": one.name, "kind": one.kind, "origin": one.origin, "in_use": one.active, "version": one.version,
        "merge_bits": ours["merge"] / 1000, "review_bits": ours["review"] / 1000,
        "stored_at": one.stored_at, "activated_at": one.activated_at,
        "labels": (one.notes or {}).get("labels"), "parent": (one.notes or {}).get("parent"),
    }  # fmt: skip
