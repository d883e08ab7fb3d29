"""One record as the portal holds it, what it held before, and who wrote it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Source:
    """Who or what writes a value: HubSpot's words for it, as they stand in a property's history."""

    type: str
    id: str | None = None
    label: str | None = None
    user_id: int | None = None


PERSON = Source("CRM_UI", "userId:9001", "Dana Whitfield", 9001)
IMPORT = Source("IMPORT", "1001")
CALCULATED = Source("CALCULATED")
PLATFORM = Source("AUTOMATION_PLATFORM")
MERGE = Source("MERGE_OBJECTS")


@dataclass(frozen=True, slots=True)
class Version:
    """A value that a property took at `at` (epoch milliseconds). A cleared one took ""."""

    value: str
    at: int
    source: Source


NEVER_WRITTEN: Mapping[str, tuple[Version, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Row:
    """One record; never changed in place, so that whoever holds one keeps what it was. Times are epoch milliseconds.

    `values` leaves out what was never set; "" is what was cleared. `modified` is the stamp in the cursor property,
    `updated` the record's own. `history` holds the versions, newest first, of the properties that were written after
    the record was made; the others have one, of `created` and by `source`.
    """

    id: int
    values: Mapping[str, str]
    created: int
    modified: int
    updated: int
    source: Source = IMPORT
    archived_at: int | None = None
    history: Mapping[str, tuple[Version, ...]] = field(default_factory=lambda: NEVER_WRITTEN)

    @property
    def archived(self) -> bool:
        return self.archived_at is not None

    def versions(self, name: str) -> tuple[Version, ...]:
        """What a property held, newest first; nothing if it was never set."""
        written = self.history.get(name)
        if written is not None:
            return written
        value = self.values.get(name)
        return () if value is None else (Version(value, self.created, self.source),)


@lru_cache(maxsize=20_000)
def iso(milliseconds: int) -> str:
    """A moment as HubSpot writes it: milliseconds only where there are any."""
    moment = datetime.fromtimestamp(milliseconds // 1_000, UTC).isoformat()[:19]
    rest = milliseconds % 1_000
    return f"{moment}.{rest:03d}Z" if rest else f"{moment}Z"


def milliseconds(moment: datetime) -> int:
    """Epoch milliseconds of an aware moment."""
    return int(moment.timestamp()) * 1_000 + moment.microsecond // 1_000


def parse_id(text: Any) -> int | None:
    """The number that an id is; None for what is none."""
    digits = str(text)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None
