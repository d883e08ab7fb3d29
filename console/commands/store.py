"""`unsilo store`: look after the store: upgrade, verify, rebuild, remap, back up, restore."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from console.options import Call, Group, actor_option, json_option, yes_option
from console.output import number, print_json, print_table
from console.record_deed import record_deed


@click.group(cls=Group)
def store() -> None:
    """Upgrade, verify, rebuild, remap, back up, restore."""


@store.command("upgrade", examples="unsilo store upgrade")
@actor_option
@click.pass_obj
def upgrade(call: Call, actor: str) -> None:
    """Bring the store's tables to this version of Unsilo. A SQLite file is copied first."""
    from flows.hub import open_hub

    with open_hub(call.settings(), upgrade="force") as hub:
        record_deed(hub, actor, "store.upgrade", None, None)
        click.echo(f"The store {hub.store} speaks this version's schema.")


@store.command(
    "verify",
    examples="""
    unsilo store verify
    unsilo store verify --json
    """,
)
@json_option
@click.pass_context
def verify(ctx: click.Context, as_json: bool) -> None:
    """Check that everything in the store agrees: counts, references, golden values, the audit chain."""
    from console.progress import watching
    from flows.hub import open_hub
    from unified_model.use_cases.verify import verify as check_all

    with open_hub(_settings(ctx), upgrade="never") as hub, watching(quiet=True) as watch:
        checks = check_all(hub.store, progress=watch.progress("verify"))
    if as_json:
        print_json(checks)
    else:
        for check in checks:
            click.echo(f"{'ok   ' if check.held else 'WRONG'}  {check.name}: {check.detail}")
    ctx.exit(0 if all(check.held for check in checks) else 1)


@store.command("rebuild", examples="unsilo store rebuild")
@actor_option
@json_option
@click.pass_context
def rebuild(ctx: click.Context, actor: str, as_json: bool) -> None:
    """Work out every link, cluster and golden value again, from the landed records and people's decisions.

    The result equals what is there, ids included; if it doesn't, that is said and the exit code is 1.
    """
    from console.progress import watching
    from flows.hub import open_hub
    from flows.lease import lease_held
    from unified_model.store.leases import RESOLVE
    from unified_model.use_cases.rebuild import rebuild as rebuild_all

    with open_hub(_settings(ctx)) as hub, lease_held(hub, RESOLVE) as held, watching(quiet=True) as watch:
        counts, differing = rebuild_all(
            hub.store, clock=hub.clock, actor=actor, progress=held.told(watch.progress("rebuild")), guard=held.guard
        )
    if as_json:
        print_json({"counts": asdict(counts), "different": differing})
    elif differing:
        click.echo(f"Rebuilt; different from before: {', '.join(differing)}.")
    else:
        click.echo(f"Rebuilt {number(counts.records, 'record')}; everything is as it was, ids included.")
    ctx.exit(1 if differing else 0)


@store.command(
    "remap",
    examples="""
    unsilo store remap
    unsilo store remap fair --yes
    """,
)
@click.argument("sources", nargs=-1)
@yes_option
@actor_option
@json_option
@click.pass_context
def remap(ctx: click.Context, sources: tuple[str, ...], yes: bool, actor: str, as_json: bool) -> None:
    """Read the stored raw records again with the mapping of today's settings, without asking the sources.

    Shows first how many records would change. `unsilo resolve` takes it from there.
    """
    from console.progress import watching
    from flows.hub import open_hub
    from flows.remap import preview_remap, remap_sources

    with open_hub(_settings(ctx)) as hub:
        if not yes:
            preview = preview_remap(hub, sources)
            print_table(list(preview[0]) if preview else ["source"], [tuple(row.values()) for row in preview])
            if not any(row["records"] for row in preview):
                click.echo("Every record is read as the settings say already.")
                return
            click.confirm("Read them again?", abort=True)
        with watching(quiet=True) as watch:
            rows = remap_sources(hub, watch, sources)
        record_deed(hub, actor, "store.remap", None, rows)
    if as_json:
        print_json(rows)
    else:
        print_table(list(rows[0]) if rows else ["source"], [tuple(row.values()) for row in rows])
        changed = any(row["values_changed"] or row["evidence_changed"] for row in rows)
        click.echo("`unsilo resolve` takes it from here." if changed else "Every record is read as it was before.")


@store.command("backup", examples="unsilo store backup backups/monday.db")
@click.argument("target", type=click.Path(path_type=Path))
@actor_option
@click.pass_obj
def backup(call: Call, target: Path, actor: str) -> None:
    """Copy the whole store to a file, while it is in use."""
    from flows.hub import open_hub
    from unified_model.store import backup as backups

    with open_hub(call.settings(), upgrade="never") as hub:
        record_deed(hub, actor, "store.backup", None, None)
        written = backups.backup(hub.store, target)
    click.echo(f"{written} holds the store as it is now ({written.stat().st_size / 1e6:,.1f} MB).")


@store.command("restore", examples="unsilo store restore backups/monday.db")
@click.argument("archive", type=click.Path(path_type=Path))
@click.pass_obj
def restore(call: Call, archive: Path) -> None:
    """Fill the store of the settings, which must not exist yet, from a backup."""
    from flows.secrets import store_url
    from unified_model.store import backup as backups

    restored = backups.restore(archive, store_url(call.settings()))
    restored.close()
    click.echo(f"{restored} holds what {archive} held. A sync brings it up to date.")


def _settings(ctx: click.Context) -> Any:
    return ctx.ensure_object(Call).settings()
