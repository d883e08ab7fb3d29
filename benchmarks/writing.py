"""Writing to an org whose answers get lost while people edit the same records: is each op applied exactly once?

Every tenth answer to a write is lost, mostly after the org has done what was asked, and between reading and writing
somebody edits records that are about to be written, or have just been. The org's own table, and the answers that the
writer never saw, tell what really happened.
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
    from connectors.salesforce.sending import WriteOptions
    from connectors.salesforce.writer import SalesforceWriter

OBJECT = "Contact"
COLUMNS = ("Title", "Department", "MailingCity", "Description")
LOSE_EVERY = 10
LOSSES = ("lost_answer", "lost_answer", "torn_body", "reset")
"""How: mostly after the org did what was asked, sometimes before."""
MEDDLE = 0.5
"""Share of requests before which somebody edits some of their records."""
MEDDLED = 3
"""Records edited each time."""
RUNS = 10
"""How often what is left is written again, at most."""


@dataclass
class Back:
    """The org's back door: its own table, and people at work."""

    address: str
    web: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.web.trust_env = False

    def admin(self, event: str, **sent: Any) -> Any:
        answer = self.web.post(f"{self.address}/__admin/{event}", json=sent, timeout=120)
        answer.raise_for_status()
        return answer.json()

    def rows(self) -> dict[str, dict[str, Any]]:
        """All contacts by id, deleted ones included."""
        return {row["Id"]: row for row in self.admin("rows", object=OBJECT)}


@dataclass
class Meddling:
    """Stands between the writer and the org: loses answers, lets people edit, and keeps count of what was applied."""

    back: Back
    chance: random.Random
    writes: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    edits: dict[tuple[str, str], str] = field(default_factory=dict)
    """What somebody wrote last, by record and column."""
    applied: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often the org took a value from us, by record and column."""

    def around(self, send: Any) -> Any:
        """The client's `send`, meddled with."""

        def meddled(method: str, path: str, body: Any = None, **named: Any) -> Any:
            if named["idempotent"]:
                return send(method, path, body, **named)
            parts = list(_parts(body))
            updates = [(record_id, columns) for record_id, columns in parts if record_id]
            kind = "updates" if updates else "creates"
            self.writes[kind] += 1
            if updates and self.chance.random() < MEDDLE:
                self.edit(updates)
            if self.writes[kind] % LOSE_EVERY == LOSE_EVERY // 2:
                self.lost += 1
                self.back.admin("faults", orders=[{"fault": self.chance.choice(LOSSES), "path": "/composite"}])
            try:
                answer = send(method, path, body, **named)
            except UnsiloError:
                self.after_loss(updates)
                raise
            for (record_id, columns), done in zip(parts, _done(answer.body), strict=True):
                self.count(record_id, columns if done else ())
            return answer

        return meddled

    def after_loss(self, updates: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """See what was applied, and sometimes let somebody edit it."""
        if not updates:
            return
        rows = self.back.rows()
        for record_id, columns in updates:
            self.count(record_id, [name for name, value in columns.items() if rows[record_id][name] == value])
        if self.chance.random() < MEDDLE:
            self.edit(updates)

    def count(self, record_id: str | None, columns: Any) -> None:
        if record_id:
            self.applied.update((record_id, name) for name in columns)

    def edit(self, updates: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """Somebody edits a few of these records, mostly in a column that we write."""
        for record_id, columns in self.chance.sample(updates, min(MEDDLED, len(updates))):
            name = self.chance.choice(list(columns) if self.chance.random() < 0.7 else COLUMNS)
            value = f"Theirs {len(self.edits)} {self.chance.randrange(10**6)}"
            self.back.admin("edit", object=OBJECT, ids=[record_id], set={name: value}, commit_s=0)
            self.edits[record_id, name] = value


def _parts(body: Any) -> Iterator[tuple[str | None, Mapping[str, Any]]]:
    """Record id (None: a create) and columns of each record in a request."""
    for part in (body or {}).get("compositeRequest") or ():
        yield part["url"].rpartition("/")[2] if part["method"] == "PATCH" else None, part["body"]
    for record in (body or {}).get("records") or ():
        columns = {name: value for name, value in record.items() if name not in ("id", "attributes")}
        yield record.get("id"), columns


def _done(answer: Any) -> list[bool]:
    if isinstance(answer, Mapping):
        return [200 <= part["httpStatusCode"] < 300 for part in answer["compositeResponse"]]
    return [bool(part["success"]) for part in answer]


@dataclass(frozen=True)
class Figures:
    """What became of the ops, and what the org's own table says of it. The last four must be 0."""

    outcomes: Mapping[str, int]
    calls: int
    writes: int
    lost: int
    edits: int
    seconds: float
    longest_window_s: float
    wrong_results: int
    """Results that the org's table contradicts."""
    applied_twice: int
    doubled: int
    """Creates with more or fewer than one record."""
    overwritten: int
    """Edits of theirs that are gone."""

    @property
    def clean(self) -> bool:
        """Whether every op was applied exactly once and nothing else."""
        return not (self.wrong_results or self.applied_twice or self.doubled or self.overwritten)


def drill(
    address: str,
    updates: int,
    creates: int,
    seed: int,
    options: WriteOptions | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> Figures:
    """Write so many ops to the org at `address`, and compare with its own table."""
    from connectors.salesforce.client import open_client
    from connectors.salesforce.writer import SalesforceWriter

    chance, back = random.Random(seed), Back(address)
    client = open_client("drill", {"url": address, "client_id": "hub"}, {"client_secret": "hub-secret"}.get, sleep=wait)
    before = back.rows()
    ops = [*_updates(before, updates, chance), *_creates(creates)]
    chance.shuffle(ops)
    meddling = Meddling(back, chance)
    client.send = meddling.around(client.send)  # type: ignore[method-assign]
    writer = SalesforceWriter(client, options=options, sleep=wait)
    started = time.perf_counter()
    results = _insist(writer, ops)
    seconds = time.perf_counter() - started
    after = back.rows()
    client.close()
    held = Counter(row["HubId__c"] for row in after.values() if row["HubId__c"])
    return Figures(
        outcomes=Counter(each.outcome for each in results),
        calls=client.budget.calls,
        writes=meddling.writes.total(),
        lost=meddling.lost,
        edits=len(meddling.edits),
        seconds=seconds,
        longest_window_s=writer.exposure.longest_s,
        wrong_results=sum(not _holds(op, result, after, meddling) for op, result in zip(ops, results, strict=True)),
        applied_twice=sum(count > 1 for count in meddling.applied.values()),
        doubled=sum(held[op.guard[1]] != 1 for op in ops if op.guard) + abs(len(after) - len(before) - creates),
        overwritten=sum(after[id_][name] != value for (id_, name), value in meddling.edits.items()),
    )


def _insist(writer: SalesforceWriter, ops: Sequence[Op]) -> list[OpResult]:
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


def _updates(rows: Mapping[str, Mapping[str, Any]], count: int, chance: random.Random) -> Iterator[Op]:
    """Ops on so many records, of one or two columns each, believing what the org holds."""
    ids = sorted(each for each, row in rows.items() if not row["IsDeleted"] and not row["HubId__c"])
    for number, record_id in enumerate(chance.sample(ids, count)):
        changes = dict.fromkeys(chance.sample(COLUMNS, chance.choice((1, 1, 2))), f"Ours {number}")
        base = {name: rows[record_id][name] for name in changes}
        yield Op(f"update-{number}", "update", changes, record_id, base)


def _creates(count: int) -> Iterator[Op]:
    for number in range(count):
        guard = ("HubId__c", f"link-{number}")
        yield Op(f"create-{number}", "create", {"LastName": f"New {number}", "Title": "Buyer"}, guard=guard)


def _holds(op: Op, result: OpResult, after: Mapping[str, Mapping[str, Any]], meddling: Meddling) -> bool:
    """Whether the org's table agrees with a result."""
    if result.op != op.id:
        return False
    if op.action == "create":
        row = after.get(str(result.record_id))
        return result.outcome == "created" and row is not None and row["HubId__c"] == str((op.guard or ("", ""))[1])
    record_id = str(op.record_id)
    theirs = [name for name in op.changes if (record_id, name) in meddling.edits]
    if result.outcome == "conflict":
        edited = any(key[0] == record_id for key in meddling.edits)
        return edited and result.found is not None
    held = all(after[record_id][name] == value for name, value in op.changes.items() if name not in theirs)
    counted = all(meddling.applied[record_id, name] == 1 for name in op.changes)
    return result.outcome == "updated" and held and counted


@contextmanager
def served(people: int, seed: int, *options: str) -> Iterator[str]:
    """An org in a process of its own; gives its address. `options` as of its command."""
    command = [sys.executable, "-m", "simulators", "salesforce", "--port", "0", "--people", str(people)]
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
    from connectors.salesforce.sending import WriteOptions

    print(f"\n## Writing {updates:,} updates and {creates:,} creates, every tenth answer lost, people editing\n")
    for conditional in (True, False):
        with served(updates * 3 // 2, seed) as address:
            figures = drill(address, updates, creates, seed, WriteOptions(conditional=conditional))
        way = "25 a request, each on condition" if conditional else "200 a request, without condition"
        told = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(figures.outcomes.items()))
        print(f"- {way}: {told}")
        print(f"  - {figures.writes:,} writing requests of {figures.calls:,} calls; {figures.lost:,} answers lost")
        print(f"  - edits by people: {figures.edits:,}, **overwritten: {figures.overwritten:,}**")
        print(f"  - **applied twice: {figures.applied_twice:,}, doubled: {figures.doubled:,}** (bar: 0)")
        print(f"  - results that the org's table contradicts: {figures.wrong_results:,}")
        print(f"  - {figures.seconds:.1f} s, longest window {figures.longest_window_s:.2f} s", flush=True)
