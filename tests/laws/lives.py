"""A life of a small store, step by step: records land, change, go and come back; people decide, choose and undo.

Everything that can happen to a store happens here: vendors merge and convert, exports are read again, values become
common and rare, models are changed, resolves die half way or lose their lease. Subclasses say what must hold.
"""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import select, update

from tests.builders import MAPPINGS, World, account, at, contact, deleted, lead, page
from tests.laws.book import Book
from tests.laws.picture import crosswalk
from tests.laws.stages import Stage
from tests.laws.town import CROWD, DESKS, FIRMS, VARIANTS, model_variant, person_columns
from tests.laws.worlds import small_bounds, small_limits
from unified_model.entities import Kind
from unified_model.errors import UsageError
from unified_model.identity.model import MatchModel
from unified_model.records import NaturalKey, SourceRecord
from unified_model.store import models
from unified_model.store.decisions import Decision
from unified_model.store.sources import ensure_source
from unified_model.store.tables.identity import key_stat
from unified_model.store.tables.unified import organization_record, person_record
from unified_model.use_cases.models.using import use_model
from unified_model.use_cases.rebuild import rebuild
from unified_model.use_cases.remap import remap

PEOPLE = tuple(f"{label}/Contact/{n}" for n in range(4) for label in ("emea", "fair"))
LEADS_THERE = ("emea/Lead/0", "emea/Lead/1")
COMPANIES = ("emea/Account/0", "emea/Account/1", "fair/Account/0", "fair/Account/1")
OUTCOMES = ("emea/Contact/0", "emea/Contact/1", "emea/Account/0")
"""What a vendor makes of a lead."""
ANYBODY = st.integers(0, 15)
"""Stands for one of the records landed so far."""
FIELDS = st.sampled_from(("family_name", "given_name", "email", "company", "job_title", "name", "industry"))


class Died(Exception):
    """A resolve ended between two transactions, as by a kill or a lost lease."""


class Life(RuleBasedStateMachine):
    """Everything that can happen to a store. `stage` is where; subclasses say what must hold."""

    stage: ClassVar[Stage]
    witnessed: ClassVar[Counter[str]]
    """What has really happened in all lives so far, so that a test may insist that it did."""

    def __init__(self) -> None:
        super().__init__()
        self._open = contextlib.ExitStack()
        self._open.enter_context(small_bounds())
        self.limits = self._open.enter_context(contextlib.ExitStack())
        self.world: World = self.stage.world()
        self.landed: list[tuple[str, SourceRecord]] = []
        """Every version of every record in the order of landing; what was read again is not in it."""
        self.book = Book()
        self.models = {"person": 0, "organization": 0}
        self._issued = 0
        self._worth: dict[int, tuple[int, int, bool]] = {}

    def teardown(self) -> None:
        self._open.close()

    # --- records

    @initialize(
        unique=st.sampled_from(((), (), ("fair",))), limits=st.sampled_from((None, None, 0, 1, 2, 3)),
        persons=st.lists(person_columns(), min_size=2, max_size=8), model=st.sampled_from((0, 0, 0, 1, 2)),
    )  # fmt: skip
    def everybody_arrives(
        self, unique: tuple[str, ...], limits: int | None, persons: list[dict[str, Any]], model: int
    ) -> None:
        if model:
            begin_with(self.world, model_variant("person", model))
            self.models["person"] = model
        if limits is not None:
            self.limits.enter_context(small_limits(limits))
        self.world.unique = frozenset(unique)
        arriving = [(name, self.record(name, columns)) for name, columns in zip(PEOPLE, persons, strict=False)]
        self.world.land("emea", *(record for name, record in arriving if name.startswith("emea")))
        self.world.land("fair", *(record for name, record in arriving if name.startswith("fair")))
        for name, record in arriving:
            self.remember(name, record)
        self.settle()

    def land(self, name: str, record: SourceRecord) -> None:
        """Land one record under its label, and remember it."""
        self.world.land(name.partition("/")[0], record)
        self.remember(name, record)

    def remember(self, name: str, record: SourceRecord) -> None:
        """Enter what the store has been told of a record."""
        key = self.key(name)
        words = [before for other, before in self.landed if other == name]
        stored = any(before.payload or not before.deleted for before in words)
        if record.merged_into and stored:
            self.book.became[key] = key._replace(record_id=record.merged_into), "merge"
        elif record.converted_into:
            self.book.became[key] = NaturalKey(key.source, *record.converted_into), "conversion"
        elif not record.deleted and stored and words[-1].deleted:
            self.book.restore(key)
            self.witnessed["a deleted record came back"] += 1
        self.landed.append((name, record))

    def name(self, number: int, like: str = "") -> str:
        """One of the records landed so far, of the kind of another one if named."""
        known = list(dict.fromkeys(name for name, _ in self.landed))
        if like:
            known = [name for name in known if ("Account" in name) == ("Account" in like)]
        return known[number % len(known)]

    def two(self, one: int, other: int) -> tuple[str, str]:
        """Two of the records landed so far, of one kind; now and then the same one twice."""
        first = self.name(one)
        return first, self.name(other, like=first)

    def kind_against(self, names: tuple[str, str], against: bool) -> str:
        """What the hub does not think of two records, or what it does."""
        belongs = crosswalk(self.world.store)
        here, there = (belongs.get(self.key(name)) for name in names)
        return "different" if (here == there) == against else "same"

    def key(self, name: str) -> NaturalKey:
        """The natural key of a record by its name."""
        label, object, record_id = name.split("/")
        return NaturalKey(f"{label}-1", object, record_id)

    def record(self, name: str, columns: dict[str, Any]) -> SourceRecord:
        """A new version of a record."""
        _, object, record_id = name.split("/")
        make = {"Contact": contact, "Account": account, "Lead": lead}[object]
        return make(record_id, modified=at(len(self.landed)), **columns)

    @rule(name=st.sampled_from((*PEOPLE, *PEOPLE, *LEADS_THERE)), columns=person_columns())
    def a_person_changes(self, name: str, columns: dict[str, Any]) -> None:
        self.land(name, self.record(name, columns))

    @rule(name=st.sampled_from(COMPANIES), columns=st.sampled_from(FIRMS))
    def a_company_changes(self, name: str, columns: dict[str, Any]) -> None:
        self.land(name, self.record(name, columns))

    @rule(size=st.integers(1, len(CROWD)), desk=st.sampled_from(DESKS))
    def a_crowd_comes_to_a_desk(self, size: int, desk: dict[str, str]) -> None:
        self._seat(size, desk)

    @rule(size=st.integers(4, len(CROWD)), desk=st.sampled_from(DESKS[:-1]), leaving=st.integers(2, len(CROWD)))
    def a_crowd_comes_to_a_desk_and_goes(self, size: int, desk: dict[str, str], leaving: int) -> None:
        self._seat(size, desk)
        self.settle()
        self._seat(leaving, {})

    def _seat(self, size: int, desk: dict[str, str]) -> None:
        records = []
        for number, whole in enumerate(CROWD[:size]):
            first, last = whole.split()
            name = f"shop/Contact/c{number}"
            record = self.record(name, {"First": first, "Last": last, **desk})
            records.append(record)
            self.remember(name, record)
        self.world.land("shop", *records)

    @rule(number=ANYBODY)
    def a_record_goes(self, number: int) -> None:
        name = self.name(number)
        _, object, record_id = name.split("/")
        self.land(name, deleted(record_id, object=object))

    @rule(name=st.sampled_from(PEOPLE), columns=person_columns())
    def a_record_is_shown_deleted(self, name: str, columns: dict[str, Any]) -> None:
        self.land(name, self.record(name, columns)._replace(deleted=True))

    @precondition(lambda self: self.gone())
    @rule(number=ANYBODY, columns=person_columns(), firm=st.sampled_from(FIRMS))
    def a_deleted_record_comes_back(self, number: int, columns: dict[str, Any], firm: dict[str, str]) -> None:
        gone = self.gone()
        name = gone[number % len(gone)]
        self.land(name, self.record(name, firm if "Account" in name else columns))

    def gone(self) -> list[str]:
        """Records whose last word was their deletion."""
        return [name for name, record in dict(self.landed).items() if record.deleted]

    @rule(one=ANYBODY, other=st.integers(0, 3))
    def a_vendor_merges(self, one: int, other: int) -> None:
        name = self.name(one)
        _, object, record_id = name.split("/")
        self.land(name, deleted(record_id, object=object, merged_into=str(other)))
        self.witnessed["a vendor's merge"] += 1

    @rule(
        name=st.sampled_from(LEADS_THERE),
        columns=person_columns(),
        to=st.sampled_from(("emea/Contact/0", "emea/Contact/1", COMPANIES[0])),
    )
    def a_lead_is_converted(self, name: str, columns: dict[str, Any], to: str) -> None:
        _, object, record_id = to.split("/")
        self.land(name, self.record(name, columns)._replace(converted_into=(object, record_id)))

    @rule()
    def everything_is_read_again(self) -> None:
        last = dict(self.landed)
        for label, object in self.streams():
            records = [record for name, record in last.items() if name.startswith(f"{label}/{object}/")]
            self.world.land_pages(label, [page(records)], object=object)

    # --- resolving

    def settle(self, **how: Any) -> None:
        """Resolve to the end, and look what has become common or rare."""
        self.world.resolve(new_id=self._new_id, **how)
        self._look_at_worth()

    def _new_id(self) -> str:
        self._issued += 1
        return f"{random.Random(self._issued).getrandbits(64):016x}"

    def _look_at_worth(self) -> None:
        with self.world.store.read() as conn:
            rows = conn.execute(select(key_stat)).all()
        now = {row.key: (row.size_bucket, row.people_bucket, bool(row.oversize)) for row in rows}
        for key in now.keys() | self._worth.keys():
            before, after = self._worth.get(key, (0, 0, False)), now.get(key, (0, 0, False))
            for place, what in enumerate(("a size", "a number of people", "a cap")):
                if before[place] != after[place]:
                    self.witnessed[f"{what} was crossed {'up' if before[place] < after[place] else 'down'}"] += 1
        self._worth = now

    @rule()
    def resolve(self) -> None:
        self.settle()

    @rule(writes=st.integers(0, 12))
    def a_resolve_dies(self, writes: int) -> None:
        self.dying(lambda guard: self.world.resolve(new_id=self._new_id, guard=guard), writes)

    def dying(self, work: Callable[[Callable[[Any], None]], Any], writes: int) -> None:
        """Do some work that dies before it has written more often than this."""
        left = [writes]

        def guard(_: Any) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise Died

        with contextlib.suppress(Died):
            work(guard)
        self.witnessed["work died half way"] += left[0] < 0

    @rule(looks=st.integers(0, 8))
    def a_resolve_loses_its_lease_to_another(self, looks: int) -> None:
        lost = []

        def another_takes_over() -> bool:
            if len(lost) == looks:
                self.settle()
            lost.append(True)
            return False

        def guard(_: Any) -> None:
            if len(lost) > looks:
                raise Died

        with contextlib.suppress(Died):
            self.world.resolve(new_id=self._new_id, should_stop=another_takes_over, guard=guard)
        self.witnessed["a lease was lost"] += len(lost) > looks

    @rule(looks=st.integers(0, 8), name=st.sampled_from(PEOPLE), columns=person_columns())
    def somebody_pulls_meanwhile(self, looks: int, name: str, columns: dict[str, Any]) -> None:
        self._meanwhile(looks, lambda: self.land(name, self.record(name, columns)))

    @rule(looks=st.integers(0, 8), one=ANYBODY, other=ANYBODY, against=st.booleans())
    def somebody_decides_meanwhile(self, looks: int, one: int, other: int, against: bool) -> None:
        self._meanwhile(looks, lambda: self._decide(one, other, against))

    def _meanwhile(self, looks: int, act: Callable[[], Any]) -> None:
        left = [looks]

        def look() -> bool:
            left[0] -= 1
            if left[0] == -1:
                act()
            return False

        self.settle(should_stop=look)

    # --- people

    def attempt(self, act: Callable[..., Decision], *arguments: Any) -> Decision | None:
        """People try what cannot be done, too: it is refused and changes nothing."""
        before = self.world.decisions()
        try:
            made = act(*arguments)
        except UsageError:
            assert self.world.decisions() == before
            return None
        assert self.world.decisions() == [*before, made]
        self.book.note(made)
        self.witnessed[made.kind] += 1
        return made

    @rule(one=ANYBODY, other=ANYBODY, against=st.sampled_from((True, True, True, False)))
    def somebody_decides(self, one: int, other: int, against: bool) -> None:
        self._decide(one, other, against)

    def _decide(self, one: int, other: int, against: bool) -> Decision | None:
        names = self.two(one, other)
        return self.attempt(self.world.decide, *names, self.kind_against(names, against))

    @rule(one=ANYBODY, field=FIELDS, other=ANYBODY)
    def somebody_chooses(self, one: int, field: str, other: int) -> None:
        mates = self.mates(one)
        self.attempt(self.world.choose, mates[0], field, mates[other % len(mates)])

    @rule(one=ANYBODY)
    def somebody_unmerges(self, one: int) -> None:
        self.attempt(self.world.unmerge, self.mates(one)[-1])

    @rule(one=ANYBODY, others=st.lists(ANYBODY, max_size=3, unique=True))
    def somebody_splits(self, one: int, others: list[int]) -> None:
        mates = self.mates(one)
        leaving = dict.fromkeys(mates[other % len(mates)] for other in others)
        self.attempt(self.world.split, mates[0], *([name] for name in leaving))

    def mates(self, number: int) -> list[str]:
        """The records of one of the customers that have several; of any, if none has."""
        held: dict[str, list[str]] = {}
        belongs = crosswalk(self.world.store)
        for name in dict.fromkeys(name for name, _ in self.landed):
            held.setdefault(belongs.get(self.key(name), name), []).append(name)
        customers = [names for names in held.values() if len(names) > 1] or list(held.values())
        return customers[number % len(customers)]

    @precondition(lambda self: self.book.said)
    @rule(back=st.integers(0, 5))
    def somebody_undoes(self, back: int) -> None:
        if back < len(self.book.said):
            self.attempt(self.world.undo, self.book.said[-1 - back].number)

    # --- operators

    @rule(writes=st.integers(0, 30))
    def the_store_is_rebuilt(self, writes: int) -> None:
        store, clock = self.world.store, self.world.clock
        self.dying(lambda guard: rebuild(store, clock=clock, actor="ann", guard=guard), writes)

    @rule(kind=st.sampled_from(("person", "person", "organization")), number=st.integers(0, len(VARIANTS) - 1))
    def another_model_is_used(self, kind: Kind, number: int) -> None:
        model, store = model_variant(kind, number), self.world.store
        with store.begin() as work:
            name = models.put(work.conn, model.version, kind, model.document, self.world.clock(), origin="trained")
            work.commit()
        with contextlib.suppress(UsageError):  # it is in use already
            use_model(store, name, actor="ann", clock=self.world.clock)
            self.witnessed["another model"] += 1
        self.models[kind] = number

    @precondition(lambda self: any(name.startswith("fair") for name, _ in self.landed))
    @rule()
    def a_source_declares_otherwise(self) -> None:
        self.world.unique ^= {"fair"}
        now = self.world.clock()
        ensure_source(
            self.world.store, "fair", "fair-1", "files", now, one_record_a_customer="fair" in self.world.unique
        )

    @rule()
    def a_normaliser_is_new(self) -> None:
        with self.world.store.begin() as work:
            for table in (person_record, organization_record):
                work.conn.execute(update(table).values(normaliser_version="of old"))
            work.commit()
        for label, object in self.streams():
            source = self.world.source(label)
            remap(self.world.store, source.id, object, MAPPINGS[object], run=99, clock=self.world.clock)

    def streams(self) -> list[tuple[str, str]]:
        """Each source's label with each of its objects that has records."""
        parts = (name.split("/") for name, _ in self.landed)
        return sorted({(label, object) for label, object, _ in parts})


def begin_with(world: World, model: MatchModel) -> None:
    """Give a store that has none yet its model of a kind."""
    with world.store.begin() as work:
        models.activate(work.conn, model.version, model.kind, model.document, world.clock())
        work.commit()
