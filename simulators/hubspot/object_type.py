"""What a type of object is, what properties it has, and how both are named."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property


@dataclass(frozen=True)
class Option:
    """One value that an enumeration takes."""

    value: str
    label: str
    order: int = -1
    hidden: bool = False


@dataclass(frozen=True)
class Property:
    """One property. `unique` ones hold a value once in the portal; `calculated` and `read_only` ones the portal writes.

    `external` options are listed elsewhere (owners). `group` is the name of the group it is shown in.
    """

    name: str
    label: str
    type: str = "string"
    field_type: str = "text"
    group: str = ""
    options: tuple[Option, ...] = ()
    description: str = ""
    unique: bool = False
    calculated: bool = False
    read_only: bool = False
    external: bool = False
    hidden: bool = False
    own: bool = True
    """Defined by HubSpot, not by the customer."""
    archived: bool = False
    refers_to: str | None = None
    form_field: bool = False
    order: int = -1
    created: int = 0
    updated: int = 0

    @property
    def writable(self) -> bool:
        return not (self.read_only or self.calculated)

    @property
    def multiple(self) -> bool:
        """Whether it holds several values, written `a;b;c`."""
        return self.type == "enumeration" and self.field_type == "checkbox"

    @cached_property
    def values(self) -> frozenset[str]:
        """The values of its options."""
        return frozenset(option.value for option in self.options)


@dataclass(frozen=True)
class ObjectType:
    """One type of object. `modified` and `created` name the properties that hold these stamps."""

    plural: str
    singular: str
    id: str
    label: str
    labels: str
    created: str = "createdate"
    modified: str = "hs_lastmodifieddate"
    display: str = "name"
    required: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    """Properties that a search's `query` looks into."""
    defaults: tuple[str, ...] = ()
    """Properties that answers show when none are asked for, besides the two stamps and hs_object_id."""
    mergeable: bool = False
    custom: bool = False
    engagement: bool = False
    portal: int = 0
    properties: dict[str, Property] = field(default_factory=dict)
    """By name. A type is never changed in place: see `with_property`."""

    @property
    def full_name(self) -> str:
        """`fullyQualifiedName`: of a custom object with the portal's id before it."""
        return f"p{self.portal}_{self.singular}" if self.custom else self.singular.upper()

    @property
    def names(self) -> frozenset[str]:
        """What paths may call it, in lower case."""
        short = (f"p_{self.singular}",) if self.custom else ()
        return frozenset(name.lower() for name in (self.plural, self.singular, self.id, self.full_name, *short))

    def with_property(self, *added: Property) -> "ObjectType":
        """The type with properties added, or put in the place of those of the same name."""
        return replace(self, properties=self.properties | {each.name: each for each in added})


def options(values: str | Iterable[str]) -> tuple[Option, ...]:
    """Options out of values, separated by bars: `value` or `value:Label`."""
    given = values.split("|") if isinstance(values, str) else values
    pairs = [each.partition(":") for each in given]
    return tuple(
        Option(value, label or value.replace("_", " ").title(), at) for at, (value, _, label) in enumerate(pairs)
    )


def text(name: str, label: str, field_type: str = "text", **more: object) -> Property:
    return replace(Property(name, label, "string", field_type), **more)  # type: ignore[arg-type]


def number(name: str, label: str, **more: object) -> Property:
    return replace(Property(name, label, "number", "number"), **more)  # type: ignore[arg-type]


def flag(name: str, label: str, **more: object) -> Property:
    both = options("true:True|false:False")
    return replace(Property(name, label, "bool", "booleancheckbox", options=both), **more)  # type: ignore[arg-type]


def choice(name: str, label: str, values: str, field_type: str = "select", **more: object) -> Property:
    return replace(Property(name, label, "enumeration", field_type, options=options(values)), **more)  # type: ignore[arg-type]


def day(name: str, label: str, **more: object) -> Property:
    return replace(Property(name, label, "date", "date"), **more)  # type: ignore[arg-type]


def moment(name: str, label: str, **more: object) -> Property:
    return replace(Property(name, label, "datetime", "date"), **more)  # type: ignore[arg-type]


def owner() -> Property:
    """The owner of a record: the id of one."""
    return Property(
        "hubspot_owner_id", "Owner", "enumeration", "select", external=True, refers_to="OWNER", form_field=False
    )


def key(name: str, label: str) -> Property:
    """A customer's own unique property."""
    return Property(name, label, own=False, unique=True, form_field=True)


SHARED = (
    number("hs_object_id", "Record ID", read_only=True),
    text("hs_object_source", "Record source", read_only=True),
    text("hs_object_source_label", "Record source", read_only=True),
    text("hs_object_source_id", "Record source ID", read_only=True),
    moment("hubspot_owner_assigneddate", "Owner assigned date", read_only=True),
    Property("hs_merged_object_ids", "Merged record IDs", "enumeration", "checkbox", read_only=True),
    Property("hs_all_owner_ids", "All owner IDs", "enumeration", "checkbox", read_only=True, external=True),
    number("hs_updated_by_user_id", "Updated by user ID", read_only=True),
    owner(),
)
"""Properties that most types have."""


def make_type(kind: ObjectType, *properties: Property) -> ObjectType:
    """A type with these properties, those that most types have, and its two stamps; `hs_` ones when it lacks others."""
    stamps = (
        moment(kind.created, "Create date", read_only=kind.plural != "deals"),
        moment("hs_createdate", "Object create date/time", read_only=True),
        moment("hs_lastmodifieddate", "Object last modified date/time", read_only=True),
        moment(kind.modified, "Last modified date", read_only=True),
    )
    group = f"{kind.singular}information"
    every = {each.name: replace(each, group=each.group or group) for each in (*SHARED, *stamps, *properties)}
    return replace(kind, properties=every)
