"""Writing to a portal: every op gets its result, each is applied once, and no edit of theirs goes unseen.

    read -> decide -> send -> look at the history of what was sent -> decide what is not certain ...

What is read is compared with what the op believes (`Op.base`) and wants; only properties that differ are sent. A lost
answer is never followed by a blind repeat. What can't be read now is `unknown`, what can't be sent now is `retry`.
Associations are never touched, and nothing is set that an op does not name.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence

from connectors.contract import Op, OpResult
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.creating import create
from connectors.hubspot.deleting import delete
from connectors.hubspot.describing import Describer
from connectors.hubspot.outcomes import result
from connectors.hubspot.refusals import Refusal
from connectors.hubspot.rounds import Exposure, Rounds, unknown
from connectors.hubspot.sending import Sender, WriteOptions
from connectors.hubspot.settings import plural
from connectors.hubspot.tasks import Task, task
from connectors.hubspot.unique_property import UNIQUE_PROPERTY
from connectors.hubspot.updating import update
from unified_model.errors import NeedsOperator, UnsiloError


class HubSpotWriter:
    """Writes through a client. `exposure` tells how long updates were open to edits of others, and what it found."""

    def __init__(
        self,
        client: HubSpotClient,
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
        wrote = False
        try:
            rounds = self._rounds(object, tasks)
            try:
                waiting = [each for each in tasks if each.result is None]
                found = create(rounds, [each for each in waiting if each.op.action in ("create", "upsert")])
                update(rounds, [*found, *(each for each in waiting if each.op.action == "update")])
                delete(rounds, [each for each in waiting if each.op.action == "delete"])
            finally:
                wrote = rounds.sender.wrote
        except UnsiloError as stop:
            if isinstance(stop, NeedsOperator) and not wrote:
                raise
            _leave(tasks, stop)
        return [each.result or unknown(each) for each in tasks]

    def _rounds(self, object: str, tasks: list[Task]) -> Rounds:
        """What sends one call's requests; makes the tasks ready. Names that are new here are asked for once more."""
        name, type = plural(object), self._describer.path_type(object)
        properties = self._describer.properties(object)
        asked = {column for each in tasks for column in (*each.op.changes, *(each.op.guard or ())[:1])}
        if asked - properties.keys():
            properties = self._describer.properties(object, fresh=True)
        own = properties.get(UNIQUE_PROPERTY)
        guarded = own is not None and own.unique and own.writable
        for place, held in enumerate(tasks):
            guard = held.op.guard
            if guard is None and held.op.action == "create" and guarded:
                guard = (UNIQUE_PROPERTY, held.op.id)
            if held.op.action not in ("create", "upsert"):
                guard = None
            tasks[place] = task(place, held.op, name, properties, self._client.settings, guard)
        sender = Sender(self._client, name, type, properties, self._options)
        return Rounds(sender, self.exposure, sleep=self._sleep, chance=self._chance)


def _leave(tasks: Sequence[Task], stop: UnsiloError) -> None:
    """A result for every task when the system fails half way: what may have been applied is unknown, the rest comes
    again."""
    reason = stop.category if isinstance(stop, Refusal) else "not_reached"
    for each in tasks:
        if each.result is None and (each.unsure or each.op.repeated):
            each.result = unknown(each)
        elif each.result is None:
            each.result = result(each.op, "retry", each.target, reason, str(stop))
