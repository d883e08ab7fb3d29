"""Secrets: from the environment, else from an owner-only file beside the store; never from settings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from flows.settings import Settings, secret_variable
from unified_model.errors import UsageError

FILE_NAME = "unsilo.secrets"


def secret(settings: Settings, label: str, key: str, environment: Mapping[str, str] = os.environ) -> str | None:
    """A source's secret: `UNSILO_<SOURCE>_<KEY>` of the environment, else of the secrets file; None when nowhere."""
    name = secret_variable(label, key)
    return environment.get(name) or _from_file(secrets_file(settings)).get(name)


def store_url(settings: Settings, environment: Mapping[str, str] = os.environ) -> str:
    """The store's URL with its password (`UNSILO_STORE_PASSWORD`) put in, where there is one."""
    password = secret(settings, "store", "password", environment)
    if password is None or not settings.store_url.startswith("postgresql"):
        return settings.store_url
    parts = urlsplit(settings.store_url)
    user, separator, host = parts.netloc.rpartition("@")
    if not separator:
        raise UsageError(
            f"The store's url in {settings.path} names no user for the password.",
            "Write postgresql+psycopg://USER@HOST/NAME.",
        )
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}"))


def secrets_file(settings: Settings) -> Path:
    """Beside a SQLite store, else beside the settings."""
    if settings.store_url.startswith("sqlite:///"):
        return Path(settings.store_url.removeprefix("sqlite:///")).parent / FILE_NAME
    return settings.folder / FILE_NAME


def _from_file(path: Path) -> dict[str, str]:
    """Lines `NAME=value`; a file others can read is refused, because it is no secret any more."""
    try:
        mode = path.stat().st_mode
        if mode & 0o077:
            raise UsageError(f"{path} can be read by others.", f"Run `chmod 600 {path}` and change the secrets in it.")
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except PermissionError:
        raise UsageError(f"{path} can't be read: no permission.", "Change its owner.") from None
    pairs = (line.partition("=") for line in lines if line.strip() and not line.lstrip().startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}
