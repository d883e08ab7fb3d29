"""Weights: the same either way round, alone and among others; and what counts for how much."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.identity.people import RECORDS, company_form, form
from unified_model.entities import PersonRecord
from unified_model.errors import UsageError
from unified_model.identity.compare import weigh
from unified_model.identity.forms import Form, person_form
from unified_model.identity.keys import key_hash
from unified_model.identity.model import MatchModel, read_model, shipped_model
from unified_model.identity.stats import people_bucket, size_bucket

PERSON = shipped_model("person")
ORGANIZATION = shipped_model("organization")


def weight(a: Form, b: Form, stats: dict[int, tuple[int, int]] | None = None, model: MatchModel = PERSON) -> int:
    return int(weigh(model, [a, b], [0], [1], stats or {})[0][0])


def level(comparison: str, a: Form, b: Form, stats: dict[int, tuple[int, int]] | None = None) -> str:
    levels = weigh(PERSON, [a, b], [0], [1], stats or {})[1][0]
    names = [one.name for one in PERSON.comparisons]
    return PERSON.comparisons[names.index(comparison)].levels[levels[names.index(comparison)]].name


@given(st.lists(RECORDS, min_size=2, max_size=8))
def test_weights_are_symmetric_and_the_same_alone_and_among_others(records: list[PersonRecord]) -> None:
    forms = [person_form(record) for record in records]
    left, right = np.triu_indices(len(forms), 1)
    stats = {key_hash("person", "email", "jane@acme.com"): (3, 2), key_hash("person", "family", "doe"): (5, 1)}

    there, levels = weigh(PERSON, forms, left, right, stats)
    back, back_levels = weigh(PERSON, forms, right, left, stats)

    assert there.tolist() == back.tolist()
    assert levels.tolist() == back_levels.tolist()
    for n, (a, b) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        alone, alone_levels = weigh(PERSON, [forms[a], forms[b]], [0], [1], stats)
        assert alone[0] == there[n]
        assert alone_levels[0].tolist() == levels[n].tolist()


def test_one_persons_records_are_merged_however_they_are_written() -> None:
    bob = form(given_name="Bob", family_name="Chanfalman", email="robert@acme.com", company="Acme Inc")
    robert = form(given_name="CHANFALMAN", family_name="robert", email="Robert+crm@Acme.com", company="acme")

    assert weight(bob, robert) >= PERSON.merge


def test_what_colleagues_share_does_not_merge_them() -> None:
    shared = {"company": "Acme Inc", "site": "acme.com", "phone": "+1 212 555 7788", "job_title": "Engineer",
              "address": {"locality": "Denver", "postal_code": "80014"}}  # fmt: skip
    switchboard = {key_hash("person", "phone", "125557788"): (3, 3)}

    jane = form(given_name="Jane", family_name="Doe", **shared)
    tom = form(given_name="Tom", family_name="Wright", **shared)

    assert weight(jane, tom, switchboard) < PERSON.review


def test_a_phone_that_many_people_hold_counts_as_the_companys() -> None:
    jane, janet = form(given_name="Jane", phone="+1 212 555 7788"), form(given_name="Jane", phone="212 555 7788")

    assert level("phone", jane, janet) == "own"
    assert level("phone", jane, janet, {key_hash("person", "phone", "125557788"): (4, 3)}) == "shared"


def test_company_town_domain_and_switchboard_are_one_witness() -> None:
    a = form(given_name="Jane", company="Acme Inc", address={"locality": "Denver", "postal_code": "80014"})
    b = form(given_name="Jane", company="ACME, Inc.", address={"locality": "Denver", "postal_code": "80014"})
    c = form(given_name="Jane", company="ACME, Inc.")

    assert weight(a, b) == weight(a, c)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Jr", "Sr"), ("Jr", "III")],
)
def test_father_and_son_are_kept_apart(one: str, other: str) -> None:
    same = {"given_name": "Pat", "family_name": "Baker", "email": "pat@acme.com", "phone": "+1 212 555 7788"}

    assert level("suffix", form(suffix=one, **same), form(suffix=other, **same)) == "different"


def test_a_rare_name_says_more_than_a_common_one() -> None:
    a, b = form(given_name="Jane", family_name="Chanfalman"), form(given_name="Jane", family_name="Chanfalman")

    rare = weight(a, b)
    common = weight(a, b, {key_hash("person", "family", "chanfalman"): (8, 6)})

    assert rare >= PERSON.merge > PERSON.review > common


def test_a_name_known_to_be_common_is_common_even_where_few_records_hold_it() -> None:
    a, b = form(given_name="Jane", family_name="Smith"), form(given_name="Jane", family_name="Smith")

    assert level("family", a, b) == "exact_common"
    assert weight(a, b) < PERSON.merge


def test_a_slip_from_a_common_name_may_be_another_name() -> None:
    smith, smyth = form(given_name="Ann", family_name="Smith"), form(given_name="Ann", family_name="Smyth")
    rare, slip = form(given_name="Ann", family_name="Chanfalman"), form(given_name="Ann", family_name="Chanfaiman")

    assert level("family", smith, smyth) == "typo_common"
    assert weight(smith, smyth) < PERSON.merge <= weight(rare, slip)


def test_known_names_one_letter_apart_are_no_typo() -> None:
    assert level("given", form(given_name="Maria"), form(given_name="Mario")) == "similar"
    assert level("given", form(given_name="Rikc"), form(given_name="Richard")) == "typo"


def test_companies_of_one_domain_match_and_others_with_its_name_do_not() -> None:
    acme, inc, other = (
        company_form("Acme Inc", "acme.com"),
        company_form("ACME, Inc.", "www.acme.com"),
        company_form("Acme", "acme-tools.com"),
    )

    assert weight(acme, inc, model=ORGANIZATION) >= ORGANIZATION.merge
    assert weight(acme, other, model=ORGANIZATION) < ORGANIZATION.merge


def test_an_agencys_domain_does_not_merge_its_clients() -> None:
    shared = {key_hash("organization", "domain", "agency.com"): (3, 3)}

    assert (
        weight(company_form("Acme Inc", "agency.com"), company_form("Bolt Ltd", "agency.com"), shared, ORGANIZATION)
        < ORGANIZATION.review
    )


def test_people_sharing_a_key_are_counted_by_both_names() -> None:
    one_person = [
        form(given_name=g, family_name=f)
        for g, f in (("Jane", "Doe"), ("Jane", "Wright"), ("J.", "Doe"), ("Jnae", "Doee"))
    ]
    household = [form(given_name=g, family_name="Doe") for g in ("Jane", "Tom", "Sue")]
    office = [form(given_name=g, family_name=f) for g, f in (("Jane", "Doe"), ("Tom", "Wright"), ("Sue", "Baker"))]

    assert people_bucket(one_person) == 0
    assert people_bucket(household) == 0
    assert people_bucket(office) == people_bucket(office[::-1]) == 2


def test_buckets_are_coarse_and_grow() -> None:
    assert [size_bucket(n) for n in (1, 2, 3, 5, 6, 12, 999, 1000, 10**6)] == [0, 0, 1, 1, 2, 3, 7, 8, 8]


@pytest.mark.parametrize("model", [PERSON, ORGANIZATION], ids=lambda model: model.kind)
def test_a_model_is_readable_json_with_a_version_of_its_content(model: MatchModel) -> None:
    again = read_model(model.to_json())

    assert again == model
    assert again.version != read_model(model.to_json().replace("0.5,", "0.4,", 1)).version
    assert model.review < model.merge


def test_what_is_no_model_is_refused_with_a_reason() -> None:
    with pytest.raises(UsageError, match="not a match model"):
        read_model('{"comparisons": []}')
