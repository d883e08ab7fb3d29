"""Another model takes effect as a whole, whatever interrupts it, and the way back leads to the customers of before."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Any

import pytest

from tests.builders import World, account, contact, new_world
from tests.laws.picture import assert_same_picture, picture
from tests.laws.worlds import small_limits
from tests.unit.use_cases.models.population import Population, populate, shifted
from unified_model.errors import NeedsOperator, UsageError
from unified_model.records import NaturalKey
from unified_model.store import audit, golden_rows
from unified_model.store import models as stored
from unified_model.use_cases.models.comparing import Difference, compare_models, preview_use
from unified_model.use_cases.models.using import approve_pushes, paused, use_model
from unified_model.use_cases.rebuild import rebuild


class KilledError(Exception):
    """The process ends here."""


def use(world: World, name: str) -> None:
    """Put a model in use and resolve."""
    use_model(world.store, name, actor="ann", clock=world.clock)
    world.resolve()


def test_using_the_former_model_again_gives_its_customers_values_and_ids(people: Population) -> None:
    world = people.world
    before, ids = picture(world.store), people.crosswalk()
    people.put("strict", shifted(+6))

    use(world, "strict")
    between = people.crosswalk()
    use(world, "person-shipped")

    assert between != ids
    assert people.crosswalk() == ids
    assert_same_picture(picture(world.store), before)


def test_a_rebuild_under_a_used_model_gives_the_same_bytes(people: Population) -> None:
    people.put("strict", shifted(+4))
    use(people.world, "strict")
    ids = people.crosswalk()

    _, differing = rebuild(people.world.store, clock=people.world.clock, actor="ann")

    assert differing == []
    assert people.crosswalk() == ids


def test_a_used_model_makes_the_customers_of_a_store_that_always_had_it(file_people: Population) -> None:
    model = file_people.put("strict", shifted(+4))
    use(file_people.world, "strict")

    with new_world() as other:
        with other.store.begin() as work:
            stored.activate(work.conn, model.version, model.kind, model.document, other.clock())
            work.commit()
        populate(other, people=60, seed=5)

        assert_same_picture(picture(file_people.world.store), picture(other.store))


@pytest.mark.parametrize("bits", [-4, -1.5, +2, +8])
def test_a_preview_tells_what_happens_then(people: Population, bits: float) -> None:
    world = people.world
    people.put("other", shifted(bits))
    ids = people.crosswalk()

    told = previewed(world, "other")
    use_model(world.store, "other", actor="ann", clock=world.clock)
    counts = world.resolve()

    now = people.crosswalk()
    assert told.records_moved == sum(now[key] != id_ for key, id_ in ids.items())
    assert told.ids_gone == len(set(ids.values()) - set(now.values())) == counts.merged
    assert told.ids_new == len(set(now.values()) - set(ids.values())) == counts.created
    assert (told.customers_before, told.customers_after) == (len(set(ids.values())), len(set(now.values())))
    assert told.changes_nothing == (ids == now)
    assert bool(told.examples) == (not told.changes_nothing)


def test_a_preview_heeds_decisions_as_resolve_does(people: Population) -> None:
    world = people.world
    several = sorted(customers(people.crosswalk()))
    world.unmerge(named(several[-1][0]))
    world.decide(named(several[0][0]), named(several[1][0]), "same")
    world.resolve()
    people.put("other", shifted(-3))
    before = people.crosswalk()

    told = previewed(world, "other")
    use(world, "other")

    now = people.crosswalk()
    assert told.customers_after == len(set(now.values()))
    assert told.records_moved == sum(now[key] != id_ for key, id_ in before.items())


def test_comparing_writes_nothing(people: Population) -> None:
    world = people.world
    people.put("other", shifted(-3))
    with world.store.read() as conn:
        before = golden_rows.fingerprint(conn), stored.stored_models(conn)

    compare_models(world.store, "person-shipped", "other", clock=world.clock)

    with world.store.read() as conn:
        assert (golden_rows.fingerprint(conn), stored.stored_models(conn)) == before


@pytest.mark.parametrize("seed", range(6))
def test_killed_anywhere_the_next_resolve_finishes_the_change(seed: int) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    with small_limits(seed), new_world() as world:
        people = populate(world, people=40, seed=seed)
        people.put("strict", shifted(+4))
        use_model(world.store, "strict", actor="ann", clock=world.clock)
        for _ in range(4):
            left = [chance.randrange(1, 60)]

            def guard(_conn: Any, left: list[int] = left) -> None:
                left[0] -= 1
                if not left[0]:
                    raise KilledError

            with suppress(KilledError):
                world.resolve(guard=guard)
            assert versions_seen(world) <= {"strict", "person-shipped"}
        world.resolve()
        used = picture(world.store)
        rebuild(world.store, clock=world.clock, actor="ann")

        assert_same_picture(used, picture(world.store))
        assert versions_seen(world) == {"strict"}


def test_no_customer_is_formed_while_links_of_the_former_model_are_left(file_people: Population) -> None:
    world = file_people.world
    file_people.put("strict", shifted(+4))
    group = max(customers(file_people.crosswalk()), key=len)
    use_model(world.store, "strict", actor="ann", clock=world.clock)
    world.land("emea", account("1", Name="Initrode"))
    landed: list[str] = []
    formed_with: list[set[str]] = []

    def progress(stage: str, _done: int, _total: int | None) -> None:
        if stage == "link organizations" and not landed:  # keys that are not in the index yet: these wait a round
            landed.extend(key.record_id for key in group)
            for key in group:
                world.land(key.source.removesuffix("-1"), contact(key.record_id, First="Zoe", Last="Quistorp"))
        if stage == "settle":
            formed_with.append(versions_seen(world))

    world.resolve(progress=progress)

    assert landed
    assert formed_with
    assert all(seen <= {"strict"} for seen in formed_with)


def test_pushes_are_paused_until_somebody_approves(people: Population) -> None:
    world = people.world
    people.put("strict", shifted(+4))
    assert paused(world.store) is None

    use(world, "strict")
    pause = paused(world.store)
    approved = approve_pushes(world.store, actor="bo", clock=world.clock)

    assert pause == approved
    assert pause is not None
    assert (pause["by"], pause["because"]) == ("ann", "the model strict was put in use")
    assert paused(world.store) is None
    assert approve_pushes(world.store, actor="bo", clock=world.clock) is None
    with world.store.read() as conn:
        newest = audit.entries(conn, 2)
    assert [(entry.action, entry.actor, entry.subject) for entry in newest] == [
        ("model.approve", "bo", None), ("model.use", "ann", "strict"),
    ]  # fmt: skip


def test_a_model_is_not_used_on_the_strength_of_an_outdated_preview(file_people: Population) -> None:
    world = file_people.world
    file_people.put("strict", shifted(+4))
    file_people.put("loose", shifted(-2))
    told = previewed(world, "strict")
    use_model(world.store, "loose", actor="ann", clock=world.clock)

    with pytest.raises(UsageError, match="Meanwhile loose was put in use"):
        use_model(world.store, "strict", actor="ann", clock=world.clock, former=told.before)


def test_the_model_in_use_is_not_put_in_use_again(file_people: Population) -> None:
    with pytest.raises(UsageError, match="person-shipped is in use already"):
        use_model(file_people.world.store, "person-shipped", actor="ann", clock=file_people.world.clock)


def test_a_model_of_another_version_of_unsilo_stops_resolve_with_the_way_out(file_people: Population) -> None:
    world = file_people.world

    def without_titles(document: dict[str, Any]) -> None:
        document["comparisons"] = [one for one in document["comparisons"] if one["output_column_name"] != "title"]

    old = file_people.put("old", without_titles)
    with world.store.begin() as work:
        stored.activate(work.conn, old.version, old.kind, old.document, world.clock())
        work.commit()

    with pytest.raises(NeedsOperator, match="'title' is missing") as caught:
        world.resolve()
    preview = preview_use(world.store, "person-shipped", clock=world.clock)
    use(world, "person-shipped")

    assert "unsilo model use" in caught.value.remedy
    assert preview is None


def previewed(world: World, name: str) -> Difference:
    """What would change against the model in use."""
    told = preview_use(world.store, name, clock=world.clock)
    assert told is not None
    return told


def versions_seen(world: World) -> set[str]:
    """Names of the models that weighed the persons' links."""
    from sqlalchemy import select

    from unified_model.store.tables.identity import link, match_model

    query = select(match_model.c.name).where(
        match_model.c.version.in_(select(link.c.model_version).distinct()), match_model.c.kind == "person"
    )
    with world.store.read() as conn:
        return set(conn.execute(query).scalars())


def customers(ids: dict[NaturalKey, str]) -> list[list[NaturalKey]]:
    """Records of each customer that has several."""
    groups: dict[str, list[NaturalKey]] = {}
    for key in sorted(ids):
        groups.setdefault(ids[key], []).append(key)
    return [group for group in groups.values() if len(group) > 1]


def named(key: NaturalKey) -> str:
    """A record as people write it."""
    return f"{key.source.removesuffix('-1')}/{key.object}/{key.record_id}"
