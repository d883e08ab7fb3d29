"""`python -m simulators`: write synthetic people into files, or serve them from a simulated CRM.

python -m simulators people --people 2000 --seed 7 --out DIR [--records N] [--delta K] [--clean] [--truth FILE]
python -m simulators contacts --rows 1000000 --seed 7 --out FILE
python -m simulators salesforce --port 8100 --people 2000 --profile hostile --seed 7 --truth FILE
python -m simulators hubspot --port 8200 --people 2000 --profile hostile --seed 7 --truth FILE
"""

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from simulators.hubspot import start as start_hubspot
from simulators.salesforce import start as start_salesforce

SERVED = {"salesforce": start_salesforce.run, "hubspot": start_hubspot.run}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; prints the counts as one line of JSON. 2: the arguments contradict each other."""
    options = _parser().parse_args(arguments)
    try:
        if options.command in SERVED:
            return SERVED[options.command](options)
        counts = _write_people(options) if options.command == "people" else _write_contacts(options)
    except ValueError as problem:
        print(problem, file=sys.stderr)
        return 2
    print(json.dumps(counts))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulators", description="Synthetic people, known by their truth.")
    commands = parser.add_subparsers(dest="command", required=True)
    people = commands.add_parser("people", help="one population as three exports with errors, and the truth about them")
    size = people.add_mutually_exclusive_group()
    size.add_argument("--people", type=_positive, default=2_000, help="how many people there are (default 2000)")
    size.add_argument("--records", type=_positive, help="how many good records the three files hold together")
    people.add_argument("--seed", type=int, default=7, help="the same seed gives the same bytes (default 7)")
    people.add_argument("--out", type=Path, required=True, help="folder to write into; made if missing")
    people.add_argument("--truth", type=Path, help="a second copy of truth.csv")
    people.add_argument(
        "--delta", type=_positive, help="also write delta/ and snapshot/: this many Salesforce records changed or new"
    )
    people.add_argument(
        "--delta-seed", type=int, default=1, help="another number gives another delta of the same people"
    )
    people.add_argument("--clean", action="store_true", help="no typos, placeholders or broken lines; duplicates stay")
    people.add_argument(
        "--fair-encoding", choices=("utf-8-sig", "cp1252"), default="utf-8-sig", help="of the trade fair's list"
    )
    contacts = commands.add_parser("contacts", help="one big, clean contact file to measure with")
    contacts.add_argument("--rows", type=_positive, required=True)
    contacts.add_argument("--seed", type=int, default=7)
    contacts.add_argument("--out", type=Path, required=True, help="the CSV file to write")
    org = commands.add_parser("salesforce", help="a Salesforce org with this population, on loopback until interrupted")
    start_salesforce.add_arguments(org)
    portal = commands.add_parser("hubspot", help="a HubSpot portal with this population, on loopback until interrupted")
    start_hubspot.add_arguments(portal)
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _write_people(options: argparse.Namespace) -> dict[str, int]:
    from simulators.changes import plan_changes
    from simulators.editions import write_exports
    from simulators.people import make_population
    from simulators.plans import people_for, plan_records

    population = make_population(
        options.people if options.records is None else people_for(options.records), options.seed
    )
    plan = plan_records(population, options.records)
    changes = None if options.delta is None else plan_changes(population, plan, options.delta, options.delta_seed)
    counts = write_exports(
        population, plan, options.out, clean=options.clean, encoding=options.fair_encoding, changes=changes
    )
    if options.truth is not None:
        shutil.copyfile(options.out / "truth.csv", options.truth)
    return {"people": population.count, **counts}


def _write_contacts(options: argparse.Namespace) -> dict[str, int]:
    from simulators.contacts import write_contacts

    write_contacts(options.out, options.rows, options.seed)
    return {"rows": options.rows}


if __name__ == "__main__":
    sys.exit(main())
