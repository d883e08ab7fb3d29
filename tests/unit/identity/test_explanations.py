"""Explanations: words that name values, weights that add up, and what would change the answer."""

from __future__ import annotations

import json

from tests.unit.identity.people import form
from unified_model.identity.explain import explain_pair
from unified_model.identity.keys import key_hash
from unified_model.identity.model import shipped_model

MODEL = shipped_model("person")


def test_parts_add_up_to_the_weight() -> None:
    a = form(given_name="Jane", family_name="Doe", email="jane@acme.com", company="Acme")
    b = form(given_name="Janie", family_name="Doe", email="jane@acme.com")

    explained = explain_pair(MODEL, a, b, {})

    assert explained.verdict == "same"
    assert MODEL.base + sum(part.weight for part in explained.parts) == explained.weight
    assert "email jane@acme.com" in explained.shared_keys
    assert json.loads(json.dumps(explained.as_json()))["verdict"] == "same"


def test_words_say_how_common_a_shared_value_is() -> None:
    a, b = form(given_name="Jane", email="jane@acme.com"), form(given_name="Jane", email="jane@acme.com")

    explained = explain_pair(MODEL, a, b, {key_hash("person", "email", "jane@acme.com"): (3, 2)})

    assert any(
        "jane@acme.com (held by 12 to 24 records of 3 to 5 different people, so it counts little)" in line
        for line in explained.words
    )


def test_what_keeps_two_apart_is_named_and_what_would_flip_it() -> None:
    a = form(given_name="Jane", family_name="Doe", email="jane@acme.com", phone="+1 212 555 7788")
    b = form(given_name="Robert", family_name="Doe", email="jane@acme.com", phone="+1 212 555 7788")

    explained = explain_pair(MODEL, a, b, {})

    assert explained.verdict == "review"
    assert explained.conflict == "given"
    assert any("different given names: jane / robert" in line for line in explained.words)
    assert any("decision" in flip for flip in explained.flips)


def test_records_without_a_common_key_are_said_not_to_be_compared() -> None:
    explained = explain_pair(MODEL, form(given_name="Jane"), form(family_name="Wright"), {})

    assert explained.verdict == "different"
    assert any("no blocking key" in line for line in explained.words)


def test_where_the_records_are_counted_their_number_is_told() -> None:
    a, b = form(given_name="Jane", email="jane@acme.com"), form(given_name="Jane", email="jane@acme.com")
    key = key_hash("person", "email", "jane@acme.com")

    explained = explain_pair(MODEL, a, b, {key: (4, 2)}, {key: 41})

    assert any("(held by 41 records of 3 to 5 different people, so it counts little)" in one for one in explained.words)
