"""Updates: what people hold is compared first, and what was overwritten unseen is seen afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.contract import Op
from connectors.hubspot.sending import WriteOptions
from tests.unit.hubspot.writing import Desk, change, desk, outcomes
from tests.unit.hubspot.writing_portal import Misfortune


@pytest.fixture
def at() -> Iterator[Desk]:
    with desk() as each:
        yield each


def test_only_properties_that_differ_are_sent(at: Desk) -> None:
    one = at.portal.make(email="ada@acme.de", city="Kiel")

    [result] = at.write(change(one, {"city": "Bonn", "email": "ADA@acme.de"}, {"city": "Kiel", "email": "ada@acme.de"}))

    assert (result.outcome, result.record_id) == ("updated", one)
    assert at.sent() == [[{"city": "Bonn"}]]
    assert at.portal.values(one)["city"] == "Bonn"


def test_what_is_there_already_costs_no_write(at: Desk) -> None:
    one = at.portal.make(city="Bonn")

    [result] = at.write(change(one, {"city": "Bonn"}, {"city": None}))

    assert result.outcome == "unchanged"
    assert at.sent() == []


def test_none_clears_by_empty_text_and_what_is_not_named_stays(at: Desk) -> None:
    one = at.portal.make(city="Bonn", jobtitle="Buyer")

    [result] = at.write(change(one, {"city": None}, {"city": "Bonn"}))

    assert result.outcome == "updated"
    assert at.sent() == [[{"city": ""}]]
    assert at.portal.values(one) == {"city": "", "jobtitle": "Buyer"}


def test_a_value_that_is_neither_believed_nor_wanted_is_a_conflict(at: Desk) -> None:
    one, two = at.portal.make(city="Theirs", jobtitle="Buyer"), at.portal.make(city="Kiel")

    conflict, updated = at.write(
        change(one, {"city": "Ours", "jobtitle": "Seller"}, {"city": "Kiel", "jobtitle": "Buyer"}),
        change(two, {"city": "Ours"}, {"city": "Kiel"}),
    )

    assert (conflict.outcome, conflict.fields, conflict.found) == ("conflict", ("city",), {"city": "Theirs"})
    assert updated.outcome == "updated"
    assert at.portal.values(one) == {"city": "Theirs", "jobtitle": "Buyer"}


def test_an_edit_that_ours_replaced_unseen_is_told(at: Desk) -> None:
    one, two, three = (at.portal.make(city="Kiel", jobtitle="Buyer") for _ in range(3))
    at.before_the_write(lambda: (at.portal.edit(one, city="Theirs"), at.portal.edit(two, jobtitle="Theirs")))

    results = at.write(*(change(each, {"city": "Ours"}, {"city": "Kiel"}) for each in (one, two, three)))

    assert outcomes(results) == ["conflict", "updated", "updated"]
    assert (results[0].reason, results[0].fields, results[0].found) == ("overwritten", ("city",), {"city": "Theirs"})
    assert at.portal.values(one)["city"] == "Ours"
    assert at.portal.values(two)["jobtitle"] == "Theirs"
    assert at.writer.exposure.overwritten == 1


def test_an_edit_back_to_what_was_believed_is_not_lost(at: Desk) -> None:
    one = at.portal.make(city="Kiel")
    at.before_the_write(lambda: (at.portal.edit(one, city="Theirs"), at.portal.edit(one, city="Kiel")))

    [result] = at.write(change(one, {"city": "Ours"}, {"city": "Kiel"}))

    assert result.outcome == "updated"


def test_an_edit_to_what_we_wanted_is_nobodys_loss(at: Desk) -> None:
    one = at.portal.make(city="Kiel")
    at.before_the_write(lambda: at.portal.edit(one, city="Ours"))

    [result] = at.write(change(one, {"city": "Ours"}, {"city": "Kiel"}))

    assert result.outcome == "updated"


def test_an_edit_after_ours_is_no_conflict_of_ours(at: Desk) -> None:
    one = at.portal.make(city="Kiel")
    at.lose_the_answer(lambda: at.portal.edit(one, jobtitle="Theirs"))

    [result] = at.write(change(one, {"city": "Ours"}, {"city": "Kiel"}))

    assert (result.outcome, result.reason) == ("updated", "found_applied")
    assert len(at.sent()) == 1


def test_what_was_applied_and_edited_since_is_not_applied_again(at: Desk) -> None:
    one = at.portal.make(city="Kiel")
    at.lose_the_answer(lambda: at.portal.edit(one, city="Theirs"))

    [result] = at.write(change(one, {"city": "Ours"}, {"city": "Kiel"}))

    assert (result.outcome, result.reason, result.found) == ("conflict", "edited_since", {"city": "Theirs"})
    assert at.portal.values(one)["city"] == "Theirs"
    assert len(at.sent()) == 1


def test_what_was_applied_and_put_back_since_is_not_applied_again(at: Desk) -> None:
    one = at.portal.make(city="Kiel")
    at.lose_the_answer(lambda: at.portal.edit(one, city="Kiel"))

    [result] = at.write(change(one, {"city": "Ours"}, {"city": "Kiel"}))

    assert (result.outcome, result.found) == ("conflict", {"city": "Kiel"})
    assert len(at.sent()) == 1


def test_what_was_not_applied_is_sent_again(at: Desk) -> None:
    one, two = (at.portal.make(city="Kiel") for _ in range(2))
    at.lose_the_answer(kind="reset")

    results = at.write(*(change(each, {"city": "Ours"}, {"city": "Kiel"}) for each in (one, two)))

    assert outcomes(results) == ["updated", "updated"]
    assert [len(batch) for batch in at.sent()] == [2, 2]
    assert at.portal.values(two)["city"] == "Ours"


def test_what_ours_replaced_is_told_even_when_its_answer_was_lost(at: Desk) -> None:
    one = at.portal.make(city="Kiel")
    at.before_the_write(lambda: at.portal.edit(one, city="Theirs"))
    at.lose_the_answer()

    [result] = at.write(change(one, {"city": "Ours"}, {"city": "Kiel"}))

    assert (result.outcome, result.reason, result.found) == ("conflict", "overwritten", {"city": "Theirs"})
    assert len(at.sent()) == 1


def test_an_old_value_like_ours_is_not_taken_for_ours(at: Desk) -> None:
    one = at.portal.make(city="Ours", source="INTEGRATION")
    at.portal.edit(one, city="Kiel")
    at.lose_the_answer(kind="reset")

    [result] = at.write(change(one, {"city": "Ours"}, {"city": "Kiel"}))

    assert (result.outcome, at.portal.values(one)["city"]) == ("updated", "Ours")
    assert len(at.sent()) == 2


@pytest.mark.parametrize("base", [{"city": "Kiel"}, None])
def test_a_repeated_op_whose_value_was_edited_since_is_not_sent(at: Desk, base: dict[str, str] | None) -> None:
    one = at.portal.make(city="Kiel")
    at.portal.edit(one, city="Ours", source="INTEGRATION")
    at.portal.edit(one, city="Theirs")

    [result] = at.write(change(one, {"city": "Ours"}, base, repeated=True))

    assert (result.outcome, result.found) == ("conflict", {"city": "Theirs"})
    assert at.sent() == []


def test_a_repeated_op_that_was_applied_is_not_sent_again(at: Desk) -> None:
    one = at.portal.make(city="Kiel")
    at.portal.edit(one, city="Ours", source="INTEGRATION")

    [result] = at.write(change(one, {"city": "Ours"}, {"city": "Kiel"}, repeated=True))

    assert (result.outcome, result.reason) == ("updated", "applied_before")
    assert at.sent() == []


def test_a_repeated_op_tells_what_it_replaced_unseen(at: Desk) -> None:
    one = at.portal.make(city="Kiel")
    at.portal.edit(one, city="Theirs")
    at.portal.edit(one, city="Ours", source="INTEGRATION")

    [result] = at.write(change(one, {"city": "Ours"}, {"city": "Kiel"}, repeated=True))

    assert (result.outcome, result.reason, result.found) == ("conflict", "overwritten", {"city": "Theirs"})


def test_a_repeated_op_tells_what_it_replaced_also_when_that_was_edited_again(at: Desk) -> None:
    one = at.portal.make(city="Kiel")
    at.portal.edit(one, city="Theirs")
    at.portal.edit(one, city="Ours", source="INTEGRATION")
    at.portal.edit(one, city="Theirs again")

    [result] = at.write(change(one, {"city": "Ours"}, {"city": "Kiel"}, repeated=True))

    assert (result.outcome, result.reason, result.found) == ("conflict", "overwritten", {"city": "Theirs"})
    assert at.sent() == []


def test_a_repeated_op_is_sent_when_a_value_like_it_is_older_than_what_it_believes(at: Desk) -> None:
    one = at.portal.make(city="Bonn")
    at.portal.edit(one, city="Ours", source="INTEGRATION")
    at.portal.edit(one, city="Kiel")

    [result] = at.write(change(one, {"city": "Ours"}, {"city": "Kiel"}, repeated=True))

    assert (result.outcome, at.portal.values(one)["city"]) == ("updated", "Ours")


def test_a_repeated_op_that_was_never_applied_is_sent(at: Desk) -> None:
    one = at.portal.make(city="Kiel")

    [result] = at.write(change(one, {"city": "Ours"}, {"city": "Kiel"}, repeated=True))

    assert result.outcome == "updated"
    assert at.portal.values(one)["city"] == "Ours"


def test_what_cannot_be_looked_at_after_writing_is_unknown_and_then_known(at: Desk) -> None:
    one = at.portal.make(city="Kiel")
    op = change(one, {"city": "Ours"}, {"city": "Kiel"})
    at.before_the_write(lambda: at.portal.edit(one, city="Theirs"))
    at.portal.blind = True

    [first] = at.write(op)
    at.portal.blind = False
    [second] = at.write(op._replace(repeated=True))

    assert first.outcome == "unknown"
    assert (second.outcome, second.reason, second.found) == ("conflict", "overwritten", {"city": "Theirs"})
    assert len(at.sent()) == 1


def test_the_lifecycle_goes_forward_only(at: Desk) -> None:
    back, forth, both = (at.portal.make(lifecyclestage="opportunity", city="Kiel") for _ in range(3))

    results = at.write(
        change(back, {"lifecyclestage": "lead"}, {"lifecyclestage": "opportunity"}),
        change(forth, {"lifecyclestage": "customer"}, {"lifecyclestage": "opportunity"}),
        change(both, {"lifecyclestage": "lead", "city": "Bonn"}, {"lifecyclestage": "opportunity", "city": "Kiel"}),
    )

    assert outcomes(results) == ["rejected", "updated", "updated"]
    assert [(each.reason, each.fields) for each in results[::2]] == [("LIFECYCLE_BACKWARD", ("lifecyclestage",))] * 2
    assert at.sent() == [[{"lifecyclestage": "customer"}, {"city": "Bonn"}]]


def test_a_value_that_the_portal_drops_without_a_word_is_told(at: Desk) -> None:
    one = at.portal.make(lifecyclestage="lead")
    at.before_the_write(lambda: at.portal.edit(one, lifecyclestage="customer"))

    [result] = at.write(change(one, {"lifecyclestage": "opportunity"}, {"lifecyclestage": "lead"}))

    assert (result.outcome, result.reason, result.found) == ("conflict", "not_taken", {"lifecyclestage": "customer"})
    assert at.portal.values(one)["lifecyclestage"] == "customer"


def test_names_that_cannot_be_written_are_refused_before_anything_is_sent(at: Desk) -> None:
    one = at.portal.make(city="Kiel")

    results = at.write(
        *(change(one, {name: "1", "city": "Bonn"}) for name in ("no_such", "score", "hs_object_id")),
        change(one, {"employees": "many"}),
    )

    assert outcomes(results) == ["rejected"] * 4
    assert [each.fields for each in results] == [("no_such",), ("score",), ("hs_object_id",), ("employees",)]
    assert [each.reason for each in results] == [
        "PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE", "READ_ONLY_VALUE", "UNFIT_VALUE",
    ]  # fmt: skip
    assert at.sent() == []


@pytest.mark.parametrize("whole", [False, True])
def test_one_bad_record_does_not_sink_the_batch(at: Desk, whole: bool) -> None:
    ids = [at.portal.make(city="Kiel") for _ in range(9)]
    at.portal.whole = whole
    ops = [change(each, {"city": "Bonn"}, {"city": "Kiel"}) for each in ids]
    ops[4] = change(ids[4], {"email": "nobody"}, {"email": None})

    results = at.write(*ops)

    assert outcomes(results) == ["updated"] * 4 + ["rejected"] + ["updated"] * 4
    assert (results[4].reason, results[4].fields) == ("INVALID_EMAIL", ("email",))
    assert [at.portal.values(each)["city"] for each in ids] == ["Bonn"] * 4 + ["Kiel"] + ["Bonn"] * 4


def test_an_address_that_another_contact_has_names_that_contact(at: Desk) -> None:
    other = at.portal.make(email="ada@acme.de", hs_additional_emails="ada@home.de;a@b.de")
    one, two = at.portal.make(), at.portal.make()

    results = at.write(change(one, {"email": "Ada@acme.de"}), change(two, {"email": "ada@home.de"}))

    assert [(each.outcome, each.other_id, each.fields) for each in results] == [("duplicate", other, ("email",))] * 2


def test_a_locked_record_is_tried_again_alone(at: Desk) -> None:
    ids = [at.portal.make(city="Kiel") for _ in range(3)]
    at.portal.locked = {ids[1]: 1}

    results = at.write(*(change(each, {"city": "Bonn"}, {"city": "Kiel"}) for each in ids))

    assert outcomes(results) == ["updated"] * 3
    assert [len(batch) for batch in at.sent()] == [3, 1]
    assert min(at.pauses) >= 2


def test_a_lock_on_the_whole_batch_is_waited_for(at: Desk) -> None:
    ids = [at.portal.make(city="Kiel") for _ in range(3)]
    locked = {"status": "error", "category": "LOCKED", "message": "busy"}
    at.portal.misfortunes.append(Misfortune("answer", 423, locked))

    results = at.write(*(change(each, {"city": "Bonn"}, {"city": "Kiel"}) for each in ids))

    assert outcomes(results) == ["updated"] * 3
    assert min(at.pauses) >= 2


def test_what_stays_locked_comes_again_with_the_next_run(at: Desk) -> None:
    one, two = at.portal.make(city="Kiel"), at.portal.make(city="Kiel")
    at.portal.locked = {one: 99}

    results = at.write(*(change(each, {"city": "Bonn"}, {"city": "Kiel"}) for each in (one, two)))

    assert outcomes(results) == ["retry", "updated"]
    assert results[0].detail


def test_a_merged_record_is_followed_to_its_survivor(at: Desk) -> None:
    loser, primary = at.portal.make(city="Kiel"), at.portal.make(city="Kiel")
    left = at.portal.merge(loser, primary)

    results = at.write(
        change(loser, {"jobtitle": "Buyer"}, {"jobtitle": None}), change(primary, {"city": "Bonn"}, {"city": "Kiel"})
    )

    assert [(each.outcome, each.record_id, each.reason) for each in results] == [("updated", left, "merged_into")] * 2
    assert at.portal.values(left)["jobtitle"] == "Buyer"


def test_deleted_and_unknown_records_are_reported(at: Desk) -> None:
    deleted = at.portal.make(city="Kiel")
    at.portal.archive(deleted)

    results = at.write(*(change(each, {"city": "Bonn"}) for each in (deleted, "99", "no id")))

    assert outcomes(results) == ["rejected"] * 3
    assert [each.reason for each in results] == ["ARCHIVED", "OBJECT_NOT_FOUND", "MALFORMED_ID"]


def test_several_ops_on_one_record_go_one_after_the_other(at: Desk) -> None:
    one = at.portal.make(city="Kiel")

    results = at.write(
        Op("first", "update", {"city": "Bonn"}, one, {"city": "Kiel"}),
        Op("second", "update", {"city": "Ulm"}, one, {"city": "Bonn"}),
    )

    assert outcomes(results) == ["updated", "updated"]
    assert at.portal.values(one)["city"] == "Ulm"


def test_batches_are_cut_by_count_and_by_bytes() -> None:
    with desk(WriteOptions(most_bytes=20_000)) as at:
        ids = [at.portal.make() for _ in range(230)]
        long = [at.portal.make() for _ in range(3)]

        results = at.write(
            *(change(each, {"city": "Bonn"}) for each in ids), *(change(each, {"city": "x" * 9_000}) for each in long)
        )

    assert set(outcomes(results)) == {"updated"}
    assert all(len(batch) <= 100 for batch in at.sent())
    assert all(sum(len(each["city"]) for each in batch) <= 20_000 for batch in at.sent())
    assert sum(len(batch) for batch in at.sent()) == 233


def test_every_hundred_updates_take_four_calls(at: Desk) -> None:
    ids = [at.portal.make(city="Kiel") for _ in range(300)]

    at.write(*(change(each, {"city": "Bonn"}, {"city": "Kiel"}) for each in ids))

    assert len([path for path, _ in at.portal.calls if "batch" in path]) == 3 * 4


def test_a_pace_that_was_exceeded_is_waited_for_and_the_record_looked_at_again(at: Desk) -> None:
    one = at.portal.make(city="Kiel")
    limited = {"status": "error", "errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING"}
    at.portal.misfortunes.append(Misfortune("answer", 429, limited))
    at.before_the_write(lambda: at.portal.edit(one, city="Theirs"))

    [result] = at.write(change(one, {"city": "Ours"}, {"city": "Kiel"}))

    assert (result.outcome, result.reason) == ("conflict", "edited")
    assert at.portal.values(one)["city"] == "Theirs"
