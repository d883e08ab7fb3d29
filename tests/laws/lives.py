"""A life of a small store, step by step: records land, change, go and come back; people decide, choose and undo."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.builders import World, account, at, contact, deleted, new_world
from tests.laws.worlds import organization_columns, person_columns, small_limits
from unified_model.errors import UsageError
from unified_model.records import SourceRecord

PEOPLE = tuple(f"{label}/Contact/{n}" for label in ("emea", "fair") for n in range(4))
COMPANIES = ("emea/Account/1", "fair/Account/1")
NAMES = st.sampled_from((*PEOPLE, *COMPANIES))
FIELDS = st.sampled_from(("family_name", "given_name", "email", "company", "job_title", "name", "industry"))


class Life(RuleBasedStateMachine):
    """Everything that can happen to a store. Subclasses say what must hold."""

    def __init__(self) -> None:
        super().__init__()
        self._open = contextlib.ExitStack()
        self._open.enter_context(small_limits())
        self.world: World = self._open.enter_context(self.a_world())
        self.landed: list[tuple[str, SourceRecord]] = []

    def a_world(self) -> AbstractContextManager[World]:
        """Where this life is lived: on a file, unless a subclass says otherwise."""
        return new_world()

    def teardown(self) -> None:
        self._open.close()

    def land(self, name: str, record: SourceRecord) -> None:
        """Land one record under its label, and remember it."""
        self.world.land(name.partition("/")[0], record)
        self.landed.append((name, record))

    def attempt(self, act: Callable[..., Any], *arguments: Any) -> None:
        """People try what cannot be done, too: it is refused and changes nothing."""
        with contextlib.suppress(UsageError):
            act(*arguments)

    @initialize(data=st.data())
    def everybody_arrives(self, data: st.DataObject) -> None:
        for name in PEOPLE[:5]:
            self.land(name, _record(name, len(self.landed), data.draw(person_columns())))
        self.world.resolve()

    @rule(name=st.sampled_from(PEOPLE), columns=person_columns())
    def a_person_changes(self, name: str, columns: dict[str, Any]) -> None:
        self.land(name, _record(name, len(self.landed), columns))

    @rule(name=st.sampled_from(COMPANIES), columns=organization_columns())
    def a_company_changes(self, name: str, columns: dict[str, Any]) -> None:
        self.land(name, _record(name, len(self.landed), columns))

    @rule(name=NAMES)
    def a_record_goes(self, name: str) -> None:
        _, object, record_id = name.split("/")
        self.land(name, deleted(record_id, object=object))

    @rule(name=st.sampled_from(PEOPLE), number=st.integers(0, 3))
    def a_vendor_merges(self, name: str, number: int) -> None:
        self.land(name, deleted(name.split("/")[2], merged_into=str(number)))

    @rule()
    def resolve(self) -> None:
        self.world.resolve()

    @rule(one=NAMES, other=NAMES, kind=st.sampled_from(("same", "different")))
    def somebody_decides(self, one: str, other: str, kind: str) -> None:
        self.attempt(self.world.decide, one, other, kind)

    @rule(one=NAMES, field=FIELDS, winner=NAMES)
    def somebody_chooses(self, one: str, field: str, winner: str) -> None:
        self.attempt(self.world.choose, one, field, winner)

    @rule(name=NAMES)
    def somebody_unmerges(self, name: str) -> None:
        self.attempt(self.world.unmerge, name)

    @rule(name=NAMES, leaving=st.lists(NAMES, max_size=3, unique=True))
    def somebody_splits(self, name: str, leaving: list[str]) -> None:
        self.attempt(self.world.split, name, *([record] for record in leaving))

    @rule(back=st.integers(0, 5))
    def somebody_undoes(self, back: int) -> None:
        made = self.world.decisions()
        if back < len(made):
            self.attempt(self.world.undo, made[-1 - back].id)


def _record(name: str, hours: int, columns: dict[str, Any]) -> SourceRecord:
    _, object, record_id = name.split("/")
    make = contact if object == "Contact" else account
    return make(record_id, modified=at(hours), **columns)
