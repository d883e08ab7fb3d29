"""Ways to reach a customer: which one comes first, and that a person's choice stands above the rule."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from unified_model.records import NaturalKey
from unified_model.resolution.golden import golden_of
from unified_model.resolution.reach import MemberRecord
from unified_model.survivorship import Candidate

MAY = datetime(2026, 5, 1, tzinfo=UTC)


def point(kind: str, canonical: str | None, raw: str | None = None, **more: Any) -> dict[str, Any]:
    base = {"label": None, "parts": None, "verified": False, "since": None, "until": None}
    return {"kind": kind, "canonical": canonical, "raw": raw or canonical, **base, **more}


def member(record_id: str, *points: dict[str, Any], at: datetime = MAY) -> MemberRecord:
    return MemberRecord(Candidate(NaturalKey("crm", "Contact", record_id), {}, at, {}), points, ())


def primary(members: list[MemberRecord], field: str = "email", **choices: str) -> Any:
    picks = {name: NaturalKey("crm", "Contact", record_id) for name, record_id in choices.items()}
    return golden_of("person", members, picks).values.get(field)


def test_an_address_that_two_records_hold_comes_before_a_newer_one_of_one_record():
    held_twice = [member("1", point("email", "ada@x.org")), member("2", point("email", "ada@x.org"))]
    newer = member("3", point("email", "ada@new.org"), at=datetime(2026, 6, 1, tzinfo=UTC))

    assert primary([*held_twice, newer]) == "ada@x.org"


def test_a_shared_desk_is_nobodys_primary_address_while_there_is_another():
    desk = [member("1", point("email", "info@x.org")), member("2", point("email", "info@x.org"))]

    assert primary([*desk, member("3", point("email", "ada@x.org"))]) == "ada@x.org"
    assert primary(desk) == "info@x.org"


def test_a_number_that_cannot_be_read_comes_after_one_that_can():
    members = [member("1", point("phone", None, "ask Bob")), member("2", point("phone", "+4930123456", "+4930123456"))]

    assert primary(members, "phone") == "+4930123456"


def test_verified_stands_above_everything_but_a_persons_choice():
    members = [
        member("1", point("email", "old@x.org", verified=True)),
        member("2", point("email", "new@x.org"), at=datetime(2026, 6, 1, tzinfo=UTC)),
    ]

    assert primary(members) == "old@x.org"
    assert primary(members, email="2") == "new@x.org"


def test_a_withdrawn_address_reaches_nobody():
    assert primary([member("1", point("email", "ada@x.org", until=MAY))]) is None


def test_an_address_moves_as_a_whole():
    street = point("address", "a", "a", parts={"street": "1 Elm", "locality": "Tampa"})
    town = point("address", "b", "b", parts={"locality": "Bonn", "country": "DE"})
    members = [member("1", street), member("2", town, at=datetime(2026, 6, 1, tzinfo=UTC))]

    golden = golden_of("person", members, {}).values

    assert (golden.get("street"), golden["locality"], golden["country"]) == (None, "Bonn", "DE")
