"""Twins: organization records whose folded forms are the same to the letter, as spellings of a company mostly are.

Twins share every blocking key and weigh the same against anybody, so linking each with each says nothing more than
linking one of them with the others. The twin with the lowest natural key leads: it is linked with its twins, and with
the leaders of other forms. Who leads is a function of the current records, as links must be. Where a decision keeps
records apart, links are spread over all twins again before clusters are formed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from unified_model.records import NaturalKey
from unified_model.store.codec import decode, encode
from unified_model.store.landing import form_texts
from unified_model.store.links import Link
from unified_model.store.members import keys_by_record

if TYPE_CHECKING:
    from unified_model.store.engine import Connection

REMEMBERED = 1_000_000
RECORDS_A_READ = 50_000

Form = dict[str, Any]


class TwinMemory:
    """Forms and natural keys of the organizations met so far. Twins share one form object. Bounded."""

    def __init__(self) -> None:
        self._forms: dict[int, Form] = {}
        self._by_text: dict[str, Form] = {}
        self._names: dict[int, NaturalKey] = {}

    def make_room(self) -> None:
        """Forget everything once it is too much. Not while forms of one question are being compared."""
        if len(self._forms) > REMEMBERED:
            for memory in (self._forms, self._by_text, self._names):
                memory.clear()

    def forms(self, conn: Connection, records: Iterable[int]) -> dict[int, Form]:
        """Folded forms by record."""
        wanted = list(records)
        missing = [record for record in wanted if record not in self._forms]
        for start in range(0, len(missing), RECORDS_A_READ):
            for record, text in form_texts(conn, "organization", missing[start : start + RECORDS_A_READ]):
                form = self._by_text.get(text)
                if form is None:
                    form = self._by_text[text] = decode(text)
                self._forms[record] = form
        return {record: self._forms[record] for record in wanted if record in self._forms}

    def leaders(self, conn: Connection, forms: Mapping[int, Form]) -> dict[int, list[int]]:
        """Leader -> all twins of its form among these records, itself first."""
        sets: dict[int, list[int]] = {}
        for record, form in forms.items():
            sets.setdefault(id(form), []).append(record)
        several = [record for twins in sets.values() if len(twins) > 1 for record in twins]
        missing = [record for record in several if record not in self._names]
        for start in range(0, len(missing), RECORDS_A_READ):
            self._names.update(keys_by_record(conn, missing[start : start + RECORDS_A_READ]))
        for twins in sets.values():
            if len(twins) > 1:
                twins.sort(key=self._names.__getitem__)
        return {twins[0]: twins for twins in sets.values()}


def spread(links: Iterable[Link], group: Sequence[int], forms: Mapping[int, Form]) -> list[Link]:
    """The links of a group's leaders said of all their twins: what comparing each with each would have given."""
    sets: dict[str, list[int]] = {}
    form_of = {record: encode(forms.get(record, {})) for record in group}
    for record, form in form_of.items():
        sets.setdefault(form, []).append(record)
    found: set[Link] = set()
    for a, b, weight in links:
        if a in form_of and b in form_of:
            ours, theirs = sets[form_of[a]], sets[form_of[b]]
            found.update(Link(min(x, y), max(x, y), weight) for x in ours for y in theirs if x != y)
    return sorted(found)
