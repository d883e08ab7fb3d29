"""Every link of a kind at once, for a first sync: out of the whole index, with each record's form read one time.

Gives what linking some records after the others would give. Memory grows with the records: some hundred bytes each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from unified_model.identity import compare
from unified_model.identity.forms import Form
from unified_model.identity.keys import RULE_OF_CODE
from unified_model.identity.model import MatchModel
from unified_model.resolution.pairs import Blocks, blocks_of, distinct, ordered_blocks, pairing_blocks, pairs_within
from unified_model.store import keys as store_keys
from unified_model.store.codec import decode, encode
from unified_model.store.landing import form_texts, match_forms
from unified_model.store.members import in_natural_order

if TYPE_CHECKING:
    from unified_model.resolution.pairs import Array
    from unified_model.store.engine import Connection

FORMS_A_READ = 2_000
"""Few enough to be decoded, laid out and freed while they are in the processor's cache."""
PAIRS_A_TIME = 2_000_000
"""The more pairs at a time, the more spellings are the same and measured once."""

LinkRow = tuple[int, int, int, str, str]
Progress = Callable[[float], bool]
"""Told the share that is done; answers whether to go on."""


class _Compared(NamedTuple):
    """Pairs of records to be weighed, and the forms that say what they are."""

    left: Array
    right: Array
    records: Array
    form_of: Array
    """Place of each record's form among `forms`."""
    forms: Iterator[list[Form]]


class Weighed(NamedTuple):
    """Some candidate pairs as arrays of equal length: surrogate keys, weights in thousandths of a bit, levels."""

    left: Array
    right: Array
    weights: Array
    levels: Array
    share: float
    """How much of all pairs is done with these."""


def every_link(conn: Connection, kind: str, model: MatchModel, progress: Progress) -> list[LinkRow] | None:
    """All links of a kind as rows (a, b, weight, evidence, model version); None when told to stop."""
    rows: list[LinkRow] = []
    if not progress(0.0):
        return None
    for left, right, weights, levels, share in every_pair(conn, kind, model):
        rows += link_rows(model, left, right, weights, levels)
        if share < 1 and not progress(share):
            return None
    return rows


def every_pair(conn: Connection, kind: str, model: MatchModel) -> Iterator[Weighed]:
    """All candidate pairs of a kind, weighed, some millions at a time; of organizations, twins are told once."""
    import numpy as np

    rules = [rule for rule in RULE_OF_CODE.values() if rule.kind == kind]
    entries = store_keys.entries_of(conn, [rule.code for rule in rules if rule.cap])
    blocks = pairing_blocks(ordered_blocks(entries[:, 0], entries[:, 1]), rules)
    pairs = _companies(conn, blocks) if kind == "organization" else _persons(conn, blocks)
    weighed = [rule.code for rule in rules if rule.sizes or rule.people]
    columns = compare.columns_of(model, pairs.forms, store_keys.buckets_of(conn, weighed))
    form_of = np.zeros(int(pairs.records.max(initial=0)) + 1, dtype=np.intp)  # by record: looked up without a search
    form_of[pairs.records] = pairs.form_of
    for part in store_keys.in_chunks(len(pairs.left), PAIRS_A_TIME):
        left, right = pairs.left[part], pairs.right[part]
        weights, levels = compare.weigh_columns(model, columns, form_of[left], form_of[right])
        yield Weighed(left, right, weights, levels, min(part.stop / len(pairs.left), 1.0))


def link_rows(model: MatchModel, left: Array, right: Array, weights: Array, levels: Array) -> Iterator[LinkRow]:
    """Rows of the pairs that weigh enough to be kept."""
    import numpy as np

    words: dict[bytes, str] = {}
    kept = np.flatnonzero(weights >= model.review)
    width, told = levels.shape[1], levels[kept].tobytes()
    ends = zip(left[kept].tolist(), right[kept].tolist(), weights[kept].tolist(), strict=True)
    for n, (a, b, weight) in enumerate(ends):
        code = told[n * width : (n + 1) * width]
        if code not in words:
            words[code] = encode(list(code))
        yield a, b, weight, words[code], model.version


def _persons(conn: Connection, blocks: Blocks) -> _Compared:
    import numpy as np

    left, right = pairs_within(blocks)
    records = distinct(np.concatenate((left, right)))
    return _Compared(left, right, records, np.arange(len(records)), _forms_of(conn, records))


def _companies(conn: Connection, blocks: Blocks) -> _Compared:
    """Twins are told once: their leader with the leaders of other forms, and with each of its twins."""
    import numpy as np

    records = distinct(blocks.record)
    numbers: dict[str, int] = {}
    told = [(record, numbers.setdefault(text, len(numbers))) for record, text in _texts(conn, "organization", records)]
    form_of = np.array(sorted(told), dtype=np.int64).reshape(-1, 2)[:, 1]
    leader = _leaders(conn, records, form_of)
    leader_of = np.empty(int(records.max(initial=0)) + 1, dtype=np.int64)
    leader_of[records] = leader
    leading = leader_of[blocks.record]
    left, right = pairs_within(blocks_of(blocks.key, leading))
    twins = leader != records
    left = np.concatenate((left, np.minimum(leader[twins], records[twins])))
    right = np.concatenate((right, np.maximum(leader[twins], records[twins])))
    return _Compared(left, right, records, form_of, _decoded(list(numbers)))


def _leaders(conn: Connection, records: Array, form_of: Array) -> Array:
    """For each record the first one, by natural key, of those with its form."""
    import numpy as np

    ordered = in_natural_order(conn, "organization")
    rank = np.argsort(ordered)
    order = np.lexsort((rank[np.searchsorted(ordered, records, sorter=rank)], form_of))
    forms = form_of[order]
    first = np.flatnonzero(np.concatenate((np.ones(min(len(forms), 1), bool), forms[1:] != forms[:-1])))
    leader = np.empty(len(records), dtype=np.int64)
    leader[order] = np.repeat(records[order][first], np.diff(np.concatenate((first, [len(forms)]))))
    return leader


def _texts(conn: Connection, kind: str, records: Array) -> Iterator[tuple[int, str]]:
    for part in store_keys.in_chunks(len(records), FORMS_A_READ):
        yield from form_texts(conn, kind, records[part].tolist())


def _forms_of(conn: Connection, records: Array) -> Iterator[list[Form]]:
    for part in store_keys.in_chunks(len(records), FORMS_A_READ):
        some = records[part].tolist()
        forms = match_forms(conn, "person", some)
        yield [forms.get(record, {}) for record in some]


def _decoded(texts: Sequence[str]) -> Iterator[list[Form]]:
    for part in store_keys.in_chunks(len(texts), FORMS_A_READ):
        yield [decode(text) or {} for text in texts[part]]
