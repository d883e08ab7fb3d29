"""People decide: same, different, which value of a field; and take it back. Decisions are appended, never edited.

A decision is stored with its audit entry and puts the records it speaks of into the resolve queue; the next resolve
makes it true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from unified_model.errors import UsageError
from unified_model.records import NaturalKey
from unified_model.store import audit, decisions, golden_rows, members, queue
from unified_model.store.decisions import Decision
from unified_model.store.engine import Connection, Store
from unified_model.use_cases.naming import Subject, find_subject, labels_of, shown

Clock = Callable[[], datetime]
Check = Callable[[Sequence[Decision]], None]
"""Told all decisions, the one to be made last; raises UsageError when that cannot be."""
MOST_GROUPS = 100
"""A split into more groups is no answer of a person who looked at each."""


def decide(store: Store, a: str, b: str, kind: str, *, actor: str, reason: str | None, clock: Clock) -> Decision:
    """`same` or `different` for two customers or records, named as people name them. Refuses contradictions."""
    if kind not in ("same", "different"):
        raise UsageError(f"{kind!r} is no decision.", "Decide `same` or `different`.")
    with store.read() as conn:
        left, right = find_subject(conn, a), find_subject(conn, b)
        left, right = _widened(conn, left, right), _widened(conn, right, left)
        _check_comparable(conn, left, right)
        decisions_now = decisions.all_decisions(conn)
        labels = labels_of(conn)
    (number,) = store.allocate("decision", 1, ordered=True)
    made = Decision(
        number, kind, tuple(sorted(left.keys)), tuple(sorted(right.keys)), None, None, None, actor, reason, clock()
    )
    _store(store, made, (*left.records, *right.records), decisions_now, _against_contradiction(made, labels))
    return made


def undo(store: Store, number: int, *, actor: str, reason: str | None, clock: Clock) -> Decision:
    """Take a decision back, or an undo. The store is then as if the decision had never been made."""
    with store.read() as conn:
        known = decisions.all_decisions(conn)
        target = next((d for d in known if d.id == number), None)
        if target is None:
            raise UsageError(f"There is no decision {number}.", "`unsilo review --decided` lists them.")
        subject = _subject_of(known, target)
        records = members.records_by_key(conn, [*subject.left, *subject.right])
        labels = labels_of(conn)
    (fresh,) = store.allocate("decision", 1, ordered=True)
    made = Decision(fresh, "undo", target.left, target.right, None, None, number, actor, reason, clock())

    def check(every: Sequence[Decision]) -> None:
        if number in decisions.undone(every[:-1]):
            raise UsageError(
                f"Decision {number} is undone already.",
                f"Undo the undo to have it again: {_undoer(every[:-1], number)}.",
            )
        _refuse_contradiction(every, subject, labels)

    _store(store, made, tuple(records.values()), known, check)
    return made


def unmerge(store: Store, name: str, *, actor: str, reason: str | None, clock: Clock) -> Decision:
    """Take a record out of its customer for good: it differs from all the others there.

    A customer of two records may be named by its id. What people joined is taken back by `undo` instead.
    """
    with store.read() as conn:
        subject = find_subject(conn, name)
        whole = find_subject(conn, subject.customer_id) if subject.customer_id else subject
        labels = labels_of(conn)
        if len(whole.keys) < 2:
            raise UsageError(f"{name} stands alone; there is nothing to unmerge.")
        if subject.is_customer and len(whole.keys) > 2:
            choices = ", ".join(shown(key, labels) for key in whole.keys)
            raise UsageError(f"{name} holds {len(whole.keys)} records.", f"Say which one leaves: {choices}.")
        out = (whole.keys[-1],) if subject.is_customer else subject.keys
        rest = tuple(key for key in whole.keys if key not in out)
        known = decisions.all_decisions(conn)
    (number,) = store.allocate("decision", 1, ordered=True)
    made = Decision(
        number, "different", tuple(sorted(out)), tuple(sorted(rest)), None, None, None, actor, reason, clock()
    )
    _store(store, made, whole.records, known, _against_contradiction(made, labels))
    return made


def split(
    store: Store,
    name: str,
    groups: Sequence[Sequence[str]],
    *,
    actor: str,
    reason: str | None,
    clock: Clock,
) -> Decision:
    """Tear a customer into groups of its records, each somebody else, by one decision that one undo takes back.

    `name`: the customer, by its id or any of its records. `groups`: the records that leave, group by group; those not
    named stay together as one more. No group: every record for itself.
    """
    with store.read() as conn:
        subject = find_subject(conn, name)
        whole = find_subject(conn, subject.customer_id) if subject.customer_id else subject
        labels = labels_of(conn)
        if len(whole.keys) < 2:
            raise UsageError(f"{name} stands alone; there is nothing to split.")
        leaving = [{record: find_subject(conn, record) for record in group} for group in groups]
        known = decisions.all_decisions(conn)
    parts = _parts(whole, name, leaving, labels) if groups else [[key] for key in whole.keys]
    if len(parts) > MOST_GROUPS:
        raise UsageError(
            f"{name} would be split into {len(parts)} customers; {MOST_GROUPS} at once is the limit.",
            "Split it in steps, or look why so many records were joined: `unsilo explain` tells the links.",
        )
    (number,) = store.allocate("decision", 1, ordered=True)
    told = [[list(key) for key in sorted(part)] for part in sorted(parts)]
    made = Decision(number, "split", tuple(sorted(whole.keys)), (), None, told, None, actor, reason, clock())
    _store(store, made, whole.records, known, _against_contradiction(made, labels))
    return made


def _parts(
    whole: Subject, name: str, leaving: Sequence[Mapping[str, Subject]], labels: dict[str, str]
) -> list[list[NaturalKey]]:
    """The groups a split makes, those that stay together last."""
    taken: dict[NaturalKey, int] = {}
    for number, group in enumerate(leaving):
        for record, found in group.items():
            if found.is_customer or found.keys[0] not in whole.keys:
                raise UsageError(f"{record} is no record of customer {name}.", f"`unsilo explain {name}` lists them.")
            if taken.setdefault(found.keys[0], number) != number:
                raise UsageError(f"{shown(found.keys[0], labels)} is in two groups.", "Name each record once.")
    parts = [[key for key in whole.keys if taken.get(key) == number] for number in range(len(leaving))]
    rest = [key for key in whole.keys if key not in taken]
    parted = [part for part in (*parts, rest) if part]
    if len(parted) < 2:
        raise UsageError(
            f"All records of {name} are in one group; that splits nothing.", "Name the records that leave."
        )
    return parted


def choose_field(
    store: Store, customer: str, field: str, record: str, *, actor: str, reason: str | None, clock: Clock
) -> Decision:
    """A person picks whose value of a field is golden: the named member record's, for as long as it offers one.

    The customer may be named by its id or by any of its records.
    """
    with store.read() as conn:
        whole, winner = find_subject(conn, customer), find_subject(conn, record)
        if whole.customer_id is not None:
            whole = find_subject(conn, whole.customer_id)
        kind = members.records_by_id(conn, whole.records[:1])[whole.records[0]].kind
        if winner.is_customer or winner.keys[0] not in whole.keys:
            raise UsageError(
                f"{record} is no record of customer {customer}.", f"`unsilo explain {customer}` lists them."
            )
        choosable = set(golden_rows.golden_columns(kind)) - {"customer_id", "provenance", "display_name"}
        if field not in choosable:
            raise UsageError(f"There is no field {field!r}.", f"Fields: {', '.join(sorted(choosable))}.")
    (number,) = store.allocate("decision", 1, ordered=True)
    made = Decision(number, "field_choice", whole.keys, (), field, list(winner.keys[0]), None, actor, reason, clock())
    _store(store, made, whole.records, (), None)
    return made


def _widened(conn: Connection, one: Subject, other: Subject) -> Subject:
    """A record of another customer stands for its whole customer; within one customer only for itself."""
    if one.is_customer or one.customer_id is None or one.customer_id == other.customer_id:
        return one
    return find_subject(conn, one.customer_id)


def _check_comparable(conn: Connection, left: Subject, right: Subject) -> None:
    if set(left.keys) & set(right.keys):
        raise UsageError("Both names stand for the same records.", "Name two records, or two customers.")
    found = members.records_by_id(conn, [left.records[0], right.records[0]])
    if len({member.kind for member in found.values()}) > 1:
        raise UsageError("A person and an organization are never one customer.", "Name two of a kind.")


def _store(
    store: Store, made: Decision, records: Sequence[int], known: Sequence[Decision], check: Check | None
) -> None:
    """Store a decision that `check` has nothing against, beside those known and those made since by others."""
    if check:
        check([*known, made])
    (seq,) = store.allocate("queue", 1)
    cause = f"undo {made.id} of decision {made.supersedes}" if made.kind == "undo" else f"decision {made.id}"
    with store.begin() as work:
        decisions.one_at_a_time(work.conn)
        if check and decisions.count(work.conn) != len(known):
            check([*decisions.all_decisions(work.conn), made])
        decisions.append(work.conn, made)
        queue.enqueue(work.conn, dict.fromkeys(records, queue.VALUES), seq, cause)
        told = {"left": [list(k) for k in made.left], "right": [list(k) for k in made.right], "field": made.field}
        if made.groups:
            told["groups"] = made.value
        audit.append(
            work.conn, at=made.made_at, actor=made.actor, action=made.kind, subject=f"decision {made.id}",
            payload={**told, "reason": made.reason, "supersedes": made.supersedes},
        )  # fmt: skip
        work.commit()


def _undoer(known: Sequence[Decision], number: int) -> int:
    return max(made.id for made in known if made.kind == "undo" and made.supersedes == number)


def _subject_of(known: Sequence[Decision], target: Decision) -> Decision:
    """The decision that an undo, or an undo of an undo, is about."""
    by_id = {made.id: made for made in known}
    while target.kind == "undo" and target.supersedes is not None:
        target = by_id[target.supersedes]
    return target


def _against_contradiction(made: Decision, labels: dict[str, str]) -> Check:
    return lambda every: _refuse_contradiction(every, made, labels)


def _refuse_contradiction(known: Sequence[Decision], made: Decision, labels: dict[str, str]) -> None:
    """A `same` and a `different` that cannot both hold are refused when the second is made."""
    standing = decisions.standing(known)
    together = _groups([d for d in standing if d.kind == "same"])
    for other in (d for d in standing if d.apart):
        leads: dict[NaturalKey, tuple[int, NaturalKey]] = {}
        for number, group in enumerate(_sides(other)):
            for key in group:
                met, clash = leads.setdefault(together.get(key, key), (number, key))
                if met == number:
                    continue
                raise UsageError(
                    f"{shown(clash, labels)} and {shown(key, labels)} cannot be the same and different at once: "
                    f"this contradicts {_opponents(standing, other, made)}.",
                    "Undo that decision first.",
                )


def _sides(made: Decision) -> Sequence[Sequence[NaturalKey]]:
    """The groups that a decision keeps apart."""
    return made.groups or (made.left, made.right)


def _opponents(standing: Sequence[Decision], different: Decision, made: Decision) -> str:
    if different.id != made.id:
        return f"decision {different.id}"
    mine = {*made.left, *made.right}
    numbers = [str(d.id) for d in standing if d.kind == "same" and mine & {*d.left, *d.right}]
    return f"decision {', '.join(numbers)}"


def _groups(same: Sequence[Decision]) -> dict[NaturalKey, NaturalKey]:
    """Record -> the lowest record of the group that `same` decisions make of it."""
    lead: dict[NaturalKey, NaturalKey] = {}
    for made in same:
        held = {lead.get(key, key) for key in (*made.left, *made.right)}
        lowest = min(held)
        for key in {*made.left, *made.right, *(k for k, v in lead.items() if v in held)}:
            lead[key] = lowest
    return lead
