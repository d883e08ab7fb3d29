"""Blind samples speak for the whole store, evaluation counts as the truth would, no question gives an answer away."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.identity.memory import score
from tests.unit.use_cases.models.population import Population, shifted
from tests.unit.use_cases.models.test_using_models import customers, named
from unified_model.errors import UsageError
from unified_model.store import samples
from unified_model.store.samples import Question
from unified_model.use_cases.models.evaluating import evaluate_model
from unified_model.use_cases.models.labelling import PAIRS_A_DECISION, gather_labels
from unified_model.use_cases.models.sampling import answer_questions, draw_sample, open_questions, read_answers
from unified_model.use_cases.models.scores import score_clusters
from unified_model.use_cases.models.strata import SHARES, allocate

EVERY = 100_000


def drawn(people: Population, pairs: int, seed: int = 1) -> list[Question]:
    """Draw pairs and read them back."""
    world = people.world
    draw_sample(world.store, "person", pairs, seed=seed, actor="ann", clock=world.clock)
    with world.store.read() as conn:
        return samples.questions(conn)


def answer_truly(people: Population, questions: list[Question]) -> None:
    """Answer as somebody who knows."""
    told = [
        (q.id, "same" if people.truth[q.left] == people.truth[q.right] else "different")
        for q in questions
        if q.answer is None
    ]
    answer_questions(people.world.store, told, actor="ann", clock=people.world.clock)


def test_a_sample_of_everything_measures_exactly_what_the_truth_would(people: Population) -> None:
    right, together, _ = people.pair_scores()
    questions = drawn(people, EVERY)
    answer_truly(people, questions)

    told = evaluate_model(people.world.store, "person-shipped", clock=people.world.clock)

    assert told.blind is not None
    assert told.blind.precision is not None
    assert told.blind.labels == len(questions) == len({(q.left, q.right) for q in questions})
    assert told.blind.precision.share == pytest.approx(right / together)
    assert together - right > 0


def test_samples_of_a_part_are_right_on_average(file_people: Population) -> None:
    everything = drawn(file_people, EVERY)
    same = sum(file_people.truth[q.left] == file_people.truth[q.right] for q in everything)
    found = []
    for seed in range(20):
        part = [q for q in drawn(file_people, 60, seed) if q.draw == seed + 2]
        answered = Counter(q.stratum for q in part)
        found.append(
            sum(
                q.stratum_pairs / answered[q.stratum] * (file_people.truth[q.left] == file_people.truth[q.right])
                for q in part
            )
        )

    assert sum(found) / len(found) == pytest.approx(same, rel=0.15)


def test_every_pair_is_in_the_stratum_that_it_says(people: Population) -> None:
    now = people.crosswalk()
    merge, review = thresholds(people)

    for q in drawn(people, EVERY):
        together = now[q.left] == now[q.right]
        if q.stratum in ("joined", "barely_joined"):
            assert together
        else:
            assert not together
            assert (q.stratum == "held_apart") == (q.weight >= merge)
            assert (q.stratum in ("nearly_doubtful", "apart")) == (q.weight < review)


def test_the_same_seed_draws_the_same_pairs(file_people: Population) -> None:
    first = drawn(file_people, 30, seed=3)
    again = [q for q in drawn(file_people, 30, seed=3) if q.draw == 2]
    other = [q for q in drawn(file_people, 30, seed=4) if q.draw == 3]

    assert [(q.left, q.right) for q in first] == [(q.left, q.right) for q in again]
    assert {(q.left, q.right) for q in first} != {(q.left, q.right) for q in other}


def test_a_question_shows_both_records_and_nothing_of_what_the_machine_thinks(people: Population) -> None:
    drawn(people, 20)

    questions = open_questions(people.world.store)

    assert len(questions) == 20
    assert all(set(one) == {"number", "kind", "a", "b"} for one in questions)
    shown = {name for one in questions for side in (one["a"], one["b"]) for name in side}
    assert shown.isdisjoint({"weight", "weight_bits", "stratum", "customer_id"})
    assert {"record", "name", "email"} <= shown


def test_what_a_decision_says_of_a_drawn_pair_is_its_answer(people: Population) -> None:
    group = max(customers(people.crosswalk()), key=len)
    made = people.world.unmerge(named(group[0]))
    people.world.resolve()
    apart = {(min(a, b), max(a, b)) for a in made.left for b in made.right}

    told = {(q.left, q.right): q for q in drawn(people, EVERY)}

    answered = {pair for pair, q in told.items() if q.answer is not None}
    assert answered == apart & told.keys()
    assert {told[pair].answer for pair in answered} == {"different"}


def test_an_answer_changes_no_customer_but_says_how_to(people: Population) -> None:
    questions = drawn(people, EVERY)
    ids = people.crosswalk()
    joined = next(q for q in questions if q.stratum == "joined")
    apart = next(q for q in questions if q.stratum == "apart")

    said = answer_questions(
        people.world.store,
        [(joined.id, "different"), (apart.id, "same"), (questions[-1].id, "skip")],
        actor="ann",
        clock=people.world.clock,
    )
    people.world.resolve()

    assert said[0].advice == f"unsilo unmerge {named(joined.right)}"
    assert said[1].advice == f"unsilo decide {named(apart.left)} {named(apart.right)} same"
    assert said[2].advice is None
    assert people.crosswalk() == ids


def test_an_answer_to_a_pair_that_nobody_drew_is_refused_and_none_of_its_file_is_kept(people: Population) -> None:
    questions = drawn(people, 5)

    with pytest.raises(UsageError, match="No pair 999 was drawn"):
        answer_questions(
            people.world.store, [(questions[0].id, "same"), (999, "same")], actor="ann", clock=people.world.clock
        )

    assert len(open_questions(people.world.store)) == 5


def test_answers_come_from_csv_or_from_the_json_that_was_printed(tmp_path: Path) -> None:
    table, document = tmp_path / "answers.csv", tmp_path / "answers.json"
    table.write_text("number,answer,note\n7,Same,\n8,d,\n9,,not sure yet\n", encoding="utf-8")
    document.write_text(json.dumps([{"number": 7, "answer": "skip", "a": {}}, {"number": 8, "answer": None}]))

    assert read_answers(table) == [(7, "same"), (8, "different")]
    assert read_answers(document) == [(7, "skip")]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("number;answer\n7;same\n", "no column"),
        ("number,answer\n7,perhaps\n", "entry 1: 'perhaps' for pair '7'"),
        ("number,answer\nx,same\n", "entry 1: 'same' for pair 'x'"),
        ("[{]", "is not JSON"),
    ],
)
def test_a_file_of_answers_that_cannot_be_read_is_told_where(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(UsageError, match=complaint):
        read_answers(file)


def test_a_decision_about_large_customers_gives_some_labels_and_not_all(file_people: Population) -> None:
    world = file_people.world
    groups = sorted(customers(file_people.crosswalk()), key=len)[-6:]
    lead = groups[0]
    for group in groups[1:]:
        world.decide(named(lead[0]), named(group[0]), "same")
        world.resolve()

    with world.store.read() as conn:
        labels = gather_labels(conn, "person", seed=1)
        again = gather_labels(conn, "person", seed=1)

    assert labels == again
    assert len(labels) <= PAIRS_A_DECISION * 5
    assert len(world.decisions()[-1].left) * len(world.decisions()[-1].right) > PAIRS_A_DECISION
    assert all(label.same and not label.blind and label.worth == 1 for label in labels)


def test_labels_of_a_blind_sample_add_up_to_the_pairs_they_speak_for(people: Population) -> None:
    first = drawn(people, 40, seed=1)
    answer_truly(people, first)
    second = [q for q in drawn(people, 60, seed=2) if q.draw == 2]
    answer_truly(people, second)
    sizes = {q.stratum: q.stratum_pairs for q in second}

    with people.world.store.read() as conn:
        labels = gather_labels(conn, "person", seed=1)

    assert len(labels) == 100
    assert sum(label.worth for label in labels) == pytest.approx(sum(sizes.values()))


def test_a_truth_file_gives_the_scores_of_the_benchmarks(people: Population, tmp_path: Path) -> None:
    file = people.truth_file(tmp_path / "truth.csv")
    now = people.crosswalk()
    keys = sorted(now)
    groups: dict[str, list[int]] = {}
    for place, key in enumerate(keys):
        groups.setdefault(now[key], []).append(place)
    expected = score(list(groups.values()), [str(people.truth[key]) for key in keys])

    told = evaluate_model(people.world.store, "person-shipped", clock=people.world.clock, truth=file).truth

    assert told is not None
    assert told.precision.share == pytest.approx(expected.precision)
    assert told.recall.share == pytest.approx(expected.recall)
    assert told.b_cubed == pytest.approx(expected.b_cubed)
    assert told.largest == expected.largest
    assert told.precision.lower < told.precision.share < told.precision.upper


def test_a_stricter_model_is_measured_without_being_used(people: Population, tmp_path: Path) -> None:
    file = people.truth_file(tmp_path / "truth.csv")
    people.put("strict", shifted(+8))
    ids = people.crosswalk()

    told = [
        evaluate_model(people.world.store, name, clock=people.world.clock, truth=file).truth
        for name in ("person-shipped", "strict")
    ]

    assert told[0] is not None
    assert told[1] is not None
    assert told[1].precision.share >= told[0].precision.share
    assert told[1].recall.share < told[0].recall.share
    assert people.crosswalk() == ids


def test_people_are_not_judged_for_the_machine(people: Population, tmp_path: Path) -> None:
    file = people.truth_file(tmp_path / "truth.csv")
    before = evaluate_model(people.world.store, "person-shipped", clock=people.world.clock, truth=file).truth
    one, other = customers(people.crosswalk())[:2]
    people.world.decide(named(one[0]), named(other[0]), "same")
    people.world.resolve()

    after = evaluate_model(people.world.store, "person-shipped", clock=people.world.clock, truth=file).truth

    assert after == before


def test_without_a_label_or_a_truth_there_is_nothing_to_judge_by(file_people: Population) -> None:
    with pytest.raises(UsageError, match="Draw pairs with `unsilo model sample`"):
        evaluate_model(file_people.world.store, "person-shipped", clock=file_people.world.clock)


def test_perfect_clusters_have_an_interval_too() -> None:
    found = score_clusters([1, 1, 2, 2, 3], ["a", "a", "b", "b", "c"])

    assert found.precision.share == found.recall.share == found.f1 == found.b_cubed == 1
    assert found.precision.lower < 0.3


def test_strata_too_small_for_their_share_leave_it_to_others() -> None:
    sizes = dict.fromkeys(SHARES, 1000) | {"joined": 3, "doubtful": 0}

    wanted = allocate(sizes, 200)

    assert sum(wanted.values()) == 200
    assert wanted["joined"] == 3
    assert allocate(dict.fromkeys(SHARES, 2), 200) == dict.fromkeys(SHARES, 2)


def thresholds(people: Population) -> tuple[int, int]:
    """(merge, review) of the persons' model in use."""
    from unified_model.use_cases.models.active import active_models

    model = active_models(people.world.store, people.world.clock)["person"]
    return model.merge, model.review
