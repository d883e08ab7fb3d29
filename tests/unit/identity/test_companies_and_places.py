"""Companies, domains, addresses and birth dates in comparable form."""

from __future__ import annotations

import pytest

from unified_model.identity.normalise.addresses import country_code, postcode, street, town
from unified_model.identity.normalise.companies import legal_words, parse_company
from unified_model.identity.normalise.dates import birth_date
from unified_model.identity.normalise.domains import company_domain


@pytest.mark.parametrize(
    ("raw", "core", "legal"),
    [
        ("Acme Inc", "acme", "inc"),
        ("ACME, Inc.", "acme", "inc"),
        ("Acme GmbH & Co. KG", "acme", "gmbh and co kg"),
        ("Koninklijke Philips Electronics N.V.", "koninklijke philips electronics", "nv"),
        ("Bäckerei Ünal e.K.", "backerei unal", "ek"),
        ("The Procter & Gamble Company", "procter gamble", "company"),
        ("S.A.", "sa", ""),
        ("Acme Sp. z o.o.", "acme", "sp z oo"),
        ("Acme, spol. s r.o.", "acme", "spol s ro"),
        ("Acme S. A. de C. V.", "acme", "sa de cv"),
        ("Acme Gesellschaft mit beschränkter Haftung", "acme", "gesellschaft mit beschrankter haftung"),
        ("ООО «Ромашка»", "romashka", "ooo"),
        ("株式会社 Toyota", "toyota", ""),
        ("Acme GmbH Deutschland", "acme deutschland", "gmbh"),
        ("Acme Incorpiorated", "acme", "incorpiorated"),
        ("I B M Corp", "ibm", "corp"),
        ("SAS Institute Inc.", "sas institute", "inc"),
        ("NV Energy", "nv energy", ""),
        ("Barnes and Noble", "barnes noble", ""),
        ("Farina y Hijos e Cia", "farina hijos cia", ""),
    ],
)
def test_the_legal_form_is_cut_off_and_kept(raw: str, core: str, legal: str) -> None:
    company = parse_company(raw)

    assert company is not None
    assert (company.core, company.legal) == (core, legal)


@pytest.mark.parametrize(
    "raw",
    [
        "n/a",
        "-",
        "Unknown",
        "self-employed",
        "test",
        "  ",
        "private",
        "Test Company",
        "Freiberufler",
        "Retired",
        "gmx.de",
    ],
)
def test_placeholders_are_no_company(raw: str) -> None:
    assert parse_company(raw) is None


@pytest.mark.parametrize(
    ("raw", "domain"),
    [
        ("acme-tools.com", "acme-tools.com"),
        ("https://www.acme.co.uk/", "acme.co.uk"),
        ("acme.se", "acme.se"),
        ("Acme.SE", None),
        ("Acme.Inc", None),
        ("Dr.Oetker", None),
        ("Booking.com B.V.", None),
    ],
)
def test_a_name_that_is_an_address_on_the_internet_is_a_domain_and_no_name(raw: str, domain: str | None) -> None:
    company = parse_company(raw)

    assert company is not None
    assert (company.domain, bool(company.core)) == (domain, domain is None)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("incorporated", "inc", True),
        ("gmbh and co kg", "gmbh co kg", True),
        ("co ltd", "company limited", True),
        ("gmbh", "ag", False),
    ],
)
def test_legal_forms_have_one_spelling(one: str, other: str, same: bool) -> None:
    assert (legal_words(one) == legal_words(other)) == same


@pytest.mark.parametrize(
    ("site", "domain"),
    [
        ("https://www.shop.acme.co.uk/en?x=1", "acme.co.uk"),
        ("acme.com:8080", "acme.com"),
        ("jane@mail.acme.de", "acme.de"),
        ("gmail.com", None),
        ("https://linkedin.com/company/acme", None),
        ("co.uk", None),
        ("not a site", None),
    ],
)
def test_a_companys_domain_is_the_registered_one(site: str, domain: str | None) -> None:
    assert company_domain(site) == domain


def test_places_fold_to_one_spelling() -> None:
    assert country_code("Deutschland") == country_code("DE") == country_code("germany") == "DE"
    assert country_code("United States of America") == "US"
    assert postcode("SW1A 1AA") == postcode("sw1a1aa") == "sw1a1aa"
    assert postcode("12345-6789") == "12345"
    assert town("Köln") == "koln"
    assert street("12 Main Street") == street("12 main st.")
    assert postcode("00000") is None


@pytest.mark.parametrize(
    ("raw", "date"),
    [("1980-02-01", "1980-02-01"), ("19800201", "1980-02-01"), ("01.02.1980", "1980-02-01"),
     ("1980-02-01T00:00:00Z", "1980-02-01"), ("1900-01-01", None), ("unknown", None), ("80", None)],
)  # fmt: skip
def test_birth_dates_have_one_spelling_and_placeholders_none(raw: str, date: str | None) -> None:
    assert birth_date(raw) == date
