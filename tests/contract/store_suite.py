"""What every store backend must do, the same way. A backend's own test file gives `url` and a few lines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.store_bulk import BulkContract
from tests.contract.store_events import EventsContract
from tests.contract.store_people import PeopleContract
from tests.contract.store_values import ValuesContract
from tests.contract.store_work import WorkContract
from unified_model.store.engine import Store, open_store


class StoreContract(WorkContract, BulkContract, ValuesContract, PeopleContract, EventsContract):
    """Inherit, and give a fixture `url`: the address of an empty store of the test's own."""

    @pytest.fixture
    def url(self) -> str:
        raise NotImplementedError

    @pytest.fixture
    def store(self, url: str) -> Iterator[Store]:
        with open_store(url) as opened:
            yield opened
