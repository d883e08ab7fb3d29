"""One address on which rehearsed Salesforce orgs are served, one after the other; each notes who asked it what.

Behind it is the simulated org as it is. What a test needs beside the org's own events happens at the door: pages of
200 rows whatever is asked for, addresses that are too long, objects that a user may not read, a wish to wait.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from simulators.clock import HandClock
from simulators.faults import PROFILES, Fault, Faults
from simulators.salesforce.population import populate
from simulators.salesforce.simulator import Salesforce
from simulators.server import address_of, bind, serve, serving
from simulators.web import Answer, Call

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SEED = 7
ROWS_A_PAGE = 200
LONGEST_ADDRESS = 16_384
DATA = "/services/data/"
NOT_WRITTEN = ("attributes", "id", "Id")


class DoorFaults(Faults):
    """Faults of the org, and the loss of the answer to the next write."""

    losing = False

    def befall(self, path: str) -> Fault | None:
        if self.losing and _may_write(path):
            return Fault.LOST_ANSWER
        return super().befall(path)


@dataclass
class Door:
    """One org as it is rehearsed: a simulator to `server`, with notes and the test's own interventions."""

    simulator: Salesforce
    faults: DoorFaults
    asked: list[str] = field(default_factory=list)
    """Method and path of each call."""
    sign_ins: int = 0
    secrets: list[str] = field(default_factory=list)
    written: list[tuple[int, int, list[dict[str, Any]]]] = field(default_factory=list)
    forbidden: set[str] = field(default_factory=set)
    ask_to_wait_s: int | None = None
    locked_once: set[str] = field(default_factory=set)
    before_write: Callable[[], None] = lambda: None
    meanwhile: Callable[[], None] = lambda: None

    def answer(self, call: Call) -> Answer:
        if call.path.startswith("/__admin/"):
            return self.simulator.answer(call)
        if call.path.endswith("/oauth2/token"):
            return self._signed_in(self.simulator.answer(call))
        self._note(call)
        return self._refused(call) or self._done(call)

    def refuse(self, fault: Fault, call: Call) -> Answer | None:
        answer = self.simulator.refuse(fault, call)
        if answer is not None:
            self._note(call)
        return answer

    def _note(self, call: Call) -> None:
        if call.path.startswith(DATA) and call.path.rstrip("/") != DATA.rstrip("/"):
            self.asked.append(f"{call.method} {call.path}")

    def _done(self, call: Call) -> Answer:
        writes = call.method != "GET" and _may_write(call.path)
        if writes:
            self.written.append(_written(call))
            happens, self.before_write = self.before_write, lambda: None
            happens()
        if self.locked_once and writes:
            self.simulator.org.locked |= self.locked_once
        hinted = {**call.headers, "sforce-query-options": f"batchSize={ROWS_A_PAGE}"}
        answer = self.simulator.answer(replace(call, headers=hinted))
        if self.locked_once and writes:
            self.simulator.org.locked -= self.locked_once
            self.locked_once = set()
        if self.faults.losing and writes:
            self.faults.losing = False
            self.meanwhile()
        return answer

    def _refused(self, call: Call) -> Answer | None:
        address = call.path + "?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in call.query.items())
        if len(address) > LONGEST_ADDRESS:
            return Answer(414, b"<html><body>URI Too Long</body></html>", {"content-type": "text/html"})
        asked = call.query.get("q", "") + call.body.decode("utf-8", "replace")
        if self.ask_to_wait_s is not None and "/query" in call.path:
            wait, self.ask_to_wait_s = str(self.ask_to_wait_s), None
            error = [{"message": "Server too busy", "errorCode": "SERVER_UNAVAILABLE"}]
            return Answer(503, error, {"retry-after": wait})
        for name in self.forbidden:
            if f"FROM {name}" in asked:
                message = f"sObject type '{name}' is not supported."
                return Answer(400, [{"message": message, "errorCode": "INVALID_TYPE"}])
            if f"sobjects/{name}" in call.path:
                message = "The requested resource does not exist"
                return Answer(404, [{"message": message, "errorCode": "NOT_FOUND"}])
        return None

    def _signed_in(self, answer: Answer) -> Answer:
        self.sign_ins += 1
        if answer.status == 200:
            self.secrets.append(answer.content["access_token"])
        return answer


class Stage:
    """The address. `door` is the org that stands behind it now."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.apart = ExitStack()
        first = Salesforce(HandClock(NOW), SEED, PROFILES["calm"], address)
        populate(first.org, 1)
        self._first = first.org
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

    def new_door(self) -> Door:
        """Another org without customers: users and record types alone."""
        self.apart.close()
        simulator = Salesforce(HandClock(NOW), SEED, PROFILES["calm"], self.address)
        org = simulator.org
        org.faults = simulator.faults = DoorFaults(PROFILES["calm"], SEED)
        for name in ("User", "RecordType"):
            org.tables[name].update(self._first.tables[name])
        org.counters.update(self._first.counters)
        org.user_id = self._first.user_id
        self.door = Door(simulator, simulator.faults)
        return self.door

    def admin(self, event: str, **sent: Any) -> Any:
        """Something happens in the org."""
        call = Call("POST", f"/__admin/{event}", body=json.dumps(sent).encode())
        answer = self.door.simulator.answer(call)
        assert answer.status == 200, answer.content
        return answer.content


@contextmanager
def staged() -> Iterator[Stage]:
    """A stage on a free port."""
    print(f"orgs of seed {SEED}")
    listener = bind(0)
    stage = Stage(address_of(listener))
    with serving(stage, listener), stage.apart:
        yield stage


@contextmanager
def served_apart(contacts: int) -> Iterator[str]:
    """The address of an org of so many contacts, in a process of its own."""
    command = [sys.executable, "-m", "tests.contract.salesforce_rehearsal", str(contacts)]
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
    records = [{"LastName": f"Person {number}", "Department": f"note {number}"} for number in range(contacts)]
    stage.admin("create", object="Contact", records=records)
    stage.admin("clock", advance_s=3_600)
    listener.listen()
    print(stage.address, flush=True)
    serve(stage, listener)


def _may_write(path: str) -> bool:
    """Whether a request to this path may write, if it is no GET."""
    parts = path.strip("/").split("/")[3:]
    if parts == ["composite"]:
        return True
    if parts[:2] == ["composite", "sobjects"]:
        return len(parts) != 3
    return parts[:1] == ["sobjects"] and len(parts) > 1 and parts[-1] != "describe"


def _written(call: Call) -> tuple[int, int, list[dict[str, Any]]]:
    if call.method == "DELETE":
        return len(call.query.get("ids", "x").split(",")), len(call.body), []
    sent = json.loads(call.body)
    records = [each["body"] for each in sent.get("compositeRequest", ())] or sent.get("records", [sent])
    columns = [{name: value for name, value in each.items() if name not in NOT_WRITTEN} for each in records]
    return len(records), len(call.body), columns


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
