"""Labelled sets read into unified records: (records, truth) with a hand-made mapping each."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from unified_model.entities import Affiliation, ContactPoint, OrganizationRecord, PersonRecord

REPOSITORY = Path(__file__).parents[2]
DATA = Path(os.environ.get("UNSILO_DATA", REPOSITORY.parent / "shared" / "data"))

Row = dict[str, str]


class LabelledSet(NamedTuple):
    """Records with natural keys and the true cluster of each."""

    kind: str
    records: list[PersonRecord | OrganizationRecord]
    natural: list[str]
    truth: list[str]


def rows_of(path: Path, delimiter: str = ",", broken: Collection[int] = ()) -> Iterator[Row]:
    """The rows of a CSV file by column, but for lines (1: the first) known to be broken."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        whole = (line for number, line in enumerate(lines, 1) if number not in broken)
        yield from csv.DictReader(whole if broken else lines, delimiter=delimiter)


def _person(row: Row, columns: dict[str, str]) -> PersonRecord:
    def get(name: str) -> str | None:
        return (row.get(columns.get(name, "")) or "").strip() or None

    person = PersonRecord(
        given_name=get("given"),
        family_name=get("family"),
        full_name=get("full"),
        birth_date=get("birth"),
        job_title=get("title"),
    )
    for field in ("email", "phone", "mobile"):
        raw = get(field)
        if raw:
            person.points.append(ContactPoint("email" if field == "email" else "phone", raw))
    parts = {key: value for key in ("street", "locality", "region", "postal_code", "country") if (value := get(key))}
    if parts:
        person.points.append(ContactPoint("address", ", ".join(parts.values()), parts=parts))
    if get("company") or get("website"):
        person.affiliations.append(Affiliation(name=get("company"), website=get("website"), title=get("title")))
    if get("social"):
        person.external_ids["social"] = get("social") or ""
    return person


CRM: dict[str, tuple[str, str, dict[str, str]]] = {
    "salesforce_contacts.csv": (
        ",",
        "Id",
        {
            "given": "FirstName", "family": "LastName", "email": "Email", "phone": "Phone", "mobile": "MobilePhone",
            "title": "Title", "company": "Account.Name", "website": "Account.Website", "street": "MailingStreet",
            "locality": "MailingCity", "postal_code": "MailingPostalCode", "country": "MailingCountry",
        },
    ),
    "hubspot_contacts.csv": (
        ",",
        "Record ID",
        {
            "given": "First Name", "family": "Last Name", "email": "Email", "phone": "Phone Number",
            "mobile": "Mobile Phone Number", "title": "Job Title", "company": "Company Name", "website": "Website URL",
            "street": "Street Address", "locality": "City", "postal_code": "Postal Code", "country": "Country/Region",
        },
    ),
    "trade_fair.csv": (
        ";",
        "Badge",
        {
            "full": "Full name", "email": "E-mail", "phone": "Mobile", "title": "Role", "company": "Organisation",
            "website": "Web site", "locality": "Town", "postal_code": "Post code", "country": "Country",
        },
    ),
}  # fmt: skip


def crm_truth(folder: Path) -> dict[tuple[str, str], Row]:
    """(file, record id) -> its row of the truth; lines broken on purpose are missing."""
    return {(row["file"], row["record_id"]): row for row in rows_of(folder / "truth.csv")}


def crm_rows(folder: Path) -> Iterator[tuple[str, Row]]:
    """(file, row) of three exports. Lines broken on purpose, which a generated folder names, are for nobody to read."""
    broken: dict[str, set[int]] = {file: set() for file in CRM}
    rejects = folder / "rejects.csv"
    for row in rows_of(rejects) if rejects.exists() else ():
        broken[row["file"]].add(int(row["line"]))
    for file, (delimiter, _, _) in CRM.items():
        for row in rows_of(folder / file, delimiter, broken[file]):
            yield file, row


def crm_persons(folder: Path, truth_column: str = "person_id") -> Iterator[tuple[PersonRecord, str, str]]:
    """The persons of three exports one by one: record, natural key, true cluster."""
    truth_of = {key: row[truth_column] for key, row in crm_truth(folder).items()}
    for file, row in crm_rows(folder):
        _, key, columns = CRM[file]
        if (file, row[key]) in truth_of:  # else a line broken on purpose
            yield _person(row, columns), f"{file}/{row[key]}", truth_of[file, row[key]]


def crm_exports(folder: Path = DATA / "crm_exports", truth_column: str = "person_id") -> LabelledSet:
    """A folder of the three exports with a truth file: persons."""
    records: list[PersonRecord | OrganizationRecord] = []
    natural, truth = [], []
    for record, key, cluster in crm_persons(folder, truth_column):
        records.append(record)
        natural.append(key)
        truth.append(cluster)
    return LabelledSet("person", records, natural, truth)


def crm_companies(folder: Path = DATA / "crm_exports") -> LabelledSet:
    """The companies named in the exports' records: one record for each spelling and site of a file."""
    return companies_named(crm_exports(folder, "company_id"))


def companies_named(persons: LabelledSet) -> LabelledSet:
    """The companies that persons name, with the truth of the first person who does."""
    found: dict[tuple[str, str, str], tuple[str, str]] = {}
    for record, key, company in zip(persons.records, persons.natural, persons.truth, strict=True):
        assert isinstance(record, PersonRecord)
        for job in record.affiliations:
            if job.name:
                found.setdefault((key.partition("/")[0], job.name, job.website or ""), (key, company))
    records = [OrganizationRecord(name=name, website=site or None) for _, name, site in found]
    return LabelledSet(
        "organization", list(records), [key for key, _ in found.values()], [company for _, company in found.values()]
    )


_FEBRL = {
    "given": "given_name", "family": "surname", "birth": "date_of_birth", "street": "street", "locality": "suburb",
    "postal_code": "postcode", "region": "state", "social": "soc_sec_id",
}  # fmt: skip
PUBLIC_PERSONS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "fake_1000": (
        ("fake_1000.csv",),
        {"given": "first_name", "family": "surname", "birth": "dob", "locality": "city", "email": "email"},
    ),
    "febrl1": (("febrl1.csv",), _FEBRL),
    "febrl3": (("febrl3.csv",), _FEBRL),
    "febrl4": (("febrl4a.csv", "febrl4b.csv"), _FEBRL),
    "historical_50k": (
        ("historical_50k.csv",),
        {
            "given": "first_name", "family": "surname", "full": "full_name", "birth": "dob", "title": "occupation",
            "locality": "birth_place", "postal_code": "postcode_fake",
        },
    ),
}  # fmt: skip


def public_persons(name: str) -> LabelledSet:
    """fake_1000, febrl1, febrl3, febrl4 or historical_50k; ids that contain the answer are replaced by row numbers."""
    files, columns = PUBLIC_PERSONS[name]
    records: list[PersonRecord | OrganizationRecord] = []
    natural, truth = [], []
    for file in files:
        for number, row in enumerate(rows_of(DATA / "er" / name / file)):
            if "address_1" in row:
                row["street"] = f"{row['street_number']} {row['address_1']}".strip()
            records.append(_person(row, columns))
            natural.append(f"{file}/{number:06d}")
            truth.append(row["cluster"])
    return LabelledSet("person", records, natural, truth)


def patstat_companies() -> LabelledSet:
    """Patent applicants: a name, co-applicants and a place."""
    records: list[PersonRecord | OrganizationRecord] = []
    natural, truth = [], []
    for row in rows_of(DATA / "er" / "patstat_companies" / "patstat.csv"):
        custom = {
            "latitude": row["Lat"],
            "longitude": row["Lng"],
            "coauthors": row["Coauthor"].split("**"),
            "class": row["Class"].split("**"),
        }
        records.append(OrganizationRecord(name=row["Name"], custom=custom))
        natural.append(row["person_id"])
        truth.append(row["cluster"])
    return LabelledSet("organization", records, natural, truth)


SETS: dict[str, Callable[[], LabelledSet]] = {
    "crm_exports": crm_exports,
    "crm_companies": crm_companies,
    "fake_1000": lambda: public_persons("fake_1000"),
    "febrl1": lambda: public_persons("febrl1"),
    "febrl3": lambda: public_persons("febrl3"),
    "febrl4": lambda: public_persons("febrl4"),
    "historical_50k": lambda: public_persons("historical_50k"),
    "patstat_companies": patstat_companies,
}
