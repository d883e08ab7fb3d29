"""`unsilo init`: look at exports, propose how to read them, ask where it is doubtful, write `unsilo.toml`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from console.options import Call, Command, json_option
from console.output import number, print_json, print_table, visible
from flows.drafts import Choice, Draft, settings_text, sources_text
from unified_model.errors import UsageError

_QUESTIONS = {
    "encoding": "Which reading of these words is right?",
    "key": "Which column names a record for ever? (empty: none, the file can only grow)",
    "date_order": "How are dates written: dmy (31.12.), mdy (12/31) or ymd?",
    "zone": "In which time zone was it written?",
}


@click.command(
    cls=Command,
    examples="""
    unsilo init exports/
    unsilo init crm.csv fair.xlsx --yes
    unsilo init --add newsletter.csv
    unsilo init exports/ --store postgresql+psycopg://unsilo@db/unsilo
    """,
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Take the best proposals and don't ask.")
@click.option("--add", is_flag=True, help="Add sources to the settings file that is there.")
@click.option("--force", is_flag=True, help="Overwrite the settings file that is there.")
@click.option("--store", "store_url", default="sqlite:///unsilo.db", show_default=True, help="Address of the store.")
@json_option
@click.pass_obj
def init(call: Call, paths: tuple[Path, ...], yes: bool, add: bool, force: bool, store_url: str, as_json: bool) -> None:
    """Look at files and folders of exports and write unsilo.toml.

    Standard exports are recognised. For an unknown file a mapping, a key, a time zone and the order of dates are
    proposed with their certainty; what is doubtful is asked, or taken as proposed with --yes. Nothing is read into the
    store yet.
    """
    from flows.first_look import look_at

    target = call.settings_file
    if target.exists() and not force and not add:
        raise UsageError(f"{target} exists already.", "Add to it with --add, or overwrite it with --force.")
    if not target.resolve().parent.is_dir():
        raise UsageError(f"The folder of {target} does not exist.", "Create it first.")
    known = set(call.settings().sources) if add else set()
    found = look_at(paths, target.resolve().parent, known)
    drafts = [_asked(draft, yes) for draft in found.drafts]
    if add:
        text = target.read_text(encoding="utf-8").rstrip("\n") + "\n" + sources_text(drafts)
    else:
        text = settings_text(store_url, drafts, f"{datetime.now(UTC):%Y-%m-%d}")
    _write(target, text)
    if as_json:
        print_json({"settings": str(target), "sources": drafts, "skipped": found.skipped})
        return
    for path, why in found.skipped:
        click.echo(f"Skipped {visible(path)}: {why}")
    _show(drafts)
    names = number(len(known) + len(drafts), "source")
    follow = "Next: `unsilo check`, then `unsilo sync`." if drafts else "Add one with `unsilo init --add PATH`."
    click.echo(f"{target} names {names}. {follow}")


def _asked(draft: Draft, yes: bool) -> Draft:
    """Ask for what is doubtful."""
    for name, choice in list(draft.choices.items()):
        if not choice.doubtful or yes:
            continue
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise UsageError(
                f"The {name.replace('_', ' ')} of {draft.path} is doubtful ({choice.reason}).",
                "Run this at a terminal to be asked, or with --yes to take what is most likely.",
            )
        draft = draft.choose(name, _ask(draft, name, choice))
    return draft


def _ask(draft: Draft, name: str, choice: Choice) -> str | None:
    click.echo(f"\n{visible(draft.path)}: {choice.reason}")
    if name == "encoding":
        names = list(choice.others)
        for place, (encoding, samples) in enumerate(choice.others.items(), 1):
            click.echo(f"  {place}  {encoding:<12} {visible(', '.join(samples))}")
        picked = click.prompt(_QUESTIONS[name], type=click.IntRange(1, len(names)), default=1)
        return names[picked - 1]
    answer: str = click.prompt(_QUESTIONS.get(name, name), default=choice.value or "", show_default=bool(choice.value))
    return answer.strip() or None


def _show(drafts: Sequence[Draft]) -> None:
    rows = [(draft.label, ", ".join(draft.files) or draft.path, draft.holds, _doubts(draft)) for draft in drafts]
    if rows:
        print_table(("source", "file", "what it is", "worth a look"), rows)


def _doubts(draft: Draft) -> str:
    doubts = [name for name, choice in draft.choices.items() if choice.certainty < 0.9]
    if draft.weak_columns:
        doubts.append(number(draft.weak_columns, "column"))
    return ", ".join(doubts)


def _write(target: Path, text: str) -> None:
    draft = target.with_name(target.name + ".new")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
