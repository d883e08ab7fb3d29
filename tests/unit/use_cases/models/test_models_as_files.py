"""Models go to files and come back the same; what does not fit is refused with the place that does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.use_cases.models.population import Population, shifted
from unified_model.errors import UsageError
from unified_model.identity.model import shipped_model
from unified_model.use_cases.models.catalogue import list_models, show_model
from unified_model.use_cases.models.files import ABOUT, export_model, export_pairs, import_model

Change = Callable[[dict[str, Any]], object]


def exported(people: Population, name: str = "person-shipped") -> dict[str, Any]:
    """A model's file, as JSON."""
    told: dict[str, Any] = json.loads(export_model(people.world.store, name, clock=people.world.clock))
    return told


def imported(people: Population, document: Any, **how: Any) -> Any:
    """Import a document."""
    text = document if isinstance(document, str) else json.dumps(document)
    return import_model(people.world.store, text, actor="ann", clock=people.world.clock, **how)


def test_a_file_comes_back_as_the_model_it_was(people: Population) -> None:
    made = imported(people, exported(people))

    assert made.known
    assert made.name == "person-shipped"
    assert made.version == shipped_model("person").version


def test_an_edited_file_is_another_model_and_says_what_it_was(people: Population) -> None:
    document = exported(people)
    shifted(+1)(document)

    made = imported(people, document)

    assert not made.known
    assert made.name == "person-imported-1"
    assert made.doubts == ["It was edited since it was exported as person-shipped."]
    stored = {row["name"]: row for row in list_models(people.world.store, clock=people.world.clock)}
    assert stored["person-imported-1"]["origin"] == "imported"
    assert not stored["person-imported-1"]["in_use"]


def test_names_are_given_once(file_people: Population) -> None:
    document = exported(file_people)
    names = []
    for bits in (1, 2):
        shifted(bits)(document)
        names.append(imported(file_people, document).name)
    shifted(3)(document)

    assert names == ["person-imported-1", "person-imported-2"]
    assert imported(file_people, document, name="ours").name == "ours"
    shifted(4)(document)
    with pytest.raises(UsageError, match="another model named ours"):
        imported(file_people, document, name="ours")


def drop_level(document: dict[str, Any]) -> None:
    """Take a level out."""
    del document["comparisons"][0]["comparison_levels"][1]


def rename_comparison(document: dict[str, Any]) -> None:
    """Misspell a comparison."""
    document["comparisons"][0]["output_column_name"] = "famly"


def empty_level(document: dict[str, Any]) -> None:
    """A level without probability."""
    del document["comparisons"][0]["comparison_levels"][1]["m_probability"]


def impossible(document: dict[str, Any]) -> None:
    """A probability beyond one."""
    document["comparisons"][0]["comparison_levels"][1]["m_probability"] = 1.5


def reorder(document: dict[str, Any]) -> None:
    """Comparisons in another order."""
    document["comparisons"].reverse()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (drop_level, r"In the comparison 'family' the level 'exact_rare' is missing"),
        (rename_comparison, r"The comparison 'family' is missing"),
        (empty_level, r"'family' the level 'exact_rare' needs m_probability and u_probability"),
        (impossible, r"'family' the probabilities of 'exact_rare' must lie in"),
        (reorder, r"in another order; it should be: family, given"),
        (lambda d: d["unsilo"].update(review=99_000), r"review threshold \(99000\) is above the merge"),
        (lambda d: d["unsilo"].pop("merge"), r"This is not a match model: 'merge'"),
        (lambda d: d[ABOUT].update(format=2), r"A newer Unsilo wrote this file"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(file_people: Population, change: Change, complaint: str) -> None:
    document = exported(file_people)
    change(document)

    with pytest.raises(UsageError, match=complaint):
        imported(file_people, document)


@pytest.mark.parametrize(("text", "complaint"), [("{", "not JSON"), ("[]", "not a JSON object"), ("{}", "--kind")])
def test_what_is_no_model_at_all_is_refused_in_a_sentence(file_people: Population, text: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        imported(file_people, text)


def test_a_model_comes_back_from_splink_with_its_weights(file_people: Population) -> None:
    store, clock = file_people.world.store, file_people.world.clock
    settings = export_model(store, "person-shipped", splink=True, clock=clock)

    made = imported(file_people, settings, splink=True, kind="person", name="from-splink")

    shipped, back = (show_model(store, name, clock=clock) for name in ("person-shipped", made.name))
    assert [one["levels"] for one in back["comparisons"]] == [one["levels"] for one in shipped["comparisons"]]
    assert (back["merge_bits"], back["review_bits"]) == (shipped["merge_bits"], shipped["review_bits"])


def test_candidate_pairs_go_to_a_table_two_rows_a_pair(people: Population, tmp_path: Path) -> None:
    import pyarrow.parquet

    file = tmp_path / "pairs.parquet"

    written = export_pairs(people.world.store, "person-shipped", file, clock=people.world.clock)

    table = pyarrow.parquet.read_table(file)
    assert table.num_rows == 2 * written > 0
    assert {"pair", "record", "family_level", "email_level"} <= set(table.column_names)
    assert set(table["record"].to_pylist()) <= {f"{k.source[:-2]}/{k.object}/{k.record_id}" for k in people.truth}


def test_a_misspelt_name_is_answered_with_the_nearest(file_people: Population) -> None:
    with pytest.raises(UsageError, match="Did you mean 'person-shipped'"):
        show_model(file_people.world.store, "person-shiped", clock=file_people.world.clock)
