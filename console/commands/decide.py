"""`unsilo review`, `decide`, `undo`, `unmerge`, `split`: what a person settles, and takes back."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from console.options import Call, Command, actor_option, json_option
from console.output import number, print_json, print_table, visible

if TYPE_CHECKING:
    from flows.hub import Hub
    from unified_model.store.decisions import Decision

reason_option = click.option("--reason", help="Why, in your words; kept with the decision.")
later_option = click.option("--later", is_flag=True, help="Only note it; `unsilo resolve` makes it true.")
_TELLING = ("display_name", "email", "phone", "company", "locality")


@click.command(
    cls=Command,
    examples="""
    unsilo review
    unsilo review --limit 100 --json
    unsilo review --decided
    """,
)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(min=1), help="At most so many.")
@click.option("--kind", type=click.Choice(["person", "organization"]), help="Only persons, or only organizations.")
@click.option("--decided", is_flag=True, help="Decisions made, instead of pairs waiting.")
@json_option
@click.pass_obj
def review(call: Call, limit: int, kind: str | None, decided: bool, as_json: bool) -> None:
    """Doubtful pairs that wait for a person, the likeliest first."""
    from flows.hub import open_hub
    from unified_model.use_cases.review import list_decisions, list_reviews

    with open_hub(call.settings(), upgrade="never") as hub:
        rows = list_decisions(hub.store, limit) if decided else list_reviews(hub.store, limit, kind)
    if as_json:
        print_json(rows)
    elif not rows:
        click.echo("No decision has been made yet." if decided else "No pair is waiting.")
    elif decided:
        _show_decisions(rows)
    else:
        show_reviews(rows)


@click.command(
    cls=Command,
    examples="""
    unsilo decide crm/0035g00001 fair/B00000017 same
    unsilo decide 8c1f0e... 51aa09... different --reason "father and son"
    unsilo decide 8c1f0e... fair/B00000017 field email --reason "she told us"
    """,
)
@click.argument("a")
@click.argument("b")
@click.argument("kind", type=click.Choice(["same", "different", "field"]))
@click.argument("field", required=False)
@reason_option
@actor_option
@later_option
@json_option
@click.pass_obj
def decide(
    call: Call, a: str, b: str, kind: str, field: str | None, reason: str | None, actor: str, later: bool, as_json: bool
) -> None:
    """Say that A and B are the same, or different; or that customer A takes a field's value from record B.

    The answer lasts: it stands above what the machine thinks, through every re-import, until it is undone.
    """
    from unified_model.use_cases import decide as deciding

    if (kind == "field") != (field is not None):
        raise click.UsageError("Write `decide CUSTOMER RECORD field NAME`, or `decide A B same` (or different).")

    def make(hub: Hub) -> Decision:
        if field is not None:
            return deciding.choose_field(hub.store, a, field, b, actor=actor, reason=reason, clock=hub.clock)
        return deciding.decide(hub.store, a, b, kind, actor=actor, reason=reason, clock=hub.clock)

    _carry_out(call, make, later, as_json)


@click.command(
    cls=Command,
    examples="""
    unsilo undo 12
    unsilo undo 12 --reason "wrong Smith"
    """,
)
@click.argument("number_", metavar="DECISION", type=int)
@reason_option
@actor_option
@later_option
@json_option
@click.pass_obj
def undo(call: Call, number_: int, reason: str | None, actor: str, later: bool, as_json: bool) -> None:
    """Take a decision back; everything is then as if it had never been made. An undo can be undone too.

    `unsilo review --decided` lists the decisions with their numbers.
    """
    from unified_model.use_cases import decide as deciding

    _carry_out(
        call,
        lambda hub: deciding.undo(hub.store, number_, actor=actor, reason=reason, clock=hub.clock),
        later,
        as_json,
    )


@click.command(
    cls=Command,
    examples="""
    unsilo unmerge fair/B00000017
    unsilo unmerge fair/B00000017 --reason "another Maria Lopez"
    """,
)
@click.argument("name", metavar="RECORD")
@reason_option
@actor_option
@later_option
@json_option
@click.pass_obj
def unmerge(call: Call, name: str, reason: str | None, actor: str, later: bool, as_json: bool) -> None:
    """Take a source record out of its customer: a decision that it is somebody else.

    A customer of two records may be named by its id. What a person joined is taken back by `undo` instead.
    """
    from unified_model.use_cases import decide as deciding

    _carry_out(
        call,
        lambda hub: deciding.unmerge(hub.store, name, actor=actor, reason=reason, clock=hub.clock),
        later,
        as_json,
    )


@click.command(
    cls=Command,
    examples="""
    unsilo split 8c1f0e... --apart fair/B00000017 --apart "crm/0035g00001 crm/0035g00002"
    unsilo split crm/0035g00001 --all --reason "a family, not a person"
    """,
)
@click.argument("name", metavar="CUSTOMER")
@click.option("--apart", "groups", multiple=True, metavar="RECORDS", help="Records of one who leaves; may be repeated.")
@click.option("--all", "every", is_flag=True, help="Every record for itself.")
@reason_option
@actor_option
@later_option
@json_option
@click.pass_obj
def split(
    call: Call,
    name: str,
    groups: tuple[str, ...],
    every: bool,
    reason: str | None,
    actor: str,
    later: bool,
    as_json: bool,
) -> None:
    """Tear a customer into several, by one decision: each group of records is somebody else.

    Records not named stay together. One `unsilo undo` takes the whole split back.
    """
    from unified_model.use_cases import decide as deciding

    if every == bool(groups):
        raise click.UsageError("Say who leaves with --apart, once a group, or split everything with --all.")
    try:
        leaving = [shlex.split(group) for group in groups]
    except ValueError as error:
        raise click.UsageError(f"--apart holds a quotation mark that is not closed: {error}.") from error
    _carry_out(
        call,
        lambda hub: deciding.split(hub.store, name, leaving, actor=actor, reason=reason, clock=hub.clock),
        later,
        as_json,
    )


def _carry_out(call: Call, make: Callable[[Hub], Decision], later: bool, as_json: bool) -> None:
    """Store the decision, make it true at once unless that was not wanted, and say what happened."""
    from flows.hub import open_hub
    from flows.resolve import resolve_identities
    from flows.watch import Watch

    with open_hub(call.settings(), upgrade="never") as hub:
        made = make(hub)
        resolved = None if later else resolve_identities(hub, Watch(), patience_s=0)
    counts: Mapping[str, Any] = resolved.counts if resolved is not None else {}
    if as_json:
        print_json({"decision": made.id, "kind": made.kind, "counts": counts, "error": resolved and resolved.error})
        return
    click.echo(f"Decision {made.id} is kept; `unsilo undo {made.id}` takes it back.")
    if resolved is None:
        click.echo("`unsilo resolve` makes it true.")
    elif resolved.retry:
        click.echo("Another resolve is at work: it, or the next `unsilo resolve`, makes it true.")
    elif resolved.error:
        click.echo(f"It is not true yet: {resolved.error}")
    else:
        click.echo(f"{_changes(counts)}.")


def _changes(counts: Mapping[str, Any]) -> str:
    told = [
        number(int(counts[name]), f"customer {name}", f"customers {name}")
        for name in ("created", "merged", "split", "revived", "updated")
        if counts.get(name)
    ]
    return ", ".join(told) or "No customer changed by it"


def show_reviews(rows: list[dict[str, Any]]) -> None:
    """Pairs waiting, two lines each."""
    for one in rows:
        click.echo(f"\n{one['weight_bits']:+.1f} bits, {one['kind']}: {one['words']}")
        show_side(one["a"])
        show_side(one["b"])
    first = rows[0]
    both = shlex.join([first["a"]["record"], first["b"]["record"]])  # ids are other people's text: spaces, bars ...
    click.echo("\nLook closer, then settle it:")
    click.echo(visible(f"  unsilo explain {both}"))
    click.echo(visible(f"  unsilo decide {both} same"))


def show_side(side: Mapping[str, Any]) -> None:
    """One record of a pair, with what its customer is known by."""
    known = [str(side[name]) for name in _TELLING if name in side]
    click.echo(visible(f"  {side['record']}"))
    click.echo(visible(f"      {' · '.join(dict.fromkeys(known))}"))


def _show_decisions(rows: list[dict[str, Any]]) -> None:
    print_table(
        ("decision", "made", "by", "what", "records", "in force", "reason"),
        [
            (
                str(one["number"]),
                one["made_at"],
                one["actor"],
                _what(one),
                _records(one),
                one["in_force"],
                one["reason"],
            )
            for one in rows
        ],
    )


def _what(one: Mapping[str, Any]) -> str:
    if one["kind"] == "undo":
        return f"undo {one['undoes']}"
    return f"choose {one['field']}" if one["field"] else str(one["kind"])


def _records(one: Mapping[str, Any]) -> str:
    groups = one["groups"] or (one["left"], one["right"])
    sides = [side[0] + (f" (+{len(side) - 1})" if len(side) > 1 else "") for side in groups if side]
    return " | ".join(sides)
