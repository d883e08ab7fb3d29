"""The hub, opened: checked settings, the store they name, and a clock. Everything a flow needs to begin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flows.secrets import store_url
from flows.settings import Settings, load_settings

if TYPE_CHECKING:
    from unified_model.store.engine import Store, Upgrade

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time, aware and UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Hub:
    """Settings and their open store."""

    settings: Settings
    store: Store
    clock: Clock = utc_now


@contextmanager
def open_hub(settings: Settings | Path, *, upgrade: Upgrade = "auto", clock: Clock = utc_now) -> Iterator[Hub]:
    """Open the store that the settings name; `upgrade` as in `open_store`."""
    from unified_model.store.engine import open_store

    checked = settings if isinstance(settings, Settings) else load_settings(settings)
    with open_store(store_url(checked), upgrade=upgrade) as store:
        yield Hub(checked, store, clock)
