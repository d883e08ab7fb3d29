"""`unsilo model compare`, `use` and `approve`: what another model would change, then the change itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from console.options import Call, Command, actor_option, json_option, yes_option
from console.output import number, print_json, visible

if TYPE_CHECKING:
    from unified_model.use_cases.models.comparing import Difference

examples_option = click.option(
    "--examples", default=10, show_default=True, type=click.IntRange(min=0), help="At most so many examples."
)
SHOWN = 6
"""Records of a customer, and customers of an example, that are shown to people; `--json` has all."""
UNFIT = "model in use was made for another version of Unsilo and weighs no pair any more"
_KNOWN_BY = ("email", "phone", "company", "domain", "birth_date", "address")


@click.command(
    cls=Command,
    short_help="What another model would change, before it does.",
    examples="""
    unsilo model compare person-shipped person-trained-1
    unsilo model compare person-shipped person-trained-1 --examples 50 --json
    """,
)
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="AFTER")
@examples_option
@json_option
@click.pass_obj
def compare(call: Call, before: str, after: str, examples: int, as_json: bool) -> None:
    """What would change if model AFTER took the place of BEFORE: customers merged and split, ids. Changes nothing.

    Both models weigh every candidate pair of the store in memory, under the decisions in force.
    """
    from console.progress import watching
    from flows.hub import open_hub
    from unified_model.use_cases.models.comparing import compare_models

    with open_hub(call.settings(), upgrade="never") as hub, watching(quiet=True) as watch:
        told = compare_models(
            hub.store, before, after, examples=examples, progress=watch.progress("compare"), clock=hub.clock
        )
    print_json(asdict(told)) if as_json else show_difference(told)


@click.command(
    cls=Command,
    short_help="Put a model in use, after a preview.",
    examples="""
    unsilo model use person-trained-1
    unsilo model use person-trained-1 --yes --later
    unsilo model use person-shipped
    """,
)
@click.argument("name", metavar="MODEL")
@examples_option
@yes_option
@click.option("--later", is_flag=True, help="Only change the model; `unsilo resolve` does the rest.")
@actor_option
@json_option
@click.pass_context
def use(ctx: click.Context, name: str, examples: int, yes: bool, later: bool, actor: str, as_json: bool) -> None:
    """Put a model in use: shows what will change, asks, then matches every record of its kind anew.

    Pushes are paused until `unsilo model approve`. To go back, use the former model: the ids are those of before.
    """
    from console.progress import watching
    from flows.hub import open_hub
    from flows.models import change_model
    from flows.resolve import resolve_identities
    from unified_model.use_cases.models.comparing import preview_use

    call = ctx.ensure_object(Call)
    with open_hub(call.settings(), upgrade="never") as hub:
        with watching(quiet=True) as watch:
            told = preview_use(hub.store, name, examples=examples, progress=watch.progress("compare"), clock=hub.clock)
        if told is None:
            click.echo(f"The {UNFIT}, so there is nothing to compare {name} with.", err=as_json)
        elif not as_json:
            show_difference(told)
        if not yes:
            click.confirm(f"Put {name} in use?", abort=True, err=as_json)
        used = change_model(hub, name, actor=actor, former=told.before if told else None, preview=told)
        resolved = None
        if not later:
            with watching(quiet=True) as watch:
                resolved = resolve_identities(hub, watch)
    if as_json:
        print_json({"used": used, "preview": told and asdict(told), "resolve": resolved and asdict(resolved)})
    else:
        click.echo(f"{used.name} is in use; pushes are paused until `unsilo model approve`.")
        click.echo(_outcome(used.records, resolved))
        click.echo(f"`unsilo model use {used.former}` goes back.")
    ctx.exit(0 if resolved is None or resolved.state == "done" else 1)


@click.command(cls=Command, examples="unsilo model approve")
@actor_option
@click.pass_obj
def approve(call: Call, actor: str) -> None:
    """Let pushes go on after a model was put in use. (Nothing is written back to any system yet.)"""
    from flows.hub import open_hub
    from unified_model.use_cases.models.using import approve_pushes

    with open_hub(call.settings(), upgrade="never") as hub:
        pause = approve_pushes(hub.store, actor=actor, clock=hub.clock)
    if pause is None:
        click.echo("Pushes are not paused.")
    else:
        click.echo(f"Pushes may go on; they were paused because {pause['because']}.")


def show_difference(told: Difference) -> None:
    """What changes, in sentences, then examples."""
    click.echo(
        f"{told.after} instead of {told.before}, over {number(told.pairs, 'compared pair')}: "
        f"{number(told.links_before, 'link')} become {told.links_after:,}, "
        f"{number(told.customers_before, told.kind)} become {told.customers_after:,}."
    )
    if told.waiting:
        click.echo(f"{number(told.waiting, 'record')} not resolved yet; the figures are those with them resolved.")
    if told.changes_nothing:
        click.echo("No customer would merge or split, and no id would change.")
        return
    click.echo(f"  {number(told.merged, 'customer')} would be merged with others")
    click.echo(f"  {number(told.split, 'customer')} would be split")
    click.echo(f"  {number(told.ids_gone, 'customer id')} would lead to another customer, {told.ids_new:,} be issued")
    click.echo(f"  {number(told.records_moved, 'record')} would change customer")
    click.echo(f"  {number(told.values_worked_out, 'customer')} would have golden values chosen anew")
    for one in told.examples:
        _show_example(one)


def _show_example(one: Mapping[str, Any]) -> None:
    happens = {"merge": "Merged", "split": "Split", "move": "Records change customer"}[one["happens"]]
    click.echo(f"\n{happens}{_because(one['because'])}:")
    for when in ("before", "after"):
        for customer in one[when][:SHOWN]:
            click.echo(visible(f"  {when} {customer['customer_id'] or 'a new id'}"))
            for record in customer["records"][:SHOWN]:
                told = f"{record['record']}: {said_of(record)}" if when == "before" else record["record"]
                click.echo(visible(f"      {told}"))
            _show_rest(customer["records"], "record", "      ")
        _show_rest(one[when], "customer", "  ")


def _show_rest(some: Sequence[Any], what: str, indent: str) -> None:
    if len(some) > SHOWN:
        click.echo(f"{indent}and {number(len(some) - SHOWN, f'more {what}')}")


def _because(because: Mapping[str, Any] | None) -> str:
    if because is None:
        return ""
    before, after = (
        "no link" if weight is None else f"{weight:+.1f} bits"
        for weight in (because["weight_bits_before"], because["weight_bits_after"])
    )
    return visible(f", {because['a']} and {because['b']}: {before} before, {after} after")


def said_of(record: Mapping[str, Any]) -> str:
    """A record in a line: its name and what else it is known by."""
    return " · ".join([record["name"], *(str(record[name]) for name in _KNOWN_BY if record.get(name))])


def _outcome(records: int, resolved: Any) -> str:
    if resolved is None:
        return f"{number(records, 'record')} wait to be matched anew; `unsilo resolve` does it."
    if resolved.state != "done":
        return f"It is not through yet{': ' + resolved.error if resolved.error else ''}; `unsilo resolve` goes on."
    counts = resolved.counts
    told = ", ".join(f"{counts[name]:,} {name}" for name in ("created", "merged", "split", "revived", "updated"))
    return f"{number(records, 'record')} were matched anew; customers: {told}."
