"""Writing to a portal whose answers get lost while people edit the same records: is each op applied exactly once?

Every tenth answer to a write is lost, mostly after the portal has done what was asked, or refuses one row of its batch
(207). People edit records between their comparison and the write, which HubSpot takes without condition, and others
right after. The portal's own table, and the answers that the writer never saw, tell what really happened.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests

from benchmarks.measure import REPOSITORY
from connectors.contract import Op, OpResult
from unified_model.errors import UnsiloError

if TYPE_CHECKING:
    from connectors.hubspot.connector import HubSpotConnector
    from connectors.hubspot.sending import WriteOptions
    from connectors.hubspot.writer import HubSpotWriter

OBJECT = "contacts"
COLUMNS = ("jobtitle", "city", "company", "website")
FAIL_EVERY = 10
FAILURES = ("lost_answer", "gateway_after", "torn_body", "row_refused", "reset")
"""Three times done and unheard, once done but for one row, once not done."""
MEDDLE = 0.5
"""Share of requests before which somebody edits some of their records."""
MEDDLED = 3
"""Records edited each time."""
RUNS = 10
"""How often what is left is written again, at most."""
TAKEN_EVERY = 100
"""One in so many creates is of an address that a contact has already."""
CALLS_IN_10_S = 100_000
"""So that the pace, which has a measurement of its own, does not slow this one."""


@dataclass
class Back:
    """The portal's back door: its own table, and people at work."""

    address: str
    web: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.web.trust_env = False

    def admin(self, event: str, **sent: Any) -> Any:
        answer = self.web.post(f"{self.address}/__admin/{event}", json=sent, timeout=120)
        answer.raise_for_status()
        return answer.json()

    def rows(self) -> dict[str, dict[str, Any]]:
        """The properties of all live contacts by id."""
        return {row["id"]: row["properties"] for row in self.admin("rows", object=OBJECT) if not row["archived"]}

    def now(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """What some contacts hold, by id."""
        body = {"inputs": [{"id": each} for each in ids], "properties": list(COLUMNS), "propertiesWithHistory": []}
        path = f"{self.address}/crm/v3/objects/{OBJECT}/batch/read"
        for _ in range(20):  # what befalls the writer may befall us
            try:
                answer = self.web.post(path, json=body, headers={"Authorization": "Bearer hub-token"}, timeout=30)
                if answer.status_code in (200, 207):
                    return {row["id"]: row["properties"] for row in answer.json()["results"]}
            except (requests.RequestException, ValueError):
                continue
        raise RuntimeError("the portal does not answer")


@dataclass
class Meddling:
    """Stands between the writer and the portal: fails answers, lets people edit, counts what was applied."""

    back: Back
    chance: random.Random
    writes: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    edits: dict[tuple[str, str], str] = field(default_factory=dict)
    """What somebody wrote last, by record and property."""
    earlier: set[str] = field(default_factory=set)
    """What somebody wrote before that."""
    applied: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often the portal took a value from us, by record and property."""

    def around(self, send: Any) -> Any:
        """The client's `send`, meddled with."""

        def meddled(method: str, path: str, body: Any = None, **named: Any) -> Any:
            if named.get("repeatable", True):
                return send(method, path, body, **named)
            kind = path.rpartition("/")[2]
            updates = {each["id"]: each["properties"] for each in body["inputs"]} if kind == "update" else {}
            self.writes[kind] += 1
            if self.chance.random() < MEDDLE:
                self.edit(updates)
            failure = self.chance.choice(FAILURES) if self.writes[kind] % FAIL_EVERY == FAIL_EVERY // 2 else ""
            if failure:
                self.failed[failure] += 1
                self.back.admin("faults", orders=[{"fault": failure, "path": f"/batch/{kind}"}])
            try:
                answer = send(method, path, body, **named)
            except UnsiloError:
                self.after_loss(updates)
                raise
            for row in answer.body["results"] if answer.body else ():
                self.applied.update((row["id"], name) for name in updates.get(row["id"], ()))
            return answer

        return meddled

    def after_loss(self, updates: Mapping[str, Mapping[str, str]]) -> None:
        """See what was applied, and sometimes let somebody edit it."""
        if updates:
            held = self.back.now(list(updates))
            for record_id, columns in updates.items():
                names = [name for name, value in columns.items() if held[record_id][name] == value]
                self.applied.update((record_id, name) for name in names)
        if self.chance.random() < MEDDLE:
            self.edit(updates)

    def edit(self, updates: Mapping[str, Mapping[str, str]]) -> None:
        """Somebody edits a few of these records, mostly in a property that we write."""
        for record_id in self.chance.sample(sorted(updates), min(MEDDLED, len(updates))):
            name = self.chance.choice(list(updates[record_id]) if self.chance.random() < 0.7 else COLUMNS)
            value = f"Theirs {len(self.edits)} {self.chance.randrange(10**6)}"
            self.back.admin("edit", object=OBJECT, ids=[record_id], set={name: value})
            self.earlier.add(self.edits.get((record_id, name), ""))
            self.edits[record_id, name] = value


@dataclass(frozen=True)
class Figures:
    """What became of the ops, and what the portal's own table says of it. The last four must be 0."""

    outcomes: Mapping[str, int]
    calls: int
    writes: int
    failed: Mapping[str, int]
    edits: int
    seconds: float
    longest_window_s: float
    overwritten_and_told: int
    """Edits of theirs that ours replaced between comparing and writing, and that the writer told of."""
    wrong_results: int
    """Results that the portal's table contradicts."""
    applied_twice: int
    doubled: int
    """Creates with more or fewer than one record."""
    overwritten_unseen: int
    """Edits of theirs that are gone, and nobody was told."""

    @property
    def clean(self) -> bool:
        """Whether every op was applied exactly once and nothing of theirs is lost unseen."""
        return not (self.wrong_results or self.applied_twice or self.doubled or self.overwritten_unseen)


def drill(
    address: str,
    updates: int,
    creates: int,
    seed: int,
    options: WriteOptions | None = None,
    wait: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> Figures:
    """Write so many ops to the portal at `address`, and compare with its own table."""
    from connectors.hubspot.connector import open_hubspot
    from connectors.hubspot.writer import HubSpotWriter

    chance, back = random.Random(seed), Back(address)
    back.admin("limits", calls_in_10_s=CALLS_IN_10_S, calls_a_day=10**7)
    settings = {"url": address, "objects": [OBJECT], "push": "push"}
    connector = open_hubspot("drill", settings, secret=lambda _: "hub-token", sleep=wait, monotonic=monotonic)
    _provide(connector)
    before = back.rows()
    new = list(_creates(creates, sorted(row["email"] for row in before.values() if row["email"])))
    ops = [*_updates(before, updates, chance), *new]
    chance.shuffle(ops)
    meddling = Meddling(back, chance)
    client = connector.client
    client.send = meddling.around(client.send)  # type: ignore[method-assign]
    writer = HubSpotWriter(client, connector.describer, options, sleep=wait)
    started = time.perf_counter()
    results = _insist(writer, ops)
    seconds = time.perf_counter() - started
    after = back.rows()
    connector.close()
    held = Counter(row["unsilo_id"] for row in after.values() if row.get("unsilo_id"))
    made = [op for op in new if op.guard and not _is_taken(op)]
    told = {
        (str(each.record_id), name)
        for each in results
        for name, value in (each.found or {}).items()
        if value not in meddling.earlier  # the last of theirs; the portal's own people edit, too
    }
    gone = [key for key, value in meddling.edits.items() if after[key[0]][key[1]] != value]
    return Figures(
        outcomes=Counter(each.outcome for each in results),
        calls=client.budget.calls,
        writes=meddling.writes.total(),
        failed=dict(meddling.failed),
        edits=len(meddling.edits),
        seconds=seconds,
        longest_window_s=writer.exposure.longest_s,
        overwritten_and_told=sum(key in told for key in gone),
        wrong_results=sum(not _holds(op, result, after, meddling) for op, result in zip(ops, results, strict=True)),
        applied_twice=sum(count > 1 for count in meddling.applied.values()),
        doubled=sum(held[op.guard[1]] != 1 for op in made if op.guard) + abs(len(after) - len(before) - len(made)),
        overwritten_unseen=sum(key not in told for key in gone),
    )


def _insist(writer: HubSpotWriter, ops: Sequence[Op]) -> list[OpResult]:
    """Write, and write again what could not be sent or is not known, as the next runs would."""
    results: dict[str, OpResult] = {}
    waiting = list(ops)
    for _ in range(RUNS):
        try:
            results |= {each.op: each for each in writer.write(OBJECT, waiting)}
        except UnsiloError:
            continue  # nothing was written
        open_ = {op: each.outcome for op, each in results.items() if each.outcome in ("retry", "unknown")}
        waiting = [op._replace(repeated=op.repeated or open_[op.id] == "unknown") for op in waiting if op.id in open_]
        if not waiting:
            break
    return [results[op.id] for op in ops]


def _provide(connector: HubSpotConnector) -> None:
    """The unique property that guards creates, whatever befalls."""
    for _ in range(RUNS):
        if all(finding.level == "ok" for finding in connector.provision()):
            return
    raise RuntimeError("the portal does not take the unique property")


def _updates(rows: Mapping[str, Mapping[str, Any]], count: int, chance: random.Random) -> Iterator[Op]:
    """Ops on so many records, of one or two properties each, believing what the portal holds."""
    for number, record_id in enumerate(chance.sample(sorted(rows, key=int), count)):
        changes = dict.fromkeys(chance.sample(COLUMNS, chance.choice((1, 1, 2))), f"Ours {number}")
        base = {name: rows[record_id][name] for name in changes}
        yield Op(f"update-{number}", "update", changes, record_id, base)


def _creates(count: int, addresses: Sequence[str]) -> Iterator[Op]:
    """So many new contacts, every third without an e-mail; besides some whose address is taken."""
    for number in range(count):
        columns = {"lastname": f"New {number}", "jobtitle": "Buyer"}
        if number % 3:
            columns["email"] = f"new.{number}@example.com"
        yield Op(f"create-{number}", "create", columns, guard=("unsilo_id", f"link-{number}"))
    for number in range(count // TAKEN_EVERY):
        columns = {"lastname": f"Taken {number}", "email": addresses[number]}
        yield Op(f"taken-{number}", "create", columns, guard=("unsilo_id", f"taken-{number}"))


def _is_taken(op: Op) -> bool:
    return op.id.startswith("taken")


def _holds(op: Op, result: OpResult, after: Mapping[str, Mapping[str, Any]], meddling: Meddling) -> bool:
    """Whether the portal's table agrees with a result."""
    if result.op != op.id:
        return False
    if _is_taken(op):
        other = after.get(str(result.other_id))
        return result.outcome == "duplicate" and other is not None and other["email"] == op.changes["email"]
    if op.action == "create":
        row = after.get(str(result.record_id))
        return result.outcome == "created" and row is not None and row["unsilo_id"] == str((op.guard or ("", ""))[1])
    record_id = str(op.record_id)
    counts = {name: meddling.applied[record_id, name] for name in op.changes}
    if result.outcome == "conflict":
        found = result.found or {}
        theirs = all(value not in (op.changes[name], (op.base or {})[name]) for name, value in found.items())
        applied = {"overwritten": {1}, "edited_since": {1}, "edited": {0}}.get(result.reason, set())
        return bool(found) and theirs and {count for name, count in counts.items() if name in found} <= applied
    held = all(
        after[record_id][name] == value for name, value in op.changes.items() if (record_id, name) not in meddling.edits
    )
    return result.outcome == "updated" and held and set(counts.values()) == {1}


@contextmanager
def served(people: int, seed: int, *options: str) -> Iterator[str]:
    """A portal in a process of its own; gives its address. `options` as of its command."""
    command = [sys.executable, "-m", "simulators", "hubspot", "--port", "0", "--people", str(people)]
    with subprocess.Popen(
        [*command, "--seed", str(seed), *options], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield str(json.loads(process.stdout.readline())["url"])
        finally:
            process.terminate()


def run(updates: int, creates: int, seed: int) -> None:
    """Print what became of so many updates and creates."""
    from connectors.hubspot.sending import WriteOptions

    print(f"\n## Writing {updates:,} updates and {creates:,} creates to a portal, every tenth answer lost or 207\n")
    for records in (100, 20):
        with served(updates * 3, seed) as address:
            figures = drill(address, updates, creates, seed, WriteOptions(records=records))
        told = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(figures.outcomes.items()))
        failed = ", ".join(f"{count:,} {kind}" for kind, count in sorted(figures.failed.items()))
        print(f"- {records} a request: {told}")
        print(f"  - {figures.writes:,} writing requests of {figures.calls:,} calls; failed: {failed}")
        print(f"  - edits by people: {figures.edits:,}; overwritten and told: {figures.overwritten_and_told:,}")
        print(f"  - **overwritten unseen: {figures.overwritten_unseen:,}** (bar: 0)")
        print(f"  - **applied twice: {figures.applied_twice:,}, doubled: {figures.doubled:,}** (bar: 0)")
        print(f"  - results that the portal's table contradicts: {figures.wrong_results:,}")
        print(f"  - {figures.seconds:.1f} s, longest window {figures.longest_window_s:.2f} s", flush=True)
