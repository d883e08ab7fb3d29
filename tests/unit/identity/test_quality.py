"""Quality on labelled data, far under what is measured in benchmarks: a guard against breaking it."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.identity.labelled import crm_companies, crm_exports, patstat_companies, public_persons
from benchmarks.identity.memory import forms_of, run, score
from unified_model.identity.model import shipped_model


def test_three_crm_exports_become_the_right_customers_without_settings(labelled_data: Path) -> None:
    data = crm_exports(labelled_data / "crm_exports")

    scores = score(run(forms_of(data), data.natural, shipped_model("person")).clusters, data.truth)

    assert scores.f1 >= 0.945
    assert scores.precision >= 0.98
    assert scores.largest <= 8


@pytest.mark.parametrize(("name", "wanted"), [("fake_1000", 0.90), ("febrl3", 0.985)])
def test_other_people_are_matched_by_the_same_model(labelled_data: Path, name: str, wanted: float) -> None:
    data = public_persons(name)

    scores = score(run(forms_of(data), data.natural, shipped_model("person")).clusters, data.truth)

    assert scores.f1 >= wanted
    assert scores.precision >= 0.98


def test_companies_that_persons_name_are_told_apart(labelled_data: Path) -> None:
    data = crm_companies(labelled_data / "crm_exports")

    scores = score(run(forms_of(data), data.natural, shipped_model("organization")).clusters, data.truth)

    assert scores.f1 >= 0.99
    assert scores.precision >= 0.99
    assert scores.largest <= 149


@pytest.mark.usefixtures("labelled_data")
def test_patent_applicants_are_never_merged_wrongly() -> None:
    data = patstat_companies()

    scores = score(run(forms_of(data), data.natural, shipped_model("organization")).clusters, data.truth)

    assert scores.precision >= 0.98
    assert scores.b_cubed >= 0.84
