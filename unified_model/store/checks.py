"""Promises between the tables: for each one, how many rows break it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, text

_PROMISES = (
    (
        "every source record with a unified form belongs to a customer, unless it waits",
        (
            "select count(*) from "
            "(select record from person_record union all select record from organization_record) u "
            "left join membership m on m.record = u.record left join resolve_queue q on q.record = u.record "
            "where m.record is null and q.record is null"
        ),
    ),
    (
        "every membership names a customer that stands",
        "select count(*) from membership m left join customer c on c.id = m.customer_id where c.id is null",
    ),
    (
        "every customer has records",
        "select count(*) from customer c left join membership m on m.customer_id = c.id where m.record is null",
    ),
    (
        "every customer id was issued by the ledger",
        "select count(*) from customer c left join id_ledger l on l.customer_id = c.id where l.customer_id is null",
    ),
    (
        "every id ever issued leads to one customer",
        "select count(*) from id_ledger l left join membership m on m.record = l.anchor where m.record is null",
    ),
    (
        "every link was weighed by a model in use, unless records wait",
        (
            "select count(*) from link l left join match_model m on m.version = l.model_version and m.active "
            "where m.version is null and not exists (select 1 from resolve_queue)"
        ),
    ),
    (
        "every newest version is kept",
        (
            "select count(*) from source_record r left join source_record_version v on v.record = r.id "
            "and v.version = r.version where v.record is null and not r.implied"
        ),
    ),
    (
        "every run's counts balance",
        (
            "select count(*) from sync_run where stage = 'pull' "
            "and read <> stored + unchanged + repeated + rejected + suppressed"
        ),
    ),
)


def broken_promises(conn: Connection) -> Iterator[tuple[str, int]]:
    """(promise, rows that break it) for every promise; 0 where it holds."""
    for promise, sql in _PROMISES:
        yield promise, conn.execute(text(sql)).scalar_one()
