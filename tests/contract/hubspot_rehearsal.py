"""One address on which rehearsed HubSpot portals are served, one after the other; each notes who asked it what.

Behind it is the simulated portal as it is. What a test needs beside the portal's own events happens at the door:
pages that hold less than was asked for, a wish to wait, trouble with the reading of one object alone.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from simulators.clock import HandClock
from simulators.faults import Fault, Faults
from simulators.hubspot.profiles import PROFILES
from simulators.hubspot.simulator import HubSpot
from simulators.server import address_of, bind, serve, serving
from simulators.web import Answer, Call

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SEED = 7
SHORT_PAGE = 40
UNPACED = {"calls_in_10_s": 1_000_000, "search_a_second": 1_000_000, "calls_a_day": 100_000_000}
_VERSION = r"(?:v\d|\d{4}-\d\d)/"
_PAGE = re.compile(rf"/crm/(?:{_VERSION})?objects/(?:{_VERSION})?(?:contacts|0-1)(?:/search)?\Z")
_LISTS = re.compile(rf"/objects/(?:{_VERSION})?(?!{_VERSION})[^/]+\Z")
_MAY_WRITE = re.compile(rf"/objects/(?:{_VERSION})?(?!{_VERSION})[^/]+/(?!search\Z|batch/read\Z)")


@dataclass
class Plan:
    """A fault for so many pages of contacts, once some have passed."""

    fault: Fault
    after: int
    times: int


class DoorFaults(Faults):
    """Faults of the portal, those planned for pages of contacts, and the loss of the answer to the next write."""

    def __init__(self, seed: int) -> None:
        super().__init__(PROFILES["calm"], seed)
        self.losing: Fault | None = None
        self.plans: list[Plan] = []

    def befall(self, path: str) -> Fault | None:
        if self.losing and _MAY_WRITE.search(path):
            return self.losing
        return (_PAGE.search(path) and self._planned()) or super().befall(path)

    def _planned(self) -> Fault | None:
        for plan in self.plans:
            if plan.after > 0:
                plan.after -= 1
                continue
            plan.times -= 1
            self.plans = [each for each in self.plans if each.times > 0]
            return plan.fault
        return None


@dataclass
class Door:
    """One portal as it is rehearsed: a simulator to `server`, with notes and the test's own interventions."""

    simulator: HubSpot
    faults: DoorFaults
    asked: list[str] = field(default_factory=list)
    """Method and path of each call."""
    sign_ins: int = 0
    secrets: list[str] = field(default_factory=list)
    written: list[tuple[int, int, list[dict[str, Any]]]] = field(default_factory=list)
    short_pages: bool = False
    ask_to_wait_s: int | None = None
    locked_once: set[str] = field(default_factory=set)
    before_write: Callable[[], None] = lambda: None
    meanwhile: Callable[[], None] = lambda: None

    def answer(self, call: Call) -> Answer:
        if call.path.startswith("/__admin/"):
            return self.simulator.answer(call)
        if call.path.endswith("/token"):
            return self._signed_in(self.simulator.answer(call))
        self.asked.append(f"{call.method} {call.path}")
        return self._refused(call) or self._done(_shortened(call) if self.short_pages else call)

    def refuse(self, fault: Fault, call: Call) -> Answer | None:
        answer = self.simulator.refuse(fault, call)
        if answer is not None:
            self.asked.append(f"{call.method} {call.path}")
        return answer

    def _done(self, call: Call) -> Answer:
        writes = _writes(call)
        if writes:
            self.written.append(_written(call))
            happens, self.before_write = self.before_write, lambda: None
            happens()
        held = {("contacts", int(each)) for each in self.locked_once} if writes else set()
        self.simulator.portal.locked |= held
        answer = self.simulator.answer(call)
        if held:
            self.simulator.portal.locked -= held
            self.locked_once = set()
        if self.faults.losing and writes:
            self.faults.losing = None
            self.meanwhile()
        return answer

    def _refused(self, call: Call) -> Answer | None:
        if self.ask_to_wait_s is None or not _PAGE.search(call.path):
            return None
        wait, self.ask_to_wait_s = str(self.ask_to_wait_s), None
        said = {"status": "error", "message": "You have reached your ten_secondly_rolling limit."}
        said |= {"errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING"}
        return Answer(429, said, {"retry-after": wait})

    def _signed_in(self, answer: Answer) -> Answer:
        self.sign_ins += 1
        if answer.status == 200:
            self.secrets.append(answer.content["access_token"])
        return answer


class Stage:
    """The address. `door` is the portal that stands behind it now."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.apart = ExitStack()
        self.seconds = 0.0
        self.door = self.new_door()

    @property
    def clock(self) -> HandClock:
        clock = self.door.simulator.clock
        assert isinstance(clock, HandClock)
        return clock

    @property
    def faults(self) -> Faults:
        return self.door.faults

    def answer(self, call: Call) -> Answer:
        return self.door.answer(call)

    def refuse(self, fault: Fault, call: Call) -> Answer | None:
        return self.door.refuse(fault, call)

    def monotonic(self) -> float:
        """Seconds that pass only when somebody waits."""
        return self.seconds

    def new_door(self) -> Door:
        """Another portal, without a record."""
        self.apart.close()
        faults = DoorFaults(SEED)
        simulator = HubSpot(HandClock(NOW), SEED, faults.profile, self.address, monotonic=self.monotonic)
        simulator.faults = simulator.portal.faults = faults
        self.door = Door(simulator, faults)
        return self.door

    def admin(self, event: str, **sent: Any) -> Any:
        """Something happens in the portal."""
        call = Call("POST", f"/__admin/{event}", body=json.dumps(sent).encode())
        answer = self.door.simulator.answer(call)
        assert answer.status == 200, answer.content
        return answer.content


@contextmanager
def staged() -> Iterator[Stage]:
    """A stage on a free port."""
    print(f"portals of seed {SEED}")
    listener = bind(0)
    stage = Stage(address_of(listener))
    with serving(stage, listener), stage.apart:
        yield stage


@contextmanager
def served_apart(contacts: int) -> Iterator[str]:
    """The address of a portal of so many contacts, in a process of its own; it sets no pace."""
    command = [sys.executable, "-m", "tests.contract.hubspot_rehearsal", str(contacts)]
    root = Path(__file__).parent.parent.parent
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def _serve(contacts: int) -> None:
    listener = bind(0)
    stage = Stage(address_of(listener))
    records = [{"properties": {"lastname": f"Person {n}", "salutation": f"note {n}"}} for n in range(contacts)]
    stage.admin("limits", **UNPACED)
    stage.door.simulator.gate.pace.monotonic = (
        count().__next__
    )  # an OAuth app's pace is HubSpot's, whatever is switched
    stage.admin("create", object="contacts", records=records)
    stage.admin("clock", advance_s=3_600)
    listener.listen()
    print(stage.address, flush=True)
    serve(stage, listener)


def _shortened(call: Call) -> Call:
    """The call as if it asked for fewer records: what is left of them comes on further pages."""
    if call.path.endswith("/search"):
        return replace(call, body=json.dumps({**json.loads(call.body), "limit": SHORT_PAGE}).encode())
    if call.method != "GET" or not _LISTS.search(call.path):
        return call
    target = re.sub(r"([?&]limit=)\d+", rf"\g<1>{SHORT_PAGE}", call.target)
    return replace(call, query={**call.query, "limit": str(SHORT_PAGE)}, target=target)


def _writes(call: Call) -> bool:
    """Whether a call writes records."""
    if call.method == "GET":
        return False
    return bool(_MAY_WRITE.search(call.path)) or (call.method == "POST" and bool(_LISTS.search(call.path)))


def _written(call: Call) -> tuple[int, int, list[dict[str, Any]]]:
    sent = json.loads(call.body or b"{}")
    rows = sent.get("inputs", [sent])
    return len(rows), len(call.body), [dict(each.get("properties", {})) for each in rows]


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
