"""Behaviours of a good guest: what it says, what it costs, whom it trusts."""

from __future__ import annotations

import logging
import math

import pytest

from tests.contract.connector_clients import Ledger
from tests.contract.connector_play import NewWorld, Played
from tests.contract.connector_world import World, people
from unified_model.errors import NeedsOperator, UnsiloError, UsageError


class MannersBehaviours(Played):
    """One method a behaviour; the names are those of `BEHAVIOURS`."""

    def test_secrets_and_personal_data_never_reach_logs_or_errors(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        world.put({key: {"name": "Xaverius", "city": "Ypsilanti", "note": "n"} for key in people(5)})
        caplog.set_level(logging.DEBUG)
        ledger, said = Ledger(world), []

        ledger.pull()
        for disturb in (world.fail, world.forbid):
            with disturb(), pytest.raises(UnsiloError) as caught:
                ledger.pull("full")
            said.append(str(caught.value))
        said += [str(finding) for finding in world.open().check()]
        if "validation_refusal_names_the_field" not in world.cannot:
            self._write_in_trouble(world, ledger)
        if "refused_credentials_stop_with_a_remedy" not in world.cannot:
            with pytest.raises(UnsiloError) as caught:
                Ledger(world, scope=world.wrong_credentials()).pull()
            said.append(str(caught.value))
        world.damage()
        try:
            ledger.pull("full")
        except UnsiloError as error:
            said.append(str(error))
        said += [one.detail + one.place for one in ledger.rejects]

        never = ("Xaverius", "Ypsilanti", *world.secrets())
        assert not [word for word in never for text in (*said, caplog.text) if word in text]

    def _write_in_trouble(self, world: World, ledger: Ledger) -> None:
        first, second, third = people(3)
        world.lose_answer()
        ledger.update({first: {"name": "Xaverius Secundus"}})
        world.lock(second)
        ledger.update({second: {"city": "Ypsilanti"}, third: {**world.invalid()[0], "name": "Xaverius"}})
        world.unlock()
        ledger.deliver()

    def test_calls_are_what_the_rows_need(self, new_world: NewWorld) -> None:
        """ceil(records / page) + windows + log of deletions + description, and a tenth of it."""
        world = new_world()
        world.put(people(world.page_size * 20))
        ledger, costs = Ledger(world), []

        for change in ({}, {}, people(world.page_size + 1)):
            world.put(change)
            before = world.calls()
            ledger.pull()
            costs.append((world.calls() - before, len(ledger.read)))

        assert len(ledger.state) == world.page_size * 20
        for calls, records in costs:
            assert calls <= math.floor(1.1 * world.calls_needed(records)), costs

    def test_plain_http_is_refused_beyond_loopback(self, world: World) -> None:
        with pytest.raises(UsageError) as caught:
            list(world.open(**world.plain_http_elsewhere()).read(world.object, None))

        assert "https" in str(caught.value)

    def test_token_of_another_installation_is_refused(self, world: World) -> None:
        connector = world.stranger()

        with pytest.raises(NeedsOperator) as caught:
            list(connector.read(world.object, None))

        assert caught.value.remedy
