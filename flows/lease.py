"""A lease held for as long as a flow works: renewed between chunks, checked in every write, given back at the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flows.hub import Hub
from unified_model.errors import Retry

if TYPE_CHECKING:
    from unified_model.store.leases import Lease


LOOK_AGAIN_S = 1.0


class Held:
    """A lease in our hands. `guard` goes into every write transaction; `renew_if_due` is called between chunks."""

    def __init__(self, hub: Hub, lease: Lease) -> None:
        self._hub = hub
        self._lease = lease

    @property
    def guard(self) -> Callable[[Any], None]:
        """Raises LeaseLost inside a write transaction once somebody else has taken over."""
        from unified_model.store.leases import guard

        return guard(self._lease)

    def renew_if_due(self) -> None:
        """Renew once half of the time is over; a call in between costs nothing."""
        from unified_model.store.leases import TTL_S, renew

        now = self._hub.clock()
        if now > self._lease.expires_at - timedelta(seconds=TTL_S / 2):
            self._lease = renew(self._hub.store, self._lease, now)

    def asked(self, should_stop: Callable[[], bool]) -> Callable[[], bool]:
        """The question between chunks, which renews the lease on the way."""

        def ask() -> bool:
            self.renew_if_due()
            return should_stop()

        return ask

    def told(self, progress: Callable[[str, int, int | None], None]) -> Callable[[str, int, int | None], None]:
        """A progress callback that renews the lease on the way, for work that can't be stopped."""

        def report(stage: str, done: int, total: int | None = None) -> None:
            self.renew_if_due()
            progress(stage, done, total)

        return report


@contextmanager
def lease_held(
    hub: Hub, name: str, *, patience_s: float = 0.0, should_stop: Callable[[], bool] = lambda: False
) -> Iterator[Held]:
    """Hold the lease of that name; waits as long as `patience_s` for its holder, then `Retry` says who that is."""
    from unified_model.store.leases import release

    lease = _acquire(hub, name, patience_s, should_stop)
    try:
        yield Held(hub, lease)
    finally:
        release(hub.store, lease)


def _acquire(hub: Hub, name: str, patience_s: float, should_stop: Callable[[], bool]) -> Lease:
    from unified_model.store.faults import BUSY_TIMEOUT_S
    from unified_model.store.leases import acquire

    deadline = time.monotonic() + patience_s
    while True:
        asked = time.monotonic()
        try:
            return acquire(hub.store, name, hub.clock())
        except Retry:
            store_is_locked = time.monotonic() - asked >= BUSY_TIMEOUT_S  # it has waited long enough for that
            if store_is_locked or time.monotonic() >= deadline or should_stop():
                raise
            time.sleep(LOOK_AGAIN_S)
