"""Creates and deletes: none doubled, whatever is lost or asked for twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.contract import Op
from connectors.salesforce.sending import WriteOptions
from tests.unit.salesforce.writing import Desk, change, desk, new, outcomes


@pytest.fixture
def at() -> Iterator[Desk]:
    with desk() as each:
        yield each


def holding(at: Desk, number: int | str) -> list[str]:
    """Records with the external id of that create."""
    return [each for each, row in at.rows().items() if row["HubId__c"] == f"hub-{number}"]


def test_a_create_gives_the_new_record_s_id(at: Desk) -> None:
    results = at.write(new(1, Email="a@acme.example"), new(2, guarded=False))

    assert outcomes(results) == ["created", "created"]
    assert holding(at, 1) == [results[0].record_id]
    assert at.rows()[str(results[1].record_id)]["LastName"] == "Brandt 2"


def test_the_same_create_twice_makes_one(at: Desk) -> None:
    [first] = at.write(new(1))

    [again] = at.write(new(1))
    both = at.write(new(2), new(2))

    assert (again.outcome, again.record_id) == ("unchanged", first.record_id)
    assert outcomes(both) == ["created", "unchanged"]
    assert both[0].record_id == both[1].record_id
    assert len(holding(at, 1)) == len(holding(at, 2)) == 1


@pytest.mark.parametrize("fault", ["lost_answer", "reset", "torn_body", "server_error"])
def test_after_a_lost_answer_creates_are_looked_up_by_their_external_id(at: Desk, fault: str) -> None:
    at.lose_the_answer(fault=fault)

    results = at.write(*(new(number) for number in range(20)))

    assert outcomes(results) == ["created"] * 20
    assert [holding(at, number) for number in range(20)] == [[each.record_id] for each in results]


def test_an_edit_of_a_new_record_after_a_lost_answer_stays(at: Desk) -> None:
    at.lose_the_answer(lambda: at.edit(holding(at, 1)[0], Title="Theirs"))

    [result] = at.write(new(1, Title="Ours"))

    assert result.outcome == "created"
    assert at.rows()[str(result.record_id)]["Title"] == "Theirs"


def test_a_new_record_deleted_after_a_lost_answer_is_not_made_again(at: Desk) -> None:
    at.lose_the_answer(lambda: at.org.admin("delete", object="Contact", ids=holding(at, 1)))

    [result] = at.write(new(1))

    assert (result.outcome, result.reason) == ("created", "deleted_since")
    assert [at.rows()[each]["IsDeleted"] for each in holding(at, 1)] == [True]


def test_a_new_record_merged_away_after_a_lost_answer_names_its_survivor(at: Desk) -> None:
    [master] = at.ids()
    at.lose_the_answer(lambda: at.org.admin("merge", object="Contact", master=master, losers=holding(at, 1)))

    [result] = at.write(new(1))

    assert (result.outcome, result.reason, result.record_id) == ("created", "merged_into", master)


def test_without_an_external_id_a_lost_create_is_unknown_and_never_sent_again(at: Desk) -> None:
    at.lose_the_answer()

    [lost] = at.write(new(1, guarded=False))
    [again] = at.write(new(1, guarded=False)._replace(repeated=True))

    assert (lost.outcome, again.outcome) == ("unknown", "unknown")
    assert sum(row["LastName"] == "Brandt 1" for row in at.rows().values()) == 1


def test_a_repeated_create_looks_before_it_sends(at: Desk) -> None:
    [first] = at.write(new(1))
    at.requests.clear()

    found, made = at.write(new(1)._replace(repeated=True), new(2)._replace(repeated=True))

    assert (found.outcome, found.record_id) == ("created", first.record_id)
    assert made.outcome == "created"
    assert at.sent() == [1]


def test_an_external_id_that_is_not_unique_is_searched_for_first(at: Desk) -> None:
    def numbered(value: str) -> Op:
        return Op(f"new-{value}", "create", {"LastName": "Brandt"}, guard=("Customer_Number__c", value))

    [made] = at.write(numbered("N-1"))
    [again] = at.write(numbered("n-1"))
    at.org.call("POST", "sobjects/Contact", {"LastName": "Twin", "Customer_Number__c": "N-1"})
    [several] = at.write(numbered("N-1"))
    at.lose_the_answer(fault="reset")
    [lost] = at.write(numbered("N-2"))

    assert (again.outcome, again.record_id) == ("unchanged", made.record_id)
    assert (several.outcome, several.reason, several.other_id) == ("duplicate", "several_records", made.record_id)
    assert lost.outcome == "unknown"


@pytest.mark.parametrize("mode", ["block", "alert"])
def test_a_refusal_by_a_duplicate_rule_names_the_other_record(at: Desk, mode: str) -> None:
    [known] = at.write(new(1, Email="amy@acme.example"))
    at.org.admin("duplicate_rule", object="Contact", mode=mode)

    twin, other = at.write(new(2, Email="Amy@acme.example"), new(3, Email="ben@acme.example"))

    assert (twin.outcome, twin.other_id, twin.reason) == ("duplicate", known.record_id, "DUPLICATES_DETECTED")
    assert "existing record" in twin.detail
    assert other.outcome == "created"
    assert holding(at, 2) == []


def test_a_unique_field_that_is_taken_names_the_other_record(at: Desk) -> None:
    [known] = at.write(new(1))

    op = Op("new-2", "create", {"LastName": "Brandt", "HubId__c": "hub-1"})
    [result] = at.write(op)

    assert (result.outcome, result.reason, result.other_id) == ("duplicate", "DUPLICATE_VALUE", known.record_id)


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"LastName": None}, "REQUIRED_FIELD_MISSING"),
        ({"Email": "nobody"}, "INVALID_EMAIL_ADDRESS"),
        ({"AccountId": "0015g00000zzzzz"}, "INVALID_CROSS_REFERENCE_KEY"),
        ({"OwnerId": "0055g0000000009AAA"}, "OPERATION_WITH_INACTIVE_USER_EXCEPTION"),
    ],
)
def test_a_create_that_is_not_taken_is_rejected_and_the_others_are_made(
    at: Desk, columns: dict[str, str | None], code: str
) -> None:
    bad, good = at.write(new(1, **columns), new(2))

    assert (bad.outcome, bad.reason) == ("rejected", code)
    assert good.outcome == "created"
    assert holding(at, 1) == []


def test_creates_below_one_parent_travel_together(at: Desk) -> None:
    one, two = at.ids("Account", count=2)
    with_parents = [new(number, AccountId=(one, two)[number % 2]) for number in range(20)]
    options = WriteOptions(records=10)

    with desk(options) as other:
        results = other.write(*with_parents)

        assert outcomes(results) == ["created"] * 20
        parents = [{record["AccountId"] for record in body["records"]} for _, body in other.requests]
        assert parents == [{one}, {two}]
        rows = other.rows()
        assert [rows[str(each.record_id)]["AccountId"] for each in results] == [
            op.changes["AccountId"] for op in with_parents
        ]


def test_a_parent_can_be_named_by_its_external_id(at: Desk) -> None:
    [account] = at.ids("Account")
    at.edit(account, object="Account", HubId__c="acme")

    [result] = at.write(new(1, Account={"HubId__c": "acme"}))

    assert at.rows()[str(result.record_id)]["AccountId"] == account


def test_an_upsert_makes_what_is_not_there_and_compares_what_is(at: Desk) -> None:
    def upsert(number: int, title: str, base: dict[str, str | None] | None = None) -> Op:
        return Op(
            f"up-{number}", "upsert", {"LastName": "Brandt", "Title": title}, None, base, ("HubId__c", f"hub-{number}")
        )

    [made] = at.write(upsert(1, "Clerk"))
    [updated] = at.write(upsert(1, "Buyer", {"LastName": "Brandt", "Title": "Clerk"}))
    at.edit(str(made.record_id), Title="Theirs")
    [conflict] = at.write(upsert(1, "Seller", {"LastName": "Brandt", "Title": "Buyer"}))

    assert outcomes([made, updated, conflict]) == ["created", "updated", "conflict"]
    assert updated.record_id == conflict.record_id == made.record_id
    assert conflict.found == {"Title": "Theirs"}


def test_a_delete_is_done_once_and_found_done(at: Desk) -> None:
    one, two = at.ids(count=2)
    ops = [Op(each, "delete", {}, each) for each in (one, two)]

    first = at.write(*ops)
    again = at.write(*ops)

    assert outcomes(first) == ["deleted", "deleted"]
    assert outcomes(again) == ["unchanged", "unchanged"]
    assert all(at.rows()[each]["IsDeleted"] for each in (one, two))


@pytest.mark.parametrize("fault", ["lost_answer", "reset"])
def test_a_delete_whose_answer_is_lost_is_looked_for(at: Desk, fault: str) -> None:
    [one] = at.ids()
    at.lose_the_answer(fault=fault)

    [result] = at.write(Op("d", "delete", {}, one))

    assert result.outcome == "deleted"
    assert at.rows()[one]["IsDeleted"]


def test_a_record_that_somebody_edited_is_not_deleted(at: Desk) -> None:
    [one] = at.ids()
    at.edit(one, Title="Theirs")

    [result] = at.write(Op("d", "delete", {}, one, {"Title": "Ours"}))

    assert (result.outcome, result.found) == ("conflict", {"Title": "Theirs"})
    assert not at.rows()[one]["IsDeleted"]


def test_deleting_a_merged_record_leaves_its_survivor_alone(at: Desk) -> None:
    loser, master = at.ids(count=2)
    at.org.admin("merge", object="Contact", master=master, losers=[loser])

    [result] = at.write(Op("d", "delete", {}, loser))

    assert (result.outcome, result.reason) == ("unchanged", "merged_into")
    assert not at.rows()[master]["IsDeleted"]


def test_any_mix_gets_its_results_in_order(at: Desk) -> None:
    one, two, three = at.ids(count=3)

    results = at.write(
        Op("d", "delete", {}, three),
        new(1),
        change(one, {"Title": "Ours"}),
        new(2, Email="nobody"),
        Op("u", "upsert", {"LastName": "Up"}, guard=("HubId__c", "hub-9")),
        change(two, {"Email": "nobody"}),
        Op("x", "upsert", {"LastName": "Up"}),
    )

    assert outcomes(results) == ["deleted", "created", "updated", "rejected", "created", "rejected", "rejected"]


def test_no_ops_ask_nothing(at: Desk) -> None:
    before = at.client.budget.calls

    assert at.write() == []
    assert at.client.budget.calls == before


def test_two_creates_with_one_external_id_make_one_also_where_it_is_not_unique(at: Desk) -> None:
    ops = [
        Op(f"new-{case}", "create", {"LastName": "Brandt"}, guard=("Customer_Number__c", f"{case}-7")) for case in "nN"
    ]

    results = at.write(*ops)

    assert outcomes(results) == ["created", "unchanged"]
    assert results[0].record_id == results[1].record_id
