"""Creates: sent once, and looked for by their unique property whenever it is not certain that they are not there yet.

The portal refuses a second record of the same unique value, so that not even a request that arrives late makes two. A
contact without an e-mail and a company have nothing else that guards them; a contact with one has that besides.
"""

from __future__ import annotations

from collections.abc import Sequence

from connectors.hubspot.rounds import Rounds, unknown
from connectors.hubspot.taken import EMAIL, explain
from connectors.hubspot.tasks import Task
from connectors.hubspot.upserting import look


def create(rounds: Rounds, tasks: Sequence[Task]) -> list[Task]:
    """Bring every task to its result; upserts that found their record come back with it, to be updated."""
    found: list[Task] = []
    for task in tasks:
        task.columns = {name: value for name, value in task.values.items() if value}
    while waiting := rounds.begin(task for task in tasks if task.target is None):
        looking = [task for task in waiting if task.guard and _looks(task)]
        if looking:
            look(rounds, looking)
        for task in waiting:
            if task.result is None and task.guard is None and task.maybe_before:
                _without_guard(rounds, task)
        explain(rounds, [task for task in waiting if task.result is None and _is_final(task)])
        found += [task for task in waiting if task.result is None and task.target is not None]
        sending = [task for task in waiting if task.result is None and task.target is None]
        for batch in rounds.batches(_first_of_each(sending), lambda task: task.columns):
            _send(rounds, batch)
    return found


def _looks(task: Task) -> bool:
    """Whether a record with the task's unique value has to be looked for before anything is sent."""
    taken = task.cause is not None and task.cause.kind == "taken"
    return not task.looked and (task.unsure or taken or task.op.repeated or task.op.action == "upsert")


def _is_final(task: Task) -> bool:
    """Refused, and not because it is there already."""
    if task.cause is None or task.cause.kind not in ("taken", "rejected"):
        return False
    return task.cause.kind == "rejected" or task.looked or not task.guard


def _without_guard(rounds: Rounds, task: Task) -> None:
    """Nothing tells whether it was created before. A contact's e-mail keeps out a second one; else it stays unknown."""
    if rounds.sender.object == "contacts" and task.columns.get(EMAIL):
        task.sent = None
    else:
        task.result = unknown(task, "It may have been created before, and without a unique property nothing tells.")


def _first_of_each(tasks: Sequence[Task]) -> list[Task]:
    """The tasks without those that would make a record for one unique value a second time: they look again."""
    first: dict[object, Task] = {}
    chosen = []
    for task in tasks:
        key = (task.guard[0], task.guard[1].casefold()) if task.guard else task.place
        if first.setdefault(key, task) is task:
            chosen.append(task)
        else:
            task.looked = False
            task.tries += 1
    return chosen


def _send(rounds: Rounds, tasks: Sequence[Task]) -> None:
    records = [task.columns for task in tasks]
    rounds.send(tasks, lambda: rounds.sender.create(records, [task.guard for task in tasks]))
    for task in tasks:
        if task.stored is not None:
            rounds.settle(task, "created", task.target)
        elif task.cause and task.cause.kind == "gone":
            rounds.refuse(task)
