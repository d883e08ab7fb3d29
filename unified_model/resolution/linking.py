"""Second step: compare each queued record with those that share a key, and keep the links that weigh enough."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from unified_model.identity import compare
from unified_model.identity.keys import key_hash, key_hashes_of, pairing_keys
from unified_model.identity.model import MatchModel
from unified_model.resolution.linking_all import LinkRow, every_link, link_rows
from unified_model.resolution.pairs import blocks_of, distinct, pairs_within
from unified_model.resolution.twins import TwinMemory
from unified_model.store import keys as store_keys
from unified_model.store import links, queue
from unified_model.store.engine import Store
from unified_model.store.keys import Stat
from unified_model.store.landing import match_forms
from unified_model.store.members import count_of_kind, records_of_kind
from unified_model.store.queue import Waiting

if TYPE_CHECKING:
    import numpy as np

    from unified_model.store.engine import Connection

    Array = np.ndarray[Any, Any]

RECORDS_A_CHUNK = 100_000
"""Records compared at a time. Those they are compared with are read anew for each chunk: few chunks read less."""
MANY = 20_000
"""From so many waiting records on, if they are half of all, every link is made anew."""
RECORDS_A_WRITE = 8_000
"""Records whose links are replaced, or links that are written, in one transaction."""
LINKS_A_RANGE = 200_000
Guard = Callable[[Any], None]


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
        waiting = [w for w in queue.take_links(conn, kind) if w.record not in late]
        many = len(waiting) >= MANY and 2 * len(waiting) >= count_of_kind(conn, kind)

    def tell(done: int) -> bool:
        if progress:
            progress(f"link {kind}s", done, len(waiting))
        return not (should_stop and should_stop())

    if many:
        return len(waiting), _link_all(store, kind, model, waiting, guard, tell)
    pending = {w.record for w in waiting}
    memory = TwinMemory()
    linked = 0
    for part in store_keys.in_chunks(len(waiting), RECORDS_A_CHUNK):
        if should_stop and should_stop():
            break
        chunk = waiting[part]
        # A pair of two waiting records is compared once, with the later of the two.
        pending.difference_update(w.record for w in chunk)
        linked += _link_chunk(store, kind, model, chunk, pending, memory, guard)
        tell(min(part.stop, len(waiting)))
    return len(waiting), linked


def _link_all(
    store: Store,
    kind: str,
    model: MatchModel,
    waiting: Sequence[Waiting],
    guard: Guard | None,
    tell: Callable[[int], bool],
) -> int:
    """Make all links of a kind anew, because most of its records wait for theirs."""
    with store.read() as conn:
        rows = every_link(conn, kind, model, lambda share: tell(int(share * len(waiting))))
        if rows is None:
            return 0
        records = records_of_kind(conn, kind)
        before = _links_before(conn, records)
    _replace(store, waiting, records, rows, before, guard)
    tell(len(waiting))
    return len(rows)


def _links_before(conn: Connection, records: Sequence[int]) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    for part in store_keys.in_chunks(len(records), RECORDS_A_CHUNK):
        found.update({(link.a, link.b): link.weight for link in links.links_of(conn, records[part])})
    return found


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
    with store.read() as conn:
        if kind == "organization":
            rows, records = twin_links(conn, model, records, pending, memory)
        else:
            rows = links_for(conn, kind, model, records, pending)
        before = _links_before(conn, records)
    _replace(store, chunk, records, rows, before, guard)
    return len(rows)


def _replace(
    store: Store,
    asked: Sequence[Waiting],
    records: Sequence[int],
    rows: Sequence[LinkRow],
    before: Mapping[tuple[int, int], int],
    guard: Guard | None,
) -> None:
    """Write the links of the records instead of those before, and tell who must have values for it."""
    if not before and all(w.stage == queue.LINKS for w in asked):
        _write_first_links(store, asked, (), rows, guard)
        return
    after = {(a, b): weight for a, b, weight, _, _ in rows}
    lost = {end for pair, weight in before.items() if after.get(pair) != weight for end in pair}
    changed = lost | {end for pair in after if pair not in before for end in pair}
    done = [w for w in asked if w.stage != queue.WORTH or w.record in changed]
    same = [w for w in asked if w.stage == queue.WORTH and w.record not in changed]
    if before:
        _write_links(store, done, same, records, rows, lost - {w.record for w in asked}, guard)
    else:
        _write_first_links(store, done, same, rows, guard)


def _write_first_links(
    store: Store, done: Sequence[Waiting], same: Sequence[Waiting], rows: Sequence[LinkRow], guard: Guard | None
) -> None:
    """Write links where there were none. Killed before the last one is written, all is still queued.

    They go in by ranges of their second end, so that a transaction touches a part of the index over it, and not all.
    """
    import numpy as np

    first, second = (np.fromiter((row[end] for row in rows), np.int64, len(rows)) for end in (0, 1))
    width = 1 + int(second.max(initial=0)) // (1 + len(rows) // LINKS_A_RANGE)
    ordered = np.lexsort((second, first, second // width))
    for part in store_keys.in_chunks(len(ordered), RECORDS_A_WRITE):
        with store.begin() as work:
            if guard:
                guard(work.conn)
            links.replace_links(work.conn, [], [rows[place] for place in ordered[part].tolist()])
            work.commit()
    for go_on, some in ((queue.advance, done), (queue.drop, same)):
        for part in store_keys.in_chunks(len(some), RECORDS_A_WRITE):
            with store.begin() as work:
                if guard:
                    guard(work.conn)
                go_on(work.conn, some[part])
                work.commit()


def _write_links(
    store: Store,
    done: Sequence[Waiting],
    same: Sequence[Waiting],
    records: Sequence[int],
    rows: Sequence[LinkRow],
    lost: set[int],
    guard: Guard | None,
) -> None:
    """Replace the links of the records, some thousands a transaction; killed between two, the rest is still queued.

    A link goes with the later of its two ends: what the later one's turn drops, it also writes. `done` go on to their
    values, `same` have no other links than before and leave the queue.
    """
    asked = {w.record: w for w in (*done, *same)}
    again = {w.record for w in same}
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
            mine_to_do = [asked[record] for record in some if record in asked]
            queue.advance(work.conn, [w for w in mine_to_do if w.record not in again])
            queue.drop(work.conn, [w for w in mine_to_do if w.record in again])
            work.commit()


def links_for(
    conn: Connection, kind: str, model: MatchModel, records: Sequence[int], pending: set[int]
) -> list[LinkRow]:
    """Links of these records, but for those to `pending` ones, as rows (a, b, weight, evidence, model version)."""
    forms = match_forms(conn, kind, records)
    keys = [key_hashes_of(kind, form) for form in forms.values()]  # type: ignore[arg-type]
    stats = store_keys.stats_of(conn, sorted({*chain.from_iterable(keys)}))
    usable = _usable(keys, stats)
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
    different = {id(form): form for form in own.values()}.values()
    keys = [key_hashes_of("organization", form) for form in different]
    stats = store_keys.stats_of(conn, sorted({*chain.from_iterable(keys)}))
    usable = _usable(keys, stats)
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


def _usable(keys: Iterable[Sequence[int]], stats: Mapping[int, Stat]) -> set[int]:
    """Of the keys of some records, those that form pairs for any of them."""
    oversize = {key for key, stat in stats.items() if stat.oversize}
    return {key for some in keys for key in pairing_keys(some, oversize)}


def _pairs(holders: Sequence[tuple[int, int]], mine: set[int], pending: set[int]) -> tuple[Array, Array]:
    """Each pair of records once (lower first) that share a key, one of them mine, the other not pending."""
    import numpy as np

    entries = np.array(holders, dtype=np.int64).reshape(-1, 2)
    blocks = blocks_of(entries[:, 0], entries[:, 1])
    own = np.isin(blocks.record, np.fromiter(mine, np.int64, len(mine)))
    late = np.isin(blocks.record, np.fromiter(pending, np.int64, len(pending)))
    return pairs_within(blocks, own, own | ~late)


def _weigh(
    model: MatchModel,
    forms: Mapping[int, dict[str, Any]],
    left: Array,
    right: Array,
    stats: Mapping[int, tuple[int, int]],
) -> list[LinkRow]:
    import numpy as np

    records = distinct(np.concatenate((left, right)))
    table = [forms.get(record, {}) for record in records.tolist()]
    weights, levels = compare.weigh(
        model, table, np.searchsorted(records, left), np.searchsorted(records, right), stats
    )
    return list(link_rows(model, left, right, weights, levels))
