"""Read a file through its connector and hash every row, with no store: python -m benchmarks.parsing FILE"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from benchmarks.measure import Laps, tell
from connectors.files.connector import open_files
from connectors.files.recognise import recognise
from unified_model.collecting import rare_collections
from unified_model.store.codec import digest, encode_bytes


def main(file: Path) -> None:
    """Read, encode and hash."""
    with file.open(encoding="utf-8", newline="") as lines:
        known = recognise(next(csv.reader(lines)))
    assert known is not None
    name = known.mapping.object
    connector = open_files("parsed", {"path": str(file), "object": name}, {name: known.mapping})
    laps = Laps()
    with laps.lap("parse"), rare_collections():
        for page in connector.read(name, None):
            for record in page.records:
                digest(encode_bytes(record.payload))
    tell(laps.as_dict())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
