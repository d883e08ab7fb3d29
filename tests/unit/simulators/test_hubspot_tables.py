"""What a simulated portal keeps of its records, and what search sees of them when."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from simulators.clock import HandClock
from simulators.hubspot.index import GONE, SearchIndex
from simulators.hubspot.portal import BIN_DAYS, Portal
from simulators.hubspot.profiles import PROFILES
from simulators.hubspot.rows import Row
from simulators.hubspot.simulator import HubSpot
from simulators.hubspot.writing import change, create, update
from simulators.web import Call

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DAY_S = 86_400


def empty(profile: str = "calm") -> tuple[Portal, HandClock]:
    """A portal without records, and its clock."""
    clock = HandClock(NOW)
    return HubSpot(clock, 7, PROFILES[profile], "http://127.0.0.1").portal, clock


def contact(portal: Portal, **values: str) -> Row:
    with portal.transaction():
        return create(portal, portal.kind("contacts"), values)


def searched(portal: Portal) -> dict[int, tuple[int, str | None]]:
    """Stamp and first name of the contacts that search sees, by id."""
    index = portal.indexes["contacts"]
    ids, modified, _ = index.columns()
    rows = {row.id: row for row in index.rows(ids.tolist())}
    stamps = {each: stamp for each, stamp in zip(ids.tolist(), modified.tolist(), strict=True) if stamp != GONE}
    assert stamps == {each: row.modified for each, row in rows.items()}
    return {each: (row.modified, row.values.get("firstname")) for each, row in rows.items()}


def held(portal: Portal) -> dict[int, tuple[int, str | None]]:
    table = portal.tables["contacts"]
    return {each: (table[each].modified, table[each].values.get("firstname")) for each in table.live}


@pytest.mark.parametrize("seed", range(20))
def test_search_ends_up_with_what_is_there_whatever_comes_late(seed: int) -> None:
    portal, clock = empty()
    luck, kind = random.Random(seed), portal.kind("contacts")
    table = portal.tables[kind.plural]

    for step in range(60):
        delay = luck.uniform(0, 40)
        if not table.live or luck.random() < 0.3:
            with portal.transaction():
                create(portal, kind, {"firstname": f"N{step}"}, index_s=delay)
        else:
            row = table[luck.choice(table.live)]
            gone = luck.random() < 0.2
            with portal.transaction():
                if gone:
                    portal.put(kind, replace(row, archived_at=portal.now()), delay)
                else:
                    change(portal, kind, row, {"firstname": f"N{step}"}, index_s=delay)
        clock.advance(luck.uniform(0, 5))
        portal.settle()
        searched(portal)
    clock.advance(60)
    portal.settle()

    assert searched(portal) == held(portal)


def test_search_sees_what_was_there_before_until_a_write_is_due() -> None:
    portal, clock = empty()
    row = contact(portal, firstname="Ann")
    clock.advance(3)
    portal.settle()

    with portal.transaction():
        update(portal, portal.kind("contacts"), row, {"firstname": "Bea"}, index_s=10)
    portal.settle()
    before = searched(portal)
    clock.advance(10)
    portal.settle()

    assert [name for _, name in before.values()] == ["Ann"]
    assert [name for _, name in searched(portal).values()] == ["Bea"]


def test_nothing_is_left_of_a_transaction_that_fails() -> None:
    portal, clock = empty()
    kind = portal.kind("contacts")
    row = contact(portal, firstname="Ann", email="ann@acme.example")
    clock.advance(3)
    portal.settle()
    before = held(portal), searched(portal)

    def write_and_fail() -> None:
        with portal.transaction():
            update(portal, kind, row, {"firstname": "Bea", "email": "bea@acme.example"})
            create(portal, kind, {"email": "new@acme.example"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    clock.advance(60)
    portal.settle()

    assert (held(portal), searched(portal)) == before
    table = portal.tables[kind.plural]
    assert [each.id for each in table.holding("email", "ANN@acme.example")] == [row.id]
    assert table.holding("email", "bea@acme.example") == table.holding("email", "new@acme.example") == []


def test_of_nested_transactions_the_inner_one_may_fail_alone() -> None:
    portal, _ = empty()
    kind = portal.kind("contacts")

    def write_and_fail() -> None:
        with portal.transaction():
            create(portal, kind, {"firstname": "Bea"})
            raise ZeroDivisionError

    with portal.transaction():
        create(portal, kind, {"firstname": "Ann"})
        with pytest.raises(ZeroDivisionError):
            write_and_fail()

    assert [name for _, name in held(portal).values()] == ["Ann"]


def test_a_record_is_found_by_what_it_holds_and_no_longer_by_what_it_held() -> None:
    portal, _ = empty()
    kind, table = portal.kind("contacts"), portal.tables["contacts"]
    first, second = contact(portal, lastname="Bonn"), contact(portal, lastname="bonn")
    assert [row.id for row in table.holding("lastname", "Bonn")] == [first.id, second.id]

    with portal.transaction():
        update(portal, kind, first, {"lastname": "Kiel"})
    third = contact(portal, lastname="Kiel")

    assert [row.id for row in table.holding("lastname", "BONN")] == [second.id]
    assert [row.id for row in table.holding("lastname", "Kiel")] == [first.id, third.id]


def test_the_recycle_bin_gives_up_after_ninety_days_what_was_not_taken_out() -> None:
    portal, clock = empty()
    kind, table = portal.kind("contacts"), portal.tables["contacts"]
    kept, gone = contact(portal, firstname="Ann"), contact(portal, firstname="Bea")
    for row in (kept, gone):
        portal.put(kind, replace(row, archived_at=portal.now()))
    clock.advance((BIN_DAYS - 1) * DAY_S)
    portal.settle()
    assert table.archived == [kept.id, gone.id]

    portal.put(kind, kept)
    clock.advance(2 * DAY_S)
    portal.settle()

    assert (table.live, table.archived, [*table]) == ([kept.id], [], [kept.id])


def test_in_a_bad_portal_search_lags_by_some_seconds_more() -> None:
    portal, clock = empty("hostile")
    for number in range(50):
        contact(portal, firstname=f"N{number}")

    clock.advance(5)
    portal.settle()
    early = len(searched(portal))
    clock.advance(25)
    portal.settle()

    assert 0 < early < 50
    assert len(searched(portal)) == 50


def test_ids_of_records_that_went_away_are_not_given_again() -> None:
    portal, _ = empty()
    kind = portal.kind("contacts")
    row = contact(portal, firstname="Ann")
    portal.erased[kind.plural].add(row.id)
    portal.drop(kind, row.id)

    with pytest.raises(ValueError, match="in use"):
        portal.claim_id(kind, row.id)

    assert portal.new_id(kind) > row.id


def test_what_a_failed_transaction_planned_for_later_is_not_done() -> None:
    portal, clock = empty()
    done: list[str] = []

    def plan_and_fail() -> None:
        with portal.transaction():
            portal.later(1, lambda: done.append("failed"))
            raise ZeroDivisionError

    portal.later(1, lambda: done.append("planned"))
    with pytest.raises(ZeroDivisionError):
        plan_and_fail()
    clock.advance(2)
    portal.settle()

    assert done == ["planned"]


def test_a_page_of_a_window_of_stamps_looks_at_no_more_records_than_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = HandClock(NOW)
    simulator = HubSpot(clock, 7, PROFILES["calm"], "http://127.0.0.1")
    kind = simulator.portal.kind("contacts")
    with simulator.portal.transaction():
        made = [create(simulator.portal, kind, {"firstname": f"N{number}"}).id for number in range(1_000)]
    clock.advance(60)
    looks: list[int] = []
    look = SearchIndex.row
    monkeypatch.setattr(SearchIndex, "row", lambda index, each: looks.append(each) or look(index, each))
    window = {"propertyName": "lastmodifieddate", "operator": "LTE", "value": str(simulator.portal.now())}
    behind = {"propertyName": "hs_object_id", "operator": "GT", "value": str(made[499])}
    sorts = [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
    body = json.dumps({"filterGroups": [{"filters": [window, behind]}], "sorts": sorts, "limit": 200})
    headers = {"authorization": "Bearer hub-token", "content-type": "application/json"}

    answer = simulator.answer(Call("POST", "/crm/v3/objects/contacts/search", {}, headers, body.encode()))

    assert answer.content["total"] == 500
    assert [int(each["id"]) for each in answer.content["results"]] == made[500:700] == looks
