"""`unsilo source`: the source systems the store knows; their labels can change, their records stay."""

from __future__ import annotations

import re
from pathlib import Path

import click

from console.options import Call, Group, actor_option, json_option
from console.output import print_json, print_table
from console.record_deed import record_deed
from unified_model.errors import UsageError


@click.group(cls=Group)
def source() -> None:
    """List, rename or remove source systems."""


@source.command("list", examples="unsilo source list --json")
@json_option
@click.pass_obj
def list_(call: Call, as_json: bool) -> None:
    """Source systems of the settings and of the store."""
    from flows.secrets import store_url
    from unified_model.store.status import read_status

    settings = call.settings()
    found = (read_status(store_url(settings)) or {"sources": []})["sources"]
    known = {one["source"]: one for one in found}
    labels = [*settings.sources, *(label for label in known if label not in settings.sources)]
    rows = [
        {
            "source": label,
            "kind": settings.sources[label].kind if label in settings.sources else known[label]["kind"],
            "configured": label in settings.sources,
            "records": known[label]["records"] if label in known else 0,
            "doubtful": known[label]["doubtful"] if label in known else None,
            "removed_at": known[label]["removed_at"] if label in known else None,
        }
        for label in labels
    ]
    if as_json:
        print_json(rows)
    else:
        print_table(list(rows[0]) if rows else ["source"], [tuple(row.values()) for row in rows])


@source.command("rename", examples="unsilo source rename fair messe-2025")
@click.argument("label")
@click.argument("new")
@actor_option
@click.pass_obj
def rename(call: Call, label: str, new: str, actor: str) -> None:
    """Give a source another name, in the store and in the settings; its records and customers stay as they are."""
    from flows.hub import open_hub
    from flows.keepers import rename_kept
    from flows.settings import LABEL
    from unified_model.store.sources import rename_source

    if not LABEL.fullmatch(new):
        raise UsageError(f"'{new}' can't be the name of a source.", "Use lower-case letters, digits, '-' and '_'.")
    settings = call.settings()
    if new in settings.sources:
        raise UsageError(f"There is a source '{new}' in {settings.path} already.", "Choose another name.")
    with open_hub(settings, upgrade="never") as hub:
        rename_source(hub.store, label, new)
        record_deed(hub, actor, "source.rename", new, {"from": label, "to": new})
    rename_kept(settings, label, new)
    if label in settings.sources:
        _rename_in(settings.path, label, new)
    click.echo(f"{label} is {new} now.")


@source.command("remove", examples="unsilo source remove fair --yes")
@click.argument("label")
@click.option("--yes", is_flag=True, help="Don't ask.")
@actor_option
@click.pass_obj
def remove(call: Call, label: str, yes: bool, actor: str) -> None:
    """Take a source out of service: it is not read any more; its records stay, and so do the customers."""
    from flows.hub import open_hub
    from unified_model.store.sources import remove_source

    settings = call.settings()
    if not yes:
        click.confirm(f"Stop reading {label}? Its records stay in the store.", abort=True)
    with open_hub(settings, upgrade="never") as hub:
        remove_source(hub.store, label, hub.clock())
        record_deed(hub, actor, "source.remove", label, None)
    click.echo(f"{label} is out of service; its records stay.")
    if label in settings.sources:
        click.echo(f"Take [sources.{label}] out of {settings.path} too: the next sync would take it up again.")


def _rename_in(path: Path, label: str, new: str) -> None:
    """Change the source's section headings in the settings file and nothing else."""
    text = path.read_text(encoding="utf-8")
    heading = re.compile(rf"^(\s*\[\s*sources\s*\.\s*)(\"?){re.escape(label)}\2(?=\s*[\].])", re.MULTILINE)
    changed = heading.sub(lambda found: f"{found[1]}{new}", text)
    draft = path.with_name(path.name + ".new")
    draft.write_text(changed, encoding="utf-8")
    draft.replace(path)
