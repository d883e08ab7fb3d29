"""Names of people: parts, other scripts, nicknames."""

from __future__ import annotations

import pytest

from unified_model.identity.normalise.names import PersonName, parse_name
from unified_model.identity.normalise.nicknames import are_nicknames, group_of


@pytest.mark.parametrize(
    ("full", "parts"),
    [
        ("Dr. Jane A. Doe", ("jane", "a", "doe", "")),
        ("Doe, Jane", ("jane", "", "doe", "")),
        ("Baker, Pat Jr.", ("pat", "", "baker", "jr")),
        ("Pat Baker, Jr", ("pat", "", "baker", "jr")),
        ("Ludwig van der Berg", ("ludwig", "", "vanderberg", "")),
        ("Anna Smith-Jones", ("anna", "", "smith jones", "")),
        ("Jean-Pierre Müller", ("jeanpierre", "", "muller", "")),
        ("Sinéad O’Connor", ("sinead", "", "oconnor", "")),
        ("Stanov", ("", "", "stanov", "")),
        ("Дмитрий Лазпетев", ("dmitry", "", "lazpetev", "")),
        ("军霞 刘", ("junxia", "", "liu", "")),
        ("王小明", ("xiaoming", "", "wang", "")),
        ("欧阳小明", ("xiaoming", "", "ouyang", "")),
        ("n/a", ("", "", "", "")),
    ],
)
def test_a_full_name_comes_apart(full: str, parts: tuple[str, str, str, str]) -> None:
    assert parse_name(None, None, None, None, full) == PersonName(*parts)


def test_parts_given_apart_are_cleaned_of_titles_and_suffixes() -> None:
    name = parse_name("Mr. Gregory D.", None, "Montarberg jr", None, "ignored")

    assert name == PersonName("gregory", "d", "montarberg", "jr")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("bob", "robert"),
        ("debbie", "deborah"),
        ("sepp", "josef"),
        ("dima", "dmitry"),
        ("kostas", "konstantinos"),
        ("katie", "katherine"),
        ("kees", "cornelis"),
        ("laxmi", "lakshmi"),
        ("grzesiek", "grzegorz"),
    ],
)
def test_forms_of_a_name_are_known_and_share_a_group(a: str, b: str) -> None:
    assert are_nicknames(a, b)
    assert group_of(a) == group_of(b)


def test_names_that_are_not_forms_of_one_are_told_apart() -> None:
    assert not are_nicknames("maria", "mario")
    assert not are_nicknames("thomas", "timothy")


def test_every_chain_of_nicknames_ends_and_a_group_is_its_own_group() -> None:
    from unified_model.identity.normalise import nicknames

    for name in nicknames._formal_names():
        assert group_of(group_of(name)) == group_of(name)
