"""Law 1: nothing is lost. The counts of every read balance and equal what the store holds; rejects keep everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.builders import World, contact, deleted, new_world, page, reject
from tests.laws.worlds import examples, person_columns
from unified_model.records import Page, SourceRecord
from unified_model.store.codec import decode
from unified_model.store.tables.landing import dead_letter, source_record, source_record_version

ANY_TEXT = st.text(st.characters(), max_size=12) | st.sampled_from(("\x00", "\ud800", "a\x00b", "é\udfff", "a\nb", ""))
"""Text as files and vendors may hold it: control characters, NUL, halves of surrogate pairs."""


@st.composite
def records(draw: st.DrawFn) -> SourceRecord:
    """A record, often one met before, sometimes gone, sometimes odd."""
    record_id = draw(st.sampled_from(("1", "2", "3", "4", " 5", "É6")))
    if draw(st.integers(0, 4)) == 0:
        return deleted(record_id)
    columns = draw(person_columns())
    if draw(st.integers(0, 3)) == 0:
        columns[draw(st.sampled_from(("First", "Email", "Company", "Note", "\x00", "Zip")))] = draw(ANY_TEXT)
    return contact(record_id, **columns)


@st.composite
def pages(draw: st.DrawFn, number: int) -> Page:
    """Records, some twice, and rejects at places of their own."""
    some = draw(st.lists(records(), max_size=6))
    bad = [
        reject(f"f{number}.csv:{line}", reason=draw(st.sampled_from(("row_too_short", "bad_encoding"))),
               detail=draw(ANY_TEXT), raw=draw(ANY_TEXT))
        for line in range(draw(st.integers(0, 3)))
    ]  # fmt: skip
    return page(some, bad, repeated=draw(st.integers(0, 2)))


READS = st.integers(1, 4).flatmap(lambda n: st.tuples(*(pages(number) for number in range(n))))


@given(READS)
@examples(60)
def test_counts_balance_and_equal_what_the_store_holds(read: Sequence[Page]) -> None:
    with new_world() as world:
        for one in read:
            counts = world.land_pages("emea", [one])

            assert counts.balanced(), counts
            assert counts.read == one.read
            assert counts.stored == _count(world, source_record, run_id=world.runs, implied=False)
            assert counts.deleted == _count(world, source_record_version, run_id=world.runs, deleted=True)
            assert counts.rejected == _count(world, dead_letter, run_id=world.runs)
            _newest_copies_are_held(world, one)


@given(READS)
@examples(30)
def test_a_reject_keeps_its_raw_text_its_place_and_its_reason(read: Sequence[Page]) -> None:
    with new_world() as world:
        world.land_pages("emea", list(read), object="Contact")

        with world.store.read() as conn:
            held = {row.place: row for row in conn.execute(select(dead_letter))}
        for one in (r for part in read for r in part.rejects):
            letter = held[one.place]
            assert letter.reason == one.reason
            assert letter.raw == one.raw.encode("utf-8", "backslashreplace").decode()


@given(READS)
@examples(30)
def test_every_version_that_was_ever_stored_is_kept(read: Sequence[Page]) -> None:
    kept: dict[tuple[int, int], Any] = {}
    c = source_record_version.c

    with new_world() as world:
        for one in read:
            world.land_pages("emea", [one])
            with world.store.read() as conn:
                now = {(r.record, r.version): tuple(r) for r in conn.execute(select(source_record_version))}
                newest = conn.execute(select(c.record, func.max(c.version), func.count()).group_by(c.record)).all()

            assert kept.items() <= now.items()
            assert all(highest == number for _, highest, number in newest)
            kept = now


def _count(world: World, table: Any, **equal: Any) -> int:
    query = select(func.count()).select_from(table)
    for name, value in equal.items():
        query = query.where(table.c[name] == value)
    with world.store.read() as conn:
        return conn.execute(query).scalar_one()


def _newest_copies_are_held(world: World, one: Page) -> None:
    """What the page says of a record last is what the store says of it."""
    last = {r.record_id: r for r in one.records}
    with world.store.read() as conn:
        rows = conn.execute(select(source_record).where(source_record.c.implied.is_(False))).mappings().all()
        versions = conn.execute(select(source_record_version)).mappings().all()
    payloads = {(v["record"], v["version"]): v["payload"] for v in versions}
    held = {r["record_id"]: r for r in rows}
    for record_id, record in last.items():
        if record.deleted:
            assert record_id not in held or held[record_id]["deleted_at"] is not None
            continue
        row = held[record_id]
        raw = decode(row["payload"] if row["payload"] is not None else payloads[row["id"], row["version"]])
        spelled = {_plain(k): _plain(v) for k, v in record.payload.items()}
        assert raw == spelled


def _plain(value: Any) -> Any:
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
