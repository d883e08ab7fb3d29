"""Updates: what people hold is compared first, and nothing of theirs is overwritten."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.salesforce.sending import WriteOptions
from tests.unit.salesforce.writing import Desk, change, desk, outcomes


@pytest.fixture
def at() -> Iterator[Desk]:
    with desk() as each:
        yield each


def test_only_columns_that_differ_are_sent(at: Desk) -> None:
    [one] = at.ids()
    row = at.rows()[one]

    changes = {"Title": "Buyer", "LastName": row["LastName"], "Email": str(row["Email"]).upper()}
    [result] = at.write(change(one, changes, {name: row[name] for name in changes}))

    assert (result.outcome, result.record_id) == ("updated", one)
    [(_, body)] = at.requests
    assert body["compositeRequest"][0]["body"] == {"Title": "Buyer"}
    assert at.rows()[one]["Title"] == "Buyer"


def test_what_is_there_already_costs_no_write(at: Desk) -> None:
    [one] = at.ids()
    at.edit(one, Title="Buyer")

    [result] = at.write(change(one, {"Title": "Buyer"}, {"Title": None}))

    assert result.outcome == "unchanged"
    assert at.requests == []


def test_none_clears_and_a_column_that_is_not_named_stays(at: Desk) -> None:
    [one] = at.ids()
    at.edit(one, Title="Buyer", Department="Sales")

    [result] = at.write(change(one, {"Title": None}, {"Title": "Buyer"}))

    row = at.rows()[one]
    assert (result.outcome, row["Title"], row["Department"]) == ("updated", None, "Sales")


def test_a_value_that_is_neither_believed_nor_wanted_is_a_conflict(at: Desk) -> None:
    one, two = at.ids(count=2)
    at.edit(one, Title="Theirs", Department="Sales")

    [conflict, updated] = at.write(
        change(one, {"Title": "Ours", "Department": "Purchasing"}, {"Title": None, "Department": "Sales"}),
        change(two, {"Department": "Purchasing"}, {"Department": at.rows()[two]["Department"]}),
    )

    assert (conflict.outcome, conflict.fields, conflict.found) == ("conflict", ("Title",), {"Title": "Theirs"})
    assert updated.outcome == "updated"
    row = at.rows()[one]
    assert (row["Title"], row["Department"]) == ("Theirs", "Sales")


def test_an_edit_between_reading_and_writing_is_not_overwritten(at: Desk) -> None:
    one, two, three = at.ids(count=3)
    base = {each: {"Title": row["Title"]} for each, row in at.rows().items()}
    at.before_the_write(lambda: (at.edit(one, Title="Theirs"), at.edit(two, Department="Theirs")))

    results = at.write(*(change(each, {"Title": "Ours"}, base[each]) for each in (one, two, three)))

    assert outcomes(results) == ["conflict", "updated", "updated"]
    assert results[0].found == {"Title": "Theirs"}
    rows = at.rows()
    assert [rows[each]["Title"] for each in (one, two, three)] == ["Theirs", "Ours", "Ours"]
    assert rows[two]["Department"] == "Theirs"


def test_a_record_edited_this_very_second_is_held_back_once(at: Desk) -> None:
    [one] = at.ids()
    base = {"Title": at.rows()[one]["Title"]}
    at.edit(one, Department="Theirs")

    [result] = at.write(change(one, {"Title": "Ours"}, base))

    assert result.outcome == "updated"
    assert at.pauses == [1.1]


def test_without_conditions_the_naive_way_overwrites_and_its_window_is_measured() -> None:
    with desk(WriteOptions(conditional=False)) as at:
        [one] = at.ids()
        at.before_the_write(lambda: at.edit(one, Title="Theirs"))

        [result] = at.write(change(one, {"Title": "Ours"}, {"Title": at.rows()[one]["Title"]}))

        assert (result.outcome, at.rows()[one]["Title"]) == ("updated", "Ours")
        assert at.writer.exposure.records == 1
        assert 0 < at.writer.exposure.mean_s == at.writer.exposure.longest_s


@pytest.mark.parametrize("conditional", [True, False])
@pytest.mark.parametrize("fault", ["lost_answer", "reset", "torn_body", "server_error"])
def test_after_a_lost_answer_the_record_tells_what_became_of_it(fault: str, conditional: bool) -> None:
    with desk(WriteOptions(conditional=conditional)) as at:
        [one] = at.ids()
        at.lose_the_answer(fault=fault)

        [result] = at.write(change(one, {"Title": "Ours"}, {"Title": at.rows()[one]["Title"]}))

        assert result.outcome == "updated"
        assert at.rows()[one]["Title"] == "Ours"
        applied = result.reason == "found_applied"
        assert at.sent() == [1] if applied else [1, 1]
        assert applied or fault != "lost_answer"


def test_an_edit_after_a_lost_answer_is_not_undone(at: Desk) -> None:
    [one] = at.ids()
    at.lose_the_answer(lambda: (at.org.admin("clock", advance_s=5), at.edit(one, Title="Theirs")))

    [result] = at.write(change(one, {"Title": "Ours"}, {"Title": at.rows()[one]["Title"]}))

    assert (result.outcome, result.found) == ("conflict", {"Title": "Theirs"})
    assert at.rows()[one]["Title"] == "Theirs"


def test_an_edit_back_after_a_lost_answer_is_not_overwritten(at: Desk) -> None:
    [one] = at.ids()
    before = at.rows()[one]["Title"]
    at.lose_the_answer(lambda: (at.org.admin("clock", advance_s=5), at.edit(one, Title=before)))

    [result] = at.write(change(one, {"Title": "Ours"}, {"Title": before}))

    assert (result.outcome, result.reason) == ("conflict", "edited_since")
    assert at.rows()[one]["Title"] == before


def test_what_can_not_be_read_after_a_lost_answer_is_unknown_and_found_the_next_time(at: Desk) -> None:
    [one] = at.ids()
    op = change(one, {"Title": "Ours"}, {"Title": at.rows()[one]["Title"]})
    at.lose_the_answer(lambda: at.order("server_error", "/", times=99))

    [lost] = at.write(op)
    at.org.admin("faults", clear=True)
    [found] = at.write(op._replace(repeated=True))

    assert lost.outcome == "unknown"
    assert (found.outcome, found.reason) == ("updated", "applied_before")
    assert at.sent() == [1]


def test_when_the_org_fails_half_way_there_is_a_result_for_every_op(at: Desk) -> None:
    ids = at.ids(count=30)
    rows = at.rows()
    at.before_the_write(lambda: None)
    at.before_the_write(lambda: at.org.admin("faults", requests_a_day=1))

    results = at.write(*(change(each, {"Title": "Ours"}, {"Title": rows[each]["Title"]}) for each in ids))

    told = outcomes(results)
    assert sorted(set(told)) == ["retry", "updated"]
    after = at.rows()
    assert [after[each]["Title"] == "Ours" for each in ids] == [each == "updated" for each in told]
    assert told.count("updated") == 25


def test_a_locked_record_is_tried_again_alone_and_the_others_are_not_kept_waiting(at: Desk) -> None:
    one, two, three = at.ids(count=3)
    rows = at.rows()
    at.org.admin("lock", ids=[two])
    at.before_the_write(lambda: None)
    at.before_the_write(lambda: at.org.admin("lock", ids=[two], locked=False))

    results = at.write(*(change(each, {"Title": "Ours"}, {"Title": rows[each]["Title"]}) for each in (one, two, three)))

    assert outcomes(results) == ["updated"] * 3
    assert at.sent() == [3, 1]


def test_a_record_that_stays_locked_is_left_for_the_next_run(at: Desk) -> None:
    [one] = at.ids()
    at.org.admin("lock", ids=[one])

    [result] = at.write(change(one, {"Title": "Ours"}, {"Title": at.rows()[one]["Title"]}))

    assert (result.outcome, result.reason) == ("retry", "UNABLE_TO_LOCK_ROW")
    assert len(at.requests) <= 6
    assert at.pauses[0] < at.pauses[-1]


@pytest.mark.parametrize(
    ("changes", "code", "fields"),
    [
        ({"Email": "nobody"}, "INVALID_EMAIL_ADDRESS", ("Email",)),
        ({"LastName": None}, "REQUIRED_FIELD_MISSING", ("LastName",)),
        ({"LastName": "x" * 81}, "STRING_TOO_LONG", ("LastName",)),
        ({"Interests__c": "Nothing of the kind"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", ("Interests__c",)),
        ({"Account_Industry__c": "Banking"}, "INVALID_FIELD_FOR_INSERT_UPDATE", ("Account_Industry__c",)),
        ({"Nothing__c": "x"}, "INVALID_FIELD", ("Nothing__c",)),
        ({"DoNotCall": "perhaps"}, "UNFIT_VALUE", ("DoNotCall",)),
    ],
)
def test_a_value_that_is_not_taken_is_rejected_with_its_field(
    at: Desk, changes: dict[str, str], code: str, fields: tuple[str, ...]
) -> None:
    one, two = at.ids(count=2)
    before = at.rows()[one]

    [bad, good] = at.write(change(one, changes), change(two, {"Title": "Ours"}))

    assert (bad.outcome, bad.reason, bad.fields) == ("rejected", code, fields)
    assert bad.detail
    assert good.outcome == "updated"
    assert at.rows()[one] == before


def test_a_merged_record_is_followed_when_its_survivor_is_as_believed(at: Desk) -> None:
    loser, other, master, second = at.ids(count=4)
    at.edit(master, Title="Clerk")
    at.edit(second, Title="Something else")
    at.org.admin("merge", object="Contact", master=master, losers=[loser])
    at.org.admin("merge", object="Contact", master=second, losers=[other])

    [followed, conflict] = at.write(
        change(loser, {"Title": "Ours"}, {"Title": "Clerk"}), change(other, {"Title": "Ours"}, {"Title": "Clerk"})
    )

    assert (followed.outcome, followed.record_id, followed.reason) == ("updated", master, "merged_into")
    assert (conflict.outcome, conflict.record_id) == ("conflict", second)
    assert conflict.found == {"Title": "Something else"}
    rows = at.rows()
    assert [rows[each]["Title"] for each in (master, second)] == ["Ours", "Something else"]


def test_a_chain_of_merges_ends_at_its_survivor(at: Desk) -> None:
    first, second, last = at.ids(count=3)
    at.edit(last, Title="Clerk")
    at.org.admin("merge", object="Contact", master=second, losers=[first])
    at.org.admin("merge", object="Contact", master=last, losers=[second])

    [result] = at.write(change(first, {"Title": "Ours"}, {"Title": "Clerk"}))

    assert (result.outcome, result.record_id) == ("updated", last)


def test_a_merge_between_reading_and_writing_is_followed_too(at: Desk) -> None:
    loser, master = at.ids(count=2)
    at.edit(loser, Title="Clerk")
    at.edit(master, Title="Clerk")
    at.org.admin("clock", advance_s=60)
    at.before_the_write(lambda: at.org.admin("merge", object="Contact", master=master, losers=[loser]))

    [result] = at.write(change(loser, {"Title": "Ours"}, {"Title": "Clerk"}))

    assert (result.outcome, result.record_id) == ("updated", master)


def test_a_merge_after_a_lost_answer_is_a_conflict_unless_the_survivor_holds_what_was_sent(at: Desk) -> None:
    one, two, first, second = at.ids(count=4)
    for each, title in ((one, "Clerk"), (two, "Clerk"), (first, "Clerk"), (second, "Ours")):
        at.edit(each, Title=title)
    at.org.admin("clock", advance_s=60)

    def merged() -> None:
        at.org.admin("merge", object="Contact", master=first, losers=[one])
        at.org.admin("merge", object="Contact", master=second, losers=[two])

    at.lose_the_answer(merged)

    results = at.write(*(change(each, {"Title": "Ours"}, {"Title": "Clerk"}) for each in (one, two)))

    assert [(each.outcome, each.record_id) for each in results] == [("conflict", first), ("updated", second)]
    assert at.rows()[first]["Title"] == "Clerk"


def test_without_a_base_a_survivor_is_only_filled_where_it_is_empty(at: Desk) -> None:
    one, two, full, empty = at.ids(count=4)
    at.edit(full, Title="Theirs")
    at.edit(empty, Title=None)
    at.org.admin("merge", object="Contact", master=full, losers=[one])
    at.org.admin("merge", object="Contact", master=empty, losers=[two])

    results = at.write(change(one, {"Title": "Ours"}), change(two, {"Title": "Ours"}))

    assert outcomes(results) == ["conflict", "updated"]
    assert [at.rows()[each]["Title"] for each in (full, empty)] == ["Theirs", "Ours"]


@pytest.mark.parametrize(("hard", "code"), [(False, "ENTITY_IS_DELETED"), (True, "NOT_FOUND")])
def test_a_deleted_record_is_reported(at: Desk, hard: bool, code: str) -> None:
    [one] = at.ids()
    at.org.admin("delete", object="Contact", ids=[one], hard=hard)

    [result] = at.write(change(one, {"Title": "Ours"}, {"Title": None}))

    assert (result.outcome, result.reason) == ("rejected", code)


def test_a_converted_lead_names_the_contact_it_became(at: Desk) -> None:
    [lead] = at.ids("Lead")
    made = at.org.admin("convert", lead=lead)

    [result] = at.write(change(lead, {"Title": "Ours"}), object="Lead")

    assert (result.outcome, result.reason) == ("rejected", "CANNOT_UPDATE_CONVERTED_LEAD")
    assert result.other_id == made["ConvertedContactId"]


def test_several_ops_on_one_record_are_applied_in_their_order(at: Desk) -> None:
    [one] = at.ids()
    before = at.rows()[one]["Title"]

    results = at.write(
        change(one, {"Title": "First"}, {"Title": before}),
        change(one[:15], {"Title": "Second"}, {"Title": "First"}),
        change(one, {"Title": "Third"}, {"Title": "Nothing of the kind"}),
    )

    assert outcomes(results) == ["updated", "updated", "conflict"]
    assert at.rows()[one]["Title"] == "Second"


def test_an_id_of_another_object_is_rejected_without_a_request(at: Desk) -> None:
    [account] = at.ids("Account")

    results = at.write(change(account, {"Title": "Ours"}), change("nonsense", {"Title": "Ours"}))

    assert [each.reason for each in results] == ["MALFORMED_ID", "MALFORMED_ID"]
    assert at.requests == []


def test_a_column_hidden_meanwhile_is_named_and_the_others_go_on(at: Desk) -> None:
    one, two = at.ids(count=2)
    rows = at.rows()
    at.write(change(one, {"Department": "First"}))
    at.org.admin("clock", advance_s=5)
    at.org.admin("field", object="Contact", field="Title", hidden=True)

    results = at.write(
        change(one, {"Title": "Ours"}, {"Title": rows[one]["Title"]}),
        change(two, {"Department": "Second"}, {"Department": rows[two]["Department"]}),
    )

    assert outcomes(results) == ["rejected", "updated"]
    assert results[0].fields == ("Title",)


@pytest.mark.parametrize("conditional", [True, False])
def test_requests_are_cut_by_count_and_by_bytes(conditional: bool) -> None:
    with desk(WriteOptions(conditional=conditional, records=8, singles=8, most_bytes=2_000)) as at:
        ids = at.ids(count=20)
        long, short = ids[:4], ids[4:]

        results = at.write(
            *(change(each, {"Description": "x" * 900}) for each in long),
            *(change(each, {"Title": "Ours"}) for each in short),
        )

        assert outcomes(results) == ["updated"] * 20
        assert sum(at.sent()) == 20
        assert max(at.sent()) == 8
        for _, body in at.requests:
            told = str(body)
            assert told.count("x" * 900) <= 2


def test_writes_change_no_owner_and_save_no_duplicate(at: Desk) -> None:
    [one] = at.ids()

    at.write(change(one, {"Title": "Ours"}))

    headers = at.requests[0][1]["compositeRequest"][0]["httpHeaders"]
    assert headers["Sforce-Auto-Assign"] == "FALSE"
    assert "allowSave=false" in headers["Sforce-Duplicate-Rule-Header"]
