"""Law 1, for sources that can be listed: after a pull and a reconcile the copy is the source, whatever was missed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import World, new_world
from tests.laws.deaths import When, die_at_commit
from tests.laws.listed import ListedSource
from tests.laws.worlds import examples, person_columns
from unified_model.store.engine import open_store
from unified_model.use_cases import reconcile

KEYS = st.sampled_from([f"r{number}" for number in range(8)])
EVENT = st.one_of(
    st.tuples(st.just("put"), KEYS, st.booleans(), person_columns()),
    st.tuples(st.just("delete"), KEYS, st.booleans(), st.none() | KEYS),
    st.tuples(st.just("hard"), KEYS, st.just(False), st.none()),
    st.tuples(st.just("pull"), KEYS, st.just(True), st.none()),
    st.tuples(st.just("reconcile"), KEYS, st.just(True), st.none()),
)
"""What happens to the source: told by its stream of changes, or not."""


def happen(crm: ListedSource, event: tuple[str, str, bool, Any]) -> None:
    """One event. An untold change of a record shows in the list: by its stamp, as real systems move it."""
    what, key, told, more = event
    if what == "put":
        crm.live.pop(key, None)
        crm.put(key, told=told, **more, Modified=crm.world.clock().isoformat())
    elif what in ("delete", "hard"):
        crm.delete(key, told=told, hard=what == "hard", into=more)
    elif what == "pull":
        crm.pull()
    else:
        crm.reconcile(accept_vanishing=True)


@given(st.lists(EVENT, max_size=25))
@examples(40)
def test_after_a_pull_and_a_reconcile_the_copy_equals_the_source(events: list[tuple[str, str, bool, Any]]) -> None:
    with new_world() as world:
        crm = ListedSource(world)
        for event in events:
            happen(crm, event)

        crm.pull()
        proof = crm.reconcile(accept_vanishing=True)

        assert crm.copy() == crm.truth()
        assert proof is not None
        assert proof.holds
        assert proof.source_count == proof.hub_count == len(crm.live)
        assert crm.counts.balanced()


@given(st.lists(EVENT, max_size=15))
@examples(15)
def test_a_second_reconcile_finds_nothing_to_do(events: list[tuple[str, str, bool, Any]]) -> None:
    with new_world() as world:
        crm = ListedSource(world)
        for event in events:
            happen(crm, event)
        crm.reconcile(accept_vanishing=True)
        crm.asked.clear()

        proof = crm.reconcile(accept_vanishing=True)

        assert proof is not None
        assert (proof.missing, proof.differing, proof.deleted) == (0, 0, 0)
        assert crm.asked == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_death_at_any_commit_of_a_reconcile_is_made_good_by_the_next(
    tmp_path: Path, when: When, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "RECORDS_A_BATCH", 3)
    with new_world(tmp_path) as world:
        crm = ListedSource(world)
        for number in range(12):
            crm.put(f"r{number}", First=f"Ann{number}", Shoe="42")
        crm.pull()
    for number in range(4):
        crm.delete(f"r{number}", hard=True)
        crm.put(f"r{number + 4}", told=False, Shoe="43")
        crm.put(f"new{number}", told=False, First="Bob")

    def prove(world: World) -> None:
        crm.world = world
        crm.reconcile(accept_vanishing=True)

    deaths = 0
    while die_at_commit(tmp_path / "unsilo.db", prove, deaths + 1, when):
        deaths += 1
    with open_store(f"sqlite:///{tmp_path / 'unsilo.db'}", upgrade="never") as store:
        crm.world = World(store)

        assert deaths > 2
        assert crm.copy() == crm.truth()
