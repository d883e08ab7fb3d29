"""How a value is read from a record, and how it is written in JSON and in CSV."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from simulators.salesforce.errors import Refusal, no_such_field
from simulators.salesforce.fields import Field, Row
from simulators.salesforce.objects import GROUP, NAME, ObjectType
from simulators.salesforce.org import Org

Getter: TypeAlias = Callable[[Row], Any]
DEEPEST = 5
LARGEST_PLAIN = 10_000_000
TWO = [f"{number:02}" for number in range(60)]


def moment_text(moment: datetime) -> str:
    """A time as REST writes it."""
    return f"{seconds_text(moment)}.000+0000"


def seconds_text(moment: datetime) -> str:
    """A time in whole seconds, without its zone; five times as fast as `strftime`, since every row has three."""
    day = f"{moment.year}-{TWO[moment.month]}-{TWO[moment.day]}"
    return f"{day}T{TWO[moment.hour]}:{TWO[moment.minute]}:{TWO[moment.second]}"


def json_value(value: Any) -> Any:
    """A value as REST writes it."""
    if isinstance(value, datetime):
        return moment_text(value)
    return value.isoformat() if isinstance(value, date) else value


def csv_value(value: Any, *, exponents: bool = True) -> str:
    """A value as Bulk writes it; null is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return f"{seconds_text(value)}.000Z"
    if exponents and isinstance(value, float) and abs(value) >= LARGEST_PLAIN:
        return _exponential(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _exponential(value: float) -> str:
    """A large number as Java writes it: 1.0E7."""
    exponent = len(str(int(abs(value)))) - 1
    mantissa = repr(float(Decimal(repr(value)).scaleb(-exponent)))
    return f"{mantissa}E{exponent}"


def getter(org: Org, field: Field, kind: ObjectType) -> Getter:
    """Reads one field of a row: stored, put together from parts, or looked up at a parent."""
    name = field.name
    if field.type == "address":
        parts = field.parts
        keys = ("street", "city", "state", "postalCode", "country")
        unset = {"geocodeAccuracy": None, "latitude": None, "longitude": None}

        def whole_address(row: Row) -> Any:
            values = {key: row.get(part) for key, part in zip(keys, parts, strict=True)}
            return {**values, **unset} if any(value is not None for value in values.values()) else None

        return whole_address
    if field.formula is not None:
        read, _ = resolve(org, kind, tuple(field.formula.split(".")), seen_by_all=True)
        return read
    return lambda row: row.get(name)


def resolve(org: Org, kind: ObjectType, path: tuple[str, ...], *, seen_by_all: bool = False) -> tuple[Getter, Field]:
    """How to read a path of lookups that ends in a field, and that field; refused if the user sees no such thing."""
    first, *rest = path
    if not rest:
        found = kind.field(first) if seen_by_all else org.field(kind, first)
        if found is None:
            raise no_such_field(first, kind.name)
        return getter(org, found, kind), found
    link = kind.by_relationship.get(first.lower())
    if link is None or len(path) > DEEPEST + 1 or not (seen_by_all or _sees_behind(org, kind, link)):
        raise no_such_relation(first, kind)
    parent, find_above = parent_of(org, link)
    read, field = resolve(org, parent, tuple(rest), seen_by_all=seen_by_all)

    def read_parent(row: Row) -> Any:
        above = find_above(row)
        return None if above is None else read(above)

    return read_parent, field


def _sees_behind(org: Org, kind: ObjectType, link: Field) -> bool:
    """Whether the user may follow a lookup: sees it, and an object that it points at."""
    return (kind.name, link.name) not in org.hidden and any(org.switches.sees(each) for each in link.refers_to)


def parent_of(org: Org, link: Field) -> tuple[ObjectType, Callable[[Row], Row | None]]:
    """The type that a lookup points at, and how to find the record it points at.

    A lookup of several types points at a Name: what all of them have in common, with the type itself.
    """
    name = link.name
    if not link.polymorphic:
        parent = org.object(link.refers_to[0])
        table = org.tables[parent.name]
        return parent, lambda row: table.get(str(row.get(name)))

    def name_of(row: Row) -> Row | None:
        record_id = str(row.get(name))
        kind = org.object_of(record_id)
        above = None if kind is None else org.tables[kind.name].get(record_id)
        if kind is None or above is None:
            return None
        shown: Row = {each.name: above.get(each.name) for each in NAME.fields}
        # An owner that is a group is told as what kind of group it is.
        told = above["Type"] if kind.name == GROUP.name else kind.name
        return {**shown, "Name": above.get(kind.name_field or "Subject"), "Type": told}

    return NAME, name_of


def no_such_relation(name: str, kind: ObjectType) -> Refusal:
    """For a dot path whose lookup does not exist."""
    hint = "If you are attempting to use a custom relationship, be sure to append the '__r' after the name."
    message = f"Didn't understand relationship '{name}' in field path on entity '{kind.name}'. {hint}"
    return Refusal(400, "INVALID_FIELD", message)


def show(org: Org, kind: ObjectType, row: Row, fields: list[Field], version: str) -> dict[str, Any]:
    """A record as REST shows it, with its attributes."""
    values = {field.name: json_value(getter(org, field, kind)(row)) for field in fields}
    return {"attributes": attributes(kind, row, version), **values}


def attributes(kind: ObjectType, row: Row, version: str) -> dict[str, str]:
    """What every record in REST begins with."""
    held_in = kind.name
    if kind is NAME:
        held_in = GROUP.name if str(row["Id"]).startswith(GROUP.prefix) else str(row["Type"])
    return {"type": kind.name, "url": f"/services/data/v{version}/sobjects/{held_in}/{row['Id']}"}
