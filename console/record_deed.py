"""One line in the store's audit chain for what a person did from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flows.hub import Hub


def record_deed(hub: Hub, actor: str, action: str, subject: str | None, payload: Any) -> None:
    """Append to the audit chain, in a transaction of its own."""
    from unified_model.store import audit

    with hub.store.begin() as work:
        audit.append(work.conn, at=hub.clock(), actor=actor, action=action, subject=subject, payload=payload)
        work.commit()
