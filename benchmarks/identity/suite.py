"""All goals of identity, ours beside plain Splink 5 and one shared key, at two sizes and on every labelled set."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.identity import costs, goals
from benchmarks.identity.goals import Bar, Row, Sides
from benchmarks.identity.labelled import DATA
from benchmarks.identity.peers import MISSING, splink_is_here
from benchmarks.identity.stored import CHANGING, make_hub
from benchmarks.identity.tables import Table, company_table, crm_table, public_table
from benchmarks.measure import in_child
from benchmarks.quality import customers_of
from benchmarks.workspace import CHANGED, exports

FRESH, OTHER = 11, 23
"""Seeds that nothing was tuned on."""
ONES = 12
PUBLIC = ("fake_1000", "historical_50k", "patstat_companies", "febrl3", "febrl4")
UNSEEN = ("febrl1",)


class Population(NamedTuple):
    """One generated population, measured."""

    sides: Sides
    companies: Sides | None
    stored: Sides
    first: dict[str, Any]
    changes: dict[str, Any]


def run(work: Path, sizes: tuple[int, ...]) -> None:
    """Print every goal's row."""
    small, large = min(sizes), max(sizes)
    peer = splink_is_here()
    print("\n## Identity: every goal, ours beside plain Splink 5 and the exact-e-mail rule\n")
    print(costs.WHAT_COUNTS + "\n")
    if not peer:
        print(MISSING + "\n")
    rows: list[Row] = []
    rows += _print("Customers of three exports", _crm(work, small, large, peer, rows_of_cost := []), "exact e-mail")
    rows += _print("Labelled sets", _sets(work, peer), "one key")
    rows += _print("Cost", [*rows_of_cost, *costs.import_rows(peer)], "exact e-mail")
    print(f"\n{goals.summary(rows)}")


def _print(title: str, rows: Iterable[Row], key: str) -> list[Row]:
    told = list(rows)
    print(f"\n### {title}\n\n{goals.as_table(told, key)}", flush=True)
    return told


def _crm(work: Path, small: int, large: int, peer: bool, spent: list[Row]) -> list[Row]:
    first = _population(work, small, FRESH, peer)
    second = _population(work, small, OTHER, peer)
    big = _population(work, large, FRESH, peer, companies=False)
    rows: list[Row] = []
    for one, bars in ((first, goals.CRM_BARS), (second, goals.CRM_BARS), (big, goals.LARGE_CRM_BARS)):
        rows += goals.quality_rows(one.sides, bars, crm=True)
        rows += [goals.scored(one.stored, bar.score, bar.at_least) for bar in bars]
        if one.companies:
            rows += goals.unseen_rows(one.companies)
    rows.append(goals.growth_row(first.sides, big.sides))
    spent += costs.first_rows(big.sides.name, big.sides.ours, big.first, big.sides.splink)
    spent += costs.change_rows((first.sides.name, big.sides.name), first.changes, big.changes, big.sides.splink)
    return rows


def _population(work: Path, size: int, seed: int, peer: bool, *, companies: bool = True) -> Population:
    made = exports(work, size, seed)
    name = f"CRM {size:,}, seed {seed}"
    table = crm_table(made, work / f"table_{size}_{seed}")
    sides = _sides(name, table, in_child("benchmarks.identity.ours", "persons", made), peer, more=CHANGED)
    firms = None
    if companies:
        other = company_table(made, work / f"companies_{size}_{seed}")
        firms = _sides(f"{name}, companies", other, in_child("benchmarks.identity.ours", "companies", made), peer)
    hub = work / f"hub_{size}_{seed}"
    make_hub(hub, made)
    first = in_child("benchmarks.identity.stored", "first", hub)
    scores = customers_of(hub / "unsilo.db", made)["persons"]
    stored = Sides(f"{name}, in the store", sides.key, sides.splink, scores._asdict())
    changes = in_child("benchmarks.identity.stored", "changes", hub, made / "delta" / CHANGING, ONES)
    shutil.rmtree(hub)
    return Population(sides, firms, stored, first, changes)


def _sides(name: str, table: Table, ours: dict[str, Any], peer: bool, more: int = 0) -> Sides:
    key = in_child("benchmarks.identity.peers", "key", table.settings, table.folder)
    splink = in_child("benchmarks.identity.peers", "splink", table.settings, table.folder, more) if peer else None
    return Sides(name, key, splink, ours)


def _sets(work: Path, peer: bool) -> Iterable[Row]:
    if not DATA.is_dir():
        print(f"(no labelled sets: {DATA} is not there; name their folder by UNSILO_DATA)")
        return
    for name in (*PUBLIC, *UNSEEN):
        table = public_table(name, work / f"table_{name}")
        sides = _sides(name, table, in_child("benchmarks.identity.ours", "set", name), peer)
        bars: tuple[Bar, ...] = goals.SET_BARS.get(name, ())
        yield from goals.quality_rows(sides, bars, crm=False) if bars else goals.unseen_rows(sides)
    made = DATA / "crm_exports"
    table = crm_table(made, work / "table_crm_exports")
    sides = _sides("crm_exports", table, in_child("benchmarks.identity.ours", "persons", made), peer)
    yield from goals.quality_rows(sides, goals.CRM_BARS, crm=True)
    table = company_table(made, work / "table_companies")
    ours = in_child("benchmarks.identity.ours", "companies", made)
    yield from goals.unseen_rows(_sides("crm_exports, companies", table, ours, peer))
