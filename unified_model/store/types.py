"""Column types that mean the same on SQLite and PostgreSQL: aware UTC time, JSON as written, binary-ordered text."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from unified_model.store.codec import decode, encode

Surrogate = BigInteger().with_variant(Integer(), "sqlite")
"""A bigint key of our own, never shown and never ordered by."""

Key64 = BigInteger().with_variant(Integer(), "sqlite")
"""A signed 64-bit hash."""

NaturalText = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Text that compares by its bytes on both backends (SQLite does by default)."""


def utc_text(value: datetime) -> str:
    """Fixed-width UTC text, so that SQLite compares times by comparing text. Naive values are refused."""
    if value.tzinfo is not UTC:
        if value.tzinfo is None:
            raise ValueError("a time without a zone reached the store")
        value = value.astimezone(UTC)
    return _utc_text(value)


@lru_cache(maxsize=1 << 13)
def _utc_text(v: datetime) -> str:
    # Of a time in UTC: in other zones, the two times when a clock is put back are equal to each other.
    parts = (v.year, v.month, v.day, v.hour, v.minute, v.second, v.microsecond)
    return "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ" % parts  # noqa: UP031 (half the time of isoformat or an f-string)


def utc_from_text(value: str) -> datetime:
    """The reverse of `utc_text`."""
    return datetime.fromisoformat(value)


class UtcTime(TypeDecorator[datetime]):
    """Aware UTC: timestamptz on PostgreSQL, fixed-width text on SQLite. Naive values are refused."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone reached the store")
        return value if dialect.name == "postgresql" else utc_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if isinstance(value, datetime) else utc_from_text(value)


class Json(TypeDecorator[Any]):
    """JSON kept as it was written (PostgreSQL `json`, not `jsonb`: key order and escaped NULs survive)."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(_PlainJson())
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else encode(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return decode(value)


class _PlainJson(UserDefinedType[str]):
    """PostgreSQL `json` whose values we encode ourselves.

    Not a subclass of SQLAlchemy's JSON: the dialect would swap that for its own, which encodes a second time.
    """

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "JSON"
