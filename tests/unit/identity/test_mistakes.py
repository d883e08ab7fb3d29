"""Every pair that is joined wrongly, or missed, falls into exactly one kind of mistake."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.identity.labelled import LabelledSet
from benchmarks.identity.memory import Run
from benchmarks.identity.mistakes import sort_pairs, tell
from unified_model.entities import ContactPoint, PersonRecord
from unified_model.identity.model import shipped_model

MODEL = shipped_model("person")


def _run(pairs: list[tuple[int, int, int]], clusters: list[list[int]]) -> Run:
    left, right, weights = (np.array(column) for column in zip(*pairs, strict=True))
    levels = np.zeros((len(pairs), len(MODEL.comparisons)), dtype=np.int8)
    return Run([{}] * 6, left, right, weights, levels, clusters, {}, {}, 0)


def test_each_pair_falls_into_one_kind() -> None:
    strong, middle, weak = MODEL.merge, MODEL.review, MODEL.review - 1
    truth = ["x", "x", "y", "x", "x", "x"]
    pairs = [(0, 1, strong), (1, 2, strong), (0, 3, middle), (0, 4, weak), (1, 5, strong)]
    found = _run(pairs, [[0, 1, 2], [3], [4], [5]])

    kinds = sort_pairs(found, truth, MODEL)

    assert [places.tolist() for places in kinds[:5]] == [[1], [0], [2], [3], [4]]
    assert kinds.uncompared == [(0, 5), (1, 3), (1, 4), (3, 4), (3, 5), (4, 5)]


def test_a_true_pair_joined_through_a_third_record_is_no_mistake() -> None:
    found = _run([(0, 1, MODEL.merge), (1, 2, MODEL.merge)], [[0, 1, 2], [3], [4], [5]])

    kinds = sort_pairs(found, ["x", "x", "x", "a", "b", "c"], MODEL)

    assert kinds.uncompared == []
    assert len(kinds.right) == 2


def test_the_sheet_names_the_fields_that_agree_in_pairs_never_compared(capsys: pytest.CaptureFixture[str]) -> None:
    people = [
        PersonRecord(given_name="Ada", family_name="King", points=[ContactPoint("email", "ada.king@x.org")]),
        PersonRecord(given_name="Ada", family_name="King", points=[ContactPoint("email", "ada.king@x.org")]),
        PersonRecord(given_name="Augusta", job_title="Countess"),
    ]

    tell("few", LabelledSet("person", list(people), ["a", "b", "c"], ["1", "1", "1"]), examples=0)

    sheet = capsys.readouterr().out
    assert "uncompared        2  66.67%" in sheet
    assert sheet.rstrip().endswith("2 nothing")
