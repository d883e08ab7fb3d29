"""Rounds of sending and reading: what an answer means for an op, how often it is tried, and when to wait.

An op leaves a round with its result, or open: to be looked at and perhaps sent again in the next.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from connectors.contract import OpResult, Outcome
from connectors.http.retry import Busy
from connectors.hubspot.outcomes import refused, result
from connectors.hubspot.refusals import LOCK_WAIT_S
from connectors.hubspot.sending import Sender, Sent
from connectors.hubspot.tasks import Task
from unified_model.errors import UnsiloError

AGAIN_WAIT_S = 1.0
"""About how long the first wait is for a portal that could not do it now; it doubles."""
LONGEST_WAIT_S = 16.0
LOCKS_IN_A_ROW = 30
"""So many locked answers, and none other between them, are no matter of single records."""


@dataclass(slots=True)
class Exposure:
    """Updates sent after their records were compared: how many, how long after, and how many edits were overwritten."""

    records: int = 0
    total_s: float = 0.0
    longest_s: float = 0.0
    overwritten: int = 0

    def add(self, records: int, seconds: float) -> None:
        """So many records, answered so many seconds after they began to be read."""
        self.records += records
        self.total_s += records * seconds
        self.longest_s = max(self.longest_s, seconds)

    @property
    def mean_s(self) -> float:
        """Of one record."""
        return self.total_s / self.records if self.records else 0.0


class Rounds:
    """The rounds of one `write`."""

    def __init__(
        self,
        sender: Sender,
        exposure: Exposure,
        *,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.sender, self.exposure, self.monotonic = sender, exposure, monotonic
        self._sleep, self._chance = sleep, chance
        self._wait_s = 0.0
        self._locks = 0

    def begin(self, tasks: Iterable[Task]) -> list[Task]:
        """The tasks still open, after the wait that the last round asked for; what was tried too often is given up."""
        still = []
        for task in tasks:
            if task.result is None and task.tries >= self.sender.options.tries:
                self.give_up(task)
            if task.result is None:
                still.append(task)
        if still and self._wait_s:
            self._sleep(self._wait_s)
        self._wait_s = 0.0
        return still

    def batches(self, tasks: Iterable[Task], body: Callable[[Task], Mapping[str, Any]]) -> Iterator[list[Task]]:
        """Batches by count and by bytes; those that were refused in company travel with fewer and fewer."""
        options = self.sender.options
        batch: list[Task] = []
        held = 0
        for task in sorted(tasks, key=lambda task: -task.most):
            size = len(orjson.dumps(body(task))) + 100
            if batch and (len(batch) >= min(options.records, task.most) or held + size > options.most_bytes):
                yield batch
                batch, held = [], 0
            batch.append(task)
            held += size
        if batch:
            yield batch

    def send(self, tasks: Sequence[Task], request: Callable[[], Sequence[Sent]]) -> None:
        """One request that sends the `columns` of these tasks.

        What is done has `stored`, what is refused has a `cause`: both are for the caller to settle. The rest goes on as
        its answer says.
        """
        for task in tasks:
            task.sent, task.looked, task.stored = task.columns, False, None
        try:
            answers = request()
        except UnsiloError:
            for task in tasks:  # nothing of it was applied, or the answer would be `lost`
                task.sent = None
            raise
        for task, answer in zip(tasks, answers, strict=True):
            self._take(task, answer, len(tasks))
        all_locked = all(answer.cause is not None and answer.cause.kind == "locked" for answer in answers)
        self._locks = self._locks + 1 if all_locked else 0
        if self._locks >= LOCKS_IN_A_ROW:
            raise Busy(f"HubSpot works on all {self.sender.object}.", "It is tried again with the next run.")

    def _take(self, task: Task, answer: Sent, together: int) -> None:
        if answer.kind == "done":
            task.target = answer.record_id or task.target
            task.stored = answer.stored or {}
            return
        if answer.kind == "lost" or answer.cause is None:
            task.lost, task.tries = True, task.tries + 1
            return
        task.sent, kind = None, answer.cause.kind
        # A batch that is refused whole says nothing of each of its records: it is halved, and nobody waits for it.
        task.cause = answer.cause if answer.kind == "refused" or kind == "locked" else None
        if answer.kind == "split" and kind == "locked":
            self._wait_s = max(self._wait_s, LOCK_WAIT_S)
        elif kind in ("locked", "again"):
            task.tries += 1
            least = LOCK_WAIT_S if kind == "locked" else AGAIN_WAIT_S
            self._wait_s = max(self._wait_s, min(least * 2 ** (task.tries - 1), LONGEST_WAIT_S) + self._chance())
        if answer.kind == "split":
            task.most = max(1, together // 2)
        elif kind == "locked":
            task.most = 1
        elif kind == "gone":
            task.tries += 1

    def settle(self, task: Task, outcome: Outcome, record_id: str | None, reason: str = "", detail: str = "") -> None:
        """The task is done."""
        if not reason and task.followed:
            reason, detail = "merged_into", f"{task.op.record_id} was merged into {task.target}."
        task.result = result(task.op, outcome, record_id, reason, detail)

    def conflict(self, task: Task, theirs: Mapping[str, Any], reason: str, what: str) -> None:
        """The task is done: the record holds, or held, something else in these columns."""
        detail = f"{what}: {', '.join(theirs)} of HubSpot {self.sender.object} {task.target}."
        made = result(task.op, "conflict", task.target, reason, detail)
        task.result = made._replace(fields=tuple(theirs), found=dict(theirs))

    def refuse(self, task: Task) -> None:
        """The last refusal is final."""
        if task.cause is None:
            raise ValueError("nothing was refused")
        task.result = refused(task.op, task.target, task.cause)

    def give_up(self, task: Task) -> None:
        """Not known, or not now: the engine asks again with the next run."""
        if task.unsure:
            task.result = unknown(task)
        elif task.cause:
            self.refuse(task)
        else:
            task.result = result(task.op, "retry", task.target, "busy", "It is tried again with the next run.")


def unknown(task: Task, why: str = "") -> OpResult:
    """The result of a task that may have been applied."""
    if not why and task.stored is not None:
        why = "HubSpot did it, and whether an edit of somebody was overwritten can't be seen now."
    told = why or "Its answer was lost, and what became of it can't be read now."
    return result(task.op, "unknown", task.target, "answer_lost", f"{told} The next run looks first.")
