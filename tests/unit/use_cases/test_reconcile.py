"""Reconcile: what it finds, what it mends, what it refuses to believe, and the figure that is left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import Outline
from tests.builders import CONTACTS, contact, new_world, page
from tests.laws.listed import ListedSource
from unified_model.errors import NeedsOperator, Retry
from unified_model.records import SourceRecord
from unified_model.store.proofs import proof_of
from unified_model.use_cases.land import LandingOrder
from unified_model.use_cases.reconcile import Source, reconcile


@pytest.fixture
def crm(tmp_path: Path) -> Iterator[ListedSource]:
    """A source of thirty contacts, all of them pulled."""
    with new_world(tmp_path) as world:
        source = ListedSource(world)
        for number in range(30):
            source.put(f"r{number}", First=f"Ann{number}", Shoe="42")
        source.pull()
        yield source


def figures(crm: ListedSource, **more: Any) -> tuple[int, ...]:
    proof = crm.reconcile(**more)
    assert proof is not None
    return (proof.source_count, proof.hub_count, proof.missing, proof.differing, proof.deleted)


def test_a_faithful_copy_is_proven_and_nothing_is_read_again(crm: ListedSource) -> None:
    assert figures(crm) == (30, 30, 0, 0, 0)
    assert crm.asked == []
    assert crm.proof is not None
    assert crm.proof.holds


def test_a_hard_delete_is_found(crm: ListedSource) -> None:
    crm.delete("r7", hard=True)

    assert figures(crm) == (29, 29, 0, 0, 1)
    assert crm.copy() == crm.truth()


def test_a_missed_record_is_read(crm: ListedSource) -> None:
    crm.put("r99", told=False, First="Bob")

    assert figures(crm) == (31, 31, 1, 0, 0)
    assert crm.copy() == crm.truth()


def test_a_formula_that_moved_without_a_stamp_is_read_again(crm: ListedSource) -> None:
    crm.put("r7", told=False, Shoe="43")

    assert figures(crm) == (30, 30, 0, 1, 0)
    assert crm.copy()["r7"]["Shoe"] == "43"


def test_a_missed_restore_is_found(crm: ListedSource) -> None:
    crm.delete("r7")
    crm.pull()
    crm.put("r7", told=False, First="Ann7", Shoe="42")

    assert figures(crm) == (30, 30, 1, 0, 0)
    assert crm.copy() == crm.truth()


def test_a_missed_merge_names_its_survivor(crm: ListedSource) -> None:
    crm.delete("r7", told=False, into="r8")

    assert figures(crm) == (29, 29, 0, 0, 1)
    with crm.world.store.read() as conn:
        told = conn.exec_driver_sql("select merged_into from raw_record where record_id = 'r7'").scalar()
    assert told == "r8"


def test_a_list_cut_short_deletes_nothing_because_each_absent_record_is_asked_for(crm: ListedSource) -> None:
    assert figures(crm, outline=lambda: iter([next(crm.outline(100))[:5]])) == (30, 30, 0, 0, 0)
    assert crm.copy() == crm.truth()


def test_too_many_vanished_records_delete_nothing_until_a_person_agrees(crm: ListedSource) -> None:
    for number in range(6):
        crm.delete(f"r{number}", hard=True)

    with pytest.raises(NeedsOperator, match="6 of 30"):
        crm.reconcile()
    assert len(crm.copy()) == 30

    assert figures(crm, accept_vanishing=True) == (24, 24, 0, 0, 6)


def test_many_missed_soft_deletes_are_no_reason_to_stop(crm: ListedSource) -> None:
    for number in range(20):
        crm.delete(f"r{number}", told=False)

    assert figures(crm) == (10, 10, 0, 0, 20)


def test_an_error_in_the_list_proves_and_deletes_nothing(crm: ListedSource) -> None:
    def broken() -> Iterator[list[Outline]]:
        yield next(crm.outline(100))[:5]
        raise Retry("The line went dead.")

    with pytest.raises(Retry):
        crm.reconcile(outline=broken)

    assert len(crm.copy()) == 30
    with crm.world.store.read() as conn:
        assert proof_of(conn, crm.world.source("crm").id, "Contact") is None


def test_a_record_listed_twice_counts_once(crm: ListedSource) -> None:
    crm.put("r99", told=False, First="Bob")

    assert figures(crm, outline=lambda: iter([*crm.outline(), *crm.outline()])) == (31, 31, 1, 0, 0)


def test_a_record_that_goes_while_it_is_listed_is_gone(crm: ListedSource) -> None:
    listed = list(crm.outline())
    crm.delete("r7", hard=True)
    stale = [[Outline(one.record_id, {"Shoe": "??"}) for one in some] for some in listed]

    assert figures(crm, outline=lambda: iter(stale))[:2] == (29, 29)
    assert crm.copy() == crm.truth()


def test_a_failed_proof_keeps_the_time_of_the_last_good_one(crm: ListedSource) -> None:
    crm.reconcile()
    first = crm.proof
    crm.put("\0", told=False, First="No store can name it")
    crm.reconcile()

    assert first is not None
    assert crm.proof is not None
    assert (crm.proof.source_count, crm.proof.hub_count) == (31, 30)
    assert crm.proof.proven_at == first.proven_at
    assert not crm.proof.holds


def test_hidden_columns_are_neither_a_difference_nor_lost_when_a_record_is_read_again(crm: ListedSource) -> None:
    world = crm.world
    source_id = world.source("crm").id
    shown = [contact(key, First=columns["First"]) for key, columns in crm.live.items()]
    world.land_pages("crm", [page(shown[:1], hidden=frozenset(("Shoe",)))])
    outline = [
        Outline(one.record_id, {"First": "Anna" if one.record_id == "r1" else one.payload["First"]}) for one in shown
    ]
    answers = {"r1": contact("r1", First="Anna")}

    proof = reconcile(
        world.store, LandingOrder(source_id, "Contact", 99), CONTACTS,
        Source(lambda: iter([outline]), lambda ids: [answers[key] for key in ids]), clock=world.clock,
    )  # fmt: skip

    assert proof is not None
    assert (proof.differing, proof.holds) == (1, True)
    assert crm.copy()["r1"] == {"First": "Anna", "Shoe": "42"}


def test_what_is_read_again_balances(crm: ListedSource) -> None:
    crm.put("r99", told=False, First="Bob")
    crm.delete("r7", hard=True)
    crm.reconcile()

    assert crm.counts.balanced()
    assert crm.counts.deleted == 1


def test_what_leaves_no_trace_where_deletions_do_was_erased(crm: ListedSource) -> None:
    crm.delete("r7", hard=True)
    crm.delete("r8")
    crm.reconcile(trackless=True)

    with crm.world.store.read() as conn:
        gone = conn.exec_driver_sql(
            "select record_id, erased_at is not null from raw_record where deleted_at is not null order by 1"
        ).all()
    assert [(key, bool(erased)) for key, erased in gone] == [("r7", True), ("r8", False)]
    assert crm.proof is not None
    assert (crm.proof.deleted, crm.proof.erased) == (2, 1)


def test_without_a_bin_nothing_is_taken_for_erased(crm: ListedSource) -> None:
    crm.delete("r7", hard=True)
    crm.reconcile()

    assert crm.proof is not None
    assert (crm.proof.deleted, crm.proof.erased) == (1, 0)


def test_a_stop_leaves_no_proof(crm: ListedSource) -> None:
    order = LandingOrder(crm.world.source("crm").id, "Contact", 99)
    source = Source(crm.outline, crm.get)

    stopped = reconcile(
        crm.world.store, order, CONTACTS, source, clock=crm.world.clock, should_stop=lambda: True
    )  # fmt: skip

    assert stopped is None


def test_a_column_hidden_while_a_run_goes_on_keeps_what_is_held_of_it() -> None:
    with new_world() as world:
        crm = ListedSource(world)
        crm.put("1", First="Ann", Phone="+1 212 555 2368", Shoe="41")
        crm.pull()
        crm.put("1", told=False, Shoe="42")
        order = LandingOrder(world.source("crm").id, "Contact", world.runs)

        def without_phones(ids: Sequence[str]) -> list[SourceRecord]:
            told = crm.get(ids)
            return [one._replace(payload={k: v for k, v in one.payload.items() if k != "Phone"}) for one in told]

        source = Source(crm.outline, without_phones, lambda: frozenset({"Phone"}))
        reconcile(world.store, order, CONTACTS, source, clock=world.clock)

        assert crm.copy() == crm.truth()
