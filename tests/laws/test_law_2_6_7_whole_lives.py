"""Laws 2, 6 and 7 together, life after life: one store that everything happens to, and what must hold of it then."""

from __future__ import annotations

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.laws.stages import stages_on_files
from tests.laws.whole_lives import life_on
from tests.laws.worlds import lives

HAPPENS = (
    "a size was crossed up", "a size was crossed down", "a number of people was crossed up",
    "a number of people was crossed down", "a cap was crossed up", "a cap was crossed down", "a vendor's merge",
    "another model", "work died half way", "a lease was lost", "same", "different", "undo",
)  # fmt: skip
SELDOM = ("a deleted record came back", "split", "field_choice")
"""A hundred lives may do without."""


@pytest.mark.timeout(900)
def test_whatever_happens_to_a_store_no_promise_about_its_customers_is_broken() -> None:
    with stages_on_files(2) as stages:
        life, wanted = life_on(*stages), lives(150)

        run_state_machine_as_test(life, settings=wanted)

    insisted = HAPPENS + (SELDOM if wanted.max_examples >= 1000 else ())
    assert [what for what in insisted if not life.witnessed[what]] == [], "lives were too quiet"
