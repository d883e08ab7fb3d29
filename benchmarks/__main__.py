"""python -m benchmarks [NAME ...] [--quick | --scale SMALL LARGE] [--data FOLDER] [--keep FOLDER]

Prints each claim as ratios taken in one run. Without arguments everything at full size: 100,000 and 1,000,000 records,
which takes about an hour and a half and 12 GB of disk. Names: quality, identity, landing, growth, reading,
reading-hubspot, writing, writing-hubspot.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import growth, landing, quality, reading, reading_hubspot, writing, writing_hubspot
from benchmarks.identity import suite as identity
from benchmarks.measure import REPOSITORY
from benchmarks.workspace import SEED, workspace

DATA = Path(os.environ.get("UNSILO_DATA", REPOSITORY.parent / "shared" / "data")) / "crm_exports"
NAMES = ("quality", "identity", "landing", "growth", "reading", "reading-hubspot", "writing", "writing-hubspot")
FULL, QUICK = (100_000, 1_000_000), (5_000, 20_000)
WRITES, FEW_WRITES = (10_000, 2_000), (500, 100)
"""Updates and creates."""
PACED, FEW_PACED = (170_000, 25_000), (20_000, 3_000)
"""People of a portal that is read at its own pace, and contacts of one stamp."""


def main() -> int:
    """Run the benchmarks named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.partition("\n\n")[2])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(NAMES)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it runs")
    parser.add_argument("--scale", nargs=2, type=int, metavar=("SMALL", "LARGE"), help="records at the two sizes")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of exports with truth.csv, for quality")
    parser.add_argument("--keep", type=Path, help="work here and keep what was generated")
    options = parser.parse_args()
    unknown = set(options.names) - set(NAMES)
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    sizes = tuple(options.scale) if options.scale else QUICK if options.quick else FULL
    print(f"    python -m benchmarks {shlex.join(sys.argv[1:])}".rstrip())
    print(f"    {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}, seed {SEED}")
    chosen = options.names or NAMES
    with workspace(options.keep) as work:
        if "quality" in chosen:
            if (options.data / "truth.csv").exists():
                quality.run(work, options.data)
            else:
                print(f"\n(no quality: {options.data} holds no truth.csv; name a folder with --data)")
        if "identity" in chosen:
            identity.run(work, sizes, quick=options.quick)
        if "landing" in chosen:
            landing.run(work, sizes)
        if "growth" in chosen:
            growth.run(work, sizes)
        if "reading" in chosen:
            reading.run(work, sizes, SEED)
        if "reading-hubspot" in chosen:
            people, alike = FEW_PACED if options.quick else PACED
            reading_hubspot.run(work, people, SEED, alike)
        if "writing" in chosen:
            writing.run(*(FEW_WRITES if options.quick else WRITES), SEED)
        if "writing-hubspot" in chosen:
            writing_hubspot.run(*(FEW_WRITES if options.quick else WRITES), SEED)
    return 0


if __name__ == "__main__":
    sys.exit(main())
