"""Which match models a store uses: it takes the shipped ones at first and keeps what it took."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from unified_model.entities import Kind
from unified_model.errors import NeedsOperator
from unified_model.identity.fit import misfit
from unified_model.identity.model import MatchModel, read_model, shipped_model
from unified_model.store import models as stored
from unified_model.store.engine import Store

KINDS: tuple[Kind, ...] = ("organization", "person")


def active_models(store: Store, clock: Callable[[], datetime]) -> dict[str, MatchModel]:
    """The store's active model of each kind, the shipped ones put in where it has none yet.

    NeedsOperator when one was made for an Unsilo that compared other things.
    """
    with store.read() as conn:
        documents = stored.active_documents(conn)
    models = {kind: read_model(json.dumps(document)) for kind, document in documents.items()}
    for kind in KINDS:
        if kind in models and (fault := misfit(models[kind], shipped_model(kind))):
            raise NeedsOperator(
                f"The {kind} model in use was made for another version of Unsilo. {fault}",
                "Run `unsilo model list`, then `unsilo model use` with one that fits.",
            )
    missing = [shipped_model(kind) for kind in KINDS if kind not in models]
    if missing:
        with store.begin() as work:
            for model in missing:
                stored.activate(work.conn, model.version, model.kind, model.document, clock())
            work.commit()
    return models | {model.kind: model for model in missing}


def keep_shipped(store: Store, clock: Callable[[], datetime]) -> None:
    """Have this version's shipped models among the stored ones, in use only where the store has none."""
    with store.read() as conn:
        known = {model.version for model in stored.stored_models(conn)}
        active = stored.active_documents(conn)
    lacking = [shipped_model(kind) for kind in KINDS if shipped_model(kind).version not in known or kind not in active]
    if lacking:
        with store.begin() as work:
            for model in lacking:
                put = stored.put if model.kind in active else stored.activate
                put(work.conn, model.version, model.kind, model.document, clock())
            work.commit()
