"""Law 1 over HubSpot: after a hostile day in a portal and a reconcile, the hub's copy equals the portal's own table.

Row by row, field by field and link by link, over the properties the token may see. On the way the hub is killed,
refused and lied to, and searches know of changes late.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
import traceback
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from connectors.hubspot import connector
from connectors.hubspot.connector import open_hubspot
from flows.hub import open_hub
from flows.pull import pull_source
from flows.watch import Watch
from tests.contract.simulators.hubspot_portal import Portal, served
from tests.laws.deaths import When, kill_self_at
from tests.laws.hubspot_day import OBJECTS, RECORDS, Day
from unified_model.store.codec import decode

PEOPLE = 40
ROUNDS = 5
SEEDS = range(10)
DRILLED = range(10, 200)
LONGEST_LAG_S = 20 * 60
"""Past every late index, every lag and every overlap."""
VERSIONS = ("v3", "2026-03", "2026-09")
LINKS = "associations."


@pytest.mark.parametrize("seed", SEEDS)
def test_the_copy_equals_the_portal_after_a_hostile_day(seed: int, tmp_path: Path, monkeypatch: Any) -> None:
    live_a_day(seed, tmp_path, monkeypatch)


@pytest.mark.drill
@pytest.mark.timeout(7200)
def test_the_copy_equals_the_portal_after_many_hostile_days(tmp_path: Path, monkeypatch: Any) -> None:
    for seed in DRILLED:
        folder = tmp_path / str(seed)
        folder.mkdir()
        live_a_day(seed, folder, monkeypatch)


@pytest.mark.drill
@pytest.mark.timeout(600)
def test_without_an_overlap_what_is_indexed_late_is_lost(tmp_path: Path, monkeypatch: Any) -> None:
    """That the day is hard enough to tell a careless reader from a careful one."""
    lost = 0
    for seed in SEEDS:
        folder = tmp_path / str(seed)
        folder.mkdir()
        try:
            live_a_day(seed, folder, monkeypatch, careful=False)
        except AssertionError:
            lost += 1
    assert lost > 0


def live_a_day(seed: int, folder: Path, monkeypatch: Any, *, careful: bool = True) -> None:
    """The portal lives its day, the hub pulls now and then and dies now and then; at last they are compared."""
    monkeypatch.setenv("UNSILO_MARKETING_CLIENT_SECRET", "hub-secret")
    monkeypatch.setenv("UNSILO_MARKETING_REFRESH_TOKEN", "hub-refresh")
    hurry = Hurry()
    hurried = partial(open_hubspot, sleep=hurry.sleep, monotonic=hurry.monotonic)
    monkeypatch.setattr(connector, "open_hubspot", hurried)
    chance = random.Random(f"day {seed}")
    with served(PEOPLE, "hostile", seed) as portal:
        portal.simulator.gate.pace.monotonic = lambda: time.monotonic() * 10_000  # its ten seconds pass as quickly
        day = Day(portal.simulator, chance)
        settings = write_settings(folder, portal.address, VERSIONS[seed % len(VERSIONS)], careful=careful)
        try:
            for _ in range(ROUNDS):
                day.requests_left = chance.randint(1, 60)
                pull(settings, chance)
                day.requests_left = 0
                day.happen(chance.randint(3, 9))
                day.pass_time(chance.choice((30, 60, 400, 4000)))
            day.pass_time(LONGEST_LAG_S)
            portal.admin("faults", clear=True, profile="calm")
            compare(portal, settings)
        except AssertionError:
            print(f"seed {seed}: {' '.join(day.told)}")
            raise


def compare(portal: Portal, settings: Path) -> None:
    """After a quiet pull the copy equals the portal but for what no stamp tells; after a reconcile it does wholly."""
    ended = pull(settings, None)
    assert ended[0] in ("done", "done_with_warnings"), ended
    calculated = {name: calculated_of(portal, name) for name in RECORDS}
    unlike = differences(portal, settings)
    assert [each for each in unlike if not drifts(portal, each, calculated)] == [], "before any reconcile"
    lived = {name: {key for key, copy in held(settings, name).items() if not copy["deleted"]} for name in RECORDS}
    assert reconcile(settings)
    assert differences(portal, settings) == []
    assert [each for name in RECORDS for each in wrong_fates(portal, settings, name, lived[name])] == []
    assert reconcile(settings) == dict.fromkeys(OBJECTS, (0, 0, 0)), "a second reconcile finds nothing"


class Hurry:
    """A connector's waits pass at once, so that a day fits into some seconds."""

    def __init__(self) -> None:
        self.skipped_s = 0.0

    def sleep(self, seconds: float) -> None:
        self.skipped_s += seconds

    def monotonic(self) -> float:
        return time.monotonic() + self.skipped_s


def write_settings(folder: Path, address: str, version: str, *, careful: bool) -> Path:
    """A hub of one HubSpot source."""
    settings = folder / "unsilo.toml"
    careless = "" if careful else "overlap_minutes = 0\nlag_seconds = 0"
    settings.write_text(
        f"""
[store]
url = "sqlite:///unsilo.db"

[sources.marketing]
kind = "hubspot"
url = "{address}"
auth = "oauth"
client_id = "hub"
api_version = "{version}"
objects = {json.dumps(OBJECTS)}
{careless}
""",
        encoding="utf-8",
    )
    return settings


def pull(settings: Path, chance: random.Random | None) -> list[str]:
    """Pull, in a process of its own, which chance may kill at one of its commits; how it ended."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if chance is not None and chance.random() < 0.5:
                when: When = chance.choice(("before", "after"))
                kill_self_at(chance.randint(1, 30), when)
            with open_hub(settings) as hub:
                report = pull_source(hub, "marketing", Watch())
            os.write(writer, f"{report.state}\n{report.error or ''}"[:4000].encode())
            os._exit(0)
        finally:  # the test must not go on in the child
            os.write(writer, traceback.format_exc()[-4000:].encode())
            os._exit(3)
    if chance is not None:
        chance.random(), chance.random(), chance.random()
    os.close(writer)
    with os.fdopen(reader) as told:
        state = told.read()
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return ["killed"]
    assert os.waitstatus_to_exitcode(status) == 0, f"the pull broke: {state}"
    state, _, error = state.partition("\n")
    return [state, error] if error else [state]


def reconcile(settings: Path) -> Mapping[str, tuple[int, int, int]]:
    """Object -> (found missing, found different, found gone)."""
    with open_hub(settings) as hub:
        report = pull_source(hub, "marketing", Watch(), reconcile=True, accept_deletes=True)
        assert report.error is None, report.error
        return {
            str(proof["object"]): (proof["missing"], proof["differing"], proof["deleted"]) for proof in report.proofs
        }


def drifts(portal: Portal, difference: str, calculated: Mapping[str, Collection[str]]) -> bool:
    """Whether no stamp tells of it: a calculated value, a link (which a contact also holds as a property), a record
    that is nowhere any more."""
    name, key, about, *_ = difference.split(" ")
    if about == "lives":
        return "lives in the hub" in difference and key not in portal.rows(name)
    column = about.rstrip(":")
    return column.startswith(LINKS) or column == "associatedcompanyid" or column in calculated[name]


def differences(portal: Portal, settings: Path) -> list[str]:
    """Everything in which the hub's copy differs from the portal's own table."""
    return [each for name in RECORDS for each in _differences(portal, settings, name)] + list(_owners(portal, settings))


def _differences(portal: Portal, settings: Path, name: str) -> Iterator[str]:
    seen = {each["name"] for each in portal.get(f"crm/v3/properties/{name}")["results"]}
    rows, copies, merged = portal.rows(name), held(settings, name), portal.admin("merged", object=name)
    living = {key: row for key, row in rows.items() if not row["archived"]}
    for key in sorted(living.keys() | copies.keys(), key=int):
        copy = copies.get(key)
        if key in living:
            if copy is None or copy["deleted"]:
                yield f"{name} {key} lives in the portal and not in the hub"
            else:
                yield from _wrong_values(name, key, seen, living[key], copy["payload"])
        elif copy is not None and not copy["deleted"]:
            yield f"{name} {key} lives in the hub and not in the portal"
        elif copy is not None and merged.get(key) in rows and merged[key] != _last(_survivors(copies), key):
            yield f"{name} {key} went into {merged[key]}, the hub says {_last(_survivors(copies), key)}"


def _survivors(copies: Mapping[str, Mapping[str, Any]]) -> Mapping[str, str]:
    return {key: str(copy["merged_into"]) for key, copy in copies.items() if copy["merged_into"]}


def _last(survivors: Mapping[str, str], key: str) -> str:
    """What a record has become, over any number of merges."""
    while key in survivors:
        key = survivors[key]
    return key


def _wrong_values(
    name: str, key: str, seen: Collection[str], row: Mapping[str, Any], payload: Mapping[str, Any]
) -> Iterator[str]:
    for column in sorted(seen):
        there = row["properties"].get(column)
        if column not in payload:
            yield f"{name} {key} {column}: missing in the hub"
        elif (payload[column] or None) != (there or None):
            yield f"{name} {key} {column}: {there!r} in the portal, {payload[column]!r} in the hub"
    for column in sorted(each for each in payload if each.startswith(LINKS)):
        there = row["associations"].get(column.removeprefix(LINKS), [])
        if _links(payload[column]) != _links(there):
            yield f"{name} {key} {column}: {there!r} in the portal, {payload[column]!r} in the hub"


def _links(links: Collection[Mapping[str, Any]]) -> Mapping[str, set[tuple[str, int]]]:
    """Id of the other end -> kinds of link."""
    return {str(each["id"]): {(kind["category"], kind["typeId"]) for kind in each["types"]} for each in links}


def _owners(portal: Portal, settings: Path) -> Iterator[str]:
    there = {
        each["id"]: each
        for archived in ("false", "true")
        for each in portal.pages("crm/v3/owners", limit=500, archived=archived)
    }
    copies = held(settings, "owners")
    for key in sorted(there.keys() | copies.keys(), key=int):
        copy = copies.get(key, {"payload": {}})["payload"]
        for column in ("email", "firstName", "lastName", "archived"):
            if copy.get(column) != there.get(key, {}).get(column):
                yield f"owners {key} {column}: {copy.get(column)!r} in the hub"


def wrong_fates(portal: Portal, settings: Path, name: str, lived: Collection[str]) -> Iterator[str]:
    """Records whose end is told wrongly; `lived` are those that the hub held before it compared."""
    copies, rows = held(settings, name), portal.rows(name)
    for key in portal.admin("erased", object=name):
        if key in lived and not copies[key]["erased"]:
            yield f"{name} {key} was erased, and the hub says deleted"
    for key, row in rows.items():
        if row["archived"] and copies.get(key, {}).get("erased"):
            yield f"{name} {key} was archived, and the hub says erased"


def calculated_of(portal: Portal, name: str) -> set[str]:
    """Properties that move without a stamp."""
    return {each["name"] for each in portal.get(f"crm/v3/properties/{name}")["results"] if each.get("calculated")}


def held(settings: Path, name: str) -> dict[str, dict[str, Any]]:
    """What the hub holds of an object, by id."""
    from sqlalchemy import text

    query = text("select record_id, payload, deleted_at, erased_at, merged_into from raw_record where object = :name")
    with open_hub(settings) as hub, hub.store.read() as conn:
        return {
            row.record_id: {
                "payload": decode(row.payload) or {}, "deleted": row.deleted_at is not None,
                "erased": row.erased_at is not None, "merged_into": row.merged_into,
            }
            for row in conn.execute(query, {"name": name})
        }  # fmt: skip
