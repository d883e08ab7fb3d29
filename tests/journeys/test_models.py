"""From shipped models to one of one's own and back, as a person types it: sample, train, judge, compare, use."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import Outcome, Place
from tests.journeys.test_postgresql import database

__all__ = ["database"]

CROSSWALK = ("query", "select source, record_id, customer_id from crosswalk order by 1, 2", "--json")


@pytest.fixture(params=["sqlite", "postgresql"])
def hub(request: pytest.FixtureRequest, place: Place, exports: Path) -> Place:
    """The people of three exports, synced, on each backend."""
    shutil.copytree(exports, place.folder / "exports")
    store = ("--store", request.getfixturevalue("database")) if request.param == "postgresql" else ()
    assert place.unsilo("init", "exports", "--yes", *store).code == 0
    assert place.unsilo("sync").code == 3
    return place


@pytest.fixture
def small(place: Place) -> Place:
    """Two people in one file, synced."""
    place.write("people.csv", "Id,First Name,Last Name,Email\n1,Ann,Smith,ann@x.org\n2,Anna,Smith,ann@x.org\n")
    place.unsilo("init", "people.csv", "--yes")
    assert place.unsilo("sync").code == 0
    return place


def asked(place: Place, *words: str) -> Any:
    """What a reading command answers as JSON."""
    told = place.unsilo("model", *words, "--json")
    assert told.code == 0, told.err
    return told.json


def variant(place: Place, name: str, bits: float) -> Outcome:
    """Import the shipped model for persons with both thresholds moved."""
    document = json.loads(place.unsilo("model", "export", "person-shipped").out)
    for threshold in ("merge", "review"):
        document["unsilo"][threshold] += round(1000 * bits)
    file = place.write(f"{name}.json", json.dumps(document))
    return place.unsilo("model", "import", str(file), "--name", name)


def answers_of(place: Place) -> Path:
    """Answer every open pair as the truth of the exports knows it."""
    with (place.folder / "exports/truth.csv").open(newline="") as lines:
        truth = {row["record_id"]: row["person_id"] for row in csv.DictReader(lines)}
    rows = ["number,answer"]
    for one in asked(place, "sample"):
        owners = [truth.get(one[side]["record"].rsplit("/", 1)[1]) for side in ("a", "b")]
        rows.append(f"{one['number']},{'same' if owners[0] == owners[1] else 'different'}")
    return place.write("answers.csv", "\n".join(rows) + "\n")


@pytest.mark.timeout(300)
def test_a_model_is_trained_judged_used_and_left_again(hub: Place) -> None:
    ids = hub.unsilo(*CROSSWALK).out

    drawn = hub.unsilo("model", "sample", "--pairs", "120")
    answered = hub.unsilo("model", "sample", "--answers", str(answers_of(hub)))
    trained = hub.unsilo("model", "train", "--name", "ours")
    again = hub.unsilo("model", "train")
    judged = hub.unsilo("model", "evaluate", "person-shipped")
    measured = asked(hub, "evaluate", "person-shipped", "--truth", "exports/truth.csv")

    assert (drawn.code, answered.code, trained.code, judged.code) == (0, 0, 0, 0), trained.err + judged.err
    assert "120 pairs drawn out of" in drawn.out
    assert "120 answers kept" in answered.out
    assert again.code == 0
    assert "120 pairs drawn blindly" in judged.out
    blind = asked(hub, "evaluate", "person-shipped")["blind"]
    assert blind["precision"]["lower"] <= measured["truth"]["precision"]["share"] <= blind["precision"]["upper"]
    assert blind["recall"]["lower"] <= measured["truth"]["recall"]["share"] <= blind["recall"]["upper"]

    assert variant(hub, "strict", +4).code == 0
    told = asked(hub, "compare", "person-shipped", "strict")
    used = hub.unsilo("model", "use", "strict", "--yes")
    status = hub.unsilo("status")
    between = hub.unsilo(*CROSSWALK).out
    rebuilt = hub.unsilo("store", "rebuild")

    assert told["split"] > 0
    assert told["examples"][0]["before"][0]["records"][0]["name"]
    assert used.code == 0, used.err
    assert f"{told['split']} customers would be split" in used.out
    assert f"{told['ids_new']} created" in used.out
    assert between != ids
    assert "Pushes are paused because the model strict was put in use" in status.out
    assert (rebuilt.code, "everything is as it was" in rebuilt.out) == (0, True)
    assert {row["name"] for row in asked(hub, "list") if row["in_use"]} == {"strict", "organization-shipped"}

    assert hub.unsilo("model", "use", "person-shipped", "--yes", "--later").code == 0
    assert "not resolved yet" in hub.unsilo("status").out
    assert hub.unsilo("resolve").code == 0
    assert hub.unsilo(*CROSSWALK).out == ids
    assert hub.unsilo("model", "approve").code == 0
    assert "paused" not in hub.unsilo("status").out
    assert hub.unsilo("store", "verify").code == 0


def test_nothing_changes_when_the_preview_is_not_confirmed(small: Place) -> None:
    variant(small, "strict", +30)
    ids = small.unsilo(*CROSSWALK).out

    refused = small.process("model", "use", "strict", stdin="n\n")

    assert refused.code == 1
    assert "1 customer would be split" in refused.out
    assert small.unsilo(*CROSSWALK).out == ids
    assert [row["name"] for row in asked(small, "list") if row["in_use"]] == ["organization-shipped", "person-shipped"]


def test_pairs_are_judged_at_a_terminal(small: Place) -> None:
    small.unsilo("model", "sample", "--pairs", "5")

    judged = small.process("model", "sample", "--answer", stdin="d\n")

    assert judged.code == 0, judged.err
    assert "ann@x.org" in judged.out
    assert "unsilo unmerge people/people/2" in judged.out
    assert "bits" not in judged.out
    assert asked(small, "sample") == []


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("use", "person-shiped", "--yes"), "Did you mean 'person-shipped'?"),
        (("use", "person-shipped", "--yes"), "person-shipped is in use already"),
        (("compare", "person-shipped", "organization-shipped"), "they have nothing in common"),
        (("evaluate", "person-shipped"), "Draw pairs with `unsilo model sample`"),
        (("evaluate", "person-shipped", "--truth", "people.csv"), "has no column 'file'"),
        (("import", "people.csv"), "This is not JSON"),
        (("train", "--name", "person-shipped"), "There is another model named person-shipped"),
        (("train", "--from", "organization-shipped"), "organization-shipped is a model of organizations"),
        (("sample", "--kind", "organization", "--pairs", "5"), "nothing to judge"),
    ],
)
def test_a_mistake_is_answered_with_a_sentence(small: Place, words: tuple[str, ...], complaint: str) -> None:
    told = small.unsilo("model", *words)

    assert told.code == 2, told.out
    assert complaint in told.err
    assert len(told.err.strip().splitlines()) == 1


def test_a_model_goes_to_a_file_and_into_another_store(small: Place, tmp_path: Path) -> None:
    variant(small, "ours", +1)
    small.unsilo("model", "export", "ours", "--to", "ours.json")
    other = Place(tmp_path / "other", small.environment)
    other.write("people.csv", "Id,First Name,Last Name,Email\n1,Bo,Berg,bo@x.org\n")
    other.unsilo("init", "people.csv", "--yes")
    other.unsilo("sync")

    taken = other.unsilo("model", "import", str(small.folder / "ours.json"))

    assert "stored as ours" in taken.out
    assert other.unsilo("model", "export", "ours").out.count("merge") == 1
    assert asked(other, "show", "ours")["version"] == asked(small, "show", "ours")["version"]
