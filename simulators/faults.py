"""What goes wrong on the way to a simulated system, by profile and by order, the same for the same seed.

A profile gives each fault a chance a request. Besides, a fault can be ordered for the requests whose path holds a
text: the next one, or several after some have passed. Ordered faults come first and are told apart from chance, so
that a test says exactly what it wants.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """One way in which one request fails."""

    SERVER_ERROR = "server_error"
    UNAVAILABLE_PAGE = "unavailable_page"
    """503 with a page in HTML."""
    EMPTY_REFUSAL = "empty_refusal"
    """406 or 420 with nothing in it, as from the network's edge."""
    RESET = "reset"
    """The connection dies before the request is looked at."""
    LOST_ANSWER = "lost_answer"
    """The work is done and committed, then the connection dies."""
    TORN_BODY = "torn_body"
    """Half of the answer's body, then the connection dies."""
    SLOW = "slow"
    SESSION_EXPIRED = "session_expired"
    TOO_MANY_AT_ONCE = "too_many_at_once"
    CURSORS_DIE = "cursors_die"
    ROW_LOCKED = "row_locked"
    """One row that the request writes is locked by somebody else."""
    EDITED_MEANWHILE = "edited_meanwhile"
    """Somebody edits a record just before the request that writes it is looked at."""
    GATEWAY = "gateway"
    """A gateway answers in HTML before the request is looked at."""
    GATEWAY_AFTER = "gateway_after"
    """The work is done and committed, then a gateway answers 502 or 504 in HTML."""
    LOCKED = "locked"
    """423: the records are in use by a larger job."""
    MIGRATING = "migrating"
    """477: the portal is on its way to another data centre."""
    ROW_REFUSED = "row_refused"
    """One row of a batch that writes fails by itself, though nothing is wrong with it."""


@dataclass(frozen=True)
class Profile:
    """Chances a request, and bad habits of a whole system."""

    name: str
    chances: Mapping[Fault, float] = field(default_factory=dict)
    requests_a_day: int = 100_000
    latest_commit_s: int = 0
    """An edit made by a person becomes visible up to this long after its stamp."""
    share_in_one_second: float = 0.0
    """Share of the first records that one load stamped alike."""
    shuffles: bool = False
    """Rows asked for in no order come in another one each time."""
    latest_index_s: int = 2
    """A change is found by searching up to this long after its stamp."""
    slow_s: float = 0.3


PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile("calm"),
        Profile("rate_limited", {Fault.TOO_MANY_AT_ONCE: 0.1}, requests_a_day=1_000),
        Profile(
            "flaky",
            {
                Fault.SERVER_ERROR: 0.03,
                Fault.UNAVAILABLE_PAGE: 0.01,
                Fault.EMPTY_REFUSAL: 0.01,
                Fault.RESET: 0.02,
                Fault.SLOW: 0.02,
            },
        ),
        Profile(
            "hostile",
            {
                Fault.SERVER_ERROR: 0.02,
                Fault.UNAVAILABLE_PAGE: 0.01,
                Fault.EMPTY_REFUSAL: 0.01,
                Fault.RESET: 0.01,
                Fault.LOST_ANSWER: 0.02,
                Fault.TORN_BODY: 0.02,
                Fault.SLOW: 0.02,
                Fault.SESSION_EXPIRED: 0.01,
                Fault.TOO_MANY_AT_ONCE: 0.01,
                Fault.CURSORS_DIE: 0.02,
                Fault.ROW_LOCKED: 0.03,
                Fault.EDITED_MEANWHILE: 0.03,
            },
            latest_commit_s=300,
            share_in_one_second=0.6,
            shuffles=True,
        ),
    )
}


@dataclass
class Order:
    """A fault ordered for requests whose path holds `path`: `times` of them, once `after` have passed."""

    fault: Fault
    path: str = ""
    after: int = 0
    times: int = 1


class Faults:
    """Decides what befalls each request."""

    def __init__(self, profile: Profile, seed: int) -> None:
        self.profile = profile
        self.orders: list[Order] = []
        self._random = random.Random(f"faults {seed}")

    def befall(self, path: str) -> Fault | None:
        """What befalls the next request; each request asks once."""
        luck = self._random.random()
        for order in self.orders:
            if order.path not in path:
                continue
            if order.after > 0:
                order.after -= 1
                continue
            order.times -= 1
            self.orders = [each for each in self.orders if each.times > 0]
            return order.fault
        for fault, chance in self.profile.chances.items():
            if luck < chance:
                return fault
            luck -= chance
        return None
