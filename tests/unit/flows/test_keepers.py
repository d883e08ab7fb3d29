"""What a connection remembers between runs: for its owner alone, whole or not at all, one process at a time."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from flows import keepers
from flows.keepers import SpendingFile, TokenFile, rename_kept, spending_file, token_file
from flows.settings import Settings, load_settings
from tests.conftest import REPOSITORY
from unified_model.errors import Retry, UsageError


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "unsilo.toml").write_text(
        '[sources.emea]\nkind = "salesforce"\nurl = "https://acme.my.salesforce.com"\n'
    )
    return load_settings(tmp_path / "unsilo.toml")


def tokens(settings: Settings, configured: str | None = "first") -> TokenFile:
    return TokenFile(settings, "emea", lambda: configured)


def test_the_newest_token_is_the_one_that_was_kept_last(settings: Settings) -> None:
    assert tokens(settings).load() is None

    tokens(settings).keep("second")
    tokens(settings).keep("third")

    assert tokens(settings).load() == "third"


def test_only_its_owner_may_read_it(settings: Settings) -> None:
    tokens(settings).keep("second")
    with tokens(settings).lock():
        pass

    assert {stat.S_IMODE(path.stat().st_mode) for path in settings.folder.glob("unsilo.token*")} == {0o600}

    token_file(settings, "emea").chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        tokens(settings).load()


def test_a_token_that_a_person_sets_anew_stands_above_the_kept_one(settings: Settings) -> None:
    tokens(settings).keep("second")

    assert tokens(settings, "connected anew").load() is None
    assert "connected anew" not in token_file(settings, "emea").read_text()


def test_a_crash_while_keeping_leaves_the_token_before(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens(settings).keep("second")

    def crash(_descriptor: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(keepers.os, "fsync", crash)
        with pytest.raises(KeyboardInterrupt):
            tokens(settings).keep("third")

    assert tokens(settings).load() == "second"
    tokens(settings).keep("fourth")
    assert tokens(settings).load() == "fourth"


def test_one_process_at_a_time_goes_from_a_token_to_the_next(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = """
import sys
from pathlib import Path
from flows.keepers import TokenFile
from flows.settings import load_settings
with TokenFile(load_settings(Path(sys.argv[1])), "emea", lambda: None).lock():
    print("held", flush=True)
    input()
"""
    command = [sys.executable, "-c", script, str(settings.path)]
    other = subprocess.Popen(
        command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    monkeypatch.setattr(keepers, "LOCK_PATIENCE_S", 0.2)

    with pytest.raises(Retry, match="another process"), tokens(settings).lock():
        pass
    other.kill()
    other.communicate()

    with tokens(settings).lock():
        pass


def test_spent_calls_are_kept_over_runs(settings: Settings) -> None:
    SpendingFile(settings, "emea").keep({"2026-11-22T09:00Z": 41})

    assert SpendingFile(settings, "emea").load() == {"2026-11-22T09:00Z": 41}
    assert SpendingFile(settings, "apac").load() == {}


def test_a_spoiled_note_of_calls_is_no_note(settings: Settings) -> None:
    SpendingFile(settings, "emea").keep({})
    spending_file(settings, "emea").write_text('{"x": "y"}')

    assert SpendingFile(settings, "emea").load() == {}


def test_what_is_kept_goes_along_with_a_new_label(settings: Settings) -> None:
    tokens(settings).keep("second")

    rename_kept(settings, "emea", "europe")

    assert TokenFile(settings, "europe", lambda: "first").load() == "second"
    assert tokens(settings).load() is None
