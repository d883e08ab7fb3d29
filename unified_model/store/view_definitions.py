"""The views people query, with what their columns mean; their SQL stands in `views/`, a file each.

`name.sql` serves both backends; `name.sqlite.sql` and `name.postgresql.sql` where their JSON functions differ.
"""

from __future__ import annotations

from importlib import resources
from typing import NamedTuple

from sqlalchemy import Connection

from unified_model.store.reader_role import grant_reader


class View(NamedTuple):
    """A view and its columns, in order; names are a promise to data teams."""

    name: str
    comment: str
    columns: dict[str, str]
    times: tuple[str, ...] = ()
    integers: tuple[str, ...] = ()


VIEWS = (
    View(
        "raw_record",
        "The newest raw copy of every source record, as its own system holds it",
        {
            "source": "Label of the source system",
            "object": "The vendor's object",
            "record_id": "The record's id in its own system",
            "payload": "Raw fields as JSON",
            "modified_at": "The source's own stamp of this copy",
            "deleted_at": "When the source stopped having it",
            "erased_at": "When the vendor was found to have erased it, as when a person asked to be forgotten",
            "merged_into": "Id of the record that the vendor merged or converted it into",
        },
        times=("modified_at", "deleted_at", "erased_at"),
    ),
    View(
        "customer_360",
        "One row a customer: golden values, every way to reach it, its employer, the systems that know it",
        {
            "customer_id": "Customer id: opaque, lasting",
            "kind": "person or organization",
            "state": "active; inactive: all its source records are deleted",
            "display_name": "Name for people to read",
            "given_name": "Persons: first name",
            "family_name": "Persons: last name",
            "job_title": "Persons: job title",
            "department": "Persons: department",
            "company": "Persons: employer as named by the winning record; organizations: their own name",
            "employer_id": "Persons: customer id of the employer's organization",
            "domain": "Organizations: primary domain",
            "website": "Web site",
            "industry": "Organizations: industry",
            "employees": "Organizations: number of employees",
            "registration_id": "Organizations: register or tax number",
            "email": "Primary e-mail",
            "emails": "All e-mails as a JSON list, the primary one first",
            "phone": "Primary phone",
            "phones": "All phones as a JSON list, the primary one first",
            "street": "Primary address: street",
            "locality": "Primary address: town",
            "region": "Primary address: state or region",
            "postal_code": "Primary address: post code",
            "country": "Primary address: country",
            "language": "Persons: preferred language",
            "birth_date": "Persons: birth date",
            "lifecycle": "Lifecycle stage",
            "owner": "Owner",
            "sources": "Labels of the source systems that hold a live record of it, as a JSON list",
            "source_count": "Source systems that know it",
            "record_count": "Source records that belong to it",
            "created_at": "Earliest creation in any source system",
            "modified_at": "Newest change in any source system",
        },
        times=("created_at", "modified_at"),
        integers=("source_count", "record_count"),
    ),
    View(
        "crosswalk",
        "Which source records belong to which customer; companies that only persons name are left out",
        {
            "source": "Label of the source system",
            "object": "The vendor's object",
            "record_id": "The record's id in its own system",
            "customer_id": "The customer it belongs to",
            "kind": "person or organization",
            "since": "Since when it belongs there",
        },
        times=("since",),
    ),
    View(
        "customer_alias",
        "Every customer id ever issued and the customer it means now",
        {
            "alias": "An id ever issued",
            "customer_id": "The customer that holds its anchor record now; null: erased, or not resolved yet",
            "issued_at": "When the id was issued",
        },
        times=("issued_at",),
    ),
    View(
        "crosswalk_history",
        "Which customer each source record belonged to, from when until when; the present one has no end",
        {
            "source": "Label of the source system",
            "object": "The vendor's object",
            "record_id": "The record's id in its own system",
            "customer_id": "The customer it belonged to",
            "kind": "person or organization",
            "since": "From",
            "until": "To; null: it still does",
            "cause": "Why it moved on: landed, decision 12, undo 13 of decision 12 ...; null while it has not",
        },
        times=("since", "until"),
    ),
    View(
        "lineage",
        "What became of customer ids, in the order it happened; a merge or split names the other ids, a row each",
        {
            "seq": "Place in the feed of changes: read on from the last one you have seen",
            "at": "When",
            "event": "created; merged (into other_id); split (other_id left it); revived",
            "customer_id": "The id it happened to",
            "other_id": "merged: the id that stands for it now; split: an id that some of its records have now",
            "cause": "Why: landed, decision 12, undo 13 of decision 12 ...",
        },
        times=("at",),
        integers=("seq",),
    ),
    View(
        "field_provenance",
        "Where each golden value came from: one row a customer and field",
        {
            "customer_id": "Customer id",
            "field": "Field of person or organization",
            "value": "The golden value as text; null for sets and custom fields, which stand in their own columns",
            "source": "Label of the source system it came from",
            "object": "Object of the source record it came from",
            "record_id": "Id of the source record it came from",
            "rule": "The rule that chose it",
            "since": "Since when that record has the value",
        },
        times=("since",),
    ),
    View(
        "silo_overlap",
        "How many persons each combination of source systems knows",
        {
            "sources": "Labels of the source systems, as a JSON list",
            "source_count": "How many systems that is",
            "customers": "Persons known to exactly these systems",
        },
        integers=("source_count", "customers"),
    ),
)


def view_sql(name: str, backend: str) -> str:
    """The select statement of a view, as written for this backend."""
    folder = resources.files("unified_model.store.views")
    own = folder / f"{name}.{backend}.sql"
    return (own if own.is_file() else folder / f"{name}.sql").read_text(encoding="utf-8")


def create_views(conn: Connection) -> None:
    """Create every view, in place of any older one."""
    drop_views(conn)
    for view in VIEWS:
        _run(conn, f"create view {view.name} as\n{view_sql(view.name, conn.dialect.name)}")
        if conn.dialect.name == "postgresql":
            _run(conn, f"comment on view {view.name} is '{_quoted(view.comment)}'")
            for column, comment in view.columns.items():
                _run(conn, f"comment on column {view.name}.{column} is '{_quoted(comment)}'")
    if conn.dialect.name == "postgresql":
        grant_reader(conn)


def drop_views(conn: Connection) -> None:
    """Drop every view, so that tables under them can change."""
    for view in reversed(VIEWS):
        _run(conn, f"drop view if exists {view.name}")


def _run(conn: Connection, sql: str) -> None:
    conn.exec_driver_sql(sql)


def _quoted(text: str) -> str:
    return text.replace("'", "''")
