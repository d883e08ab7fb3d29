"""Tells the demo from beginning to end: `python -m console.demo [--people N] [--seed N] [--folder DIR]`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from console.demo.stage import set_stage
from console.faults import explain_failure
from console.options import Call


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--people", default=2_000, show_default=True, type=click.IntRange(50, 200_000), help="How many people.")
@click.option("--seed", default=7, show_default=True, help="Another number, other people.")
@click.option(
    "--folder", default=Path("demo"), show_default=True, type=click.Path(path_type=Path), help="Where to play."
)
def demo(people: int, seed: int, folder: Path) -> None:
    """A simulated Salesforce org, a simulated HubSpot portal and a spreadsheet become one customer store."""
    from console.demo import story
    from console.demo.systems import starting_systems

    started = time.monotonic()
    stage = set_stage(folder)
    with starting_systems(stage.folder, people, seed) as starting:
        systems = story.generate(stage, starting, people, seed)
        story.consolidate(stage, systems)
        story.show_what_was_read(stage)
        story.show_duplicates(stage)
        story.show_overlap(stage)
        story.explain_one(stage)
        story.decide_and_undo(stage)
        story.measure(stage, systems)
        story.farewell(stage, time.monotonic() - started)


def main() -> None:
    """`make demo`."""
    try:
        demo.main(standalone_mode=False)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - a newcomer gets a sentence too
        sys.exit(explain_failure(error, Call()))


if __name__ == "__main__":
    main()
