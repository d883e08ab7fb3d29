"""Law 2, the mapping's part: a remap from raw gives what landing under the new mapping would have given."""

from __future__ import annotations

import random
from dataclasses import replace
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from tests.builders import CONTACTS, MAPPINGS, World, at, contact, new_world
from tests.laws.picture import assert_same_picture, crosswalk, picture
from tests.laws.worlds import Histories, examples, histories, shuffled, small_limits
from unified_model.store.members import resolve_id
from unified_model.store.tables.unified import person_record
from unified_model.use_cases import remap

SEEDS = st.integers(0, 2**32)
LATER = {"company.name", "company.website", "email:home", "family_name", "custom.shoe", "birth_date"}
POORER = replace(CONTACTS, rows=tuple(row for row in CONTACTS.rows if row.field not in LATER))
"""The mapping that somebody wrote first: half of the columns were thought of later."""


def remap_everything(world: World, seed: int) -> None:
    """Bring every source to the full mapping, stopped and taken up again now and then."""
    chance = random.Random(seed)
    for label in ("emea", "fair", "shop"):
        source = world.source(label)
        for _ in range(3):
            remap.remap(
                world.store, source.id, "Contact", CONTACTS, run=99, clock=world.clock,
                should_stop=lambda: chance.random() < 0.3,
            )  # fmt: skip
        remap.remap(world.store, source.id, "Contact", CONTACTS, run=99, clock=world.clock)
    world.resolve()


@given(made=histories(most_records=9, most_versions=1), seed=SEEDS)
@examples(20)
def test_a_remap_gives_what_landing_with_the_new_mapping_gives(made: Histories, seed: int) -> None:
    with small_limits(seed), new_world() as late, new_world() as at_once:
        for world in (late, at_once):
            with mock.patch.dict(MAPPINGS, {"Contact": POORER if world is late else CONTACTS}):
                for label, part in shuffled(made, seed):
                    world.land_pages(label, [part])
            world.resolve()
        before = set(crosswalk(late.store).values())

        remap_everything(late, seed)

        assert_same_picture(picture(late.store), picture(at_once.store))
        with late.store.read() as conn:
            assert all(resolve_id(conn, id_) for id_ in before)


def test_a_touch_that_changed_no_value_changes_none_when_its_record_is_read_anew() -> None:
    with new_world() as world:
        world.land("emea", contact("1", First="Ann", modified=at(1)))
        world.land("emea", contact("1", First="Ann", modified=at(2)))
        world.resolve()
        before = picture(world.store)
        with world.store.begin() as work:
            work.conn.execute(update(person_record).values(normaliser_version="of old"))
            work.commit()

        remap_everything(world, seed=1)

        assert_same_picture(picture(world.store), before)


def test_what_a_source_shows_of_a_deleted_record_is_not_read_anew() -> None:
    with new_world() as world:
        world.land("emea", contact("1", First="Ann", modified=at(1)))
        world.land("emea", contact("1", First="Ann", Company="Acme", modified=at(2))._replace(deleted=True))
        world.resolve()
        before = picture(world.store)
        with world.store.begin() as work:
            work.conn.execute(update(person_record).values(normaliser_version="of old"))
            work.commit()

        remap_everything(world, seed=1)

        assert_same_picture(picture(world.store), before)
