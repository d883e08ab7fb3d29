"""Clusters: independent of order, under people's decisions, never across a conflict."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.identity.people import company_form, form
from unified_model.identity.cluster import Clustering, HeldApart, cluster_component
from unified_model.identity.model import shipped_model

MODEL = shipped_model("person")
STRONG, STRONGER = MODEL.merge + 1000, MODEL.merge + 5000


def cluster(links: list[tuple[int, int, int]], forms: dict[int, Any] | None = None, **more: Any) -> Clustering:
    members = sorted({end for a, b, _ in links for end in (a, b)})
    known = {member: (forms or {}).get(member, {}) for member in members}
    natural = {member: f"s/{member:03d}" for member in members}
    return cluster_component(members, natural, links, known, more.pop("model", MODEL), **more)


def test_strong_links_chain_and_weak_ones_do_not() -> None:
    result = cluster([(1, 2, STRONG), (2, 3, STRONG), (3, 4, MODEL.merge - 1)])

    assert result == Clustering([[1, 2, 3], [4]], [])


def test_a_conflict_that_nothing_outvotes_keeps_clusters_apart() -> None:
    forms = {1: form(given_name="Jane"), 2: {}, 3: form(given_name="Robert")}

    result = cluster([(1, 2, STRONGER), (2, 3, STRONG)], forms)

    assert result == Clustering([[1, 2], [3]], [HeldApart(2, 3, STRONG, "conflict")])


def test_one_odd_name_among_many_that_agree_is_outvoted() -> None:
    forms = {1: form(given_name="Roberto"), 2: form(given_name="Beto"), 3: form(given_name="Alberto")}
    links = [(1, 2, STRONGER), (1, 3, STRONG), (2, 3, STRONG)]

    assert cluster(links, forms).clusters == [[1, 2, 3]]
    assert cluster(links, forms | {2: form(given_name="Roberto")}).clusters == [[1, 2], [3]]


def test_an_odd_name_beside_the_right_number_does_not_keep_others_apart() -> None:
    number = {"external_ids": {"tax": "123456789"}}
    forms = {1: form(given_name="Jane", **number), 2: form(given_name="Robert", **number), 3: form(given_name="Jane")}
    links = [(1, 2, STRONGER), (1, 3, STRONG), (2, 3, STRONG)]

    assert cluster(links, forms).clusters == [[1, 2, 3]]


def test_a_mistyped_date_is_outvoted_by_dates_that_agree() -> None:
    dates = {1: "1950-02-11", 2: "1973-12-24", 3: "1973-02-11"}
    forms = {n: form(given_name="Jane", family_name="Doe", birth_date=date) for n, date in dates.items()}

    assert cluster([(2, 3, STRONGER), (1, 3, STRONG), (1, 2, STRONG)], forms).clusters == [[1, 2, 3]]
    assert cluster([(1, 2, STRONG)], forms).clusters == [[1], [2]]


def test_a_word_nobody_is_called_contradicts_no_given_name() -> None:
    forms = {1: form(given_name="Jane"), 2: form(given_name="Chanfalman"), 3: form(given_name="Robert")}

    assert cluster([(1, 2, STRONG)], forms).clusters == [[1, 2]]
    assert cluster([(1, 3, STRONG)], forms).clusters == [[1], [3]]


def test_neither_an_initial_nor_a_record_without_a_name_leads_from_one_twin_to_the_other() -> None:
    forms = {1: form(given_name="Anna"), 2: form(given_name="A."), 3: form(), 4: form(given_name="Andrea")}
    links = [(1, 2, STRONGER), (1, 3, STRONGER), (3, 4, STRONG), (2, 4, STRONG)]

    assert cluster(links, forms).clusters == [[1, 2, 3], [4]]


def test_father_and_son_are_not_voted_together() -> None:
    forms = {n: form(given_name="Pat", suffix=suffix) for n, suffix in ((1, "Jr"), (2, None), (3, None), (4, "Sr"))}
    links = [(1, 2, STRONGER), (1, 3, STRONGER), (2, 3, STRONGER), (1, 4, STRONG), (2, 4, STRONG), (3, 4, STRONG)]

    assert cluster(links, forms).clusters == [[1, 2, 3], [4]]


def test_one_strong_link_among_many_that_are_none_does_not_chain_two_clusters() -> None:
    inside = [
        (1, 2, STRONGER),
        (1, 3, STRONGER),
        (2, 3, STRONGER),
        (4, 5, STRONGER),
        (4, 6, STRONGER),
        (5, 6, STRONGER),
    ]

    result = cluster([*inside, (3, 4, STRONG)])

    assert result == Clustering([[1, 2, 3], [4, 5, 6]], [HeldApart(3, 4, STRONG, "thin")])


def test_two_clusters_of_many_records_must_agree_better_than_two_of_few() -> None:
    def bound(left: int, right: int, weight: int) -> list[list[int]]:
        sides = [list(range(left)), list(range(left, left + right))]
        inside = [(a, b, STRONGER) for side in sides for a in side for b in side if a < b]
        return cluster([*inside, *((a, b, weight) for a in sides[0] for b in sides[1])]).clusters

    assert bound(1, 4, MODEL.merge) == [[0, 1, 2, 3, 4]]
    assert bound(4, 4, MODEL.merge) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert bound(4, 4, MODEL.merge + 2 * MODEL.support_growth) == [[0, 1, 2, 3, 4, 5, 6, 7]]


def test_two_records_alone_obey_the_same_conflict() -> None:
    forms = {1: form(given_name="Jane"), 2: form(given_name="Robert")}

    assert cluster([(1, 2, STRONGER)], forms).clusters == [[1], [2]]


def test_a_decision_joins_what_no_link_does_even_across_a_conflict() -> None:
    forms = {1: form(given_name="Jane"), 2: form(given_name="Robert")}

    result = cluster([(1, 2, 0)], forms, same=[frozenset({1, 2, 99})])

    assert result.clusters == [[1, 2]]


def test_no_member_of_one_side_ever_meets_one_of_the_other() -> None:
    links = [(1, 2, STRONGER), (2, 3, STRONGER), (3, 4, STRONGER)]

    result = cluster(links, different=[(frozenset({1}), frozenset({4, 7}))])

    assert result.clusters == [[1, 2, 3], [4]]
    assert result.held_apart == []


def test_a_decision_that_contradicts_another_opens_a_review() -> None:
    result = cluster([(1, 2, STRONG)], same=[frozenset({1, 2})], different=[(frozenset({1}), frozenset({2}))])

    assert result.clusters == [[1], [2]]
    assert [one.reason for one in result.held_apart] == ["contradiction"]


def test_a_source_with_one_record_a_customer_never_gives_two() -> None:
    result = cluster([(1, 2, STRONG), (2, 3, STRONGER)], unique_of={1: "erp", 3: "erp"})

    assert result.clusters == [[1], [2, 3]]
    assert [one.reason for one in result.held_apart] == ["unique"]


def test_a_cluster_over_the_limit_is_held_together_by_stronger_links_only() -> None:
    model = dataclasses.replace(MODEL, size_limit=3, support=None)
    links = [(1, 2, STRONGER), (2, 3, STRONGER), (3, 4, STRONG), (4, 5, STRONGER)]

    result = cluster(links, model=model)

    assert result.clusters == [[1, 2, 3], [4, 5]]
    assert result.held_apart == [HeldApart(3, 4, STRONG, "oversize")]


def test_companies_of_one_name_with_domains_of_their_own_are_not_bridged_by_a_record_without() -> None:
    forms = {
        1: company_form("Rador LLP", "rador-secu.co.uk"),
        2: company_form("Rador"),
        3: company_form("Rador", "rador-indu.com"),
    }

    result = cluster([(1, 2, 6000), (2, 3, 5000)], forms, model=shipped_model("organization"))

    assert result.clusters == [[1, 2], [3]]


GIVEN = st.sampled_from(("Jane", "Janet", "Bob", "Robert", "Tom", ""))
WORLDS = st.tuples(
    st.lists(GIVEN, min_size=3, max_size=8),
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(0, 12).map(lambda n: n * 1000)), max_size=20),
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=2),
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=2),
    st.randoms(use_true_random=False),
)


@given(WORLDS)
def test_clusters_do_not_depend_on_the_order_or_numbering_of_records(world: Any) -> None:
    names, raw_links, together, apart, chance = world
    n = len(names)
    weights = {(min(a, b), max(a, b)): w for a, b, w in raw_links if a < n and b < n and a != b}
    model = dataclasses.replace(MODEL, size_limit=4)

    def clusters(numbers: list[int], shuffled: bool) -> Any:
        members = [numbers[i] for i in range(n)]
        links = [(numbers[a], numbers[b], w) for (a, b), w in weights.items()]
        if shuffled:
            chance.shuffle(members)
            chance.shuffle(links)
            links = [(b, a, w) for a, b, w in links]
        natural = {numbers[i]: f"{i:02d}" for i in range(n)}
        forms = {numbers[i]: form(given_name=names[i]) for i in range(n)}
        same = [frozenset({numbers[a], numbers[b]}) for a, b in together if a < n and b < n]
        different = [(frozenset({numbers[a]}), frozenset({numbers[b]})) for a, b in apart if a < n and b < n and a != b]
        result = cluster_component(members, natural, links, forms, model, same, different)
        back = {number: i for i, number in enumerate(numbers)}
        held = sorted((*sorted((back[one.a], back[one.b])), one.reason) for one in result.held_apart)
        return [[back[member] for member in group] for group in result.clusters], held

    straight = clusters(list(range(n)), shuffled=False)
    turned = clusters(chance.sample(range(100), n), shuffled=True)

    assert straight == turned
    assert sorted(member for group in straight[0] for member in group) == list(range(n))
