"""`python -m simulators hubspot`: fills a portal with people and serves it until interrupted."""

import argparse
import contextlib
import gc
import json
import sys
from datetime import datetime
from pathlib import Path

from simulators.clock import Clock, HandClock, SystemClock, parse_moment
from simulators.hubspot.profiles import PROFILES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--port", type=int, default=8200, help="on 127.0.0.1; 0 takes a free one (default 8200)")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--people", type=_positive, default=2_000, help="how many people there are (default 2000)")
    size.add_argument("--records", type=_positive, help="as in the command people, for a portal with the same contacts")
    parser.add_argument("--profile", choices=sorted(PROFILES), default="calm", help="what goes wrong (default calm)")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same portal (default 7)")
    parser.add_argument("--truth", type=Path, help="write who is who into this CSV file")
    parser.add_argument("--clean", action="store_true", help="no typos or placeholders; duplicates stay")
    parser.add_argument(
        "--now", type=_moment, help="time stands still at this moment until it is moved (default: the machine's clock)"
    )


def run(options: argparse.Namespace) -> int:
    """Serve; the address and the counts come as one line of JSON once the portal can be reached."""
    from simulators import server
    from simulators.hubspot.population import populate
    from simulators.hubspot.simulator import HubSpot

    clock: Clock = SystemClock() if options.now is None else HandClock(options.now)
    try:
        listener = server.bind(options.port)
    except OSError as problem:
        print(f"port {options.port} can't be had: {problem.strerror}; name another with --port", file=sys.stderr)
        return 1
    address = server.address_of(listener)
    simulator = HubSpot(clock, options.seed, PROFILES[options.profile], address)
    gc.disable()
    truth = populate(simulator.portal, options.people, clean=options.clean, records=options.records)
    if options.truth is not None:
        truth.write(options.truth)
    del truth
    # Millions of records that stay are nothing to look through for garbage again and again.
    gc.freeze()
    gc.enable()
    listener.listen()
    records = {name: len(table.live) for name, table in simulator.portal.tables.items()}
    print(json.dumps({"url": address, "profile": options.profile, "seed": options.seed, **records}))
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        server.serve(simulator, listener)
    return 0


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _moment(text: str) -> datetime:
    try:
        return parse_moment(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None
