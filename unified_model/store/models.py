"""Match models as the store keeps them: data, versioned, named, one active of each kind.

While a kind changes to another model, links of two models lie side by side: `changing` says so until the last of the
former one's is gone, and clusters are not formed before that.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, func, select, update

from unified_model.errors import UsageError
from unified_model.store.bulk import write_rows
from unified_model.store.codec import encode
from unified_model.store.settings import read_setting, write_setting
from unified_model.store.tables.identity import link, match_model, resolve_queue
from unified_model.store.tables.landing import source_record

SHIPPED, TRAINED, IMPORTED = "shipped", "trained", "imported"
PAUSE = "push_pause"
_CHANGING = "model_change"
_COLUMNS = tuple(c.name for c in match_model.columns)


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model with its history. `notes` say how it came about; a shipped one has none."""

    version: str
    kind: str
    document: Any
    active: bool
    stored_at: datetime
    name: str
    origin: str
    notes: Any = None
    activated_at: datetime | None = None


def stored_models(conn: Connection) -> list[StoredModel]:
    """Every model, by kind and age."""
    c = match_model.c
    rows = conn.execute(select(match_model).order_by(c.kind, c.stored_at, c.name))
    return [StoredModel(*(getattr(row, name) for name in _COLUMNS)) for row in rows]


def active_documents(conn: Connection) -> dict[str, Any]:
    """Kind -> the active model's document, for kinds that have one."""
    query = select(match_model.c.kind, match_model.c.document).where(match_model.c.active)
    return {row[0]: row[1] for row in conn.execute(query)}


def free_name(conn: Connection, kind: str, origin: str) -> str:
    """The next name nobody has: `person-trained-1`, and without a number for the first shipped one."""
    taken = set(conn.execute(select(match_model.c.name)).scalars())
    if origin == SHIPPED and f"{kind}-shipped" not in taken:
        return f"{kind}-shipped"
    number = 2 if origin == SHIPPED else 1
    while f"{kind}-{origin}-{number}" in taken:
        number += 1
    return f"{kind}-{origin}-{number}"


def put(
    conn: Connection,
    version: str,
    kind: str,
    document: Any,
    now: datetime,
    *,
    origin: str = SHIPPED,
    name: str | None = None,
    notes: Any = None,
) -> str:
    """Store a model, not in use; returns its name. One with the same content keeps the name it has."""
    known = conn.execute(select(match_model.c.name).where(match_model.c.version == version)).scalar()
    if known is not None:
        return str(known)
    name = name or free_name(conn, kind, origin)
    if conn.execute(select(match_model.c.version).where(match_model.c.name == name)).first() is not None:
        raise UsageError(f"There is another model named {name}.", "Choose another name with --name.")
    row = (version, kind, encode(document), False, now, name, origin, None if notes is None else encode(notes), None)
    write_rows(conn, match_model, _COLUMNS, [row])
    return name


def activate(conn: Connection, version: str, kind: str, document: Any, now: datetime) -> None:
    """Store a model, if it is new, and make it the active one of its kind. Asks for no links: see `change`."""
    put(conn, version, kind, document, now)
    conn.execute(update(match_model).where(match_model.c.kind == kind).values(active=False))
    conn.execute(update(match_model).where(match_model.c.version == version).values(active=True, activated_at=now))


def change(conn: Connection, model: StoredModel, now: datetime, seq: int) -> int:
    """Make a stored model the active one and ask for every link of its kind anew; returns how many records wait."""
    activate(conn, model.version, model.kind, model.document, now)
    write_setting(conn, _CHANGING, sorted({*changing(conn), model.kind}))
    mark = "%s" if conn.dialect.name == "postgresql" else "?"
    conn.exec_driver_sql(
        "insert into resolve_queue (record, stage, seq, cause) "
        f"select record, 0, {int(seq)}, {mark} from {model.kind}_record where true "
        "on conflict (record) do update set stage = 0, seq = excluded.seq, cause = excluded.cause",
        (f"model {model.name}",),
    )
    return conn.execute(select(func.count()).where(resolve_queue.c.seq == seq)).scalar_one()


def changing(conn: Connection) -> list[str]:
    """Kinds that may still have links of a former model."""
    found: list[str] = read_setting(conn, _CHANGING, [])
    return found


def waits_for_links(conn: Connection, kinds: Collection[str]) -> bool:
    """Whether any record of these kinds still has to be linked."""
    waits = resolve_queue.c
    query = (
        select(waits.record)
        .join(source_record, source_record.c.id == waits.record)
        .where(waits.stage != 1, source_record.c.kind.in_(sorted(kinds)))
    )
    return conn.execute(query.limit(1)).first() is not None


def has_former_links(conn: Connection) -> bool:
    """Whether a link is left of a model that is not in use: its records have no unified form any more."""
    return conn.execute(select(link.c.a).where(_FORMER).limit(1)).first() is not None


def end_change(conn: Connection, *, drop_former: bool) -> None:
    """Every link is made anew: forget that there was a change, and what former models left behind."""
    if drop_former:
        conn.execute(delete(link).where(_FORMER))
    write_setting(conn, _CHANGING, [])


_FORMER = ~exists().where(match_model.c.version == link.c.model_version, match_model.c.active)
