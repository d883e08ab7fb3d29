"""A pull's book-keeping: what failed half way tells what it landed; one bad object leaves the others theirs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.files.connector import FileConnector
from flows.hub import Hub, open_hub
from flows.pull import pull_source
from flows.settings import load_settings
from flows.watch import Event, Watch
from unified_model.errors import CursorExpired, NeedsOperator
from unified_model.records import Page
from unified_model.store.runs import newest_runs

SETTINGS = """
[sources.crm]
kind = "files"
path = "in"
key = "Id"
[sources.crm.mapping]
"Name" = "full_name"
"""


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A store, and a source of two objects with 5,000 and 10 records."""
    (tmp_path / "in").mkdir()
    for name, rows in (("many", 5_000), ("some", 10)):
        lines = "".join(f"{name}{number},Ann Lee{number}\n" for number in range(rows))
        (tmp_path / "in" / f"{name}.csv").write_text("Id,Name\n" + lines)
    (tmp_path / "unsilo.toml").write_text(SETTINGS)
    with open_hub(load_settings(tmp_path / "unsilo.toml")) as opened:
        yield opened


def breaks_after(pages: int, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """The object `many` can be read only so far."""
    whole = FileConnector.read

    def read(self: FileConnector, object: str, cursor: str | None, mode: Any = "changes") -> Iterator[Page]:
        for number, page in enumerate(whole(self, object, cursor, mode)):
            if object == "many" and number == pages and mode == "changes":
                raise error
            yield page

    monkeypatch.setattr(FileConnector, "read", read)


def test_a_read_that_fails_half_way_tells_what_it_landed_and_others_get_their_turn(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks_after(1, NeedsOperator("The disk was pulled out.", "Put it back."), monkeypatch)

    report = pull_source(hub, "crm", Watch())

    assert (report.state, report.error) == ("failed", "The disk was pulled out. Put it back.")
    assert (report.read, report.stored) == (2_010, 2_010)
    with hub.store.read() as conn:
        (run,) = newest_runs(conn)
    assert (run.state, run.stored) == ("failed", 2_010)


def test_the_next_pull_goes_on_where_the_failed_one_stopped(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        breaks_after(1, NeedsOperator("Gone.", ""), broken)
        pull_source(hub, "crm", Watch())

    report = pull_source(hub, "crm", Watch())

    assert (report.state, report.stored, report.unchanged) == ("done", 3_000, 0)


def test_an_error_nobody_foresaw_ends_the_run_without_its_text(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    breaks_after(1, ZeroDivisionError("ann@lee.example"), monkeypatch)

    with pytest.raises(ZeroDivisionError):
        pull_source(hub, "crm", Watch())

    with hub.store.read() as conn:
        (run,) = newest_runs(conn)
    assert (run.state, run.stored) == ("failed", 2_000)
    assert run.error == "An error nobody foresaw (ZeroDivisionError)."


def test_a_lost_place_means_a_full_read(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    breaks_after(0, CursorExpired("The place is lost.", ""), monkeypatch)

    report = pull_source(hub, "crm", Watch())

    assert (report.state, report.stored) == ("done", 5_010)


def test_progress_counts_the_whole_source(hub: Hub) -> None:
    heard: list[Event] = []

    pull_source(hub, "crm", Watch(tell=heard.append))

    assert [event.done for event in heard] == [2_000, 4_000, 5_000, 5_010]
    assert {event[:3] for event in heard} == {("pull", "crm", "read")}


def test_a_stop_is_heard_between_pages(hub: Hub) -> None:
    heard: list[Event] = []

    report = pull_source(hub, "crm", Watch(heard.append, lambda: len(heard) >= 1))

    assert (report.state, report.stored) == ("stopped", 2_000)
    assert pull_source(hub, "crm", Watch()).stored == 3_010


def test_a_source_with_set_aside_records_is_not_plainly_done(hub: Hub) -> None:
    (hub.settings.folder / "in" / "some.csv").write_text("Id,Name\nsome1,Ann\nsome1,Bob\n")

    report = pull_source(hub, "crm", Watch())

    assert (report.state, report.rejected) == ("done_with_rejects", 1)
    assert report.read == report.stored + report.unchanged + report.repeated + report.rejected + report.suppressed
