"""A small source system that can be listed, for reconciles: told wrongly, told too little, changed unstamped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.contract import Outline
from tests.builders import CONTACTS, World, contact, page
from unified_model.proof import Proof
from unified_model.records import Page, SourceRecord
from unified_model.store.codec import decode
from unified_model.use_cases.land import LandingOrder, land
from unified_model.use_cases.page import LandCounts
from unified_model.use_cases.reconcile import Source, reconcile

LISTED = ("Modified", "Shoe")
"""What the outline tells of a record: its stamp, and a column that is calculated and moves without one."""


@dataclass
class ListedSource:
    """The system itself: what it holds, and what it has yet to tell."""

    world: World
    live: dict[str, dict[str, Any]] = field(default_factory=dict)
    bin: dict[str, str | None] = field(default_factory=dict)
    """Deleted, and still known: with the survivor of a merge."""
    untold: dict[str, None] = field(default_factory=dict)
    """Ids that the next pull tells of, in order."""
    counts: LandCounts = field(default_factory=LandCounts)
    asked: list[Sequence[str]] = field(default_factory=list)
    proof: Proof | None = None

    def put(self, key: str, *, told: bool = True, **columns: Any) -> None:
        """Create, change or restore a record."""
        self.live[key] = {**self.live.get(key, {}), **columns}
        self.bin.pop(key, None)
        if told:
            self.untold[key] = None

    def delete(self, key: str, *, told: bool = True, hard: bool = False, into: str | None = None) -> None:
        """Delete a record, into the bin or past it."""
        if self.live.pop(key, None) is not None and not hard:
            self.bin[key] = into
        if told and not hard:
            self.untold[key] = None

    def get(self, ids: Sequence[str]) -> list[SourceRecord]:
        """Records as they are now."""
        self.asked.append(ids)
        return [record for key in ids if (record := self.record(key)) is not None]

    def record(self, key: str) -> SourceRecord | None:
        """One record as a read gives it."""
        if key in self.live:
            return contact(key, **self.live[key])
        if key in self.bin:
            return SourceRecord("Contact", key, {}, deleted=True, merged_into=self.bin[key])
        return None

    def outline(self, size: int = 3) -> Iterator[list[Outline]]:
        """Every live record, in no order."""
        found = [
            Outline(key, {name: contact(key, **columns).payload.get(name) for name in LISTED})
            for key, columns in sorted(self.live.items(), key=lambda each: each[0][::-1])
        ]
        for start in range(0, len(found), size):
            yield found[start : start + size]

    def pull(self) -> None:
        """Land what is to be told."""
        records = [record for key in self.untold if (record := self.record(key)) is not None]
        self.untold.clear()
        self._land([page(records)])

    def reconcile(self, **more: Any) -> Proof | None:
        """Compare and mend."""
        self.world.runs += 1
        outline = more.pop("outline", self.outline)
        trackless = more.pop("trackless", False)
        order = LandingOrder(self.world.source("crm").id, "Contact", self.world.runs, **more)
        self.proof = reconcile(
            self.world.store, order, CONTACTS, Source(outline, self.get), clock=self.world.clock, counts=self.counts,
            trackless=trackless,
        )  # fmt: skip
        return self.proof

    def _land(self, pages: list[Page]) -> None:
        self.world.runs += 1
        order = LandingOrder(self.world.source("crm").id, "Contact", self.world.runs)
        land(self.world.store, order, CONTACTS, lambda _: iter(pages), clock=self.world.clock, counts=self.counts)

    def copy(self) -> dict[str, dict[str, Any]]:
        """What the store holds, by id, without what is deleted."""
        with self.world.store.read() as conn:
            rows = conn.exec_driver_sql("select record_id, payload from raw_record where deleted_at is null").all()
        return {key: {k: v for k, v in decode(payload).items() if k != "Id"} for key, payload in rows}

    def truth(self) -> dict[str, dict[str, Any]]:
        """What the source holds, by id."""
        return {
            key: {k: v for k, v in contact(key, **columns).payload.items() if k != "Id"}
            for key, columns in self.live.items()
        }
