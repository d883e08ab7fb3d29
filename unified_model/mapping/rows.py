"""A mapping is a table of rows, one row a column: which unified field it holds, and how it is read and written back.

The grammar of `field`:

| written | means |
|---|---|
| `given_name`, `full_name`, `job_title`, `owner`, `modified_at`, `name` ... | a single-valued field of the record |
| `email`, `email:work`, `phone:mobile`, `website:shop` | a contact point, with or without a label |
| `address:mailing` | a whole address in one column |
| `address:mailing.locality` | a part: street, locality, region, postal_code, country; rows of one part are joined |
| `company.name` `.domain` `.website` `.reference` `.since` `.until` | the person's company |
| `consent:email.marketing` | an opt-in or opt-out: channel, purpose; with `.evidenced_at`, the time of its evidence |
| `external_id:erp` | this record's id in another system |
| `custom.shoe_size` | anything else worth keeping |

Two rows of one single-valued field: the first that holds text wins.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from unified_model.entities import ORGANIZATION_FIELDS, PERSON_FIELDS, Kind
from unified_model.errors import UsageError
from unified_model.mapping.times import DATE_ORDERS, DateOrder, known_zone
from unified_model.mapping.transforms import TRANSFORMS, Makes

READER_VERSION = "1"
"""Part of every mapping's version: raise it when reading the same row gives another value."""

NEVER = "never"
"""As `write`: the column is read and never written back (formulas, the vendor's own stamps)."""

Family = Literal["single", "point", "address", "company", "consent", "external_id", "custom"]

ADDRESS_PARTS = ("street", "locality", "region", "postal_code", "country")
COMPANY_PARTS = ("name", "domain", "website", "reference", "since", "until")
_TIMES = frozenset({"created_at", "modified_at", "since", "until", "evidenced_at"})


class FieldRef(NamedTuple):
    """A parsed field: `point email work`, `address mailing locality`, `consent email marketing`."""

    family: Family
    name: str
    """The single field, the point's kind, the company part, the consent's channel, the system, the custom name."""
    label: str | None = None
    """The point's or address's label; the consent's purpose."""
    part: str | None = None
    """The address's part; `evidenced_at` of a consent."""


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One column. `read` and `write` name transforms; empty: what suits the field, and the same one back."""

    column: str
    field: str
    read: str = ""
    write: str = ""
    label: str = ""
    """What people call the column, where its technical name differs (`First Name` for `FirstName`)."""


@dataclass(frozen=True, slots=True)
class ObjectMapping:
    """How the records of one object become persons or organizations, and back."""

    object: str
    kind: Kind
    rows: tuple[FieldRow, ...]
    key: str | None = None
    """Column of the record's lasting id; None: the object has none."""
    modified: str | None = None
    """Column of the source's stamp of change; by default the row of `modified_at`."""
    deleted: str | None = None
    """Column that says yes when the record was deleted (`IsDeleted` in an export that keeps the recycle bin)."""
    merged_into: str | None = None
    """Column of the survivor's id when the record was merged away."""
    zone: str = "UTC"
    """Zone of times that name none (IANA)."""
    date_order: DateOrder = "ymd"
    """Order of day, month and year where a date does not begin with its four-digit year."""
    volatile: tuple[str, ...] = ()
    """Columns whose change alone makes no new version (last viewed, calculated)."""
    own_id: FieldRow | None = None
    """How records of other systems keep this object's ids (`external_id:salesforce`), so that they find it."""

    version: str = field(init=False, compare=False)
    """Hash of everything that decides what is read; labels for people and ways of writing are left out."""

    def __post_init__(self) -> None:
        if self.modified is None:
            stamped = next((row.column for row in self.rows if row.field == "modified_at"), None)
            object.__setattr__(self, "modified", stamped)
        object.__setattr__(self, "version", _version(self))

    @property
    def volatile_fields(self) -> frozenset[str]:
        """Fields that come from volatile columns only."""
        steady = {row.field for row in self.rows if row.column not in self.volatile}
        return frozenset(row.field for row in self.rows if row.field not in steady)

    def columns_of(self, field: str) -> tuple[str, ...]:
        """Columns that hold a field, in the mapping's order."""
        return tuple(row.column for row in self.rows if row.field == field)

    def renamed(self, names: Mapping[str, str]) -> ObjectMapping:
        """The same mapping over other names of its columns (a report's labels); columns not named keep theirs."""

        def new(column: str | None) -> str | None:
            return None if column is None else names.get(column, column)

        return replace(
            self,
            rows=tuple(replace(row, column=names.get(row.column, row.column)) for row in self.rows),
            key=new(self.key),
            modified=new(self.modified),
            deleted=new(self.deleted),
            merged_into=new(self.merged_into),
            volatile=tuple(names.get(column, column) for column in self.volatile),
        )

    def restricted_to(self, columns: Iterable[str]) -> ObjectMapping:
        """The same mapping with the rows of these columns only."""
        present = frozenset(columns)
        return replace(
            self,
            rows=tuple(row for row in self.rows if row.column in present),
            key=self.key if self.key in present else None,
            modified=self.modified if self.modified in present else None,
            deleted=self.deleted if self.deleted in present else None,
            merged_into=self.merged_into if self.merged_into in present else None,
            volatile=tuple(column for column in self.volatile if column in present),
        )


def _version(mapping: ObjectMapping) -> str:
    rows = [(row.column, row.field, row.read) for row in mapping.rows]
    facts: list[Any] = [READER_VERSION, mapping.object, mapping.kind, rows, mapping.key, mapping.modified]
    if mapping.own_id is not None:
        facts.append((mapping.own_id.field, mapping.own_id.read))
    text = json.dumps([*facts, mapping.zone, mapping.date_order, sorted(mapping.volatile)], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def unmapped(mapping: ObjectMapping, columns: Iterable[str]) -> list[str]:
    """Columns the mapping does not read; they stay in the raw payload."""
    known = {row.column for row in mapping.rows} | {mapping.key, mapping.modified, mapping.deleted, mapping.merged_into}
    return [column for column in columns if column not in known]


def single_fields(kind: Kind) -> tuple[str, ...]:
    """Single-valued fields of a kind."""
    return PERSON_FIELDS if kind == "person" else ORGANIZATION_FIELDS


_NAME = r"[^\W_][\w-]*"
_GRAMMAR: tuple[tuple[Family, re.Pattern[str]], ...] = (
    ("point", re.compile(rf"(?P<name>email|phone|website)(?::(?P<label>{_NAME}))?")),
    ("address", re.compile(rf"(?P<name>address)(?::(?P<label>{_NAME}))?(?:\.(?P<part>\w+))?")),
    ("company", re.compile(r"company\.(?P<name>\w+)")),
    ("consent", re.compile(rf"consent:(?P<name>{_NAME})\.(?P<label>{_NAME})(?:\.(?P<part>\w+))?")),
    ("external_id", re.compile(rf"external_id:(?P<name>{_NAME})")),
    ("custom", re.compile(r"custom\.(?P<name>\S.*)")),
)
_PARTS: dict[Family, tuple[str, ...]] = {"address": ADDRESS_PARTS, "consent": ("evidenced_at",)}


def parse_field(field: str, kind: Kind) -> FieldRef:
    """A field in words -> its parts. UsageError names the nearest field that exists."""
    if field in single_fields(kind):
        return FieldRef("single", field)
    for family, pattern in _GRAMMAR:
        found = pattern.fullmatch(field)
        if found is None:
            continue
        groups = found.groupdict()
        part = groups.get("part")
        if part is not None and part not in _PARTS[family]:
            break
        if family == "company" and (kind != "person" or groups["name"] not in COMPANY_PARTS):
            break
        return FieldRef(family, groups["name"], groups.get("label"), part)
    raise UsageError(f"The mapping names the unknown field {field!r} for a {kind}.", _nearest(field, _examples(kind)))


def read_name(row: FieldRow, kind: Kind) -> str:
    """Name of the transform that reads a row: its own, or the one that suits its field."""
    if row.read:
        return row.read
    ref = parse_field(row.field, kind)
    if (ref.family in ("single", "company") and ref.name in _TIMES) or ref.part in _TIMES:
        return "time"
    if ref.family == "single" and ref.name == "birth_date":
        return "date"
    return "consent_status" if ref.family == "consent" else "text"


def write_name(row: FieldRow, kind: Kind) -> str | None:
    """Name of the transform that writes a row back; None: it is never written."""
    return None if row.write == NEVER else row.write or read_name(row, kind)


def validate(mapping: ObjectMapping) -> ObjectMapping:
    """The mapping itself, if every row can be read. UsageError says which row is wrong and what is nearest."""
    seen: set[str] = set()
    for row in mapping.rows:
        if row.column in seen:
            raise UsageError(
                f"The mapping of {mapping.object} lists the column {row.column!r} twice.", "Keep one of the two lines."
            )
        seen.add(row.column)
        ref = parse_field(row.field, mapping.kind)
        for name in (read_name(row, mapping.kind), write_name(row, mapping.kind)):
            if name is not None:
                _check_transform(mapping, row, ref, name)
    if mapping.date_order not in DATE_ORDERS:
        raise UsageError(
            f"The date order {mapping.date_order!r} is unknown.", _nearest(mapping.date_order, DATE_ORDERS)
        )
    if not known_zone(mapping.zone):
        raise UsageError(
            f"The time zone {mapping.zone!r} is unknown.", "Use an IANA name such as Europe/Berlin, or UTC."
        )
    return mapping


def _check_transform(mapping: ObjectMapping, row: FieldRow, ref: FieldRef, name: str) -> None:
    if name not in TRANSFORMS:
        known = _nearest(name, (*TRANSFORMS, NEVER))
        raise UsageError(f"The column {row.column!r} of {mapping.object} names the unknown transform {name!r}.", known)
    wanted = _wanted(ref)
    if TRANSFORMS[name].makes not in wanted:
        fitting = ", ".join(sorted(known for known, transform in TRANSFORMS.items() if transform.makes in wanted))
        raise UsageError(
            f"The transform {name!r} of column {row.column!r} does not suit the field {row.field!r}.",
            f"Use one of: {fitting}.",
        )


def _wanted(ref: FieldRef) -> frozenset[Makes]:
    if ref.family == "custom":
        return frozenset(("text", "many", "any", "time", "flag", "consent"))
    if ref.name in _TIMES or ref.part in _TIMES:
        return frozenset(("time",))
    if ref.family == "consent":
        return frozenset(("consent",))
    return frozenset(("text", "many")) if ref.family == "point" else frozenset(("text",))


def _examples(kind: Kind) -> tuple[str, ...]:
    """Fields worth naming when somebody mistypes one."""
    points = ("email", "email:work", "email:home", "phone", "phone:work", "phone:mobile", "phone:home", "website:work")
    addresses = tuple(
        f"address:{label}.{part}" for label in ("mailing", "billing", "work", "home") for part in ADDRESS_PARTS
    )
    companies = tuple(f"company.{part}" for part in COMPANY_PARTS) if kind == "person" else ()
    others = ("consent:email.marketing", "consent:phone.marketing", "external_id:erp", "custom.anything")
    return (*single_fields(kind), *points, *addresses, *companies, *others)


def _nearest(word: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, known, n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(close)}?" if close else f"Known: {', '.join(known)}."
