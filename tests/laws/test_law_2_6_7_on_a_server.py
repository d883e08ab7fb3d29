"""Laws 2, 6 and 7 together on PostgreSQL, life after life."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.laws.stages import stages_on_a_server
from tests.laws.whole_lives import life_on
from tests.laws.worlds import lives


@pytest.mark.timeout(900)
def test_on_a_server_no_promise_about_customers_is_broken_either(new_postgres: Callable[[], str]) -> None:
    with stages_on_a_server(2, new_postgres) as stages:
        run_state_machine_as_test(life_on(*stages), settings=lives(15))
