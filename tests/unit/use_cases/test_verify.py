"""Verify: damage is found, wherever in the golden side it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from tests.builders import contact, new_world
from unified_model.use_cases.verify import verify


@pytest.mark.parametrize(
    "damage",
    [
        "update person set given_name = 'Eve'",
        "update customer_contact_point set value = 'eve@acme.com' where kind = 'email'",
        "delete from customer_contact_point",
        "delete from person",
        "update customer set golden_hash = 'x'",
    ],
)
def test_a_golden_value_changed_behind_our_back_is_found(tmp_path: Path, damage: str) -> None:
    with new_world(tmp_path) as world:
        world.land("emea", contact("1", First="Ann", Last="Smith", Email="ann.smith@acme.com"))
        world.resolve()
        sound = [check.name for check in verify(world.store) if not check.held]
        with world.store.begin() as work:
            work.conn.execute(text(damage))
            work.commit()

        broken = [check.name for check in verify(world.store) if not check.held]

    assert sound == []
    assert "golden values are what their records give" in broken
