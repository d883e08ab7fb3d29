"""How people name things: a customer by its id, a source record as label/object/id or label/id."""

from __future__ import annotations

from typing import NamedTuple

from unified_model.errors import UsageError
from unified_model.records import NaturalKey
from unified_model.store import members
from unified_model.store.engine import Connection
from unified_model.store.sources import sources


class Subject(NamedTuple):
    """What was named: some source records and the customer they belong to (None: not resolved yet)."""

    keys: tuple[NaturalKey, ...]
    records: tuple[int, ...]
    customer_id: str | None
    is_customer: bool


def find_subject(conn: Connection, text: str) -> Subject:
    """The customer or the source record that `text` names. UsageError when there is none, or more than one."""
    if "/" in text:
        return _record(conn, text)
    customer = members.resolve_id(conn, text)
    if customer is None:
        raise UsageError(
            f"No customer has, or ever had, the id {text}.",
            'Find ids with `unsilo query "select customer_id, display_name from customer_360"`.',
        )
    records = members.members_of(conn, [customer])[customer]
    found = members.records_by_id(conn, records)
    ordered = sorted(records, key=lambda record: found[record].key)
    return Subject(tuple(found[r].key for r in ordered), tuple(ordered), customer, True)


def _record(conn: Connection, text: str) -> Subject:
    installations = {one.label: one.installation for one in sources(conn, removed=True)}
    label, rest = text.split("/", 1)
    if label not in installations:
        known = ", ".join(sorted(installations)) or "none yet"
        raise UsageError(f"There is no source {label!r}.", f"Known sources: {known}.")
    found = members.records_named(conn, installations[label], rest)
    if not found:
        raise UsageError(f"Source {label} has no record {rest!r}.", "Write label/object/record id, or label/record id.")
    if len(found) > 1:
        choices = ", ".join(f"{label}/{key.object}/{key.record_id}" for key in sorted(found))
        raise UsageError(f"{text} names {len(found)} records.", f"Say which: {choices}.")
    key, record = next(iter(found.items()))
    if members.records_by_id(conn, [record])[record].kind == "other":
        raise UsageError(
            f"{text} is kept raw: no mapping says that a {key.object} is a customer.",
            "Read it in the view raw_record, or give its object a mapping and run `unsilo store remap`.",
        )
    belongs = members.customers_of(conn, [record])
    return Subject((key,), (record,), belongs[record][0] if record in belongs else None, False)


def labels_of(conn: Connection) -> dict[str, str]:
    """Installation -> label."""
    return {one.installation: one.label for one in sources(conn, removed=True)}


def shown(key: NaturalKey, labels: dict[str, str]) -> str:
    """A natural key as people write it."""
    return f"{labels.get(key.source, key.source)}/{key.object}/{key.record_id}"
