"""What a connection must remember between runs, in owner-only files beside the store: its token, the calls it spent.

A refresh token may be good for one use only. The next one is on the disk before it is used, whole or not at all, and
one process at a time goes from loading a token to keeping the next.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flows.secrets import secrets_file
from flows.settings import Settings
from unified_model.errors import Retry, UsageError

LOCK_PATIENCE_S = 60.0
LOOK_AGAIN_S = 0.05


class TokenFile:
    """The newest refresh token of one source. `configured` tells the secret that a person has set, if any."""

    def __init__(self, settings: Settings, label: str, configured: Callable[[], str | None]) -> None:
        self._path = token_file(settings, label)
        self._label, self._configured = label, configured

    def load(self) -> str | None:
        """The newest token kept; None when there is none, or when a person has set another one since."""
        kept = _read(self._path)
        token = kept.get("token")
        return token if isinstance(token, str) and kept.get("follows") == self._origin() else None

    def keep(self, token: str) -> None:
        """Keep a new one: when this returns, it outlives a crash."""
        _write(self._path, {"token": token, "follows": self._origin()})

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Held from loading a token until the next is kept. Retry when another process holds it too long."""
        deadline = time.monotonic() + LOCK_PATIENCE_S
        place = self._path.with_name(self._path.name + ".lock")
        holder = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            while True:
                try:
                    fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise Retry(
                            f"{self._label}: another process is signing in and does not come to an end.",
                            "Look for a second `unsilo` at work, then try again.",
                        ) from None
                    time.sleep(LOOK_AGAIN_S)
            yield
        finally:
            os.close(holder)

    def _origin(self) -> str:
        """Tells the configured secret from another one without keeping it a second time."""
        return hashlib.sha256((self._configured() or "").encode()).hexdigest()[:16]


class SpendingFile:
    """Calls of one source by the hour, so that its share of a day holds over several runs."""

    def __init__(self, settings: Settings, label: str) -> None:
        self._path = spending_file(settings, label)

    def load(self) -> Mapping[str, int]:
        """Calls by the hour as they were kept last; nothing when the file is no such thing."""
        try:
            return {hour: int(calls) for hour, calls in _read(self._path).items()}
        except (TypeError, ValueError):
            return {}

    def keep(self, calls: Mapping[str, int]) -> None:
        """Keep these instead."""
        _write(self._path, dict(calls))


def token_file(settings: Settings, label: str) -> Path:
    """Where a source's newest refresh token is kept."""
    return secrets_file(settings).with_name(f"unsilo.token-{label}")


def spending_file(settings: Settings, label: str) -> Path:
    """Where a source's calls are kept."""
    return secrets_file(settings).with_name(f"unsilo.calls-{label}")


def rename_kept(settings: Settings, label: str, new: str) -> None:
    """What a source remembers goes with it when it gets another label."""
    for named in (token_file, spending_file):
        if named(settings, label).exists():
            named(settings, label).replace(named(settings, new))


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_mode & 0o077:
            raise UsageError(f"{path} can be read by others.", f"Run `chmod 600 {path}` and connect the source anew.")
        kept = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        return {}
    return kept if isinstance(kept, dict) else {}


def _write(path: Path, value: Mapping[str, Any]) -> None:
    """Whole or not at all, for its owner alone, and on the disk before this returns."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
