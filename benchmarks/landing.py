"""Landing a contact file, against the floor: the least that anything would have to do to write the same rows.

python -m benchmarks.landing ours FILE STORE
python -m benchmarks.landing normalise FILE
python -m benchmarks.landing floor FILE STORE_THAT_OURS_WROTE

Ours reads, maps, normalises and writes. The floor reads the file with `csv` (strict), encodes each row with orjson, and
writes the very rows that ours wrote - same tables, columns, indexes, pragmas and transactions - by `executemany` of the
bare sqlite3 module. Its values come from our store, fetched chunk by chunk outside the timed part. Normalising is timed
in a run of its own and taken off, as the floor has nothing like it: folded forms with their text and hash, canonical
points, blocking keys and the lists in which they go to the log. Writing all of that is not taken off.
"""

from __future__ import annotations

import csv
import sqlite3
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from benchmarks.measure import Laps, in_child, tell
from benchmarks.workspace import contacts

ROWS_A_PAGE = 2_000
TABLES = (
    "source_record", "source_record_version", "person_record", "organization_record", "contact_point", "affiliation",
    "blocking_key_log", "resolve_queue",
)  # fmt: skip


def _contacts(file: Path) -> tuple[Any, Callable[[str | None], Iterator[Any]]]:
    """The mapping of a contact file, and what reads its pages."""
    from connectors.files.connector import open_files
    from connectors.files.recognise import recognise

    with file.open(encoding="utf-8", newline="") as lines:
        known = recognise(next(csv.reader(lines)))
    assert known is not None
    mapping = known.mapping
    connector = open_files("contacts", {"path": str(file), "object": mapping.object}, {mapping.object: mapping})
    return mapping, lambda cursor: connector.read(mapping.object, cursor)


def land_ours(file: Path, database: Path) -> None:
    """Land a file through the file connector into a fresh store."""
    from unified_model.store.engine import open_store
    from unified_model.store.sources import ensure_source
    from unified_model.use_cases.land import LandingOrder, land

    mapping, read = _contacts(file)
    laps = Laps()
    with open_store(f"sqlite:///{database}") as store:
        source = ensure_source(store, "contacts", "contacts", "files", _now())
        with laps.lap("land"):
            counts = land(store, LandingOrder(source.id, mapping.object, 1), mapping, read, clock=_now)
    assert counts.balanced()
    tell({**laps.as_dict(), "rows": counts.stored, "rejected": counts.rejected})


def normalise(file: Path) -> None:
    """What normalising the rows of a file costs."""
    mapping, pages = _contacts(file)
    tell(normalising(mapping, pages(None)).as_dict())


def normalising(mapping: Any, pages: Iterator[Any]) -> Laps:
    """Only what makes forms and keys of the persons that land and of the companies they name."""
    from unified_model.collecting import rare_collections
    from unified_model.entities import Kind, OrganizationRecord
    from unified_model.identity.forms import organization_form, person_form
    from unified_model.mapping.read import reader
    from unified_model.store.codec import digest, encode_bytes
    from unified_model.store.landing import Batch
    from unified_model.use_cases.implied import implied_id
    from unified_model.use_cases.unify import key_hashes

    read = reader(mapping)
    laps = Laps()
    met: set[str | None] = set()

    def keep(kind: Kind, form: dict[str, Any], batch: Batch) -> None:
        text = encode_bytes(form)
        text.decode(), digest(text)
        batch.log_keys(1, key_hashes(kind, form))

    with rare_collections():
        for page in pages:
            persons: list[Any] = [read(record) for record in page.records]
            named = {implied_id(job): job for person in persons for job in person.affiliations}
            companies = [
                OrganizationRecord(name=job.name, domain=job.domain) for id_, job in named.items() if id_ not in met
            ]
            met.update(named)
            batch = Batch()
            with laps.lap("normalise"):
                for person in persons:
                    keep("person", person_form(person), batch)
                for company in companies:
                    keep("organization", organization_form(company), batch)
    return laps


def _now() -> datetime:
    return datetime.now(UTC)


def land_floor(file: Path, ours: Path) -> None:
    """Read and encode the file, and write the rows of our store once more."""
    from unified_model.store.engine import open_store

    database = ours.with_name("floor.db")
    for old in database.parent.glob("floor.db*"):
        old.unlink()
    open_store(f"sqlite:///{database}").close()
    laps = Laps()
    conn = bare(database)
    made = rows_of(ours)
    rows = 0
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines, strict=True)
        header = next(reader)
        while True:
            with laps.lap("read"):
                page = [orjson.dumps(dict(zip(header, row, strict=True))) for row in islice(reader, ROWS_A_PAGE)]
            if not page:
                break
            rows += len(page)
            batches = next(made)
            with laps.lap("write"):
                conn.execute("begin immediate")
                for sql, values in batches:
                    conn.executemany(sql, values)
                conn.execute("commit")
    conn.close()
    tell({**laps.as_dict(), "rows": rows})


def bare(database: Path) -> sqlite3.Connection:
    """A connection of the sqlite3 module alone, set up as ours are."""
    conn = sqlite3.connect(database, isolation_level=None)
    for name, value in (
        ("synchronous", "normal"), ("foreign_keys", "on"), ("cache_size", "-65536"), ("wal_autocheckpoint", "4000"),
        ("temp_store", "file"),
    ):  # fmt: skip
        conn.execute(f"pragma {name} = {value}")
    return conn


def rows_of(ours: Path) -> Iterator[list[tuple[str, list[tuple[Any, ...]]]]]:
    """The rows of our store in the order they were written, as many a page as ours wrote on average."""
    conn = sqlite3.connect(f"file:{ours}?mode=ro", uri=True)
    (persons,) = conn.execute("select count(*) from person_record").fetchone()
    pages = -(-persons // ROWS_A_PAGE)
    streams = []
    for table in TABLES:
        columns = [row[1] for row in conn.execute(f"pragma table_info({table})")]
        (count,) = conn.execute(f"select count(*) from {table}").fetchone()
        marks = ", ".join("?" * len(columns))
        key = "seq" if table == "blocking_key_log" else "id" if table == "source_record" else "record"
        select = conn.execute(f"select {', '.join(columns)} from {table} order by {key}")
        streams.append((f"insert into {table} ({', '.join(columns)}) values ({marks})", select, -(-count // pages)))
    while True:
        yield [(sql, select.fetchmany(size)) for sql, select, size in streams]


def run(folder: Path, sizes: tuple[int, ...]) -> None:
    """Print rows a second, ratios and memory at each size."""
    print("\n## Landing a contact file (CPU seconds; ratios to the floor)\n")
    peaks = []
    for rows in sizes:
        file, database = contacts(folder, rows), folder / "landing.db"
        for old in folder.glob("landing.db*"):
            old.unlink()
        ours = in_child("benchmarks.landing", "ours", file, database)
        floor = in_child("benchmarks.landing", "floor", file, database)
        total, folding = ours["cpu"]["land"], in_child("benchmarks.landing", "normalise", file)["cpu"]["normalise"]
        bare = floor["cpu"]["read"] + floor["cpu"]["write"]
        rest = total - folding
        print(f"- {rows:,} rows: ours {total:.1f} s, of it normalising {folding:.1f} s; floor {bare:.1f} s")
        print(f"  - rows/s: ours {rows / total:,.0f}, without normalising {rows / rest:,.0f}, floor {rows / bare:,.0f}")
        print(f"  - **{bare / rest:.2f} of the floor** without normalising (bar 0.50), {bare / total:.2f} with it")
        print(f"  - wall: ours {ours['wall']['land']:.1f} s, floor {sum(floor['wall'].values()):.1f} s")
        print(f"  - peak memory **{ours['peak_mb']:.0f} MB** (bar 300), floor {floor['peak_mb']:.0f} MB", flush=True)
        peaks.append(ours["peak_mb"])
    print(f"- memory at {sizes[-1]:,} rows / at {sizes[0]:,}: **{peaks[-1] / peaks[0]:.2f}** (bar: the same)")


if __name__ == "__main__":
    step, paths = sys.argv[1], [Path(argument) for argument in sys.argv[2:]]
    steps: dict[str, Callable[..., None]] = {"ours": land_ours, "normalise": normalise, "floor": land_floor}
    steps[step](*paths)
