"""Every value comes back as it went in, or is refused by name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from tests.contract.store_rows import NOON, put, writing
from unified_model.errors import Rejected
from unified_model.store.bulk import delete_rows, rows_by_keys, write_rows
from unified_model.store.codec import decode, encode
from unified_model.store.engine import Store
from unified_model.store.plain import storable
from unified_model.store.tables.golden import person
from unified_model.store.tables.identity import blocking_key
from unified_model.store.tables.landing import source
from unified_model.store.tables.trust import setting
from unified_model.store.tables.unified import contact_point

FEW, MANY = 3, 1500

any_text = st.text(st.characters())
"""Every code point, halves of surrogate pairs included."""
any_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=8,
)
aware_times = st.datetimes(
    datetime(1, 1, 2),  # noqa: DTZ001
    datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=st.timezones() | st.just(UTC),
)
many_examples = settings(
    max_examples=60,
    # one store serves all examples, and each backend runs the examples by itself: both meant
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)


class ValuesContract:
    """Text, JSON, times, numbers."""

    # --- values go in and come out

    @many_examples
    @given(texts=st.lists(any_text, min_size=1, max_size=5))
    def test_any_text_made_storable_comes_back_as_it_is(self, store: Store, texts: list[str]):
        stored = [storable(text) for text in texts]

        back = self.through_person(store, "display_name", stored)

        assert back == stored
        assert all(len(kept) >= len(text) for kept, text in zip(stored, texts, strict=True))

    @pytest.mark.parametrize("odd", ["nul\0", "half \ud83d of a pair", "\udc00"])
    @pytest.mark.parametrize("n", [FEW, MANY])
    def test_text_that_no_backend_can_hold_is_refused_by_name(self, store: Store, odd: str, n: int):
        rows = [("c", "é")] + [(f"c{i}", None) for i in range(n)] + [("odd", odd)]

        with pytest.raises(Rejected, match=r"person\.email"), writing(store) as conn:
            write_rows(conn, person, ("customer_id", "email"), rows)

        with store.read() as conn:
            assert conn.execute(select(person)).all() == []

    def test_long_text_and_json_come_back_whole(self, store: Store):
        long = "ß\n\t\\\"'%s" * 300_000

        assert self.through_person(store, "display_name", [long]) == [long]
        assert decode(self.through_person(store, "custom", [encode({"x": long})])[0]) == {"x": long}

    @many_examples
    @given(values=st.lists(any_json, min_size=1, max_size=3))
    def test_any_json_comes_back_as_it_was_written(self, store: Store, values: list[object]):
        written = [encode(value) for value in values]

        back = self.through_person(store, "custom", written)

        assert back == written

    @pytest.mark.parametrize("value", ["text", '"', "{}", "null", 0, False, [], {}, [None], {"a": "\0"}])
    def test_json_through_core_keeps_its_type(self, store: Store, value: object):
        with writing(store) as conn:
            conn.execute(insert(setting).values(name="a", value=value))

        with store.read() as conn:
            assert conn.execute(select(setting.c.value).where(setting.c.name == "a")).scalar() == value

    @many_examples
    @given(times=st.lists(st.none() | aware_times, min_size=1, max_size=5))
    def test_any_time_comes_back_to_the_microsecond(self, store: Store, times: list[datetime | None]):
        back = self.through_person(store, "modified_at", times)

        assert back == [time and time.astimezone(UTC) for time in times]
        assert all(time is None or time.utcoffset() == timedelta(0) for time in back)

    @pytest.mark.parametrize(
        "edge",
        [
            datetime(1, 1, 1, tzinfo=UTC),
            datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
            datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
            datetime(2026, 10, 25, 2, 30, tzinfo=timezone(timedelta(hours=2)), fold=1),
            datetime(1883, 11, 18, 12, 3, 57, tzinfo=timezone(-timedelta(hours=4, minutes=56, seconds=2))),
        ],
    )
    @pytest.mark.parametrize("n", [1, MANY])
    def test_times_at_the_edges_come_back(self, store: Store, edge: datetime, n: int):
        assert self.through_person(store, "modified_at", [edge] * n) == [edge] * n

        with store.read() as conn:
            assert conn.execute(select(person.c.modified_at).limit(1)).scalar() == edge

    def test_both_hours_of_a_clock_put_back_come_back(self, store: Store):
        first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
        hours = [first, first.replace(fold=1)]

        back = self.through_person(store, "modified_at", hours)

        assert [time.hour for time in back] == [0, 1]

    def test_times_sort_as_times(self, store: Store):
        times = [datetime(900, 5, 1, tzinfo=UTC), NOON - timedelta(microseconds=1), NOON, NOON + timedelta(days=400000)]
        self.through_person(store, "modified_at", times[::-1])

        with store.read() as conn:
            assert conn.execute(select(person.c.modified_at).order_by(person.c.modified_at)).scalars().all() == times

    @pytest.mark.parametrize("n", [1, MANY])
    def test_a_time_without_a_zone_is_refused(self, store: Store, n: int):
        naive = NOON.replace(tzinfo=None)

        with pytest.raises(ValueError, match="without a zone"):
            self.through_person(store, "modified_at", [naive] * n)

    @pytest.mark.parametrize("n", [1, MANY])
    def test_whole_numbers_of_64_bits_and_truth_values_come_back(self, store: Store, n: int):
        edges = [-(2**63), -1, 0, 2**53 + 1, 2**63 - 1]
        with writing(store) as conn:
            write_rows(conn, blocking_key, ("key", "record"), [(key, r) for key in edges for r in range(n)])
            points = ("record", "position", "kind", "raw", "verified")
            write_rows(conn, contact_point, points, [(r, p, "email", "x", p == 1) for r in range(n) for p in (0, 1)])

        with store.read() as conn:
            assert {key for (key,) in rows_by_keys(conn, blocking_key, "key", edges, ("key",))} == set(edges)
            found = rows_by_keys(conn, contact_point, "record", [0], ("position", "verified"))
        assert sorted(found) == [(0, False), (1, True)]
        assert {type(verified) for _, verified in found} == {bool}

    def test_text_keys_are_ordered_by_their_bytes(self, store: Store):
        labels = ["a", "B", "Z", "_", "ä", "é", "z", "aB", "ab", " a", "日", "\U0001f600"]
        with writing(store) as conn:
            for i, label in enumerate(labels):
                put(conn, source, id=i, label=label, installation=label)

        with store.read() as conn:
            ordered = conn.execute(select(source.c.label).order_by(source.c.label)).scalars().all()
        assert ordered == sorted(labels, key=str.encode)

    def through_person(self, store: Store, column: str, values: list[object]) -> list[object]:
        """Write values into a column of `person`, one row each, and read them back."""
        keys = [f"c{i:07}" for i in range(len(values))]
        with writing(store) as conn:
            delete_rows(conn, person, ("customer_id",), keys)
            write_rows(conn, person, ("customer_id", column), list(zip(keys, values, strict=True)))
        with store.read() as conn:
            found = dict(rows_by_keys(conn, person, "customer_id", keys, ("customer_id", column)))
        return [found[key] for key in keys]
