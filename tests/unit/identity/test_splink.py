"""Models in Splink and back, with Splink itself: the same weights on the same pairs, and what it learns is read."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from benchmarks.identity.labelled import crm_companies, crm_exports
from benchmarks.identity.memory import forms_of, run
from tests.unit.identity.people import company_form, form
from unified_model.entities import Kind
from unified_model.errors import UsageError
from unified_model.identity.compare import LevelMatrix, Weights
from unified_model.identity.forms import Form
from unified_model.identity.learning.patterns import count_patterns
from unified_model.identity.learning.train import train
from unified_model.identity.model import MatchModel, read_model, shipped_model
from unified_model.identity.splink import (
    PAIRED,
    doubts_about,
    model_from_splink,
    origin_of,
    pairs_table,
    splink_settings,
)

splink = pytest.importorskip("splink", reason="Splink checks our models where it is installed (extra `splink`)")

ROUNDING = 0.0005
"""Bits: what a weight may lose when it becomes thousandths."""
KINDS: tuple[Kind, ...] = ("person", "organization")
GIVEN = ("Jane", "Bob", "Robert", "Дмитрий", "Dmitry", "军霞", "Junxia", "José", "Ågot", "Özlem", "Đorđe", "")
FAMILY = ("Müller", "Mueller", "刘", "Liu", "Иванова", "Ivanova", "Smith", "Doe", "Dough", "Şahin", "Nuñez", "Łukasz")
COMPANIES = ("Bäckerei Ünal GmbH", "Backerei Unal", "株式会社山田", "Яндекс ООО", "Acme Inc", "ACME, Inc.", "Ærø A/S")


class Pairs(NamedTuple):
    """Candidate pairs as compared here."""

    model: MatchModel
    levels: LevelMatrix
    weights: Weights
    left: list[str]
    right: list[str]

    def weights_under(self, model: MatchModel) -> Weights:
        """What these pairs weigh under a model of the same comparisons."""
        weights = np.full(len(self.levels), model.base, dtype=np.int32)
        for position, comparison in enumerate(model.comparisons):
            weights += np.array([level.weight for level in comparison.levels], dtype=np.int32)[self.levels[:, position]]
        return weights


def compared(kind: Kind, forms: list[Form]) -> Pairs:
    """The candidates of some forms, with what was found of them."""
    model = shipped_model(kind)
    natural = [f"{kind}/{number}" for number in range(len(forms))]
    found = run(forms, natural, model)
    left, right = ([natural[n] for n in side.tolist()] for side in (found.left, found.right))
    return Pairs(model, found.levels, found.weights, left, right)


def population(kind: Kind) -> list[Form]:
    """A few hundred people or companies, most of them not written in ASCII."""
    chance = random.Random(20261122)
    if kind == "organization":
        return [company_form(chance.choice(COMPANIES) + chance.choice(("", " 2", "é")), chance.choice((None, "acme.de",
                "ünal.com", "xn--nal-hoa.com"))) for _ in range(150)]  # fmt: skip
    return [
        form(
            given_name=chance.choice(GIVEN),
            family_name=chance.choice(FAMILY) + chance.choice(("", "a", "-Ünal")),
            email=chance.choice((None, f"{chance.choice('abcdef')}.ünal@müller.de", "info@acme.com")),
            phone=chance.choice((None, f"+49 221 5557{chance.randrange(100):02}")),
            company=chance.choice((None, *COMPANIES)),
            birth_date=chance.choice((None, f"198{chance.randrange(10)}-01-02", "1980-02-01")),
            suffix=chance.choice((None, None, None, "Jr", "Sr")),
        )
        for _ in range(400)
    ]


def every_level(kind: Kind) -> Pairs:
    """Pairs that show all levels of all comparisons, in any combination."""
    model = shipped_model(kind)
    chance = np.random.default_rng(7)
    levels = np.stack([chance.integers(0, len(one.levels), 2000) for one in model.comparisons], axis=1).astype(np.int8)
    pairs = Pairs(
        model, levels, np.zeros(0, dtype=np.int32), [f"a{n}" for n in range(2000)], [f"ø{n}" for n in range(2000)]
    )
    return pairs._replace(weights=pairs.weights_under(model))


@pytest.fixture(scope="module")
def crm(request: pytest.FixtureRequest) -> dict[Kind, Pairs]:
    """Pairs of real-looking exports, or of a generated population where there is no labelled data."""
    try:
        folder: Path = request.getfixturevalue("labelled_data") / "crm_exports"
    except pytest.skip.Exception:
        return {kind: compared(kind, population(kind)) for kind in KINDS}
    persons, companies = crm_exports(folder), crm_companies(folder)
    return {
        "person": compared("person", forms_of(persons._replace(records=persons.records[:2500]))),
        "organization": compared("organization", forms_of(companies._replace(records=companies.records[:1500]))),
    }


def linker_over(pairs: Pairs, settings: dict[str, Any]) -> Any:
    """Splink over a table of pairs."""
    table = pairs_table(pairs.model, pairs.levels, pairs.left, pairs.right)
    return splink.Linker(splink.DuckDBAPI().register(table), settings)


def splinks_weights(pairs: Pairs, settings: dict[str, Any]) -> Any:
    """The weight Splink gives each pair, in bits, in our order; every pair must be there once, with its two records."""
    found = linker_over(pairs, settings).inference.predict().as_pyarrow_table().sort_by("pair_l")
    assert found["pair_l"].to_pylist() == list(range(len(pairs.levels)))
    assert found["record_l"].to_pylist() == pairs.left
    assert found["record_r"].to_pylist() == pairs.right
    return found["match_weight"].to_numpy()


def bound(model: MatchModel) -> float:
    """How far apart a sum of rounded weights and the unrounded sum can be."""
    return ROUNDING * (len(model.comparisons) + 1) + 1e-9


def trained_in_splink(pairs: Pairs) -> dict[str, Any]:
    """What Splink's EM makes of a model, as it saves it."""
    linker = linker_over(pairs, splink_settings(pairs.model))
    linker.training.estimate_parameters_using_expectation_maximisation(
        PAIRED,
        fix_u_probabilities=False,
        populate_probability_two_random_records_match_from_trained_values=True,
    )
    return dict(json.loads(json.dumps(linker.misc.save_model_to_json())))


@pytest.mark.parametrize("kind", KINDS)
def test_splink_gives_our_weights_to_our_pairs(crm: dict[Kind, Pairs], kind: Kind) -> None:
    pairs = crm[kind]

    theirs = splinks_weights(pairs, splink_settings(pairs.model))

    assert len(theirs) > 1000
    assert np.abs(theirs - pairs.weights / 1000).max() <= bound(pairs.model)


@pytest.mark.parametrize("kind", KINDS)
def test_splink_gives_our_weights_to_people_and_companies_of_any_script(kind: Kind) -> None:
    pairs = compared(kind, population(kind))

    theirs = splinks_weights(pairs, splink_settings(pairs.model))

    assert len(theirs) > 1000
    assert np.abs(theirs - pairs.weights / 1000).max() <= bound(pairs.model)


@pytest.mark.parametrize("kind", KINDS)
def test_splink_gives_our_weight_to_every_level(kind: Kind) -> None:
    pairs = every_level(kind)

    theirs = splinks_weights(pairs, splink_settings(pairs.model))

    assert np.abs(theirs - pairs.weights / 1000).max() <= bound(pairs.model)


@pytest.mark.parametrize("kind", KINDS)
def test_a_shipped_model_is_splinks_settings_but_for_our_keys(kind: Kind) -> None:
    document = copy.deepcopy(dict(shipped_model(kind).document))
    settings = splink_settings(shipped_model(kind))

    for comparison, theirs in zip(document["comparisons"], settings["comparisons"], strict=True):
        levels = [level for level in theirs["comparison_levels"] if level["sql_condition"] != "ELSE"]
        for level, given in zip(comparison["comparison_levels"], levels, strict=True):
            assert level | {"unsilo": None} == given | {"unsilo": None} or given["fix_u_probability"]
        del comparison["comparison_levels"], comparison["unsilo"], theirs["comparison_levels"]
    del document["unsilo"], settings["linker_uid"]
    assert document == settings


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_that_splink_saved_untrained_comes_back_as_it_was(
    tmp_path: Path, crm: dict[Kind, Pairs], kind: Kind
) -> None:
    pairs = crm[kind]
    linker_over(pairs, splink_settings(pairs.model)).misc.save_model_to_json(str(tmp_path / "splink.json"))
    linker_over(pairs, str(tmp_path / "splink.json")).misc.save_model_to_json(str(tmp_path / "again.json"))  # type: ignore[arg-type]

    settings = json.loads((tmp_path / "again.json").read_text(encoding="utf-8"))
    document = model_from_splink(settings, pairs.model)

    assert origin_of(settings) == (kind, pairs.model.version)
    assert read_model(json.dumps(document)) == pairs.model
    assert list(document) == list(pairs.model.document)


@pytest.mark.parametrize("kind", KINDS)
def test_splink_gives_a_model_trained_here_the_weights_it_has_here(crm: dict[Kind, Pairs], kind: Kind) -> None:
    pairs = crm[kind]
    trained = read_model(json.dumps(train(pairs.model, count_patterns([pairs.levels]), None, seed=7).document))

    theirs = splinks_weights(pairs, splink_settings(trained))

    assert trained.version != pairs.model.version
    assert np.abs(theirs - pairs.weights_under(trained) / 1000).max() <= bound(trained)


@pytest.mark.parametrize("kind", KINDS)
def test_what_splink_trained_weighs_here_as_it_does_there(crm: dict[Kind, Pairs], kind: Kind) -> None:
    pairs = crm[kind]
    settings = trained_in_splink(pairs)

    trained = read_model(json.dumps(model_from_splink(settings, pairs.model)))

    theirs = splinks_weights(pairs, splink_settings(trained))
    ours = pairs.weights_under(trained)
    assert np.abs(theirs - ours / 1000).max() <= bound(trained)
    assert np.abs(splinks_weights(pairs, settings) - ours / 1000).max() <= bound(trained)
    assert trained.version != pairs.model.version
    assert np.corrcoef(ours, pairs.weights)[0, 1] > 0.8


def test_levels_that_splink_never_saw_keep_their_weights_and_are_named(crm: dict[Kind, Pairs]) -> None:
    pairs = crm["person"]
    settings = trained_in_splink(pairs)

    trained = read_model(json.dumps(model_from_splink(settings, pairs.model)))
    doubts = "\n".join(doubts_about(settings, pairs.model))

    for position, (comparison, before) in enumerate(zip(trained.comparisons, pairs.model.comparisons, strict=True)):
        seen = set(pairs.levels[:, position].tolist())
        for number, (level, former) in enumerate(zip(comparison.levels, before.levels, strict=True)):
            assert (level.name, level.says, level.conflict) == (former.name, former.says, former.conflict)
            if number and number not in seen:
                assert level.weight == former.weight
                assert f"{comparison.name}, {level.says}: not trained" in doubts
    assert (trained.merge, trained.review, trained.support) == (
        pairs.model.merge,
        pairs.model.review,
        pairs.model.support,
    )


def test_splink_charts_show_our_comparisons(crm: dict[Kind, Pairs]) -> None:
    pairs = crm["person"]
    linker = linker_over(pairs, splink_settings(pairs.model))
    record = linker.inference.predict().as_record_list(limit=1)[0]

    bars = [bar.as_dict() for bar in linker.visualisations.match_weights_chart().chart_data]
    falls = linker.visualisations.waterfall_chart([record]).chart_data

    family = {bar["label_for_charts"]: bar["log2_bayes_factor"] for bar in bars if bar["comparison_name"] == "family"}
    assert family["same rare family name"] == pytest.approx(pairs.model.comparisons[0].levels[1].weight / 1000)
    assert sum(fall["log2_bayes_factor"] for fall in falls[:-1]) == pytest.approx(record["match_weight"])
    assert falls[-1]["log2_bayes_factor"] == pytest.approx(pairs.weights[record["pair_l"]] / 1000, abs=0.01)


def test_a_table_can_be_written_in_parts() -> None:
    model, levels, _, left, right = every_level("organization")

    whole = pairs_table(model, levels, left, right)
    first = pairs_table(model, levels[:900], left[:900], right[:900])
    rest = pairs_table(model, levels[900:], left[900:], right[900:], first=900)

    assert first.to_pylist() + rest.to_pylist() == whole.to_pylist()


def _without_a_comparison(settings: dict[str, Any]) -> None:
    settings["comparisons"] = [one for one in settings["comparisons"] if one["output_column_name"] != "phone"]


def _with_a_foreign_comparison(settings: dict[str, Any]) -> None:
    settings["comparisons"][0]["output_column_name"] = "shoe_size"


def _without_a_level(settings: dict[str, Any]) -> None:
    levels = settings["comparisons"][0]["comparison_levels"]
    levels[:] = [level for level in levels if "'contained'" not in level["sql_condition"]]


def _with_a_foreign_level(settings: dict[str, Any]) -> None:
    settings["comparisons"][0]["comparison_levels"].append({"sql_condition": "levenshtein(name_l, name_r) < 2"})


def _with_term_frequencies(settings: dict[str, Any]) -> None:
    settings["comparisons"][0]["comparison_levels"][1]["tf_adjustment_column"] = "name"


def _with_a_certain_level(settings: dict[str, Any]) -> None:
    settings["comparisons"][0]["comparison_levels"][1]["u_probability"] = 0.0


def _with_text_for_a_number(settings: dict[str, Any]) -> None:
    settings["comparisons"][0]["comparison_levels"][1]["m_probability"] = "often"


def _without_a_prior(settings: dict[str, Any]) -> None:
    settings["probability_two_random_records_match"] = 1.0


def _with_no_comparisons(settings: dict[str, Any]) -> None:
    del settings["comparisons"]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_without_a_comparison, "lacks the comparison phone"),
        (_with_a_foreign_comparison, "lacks the comparison name"),
        (_without_a_level, "lacks a level: name_level_l = 'contained'"),
        (_with_a_foreign_level, "has a level of its own: levenshtein"),
        (_with_term_frequencies, "adjusts for term frequencies"),
        (_with_a_certain_level, "has the probability 0.0"),
        (_with_text_for_a_number, "has the probability 'often'"),
        (_without_a_prior, "is 1.0, not within 0 and 1"),
        (_with_no_comparisons, "'comparisons' is missing"),
    ],
)
def test_what_does_not_fit_our_comparisons_is_refused_with_a_reason(spoil: Any, told: str) -> None:
    model = shipped_model("organization")
    settings = splink_settings(model)
    spoil(settings)

    with pytest.raises(UsageError, match=told):
        model_from_splink(settings, model)


def test_settings_that_splink_named_itself_tell_no_model_of_ours() -> None:
    assert origin_of({"linker_uid": "x3k9a0qq"}) is None
    assert origin_of({}) is None
