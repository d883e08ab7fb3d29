"""Law 2, the model's part: after a change of models the store is what it would be had it always had the new one.

Whatever was landed before and after the change, and wherever the work was interrupted. Ids ever issued still lead to a
customer, and the way back leads to the ids of before.
"""

from __future__ import annotations

import json
import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import World, new_world
from tests.laws.picture import assert_same_picture, crosswalk, picture
from tests.laws.worlds import Histories, examples, histories, shuffled, small_limits
from unified_model.identity.model import MatchModel, read_model, shipped_model
from unified_model.store import models as stored
from unified_model.store.members import resolve_id
from unified_model.use_cases.models.active import active_models
from unified_model.use_cases.models.comparing import preview_use
from unified_model.use_cases.models.using import use_model

SEEDS = st.integers(0, 2**32)
KINDS = ("person", "organization")


def variation(kind: str, seed: int) -> MatchModel:
    """The shipped model with other weights and thresholds."""
    chance = random.Random(f"{kind} {seed}")
    document: dict[str, Any] = json.loads(shipped_model("person" if kind == "person" else "organization").to_json())
    for comparison in document["comparisons"]:
        for level in comparison["comparison_levels"]:
            if level.get("m_probability") is not None:
                level["m_probability"] = min(1.0, level["m_probability"] * 2 ** chance.uniform(-2, 2))
    document["unsilo"]["merge"] += chance.randrange(-4000, 4000)
    document["unsilo"]["review"] = document["unsilo"]["merge"] - chance.randrange(4000)
    return read_model(json.dumps(document))


def put(world: World, *, active: bool, seed: int) -> None:
    """Store the variations of both kinds."""
    active_models(world.store, world.clock)
    with world.store.begin() as work:
        for kind in KINDS:
            model = variation(kind, seed)
            stored.put(work.conn, model.version, kind, model.document, world.clock(), name=f"{kind}-varied")
            if active:
                stored.activate(work.conn, model.version, kind, model.document, world.clock())
        work.commit()


def use(world: World, name: str, seed: int) -> None:
    """Put a model in use and resolve, stopped and taken up again now and then."""
    chance = random.Random(seed)
    use_model(world.store, name, actor="ann", clock=world.clock)
    for _ in range(3):
        world.resolve(should_stop=lambda: chance.random() < 0.3)
    world.resolve()


@given(made=histories(most_records=9, most_versions=2), seed=SEEDS)
@examples(20)
def test_after_a_change_of_models_the_store_is_as_if_it_had_always_had_the_new_one(made: Histories, seed: int) -> None:
    pages = shuffled(made, seed)
    with small_limits(seed), new_world() as changed, new_world() as always:
        put(changed, active=False, seed=seed)
        put(always, active=True, seed=seed)
        for label, part in pages[: len(pages) // 2]:
            changed.land_pages(label, [part])
        changed.resolve()
        issued = set(crosswalk(changed.store).values())
        for place, (label, part) in enumerate(pages[len(pages) // 2 :]):
            if place == 1:
                use_model(changed.store, "person-varied", actor="ann", clock=changed.clock)
            changed.land_pages(label, [part])
        for kind in KINDS:
            if stored_active(changed, kind) != f"{kind}-varied":
                use(changed, f"{kind}-varied", seed)
        changed.resolve()
        for label, part in pages:
            always.land_pages(label, [part])
        always.resolve()

        assert_same_picture(picture(changed.store), picture(always.store))
        with changed.store.read() as conn:
            assert all(resolve_id(conn, id_) for id_ in issued)


@given(made=histories(most_records=10, most_versions=1), seed=SEEDS)
@examples(20)
def test_a_preview_tells_the_change_and_the_former_model_leads_back(made: Histories, seed: int) -> None:
    with small_limits(seed), new_world() as world:
        for label, part in shuffled(made, seed):
            world.land_pages(label, [part])
        world.resolve()
        put(world, active=False, seed=seed)
        before, ids = picture(world.store), crosswalk(world.store)

        told = {kind: preview_use(world.store, f"{kind}-varied", clock=world.clock) for kind in KINDS}
        for kind in KINDS:
            use(world, f"{kind}-varied", seed)
        between = crosswalk(world.store)
        for kind in KINDS:
            use(world, f"{kind}-shipped", seed)

        moved = sum(between[key] != id_ for key, id_ in ids.items())
        assert moved == sum(one.records_moved for one in told.values() if one is not None)
        assert crosswalk(world.store) == ids
        assert_same_picture(picture(world.store), before)


def stored_active(world: World, kind: str) -> str:
    """The name of the model of a kind that is in use."""
    with world.store.read() as conn:
        return next(one.name for one in stored.stored_models(conn) if one.active and one.kind == kind)
