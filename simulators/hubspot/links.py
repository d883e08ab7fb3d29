"""Which records are associated with which, in both directions, each with the types of the association."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

HUBSPOT_DEFINED, USER_DEFINED, INTEGRATOR_DEFINED = "HUBSPOT_DEFINED", "USER_DEFINED", "INTEGRATOR_DEFINED"
LARGE = 1_000
"""Of records with more associations than this the order is kept between pages."""
Types = tuple["LinkType", ...]
Held = dict[int, Types] | tuple[int, Types]
"""What a record is associated with. Most are with one other, which takes a third of the room as a pair."""


@dataclass(frozen=True, order=True, slots=True)
class LinkType:
    """A type of association in one direction: HubSpot's category and number of it."""

    category: str
    id: int


class Links:
    """Associations by type of object and id. Each direction is kept by itself; who writes one writes the other.

    `log` is told how to take back each change.
    """

    def __init__(self, log: Callable[[Callable[[], None]], None]) -> None:
        self._log = log
        self._links: dict[tuple[str, str], dict[int, Held]] = {}
        self._orders: dict[tuple[str, int, str], list[int]] = {}
        self._alike: dict[Types, Types] = {}

    def of(self, from_type: str, record_id: int, to_type: str) -> Mapping[int, Types]:
        """The records of a type that a record is associated with, and how."""
        return _opened(self._links.get((from_type, to_type), {}).get(record_id))

    def ordered(self, from_type: str, record_id: int, to_type: str) -> list[int]:
        """The records of a type that a record is associated with, by rising id; not to be changed."""
        kept = self._orders.get((from_type, record_id, to_type))
        if kept is None:
            kept = sorted(self.of(from_type, record_id, to_type))
            if len(kept) > LARGE:
                self._orders[from_type, record_id, to_type] = kept
        return kept

    def types_of(self, from_type: str, record_id: int) -> Iterator[tuple[str, Mapping[int, Types]]]:
        """All associations of a record, by the type of object at their other end."""
        for (here, there), held in list(self._links.items()):
            if here == from_type and record_id in held:
                yield there, dict(_opened(held[record_id]))

    def put(self, from_type: str, record_id: int, to_type: str, other_id: int, types: Types) -> None:
        """Set the types of an association in one direction; no types: take it away."""
        before = self.of(from_type, record_id, to_type).get(other_id, ())
        ordered = tuple(sorted(types))
        if before == ordered:
            return
        self._log(lambda: self._set(from_type, record_id, to_type, other_id, before))
        # There are few kinds of association and millions of associations: equal types are one tuple.
        self._set(from_type, record_id, to_type, other_id, self._alike.setdefault(ordered, ordered))

    def forget(self, from_type: str, to_type: str, gone: LinkType) -> None:
        """Take one type from all associations between two types of object, in one direction."""
        for record_id, held in list(self._links.get((from_type, to_type), {}).items()):
            for other_id, types in list(_opened(held).items()):
                if gone in types:
                    self.put(from_type, record_id, to_type, other_id, tuple(each for each in types if each != gone))

    def pairs(self) -> list[tuple[str, str]]:
        """The pairs of types between which there are associations."""
        return sorted(pair for pair, held in self._links.items() if held)

    def _set(self, from_type: str, record_id: int, to_type: str, other_id: int, types: Types) -> None:
        table = self._links.setdefault((from_type, to_type), {})
        self._orders.pop((from_type, record_id, to_type), None)
        held = table.get(record_id)
        if types and (held is None or (isinstance(held, tuple) and held[0] == other_id)):
            table[record_id] = (other_id, types)
            return
        many = held if isinstance(held, dict) else dict(_opened(held))
        if types:
            many[other_id] = types
        else:
            many.pop(other_id, None)
        if many:
            table[record_id] = many
        else:
            table.pop(record_id, None)


def _opened(held: Held | None) -> Mapping[int, Types]:
    if isinstance(held, tuple):
        return {held[0]: held[1]}
    return {} if held is None else held
