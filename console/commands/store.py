"""`unsilo store`: look after the store: upgrade, verify, rebuild, remap, back up, restore."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

import click

from console.options import Call, Group, actor_option, json_option
from console.output import number, print_json
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
    from unified_model.use_cases import maintain

    with open_hub(_settings(ctx), upgrade="never") as hub, watching(as_json=as_json) as watch:
        faults = maintain.verify(hub.store, progress=watch.progress("verify"))
    if as_json:
        print_json({"faults": [_plain(fault) for fault in faults]})
    elif not faults:
        click.echo("Everything agrees.")
    for fault in [] if as_json else faults:
        click.echo(str(fault))
    ctx.exit(1 if faults else 0)


@store.command("rebuild", examples="unsilo store rebuild")
@actor_option
@json_option
@click.pass_context
def rebuild(ctx: click.Context, actor: str, as_json: bool) -> None:
    """Work out every link, cluster and golden value again, from the landed records and people's decisions.

    The result equals what is there, ids included; if it doesn't, that is said.
    """
    from console.progress import watching
    from flows.hub import open_hub
    from flows.lease import lease_held
    from unified_model.store.leases import RESOLVE
    from unified_model.use_cases import maintain

    with open_hub(_settings(ctx)) as hub, lease_held(hub, RESOLVE) as held, watching(as_json=as_json) as watch:
        result = maintain.rebuild(
            hub.store,
            clock=hub.clock,
            progress=watch.progress("rebuild"),
            should_stop=held.asked(watch.should_stop),
        )
        record_deed(hub, actor, "store.rebuild", None, None)
    _answer(result, as_json, "Rebuilt.")


@store.command(
    "remap",
    examples="""
    unsilo store remap
    unsilo store remap fair --yes
    """,
)
@click.argument("sources", nargs=-1)
@click.option("--yes", is_flag=True, help="Don't show a preview and ask.")
@actor_option
@json_option
@click.pass_context
def remap(ctx: click.Context, sources: tuple[str, ...], yes: bool, actor: str, as_json: bool) -> None:
    """Read the stored raw records again with the mapping of today's settings, without asking the sources.

    Shows first how many records would change. Run `unsilo resolve` afterwards.
    """
    from flows.remap import remap_sources

    settings = _settings(ctx)
    if not yes:
        preview = remap_sources(settings, sources, preview=True)
        click.echo(f"{number(preview.changed, 'record')} of {preview.records:,} would change.", err=as_json)
        if not preview.changed:
            return
        click.confirm("Go on?", abort=True, err=as_json)
    result = remap_sources(settings, sources, preview=False, actor=actor)
    _answer(result, as_json, f"{number(result.changed, 'record')} remapped; `unsilo resolve` takes it from here.")


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


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return value._asdict() if hasattr(value, "_asdict") else value


def _answer(result: Any, as_json: bool, sentence: str) -> None:
    if as_json:
        print_json(_plain(result))
    else:
        click.echo(sentence)
