"""Puts first records into an empty portal: nobody's edit, with stamps of their own."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from simulators.hubspot.links import HUBSPOT_DEFINED, LinkType
from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.packed import Layout, Packed
from simulators.hubspot.portal import Portal
from simulators.hubspot.rows import IMPORT, Row
from simulators.records import Moments


class Loader:
    """Loads records of one type. Times are epoch milliseconds; each stamp gets odd milliseconds of its own."""

    def __init__(self, portal: Portal, kind: ObjectType) -> None:
        self.portal, self.kind = portal, kind
        self._table = portal.tables[kind.plural]
        self._layouts: dict[tuple[str, ...], Layout] = {}
        self._alike = alike_at(portal)

    def load(self, record_id: int, values: Mapping[str, str], created: int, modified: int | None = None) -> Row:
        """One record, made at `created` and last touched at `modified` (None: then, too).

        Nothing happens later than the portal is born. In a bad profile many were last touched in one and the same
        millisecond. Search sees them once it is filled.
        """
        born = self.portal.born
        first = min(created + record_id * 7_919 % 1_000, born)
        last = first if modified is None else min(max(first, modified + record_id * 6_389 % 1_000), born)
        moment, share = self._alike
        if share and first < moment and self.portal.random.random() < share:
            last = moment
        # A record's own stamp is not always that in its properties.
        own = min(last + 40, born) if record_id % 5 == 0 else last
        row = Row(record_id, self._pack(values), first, last, own, IMPORT)
        self._table[record_id] = row
        return row

    def complete(self, record_id: int, values: Mapping[str, str]) -> None:
        """Give a record that is loaded more values; its stamps stay."""
        row = self._table[record_id]
        self._table[record_id] = replace(row, values=self._pack({**row.values, **values}))

    def _pack(self, values: Mapping[str, str]) -> Packed:
        names = tuple(values)
        layout = self._layouts.get(names) or self._layouts.setdefault(names, Layout(names))
        return layout.pack(values)


def alike_at(portal: Portal) -> tuple[int, float]:
    """When one job touched many records at once, and the share of them."""
    loaded = 1_772_420_400_123
    return min(loaded, portal.born), portal.profile.share_in_one_second


def old_ids(first: int = 0) -> Iterator[int]:
    """Ids of a portal that has grown: of three, six and eleven digits in turn, then of eleven alone."""
    for number in itertools.count():
        if number % 3 == 0 and number < 750:
            yield 101 + number + first % 50
        elif number % 3 == 1 and number < 60_000:
            yield 100_003 + 13 * number + first
        else:
            yield 12_000_000_007 + 17 * number + first


def link(portal: Portal, here: tuple[ObjectType, int], there: tuple[ObjectType, int], *, primary: bool = False) -> None:
    """Associate two records merely, or as primary ones."""
    (kind, _), (other, _) = here, there
    found = [
        each
        for each in portal.association_types.between(kind.plural, other.plural)
        if each.label is None or (primary and each.primary)
    ]
    add_link(portal, here, there, [(each.link, each.inverse) for each in found])


def add_link(
    portal: Portal,
    here: tuple[ObjectType, int],
    there: tuple[ObjectType, int],
    kinds: list[tuple[LinkType, LinkType]],
) -> None:
    """Associate two records in some ways: types as seen from `here` and from `there`, beside those they have."""
    (kind, record_id), (other, other_id) = here, there
    before = portal.links.of(kind.plural, record_id, other.plural).get(other_id, ())
    back = portal.links.of(other.plural, other_id, kind.plural).get(record_id, ())
    types = tuple(dict.fromkeys((*before, *(each for each, _ in kinds))))
    inverse = tuple(dict.fromkeys((*back, *(each for _, each in kinds))))
    portal.links.put(kind.plural, record_id, other.plural, other_id, types)
    portal.links.put(other.plural, other_id, kind.plural, record_id, inverse)


def stamps(moments: Moments) -> list[int]:
    """Times as epoch milliseconds."""
    found: list[int] = moments.astype("datetime64[ms]").astype(np.int64).tolist()
    return found


CONTACT_TO_COMPANY = [
    (LinkType(HUBSPOT_DEFINED, 279), LinkType(HUBSPOT_DEFINED, 280)),
    (LinkType(HUBSPOT_DEFINED, 1), LinkType(HUBSPOT_DEFINED, 2)),
]
"""A contact's primary company."""
