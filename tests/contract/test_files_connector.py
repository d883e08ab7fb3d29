"""File sources keep the connector contract, in each form that files come in."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from tests.contract.connector_play import NewWorld
from tests.contract.connector_suite import ConnectorSuite
from tests.contract.files_world import FilesWorld

FORMS = {
    "csv": {},
    "gzip": {"ending": ".csv.gz"},
    "workbook": {"ending": ".xlsx"},
    "utf16_semicolons": {"encoding": "utf-16", "delimiter": ";"},
}
SNAPSHOTS = ("hard_delete_is_seen_after_reconcile", "restore_is_seen", "reconcile_of_a_broken_read_deletes_nothing")
"""Played over a source declared to be a snapshot: only then is what is missing deleted."""


class TestFilesConnector(ConnectorSuite):
    """The suite over a folder of exports."""

    @pytest.fixture(params=FORMS)
    def new_world(self, request: pytest.FixtureRequest, tmp_path: Path) -> NewWorld:
        numbers = count()

        def new() -> FilesWorld:
            folder = tmp_path / str(next(numbers))
            folder.mkdir()
            return FilesWorld(folder, **FORMS[request.param])

        return new

    def scope_of(self, behaviour: str) -> dict[str, object]:
        return {"snapshot": True} if behaviour in SNAPSHOTS else {}
