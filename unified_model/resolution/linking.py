"""Second step: compare each queued record with those that share a key, and keep the links that weigh enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from unified_model.identity import compare
from unified_model.identity.keys import Key, key_hash, keys_of, rule_of
from unified_model.identity.model import MatchModel
from unified_model.resolution.twins import REMEMBERED, TwinMemory
from unified_model.store import keys as store_keys
from unified_model.store import links, queue
from unified_model.store.codec import encode
from unified_model.store.engine import Store
from unified_model.store.keys import Stat
from unified_model.store.landing import match_forms
from unified_model.store.queue import Waiting

if TYPE_CHECKING:
    import numpy as np

    from unified_model.store.engine import Connection

    Array = np.ndarray[Any, Any]

RECORDS_A_CHUNK = 100_000
"""Records compared at a time. Those they are compared with are read anew for each chunk: few chunks read less."""
RECORDS_A_WRITE = 5_000
"""Records whose links are replaced in one transaction."""
Guard = Callable[[Any], None]
LinkRow = tuple[int, int, int, str, str]


def link_records(
    store: Store,
    kind: str,
    model: MatchModel,
    guard: Guard | None,
    progress: Callable[[str, int, int | None], None] | None,
    should_stop: Callable[[], bool] | None,
) -> tuple[int, int]:
    """Give every record waiting for links its links; returns (records, links)."""
    with store.read() as conn:
        # What has landed since the log was applied waits for the next round: its keys are not in the index yet.
        late = store_keys.logged_records(conn)
        waiting = [w for w in queue.take(conn, queue.LINKS, kind=kind) if w.record not in late]
    pending = {w.record for w in waiting}
    memory = TwinMemory()
    if kind == "organization" and RECORDS_A_CHUNK < len(waiting) <= REMEMBERED:
        waiting = _by_name(store, waiting, memory)
    linked = 0
    for part in store_keys.in_chunks(len(waiting), RECORDS_A_CHUNK):
        if should_stop and should_stop():
            break
        chunk = waiting[part]
        # A pair of two waiting records is compared once, with the later of the two.
        pending.difference_update(w.record for w in chunk)
        linked += _link_chunk(store, kind, model, chunk, pending, memory, guard)
        if progress:
            progress(f"link {kind}s", min(part.stop, len(waiting)), len(waiting))
    return len(waiting), linked


def _by_name(store: Store, waiting: Sequence[Waiting], memory: TwinMemory) -> list[Waiting]:
    """Organizations in the order of their names: most of what one is compared with is then in the same chunk."""
    with store.read() as conn:
        forms = memory.forms(conn, [w.record for w in waiting])
    return sorted(waiting, key=lambda w: (forms.get(w.record, {}).get("n", ""), w.record))


def _link_chunk(
    store: Store,
    kind: str,
    model: MatchModel,
    chunk: Sequence[Waiting],
    pending: set[int],
    memory: TwinMemory,
    guard: Guard | None,
) -> int:
    records = [w.record for w in chunk]
    mine = set(records)
    with store.read() as conn:
        if kind == "organization":
            rows, records = twin_links(conn, model, records, pending, memory)
        else:
            rows = links_for(conn, kind, model, records, pending)
        before = links.links_of(conn, records)
    after = {(a, b): weight for a, b, weight, _, _ in rows}
    lost = {end for link in before if after.get((link.a, link.b)) != link.weight for end in (link.a, link.b)} - mine
    _write_links(store, chunk, records, rows, lost, guard)
    return len(rows)


def _write_links(
    store: Store,
    chunk: Sequence[Waiting],
    records: Sequence[int],
    rows: Sequence[LinkRow],
    lost: set[int],
    guard: Guard | None,
) -> None:
    """Replace the links of the records, some thousands a transaction; killed between two, the rest is still queued.

    A link goes with the later of its two ends: what the later one's turn drops, it also writes.
    """
    asked = {w.record: w for w in chunk}
    # Records nobody asked for come first: the others must stay queued until every link is written.
    ordered = sorted(records, key=lambda record: (record in asked, record))
    turn = {record: place // RECORDS_A_WRITE for place, record in enumerate(ordered)}
    mine: dict[int, list[LinkRow]] = {}
    for row in rows:
        mine.setdefault(max(turn.get(row[0], -1), turn.get(row[1], -1)), []).append(row)
    for number, part in enumerate(store_keys.in_chunks(len(ordered), RECORDS_A_WRITE)):
        some = ordered[part]
        seq = store.allocate("queue", 1)[0]
        with store.begin() as work:
            if guard:
                guard(work.conn)
            links.replace_links(work.conn, some, mine.get(number, []))
            if not number:
                queue.enqueue(work.conn, dict.fromkeys(lost, queue.VALUES), seq, "a neighbour's links changed")
            queue.advance(work.conn, [asked[record] for record in some if record in asked])
            work.commit()


def links_for(
    conn: Connection, kind: str, model: MatchModel, records: Sequence[int], pending: set[int]
) -> list[LinkRow]:
    """Links of these records, but for those to `pending` ones, as rows (a, b, weight, evidence, model version)."""
    forms = match_forms(conn, kind, records)
    keys = {record: keys_of(kind, form) for record, form in forms.items()}  # type: ignore[arg-type]
    stats = store_keys.stats_of(conn, sorted({key.hash for some in keys.values() for key in some}))
    usable = {hash_ for some in keys.values() for hash_ in pairing_keys(some, stats)}
    left, right = _pairs(store_keys.holders(conn, sorted(usable)), set(forms), pending)
    if not len(left):
        return []
    mates = sorted((set(left.tolist()) | set(right.tolist())) - set(forms))
    forms.update(match_forms(conn, kind, mates))
    # A mate with the names the other way round has a family name of its own, whose rarity its weight reads.
    stats.update(store_keys.stats_of(conn, sorted(_family_keys(forms, mates) - stats.keys())))
    return _weigh(model, forms, left, right, {key: (s.size_bucket, s.people_bucket) for key, s in stats.items()})


def twin_links(
    conn: Connection, model: MatchModel, asked: Sequence[int], pending: set[int], memory: TwinMemory
) -> tuple[list[LinkRow], list[int]]:
    """Links of organizations, twins told once: (rows, every record whose links these rows replace).

    A leader may have gone or a new one come: then all of its twins get new links, and so do the records it was linked
    with when it was another company's name.
    """
    import numpy as np

    memory.make_room()
    near = {end for link in links.links_of(conn, asked) for end in (link.a, link.b)} - pending
    own = memory.forms(conn, sorted({*asked, *near}))
    keys = [keys_of("organization", form) for form in {id(form): form for form in own.values()}.values()]
    stats = store_keys.stats_of(conn, sorted({key.hash for some in keys for key in some}))
    usable = {hash_ for some in keys for hash_ in pairing_keys(some, stats)}
    holders = store_keys.holders(conn, sorted(usable))
    forms = memory.forms(conn, {record for _, record in holders})
    twins = memory.leaders(conn, forms)
    leader = {record: first for first, some in twins.items() for record in some}
    at_stake = [first for first in twins if first in own]
    told = sorted({(key, leader[record]) for key, record in holders if record in leader})
    left, right = _pairs(told, set(at_stake), pending)
    stars = [(first, other) for first in at_stake for other in twins[first][1:] if other not in pending]
    stars += [(leader[r], r) for r in own if r in leader and leader[r] not in own and leader[r] not in pending]
    between = np.sort(np.array(stars, dtype=np.int64).reshape(-1, 2), axis=1)
    left, right = np.concatenate((left, between[:, 0])), np.concatenate((right, between[:, 1]))
    replaced = {*asked, *own, *(other for first in at_stake for other in twins[first] if other not in pending)}
    if not len(left):
        return [], sorted(replaced)
    weighed = {key: (stat.size_bucket, stat.people_bucket) for key, stat in stats.items()}
    return _weigh(model, forms, left, right, weighed), sorted(replaced)


def _family_keys(forms: Mapping[int, dict[str, Any]], records: Sequence[int]) -> set[int]:
    """The keys that tell how common these persons' family names are."""
    families = {form.get("hf") or form.get("f") for record in records if (form := forms.get(record))}
    return {key_hash("person", "family", family.split()[0]) for family in families if family}


def pairing_keys(keys: Sequence[Key], stats: Mapping[int, Stat]) -> list[int]:
    """The keys of one record that form pairs: none that is oversize, refining ones only beside an oversize parent."""
    oversize = {key.rule for key in keys if key.hash in stats and stats[key.hash].oversize}
    pairing = []
    for key in keys:
        refines = rule_of(key.hash).refines
        if not (key.hash in stats and stats[key.hash].oversize) and (refines is None or refines in oversize):
            pairing.append(key.hash)
    return pairing


def _pairs(holders: Sequence[tuple[int, int]], mine: set[int], pending: set[int]) -> tuple[Array, Array]:
    """Each pair of records once (lower first) that share a key, one of them mine, the other not pending."""
    import numpy as np

    if not holders:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    table = np.array(holders, dtype=np.int64)
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    starts = np.concatenate(([0], np.nonzero(np.diff(table[:, 0]))[0] + 1, [len(table)]))
    sizes = np.diff(starts)
    own = np.isin(table[:, 1], np.fromiter(mine, np.int64, len(mine)))
    late = np.isin(table[:, 1], np.fromiter(pending, np.int64, len(pending))) if pending else np.zeros(len(table), bool)
    usable = own | ~late
    lefts, rights = [], []
    for size in np.unique(sizes[sizes > 1]).tolist():
        block = starts[:-1][sizes == size][:, None] + np.arange(size)[None, :]
        one, two = np.triu_indices(size, 1)
        a, b = block[:, one].ravel(), block[:, two].ravel()
        keep = (own[a] | own[b]) & usable[a] & usable[b]
        lefts.append(table[a[keep], 1])
        rights.append(table[b[keep], 1])
    if not lefts:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    pairs = np.unique(np.stack((np.concatenate(lefts), np.concatenate(rights)), axis=1), axis=0)
    return pairs[:, 0], pairs[:, 1]


def _weigh(
    model: MatchModel,
    forms: Mapping[int, dict[str, Any]],
    left: Array,
    right: Array,
    stats: Mapping[int, tuple[int, int]],
) -> list[LinkRow]:
    import numpy as np

    records = np.unique(np.concatenate((left, right)))
    table = [forms.get(record, {}) for record in records.tolist()]
    weights, levels = compare.weigh(
        model, table, np.searchsorted(records, left), np.searchsorted(records, right), stats
    )
    strong = np.nonzero(weights >= model.review)[0]
    words: dict[bytes, str] = {}
    rows = []
    for i in strong.tolist():
        code = levels[i].tobytes()
        if code not in words:
            words[code] = encode(levels[i].tolist())
        rows.append((int(left[i]), int(right[i]), int(weights[i]), words[code], model.version))
    return rows
