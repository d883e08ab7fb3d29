"""Proposals for unknown files: what a person would have written, with honest certainty."""

from __future__ import annotations

import csv
import random
import tomllib
from pathlib import Path

import pytest

from connectors.files.dates import guess_order
from connectors.files.header_words import fold, read_header
from connectors.files.propose import Proposal, proposal_toml, propose
from unified_model.mapping.read import reader
from unified_model.mapping.settings import mapping_from_settings
from unified_model.records import SourceRecord


def fields(proposal: Proposal) -> dict[str, str | None]:
    return {each.column: each.field for each in proposal.columns}


def sample(*columns: list[str]) -> list[list[str]]:
    return [list(row) for row in zip(*columns, strict=True)]


HEADERS = {
    "fr": """
        N° client = - | Civilité = prefix | Prénom = given_name | Nom = family_name | Société = company.name |
        Adresse = address:work.street | Code postal = address:work.postal_code | Ville = address:work.locality |
        Pays = address:work.country | Téléphone = phone | Portable = phone:mobile | Courriel = email |
        Date de naissance = birth_date
    """,
    "es": """
        Nombre = given_name | Apellidos = family_name | Cargo = job_title | Dirección = address:home.street |
        Código postal = address:home.postal_code | Ciudad = address:home.locality | País = address:home.country |
        Teléfono = phone | Móvil = phone:mobile | Correo electrónico = email | Fecha de alta = created_at
    """,
    "it": """
        Nome = given_name | Cognome = family_name | Azienda = company.name | Ruolo = job_title |
        Indirizzo = address:work.street | CAP = address:work.postal_code | Città = address:work.locality |
        Provincia = address:work.region | Telefono = phone | Cellulare = phone:mobile |
        Ultima modifica = modified_at
    """,
    "nl": """
        Voornaam = given_name | Achternaam = family_name | Bedrijf = company.name | Functie = job_title |
        Straat = address:work.street | Huisnummer = address:work.street | Postcode = address:work.postal_code |
        Plaats = address:work.locality | Telefoon = phone | Mobiel = phone:mobile | E-mailadres = email |
        Geboortedatum = birth_date
    """,
    "pt": """
        Primeiro nome = given_name | Apelido = family_name | Empresa = company.name | Função = job_title |
        Morada = address:work.street | Código postal = address:work.postal_code | Cidade = address:work.locality |
        País = address:work.country | Telefone = phone | Telemóvel = phone:mobile | Email = email
    """,
    "pl": """
        Imię = given_name | Nazwisko = family_name | Nazwa firmy = company.name | Stanowisko = job_title |
        Ulica = address:work.street | Kod pocztowy = address:work.postal_code | Miasto = address:work.locality |
        Kraj = address:work.country | Telefon = phone | Komórka = phone:mobile | Adres e-mail = email |
        Data modyfikacji = modified_at
    """,
    "de": """
        Kundennummer = - | Anrede = prefix | Vorname = given_name | Name = family_name | Firma = company.name |
        Straße = address:work.street | Hausnr. = address:work.street | PLZ = address:work.postal_code |
        Ort = address:work.locality | Land = address:work.country | Telefon (geschäftlich) = phone:work |
        Handy = phone:mobile | E-Mail privat = email:home | Bemerkung = -
    """,
    "camel": """
        firstName = given_name | lastName = family_name | contact_email = email | work_phone = phone:work |
        billingCity = address:billing.locality | CompanyName = company.name | lastUpdated = modified_at |
        companyId = company.reference
    """,
}
"""Language -> headers with the field a person would choose; - stays unmapped."""


def pairs(text: str) -> list[tuple[str, str]]:
    cells = (cell.strip().rpartition(" = ") for cell in " ".join(text.split()).split("|"))
    return [(header, field) for header, _, field in cells]


@pytest.mark.parametrize("language", HEADERS)
def test_headers_of_many_languages_are_understood(language: str) -> None:
    expected = pairs(HEADERS[language])

    proposal = propose([header for header, _ in expected], [])

    assert [(each.column, each.field or "-") for each in proposal.columns] == expected
    assert proposal.kind.value == "person"


def test_values_contradict_a_wrong_header() -> None:
    mails = [f"a{number}@lee.example" for number in range(10)]
    proposal = propose(["Name", "Phone", "Mail"], sample(["Ann Lee"] * 10, mails, ["none"] * 10))

    assert fields(proposal) == {"Name": "full_name", "Phone": "email", "Mail": None}
    assert "but 0% of its values are phone numbers" in proposal.columns[1].reason


def test_clear_values_speak_for_a_header_that_says_nothing() -> None:
    proposal = propose(
        ["x1", "x2"], sample([f"a{number}@lee.example" for number in range(10)], ["Germany", "France"] * 5)
    )

    assert fields(proposal) == {"x1": "email", "x2": "address:home.country"}


def test_cells_with_several_addresses_are_split() -> None:
    proposal = propose(["Name", "E-mail"], sample(["Ann Lee", "Bob Ray"] * 5, ["a@b.example; c@d.example"] * 10))

    assert proposal.columns[1].read == "emails"


def test_a_name_column_is_settled_by_its_values() -> None:
    firms = propose(["Name"], [[f"Lee {form}"] for form in ("GmbH", "Ltd", "Inc", "S.A.", "AG", "BV")])
    people = propose(["Name"], [["John Smith"], ["Mary Lee"], ["Anna Wu"], ["Xi Yp"], ["Peter Ott"]])

    assert (firms.kind.value, fields(firms)) == ("organization", {"Name": "name"})
    assert (people.kind.value, fields(people)) == ("person", {"Name": "full_name"})


def test_of_two_columns_for_one_field_the_surer_keeps_it_and_the_other_is_listed() -> None:
    proposal = propose(["first_and_surname", "surname", "first_name"], [])

    assert fields(proposal) == {"first_and_surname": None, "surname": "family_name", "first_name": "given_name"}
    assert "'surname' gives family_name already" in proposal.unmapped[0].reason


def test_the_key_is_filled_unique_and_looks_like_an_id() -> None:
    numbers = [f"K{number:04}" for number in range(30)]
    names = [f"Ann {number}" for number in range(30)]

    assert propose(["Nr", "Name"], sample(numbers, names)).key.value == "Nr"
    assert propose(["Whatever", "Name"], sample(numbers, names)).key.value == "Whatever"


def test_a_key_that_one_row_spoils_is_doubtful_and_one_that_three_spoil_is_none() -> None:
    numbers = [f"K{number:04}" for number in range(30)]
    names = [f"Ann {number}" for number in range(30)]

    once = propose(["Nr", "Name"], sample([*numbers[:-1], "K0000"], names)).key
    empty = propose(["Nr", "Name"], sample([*numbers[:-1], ""], names)).key
    thrice = propose(["Nr", "Name"], sample([*numbers[:-3], *numbers[:3]], names)).key

    assert (once.value, once.certainty < 0.9) == ("Nr", True)
    assert (empty.value, empty.certainty < 0.9) == ("Nr", True)
    assert thrice.value is None


def test_an_address_is_no_key_although_it_is_unique() -> None:
    mails = [f"a{number}@lee.example" for number in range(30)]

    proposal = propose(["E-mail", "Name"], sample(mails, ["Ann Lee"] * 30))

    assert proposal.key.value is None
    assert "edited row" in proposal.key.reason


@pytest.mark.parametrize(
    ("values", "order", "sure"),
    [
        (["25.12.2025", "03.04.2025"], "dmy", True),
        (["12/25/2025", "03/04/2025"], "mdy", True),
        (["2025-12-25", "2025-03-04"], "ymd", True),
        (["03.04.2025"], "dmy", True),
        (["03/04/2025 9:00 AM"], "mdy", False),
        (["03/04/2025", "05/06/2025"], "dmy", False),
        (["25/12/2025", "26/12/2025", "12/27/2025"], "dmy", False),
        ([], "ymd", True),
    ],
)
def test_the_order_of_dates_follows_their_evidence(values: list[str], order: str, sure: bool) -> None:
    guess = guess_order(values)

    assert (guess.order, guess.certainty >= 0.9) == (order, sure)


def test_times_without_a_zone_leave_the_zone_unsure() -> None:
    unsure = propose(["Name", "Changed"], [["Ann Lee", "2025-07-04 22:32"]])
    sure = propose(["Name", "Changed"], [["Ann Lee", "2025-07-04T22:32:00Z"]])

    assert (unsure.zone.value, unsure.zone.certainty) == ("UTC", 0.3)
    assert sure.zone.certainty == 1.0


def test_the_only_column_of_moments_is_the_stamp() -> None:
    proposal = propose(["Name", "Zeit am Stand 4"], [["Ann Lee", f"0{day}.07.2025 10:00"] for day in range(1, 8)])

    assert proposal.mapping.modified == "Zeit am Stand 4"


def test_excluded_columns_are_not_looked_at() -> None:
    proposal = propose(["id", "name", "cluster"], [["1", "Ann Lee", "7"]], exclude_fields=["cluster"])

    assert "cluster" not in fields(proposal)


def test_the_proposal_is_written_as_settings_that_give_it_back() -> None:
    proposal = propose([header for header, _ in pairs(HEADERS["de"])], [], object_name="kunden")

    text = proposal_toml("kunden", proposal)

    table = tomllib.loads(text)["sources"]["kunden"]["mapping"]
    assert mapping_from_settings(table, object_name="kunden") == proposal.mapping
    assert table["Bemerkung"] == "unmapped"
    assert "# 76%: called 'Vorname'" in text


def test_every_listed_phrase_is_folded_so_that_it_can_be_found() -> None:
    from connectors.files.header_words import _phrases

    assert [phrase for phrase in _phrases() if fold(phrase) != phrase] == []
    assert all(
        (reading := read_header(phrase)) and reading.concept == concept for phrase, concept in _phrases().items()
    )


SETS = {
    "crm_exports/trade_fair.csv": (
        "person", "Badge",
        {"Full name": "full_name", "E-mail": "email", "Mobile": "phone:mobile", "Organisation": "company.name",
         "Web site": "company.website", "Role": "job_title", "Town": "address:work.locality",
         "Post code": "address:work.postal_code", "Country": "address:work.country", "Scanned at": "modified_at"},
    ),
    "er/fake_1000/fake_1000.csv": (
        "person", "unique_id",
        {"first_name": "given_name", "surname": "family_name", "dob": "birth_date", "city": "address:home.locality",
         "email": "email"},
    ),
    "er/febrl3/febrl3.csv": (
        "person", "rec_id",
        {"given_name": "given_name", "surname": "family_name", "street_number": "address:home.street",
         "address_1": "address:home.street", "address_2": "address:home.street", "suburb": "address:home.locality",
         "postcode": "address:home.postal_code", "state": "address:home.region", "date_of_birth": "birth_date",
         "soc_sec_id": "external_id:national_id"},
    ),
    "er/febrl4/febrl4b.csv": ("person", "rec_id", None),
    "er/historical_50k/historical_50k.csv": (
        "person", "unique_id",
        {"full_name": "full_name", "first_name": "given_name", "surname": "family_name", "dob": "birth_date",
         "birth_place": "address:birth.locality", "postcode_fake": "address:home.postal_code",
         "occupation": "job_title"},
    ),
    "er/patstat_companies/patstat.csv": ("organization", "person_id", {"Name": "name"}),
}  # fmt: skip
"""Labelled set -> kind, key and fields a person would choose. `cluster` holds the truth and is nobody's field."""


@pytest.mark.parametrize("name", SETS)
def test_labelled_sets_get_the_mapping_a_person_would_choose(labelled_data: Path, name: str) -> None:
    with (labelled_data / name).open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file, delimiter=";" if "fair" in name else ",")
    kind, key, expected = SETS[name]

    proposal = propose(header, random.Random(3).sample(rows, 1000), exclude_fields=["cluster"])

    chosen = {column: field for column, field in fields(proposal).items() if field}
    assert (proposal.kind.value, proposal.key.value) == (kind, key)
    assert expected is None or chosen == expected
    assert key not in chosen


def test_the_trade_fair_is_read_as_proposed(labelled_data: Path) -> None:
    with (labelled_data / "crm_exports/trade_fair.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    proposal = propose(list(rows[0]), [list(row.values()) for row in rows[:1000]])
    read = reader(proposal.mapping)

    people = [read(SourceRecord("fair", row["Badge"], row)) for row in rows]

    assert all(person.modified_at is not None for person in people)
    assert proposal.date_order.value == "dmy"
