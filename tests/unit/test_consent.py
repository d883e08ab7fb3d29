"""Consent: for each contact point the newest evidence wins, without evidence the opt-out; nothing else counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import at, contact, new_world
from unified_model.consent import WHOLE_CHANNEL, ConsentEvent, consent_events, settle_consents
from unified_model.records import NaturalKey
from unified_model.store.codec import decode
from unified_model.store.tables.golden import consent


def event(
    status: str = "granted", evidenced_at: datetime | None = None, *, point: str = "a@x.org", record: str = "1"
) -> ConsentEvent:
    return ConsentEvent(
        "email", "marketing", point, status, evidenced_at, None, NaturalKey("emea-1", "Contact", record)
    )


def in_force(*events: ConsentEvent) -> dict[str, str]:
    return {e.point: e.status for e in settle_consents(events)}


EVENTS = st.builds(
    event,
    st.sampled_from(("granted", "withdrawn")),
    st.sampled_from((None, at(1), at(2), at(3))),
    point=st.sampled_from(("a@x.org", "b@x.org", WHOLE_CHANNEL)),
    record=st.sampled_from("123"),
)


def test_the_newest_evidence_wins_whatever_it_says() -> None:
    assert in_force(event("withdrawn", at(1)), event("granted", at(2))) == {"a@x.org": "granted"}
    assert in_force(event("granted", at(1)), event("withdrawn", at(2))) == {"a@x.org": "withdrawn"}


def test_without_evidence_an_opt_out_wins() -> None:
    assert in_force(event("granted"), event("withdrawn"), event("granted")) == {"a@x.org": "withdrawn"}


def test_evidence_at_the_same_moment_lets_the_opt_out_win() -> None:
    assert in_force(event("granted", at(1)), event("withdrawn", at(1))) == {"a@x.org": "withdrawn"}


@given(st.lists(EVENTS, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_events_does_not_matter(events: list[ConsentEvent], chance: Any) -> None:
    assert settle_consents(events) == settle_consents(chance.sample(events, len(events)))


@given(st.lists(EVENTS, max_size=6), EVENTS)
def test_an_opt_in_without_evidence_never_lifts_an_opt_out(events: list[ConsentEvent], late: ConsentEvent) -> None:
    before = in_force(*events)
    after = in_force(*events, late._replace(status="granted", evidenced_at=None))

    assert all(after[point] == "withdrawn" for point, status in before.items() if status == "withdrawn")


@given(st.lists(EVENTS, max_size=6), EVENTS)
def test_what_is_said_of_one_address_changes_nothing_for_another(
    events: list[ConsentEvent], late: ConsentEvent
) -> None:
    before, after = in_force(*events), in_force(*events, late)

    assert {p: s for p, s in before.items() if p != late.point} == {p: s for p, s in after.items() if p != late.point}


KEY = NaturalKey("emea-1", "Contact", "1")
OPT_OUT = {"channel": "email", "purpose": "marketing", "status": "withdrawn", "point": None}
TWO_ADDRESSES = [
    {"kind": "email", "raw": "A@X.org", "canonical": "a@x.org"},
    {"kind": "email", "raw": "b@x.org", "canonical": "b@x.org"},
    {"kind": "phone", "raw": "1", "canonical": None},
]


def test_a_record_speaks_of_all_its_own_addresses_and_of_no_other() -> None:
    assert [e.point for e in consent_events([OPT_OUT], TWO_ADDRESSES, KEY)] == ["a@x.org", "b@x.org"]


def test_a_record_may_name_the_address_it_speaks_of() -> None:
    assert [e.point for e in consent_events([{**OPT_OUT, "point": "A@X.org"}], TWO_ADDRESSES, KEY)] == ["a@x.org"]


def test_a_record_without_an_address_speaks_of_the_whole_channel() -> None:
    assert [e.point for e in consent_events([OPT_OUT], TWO_ADDRESSES[2:], KEY)] == [WHOLE_CHANNEL]


def test_an_opt_in_of_one_address_does_not_lift_the_opt_out_of_another_of_the_same_customer() -> None:
    ann = {"First": "Ann", "Last": "Quistorp", "Phone": "+1 212 555 2368", "Born": "1980-04-05"}
    with new_world() as world:
        world.land("emea", contact("1", **ann, Email="ann@x.org", OptIn="no", OptInAt="2026-01-01"))
        world.land("fair", contact("2", **ann, Email="quistorp@y.org", OptIn="yes", OptInAt="2026-02-01"))
        world.resolve()
        world.decide("emea/1", "fair/2", "same")
        world.resolve()

        with world.store.read() as conn:
            told = {row.point: row.status for row in conn.execute(consent.select())}
            whose = {row.point: decode(row.provenance)["record"][0] for row in conn.execute(consent.select())}
    assert told == {"ann@x.org": "withdrawn", "quistorp@y.org": "granted"}
    assert whose == {"ann@x.org": "emea-1", "quistorp@y.org": "fair-1"}
