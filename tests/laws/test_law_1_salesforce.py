"""Law 1 over an API: after a hostile day in a Salesforce org and a reconcile, the hub's copy equals the org's table.

Row by row and field by field, over the fields the user may see. On the way the hub is killed, refused and lied to.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from connectors.salesforce import connector
from connectors.salesforce.connector import open_salesforce
from flows.hub import open_hub
from flows.pull import pull_source
from flows.watch import Watch
from tests.contract.simulators.salesforce_org import Org, served
from tests.laws.deaths import When, kill_self_at
from tests.laws.salesforce_day import OBJECTS, Day
from unified_model.store.codec import decode

PEOPLE = 60
ROUNDS = 5
SEEDS = range(10)
DRILLED = range(10, 200)
LONGEST_LAG_S = 20 * 60
"""Past every late commit, every safety margin and every overlap."""
OWNER = ("OwnerId", ("User", "Group"), "Name")
PARENTS: Mapping[str, Mapping[str, tuple[str, tuple[str, ...], str]]] = {
    "Account": {"Owner.Name": OWNER},
    "Contact": {"Account.Name": ("AccountId", ("Account",), "Name"), "Owner.Name": OWNER},
    "Lead": {"Owner.Name": OWNER},
}
"""Columns of parents that are read with their children: column -> (reference, objects it may lead to, field there)."""


@pytest.mark.parametrize("seed", SEEDS)
def test_the_copy_equals_the_org_after_a_hostile_day(seed: int, tmp_path: Path, monkeypatch: Any) -> None:
    live_a_day(seed, tmp_path, monkeypatch)


@pytest.mark.drill
@pytest.mark.timeout(7200)
def test_the_copy_equals_the_org_after_many_hostile_days(tmp_path: Path, monkeypatch: Any) -> None:
    for seed in DRILLED:
        folder = tmp_path / str(seed)
        folder.mkdir()
        live_a_day(seed, folder, monkeypatch)


@pytest.mark.drill
@pytest.mark.timeout(600)
def test_without_an_overlap_late_commits_are_lost(tmp_path: Path, monkeypatch: Any) -> None:
    """That the day is hard enough to tell a careless reader from a careful one."""
    lost = 0
    for seed in SEEDS:
        folder = tmp_path / str(seed)
        folder.mkdir()
        try:
            live_a_day(seed, folder, monkeypatch, overlap_minutes=0)
        except AssertionError:
            lost += 1
    assert lost > 0


def live_a_day(seed: int, folder: Path, monkeypatch: Any, overlap_minutes: int = 10) -> None:
    """The org lives its day, the hub pulls now and then and dies now and then; at last they are compared."""
    monkeypatch.setenv("UNSILO_EMEA_CLIENT_SECRET", "hub-secret")
    monkeypatch.setattr(connector, "open_salesforce", partial(open_salesforce, sleep=short_sleep))
    chance = random.Random(f"day {seed}")
    with served(PEOPLE, "hostile", seed) as org:
        day = Day(org, chance)
        settings = write_settings(folder, org.address, overlap_minutes)
        try:
            for _ in range(ROUNDS):
                pull(settings, chance)
                day.happen(chance.randint(2, 8))
                day.pass_time(chance.choice((30, 400, 4000)))
            day.pass_time(LONGEST_LAG_S)
            org.admin("faults", clear=True, profile="calm")
            ended = pull(settings, None)
            assert ended[0] in ("done", "done_with_warnings"), ended
            assert [each for each in differences(org, settings) if not drifts(each)] == [], "before any reconcile"
            assert reconcile(settings)
            assert differences(org, settings) == []
            assert reconcile(settings) == dict.fromkeys(OBJECTS, (0, 0, 0)), "a second reconcile finds nothing"
        except AssertionError:
            print(f"seed {seed}: {' '.join(day.told)}")
            raise


def short_sleep(seconds: float) -> None:
    """The waits between tries, so much shorter that a day fits into some seconds."""
    time.sleep(min(seconds, 0.02))


def write_settings(folder: Path, address: str, overlap_minutes: int) -> Path:
    """A hub of one Salesforce source."""
    settings = folder / "unsilo.toml"
    settings.write_text(
        f"""
[store]
url = "sqlite:///unsilo.db"

[sources.emea]
kind = "salesforce"
url = "{address}"
auth = "client_credentials"
client_id = "hub"
objects = {json.dumps(OBJECTS)}
bulk_from = 50
overlap_minutes = {overlap_minutes}
daily_share = 1.0
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
                report = pull_source(hub, "emea", Watch())
            os.write(writer, f"{report.state}\n{report.error or ''}"[:4000].encode())
            os._exit(0)
        finally:  # the test must not go on in the child
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
    assert os.waitstatus_to_exitcode(status) == 0, "the pull broke instead of telling its trouble"
    state, _, error = state.partition("\n")
    return [state, error] if error else [state]


def reconcile(settings: Path) -> Mapping[str, tuple[int, int, int]]:
    """Object -> (found missing, found different, found gone)."""
    with open_hub(settings) as hub:
        report = pull_source(hub, "emea", Watch(), reconcile=True, accept_deletes=True)
        assert report.error is None, report.error
        return {
            str(proof["object"]): (proof["missing"], proof["differing"], proof["deleted"]) for proof in report.proofs
        }


def drifts(difference: str) -> bool:
    """Whether it is about a column that changes without the record's stamp: a formula, or a parent's."""
    return any(f" {column}:" in difference for column in ("Account_Industry__c", "Account.Name", "Owner.Name"))


def differences(org: Org, settings: Path) -> list[str]:
    """Everything in which the hub's copy differs from the org's own table."""
    return [each for name in OBJECTS for each in _differences(org, settings, name)]


def _differences(org: Org, settings: Path, name: str) -> Iterator[str]:
    described = org.call("GET", f"sobjects/{name}/describe").json()["fields"]
    types = {one["name"]: one["type"] for one in described if one["type"] not in ("address", "location", "base64")}
    truth = org.rows(name)
    living = {key: row for key, row in truth.items() if not row.get("IsDeleted")}
    held = _held(settings, name)
    for key in sorted(living.keys() | held.keys()):
        copy = held.get(key)
        if key not in living:
            if copy is not None and not copy["deleted"]:
                yield f"{name} {key} lives in the hub and not in the org"
            survivor = truth.get(key, {}).get("MasterRecordId")
            if copy is not None and survivor and copy["merged_into"] != survivor:
                yield f"{name} {key} went into {survivor}, the hub says {copy['merged_into']}"
        elif copy is None or copy["deleted"]:
            yield f"{name} {key} lives in the org and not in the hub"
        else:
            made = living[key].get("ConvertedContactId")
            if copy["merged_into"] != made:
                yield f"{name} {key} was converted into {made}, the hub says {copy['merged_into']}"
            yield from _wrong_values(org, name, key, types, living[key], copy["payload"])


def _wrong_values(
    org: Org, name: str, key: str, types: Mapping[str, str], row: Mapping[str, Any], payload: Mapping[str, Any]
) -> Iterator[str]:
    for column, kind in types.items():
        if column not in payload:
            yield f"{name} {key} has no {column} in the hub"
        elif _plain(kind, payload[column]) != _plain(kind, row[column]):
            yield f"{name} {key} {column}: {row[column]!r} in the org, {payload[column]!r} in the hub"
    for column, (reference, parents, shown) in PARENTS.get(name, {}).items():
        rows = (org.rows(parent).get(row[reference]) for parent in parents)
        there: Mapping[str, Any] = next(filter(None, rows), {})
        if payload.get(column) != there.get(shown):
            yield f"{name} {key} {column}: {there.get(shown)!r} in the org, {payload.get(column)!r} in the hub"


def _plain(kind: str, value: Any) -> Any:
    """A value without its spelling."""
    if value is None or value == "":
        return None
    if kind in ("double", "currency", "percent", "int", "long"):
        return Decimal(str(value))
    if kind == "datetime":
        return datetime.fromisoformat(value.replace("+0000", "+00:00").replace("Z", "+00:00"))
    return value


def _held(settings: Path, name: str) -> dict[str, dict[str, Any]]:
    from sqlalchemy import text

    query = text("select record_id, payload, deleted_at, merged_into from raw_record where object = :name")
    with open_hub(settings) as hub, hub.store.read() as conn:
        return {
            row.record_id: {
                "payload": decode(row.payload) or {}, "deleted": row.deleted_at is not None,
                "merged_into": row.merged_into,
            }
            for row in conn.execute(query, {"name": name})
        }  # fmt: skip
