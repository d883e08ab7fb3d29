"""Train a model on the store: from its own candidate pairs, then from what people and source systems said of pairs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from unified_model.errors import UsageError
from unified_model.identity.model import read_model
from unified_model.resolution.imagined import Progress
from unified_model.resolution.linking_all import every_pair
from unified_model.resolution.weighing import weigh_pairs
from unified_model.store import audit
from unified_model.store import models as stored
from unified_model.store.engine import Connection, Store
from unified_model.store.models import StoredModel
from unified_model.use_cases.models.active import keep_shipped
from unified_model.use_cases.models.catalogue import active_model, checked_kind, find_model, ready
from unified_model.use_cases.models.labelling import as_labels, count_of, gather_labels

if TYPE_CHECKING:
    from unified_model.identity.compare import LevelMatrix
    from unified_model.identity.model import MatchModel


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A model that was trained and stored, not in use. `known`: the very same one was stored before."""

    name: str
    kind: str
    version: str
    parent: str
    notes: dict[str, Any]
    merge: int
    review: int
    parent_merge: int
    known: bool


def train_model(
    store: Store,
    kind: str,
    *,
    seed: int,
    actor: str,
    clock: Callable[[], datetime],
    name: str | None = None,
    parent: str | None = None,
    progress: Progress | None = None,
) -> TrainedModel:
    """Train on all candidate pairs of the store and every label it holds, starting from `parent` (default: the model
    that the one in use goes back to). The same store, parent and seed give the same model."""
    from unified_model.identity.learning.patterns import count_patterns
    from unified_model.identity.learning.train import train

    checked_kind(kind)
    keep_shipped(store, clock)
    with store.read() as conn:
        start = first_of_line(conn, kind) if parent is None else find_model(conn, parent)
        if start.kind != kind:
            raise UsageError(f"{start.name} is a model of {start.kind}s.", f"Name a model of {kind}s.")
        if name is not None and any(one.name == name for one in stored.stored_models(conn)):
            raise UsageError(f"There is another model named {name}.", "Choose another name with --name.")
        model = ready(start)
        patterns = count_patterns(_matrices(conn, model, progress))
        labels = gather_labels(conn, kind, seed)
        told = None
        if labels:
            _, levels = weigh_pairs(conn, model, [label[:2] for label in labels])
            told = as_labels(conn, model.kind, labels, levels)
    found = train(model, patterns, told, seed=seed)
    trained = read_model(json.dumps(found.document))
    notes = {
        **found.notes, "parent": start.name, "parent_version": start.version, "seed": seed, "labels": count_of(labels),
    }  # fmt: skip
    now = clock()
    with store.begin() as work:
        before = {one.version for one in stored.stored_models(work.conn)}
        kept = stored.put(
            work.conn, trained.version, kind, trained.document, now, origin=stored.TRAINED, name=name, notes=notes
        )
        audit.append(
            work.conn, at=now, actor=actor, action="model.train", subject=kept,
            payload={"version": trained.version, "parent": start.version, "seed": seed},
        )  # fmt: skip
        work.commit()
    return TrainedModel(
        kept, kind, trained.version, start.name, notes, trained.merge, trained.review, model.merge,
        trained.version in before,
    )  # fmt: skip


def first_of_line(conn: Connection, kind: str) -> StoredModel:
    """The model that the one in use goes back to through all trainings: the shipped one, or one that was imported.

    Training starts there, for each training is held towards its start: from a trained model the same pairs and labels
    would count twice, and with every further training the start would hold less.
    """
    known = {one.version: one for one in stored.stored_models(conn)}
    found = active_model(conn, kind)
    while found.origin == stored.TRAINED and (found.notes or {}).get("parent_version") in known:
        found = known[found.notes["parent_version"]]
    return found


def _matrices(conn: Connection, model: MatchModel, progress: Progress | None) -> Iterator[LevelMatrix]:
    import numpy as np

    yield np.zeros((0, len(model.comparisons)), dtype=np.int8)
    for found in every_pair(conn, model.kind, model):
        yield found.levels
        if progress:
            progress(f"compare {model.kind}s", round(found.share * 100), 100)
