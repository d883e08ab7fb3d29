"""Values that too many records share form no pairs; how many there are is counted and told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select

from tests.builders import contact, new_world
from unified_model.identity.keys import RULES, rule_of
from unified_model.store import keys as store_keys
from unified_model.store.tables.identity import key_stat


def test_what_is_too_common_to_compare_is_counted_by_what_it_is() -> None:
    cap = next(rule.cap for rule in RULES if rule.name == "family")
    with new_world() as world:
        world.land("crm", *(contact(str(n), First=f"Ann{'abcdefghijklmnop'[n]}", Last="Lee") for n in range(cap)))
        assert world.resolve().too_common == {}

        world.land("crm", contact("last", First="Zoe", Last="Lee"))

        assert world.resolve().too_common == {"person: same rare family name": 1}


def test_how_many_people_hold_a_value_does_not_depend_on_the_order_a_database_tells_them_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = [("Ann", "Lee"), ("Bob", "Berg"), ("Chidi", "Okafor"), ("Tomasz", "Kowalski")]
    phones = ["+1 212 555 2368", "+1 212 555 2369"]
    records = [
        contact(f"{number}{phone[-1]}", First=first, Last=last, Phone=phone)
        for number, (first, last) in enumerate(people)
        for phone in phones
    ]
    in_order = store_keys.holders

    def interleaved(conn: Any, keys: Sequence[int]) -> list[tuple[int, int]]:
        return sorted(in_order(conn, keys), key=lambda held: held[1])

    found = []
    for holders in (in_order, interleaved):
        monkeypatch.setattr(store_keys, "holders", holders)
        with new_world() as world:
            world.land("crm", *records)
            world.resolve()
            with world.store.read() as conn:
                rows = conn.execute(select(key_stat.c.key, key_stat.c.people_bucket)).all()
        found.append({(rule_of(key).name, bucket) for key, bucket in rows})

    assert found[0] == found[1]
    assert max(bucket for rule, bucket in found[0] if rule == "phone") > 0
