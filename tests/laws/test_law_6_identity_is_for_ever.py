"""Law 6: a customer id is never reused, and every id ever issued resolves to one customer, whatever happens."""

from __future__ import annotations

from hypothesis.stateful import invariant, rule, run_state_machine_as_test
from sqlalchemy import select, text

from tests.builders import contact, deleted, new_world
from tests.laws.lives import Life
from tests.laws.picture import crosswalk, names_of
from tests.laws.worlds import examples
from unified_model.records import NaturalKey
from unified_model.store.members import resolve_id
from unified_model.store.tables.golden import customer
from unified_model.store.tables.identity import id_ledger


class Ids(Life):
    """Ids through a whole life."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger: set[tuple[str, NaturalKey, int]] = set()
        self.before: dict[str, frozenset[NaturalKey]] = {}

    @invariant()
    def the_ledger_only_grows(self) -> None:
        with self.world.store.read() as conn:
            names = names_of(conn)
            rows = conn.execute(select(id_ledger.c.customer_id, id_ledger.c.anchor, id_ledger.c.sequence))
            now = {(row[0], names[row[1]], row[2]) for row in rows}
        assert self.ledger <= now
        assert len({id_ for id_, _, _ in now}) == len({sequence for _, _, sequence in now}) == len(now)
        self.ledger = now

    @invariant()
    def every_id_ever_issued_stands_for_the_customer_of_its_anchor(self) -> None:
        belongs = crosswalk(self.world.store)
        with self.world.store.read() as conn:
            standing = set(conn.execute(select(customer.c.id)).scalars())
            aliases = dict(conn.execute(text("select alias, customer_id from customer_alias")).tuples().all())
            for id_, anchor, _ in self.ledger:
                assert resolve_id(conn, id_) == belongs[anchor]
                assert belongs[anchor] in standing
                assert aliases.get(id_, id_) == belongs[anchor]
        assert set(belongs.values()) == standing

    @rule()
    def a_customer_that_keeps_its_records_keeps_its_id(self) -> None:
        self.world.resolve()
        now: dict[str, set[NaturalKey]] = {}
        for key, id_ in crosswalk(self.world.store).items():
            now.setdefault(id_, set()).add(key)
        found = {frozenset(keys): id_ for id_, keys in now.items()}
        for id_, keys in self.before.items():
            assert found.get(keys, id_) == id_
        self.before = {id_: frozenset(keys) for id_, keys in now.items()}


def test_every_id_lasts_through_merges_splits_deletes_and_undos() -> None:
    run_state_machine_as_test(Ids, settings=examples(12))


def test_an_id_whose_customer_was_merged_away_leads_to_the_one_that_took_it_in() -> None:
    with new_world() as world:
        world.land("emea", contact("1", First="Ann", Last="Berg"), contact("2", First="Zoe", Last="Quist"))
        world.resolve()
        first = crosswalk(world.store)
        decided = world.decide("emea/1", "emea/2", "same")
        world.resolve()
        (survivor,) = set(crosswalk(world.store).values())

        with world.store.read() as conn:
            assert {resolve_id(conn, id_) for id_ in first.values()} == {survivor}
        world.undo(decided.id)
        world.resolve()
        assert crosswalk(world.store) == first


def test_an_id_follows_its_anchor_when_the_vendor_merges_it_away() -> None:
    with new_world() as world:
        world.land("emea", contact("1", First="Ann", Last="Berg"), contact("2", First="Zoe", Last="Quist"))
        world.resolve()
        first = crosswalk(world.store)
        world.land("emea", deleted("1", merged_into="2"))
        world.resolve()

        (survivor,) = set(crosswalk(world.store).values())
        assert survivor in first.values()
        with world.store.read() as conn:
            assert {resolve_id(conn, id_) for id_ in first.values()} == {survivor}
