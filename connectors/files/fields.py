"""From what columns seem to hold to the fields of one mapping: each single-valued field is given to one column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from connectors.files.columns import Column
from unified_model.entities import Kind

ENOUGH = 0.5
"""Certainty below which a column stays unmapped."""


class ColumnProposal(NamedTuple):
    """A column and the field proposed for it; `field` None: it stays unmapped."""

    column: str
    field: str | None
    read: str
    certainty: float
    reason: str


_SAME = (
    "given_name",
    "family_name",
    "middle_name",
    "full_name",
    "prefix",
    "suffix",
    "job_title",
    "department",
    "birth_date",
)
_PERSON: Mapping[str, str] = {
    **{concept: concept for concept in (*_SAME, "language", "lifecycle", "owner", "created_at", "modified_at")},
    "name": "full_name",
    "company": "company.name",
    "company_id": "company.reference",
    "domain": "company.domain",
    "national_id": "external_id:national_id",
    "birth_place": "address:birth.locality",
}
_ORGANIZATION: Mapping[str, str] = {
    **{concept: concept for concept in ("domain", "website", "industry", "employees", "registration_id")},
    **{concept: concept for concept in ("lifecycle", "owner", "created_at", "modified_at")},
    "name": "name",
    "company": "name",
    "national_id": "registration_id",
}
_POINTS: Mapping[str, str] = {"email": "email", "phone": "phone", "mobile": "phone:mobile", "fax": "phone:fax"}
_STREETS = ("street", "street_number", "street_more")
_ADDRESS: Mapping[str, str] = {
    **dict.fromkeys(_STREETS, "street"),
    **{part: part for part in ("locality", "region", "postal_code", "country")},
}
_CONSENT: Mapping[str, str] = {"opt_in": "opt_in_flag", "opt_out": "opt_out_flag"}
_REPEATABLE = ("email", "phone", "address:")


def assign(columns: Sequence[Column], kind: Kind, key: str | None) -> list[ColumnProposal]:
    """Fields for columns, in the file's order."""
    columns = [_in_company(column, columns) for column in columns]
    concepts = {column.concept for column in columns}
    found = [_proposal(column, kind, concepts) for column in columns]
    return _without_rivals([each if each.column != key else _for_key(each) for each in found])


def _in_company(column: Column, columns: Sequence[Column]) -> Column:
    """`Name` beside `Vorname` is the family name; `Nom` or `Nome` alone is the whole one."""
    concepts = {each.concept for each in columns if each.name != column.name}
    wordy = column.shape.words >= 1.6
    if column.concept == "name" and "given_name" in concepts and "family_name" not in concepts:
        return _as(column, "family_name", "beside a first name")
    if column.concept == "name" and "family_name" in concepts and "given_name" not in concepts:
        return _as(column, "given_name", "beside a last name")
    if (
        column.concept != "name"
        and column.phrase in ("nom", "nome", "nombre")
        and wordy
        and not concepts & {"given_name", "family_name"}
    ):
        return _as(column, "name", "its values have several words")
    return column


def _as(column: Column, concept: str, why: str) -> Column:
    reason = f"{column.reason}; {why}"
    return Column(
        column.name, concept, column.label, column.certainty, reason, column.shape, column.phrase, column.read
    )


def _proposal(column: Column, kind: Kind, concepts: set[str | None]) -> ColumnProposal:
    field, read = _field(column, kind, concepts)
    reason = column.reason
    if column.concept == "id":
        reason = f"{reason}; an id, and not the key"
    elif field is None and column.concept is not None:
        reason = f"{reason}; the unified {kind} has no field for it"
    if field is not None and column.certainty < ENOUGH:
        field, reason = None, f"{reason}; too unsure to use ({field}?)"
    return ColumnProposal(column.name, field, read if field else "", round(column.certainty, 2), reason)


def _field(column: Column, kind: Kind, concepts: set[str | None]) -> tuple[str | None, str]:
    """Field and transform of a column's concept, for this kind of record."""
    concept, label = column.concept or "", column.label
    if concept in _POINTS:
        field = _POINTS[concept]
        return (f"{field}:{label}" if label and ":" not in field else field), column.read
    if concept in _ADDRESS:
        usual = "main" if kind == "organization" else "work" if "company" in concepts else "home"
        return f"address:{label or usual}.{_ADDRESS[concept]}", ""
    if concept in _CONSENT:
        return "consent:email.marketing", _CONSENT[concept]
    if kind == "organization":
        return _ORGANIZATION.get(concept), ""
    if concept == "website":
        return ("company.website" if label == "work" or (label is None and "company" in concepts) else "website"), ""
    return _PERSON.get(concept), ""


def _for_key(proposal: ColumnProposal) -> ColumnProposal:
    return proposal._replace(field=None, read="", reason=f"the record's key: {proposal.reason}")


def _without_rivals(proposals: Sequence[ColumnProposal]) -> list[ColumnProposal]:
    """Of several columns for one single field the surest keeps it."""
    best: dict[str, ColumnProposal] = {}
    for each in proposals:
        if each.field and (each.field not in best or each.certainty > best[each.field].certainty):
            best[each.field] = each
    settled = []
    for each in proposals:
        winner = best.get(each.field or "", each)
        if winner is not each and not (each.field or "").startswith(_REPEATABLE):
            each = each._replace(
                field=None, read="", reason=f"{each.reason}; {winner.column!r} gives {each.field} already"
            )
        settled.append(each)
    return settled
