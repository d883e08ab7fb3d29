"""The unified form of one source record: a person or an organization, in the words every system shares.

Times are aware UTC, absent values are None or empty tuples, text is as the source wrote it (trimmed, never folded).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Kind = Literal["person", "organization"]
PointKind = Literal["email", "phone", "address", "website"]


@dataclass(slots=True)
class ContactPoint:
    """One way to reach somebody. `canonical` is filled by the normaliser (E.164, canonical e-mail, folded address)."""

    kind: PointKind
    raw: str
    canonical: str | None = None
    label: str | None = None
    """work, home, mobile, other, mailing, billing ...: the mapping's word for the column it came from."""
    parts: Mapping[str, str] | None = None
    """Addresses only: street, locality, region, postal_code, country."""
    verified: bool = False
    since: datetime | None = None
    until: datetime | None = None
    column: str | None = None
    """The raw column it was read from (for provenance and for writing back)."""


@dataclass(slots=True)
class Affiliation:
    """A person's company as the person's own record tells it: raw evidence, not yet a matched organization."""

    name: str | None = None
    domain: str | None = None
    website: str | None = None
    reference: str | None = None
    """The vendor's id of the company record (AccountId), when the record carries one."""
    title: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(slots=True)
class Consent:
    """An opt-in or opt-out of a channel and purpose, with its evidence."""

    channel: str
    purpose: str
    status: Literal["granted", "withdrawn"]
    point: str | None = None
    """Raw contact point it speaks of; None: every point of that channel in the record."""
    evidenced_at: datetime | None = None
    evidence: str | None = None


@dataclass(slots=True)
class PersonRecord:
    """One source record read as a person."""

    prefix: str | None = None
    given_name: str | None = None
    middle_name: str | None = None
    family_name: str | None = None
    suffix: str | None = None
    full_name: str | None = None
    """As written, when the source keeps one name field; parts above are then parsed from it."""
    job_title: str | None = None
    department: str | None = None
    birth_date: str | None = None
    language: str | None = None
    website: str | None = None
    lifecycle: str | None = None
    owner: str | None = None
    created_at: datetime | None = None
    modified_at: datetime | None = None
    points: list[ContactPoint] = field(default_factory=list)
    affiliations: list[Affiliation] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)
    external_ids: dict[str, str] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class OrganizationRecord:
    """One source record (or one company named by persons) read as an organization."""

    name: str | None = None
    domain: str | None = None
    website: str | None = None
    industry: str | None = None
    employees: str | None = None
    registration_id: str | None = None
    lifecycle: str | None = None
    owner: str | None = None
    parent_reference: str | None = None
    created_at: datetime | None = None
    modified_at: datetime | None = None
    points: list[ContactPoint] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)
    external_ids: dict[str, str] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)


PERSON_FIELDS = (
    "prefix", "given_name", "middle_name", "family_name", "suffix", "full_name", "job_title", "department",
    "birth_date", "language", "website", "lifecycle", "owner", "created_at", "modified_at",
)  # fmt: skip
"""Single-valued fields of a person, in the order people read them."""

ORGANIZATION_FIELDS = (
    "name", "domain", "website", "industry", "employees", "registration_id", "lifecycle", "owner",
    "parent_reference", "created_at", "modified_at",
)  # fmt: skip
"""Single-valued fields of an organization."""
