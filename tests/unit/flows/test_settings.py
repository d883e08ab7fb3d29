"""`unsilo.toml`: what is written is what is read; a mistake names its remedy; secrets stay outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.secrets import secret, secrets_file, store_url
from flows.settings import load_settings
from unified_model.errors import UsageError

FAIR = '[sources.fair]\nkind = "files"\npath = "in/fair.csv"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "unsilo.toml"
    path.write_text(text, encoding="utf-8")
    return path


def complaint(folder: Path, text: str) -> str:
    with pytest.raises(UsageError) as caught:
        load_settings(written(folder, text))
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_without_a_word_about_the_store_it_lies_beside_the_settings(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, FAIR))

    assert settings.store_url == f"sqlite:///{tmp_path / 'unsilo.db'}"


def test_a_relative_store_counts_from_the_settings_not_from_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    written(tmp_path, '[store]\nurl = "sqlite:///data/hub.db"\n' + FAIR)
    monkeypatch.chdir(tmp_path / "elsewhere")

    settings = load_settings(Path("../unsilo.toml"))

    assert settings.store_url == f"sqlite:///{tmp_path / 'data' / 'hub.db'}"


def test_a_source_keeps_its_options_as_written(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, FAIR + 'key = ["A", "B"]\nsnapshot = true\nas_of = 2026-03-02\n'))

    assert settings.source("fair").kind == "files"
    assert settings.source("fair").options["key"] == ["A", "B"]
    assert settings.source("fair").options["snapshot"] is True


def test_the_example_settings_of_the_repository_are_valid() -> None:
    example = Path(__file__).parents[3] / "deployments" / "example-unsilo.toml"

    settings = load_settings(example)

    assert set(settings.sources) == {"crm", "marketing", "fair", "emea"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[sorces.fair]\n", "Did you mean 'sources'?"),
        (FAIR + 'dat_order = "dmy"\n', "Did you mean 'date_order'?"),
        (FAIR + 'date_order = "dym"\n', "one of ymd, dmy, mdy"),
        (FAIR + 'snapshot = "yes"\n', "must be true or false"),
        (FAIR + "encoding = 7\n", "must be text"),
        ('[sources.fair]\npath = "x"\n', 'Add kind = "files"'),
        ('[sources."Fair Trade"]\nkind = "files"\n', "lower-case letters"),
        ('[store]\nurl = "mysql://x/y"\n', "sqlite:///FILE"),
        ('[store]\nurl = "sqlite://"\n', "names no file"),
        ("store = 1\n", "must be a table"),
    ],
)
def test_a_mistake_names_its_remedy(tmp_path: Path, text: str, told: str) -> None:
    assert told in complaint(tmp_path, text)


@pytest.mark.parametrize("name", ["client_secret", "token", "password", "api_key", "apiKey", "private_key"])
def test_a_secret_is_refused_with_the_variable_to_use(tmp_path: Path, name: str) -> None:
    told = complaint(tmp_path, FAIR + f'{name} = "hunter2"\n')

    assert f"UNSILO_FAIR_{name.upper()}" in told
    assert "hunter2" not in told


def test_a_column_may_be_called_like_a_secret(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, FAIR + '[sources.fair.mapping]\n"Token" = "custom.token"\n'))

    assert settings.source("fair").options["mapping"] == {"Token": "custom.token"}


def test_a_secret_comes_from_the_environment_before_the_file(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, FAIR.replace("fair", "fair-eu")))
    secrets_file(settings).write_text("# mine\nUNSILO_FAIR_EU_TOKEN = from the file\n")
    secrets_file(settings).chmod(0o600)

    assert secret(settings, "fair-eu", "token", {}) == "from the file"
    assert secret(settings, "fair-eu", "token", {"UNSILO_FAIR_EU_TOKEN": "from outside"}) == "from outside"
    assert secret(settings, "fair-eu", "other", {}) is None


def test_a_secrets_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, FAIR))
    secrets_file(settings).write_text("UNSILO_FAIR_TOKEN=x\n")
    secrets_file(settings).chmod(0o644)

    with pytest.raises(UsageError, match="chmod 600"):
        secret(settings, "fair", "token", {})


def test_the_stores_password_is_put_into_its_address(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, '[store]\nurl = "postgresql://me@db.example:5433/hub"\n' + FAIR))

    url = store_url(settings, {"UNSILO_STORE_PASSWORD": "p@ss/word"})

    assert url == "postgresql+psycopg://me:p%40ss%2Fword@db.example:5433/hub"
    assert store_url(settings, {}) == "postgresql+psycopg://me@db.example:5433/hub"
