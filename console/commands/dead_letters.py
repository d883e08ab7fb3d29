"""`unsilo dead-letters`: records that were set aside, with the reason, the raw text and what to do."""

from __future__ import annotations

import click

from console.options import Call, Group, actor_option, json_option
from console.output import cell, number, print_json, print_table, visible


@click.group(cls=Group, name="dead-letters")
def dead_letters() -> None:
    """Records set aside: list, show, retry, dismiss."""


@dead_letters.command(
    "list",
    examples="""
    unsilo dead-letters list
    unsilo dead-letters list --source fair --json
    """,
)
@click.option("--source", "label", help="Only of this source.")
@click.option("--all", "everything", is_flag=True, help="Also those resolved or dismissed.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(min=1), help="At most so many.")
@json_option
@click.pass_obj
def list_(call: Call, label: str | None, everything: bool, limit: int, as_json: bool) -> None:
    """Records set aside, newest first."""
    from flows.hub import open_hub
    from unified_model.store.dead_letters import count_open, list_dead_letters

    with open_hub(call.settings(), upgrade="never") as hub, hub.store.read() as conn:
        letters = list_dead_letters(conn, state=None if everything else "open", label=label, limit=limit)
        reasons = count_open(conn)
    if as_json:
        print_json(letters)
        return
    if not letters:
        click.echo("Nothing is set aside.")
        return
    columns = ("number", "source", "place", "reason", "state", "what and what to do")
    print_table(
        columns,
        [(str(one["id"]), one["source"], one["place"], one["reason"], one["state"], one["detail"]) for one in letters],
    )
    total = ", ".join(f"{count:,} {reason}" for reason, count in sorted(reasons.items(), key=lambda item: -item[1]))
    click.echo(f"Open: {total or 'none'}. `unsilo dead-letters show NUMBER` shows the raw text.")


@dead_letters.command("show", examples="unsilo dead-letters show 17")
@click.argument("number_", metavar="NUMBER", type=int)
@json_option
@click.pass_obj
def show(call: Call, number_: int, as_json: bool) -> None:
    """One of them, with its raw text."""
    from flows.hub import open_hub
    from unified_model.store.dead_letters import show_dead_letter

    with open_hub(call.settings(), upgrade="never") as hub, hub.store.read() as conn:
        letter = show_dead_letter(conn, number_)
    if as_json:
        print_json(letter)
        return
    for name in (
        "source",
        "object",
        "record_id",
        "place",
        "reason",
        "detail",
        "state",
        "first_seen_at",
        "last_seen_at",
    ):
        if letter[name] is not None:
            click.echo(f"{name.replace('_', ' '):>14}  {cell(letter[name])}")
    click.echo("\nRaw text:")
    click.echo(visible(str(letter["raw"] if letter["raw"] is not None else "")))


@dead_letters.command(
    "retry",
    examples="""
    unsilo dead-letters retry
    unsilo dead-letters retry fair
    """,
)
@click.argument("sources", nargs=-1)
@click.pass_context
def retry(ctx: click.Context, sources: tuple[str, ...]) -> None:
    """Read the sources of open dead letters again, whole; what can be taken now is closed.

    Correct the file (or the mapping in the settings) first.
    """
    from console.commands.run import tell
    from console.progress import watching
    from flows.hub import open_hub
    from flows.runner import run_sync
    from flows.sync import chosen_sources
    from unified_model.store.dead_letters import list_dead_letters

    settings = ctx.ensure_object(Call).settings()
    with open_hub(settings, upgrade="never") as hub, hub.store.read() as conn:
        concerned = {one["source"] for one in list_dead_letters(conn, limit=1_000_000)}
    chosen = chosen_sources(settings, sources) if sources else [s for s in settings.sources if s in concerned]
    if not chosen:
        click.echo("Nothing is set aside.")
        return
    with watching() as watch:
        report = run_sync(settings, watch, chosen, full=True)
    tell(report)
    ctx.exit(report.exit_code)


@dead_letters.command(
    "dismiss",
    examples="""
    unsilo dead-letters dismiss 17 18 --reason "test rows of the fair's organiser"
    """,
)
@click.argument("numbers", nargs=-1, required=True, type=int)
@click.option("--reason", required=True, help="Why they are not wanted.")
@actor_option
@click.pass_obj
def dismiss(call: Call, numbers: tuple[int, ...], reason: str, actor: str) -> None:
    """Close them: somebody has looked, and they are not wanted."""
    from flows.hub import open_hub
    from unified_model.store import audit
    from unified_model.store import dead_letters as letters

    with open_hub(call.settings(), upgrade="never") as hub, hub.store.begin() as work:
        closed = letters.dismiss(work.conn, numbers, reason)
        if closed:
            deed = {"numbers": list(numbers), "reason": reason}
            audit.append(work.conn, at=hub.clock(), actor=actor, action="dead_letters.dismiss", payload=deed)
        work.commit()
    click.echo(f"{number(closed, 'dead letter')} dismissed.")
