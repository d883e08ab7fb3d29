"""Blind samples: pairs drawn by chance, judged by a person who does not see what the machine thinks of them.

Answers measure models and train them; they change no customer by themselves.
"""

from __future__ import annotations

import csv
import json
import shlex
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from unified_model.errors import UsageError
from unified_model.resolution.decided import decided
from unified_model.resolution.imagined import Progress
from unified_model.store import audit, members, samples
from unified_model.store.engine import Connection, Store
from unified_model.store.samples import Question
from unified_model.use_cases.models.active import keep_shipped
from unified_model.use_cases.models.catalogue import active_model, checked_kind, ready
from unified_model.use_cases.models.known_by import known_by
from unified_model.use_cases.models.strata import draw
from unified_model.use_cases.naming import labels_of, shown

Clock = Callable[[], datetime]
SAID = {"same": "same", "s": "same", "different": "different", "d": "different", "skip": "skip", "": None}


class Drawing(NamedTuple):
    """What was drawn: how many pairs, from strata of which sizes, and how many a decision had answered already."""

    draw: int
    pairs: int
    sizes: dict[str, int]
    drawn: dict[str, int]
    answered: int


class Said(NamedTuple):
    """An answer that was stored. `advice`: a command that would make it true, where the customers are otherwise."""

    number: int
    answer: str
    advice: str | None


def draw_sample(
    store: Store, kind: str, pairs: int, *, seed: int, actor: str, clock: Clock, progress: Progress | None = None
) -> Drawing:
    """Draw pairs of a kind for people to judge; what a decision or an earlier answer says of them is their answer."""
    checked_kind(kind)
    keep_shipped(store, clock)
    now = clock()
    with store.read() as conn:
        model = ready(active_model(conn, kind))
        found = draw(conn, model, pairs, seed, progress)
        keys = members.keys_by_record(conn, sorted({end for pair in found.drawn for end in pair[:2]}))
        told = decided(conn)
        before = {(q.left, q.right): q for q in samples.questions(conn, kind) if q.answer in ("same", "different")}
        number = samples.newest_draw(conn) + 1
    if not found.drawn:
        raise UsageError(f"No two {kind} records of this store share a sign, so there is nothing to judge.")
    made = []
    places = store.allocate("label_sample", len(found.drawn), ordered=True)
    for place, (a, b, weight, stratum) in zip(places, found.drawn, strict=True):
        left, right = sorted((keys[a], keys[b]))
        answered = before.get((left, right))
        said, by = (answered.answer, answered.actor) if answered else (None, None)
        if said is None and (told.kept_apart(a, b) or any(b in group for group in told.together.get(a, ()))):
            said, by = ("different" if told.kept_apart(a, b) else "same"), "decision"
        made.append(
            Question(place, number, kind, left, right, stratum, found.sizes[stratum], weight, model.version, now,
                     said, by, now if said else None)
        )  # fmt: skip
    with store.begin() as work:
        samples.add(work.conn, made)
        told_of = {"kind": kind, "pairs": len(made), "seed": seed}
        audit.append(work.conn, at=now, actor=actor, action="model.sample", subject=f"draw {number}", payload=told_of)
        work.commit()
    drawn = {name: sum(q.stratum == name for q in made) for name in found.sizes}
    return Drawing(number, len(made), found.sizes, drawn, sum(q.answer is not None for q in made))


def open_questions(store: Store, kind: str | None = None, limit: int | None = None) -> list[dict[str, Any]]:
    """Pairs that wait for an answer, as people judge them: both records, and nothing of what the machine thinks."""
    with store.read() as conn:
        waiting = [q for q in samples.questions(conn, kind) if q.answer is None][:limit]
        records = members.records_by_key(conn, sorted({key for q in waiting for key in (q.left, q.right)}))
        known = known_by(conn, sorted(records.values()))
        return [
            {"number": q.id, "kind": q.kind, "a": known[records[q.left]], "b": known[records[q.right]]}
            for q in waiting
            if q.left in records and q.right in records
        ]


def answer_question(store: Store, number: int, said: str, *, actor: str, clock: Clock) -> Said:
    """Store a person's answer (same, different or skip) to a drawn pair; a later answer replaces it."""
    return answer_questions(store, [(number, said)], actor=actor, clock=clock)[0]


def answer_questions(store: Store, answers: Sequence[tuple[int, str]], *, actor: str, clock: Clock) -> list[Said]:
    """Store answers in one transaction. UsageError at the first that answers no drawn pair, and nothing is stored."""
    with store.read() as conn:
        known = {q.id: q for q in samples.questions(conn)}
        for number, said in answers:
            if number not in known:
                raise UsageError(f"No pair {number} was drawn.", "`unsilo model sample --json` lists those that wait.")
            if said not in ("same", "different", "skip"):
                raise UsageError(f"{said!r} is no answer to pair {number}.", "Answer same, different or skip.")
        done = [Said(number, said, _advice(conn, known[number], said)) for number, said in answers]
    with store.begin() as work:
        now = clock()
        for number, said in answers:
            samples.answer(work.conn, number, said, actor, now)
        work.commit()
    return done


def read_answers(path: Path) -> list[tuple[int, str]]:
    """Answers of a CSV file with the columns `number` and `answer`, or of the JSON that `--json` printed, filled in.

    Empty answers are left out.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text.", "Save it as CSV in UTF-8.") from error
    rows: Iterable[Any]
    if text.lstrip().startswith("["):
        try:
            rows = json.loads(text)
        except ValueError as error:
            raise UsageError(f"{path} is not JSON: {error}.") from error
    else:
        reader = csv.DictReader(text.splitlines())
        if missing := {"number", "answer"} - set(reader.fieldnames or ()):
            raise UsageError(f"{path} has no column {min(missing)!r}.", "It needs the columns number and answer.")
        rows = reader
    return [answer for place, row in enumerate(rows, 1) if (answer := _answer(path, place, row)) is not None]


def _answer(path: Path, place: int, row: Any) -> tuple[int, str] | None:
    told = row if isinstance(row, dict) else {}
    text = str(told.get("answer") or "").strip().lower()
    number = str(told.get("number") or "").strip()
    if text not in SAID or not number.isdecimal():
        raise UsageError(
            f"{path}, entry {place}: {text!r} for pair {number!r} is no answer.", "Write same, different or skip."
        )
    said = SAID[text]
    return None if said is None else (int(number), said)


def _advice(conn: Connection, question: Question, said: str) -> str | None:
    """The command that would make an answer true where today's customers say otherwise."""
    keys = (question.left, question.right)
    records = members.records_by_key(conn, keys)
    belongs = members.customers_of(conn, sorted(records.values()))
    customers = [belongs[records[key]][0] for key in keys if records.get(key) in belongs]
    if len(customers) < 2 or said == "skip":
        return None
    labels = labels_of(conn)
    left, right = (shown(key, labels) for key in keys)
    together = customers[0] == customers[1]
    if said == "different" and together:
        return f"unsilo unmerge {shlex.quote(right)}"
    if said == "same" and not together:
        return f"unsilo decide {shlex.join((left, right))} same"
    return None
