"""The state of a store told without what may differ between equal stores: surrogate keys, random ids, times of writing.

Two stores with the same versions of records and the same decisions must give the same picture, however both came about.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, select

from unified_model.records import NaturalKey
from unified_model.store.codec import decode
from unified_model.store.engine import Store
from unified_model.store.tables.golden import consent, customer, customer_contact_point, organization, person
from unified_model.store.tables.identity import (
    blocking_key,
    blocking_key_log,
    key_stat,
    link,
    membership,
    resolve_queue,
    review,
)
from unified_model.store.tables.landing import source, source_record

Keys = frozenset[NaturalKey]


class Picture(NamedTuple):
    """What a store believes. Compare parts first: the message of a failing test is shorter."""

    clusters: set[Keys]
    golden: dict[Keys, dict[str, Any]]
    links: dict[Keys, tuple[int, str]]
    reviews: dict[Keys, tuple[int, str, str]]
    keys: set[tuple[int, NaturalKey]]
    stats: dict[int, tuple[int, int, bool]]


def picture(store: Store) -> Picture:
    """The picture of a store whose queue is empty."""
    with store.read() as conn:
        assert not conn.execute(select(resolve_queue.c.record)).all(), "not resolved to the end"
        assert not conn.execute(select(blocking_key_log.c.seq)).all(), "the log of keys is not applied"
        names = names_of(conn)
        members: dict[str, set[NaturalKey]] = {}
        for record, customer_id in conn.execute(select(membership.c.record, membership.c.customer_id)):
            members.setdefault(customer_id, set()).add(names[record])
        who = {customer_id: frozenset(keys) for customer_id, keys in members.items()}
        return Picture(
            set(who.values()),
            _golden(conn, who),
            {frozenset((names[r.a], names[r.b])): (r.weight, _text(r.evidence)) for r in conn.execute(select(link))},
            {
                frozenset((names[r.a], names[r.b])): (r.weight, r.reason, r.kind)
                for r in conn.execute(select(review))
            },
            {(r.key, names[r.record]) for r in conn.execute(select(blocking_key))},
            {
                r.key: (r.size_bucket, r.people_bucket, bool(r.oversize))
                for r in conn.execute(select(key_stat))
            },
        )  # fmt: skip


def names_of(conn: Connection) -> dict[int, NaturalKey]:
    """Natural keys by surrogate key."""
    c = source_record.c
    query = select(c.id, source.c.installation, c.object, c.record_id).join(source, source.c.id == c.source_id)
    return {row[0]: NaturalKey(*row[1:]) for row in conn.execute(query)}


def crosswalk(store: Store) -> dict[NaturalKey, str]:
    """Customer id of every record."""
    with store.read() as conn:
        names = names_of(conn)
        rows = conn.execute(select(membership.c.record, membership.c.customer_id))
        return {names[record]: customer_id for record, customer_id in rows}


def _golden(conn: Connection, who: dict[str, Keys]) -> dict[Keys, dict[str, Any]]:
    told: dict[Keys, dict[str, Any]] = {}
    for row in _rows(conn, customer, drop={"id", "golden_hash"}):
        told[who[row.pop("customer")]] = row
    for table in (person, organization):
        for row in _rows(conn, table, drop={"customer_id"}):
            told[who[row.pop("customer")]]["row"] = row
    for table in (customer_contact_point, consent):
        for row in _rows(conn, table, drop={"customer_id"}):
            told[who[row.pop("customer")]].setdefault(table.name, []).append(row)
    for values in told.values():
        for name in (customer_contact_point.name, consent.name):
            values.get(name, []).sort(key=repr)
    assert told.keys() == set(who.values()), "a customer without records, or records without a customer"
    return told


def _rows(conn: Connection, table: Table, drop: set[str]) -> list[dict[str, Any]]:
    key = "id" if table is customer else "customer_id"
    rows = []
    for row in conn.execute(select(table)).mappings():
        told = {name: _value(table, name, value) for name, value in row.items() if name not in drop}
        rows.append({"customer": row[key], **{n: v for n, v in told.items() if v is not None}})
    return rows


def _value(table: Table, name: str, value: Any) -> Any:
    return decode(value) if table.c[name].type.__class__.__name__ == "Json" else value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def assert_same_picture(found: Picture, expected: Picture) -> None:
    """Part by part, from causes to effects, so that a failure shows the first thing that differs and no more."""
    for part in ("keys", "stats", "links", "clusters", "reviews"):
        ours, theirs = getattr(found, part), getattr(expected, part)
        if isinstance(ours, dict):
            ours, theirs = set(ours.items()), set(theirs.items())
        assert ours == theirs, f"{part}: found {_told(ours - theirs)}, expected {_told(theirs - ours)}"
    for keys, golden in expected.golden.items():
        here = found.golden[keys]
        names = [name for name in {**here, **golden} if here.get(name) != golden.get(name)]
        assert not names, f"{_told({keys})}: {[(name, here.get(name), golden.get(name)) for name in names]}"


def _told(some: set[Any]) -> str:
    """Natural keys written short."""
    return str([_short(one) for one in some])


def _short(one: Any) -> Any:
    if isinstance(one, NaturalKey):
        return str(one)
    if isinstance(one, frozenset):
        return sorted(map(str, one))
    return tuple(map(_short, one)) if isinstance(one, tuple) else one
