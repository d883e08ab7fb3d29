"""Laws 2, 6 and 7 over one life: whatever happens, in whatever order, however it is broken off."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from typing import Any
from unittest import mock

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.builders import page
from tests.laws.lives import ANYBODY, Life, begin_with
from tests.laws.picture import Keys, Picture, assert_same_picture, crosswalk, picture
from tests.laws.promises import (
    Ledger,
    decisions_hold,
    feed_tells_everything,
    ids_last,
    memberships_join_up,
)
from tests.laws.stages import Stage
from tests.laws.town import model_variant
from unified_model.records import NaturalKey, SourceRecord
from unified_model.resolution import linking
from unified_model.store import golden_rows
from unified_model.store.decisions import standing
from unified_model.use_cases.rebuild import rebuild
from unified_model.use_cases.verify import verify


class WholeLife(Life):
    """A life after which every promise is looked into; `mirror` is where it is told a second time."""

    mirror: Stage

    def __init__(self) -> None:
        super().__init__()
        self.ledger: Ledger = frozenset()
        self.before: dict[str, Keys] = {}
        self.seed = 0

    @initialize(seed=st.integers(0, 255))
    def chance_is_settled(self, seed: int) -> None:
        self.seed = seed

    def settle(self, **how: Any) -> None:
        super().settle(**how)
        self.ledger, belongs = ids_last(self.world.store, self.ledger)
        now = members_by_id(belongs)
        found = {keys: id_ for id_, keys in now.items()}
        for id_, keys in self.before.items():
            assert found.get(keys, id_) == id_, "a customer that kept its records lost its id"
        self.before = now

    @rule(one=ANYBODY, other=ANYBODY)
    def a_decision_undone_at_once_gives_everybody_their_ids_back(self, one: int, other: int) -> None:
        self.settle()
        before, shown = crosswalk(self.world.store), picture(self.world.store)
        made = self._decide(one, other, against=True)
        if made is not None:
            self.settle()
            assert self.attempt(self.world.undo, made.id) is not None
            self.settle()

            assert crosswalk(self.world.store) == before
            assert_same_picture(picture(self.world.store), shown)

    def teardown(self) -> None:
        try:
            if self.landed:
                self.look_back()
        finally:
            super().teardown()

    def look_back(self) -> None:
        """Everything that must hold at the end of any life."""
        store = self.world.store
        self.settle()
        decisions_hold(store, self.book)
        memberships_join_up(store)
        feed_tells_everything(store)
        assert [check for check in verify(store) if not check.held] == []
        shown, ids = picture(store), crosswalk(store)
        assert_same_picture(shown, self.told_again())
        if self.seed % 2:
            return
        with store.read() as conn:
            fingerprint = golden_rows.fingerprint(conn)
        rebuild(store, clock=self.world.clock, actor="ann")
        with store.read() as conn:
            assert golden_rows.fingerprint(conn) == fingerprint
        assert crosswalk(store) == ids
        assert_same_picture(picture(store), shown)

    def told_again(self) -> Picture:
        """A store told the same versions in another order and other pages, under the decisions in force alone."""
        other, chance = self.mirror.world(), random.Random(self.seed)
        self.limits.close()
        other.unique = self.world.unique
        for kind, number in self.models.items():
            if number:
                begin_with(other, model_variant(kind, number))
        told = self.world.decisions()
        assert [made.id for made in standing(told)] == [said.number for said in self.book.in_force()]
        other.put(standing(told))
        with mock.patch.object(linking, "MANY", chance.choice((1, 20_000))):
            for label, records in reordered(self.landed, chance):
                other.land_pages(label, [page(records)])
                if chance.random() < 0.1:
                    other.resolve()
            other.resolve()
        return picture(other.store)


def members_by_id(belongs: Mapping[NaturalKey, str]) -> dict[str, Keys]:
    """Customer id -> its records."""
    held: dict[str, set[NaturalKey]] = {}
    for key, id_ in belongs.items():
        held.setdefault(id_, set()).add(key)
    return {id_: frozenset(keys) for id_, keys in held.items()}


def reordered(landed: list[tuple[str, SourceRecord]], chance: random.Random) -> list[tuple[str, list[SourceRecord]]]:
    """The versions of each record in their order, but otherwise in any; a page holds a record once."""
    left: dict[str, list[SourceRecord]] = {}
    for name, record in landed:
        left.setdefault(name, []).append(record)
    pages = []
    while left:
        label, object = chance.choice(sorted({tuple(name.split("/")[:2]) for name in left}))
        names = [name for name in left if name.startswith(f"{label}/{object}/")]
        some = chance.sample(names, len(names) if chance.random() < 0.7 else chance.randint(1, len(names)))
        pages.append((label, [left[name].pop(0) for name in some]))
        left = {name: records for name, records in left.items() if records}
    return pages


def life_on(stage: Stage, mirror: Stage) -> type[WholeLife]:
    """Lives on these stages, with an account of their own of what they have witnessed."""

    class LifeHere(WholeLife):
        pass

    LifeHere.stage, LifeHere.mirror, LifeHere.witnessed = stage, mirror, Counter()
    return LifeHere
