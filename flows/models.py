"""Put a model in use and resolve: the model changes under the resolver's lease, so no resolve works with two models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.hub import Hub
from flows.lease import lease_held

if TYPE_CHECKING:
    from unified_model.use_cases.models.comparing import Difference
    from unified_model.use_cases.models.using import Used


def change_model(
    hub: Hub, name: str, *, actor: str, former: str | None = None, preview: Difference | None = None
) -> Used:
    """The named model takes the place of the one of its kind; every record of it waits for new links.

    `Retry` when a resolve is at work: it would go on with the former model.
    """
    from unified_model.store.leases import RESOLVE
    from unified_model.use_cases.models.using import use_model

    with lease_held(hub, RESOLVE) as held:
        return use_model(
            hub.store, name, actor=actor, clock=hub.clock, former=former, preview=preview, guard=held.guard
        )
