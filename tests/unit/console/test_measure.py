"""Precision and recall of clusters, against counting every pair and every record one by one."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.demo.measure import b_cubed, pairwise

RECORDS = [("file", str(number)) for number in range(8)]
LABELS = st.fixed_dictionaries({record: st.sampled_from("abc") for record in RECORDS})


@given(LABELS, LABELS)
def test_pairwise_counts_what_counting_pairs_counts(
    found: dict[tuple[str, str], str], truth: dict[tuple[str, str], str]
) -> None:
    together = {pair for pair in combinations(RECORDS, 2) if found[pair[0]] == found[pair[1]]}
    belong = {pair for pair in combinations(RECORDS, 2) if truth[pair[0]] == truth[pair[1]]}

    measured = pairwise(found, truth)

    assert measured.precision == pytest.approx(len(together & belong) / max(1, len(together)))
    assert measured.recall == pytest.approx(len(together & belong) / max(1, len(belong)))


@given(LABELS, LABELS)
def test_b_cubed_averages_over_records(found: dict[tuple[str, str], str], truth: dict[tuple[str, str], str]) -> None:
    precision = recall = 0.0
    for record in RECORDS:
        cluster = {other for other in RECORDS if found[other] == found[record]}
        person = {other for other in RECORDS if truth[other] == truth[record]}
        precision += len(cluster & person) / len(cluster) / len(RECORDS)
        recall += len(cluster & person) / len(person) / len(RECORDS)

    measured = b_cubed(found, truth)

    assert measured.precision == pytest.approx(precision)
    assert measured.recall == pytest.approx(recall)


def test_perfect_clusters_measure_one() -> None:
    labels = {record: record[1] for record in RECORDS}

    assert b_cubed(labels, labels).f1 == 1.0
