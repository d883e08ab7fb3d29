"""`unsilo model`: the models that match records: list, show, train, evaluate, compare, use, export, import, sample."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from console.commands.model_change import approve, compare, use
from console.commands.model_judge import evaluate, sample
from console.options import Call, Group, actor_option, json_option
from console.output import number, print_json, print_table

kind_option = click.option(
    "--kind",
    type=click.Choice(["person", "organization"]),
    default="person",
    show_default=True,
    help="What it matches.",
)


@click.group(cls=Group)
def model() -> None:
    """Match models: train, evaluate, compare, use."""


for command in (evaluate, compare, use, approve, sample):
    model.add_command(command)


@model.command(
    "list",
    examples="""
    unsilo model list
    unsilo model list --json
    """,
)
@json_option
@click.pass_obj
def list_(call: Call, as_json: bool) -> None:
    """Every model of the store, and which are in use."""
    from flows.hub import open_hub
    from unified_model.use_cases.models.catalogue import list_models

    with open_hub(call.settings(), upgrade="never") as hub:
        rows = list_models(hub.store, clock=hub.clock)
    if as_json:
        print_json(rows)
        return
    print_table(
        ("model", "kind", "in use", "merges from", "asks from", "labels", "made from", "stored"),
        [
            (
                row["name"], row["kind"], "in use" if row["in_use"] else "", bits(row["merge_bits"]),
                bits(row["review_bits"]), _labels(row["labels"]), row["parent"], row["stored_at"],
            )
            for row in rows
        ],
    )  # fmt: skip


@model.command(
    "show",
    short_help="Every weight of a model, and how it came about.",
    examples="""
    unsilo model show person-shipped
    unsilo model show person-trained-1 --json
    """,
)
@click.argument("name", metavar="MODEL")
@json_option
@click.pass_obj
def show(call: Call, name: str, as_json: bool) -> None:
    """Every weight of a model, in bits, and how it came about."""
    from flows.hub import open_hub
    from unified_model.use_cases.models.catalogue import show_model

    with open_hub(call.settings(), upgrade="never") as hub:
        found = show_model(hub.store, name, clock=hub.clock)
    if as_json:
        print_json(found)
        return
    click.echo(
        f"{found['name']} matches {found['kind']}s: it merges from {bits(found['merge_bits'])} bits and asks a person "
        f"from {bits(found['review_bits'])}; a pair starts at {bits(found['base_bits'])}."
    )
    for fact, value in (found["notes"] or {}).items():
        click.echo(f"  {fact.replace('_', ' ')}: {_fact(value)}")
    print_table(
        ("comparison", "level", "bits"),
        [
            ("" if place else one["comparison"], level["says"], bits(level["weight_bits"]))
            for one in found["comparisons"]
            for place, level in enumerate(one["levels"])
        ],
    )
    if found["fits"]:
        click.echo(f"It can't be used with this version of Unsilo. {found['fits']}")


@model.command(
    "train",
    short_help="Train a model on this store.",
    examples="""
    unsilo model train
    unsilo model train --kind organization --seed 1
    unsilo model train --name person-spring --from person-shipped
    """,
)
@kind_option
@click.option("--seed", default=1, show_default=True, type=int, help="Where chance is needed.")
@click.option("--name", help="What to call it (default: person-trained-1, and so on).")
@click.option(
    "--from",
    "parent",
    metavar="MODEL",
    help="The model to start from (default: the one in use, before it was trained).",
)
@actor_option
@json_option
@click.pass_obj
def train(call: Call, kind: str, seed: int, name: str | None, parent: str | None, actor: str, as_json: bool) -> None:
    """Train a model on this store: on all its candidate pairs, decisions, vendors' merges and answered samples.

    It is stored and not used: look at it with `evaluate` and `compare`, then `use` it. The same store and seed give
    the same model.
    """
    from console.progress import watching
    from flows.hub import open_hub
    from unified_model.use_cases.models.threshold import threshold_words
    from unified_model.use_cases.models.training import train_model

    with open_hub(call.settings(), upgrade="never") as hub, watching(quiet=True) as watch:
        made = train_model(
            hub.store, kind, seed=seed, actor=actor, clock=hub.clock, name=name, parent=parent,
            progress=watch.progress("train"),
        )  # fmt: skip
    if as_json:
        print_json(made)
        return
    notes, told = made.notes, made.notes["labels"]
    if made.name == made.parent:
        click.echo(f"Training changed nothing: {made.parent} is what this store teaches.")
        return
    click.echo(
        f"{made.name} {'was trained just so before' if made.known else 'is trained'}, from {made.parent}, on "
        f"{number(notes['pairs'], 'candidate pair')} of the store and {_labels_in_words(told)}."
    )
    click.echo(f"It merges from {bits(made.merge / 1000)} bits (before: {bits(made.parent_merge / 1000)}).")
    for line in threshold_words(kind, notes):
        click.echo(line)
    click.echo("It is not in use. Look at it first:")
    click.echo(f"  unsilo model evaluate {made.name}")
    click.echo(f"  unsilo model compare {made.parent} {made.name}")
    click.echo(f"  unsilo model use {made.name}")


@model.command(
    "export",
    short_help="Write a model as readable JSON.",
    examples="""
    unsilo model export person-trained-1 --to person.json
    unsilo model export person-shipped --splink --to splink.json --pairs pairs.parquet
    """,
)
@click.argument("name", metavar="MODEL")
@click.option("--to", "target", type=click.Path(path_type=Path), help="File to write (default: standard output).")
@click.option("--splink", is_flag=True, help="Settings that Splink itself reads.")
@click.option("--pairs", type=click.Path(path_type=Path), help="Also write the store's candidate pairs, for Splink.")
@click.pass_obj
def export(call: Call, name: str, target: Path | None, splink: bool, pairs: Path | None) -> None:
    """Write a model as readable JSON, to keep in version control, to edit, or to train in Splink."""
    from console.progress import watching
    from flows.hub import open_hub
    from unified_model.use_cases.models.files import export_model, export_pairs

    with open_hub(call.settings(), upgrade="never") as hub, watching(quiet=True) as watch:
        text = export_model(hub.store, name, splink=splink, clock=hub.clock)
        written = (
            export_pairs(hub.store, name, pairs, clock=hub.clock, progress=watch.progress("export")) if pairs else 0
        )
    if target is None:
        click.echo(text, nl=False)
    else:
        target.write_text(text, encoding="utf-8")
        click.echo(f"{target} holds {name}.")
    if pairs:
        click.echo(f"{pairs} holds {number(written, 'candidate pair')}.", err=target is None)


@model.command(
    "import",
    examples="""
    unsilo model import person.json
    unsilo model import person.json --name person-from-head-office
    unsilo model import splink.json --splink --kind person
    """,
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", help="What to call it (default: its name in the file, if that is free).")
@click.option("--splink", is_flag=True, help="The file holds Splink's settings.")
@click.option("--kind", type=click.Choice(["person", "organization"]), help="What Splink's settings match.")
@actor_option
@json_option
@click.pass_obj
def import_(
    call: Call, file: Path, name: str | None, splink: bool, kind: str | None, actor: str, as_json: bool
) -> None:
    """Read a model from a file. It is stored and not used; what does not fit this version is refused."""
    from flows.hub import open_hub
    from unified_model.errors import UsageError
    from unified_model.use_cases.models.files import import_model

    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8 text.", "Give a file that `unsilo model export` wrote.") from error
    with open_hub(call.settings(), upgrade="never") as hub:
        made = import_model(hub.store, text, actor=actor, clock=hub.clock, name=name, splink=splink, kind=kind)
    if as_json:
        print_json(made)
        return
    click.echo(f"{file} is {'known already as' if made.known else 'stored as'} {made.name}; it is not in use.")
    for doubt in made.doubts:
        click.echo(f"  {doubt}")
    click.echo(f"`unsilo model use {made.name}` shows what it would change, then asks.")


def bits(value: float) -> str:
    """`+7.3`."""
    return f"{value:+.1f}"


def _labels(told: Mapping[str, int] | None) -> str:
    return f"{told['same']} same, {told['different']} different" if told else ""


def _labels_in_words(told: Mapping[str, int]) -> str:
    if not told["same"] + told["different"]:
        return "no label"
    origins = {"sample": "drawn blindly", "decision": "from decisions", "vendor_merge": "from merges in source systems"}
    parts = ", ".join(f"{told[name]} {words}" for name, words in origins.items() if told[name])
    return f"{number(told['same'] + told['different'], 'label')} ({parts})"


def _fact(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name.replace('_', ' ')} {_fact(each)}" for name, each in value.items())
    return f"{value:,.4g}" if isinstance(value, float) else str(value)
