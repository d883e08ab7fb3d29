"""Reading a Salesforce org into the store: speed of the bulk path, memory, and how a day's budget of calls is used.

python -m benchmarks.reading ours ADDRESS STORE raw|mapped
python -m benchmarks.reading floor ADDRESS STORE
python -m benchmarks.reading same ADDRESS STORE_THAT_MAPPED_WROTE
python -m benchmarks.reading normalise ADDRESS STORE

The floor does the least that copying could take: the same bulk result streamed over HTTP, parsed by `csv`, encoded by
orjson, upserted by key into one table of SQLite, a page a transaction. `raw` lands what nobody maps: every version of
each record with its hashes and times, which is the same job done well. `mapped` lands customers: unified form, contact
points, folded forms and blocking keys besides. It has a floor of its own, `same`: the same stream, and the very rows
that it wrote, written once more into the same tables by the bare sqlite3 module; normalising, which that has nothing
like, is timed in a run of its own and taken off.
"""

from __future__ import annotations

import csv
import io
import math
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import requests

from benchmarks.landing import bare, normalising, rows_of
from benchmarks.measure import Laps, in_child, tell
from benchmarks.writing import served

OBJECT = "Contact"
PAGE = 2_000
RESULT_ROWS = 100_000
SECRET = {"client_secret": "hub-secret"}
API = "/services/data/v62.0"
PEOPLE_A_CONTACT = 1.16
"""About so many people are generated for each contact."""
SHARE = 0.25
"""Of the org's calls a day that are ours."""
OTHERS_EVERY = 3
"""Another program spends a call for so many of ours."""


def read_ours(address: str, database: Path, way: str) -> None:
    """Read all contacts through the connector into a fresh store."""
    from connectors.salesforce.connector import open_salesforce
    from connectors.salesforce.mapping import CONTACT, VOLATILE
    from unified_model.store.engine import open_store
    from unified_model.store.sources import ensure_source
    from unified_model.use_cases.land import LandingOrder, land

    mapping = CONTACT if way == "mapped" else None
    settings = {"url": address, "client_id": "hub", "objects": [OBJECT], "bulk_from": 10_000, "daily_share": 1}
    connector = open_salesforce("org", settings, {OBJECT: CONTACT}, secret=SECRET.get)
    laps = Laps()
    with open_store(f"sqlite:///{database}") as store:
        source = ensure_source(store, "org", connector.installation().id, "salesforce", _now())
        order = LandingOrder(source.id, OBJECT, 1, volatile=VOLATILE)
        with laps.lap("read"):
            counts = land(store, order, mapping, lambda cursor: connector.read(OBJECT, cursor), clock=_now)
    columns = len(connector.describer.schema(OBJECT).names)
    tell({**laps.as_dict(), "rows": counts.stored, "calls": connector.client.budget.calls, "columns": columns})
    connector.close()
    assert counts.balanced()


def read_floor(address: str, database: Path) -> None:
    """Stream the same columns, and upsert each row into one table."""
    names = _names(address)
    web, headers = _session(address)
    conn = sqlite3.connect(database, isolation_level=None)
    conn.execute("pragma journal_mode = wal")
    conn.execute("pragma synchronous = normal")
    conn.execute("create table record (id text primary key, payload blob not null)")
    upsert = "insert into record values (?, ?) on conflict (id) do update set payload = excluded.payload"
    laps, rows = Laps(), 0
    with laps.lap("read"):
        for page in _bulk_pages(web, headers, address, names):
            conn.execute("begin immediate")
            conn.executemany(upsert, [(row[0], orjson.dumps(dict(zip(names, row, strict=True)))) for row in page])
            conn.execute("commit")
            rows += len(page)
    conn.close()
    tell({**laps.as_dict(), "rows": rows})


def write_same(address: str, ours: Path) -> None:
    """Stream and encode the same columns, and write the rows of our store once more."""
    from unified_model.store.engine import open_store

    database, names = _fresh(ours.with_name("same.db")), _names(address)
    open_store(f"sqlite:///{database}").close()
    web, headers = _session(address)
    conn, made = bare(database), rows_of(ours)
    laps, rows = Laps(), 0
    pages = _bulk_pages(web, headers, address, names)
    while True:
        with laps.lap("read"):
            page = next(pages, ())
            encoded = [orjson.dumps(dict(zip(names, row, strict=True))) for row in page]
        if not page:
            break
        rows += len(encoded)
        batches = next(made)
        with laps.lap("write"):
            conn.execute("begin immediate")
            for sql, values in batches:
                conn.executemany(sql, values)
            conn.execute("commit")
    conn.close()
    tell({**laps.as_dict(), "rows": rows})


def normalise(address: str, _store: Path) -> None:
    """What normalising all contacts costs."""
    from connectors.salesforce.connector import open_salesforce
    from connectors.salesforce.mapping import CONTACT

    settings = {"url": address, "client_id": "hub", "objects": [OBJECT], "bulk_from": 10_000, "daily_share": 1}
    connector = open_salesforce("org", settings, {OBJECT: CONTACT}, secret=SECRET.get)
    tell(normalising(CONTACT, connector.read(OBJECT, None)).as_dict())
    connector.close()


def _names(address: str) -> Sequence[str]:
    """The columns that the connector reads."""
    from connectors.salesforce.connector import open_salesforce
    from connectors.salesforce.mapping import CONTACT

    connector = open_salesforce("org", {"url": address, "client_id": "hub"}, {OBJECT: CONTACT}, secret=SECRET.get)
    names = connector.describer.schema(OBJECT).names
    connector.close()
    return names


def _session(address: str) -> tuple[requests.Session, dict[str, str]]:
    web = requests.Session()
    web.trust_env = False
    form = {"grant_type": "client_credentials", "client_id": "hub", **SECRET}
    token = web.post(f"{address}/services/oauth2/token", data=form, timeout=60).json()["access_token"]
    return web, {"Authorization": f"Bearer {token}"}


def _bulk_pages(
    web: requests.Session, headers: dict[str, str], address: str, names: Sequence[str]
) -> Iterator[list[list[str]]]:
    """Pages of rows of one bulk query, its first column the id."""
    jobs = f"{address}{API}/jobs/query"
    ordered = ", ".join(["Id", *(name for name in names if name != "Id")])
    sent = {"operation": "queryAll", "query": f"SELECT {ordered} FROM {OBJECT}"}
    job = f"{jobs}/{web.post(jobs, json=sent, headers=headers, timeout=60).json()['id']}"
    while web.get(job, headers=headers, timeout=60).json()["state"] != "JobComplete":
        time.sleep(0.2)
    locator = ""
    while locator != "null":
        params = {"maxRecords": str(RESULT_ROWS), **({"locator": locator} if locator else {})}
        with web.get(f"{job}/results", params=params, headers=headers, timeout=600, stream=True) as answer:
            answer.raw.decode_content = True
            answer.raw.auto_close = False
            rows = csv.reader(io.TextIOWrapper(io.BufferedReader(answer.raw), encoding="utf-8", newline="\n"))
            next(rows)
            while page := list(islice(rows, PAGE)):
                yield page
            locator = answer.headers.get("Sforce-Locator", "null")


def _now() -> datetime:
    return datetime.now(UTC)


def run(folder: Path, sizes: tuple[int, ...], seed: int) -> None:
    """Print speed and memory at each size, then how a day's budget is used."""
    print("\n## Reading contacts in bulk from a Salesforce org into the store\n")
    peaks: dict[str, list[float]] = {"raw": [], "mapped": []}
    for size in sizes:
        with served(math.ceil(size * PEOPLE_A_CONTACT), seed) as address:
            floor = in_child("benchmarks.reading", "floor", address, _fresh(folder / "floor.db"))
            least = floor["rows"] / floor["cpu"]["read"]
            print(f"- {floor['rows']:,} contacts: floor {_speeds(floor)}")
            for way in ("raw", "mapped"):
                ours = in_child("benchmarks.reading", "ours", address, _fresh(folder / "reading.db"), way)
                ratio = ours["rows"] / ours["cpu"]["read"] / least
                clock = (ours["rows"] / ours["wall"]["read"]) / (floor["rows"] / floor["wall"]["read"])
                bar = " (bar 0.50)" if way == "raw" else ""
                print(f"  - {way}: {_speeds(ours)}; {ours['columns']} columns, {ours['calls']} calls")
                print(f"    - **{ratio:.2f} of the floor** by CPU, {clock:.2f} by the clock{bar}")
                share = ours["cpu"]["read"] / ours["wall"]["read"]
                print(f"    - {share:.0%} of the time in our process; peak **{ours['peak_mb']:.0f} MB** (bar 300)")
                peaks[way].append(ours["peak_mb"])
            _against_the_same_rows(address, folder / "reading.db", ours)
    told = ", ".join(f"{way} {each[-1] / each[0]:.2f}" for way, each in peaks.items())
    print(f"- memory at {sizes[-1]:,} / at {sizes[0]:,}: {told}")
    _days(min(sizes), seed)


def _against_the_same_rows(address: str, database: Path, ours: dict[str, Any]) -> None:
    same = in_child("benchmarks.reading", "same", address, database)
    folding = in_child("benchmarks.reading", "normalise", address, database)["cpu"]["normalise"]
    least, rest = same["cpu"]["read"] + same["cpu"]["write"], ours["cpu"]["read"] - folding
    print(f"    - the same rows into the same tables by sqlite3 alone: {same['rows'] / least:,.0f} rows/s of CPU")
    print(
        f"    - **{least / rest:.2f} of that floor** without normalising ({folding:.0f} s of {ours['cpu']['read']:.0f})"
    )


def _speeds(answer: dict[str, Any]) -> str:
    cpu, wall = answer["rows"] / answer["cpu"]["read"], answer["rows"] / answer["wall"]["read"]
    return f"{cpu:,.0f} rows/s of CPU, {wall:,.0f} by the clock"


def _fresh(file: Path) -> Path:
    for old in file.parent.glob(f"{file.name}*"):
        old.unlink()
    return file


def _days(contacts: int, seed: int) -> None:
    """Read an object too large for one day's budget, day after day, while another program spends calls too."""
    from connectors.http.budget import BudgetSpent
    from connectors.salesforce.connector import open_salesforce
    from connectors.salesforce.mapping import CONTACT

    budget = max(10, math.ceil(contacts / PAGE / 3))
    print(f"\n## A budget of {budget} calls a day, page by page, another program at work\n")
    begun = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    with served(math.ceil(contacts * PEOPLE_A_CONTACT), seed, "--now", begun.isoformat()) as address:
        back, today = requests.Session(), [begun]
        back.trust_env = False
        set_quota = {"requests_a_day": math.ceil(budget / SHARE)}
        back.post(f"{address}/__admin/faults", json=set_quota, timeout=60).raise_for_status()
        other, headers = _session(address)
        settings = {
            "url": address, "client_id": "hub", "objects": [OBJECT], "bulk_from": 10**9, "daily_share": SHARE,
        }  # fmt: skip
        spending = _Kept()
        cursor, rows, days, calls, refused, share_used = None, 0, 0, 0, 0, list[float]()
        done = False
        while not done:
            days += 1
            connector = open_salesforce(
                "org", settings, {OBJECT: CONTACT}, secret=SECRET.get, spending=spending, clock=lambda: today[0]
            )
            got = 0
            try:
                for number, page in enumerate(connector.read(OBJECT, cursor)):
                    cursor, got = page.cursor, got + len(page.records)
                    if number % OTHERS_EVERY == 0:
                        refused += other.get(f"{address}{API}/limits", headers=headers, timeout=60).status_code != 200
                done = True
            except BudgetSpent:
                share_used.append(connector.client.budget.spent() / budget)
            calls, rows = calls + connector.client.budget.calls, rows + got
            connector.close()
            today[0] += timedelta(hours=26)
            back.post(f"{address}/__admin/clock", json={"advance_s": 26 * 3600}, timeout=60).raise_for_status()
            other, headers = _session(address)
        need = math.ceil(rows / PAGE) + 4 * days
        print(f"- {rows:,} rows read in {days} days with {calls} calls; the rows need {need}: **{calls / need:.2f}**")
        print(f"  - of each full day's budget used: **{min(share_used, default=1):.0%}** at least (bar 95 %)")
        print(f"  - refusals met by the other program: {refused}; by us: 0 (one would end this)")


class _Kept:
    """What was spent, kept for the next day."""

    def __init__(self) -> None:
        self.calls: dict[str, int] = {}

    def load(self) -> dict[str, int]:
        return self.calls

    def keep(self, calls: Any) -> None:
        self.calls = dict(calls)


if __name__ == "__main__":
    step, where, file = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    steps: dict[str, Callable[..., None]] = {
        "ours": read_ours,
        "floor": read_floor,
        "same": write_same,
        "normalise": normalise,
    }
    steps[step](where, file, *sys.argv[4:])
