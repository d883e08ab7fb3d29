"""Who is in a simulated portal: the people of the exports, known by their truth, and what a company sells them."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from simulators.__main__ import main
from simulators.clock import HandClock
from simulators.hubspot.population import populate
from simulators.hubspot.profiles import PROFILES
from simulators.hubspot.simulator import HubSpot
from simulators.hubspot.truth import Truth
from simulators.hubspot.values import checked
from simulators.salesforce.population import populate as populate_org
from simulators.salesforce.simulator import Salesforce

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PEOPLE = 400
FILLED = (
    "contacts", "companies", "deals", "tickets", "products", "line_items", "quotes", "calls", "emails", "meetings",
    "notes", "tasks", "leads", "machines",
)  # fmt: skip


@cache
def filled(seed: int = 7, profile: str = "calm") -> tuple[HubSpot, Truth]:
    """A portal that nobody writes to."""
    simulator = HubSpot(HandClock(NOW), seed, PROFILES[profile], "http://127.0.0.1")
    return simulator, populate(simulator.portal, PEOPLE)


def held(simulator: HubSpot, kind: str) -> dict[str, dict[str, str]]:
    """The values of all records of a type, by id."""
    return {str(each): dict(row.values) for each, row in simulator.portal.tables[kind].items()}


def test_the_contacts_are_those_of_the_export_of_the_same_seed(tmp_path: Path) -> None:
    simulator, truth = filled()

    main(["people", "--people", str(PEOPLE), "--seed", "7", "--out", str(tmp_path)])

    with (tmp_path / "hubspot_contacts.csv").open(encoding="utf-8", newline="") as stream:
        exported = {row["Record ID"]: row for row in csv.DictReader(stream)}
    with (tmp_path / "truth.csv").open(encoding="utf-8", newline="") as stream:
        known = {row["record_id"]: int(row["person_id"]) for row in csv.DictReader(stream)}
    contacts = held(simulator, "contacts")
    assert contacts.keys() == exported.keys()
    for each, row in exported.items():
        values = contacts[each]
        assert (values.get("firstname", ""), values.get("lastname", "")) == (row["First Name"], row["Last Name"])
        assert values.get("email", values.get("work_email", "")) == row["Email"].strip().lower()
    people = {each: person for kind, each, person, _ in truth.rows if kind == "contacts"}
    assert people == {each: known[each] for each in exported}


def test_no_two_contacts_share_an_address() -> None:
    simulator, _ = filled()

    addresses = Counter(row["email"] for row in held(simulator, "contacts").values() if "email" in row)

    assert max(addresses.values()) == 1
    assert any("work_email" in row for row in held(simulator, "contacts").values())


def test_ids_have_three_six_and_eleven_digits() -> None:
    simulator, _ = filled()

    assert {len(each) for each in held(simulator, "companies")} == {3, 6, 11}
    assert {len(each) for each in held(simulator, "deals")} == {3, 6, 11}


@pytest.mark.parametrize(
    ("kind", "name", "there", "which"),
    [
        ("contacts", "salesforcecontactid", "Contact", 0),
        ("contacts", "salesforceleadid", "Lead", 0),
        ("companies", "salesforceaccountid", "Account", 1),
    ],
)
def test_ids_of_salesforce_are_those_of_the_same_person_or_company_in_that_org(
    kind: str, name: str, there: str, which: int
) -> None:
    simulator, truth = filled()
    org = Salesforce(HandClock(NOW), 7, PROFILES["calm"], "http://127.0.0.1").org
    known = {(each, record_id): numbers for each, record_id, *numbers in populate_org(org, PEOPLE).rows}
    own = {(each, record_id): numbers for each, record_id, *numbers in truth.rows}

    shared = {each: row[name] for each, row in held(simulator, kind).items() if name in row}

    assert 0 < len(shared) < len(held(simulator, kind)) / 2
    for each, other in shared.items():
        assert known[there, other][which] == own[kind, each][which] > 0


@pytest.mark.parametrize("kind", FILLED)
def test_everything_that_is_held_may_be_written(kind: str) -> None:
    simulator, _ = filled()
    portal = simulator.portal
    type_ = portal.kind(kind)

    rows = held(simulator, kind)

    assert rows
    for values in rows.values():
        sent = {name: value for name, value in values.items() if type_.properties[name].writable}
        kept = checked(portal, type_, None, sent)
        assert {name: kept[name] for name in sent} == sent


def test_somebody_who_left_still_owns_records() -> None:
    simulator, _ = filled()

    (gone,) = (str(owner.id) for owner in simulator.portal.owners.values() if owner.archived)

    assert any(row.get("hubspot_owner_id") == gone for row in held(simulator, "contacts").values())


def test_in_a_bad_portal_one_job_stamped_most_records_alike() -> None:
    simulator, _ = filled(profile="hostile")

    stamps = Counter(row.modified for row in simulator.portal.tables["contacts"].values())

    assert stamps.most_common(1)[0][1] > stamps.total() / 2


def test_a_part_of_the_deals_lies_in_the_recycle_bin() -> None:
    simulator, _ = filled()

    archived = [row for row in simulator.portal.tables["deals"].values() if row.archived]

    assert 0 < len(archived) < len(simulator.portal.tables["deals"]) / 5


def test_the_same_seed_gives_the_same_portal_and_another_seed_another() -> None:
    same = HubSpot(HandClock(NOW), 7, PROFILES["calm"], "http://127.0.0.1")
    populate(same.portal, PEOPLE)
    simulator, _ = filled()
    other, _ = filled(seed=8)

    for kind in FILLED:
        assert held(same, kind) == held(simulator, kind)
    assert held(other, "contacts") != held(simulator, "contacts")
