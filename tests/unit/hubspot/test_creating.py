"""Creates and upserts: one record for one unique value, whatever becomes of the answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.contract import Op
from tests.unit.hubspot.writing import Desk, desk, new, outcomes
from tests.unit.hubspot.writing_portal import Misfortune


@pytest.fixture
def at() -> Iterator[Desk]:
    with desk() as each:
        yield each


def test_a_create_makes_one_record_with_its_unique_property(at: Desk) -> None:
    [result] = at.write(new(1, email="ada@acme.de", city=None))

    assert result.outcome == "created"
    assert at.portal.values(str(result.record_id)) == {
        "lastname": "Brandt 1", "email": "ada@acme.de", "unsilo_id": "k1",
    }  # fmt: skip


def test_nothing_is_set_that_an_op_does_not_name(at: Desk) -> None:
    at.write(new(1))

    assert at.sent() == [[{"lastname": "Brandt 1", "unsilo_id": "k1"}]]
    assert at.portal.writes()[0]["inputs"][0].get("associations", []) == []


def test_a_create_without_a_guard_is_guarded_by_its_own_id(at: Desk) -> None:
    op = Op("link-7", "create", {"name": "Acme"})
    at.lose_the_answer()

    [first] = at.write(op, object="companies")
    [again] = at.write(op._replace(repeated=True), object="companies")

    assert (first.outcome, again.outcome, again.record_id) == ("created", "created", first.record_id)
    assert at.sent() == [[{"name": "Acme", "unsilo_id": "link-7"}]]
    assert len(at.portal.live("companies")) == 1


@pytest.mark.parametrize("kind", ["lost", "reset"])
def test_a_lost_answer_is_resolved_by_reading(at: Desk, kind: str) -> None:
    at.lose_the_answer(kind=kind)

    results = at.write(*(new(number) for number in range(3)))

    assert outcomes(results) == ["created"] * 3
    assert len(at.portal.writes("create")) == (1 if kind == "lost" else 2)
    assert sorted(each.value("unsilo_id") for each in at.portal.live()) == ["k0", "k1", "k2"]  # type: ignore[type-var]
    assert [at.portal.values(str(each.record_id))["unsilo_id"] for each in results] == ["k0", "k1", "k2"]


def test_a_request_that_arrives_late_makes_no_second_record(at: Desk) -> None:
    at.lose_the_answer(kind="reset")
    at.before_the_write(lambda: None)
    at.before_the_write(lambda: at.portal.make(source="INTEGRATION", unsilo_id="k1", lastname="Brandt 1"))

    [result] = at.write(new(1))

    [made] = at.portal.live()
    assert (result.outcome, result.record_id) == ("created", made.id)


def test_a_second_create_of_the_same_finds_the_first(at: Desk) -> None:
    [first] = at.write(new(1))

    [second, third] = at.write(new(1), new(1)._replace(id="other"))

    assert [second.outcome, third.outcome] == ["unchanged", "unchanged"]
    assert second.record_id == third.record_id == first.record_id
    assert len(at.portal.live()) == 1


def test_two_creates_of_one_unique_value_make_one_record(at: Desk) -> None:
    results = at.write(new(1), new(1)._replace(id="other"))

    assert outcomes(results) == ["created", "unchanged"]
    assert results[0].record_id == results[1].record_id


@pytest.mark.parametrize("whole", [False, True])
def test_a_taken_address_names_the_other_contact(at: Desk, whole: bool) -> None:
    other = at.portal.make(email="ada@acme.de", hs_additional_emails="ada@home.de")
    at.portal.whole = whole

    results = at.write(new(1), new(2, email="ADA@home.de"), new(3))

    assert outcomes(results) == ["created", "duplicate", "created"]
    assert (results[1].other_id, results[1].fields, results[1].reason) == (other, ("email",), "CONFLICT")
    assert len(at.portal.live()) == 3


def test_results_without_trace_ids_are_told_apart_by_the_unique_value(at: Desk) -> None:
    at.portal.traces = False

    results = at.write(*(new(number) for number in range(5)))

    values = [at.portal.values(str(each.record_id))["unsilo_id"] for each in results]
    assert values == [f"k{number}" for number in range(5)]
    assert len(at.portal.writes()) == 1


def test_a_bad_value_is_refused_alone_and_named(at: Desk) -> None:
    results = at.write(new(1), new(2, email="nobody"), new(3, no_such="x"), new(4))

    assert outcomes(results) == ["created", "rejected", "rejected", "created"]
    assert [each.fields for each in results[1:3]] == [("email",), ("no_such",)]


def test_an_address_guards_a_contact_where_no_unique_property_is(at: Desk) -> None:
    del at.portal.properties["unsilo_id"]
    at.lose_the_answer()

    [result] = at.write(Op("new", "create", {"email": "ada@acme.de"}))

    [made] = at.portal.live()
    assert (result.outcome, result.other_id) == ("duplicate", made.id)


def test_without_any_guard_a_lost_answer_stays_unknown(at: Desk) -> None:
    del at.portal.properties["unsilo_id"]
    at.lose_the_answer()
    op = Op("new", "create", {"lastname": "Brandt"})

    [first] = at.write(op)
    [again] = at.write(op._replace(repeated=True))

    assert (first.outcome, again.outcome) == ("unknown", "unknown")
    assert len(at.portal.live()) == 1


def test_a_guard_that_is_not_unique_is_refused(at: Desk) -> None:
    [result] = at.write(Op("new", "create", {"lastname": "Brandt"}, guard=("city", "Kiel")))

    assert (result.outcome, result.reason, result.fields) == ("rejected", "GUARD_NOT_UNIQUE", ("city",))
    assert "unsilo check --fix" in result.detail


def test_what_was_created_and_deleted_since_is_not_made_again(at: Desk) -> None:
    at.lose_the_answer(lambda: [at.portal.archive(each.id) for each in at.portal.live()])

    [result] = at.write(new(1))

    assert (result.outcome, result.reason) == ("created", "deleted_since")
    assert at.portal.live() == []


def test_an_upsert_creates_updates_and_leaves_alone(at: Desk) -> None:
    op = Op("up", "upsert", {"lastname": "Brandt"}, guard=("customer_number", "4711"))

    [made] = at.write(op)
    [changed] = at.write(op._replace(changes={"city": "Kiel"}))
    [same] = at.write(op._replace(changes={"city": "Kiel"}))

    assert [made.outcome, changed.outcome, same.outcome] == ["created", "updated", "unchanged"]
    assert made.record_id == changed.record_id == same.record_id
    assert at.portal.values(str(made.record_id))["city"] == "Kiel"


def test_an_upsert_by_an_additional_address_lands_on_its_owner(at: Desk) -> None:
    owner = at.portal.make(email="ada@acme.de", hs_additional_emails="ada@home.de")

    [result] = at.write(Op("up", "upsert", {"city": "Kiel"}, guard=("email", "ada@home.de")))

    assert (result.outcome, result.record_id) == ("updated", owner)
    assert at.portal.values(owner)["email"] == "ada@acme.de"


def test_an_upsert_does_not_overwrite_what_people_changed(at: Desk) -> None:
    at.portal.make(customer_number="4711", city="Theirs")

    [result] = at.write(Op("up", "upsert", {"city": "Ours"}, None, {"city": "Kiel"}, ("customer_number", "4711")))

    assert (result.outcome, result.found) == ("conflict", {"city": "Theirs"})


def test_an_upsert_does_not_bring_back_what_people_deleted(at: Desk) -> None:
    gone = at.portal.make(customer_number="4711")
    at.portal.archive(gone)

    [result] = at.write(Op("up", "upsert", {"city": "Kiel"}, guard=("customer_number", "4711")))

    assert (result.outcome, result.reason, result.record_id) == ("rejected", "ARCHIVED", gone)


def test_an_upsert_without_a_guard_is_refused(at: Desk) -> None:
    [result] = at.write(Op("up", "upsert", {"city": "Kiel"}))

    assert (result.outcome, result.reason) == ("rejected", "MISSING_ARGUMENT")


def test_another_unique_property_that_is_taken_names_the_other_record_too(at: Desk) -> None:
    other = at.portal.make(customer_number="4711")

    [result] = at.write(new(1, customer_number="4711"))

    assert (result.outcome, result.other_id, result.fields) == ("duplicate", other, ("customer_number",))


def test_a_record_that_only_the_refusal_names_is_looked_at_before_it_is_believed(at: Desk) -> None:
    other = at.portal.make()
    taken = {"status": "error", "category": "CONFLICT", "message": f"taken. Existing ID: {other}"}
    lies = {**taken, "message": "taken. Existing ID: 99"}
    at.portal.misfortunes += [Misfortune("answer", 409, taken), Misfortune("answer", 409, lies)]

    [named] = at.write(new(1))
    [unnamed] = at.write(new(2))

    assert (named.outcome, named.other_id) == ("duplicate", other)
    assert (unnamed.outcome, unnamed.other_id) == ("duplicate", None)


def test_two_upserts_of_one_unique_value_go_one_after_the_other(at: Desk) -> None:
    op = Op("first", "upsert", {"city": "Kiel"}, guard=("customer_number", "4711"))

    results = at.write(op, op._replace(id="second", changes={"city": "Bonn"}))

    assert outcomes(results) == ["created", "updated"]
    assert [each.value("city") for each in at.portal.live()] == ["Bonn"]
