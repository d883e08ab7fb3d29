"""What the demo tells, chapter by chapter. Everything shown comes out of the real commands."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from typing import Any

from rich.text import Text

from console.commands.decide import show_side
from console.demo.measure import b_cubed, pairwise
from console.demo.picture import gauge, overlap
from console.demo.stage import Stage
from console.demo.systems import Starting, System
from console.output import number, print_table
from console.progress import at_terminal
from unified_model.errors import UsageError

RECORDS = "select source, record_id, customer_id from crosswalk where kind = 'person'"
OVERLAP = "select sources, customers from silo_overlap"
SHOWCASE = """
select c.customer_id
from customer_360 c
where c.kind = 'person' and c.source_count = 3 and c.record_count between 3 and 5
  and c.email is not null and c.phone is not null and c.job_title is not null
order by c.record_count desc, c.display_name
limit 1
"""


def generate(stage: Stage, starting: Sequence[Starting], people: int, seed: int) -> list[System]:
    """One population in three systems, with the habits of each and the dirt of a trade fair."""
    from simulators.__main__ import main as simulate

    stage.out.print(Text("Unsilo: three CRMs, one customer store", "bold"))
    stage.say(f"{people:,} people who never existed are customers of one company. It keeps them in three places,")
    stage.say("each with its own spelling, its own gaps and its own duplicates. Nobody knows who is who.\n")
    with redirect_stdout(io.StringIO()) as said:
        code = simulate(["people", "--people", str(people), "--seed", str(seed), "--out", str(stage.exports)])
    if code:
        raise UsageError("The exports could not be generated.", said.getvalue())
    for name in ("salesforce_contacts.csv", "hubspot_contacts.csv"):
        (stage.exports / name).unlink()  # the same people are in the org, and in the portal
    systems = [each.wait() for each in starting]
    rows = [
        (system.url, f"{system.kind.says}: {name} over its API", system.counts[name])
        for system in systems
        for name in system.kind.shown
    ]
    fair = "trade_fair.csv"
    rows.append((fair, "a trade fair's list, with semicolons and broken lines in it", _lines(stage, fair)))
    print_table(("where", "what it is", "records"), rows)
    return systems


def consolidate(stage: Stage, systems: Sequence[System]) -> None:
    """Two commands: look, then sync; a CRM takes a few lines of settings."""
    stage.heading("Two commands")
    stage.command("init", str(stage.exports), "--yes")
    stage.say("\nA CRM takes four or five lines of unsilo.toml, and a secret in the environment:\n")
    sections = "\n".join(system.section for system in systems)
    stage.out.print(Text("\n".join(f"  {line}" for line in sections.splitlines()), "cyan"))
    with stage.settings.open("a", encoding="utf-8") as file:
        file.write(f"\n{sections}")
    stage.out.print()
    if at_terminal():
        stage.command("sync", "--reconcile", hidden=("--in-process",))
        return
    from console.commands.run import show_report

    stage.out.print(Text.assemble(("$ ", "green"), ("unsilo sync --reconcile", "bold")))
    show_report(_report(stage.answer("sync", "--reconcile", "--in-process")))


def show_what_was_read(stage: Stage) -> None:
    """Nothing is lost: the balance, and what was set aside with its reason."""
    stage.heading("Nothing is lost")
    stage.say("read = stored + unchanged + repeated + set aside. A line that can't be read is kept, with its reason:\n")
    stage.command("dead-letters", "list")


def show_duplicates(stage: Stage) -> None:
    """Customers found, duplicates within each system and across them, pairs that wait."""
    stage.heading("Who is who")
    rows = stage.query(RECORDS)
    records = Counter(row["source"] for row in rows)
    known: dict[str, set[str]] = {}
    for row in rows:
        known.setdefault(row["source"], set()).add(row["customer_id"])
    customers = {row["customer_id"] for row in rows}
    print_table(
        ("system", "records", "customers in it", "duplicates within"),
        [(name, records[name], len(known[name]), records[name] - len(known[name])) for name in sorted(known)],
    )
    across = sum(len(found) for found in known.values()) - len(customers)
    stage.out.print(
        f"{number(len(rows), 'record')} are {number(len(customers), 'person', 'persons')}; "
        f"{across:,} duplicates lie across systems,\nwhere no single system can see them."
    )
    pairs = stage.query("select count(*) as pairs from review where kind = 'person'")[0]["pairs"]
    stage.out.print(f"{number(pairs, 'doubtful pair')} of records wait for a person instead of being guessed at.")


def show_overlap(stage: Stage) -> None:
    """How much the silos have in common, as a picture."""
    stage.heading("How the silos overlap")
    found = [(frozenset(json.loads(row["sources"])), int(row["customers"])) for row in stage.query(OVERLAP)]
    systems = sorted(frozenset().union(*(known for known, _ in found)))
    for line in overlap(found, systems):
        stage.out.print(line)


def explain_one(stage: Stage) -> None:
    """One customer, field by field, then one field in depth."""
    stage.heading("Every value explains itself")
    found = stage.query(SHOWCASE)
    if not found:
        stage.say("Nobody here is known to all three systems; try more people.")
        return
    customer = found[0]["customer_id"]
    stage.command("explain", customer)
    stage.command("explain", customer, "--field", "email")


def decide_and_undo(stage: Stage) -> None:
    """A person joins a doubtful pair, takes that back, and changes their mind once more."""
    stage.heading("Every merge can be undone")
    waiting = stage.answer("review", "--kind", "person", "--limit", "20")
    if not waiting:
        stage.say("No pair is waiting.")
        return
    pair = (waiting[0]["a"]["record"], waiting[0]["b"]["record"])
    stage.out.print("The machine was not sure about these two:\n")
    show_side(waiting[0]["a"])
    show_side(waiting[0]["b"])
    stage.out.print()
    before = _customers_of(stage, pair)
    stage.command("decide", *pair, "same", "--reason", "checked by telephone")
    joined = _customers_of(stage, pair)
    _tell(stage, "before", before, "now", joined)
    number_ = stage.answer("review", "--decided", "--limit", "1")[0]["number"]
    stage.command("undo", str(number_), "--reason", "it was her sister")
    undone = _customers_of(stage, pair)
    _tell(stage, "before the merge", before, "after its undo", undone)
    if undone != before:
        raise UsageError("The undo did not bring back the state before.", "Please report this.")
    number_ = stage.answer("review", "--decided", "--limit", "1")[0]["number"]
    stage.command("undo", str(number_), "--reason", "it was her after all")
    _tell(stage, "with the merge", joined, "now", _customers_of(stage, pair))


def measure(stage: Stage, systems: Sequence[System]) -> None:
    """Against the known truth, which no matcher ever sees."""
    stage.heading("How right is it?")
    truth = {record: person for system in systems for record, person in system.persons().items()}
    with (stage.exports / "truth.csv").open(encoding="utf-8", newline="") as file:
        exported = csv.DictReader(file)
        truth |= {(row["file"].removesuffix(".csv"), row["record_id"]): row["person_id"] for row in exported}
    found = {(row["source"], row["record_id"]): row["customer_id"] for row in stage.query(RECORDS)}
    pairs, average = pairwise(found, truth), b_cubed(found, truth)
    people = len({truth[record] for record in truth if record in found})
    stage.say(f"The generator knows which of these records are which of {people:,} people. Measured against that:\n")
    stage.out.print(gauge("pairs joined rightly", pairs.precision, "precision, pairwise after closure"))
    stage.out.print(gauge("pairs found", pairs.recall, "recall, pairwise after closure"))
    stage.out.print(gauge("B-cubed precision", average.precision, "of the average record's cluster"))
    stage.out.print(gauge("B-cubed recall", average.recall, "of the average record's person"))
    stage.out.print(f"\n  F1 {pairs.f1:.3f} pairwise, {average.f1:.3f} B-cubed. No rule was written, nothing trained.")


def farewell(stage: Stage, seconds: float) -> None:
    """Where to look further."""
    stage.heading("Yours to look around")
    for words in (
        "status",
        "review",
        'query "select * from customer_360 limit 5"',
        f"export --to {stage.folder / 'out'}",
    ):
        command = f"unsilo {words} --settings {stage.settings}"
        stage.out.print(Text.assemble(("  $ ", "green"), command))
    stage.out.print()
    stage.say("The command lies in .venv/bin. Your own exports: unsilo init PATH.")
    stage.say("Your own CRMs: docs/salesforce.md, docs/hubspot.md.")
    stage.say(f"This took {seconds:,.0f} seconds; the simulated systems end with it.")


def _lines(stage: Stage, name: str) -> int:
    with (stage.exports / name).open("rb") as file:
        return sum(1 for _ in file) - 1


def _customers_of(stage: Stage, records: tuple[str, ...]) -> tuple[str, ...]:
    """The customer each of the records belongs to."""
    return tuple(str(stage.answer("explain", record)["customer_id"]) for record in records)


def _tell(stage: Stage, first: str, one: tuple[str, ...], second: str, other: tuple[str, ...]) -> None:
    for when, customers in ((first, one), (second, other)):
        distinct = list(dict.fromkeys(customers))
        ids = " and ".join(f"…{customer[-8:]}" for customer in distinct)  # they begin alike
        stage.out.print(f"  {when}: {number(len(distinct), 'customer')}, {ids}", style="cyan")
    stage.out.print()


def _report(answer: Mapping[str, Any]) -> Any:
    from flows.reports import PullReport, ResolveReport, SyncReport

    pulls = tuple(PullReport(**pull) for pull in answer["pulls"])
    resolve = ResolveReport(**answer["resolve"]) if answer["resolve"] else None
    return SyncReport(pulls, resolve, answer["seconds"])
