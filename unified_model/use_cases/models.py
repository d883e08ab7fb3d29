"""Which match models a store uses: it takes the shipped ones at first and keeps what it took."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from unified_model.identity.model import MatchModel, read_model, shipped_model
from unified_model.store import models as stored
from unified_model.store.engine import Store


def active_models(store: Store, clock: Callable[[], datetime]) -> dict[str, MatchModel]:
    """The store's active model of each kind, the shipped ones put in where it has none yet."""
    with store.read() as conn:
        documents = stored.active_documents(conn)
    models = {kind: read_model(json.dumps(document)) for kind, document in documents.items()}
    missing = [shipped_model(kind) for kind in ("organization", "person") if kind not in models]
    if missing:
        with store.begin() as work:
            for model in missing:
                stored.activate(work.conn, model.version, model.kind, model.document, clock())
            work.commit()
    return models | {model.kind: model for model in missing}
