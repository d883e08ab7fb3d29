"""What must hold of any store, whatever has happened to it: of its ids, its memberships, its feed and its decisions."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, select, text

from tests.laws.book import Book
from tests.laws.picture import names_of
from unified_model.records import NaturalKey
from unified_model.resolution.changes import UNTOLD
from unified_model.store.codec import decode, encode
from unified_model.store.engine import Store
from unified_model.store.members import resolve_id
from unified_model.store.tables.golden import change, customer, customer_contact_point, organization, person
from unified_model.store.tables.identity import id_ledger, membership, membership_history, review
from unified_model.store.tables.landing import source_record
from unified_model.store.tables.unified import organization_record, person_record

Ledger = frozenset[tuple[str, NaturalKey, int]]
CHOSEN = ("family_name", "given_name", "job_title", "name", "industry")


def ids_last(store: Store, before: Ledger) -> tuple[Ledger, dict[NaturalKey, str]]:
    """Law 6: the ledger only grows, and each id leads to the customer that holds its anchor.

    Gives the ledger, and where each record belongs.
    """
    with store.read() as conn:
        names = names_of(conn)
        rows = conn.execute(select(id_ledger.c.customer_id, id_ledger.c.anchor, id_ledger.c.sequence)).all()
        belongs = _belongs(conn, names)
        aliases = dict(conn.execute(text("select alias, customer_id from customer_alias")).tuples().all())
        standing = set(conn.execute(select(customer.c.id)).scalars())
        asked = {row[0]: resolve_id(conn, row[0]) for row in rows[-3:]}
    now = frozenset((row[0], names[row[1]], row[2]) for row in rows)
    assert before <= now, "an id was forgotten"
    assert len({id_ for id_, _, _ in now}) == len({sequence for _, _, sequence in now}) == len(now)
    assert set(belongs.values()) == standing
    first: dict[str, tuple[int, str]] = {}
    for id_, anchor, sequence in now:
        assert anchor in belongs, f"{id_} leads nowhere: its anchor {anchor} is nobody's record"
        assert aliases.get(id_, id_) == belongs[anchor] == asked.get(id_, belongs[anchor])
        first[belongs[anchor]] = min(first.get(belongs[anchor], (sequence, id_)), (sequence, id_))
    assert {customer: id_ for customer, (_, id_) in first.items()} == {one: one for one in standing}
    return now, belongs


def memberships_join_up(store: Store) -> None:
    """Where a record belonged is told without a gap, an overlap or a move that was none."""
    with store.read() as conn:
        columns = ("record", "since", "until", "customer_id")
        past = conn.execute(select(*[membership_history.c[name] for name in columns])).all()
        now = conn.execute(select(membership)).all()
        issued = set(conn.execute(select(id_ledger.c.customer_id)).scalars())
    lives: dict[int, list[tuple[Any, Any, str]]] = {row.record: [(row.since, None, row.customer_id)] for row in now}
    for row in past:
        lives[row.record].append((row.since, row.until, row.customer_id))
    for record, stays in lives.items():
        stays.sort(key=lambda stay: stay[0])
        for earlier, later in pairwise(stays):
            assert earlier[1] == later[0], f"record {record}: {stays}"
            assert earlier[0] < earlier[1], f"record {record}: {stays}"
            assert earlier[2] != later[2], f"record {record}: {stays}"
        assert stays[-1][1] is None
        assert {stay[2] for stay in stays} <= issued


def feed_tells_everything(store: Store) -> None:
    """Who has read the feed from its beginning knows every customer there is, with its values."""
    told: dict[str, dict[str, Any]] = {}
    with store.read() as conn:
        for row in conn.execute(select(change).order_by(change.c.seq)):
            before, after = decode(row.before) or {}, decode(row.after) or {}
            if row.kind in ("created", "revived"):
                assert row.customer_id not in told, f"{row.customer_id} was {row.kind} twice"
                told[row.customer_id] = after
            elif row.kind == "updated":
                held = told[row.customer_id]
                assert {name: held.get(name) for name in before} == before, "the feed skipped a change"
                held.update(after)
            elif row.kind == "merged":
                del told[row.customer_id]
        stands = _golden(conn)
    assert told.keys() == stands.keys()
    for id_, values in stands.items():
        assert {name: value for name, value in told[id_].items() if value is not None} == values


def _golden(conn: Connection) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {id_: {} for id_ in conn.execute(select(customer.c.id)).scalars()}
    for table in (person, organization):
        for row in conn.execute(select(table)).mappings():
            values = {name: _plain(value) for name, value in row.items() if name not in UNTOLD and value is not None}
            found[row["customer_id"]].update(values)
    points = customer_contact_point.c
    for id_, kind, canonical in conn.execute(select(points.customer_id, points.kind, points.canonical)):
        found[id_].setdefault("contact_points", []).append(f"{kind}:{canonical}")
    for values in found.values():
        if "contact_points" in values:
            values["contact_points"].sort()
    return found


def _plain(value: Any) -> Any:
    decoded = decode(value) if isinstance(value, str) and value[:1] in "{[" else value
    return decode(encode(decoded))


def decisions_hold(store: Store, book: Book) -> None:
    """What people said holds without exception; what vendors said holds unless people said otherwise: then it waits."""
    with store.read() as conn:
        names = names_of(conn)
        belongs = _belongs(conn, names)
        kinds = {names[row.id]: row.kind for row in conn.execute(select(source_record.c.id, source_record.c.kind))}
        waiting = {
            frozenset((names[row.a], names[row.b]))
            for row in conn.execute(select(review).where(review.c.reason == "contradiction"))
        }
        offers, told = _offers(conn, names), _origins(conn)
    for one, other in book.apart():
        met = {belongs[key] for key in one if key in belongs} & {belongs[key] for key in other if key in belongs}
        assert not met, f"{sorted(map(str, one))} and {sorted(map(str, other))} were told apart"
    together, ruled_out = book.together(kinds)
    for group in together:
        assert len({belongs[key] for key in group}) == 1, f"{sorted(map(str, group))} were told to be one"
    for gone, survivor in ruled_out:
        assert belongs[gone] == belongs[survivor] or {gone, survivor} in waiting, f"nobody is asked about {gone}"
    members: dict[str, set[NaturalKey]] = {}
    for key, id_ in belongs.items():
        members.setdefault(id_, set()).add(key)
    for id_, keys in members.items():
        for field in CHOSEN:
            winner = book.choice(frozenset(keys), field)
            found = told.get(id_, {}).get(field)
            if winner is not None and field in offers.get(winner, ()):
                assert found == (winner, "a_person_chose"), f"{field} of {id_}: {found}, but {winner} was chosen"
            else:
                assert found is None or found[1] != "a_person_chose", f"nobody chose {field} of {id_}: {found}"


def _belongs(conn: Connection, names: dict[int, NaturalKey]) -> dict[NaturalKey, str]:
    return {names[record]: id_ for record, id_ in conn.execute(select(membership.c.record, membership.c.customer_id))}


def _offers(conn: Connection, names: dict[int, NaturalKey]) -> dict[NaturalKey, set[str]]:
    """Fields that each live record fills."""
    gone = set(conn.execute(select(source_record.c.id).where(source_record.c.deleted_at.is_not(None))).scalars())
    found: dict[NaturalKey, set[str]] = {}
    for table in (person_record, organization_record):
        fields = [name for name in CHOSEN if name in table.c]
        for row in conn.execute(select(table.c.record, *[table.c[name] for name in fields])).mappings():
            if row["record"] not in gone:
                found[names[row["record"]]] = {name for name in fields if row[name] is not None}
    return found


def _origins(conn: Connection) -> dict[str, dict[str, tuple[NaturalKey, str]]]:
    """Customer -> field -> (record it was taken from, rule)."""
    found = {}
    for table in (person, organization):
        for row in conn.execute(select(table.c.customer_id, table.c.provenance)):
            told = decode(row.provenance) or {"fields": {}}
            found[row.customer_id] = {
                name: (NaturalKey(*told["records"][place]), rule) for name, (place, rule, _) in told["fields"].items()
            }
    return found
