"""Values that too many records share form no pairs; how many there are is counted and told."""

from __future__ import annotations

from tests.builders import contact, new_world
from unified_model.identity.keys import RULES


def test_what_is_too_common_to_compare_is_counted_by_what_it_is() -> None:
    cap = next(rule.cap for rule in RULES if rule.name == "family")
    with new_world() as world:
        world.land("crm", *(contact(str(n), First=f"Ann{'abcdefghijklmnop'[n]}", Last="Lee") for n in range(cap)))
        assert world.resolve().too_common == {}

        world.land("crm", contact("last", First="Zoe", Last="Lee"))

        assert world.resolve().too_common == {"person: same rare family name": 1}
