"""Rounds of sending and reading: what an answer means for an op, how often it is tried, and when to wait.

An op leaves a round with its result, or open: to be looked at and perhaps sent again in the next.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from connectors.contract import OpResult, Outcome
from connectors.salesforce.results import refused, result
from connectors.salesforce.sending import Sender, Sent
from connectors.salesforce.tasks import Task
from unified_model.errors import UnsiloError

LOCK_WAIT_S = 0.5
"""About how long the first wait for a lock is; it doubles."""


@dataclass(slots=True)
class Exposure:
    """Updates sent without a condition: how many, and how long after their records were read."""

    records: int = 0
    total_s: float = 0.0
    longest_s: float = 0.0

    def add(self, records: int, seconds: float) -> None:
        """So many records, answered so many seconds after they were read."""
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

    def wait(self, seconds: float) -> None:
        """Wait at least so long before the next round."""
        self._wait_s = max(self._wait_s, seconds)

    def send(self, tasks: Sequence[Task], request: Callable[[], Sequence[Sent]], done: Outcome) -> None:
        """One request that sends the `columns` of these tasks; each answer is taken in."""
        for task in tasks:
            task.sent, task.looked = task.columns, False
        try:
            answers = request()
        except UnsiloError:
            for task in tasks:  # nothing of it was applied, or the answer would be `lost`
                task.sent = None
            raise
        for task, answer in zip(tasks, answers, strict=True):
            self._take(task, answer, done)

    def _take(self, task: Task, answer: Sent, done: Outcome) -> None:
        if answer.kind == "done":
            self.settle(task, done, answer.record_id or task.target)
            return
        if answer.kind == "split":
            task.sent, task.apart, task.cause = None, task.apart + 1, answer.cause
            return
        task.tries += 1
        if answer.kind == "lost" or answer.cause is None:
            task.lost = True
            return
        task.sent, task.cause = None, answer.cause
        kind = answer.cause.kind
        if kind in ("locked", "again"):
            task.apart = max(task.apart, 1)
            self.wait(LOCK_WAIT_S * 2 ** (task.tries - 1) * (0.5 + self._chance()))
        elif kind not in ("gone", "moved", "taken", "duplicate", "converted"):
            self.refuse(task)

    def settle(self, task: Task, outcome: Outcome, record_id: str | None, reason: str = "", detail: str = "") -> None:
        """The task is done."""
        if not reason and task.followed:
            reason, detail = "merged_into", f"{task.op.record_id} was merged into {task.target}."
        task.result = result(task.op, outcome, record_id, reason, detail)

    def refuse(self, task: Task) -> None:
        """The last refusal is final."""
        if task.cause is None:
            raise ValueError("nothing was refused")
        task.result = refused(task.op, self.sender.object, task.target, task.cause)

    def give_up(self, task: Task) -> None:
        """Not known, or not now: the engine asks again with the next run."""
        if task.unsure:
            task.result = unknown(task)
        elif task.cause:
            self.refuse(task)
        else:
            task.result = result(task.op, "retry", task.target, "busy", "It is tried again with the next run.")


def unknown(task: Task, why: str = "Its answer was lost, and what became of it can't be read now.") -> OpResult:
    """The result of a task that may have been applied."""
    return result(task.op, "unknown", task.target, "answer_lost", f"{why} The next run looks first.")
