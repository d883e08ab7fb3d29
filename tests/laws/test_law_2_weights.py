"""Law 2, its root: what a pair weighs depends on the pair alone, not on its order, its company or when it is asked."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import ACCOUNTS, CONTACTS, account, contact
from tests.laws.worlds import organization_columns, person_columns
from unified_model.identity import compare
from unified_model.identity.conflict import conflict_of
from unified_model.identity.keys import keys_of
from unified_model.identity.model import shipped_model
from unified_model.identity.stats import people_bucket, size_bucket
from unified_model.use_cases.unify import unifier

WORDS = st.text("abeinrst. -'éß", min_size=1, max_size=12)
_person, _organization = unifier(CONTACTS), unifier(ACCOUNTS)


@st.composite
def odd_person_columns(draw: st.DrawFn) -> dict[str, Any]:
    """Names and addresses that nobody has thought of, between the usual ones."""
    columns = draw(person_columns())
    for name in draw(st.sets(st.sampled_from(("First", "Last", "Company", "City")))):
        columns[name] = draw(WORDS)
    if draw(st.booleans()):
        columns["Email"] = (
            f"{draw(st.text('abs.1', min_size=1, max_size=9))}@{draw(st.sampled_from(('a.com', 'b.org')))}"
        )
    return columns


@st.composite
def odd_organization_columns(draw: st.DrawFn) -> dict[str, Any]:
    """Company names beside the usual ones."""
    columns = draw(organization_columns())
    if draw(st.booleans()):
        columns["Name"] = draw(WORDS)
    return columns


PERSONS = st.lists(odd_person_columns().map(lambda c: _person([contact(**c)])[0].form), min_size=2, max_size=8)
ORGANIZATIONS = st.lists(
    odd_organization_columns().map(lambda c: _organization([account(**c)])[0].form), min_size=2, max_size=8
)
BLOCKS = st.one_of(st.tuples(st.just("person"), PERSONS), st.tuples(st.just("organization"), ORGANIZATIONS))


def stats_of(kind: Any, forms: list[dict[str, Any]]) -> dict[int, tuple[int, int]]:
    """Buckets as the store would hold them, a little exaggerated so that common values are common."""
    blocks: dict[int, list[dict[str, Any]]] = {}
    for form in forms:
        for key in keys_of(kind, form):
            blocks.setdefault(key.hash, []).append(form)
    return {key: (size_bucket(3 * len(block)), people_bucket(block)) for key, block in blocks.items()}


@given(BLOCKS)
def test_a_pair_weighs_the_same_either_way_round(block: tuple[Any, list[dict[str, Any]]]) -> None:
    kind, forms = block
    left, right = np.triu_indices(len(forms), 1)
    model, stats = shipped_model(kind), stats_of(kind, forms)

    one_way, levels = compare.weigh(model, forms, left, right, stats)
    other_way, other_levels = compare.weigh(model, forms, right, left, stats)

    for n, pair in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        told = [forms[i] for i in pair], levels[n].tolist(), other_levels[n].tolist()
        assert one_way[n] == other_way[n], told


@given(BLOCKS)
def test_a_pair_weighs_the_same_alone_and_among_others(block: tuple[Any, list[dict[str, Any]]]) -> None:
    kind, forms = block
    left, right = np.triu_indices(len(forms), 1)
    model, stats = shipped_model(kind), stats_of(kind, forms)

    among, _ = compare.weigh(model, forms, left, right, stats)

    for n, (i, j) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        own = {key.hash for form in (forms[i], forms[j]) for key in keys_of(kind, form)}
        known = {key: stat for key, stat in stats.items() if key in own}
        alone, _ = compare.weigh(model, [forms[i], forms[j]], [0], [1], known)
        assert alone[0] == among[n], (forms[i], forms[j])


@given(PERSONS)
def test_a_conflict_is_one_either_way_round(forms: list[dict[str, Any]]) -> None:
    for one in forms:
        for other in forms:
            assert conflict_of("person", one, other) == conflict_of("person", other, one)


@given(BLOCKS, st.randoms(use_true_random=False))
def test_how_many_people_share_a_key_does_not_depend_on_their_order(
    block: tuple[Any, list[dict[str, Any]]], chance: Any
) -> None:
    _, forms = block
    turned = chance.sample(forms, len(forms))

    assert people_bucket(forms) == people_bucket(turned)
