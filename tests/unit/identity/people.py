"""Builders for identity: persons and their forms, naming only what a test is about; and strategies of odd ones."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from unified_model.entities import Affiliation, ContactPoint, OrganizationRecord, PersonRecord
from unified_model.identity.forms import Form, organization_form, person_form


def person(
    *,
    email: str | None = None,
    phone: str | None = None,
    company: str | None = None,
    site: str | None = None,
    address: dict[str, str] | None = None,
    **fields: Any,
) -> PersonRecord:
    """A person of one e-mail, phone, company and address at most."""
    record = PersonRecord(**fields)
    if email:
        record.points.append(ContactPoint("email", email))
    if phone:
        record.points.append(ContactPoint("phone", phone))
    if address:
        record.points.append(ContactPoint("address", ", ".join(address.values()), parts=address))
    if company or site:
        record.affiliations.append(Affiliation(name=company, website=site))
    return record


def form(**fields: Any) -> Form:
    """The folded form of a person."""
    return person_form(person(**fields))


def company_form(
    name: str | None = None, site: str | None = None, phone: str | None = None, registration: str | None = None
) -> Form:
    """The folded form of an organization."""
    record = OrganizationRecord(name=name, website=site, registration_id=registration)
    if phone:
        record.points.append(ContactPoint("phone", phone))
    return organization_form(record)


GIVEN = st.sampled_from(
    (
        "Jane",
        "Janet",
        "Bob",
        "Robert",
        "R.",
        "Rikc",
        "Дмитрий",
        "Dmitry",
        "军霞",
        "Junxia",
        "José",
        "Jose",
        "Maria",
        "Mario",
        "",
    )
)
FAMILY = st.sampled_from(
    ("Doe", "Dough", "Müller", "Mueller", "Smith-Jones", "Jones", "刘", "Liu", "Bob", "van der Berg", "Deo", "")
)
TEXT = st.text(max_size=12)
RECORDS = st.builds(
    person,
    given_name=GIVEN | TEXT,
    family_name=FAMILY | TEXT,
    suffix=st.sampled_from((None, "Jr", "Sr.", "III")),
    middle_name=st.sampled_from((None, "A.", "Ann", "B")),
    birth_date=st.sampled_from((None, "1980-01-02", "1980-02-01", "1981-01-01", "01.02.1980")),
    job_title=st.sampled_from((None, "CEO", "Engineer", "n/a")),
    email=st.sampled_from(
        (None, "jane@acme.com", "j.doe@acme.com", "jdoe12@gmail.com", "jdoe12@gmial.com", "info@acme.com")
    ),
    phone=st.sampled_from((None, "+1 212 555 7788", "(212) 555-7788", "0044 20 7946 0958", "12")),
    company=st.sampled_from((None, "Acme Inc", "ACME, Inc.", "Acme Holding GmbH", "Bäckerei Ünal")),
    site=st.sampled_from((None, "www.acme.com", "https://acme.de/about")),
    address=st.sampled_from(
        (None, {"locality": "Köln", "postal_code": "50667"}, {"postal_code": "50667", "country": "DE"})
    ),
)
