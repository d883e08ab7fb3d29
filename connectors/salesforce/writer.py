"""Writing to an org: every op gets its result, each is applied once, and nobody's edit is overwritten unseen.

    read -> decide -> send -> read what is not certain -> decide ...

What is read is compared with what the op believes (`Op.base`) and wants; only columns that differ are sent. A lost
answer is never followed by a blind repeat. What can't be read now is `unknown`, what can't be sent now is `retry`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence

from connectors.contract import Op, OpResult
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.creating import create
from connectors.salesforce.deleting import delete
from connectors.salesforce.describing import Describer
from connectors.salesforce.refusals import SCHEMA_DRIFT, Refusal
from connectors.salesforce.results import result
from connectors.salesforce.rounds import Exposure, Rounds, unknown
from connectors.salesforce.sending import Sender, WriteOptions
from connectors.salesforce.tasks import Task, task
from connectors.salesforce.updating import update
from unified_model.errors import NeedsOperator, UnsiloError


class SalesforceWriter:
    """Writes through a client. `exposure` tells of updates that were sent without a condition."""

    def __init__(
        self,
        client: SalesforceClient,
        describer: Describer | None = None,
        options: WriteOptions | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._client = client
        self._describer = describer or Describer(client)
        self._options = options or WriteOptions()
        self._sleep, self._chance = sleep, chance
        self.exposure = Exposure()

    def write(self, object: str, ops: Sequence[Op]) -> list[OpResult]:
        """Apply the ops; one result for each, in their order.

        Ops on one record are applied one after the other, creates before updates before deletes. NeedsOperator is
        raised only while nothing can have been applied; later, and for what passes, the rest is `retry` or `unknown`.
        """
        tasks: list[Task] = [Task(place, op, {}, op.record_id) for place, op in enumerate(ops)]
        if not tasks:
            return []
        attempt = _Attempt(tasks)
        try:
            attempt.run(self, object, fresh=False)
        except UnsiloError as stop:
            if not isinstance(stop, Refusal) or stop.code not in SCHEMA_DRIFT:
                return attempt.left_over(stop)
            try:  # a column is there no longer: see what is, and go on with that
                attempt.run(self, object, fresh=True)
            except UnsiloError as again:
                return attempt.left_over(again)
        return attempt.results()

    def rounds(self, object: str, *, fresh: bool) -> tuple[Rounds, str | None]:
        """What sends one call's requests, and how ids of the object begin."""
        if fresh:
            self._describer.forget(object)
        body = self._describer.describe(object)
        fields = {str(field["name"]): field for field in body["fields"]}
        sender = Sender(self._client, object, fields, self._options)
        return Rounds(sender, self.exposure, sleep=self._sleep, chance=self._chance), body.get("keyPrefix")


class _Attempt:
    """The tasks of one call, and what is known of them when it has to stop."""

    def __init__(self, tasks: list[Task]) -> None:
        self._tasks = tasks
        self._wrote = False

    def run(self, writer: SalesforceWriter, object: str, *, fresh: bool) -> None:
        """All tasks without a result, from where they are."""
        rounds, prefix = writer.rounds(object, fresh=fresh)
        for place, held in enumerate(self._tasks):
            if held.result is None:
                made = task(held.place, held.op, object, rounds.sender.fields, prefix)
                made.sent, made.row, made.lost, made.tries = held.sent, held.row, held.lost, held.tries
                self._tasks[place] = made
        waiting = [each for each in self._tasks if each.result is None]
        try:
            found = create(rounds, [each for each in waiting if each.op.action in ("create", "upsert")])
            update(rounds, [*found, *(each for each in waiting if each.op.action == "update")])
            delete(rounds, [each for each in waiting if each.op.action == "delete"])
        finally:
            self._wrote = self._wrote or rounds.sender.wrote

    def left_over(self, stop: UnsiloError) -> list[OpResult]:
        """Every task's result after the system failed: what may have been applied is unknown, the rest comes again."""
        if isinstance(stop, NeedsOperator) and not self._wrote:
            raise stop
        for each in self._tasks:
            if each.result is None and (each.unsure or each.op.repeated):
                each.result = unknown(each)
            elif each.result is None:
                each.result = result(each.op, "retry", each.target, _reason(stop), str(stop))
        return self.results()

    def results(self) -> list[OpResult]:
        """One a task, in order."""
        return [each.result or unknown(each) for each in self._tasks]


def _reason(stop: UnsiloError) -> str:
    return stop.code if isinstance(stop, Refusal) else "not_reached"
