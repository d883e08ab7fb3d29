"""The state of the store at a glance, by a handful of plain queries.

Loads no more than a database driver: whoever asks how things stand shall not wait for the machinery that does the work.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from unified_model.errors import NeedsOperator
from unified_model.store.faults import translated
from unified_model.store.version import refuse_newer

Row = dict[str, Any]
Ask = Callable[[str], list[Row]]

SOURCES = """
select s.id, s.label, s.kind, s.doubtful, s.removed_at
from source s
order by s.label
"""

CURSORS = """
select source_id, object, covers_until, updated_at
from cursor
order by source_id, object
"""

PROOFS = """
select source_id, object, source_count, hub_count, missing, differing, deleted, erased, compared_at, proven_at
from proof
order by source_id, object
"""

HIDDEN = """
select source_id, object, name, since
from hidden_column
order by source_id, object, name
"""

# By the index of natural keys alone: the table is long.
BY_OBJECT = """
select source_id, object, count(*) as records
from source_record
where object not like '%/company'
group by source_id, object
order by source_id, object
"""

PLACES = """
select s.label, s.installation, c.object, c.value
from source s
left join cursor c on c.source_id = s.id
"""

LETTERS = """
select source_id, reason, count(*) as letters
from dead_letter
where state = 'open'
group by source_id, reason
order by source_id, reason
"""

RUNS = """
select r.id, s.label as source, r.stage, r.state, r.started_at, r.ended_at, r.read, r.stored, r.unchanged, r.repeated,
       r.rejected, r.suppressed, r.deleted, r.counts, r.error, r.prefect_run
from sync_run r
left join source s on s.id = r.source_id
order by r.started_at desc, r.id desc
limit 12
"""

CUSTOMERS = """
select kind, state, count(*) as customers
from customer
group by kind, state
order by kind, state
"""

# As `unsilo review` lists them: one a pair of customers, however many of their records are doubtful.
REVIEWS = """
select kind, reason, count(*) as pairs
from (
    select r.kind, min(r.reason) as reason
    from review r
    join membership a on a.record = r.a
    join membership b on b.record = r.b
    group by
        r.kind,
        case when a.customer_id < b.customer_id then a.customer_id else b.customer_id end,
        case when a.customer_id < b.customer_id then b.customer_id else a.customer_id end
) pair
group by kind, reason
order by kind, reason
"""

QUEUE = "select count(*) as waiting from resolve_queue"
PAUSE = "select value from setting where name = 'push_pause'"
VERSION = "select version_num from alembic_version"


def read_status(url: str) -> Row | None:
    """Sources, runs, customers and what waits; None when there is no store at `url` yet."""
    with _connected(url) as ask:
        if ask is None:
            return None
        version = ask(VERSION)[0]["version_num"]
        refuse_newer(url.rsplit("@", 1)[-1], version)
        return {"schema": version, **_status(ask)}


class Place(NamedTuple):
    """Who a source was at first contact, and how far each of its objects has been read."""

    installation: str
    cursors: dict[str, str]


def read_places(url: str) -> dict[str, Place]:
    """The place of each source, by label."""
    found: dict[str, Place] = {}
    with _connected(url) as ask:
        for row in ask(PLACES) if ask else ():
            place = found.setdefault(row["label"], Place(row["installation"], {}))
            if row["object"] is not None:
                place.cursors[row["object"]] = row["value"]
    return found


def _status(ask: Ask) -> Row:
    objects, cursors, letters, proofs, hidden = ask(BY_OBJECT), ask(CURSORS), ask(LETTERS), ask(PROOFS), ask(HIDDEN)
    sources = [
        {
            "source": row["label"],
            "kind": row["kind"],
            "records": sum(one["records"] for one in objects if one["source_id"] == row["id"]),
            "doubtful": row["doubtful"],
            "removed_at": row["removed_at"],
            "set_aside": {one["reason"]: one["letters"] for one in letters if one["source_id"] == row["id"]},
            "objects": _of(row, objects),
            "cursors": _of(row, cursors),
            "proofs": _of(row, proofs),
            "hidden_columns": _of(row, hidden),
        }
        for row in ask(SOURCES)
    ]
    return {
        "sources": sources,
        "runs": [row | {"counts": _decoded(row["counts"])} for row in ask(RUNS)],
        "customers": ask(CUSTOMERS),
        "reviews": ask(REVIEWS),
        "waiting": ask(QUEUE)[0]["waiting"],
        "set_aside": sum(row["letters"] for row in letters),
        "pushes_paused": next((_decoded(row["value"]) for row in ask(PAUSE)), None),
    }


def _of(source: Row, rows: list[Row]) -> list[Row]:
    """A source's rows, without its key."""
    return [
        {name: value for name, value in one.items() if name != "source_id"}
        for one in rows
        if one["source_id"] == source["id"]
    ]


def _decoded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


@contextmanager
def _connected(url: str) -> Iterator[Ask | None]:
    """A read-only way to ask the store, on one snapshot; None when it holds no Unsilo tables."""
    with translated():
        if url.startswith("sqlite"):
            path = Path(url.removeprefix("sqlite:///"))
            if not path.exists():
                yield None
                return
            if path.is_dir():
                message = f"The store {path} is a folder, not a file."
                raise NeedsOperator(message, "Name a file in [store] url of unsilo.toml.")
            with _sqlite(path) as ask:
                yield ask
        else:
            with _postgres(url) as ask:
                yield ask


@contextmanager
def _sqlite(path: Path) -> Iterator[Ask | None]:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("begin")

        def ask(sql: str) -> list[Row]:
            return [dict(row) for row in connection.execute(sql)]

        known = ask("select count(*) as tables from sqlite_master where type = 'table' and name = 'alembic_version'")
        yield ask if known[0]["tables"] else None
    finally:
        connection.close()


@contextmanager
def _postgres(url: str) -> Iterator[Ask | None]:
    import psycopg
    from psycopg.rows import dict_row

    address = "postgresql://" + url.partition("://")[2]
    with psycopg.connect(address, row_factory=dict_row, connect_timeout=10) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True

        def ask(sql: str) -> list[Row]:
            return connection.execute(sql).fetchall()

        known = ask("select to_regclass('alembic_version') is not null as known")
        yield ask if known[0]["known"] else None
