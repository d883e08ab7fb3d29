"""Reading a portal at HubSpot's real pace: is the budget used, is a refusal ever met, what do stamps alike cost?

python -m benchmarks.reading_hubspot pull ADDRESS STORE

The portal keeps its limits by the clock: so many calls in ten seconds, five searches a second for all apps together, of
which another app takes one. The first load goes by list; then one stamp is given to many contacts, whose ids have 3, 6
and 11 digits, and they are read by search. Records are landed as customers, on SQLite, in a process of their own.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.measure import Laps, in_child, tell
from benchmarks.writing_hubspot import Back, served

OBJECT = "contacts"
LIST_PAGE, SEARCH_PAGE, LINKS_PAGE = 100, 200, 1_000
ALIKE = 25_000
"""Contacts of one stamp."""
AT_ONCE = 5_000
LAG_S = 30
CALLS, SHARE = 190, 0.80
"""Calls that HubSpot takes in ten seconds, and our share of them."""
SEARCHES = 4
"""Searches a second that are ours, of five."""
BEGUN = "2026-11-22T09:00:00Z"
Told = dict[str, Any]


def pull(address: str, database: Path) -> None:
    """Read contacts as `unsilo pull` does, from the place kept; tells rows, calls and seconds."""
    from connectors.hubspot.connector import open_hubspot
    from connectors.hubspot.mapping import STANDARD
    from unified_model.store.engine import open_store
    from unified_model.store.sources import ensure_source
    from unified_model.use_cases.land import LandingOrder, land

    settings = {"url": address, "objects": [OBJECT], "lag_seconds": LAG_S, "daily_share": 1}
    connector = open_hubspot("portal", settings, STANDARD, secret={"token": "hub-token"}.get)
    laps = Laps()
    with open_store(f"sqlite:///{database}") as store:
        source = ensure_source(store, "portal", connector.installation().id, "hubspot", _now())
        order = LandingOrder(source.id, OBJECT, 1)
        with laps.lap("pull"):
            counts = land(store, order, STANDARD[OBJECT], lambda at: connector.read(OBJECT, at), clock=_now)
    calls = connector.client.budget.calls
    connector.close()
    assert counts.balanced()
    tell({**laps.as_dict(), "read": counts.read, "stored": counts.stored, "calls": calls})


def _now() -> datetime:
    return datetime.now(UTC)


def run(folder: Path, people: int, seed: int, alike: int = ALIKE) -> None:
    """Print pace, refusals and calls of a first load and of many changes stamped alike."""
    print("\n## Reading a HubSpot portal at its own pace, while another app searches once a second\n")
    database = folder / "portal.db"
    for old in folder.glob("portal.db*"):
        old.unlink()
    with served(people, seed, "--now", BEGUN) as address:
        back = Back(address)
        back.admin("limits", calls_in_10_s=CALLS, search_a_second=SEARCHES + 1, calls_a_day=1_000_000)
        back.admin("traffic", search_a_second=1)
        before = back.admin("calls")
        first = in_child("benchmarks.reading_hubspot", "pull", back.address, database)
        loaded = back.admin("calls")
        _first_load(first, before, loaded)
        made = _stamp_alike(back, alike)
        second = in_child("benchmarks.reading_hubspot", "pull", back.address, database)
        _stamped_alike(second, loaded, back.admin("calls"), made)


def _first_load(told: Told, before: Told, after: Told) -> None:
    calls, seconds = after["total"] - before["total"], told["wall"]["pull"]
    need = math.ceil(told["read"] / LIST_PAGE) + math.ceil(told["read"] / LINKS_PAGE)
    used, allowed = calls / seconds, CALLS * SHARE / 10
    refused = after["refused_429"] - before["refused_429"]
    print(f"- first load, by list: {told['read']:,} read, {told['stored']:,} stored in {seconds:.0f} s")
    print(
        f"  - {used:.1f} calls a second of {allowed:.1f} that we allow ourselves: **{used / allowed:.0%}** (bar 95 %)"
    )
    print(
        f"  - {calls:,} calls; the rows need {need:,}: **{calls / need:.2f}** (bar 1.1); refused: **{refused}** (bar 0)"
    )
    busy = told["cpu"]["pull"] / seconds
    print(f"  - our process was busy for {busy:.0%} of the time; peak {told['peak_mb']:.0f} MB")


def _stamp_alike(back: Back, alike: int) -> int:
    """Make contacts with ids of every length and give them all one stamp."""
    numbers = [*range(100, 400), *range(100_003, 100_003 + alike // 2)]
    numbers += range(12_000_000_007, 12_000_000_007 + alike - len(numbers))
    for start in range(0, alike, AT_ONCE):
        some = numbers[start : start + AT_ONCE]
        made = [{"id": str(id), "properties": {"firstname": "Ann", "lastname": f"Alike {id}"}} for id in some]
        back.admin("create", object=OBJECT, records=made)
    back.admin("touch", object=OBJECT, ids=[str(id) for id in numbers])
    back.admin("clock", advance_s=600)
    lengths = Counter(len(str(id)) for id in numbers)
    told = ", ".join(f"{count:,} of {digits} digits" for digits, count in sorted(lengths.items()))
    print(f"- {alike:,} contacts of one identical stamp, ids: {told}")
    return len(numbers)


def _stamped_alike(told: Told, before: Told, after: Told, made: int) -> None:
    searches, calls = after["search"] - before["search"], after["total"] - before["total"]
    need = math.ceil(made / SEARCH_PAGE) + math.ceil(made / LINKS_PAGE)
    seconds, refused = told["wall"]["pull"], after["refused_429"] - before["refused_429"]
    used = searches / seconds
    print(f"  - by search: {told['read']:,} read, {told['stored']:,} stored (bar: each once) in {seconds:.0f} s")
    print(f"  - {calls:,} calls; at least {need:,}: **{calls / need:.2f}** (bar 1.1), refused: **{refused}** (bar 0)")
    print(f"  - {used:.2f} searches a second of {SEARCHES} that are ours: **{used / SEARCHES:.0%}** (bar 95 %)")


if __name__ == "__main__":
    pull(sys.argv[2], Path(sys.argv[3]))
