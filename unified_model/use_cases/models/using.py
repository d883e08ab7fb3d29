"""Put a model in use: one transaction changes the model and asks for every link of its kind; resolve does the rest.

Until that is through, customers stay as they are; killed anywhere, the next resolve finishes it. The way back is to use
the former model again: ids are those of before, because the ledger forgets none.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from unified_model.errors import UsageError
from unified_model.store import audit
from unified_model.store import models as stored
from unified_model.store.engine import Store
from unified_model.store.settings import read_setting, write_setting
from unified_model.use_cases.models.active import keep_shipped
from unified_model.use_cases.models.catalogue import active_model, find_model, ready, refuse_in_use
from unified_model.use_cases.models.comparing import Difference

Clock = Callable[[], datetime]
Guard = Callable[[Any], None]


class Used(NamedTuple):
    """A change of models."""

    name: str
    former: str
    records: int
    """Records that wait to be linked anew."""


def use_model(
    store: Store, name: str, *, actor: str, clock: Clock, former: str | None = None,
    preview: Difference | None = None, guard: Guard | None = None,
) -> Used:  # fmt: skip
    """Make the named model the one of its kind, and pause pushes. Call it under the resolve lease.

    `former`: the model it was compared with; UsageError if another one is in use by now, or if it is in use already.
    """
    keep_shipped(store, clock)
    with store.read() as conn:
        chosen = find_model(conn, name)
        before = active_model(conn, chosen.kind)
    ready(chosen)
    refuse_in_use(chosen)
    if former is not None and before.name != former:
        raise UsageError(
            f"Meanwhile {before.name} was put in use, so the preview against {former} no longer holds.", "Run it again."
        )
    (seq,) = store.allocate("queue", 1)
    now = clock()
    with store.begin() as work:
        if guard:
            guard(work.conn)
        waiting = stored.change(work.conn, chosen, now, seq)
        pause = {"since": now.isoformat(), "by": actor, "because": f"the model {chosen.name} was put in use"}
        write_setting(work.conn, stored.PAUSE, pause)
        told = {"former": before.version, "version": chosen.version, "records": waiting}
        if preview is not None:
            told |= {"merged": preview.merged, "split": preview.split, "ids_gone": preview.ids_gone}
        audit.append(work.conn, at=now, actor=actor, action="model.use", subject=chosen.name, payload=told)
        work.commit()
    return Used(chosen.name, before.name, waiting)


def paused(store: Store) -> dict[str, Any] | None:
    """Since when pushes are paused, by whom and why; None when they are not."""
    with store.read() as conn:
        found: dict[str, Any] | None = read_setting(conn, stored.PAUSE)
        return found


def approve_pushes(store: Store, *, actor: str, clock: Clock) -> dict[str, Any] | None:
    """Let pushes go on after a model was put in use; returns the pause that ended, None if there was none."""
    pause = paused(store)
    if pause is not None:
        with store.begin() as work:
            write_setting(work.conn, stored.PAUSE, None)
            audit.append(work.conn, at=clock(), actor=actor, action="model.approve", payload=pause)
            work.commit()
    return pause
