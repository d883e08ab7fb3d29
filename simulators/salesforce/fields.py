"""Fields of an object as data, with the short forms that the org's tables are written in, and records."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeAlias

Value: TypeAlias = str | bool | int | float | date | datetime | None
Row: TypeAlias = dict[str, Value]
"""One record; never changed in place, so that whoever holds one keeps what it was."""


class Record(dict[str, Value]):
    """A record as a table keeps it: empty fields are left out, so that a large org fits into memory."""

    __slots__ = ()

    def __init__(self, row: Mapping[str, Value]) -> None:
        super().__init__({name: value for name, value in row.items() if value is not None})

    def __missing__(self, name: str) -> None:
        return None


def is_live(row: Row) -> bool:
    """Whether `query` shows a record: neither deleted nor archived. `queryAll` shows all."""
    return not (row.get("IsDeleted") or row.get("IsArchived"))


COMPOUND = ("address",)
NUMBERS = ("int", "double", "currency", "percent")
TEXTS = ("string", "textarea", "email", "phone", "url", "picklist", "multipicklist", "combobox", "id", "reference")


@dataclass(frozen=True)
class Field:
    """One field. `parts` are those of a compound one, in the order of its keys; `formula` is a path to a parent's
    field.

    `on_delete` tells what a record does when the one it points at goes: `clear` the lookup, `cascade` with it, or
    `restrict` its deletion. `children` names the relationship from the other end, `feature` the switch of the org
    without which the field is not there.
    """

    name: str
    type: str
    label: str
    length: int = 0
    required: bool = False
    createable: bool = True
    updateable: bool = True
    default: Value = None
    defaulted: bool = False
    external_id: bool = False
    unique: bool = False
    case_sensitive: bool = False
    id_lookup: bool = False
    compound: str | None = None
    parts: tuple[str, ...] = ()
    refers_to: tuple[str, ...] = ()
    relationship: str | None = None
    on_delete: str = "clear"
    children: str | None = None
    picklist: tuple[str, ...] = ()
    restricted: bool = False
    precision: int = 0
    scale: int = 0
    formula: str | None = None
    auto_number: bool = False
    feature: str | None = None

    @property
    def custom(self) -> bool:
        return self.name.endswith(("__c", "__pc"))

    @property
    def polymorphic(self) -> bool:
        return len(self.refers_to) > 1


def system(name: str, kind: str, label: str, **more: object) -> Field:
    """A field that the org alone writes."""
    return replace(Field(name, kind, label, createable=False, updateable=False, defaulted=True), **more)  # type: ignore[arg-type]


def text(name: str, label: str, length: int = 255, **more: object) -> Field:
    return replace(Field(name, "string", label, length), **more)  # type: ignore[arg-type]


def long_text(name: str, label: str, length: int = 32_000) -> Field:
    return Field(name, "textarea", label, length)


def number(name: str, label: str, kind: str = "double", precision: int = 18, scale: int = 2) -> Field:
    if kind == "int":
        precision, scale = 8, 0
    return Field(name, kind, label, precision=precision, scale=scale)


def flag(name: str, label: str) -> Field:
    return Field(name, "boolean", label, default=False, defaulted=True)


def choice(name: str, label: str, values: str, **more: object) -> Field:
    """A picklist; values are separated by bars."""
    return replace(Field(name, "picklist", label, 255, picklist=tuple(values.split("|"))), **more)  # type: ignore[arg-type]


def link(name: str, label: str, *targets: str, on_delete: str = "clear", **more: object) -> Field:
    """A lookup that people fill."""
    relationship = name[:-1] + "r" if name.endswith("__c") else name.removesuffix("Id")
    field = Field(name, "reference", label, 18, refers_to=targets, relationship=relationship, on_delete=on_delete)
    return replace(field, **more)  # type: ignore[arg-type]


def formula(name: str, label: str, path: str) -> Field:
    """A text formula that shows a field of a parent, such as `Account.Industry`."""
    return Field(name, "string", label, 1_300, createable=False, updateable=False, formula=path)


def address(prefix: str, label: str) -> tuple[Field, ...]:
    """A compound address and its parts; the parts are what is written."""
    whole = f"{prefix}Address" if prefix else "Address"
    names = tuple(f"{prefix}{part}" for part in ("Street", "City", "State", "PostalCode", "Country"))
    lengths = (255, 40, 80, 20, 80)
    parts = tuple(
        Field(name, "textarea" if name.endswith("Street") else "string", f"{label} {name}", length, compound=whole)
        for name, length in zip(names, lengths, strict=True)
    )
    return (*parts, Field(whole, "address", f"{label} Address", createable=False, updateable=False, parts=names))


def person_name() -> tuple[Field, ...]:
    """A compound name and its parts."""
    return (
        text("LastName", "Last Name", 80, required=True, compound="Name"),
        text("FirstName", "First Name", 40, compound="Name"),
        choice("Salutation", "Salutation", "Mr.|Ms.|Mrs.|Dr.|Prof.", compound="Name"),
        Field("Name", "string", "Full Name", 121, createable=False, updateable=False),
    )
