"""A value that only one record may have, and another has it: which record that is.

The portal's words may name it, but are only a hint: the record is looked up by the value itself. A contact is found by
its additional addresses too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.hubspot.deciding import Row
from connectors.hubspot.describing import Property
from connectors.hubspot.rounds import Rounds
from connectors.hubspot.tasks import Task

EMAIL = "email"
ADDITIONAL = "hs_additional_emails"


def is_unique(object: str, known: Property) -> bool:
    """Whether no two records may hold the same value of a property."""
    return known.unique or (object == "contacts" and known.name == EMAIL)


def explain(rounds: Rounds, tasks: Sequence[Task]) -> None:
    """Settle tasks that were refused for good: as `duplicate` beside the record in their way, or as refused."""
    others: dict[Task, tuple[str, str]] = {}
    for column in sorted({name for task in tasks for name in task.columns if _telling(rounds, task, name)}):
        asking = [task for task in tasks if task.columns.get(column) and task not in others]
        found = holders(rounds, column, [task.columns[column] for task in asking])
        for task in asking:
            holder = found.get(task.columns[column].strip().casefold())
            if holder is not None and holder.id != task.target:
                others[task] = (column, holder.id)
    _ask_hints(rounds, [task for task in tasks if task not in others], others)
    for task in tasks:
        rounds.refuse(task)
        if task in others and task.result is not None and task.cause is not None:
            column, other = others[task]
            detail = (
                f"{task.cause.message} HubSpot {rounds.sender.object} {other} has this {column or 'value'} already."
            )
            fields = (column,) if column else task.cause.fields
            task.result = task.result._replace(outcome="duplicate", other_id=other, fields=fields, detail=detail)


def holders(rounds: Rounds, column: str, values: Sequence[str]) -> Mapping[str, Row]:
    """Who holds these values of a unique property, by value without regard to case."""
    email = rounds.sender.object == "contacts" and column == EMAIL
    found: dict[str, Row] = {}
    for row in rounds.sender.by_value(column, values, (ADDITIONAL,) if email else ()):
        held = [row.values.get(column), *(str(row.values.get(ADDITIONAL) or "").split(";") if email else ())]
        found.update((str(each).strip().casefold(), row) for each in held if each)
    return found


def _telling(rounds: Rounds, task: Task, column: str) -> bool:
    """Whether the refusal can be about this column."""
    if not task.columns.get(column) or not is_unique(rounds.sender.object, rounds.sender.properties[column]):
        return False
    named = task.cause.fields if task.cause and task.cause.kind == "rejected" else ()
    return not named or column in named


def _ask_hints(rounds: Rounds, tasks: Sequence[Task], others: dict[Task, tuple[str, str]]) -> None:
    """Records that only the portal's words name: whether they are there."""
    hints = {task: task.cause.hint for task in tasks if task.cause and task.cause.hint}
    if hints:
        rows = rounds.sender.rows(list(hints.values()), ())
        others.update((task, ("", rows[hint].id)) for task, hint in hints.items() if hint in rows)
