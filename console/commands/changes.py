"""`unsilo changes`: what happened to customers, in order; a program reads on from the last number it has seen."""

from __future__ import annotations

import click

from console.options import Call, Command, json_option
from console.output import print_json, print_table, visible


@click.command(
    cls=Command,
    examples="""
    unsilo changes
    unsilo changes --lineage --limit 20
    unsilo changes --of crm/0035g00001
    unsilo changes --since 1042 --json
    """,
)
@click.option("--since", type=click.IntRange(min=0), help="Those after this number; else the newest.")
@click.option("--lineage", is_flag=True, help="Only what became of ids: created, merged, split, revived.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(["created", "merged", "split", "revived", "updated"]),
    help="Only changes of this kind; may be repeated.",
)
@click.option("--of", "customer", metavar="ID", help="Only this customer, by any id it ever had or by a record.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(min=1), help="At most so many.")
@json_option
@click.pass_obj
def changes(
    call: Call,
    since: int | None,
    lineage: bool,
    kinds: tuple[str, ...],
    customer: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """What happened to customers, in order: which ids merged or split, which values changed, when and why.

    The same feed is the table `change`, and its part about ids the view `lineage`; `crosswalk_history` tells where each
    source record belonged before.
    """
    from flows.hub import open_hub
    from unified_model.use_cases.changes import KINDS, LINEAGE, Asked, list_changes

    if lineage and kinds:
        raise click.UsageError("--lineage already says which kinds; leave out --kind.")
    asked = Asked(since, LINEAGE if lineage else kinds or KINDS, customer, limit)
    with open_hub(call.settings(), upgrade="never") as hub:
        rows = list_changes(hub.store, asked)
    if as_json:
        print_json(rows)
    elif not rows:
        click.echo("Nothing has happened since." if since is not None else "Nothing has happened yet.")
    else:
        print_table(("number", "when", "what"), [(str(one["seq"]), one["at"], visible(one["words"])) for one in rows])
