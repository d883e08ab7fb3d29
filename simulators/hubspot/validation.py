"""What a portal's administrator asks for of records, beyond what their types do."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Condition:
    """Records of a type that hold `value` in `property` need something in `required`."""

    object: str
    property: str
    value: str
    required: str


@dataclass
class Validation:
    """The rules of a portal. `on_create` are the required fields of each type's form.

    `no_links` are pairs of types that the user behind the token may not associate.
    """

    on_create: dict[str, Sequence[str]] = field(default_factory=dict)
    conditions: list[Condition] = field(default_factory=list)
    no_links: set[frozenset[str]] = field(default_factory=set)

    def may_link(self, a: str, b: str) -> bool:
        return frozenset((a, b)) not in self.no_links
