"""One full-name column split into parts, or left whole."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from unified_model.mapping.names import WHOLE, NameParts, by_rules, split_name


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("John Smith", (None, "John", None, "Smith", None)),
        ("John Q. Smith", (None, "John", "Q.", "Smith", None)),
        ("Smith, John", (None, "John", None, "Smith", None)),
        ("SMITH, JOHN", (None, "JOHN", None, "SMITH", None)),
        ("van der Berg, Jan P.", (None, "Jan", "P.", "van der Berg", None)),
        ("Berg, Jan van der", (None, "Jan", None, "van der Berg", None)),
        ("Smith, Dr.", ("Dr.", None, None, "Smith", None)),
        ("Ludwig van Beethoven", (None, "Ludwig", None, "van Beethoven", None)),
        ("Dr. Maria de la Cruz", ("Dr.", "Maria", None, "de la Cruz", None)),
        ("Prof. Dr. h.c. Hans-Peter von Müller", ("Prof. Dr. h.c.", "Hans-Peter", None, "von Müller", None)),
        ("Mr and Mrs Smith", ("Mr and Mrs", None, None, "Smith", None)),
        ("John Smith Jr.", (None, "John", None, "Smith", "Jr.")),
        ("John Smith, Jr., PhD", (None, "John", None, "Smith", "Jr. PhD")),
        ("William Gates III", (None, "William", None, "Gates", "III")),
        ('William "Bill" Gates', (None, "William", None, "Gates", None)),
        ("J. R. R. Tolkien", (None, "J.", "R. R.", "Tolkien", None)),
        ("DUPONT Jean", (None, "Jean", None, "DUPONT", None)),
        ("Jean-Luc DE LA TOUR", (None, "Jean-Luc", None, "DE LA TOUR", None)),
        ("JEAN DUPONT", (None, "JEAN", None, "DUPONT", None)),
        ("JP Morgan", (None, "JP", None, "Morgan", None)),
        ("Иванов Иван Сергеевич", (None, "Иван", "Сергеевич", "Иванов", None)),
        ("Иван Петров", (None, "Иван", None, "Петров", None)),
        ("Stanov", (None, None, None, "Stanov", None)),
        ("van der Berg", (None, None, None, "van der Berg", None)),
        ("S.", (None, "S.", None, None, None)),
        ("王 小明", (None, "小明", None, "王", None)),
        ("秀艳 黄", (None, "秀艳", None, "黄", None)),
        ("clifford, 1st baron of x", (None, "clifford", None, None, "1st baron of x")),
    ],
)
def test_parts_are_read_from_what_the_spelling_shows(text: str, parts: tuple[str | None, ...]) -> None:
    assert split_name(text) == NameParts(*parts)


@pytest.mark.parametrize("text", ["王小明", "花子 井小", "김민준", "ann@lee.example", "", " , "])
def test_a_name_that_says_too_little_stays_whole(text: str) -> None:
    assert split_name(text) == WHOLE


def test_the_order_of_two_plain_words_is_left_to_matching() -> None:
    assert split_name("Wright Debbie") == NameParts(given="Wright", family="Debbie")


PIECES = st.sampled_from(
    [
        "Ann", "ANN", "ann", "J.", "J", "Lee", "LEE", "van", "de", "la", "Dr.", "Prof", "Mr", "Jr.", "Jr", "III", "PhD",
        "and", "&", "Smith,", "Иван", "Сергеевич", "O'Neill", "Jean-Luc", "1st", "baron", "of",
    ]
)  # fmt: skip


@given(st.lists(PIECES, min_size=1, max_size=7).map(" ".join))
def test_no_word_of_a_name_is_lost_or_doubled(text: str) -> None:
    parts = split_name(text)

    words = Counter(word.strip(",") for part in parts if part for word in part.split())
    assert parts == WHOLE or words == Counter(word.strip(",") for word in text.split())


@given(
    st.one_of(
        st.lists(PIECES, min_size=1, max_size=3).map(" ".join),
        st.from_regex(r"[A-Za-z]{1,3} [A-Za-z]{1,3}", fullmatch=True),
    )
)
@example("Ann Jr")
@example("Dr Lee")
def test_the_short_way_for_plain_names_gives_what_the_rules_give(text: str) -> None:
    assert split_name(text) == by_rules(text)


@given(st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    assert isinstance(split_name(text), NameParts)
