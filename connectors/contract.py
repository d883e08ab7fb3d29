"""The contract between the engine and every connector: what a source can do, as data, and how it is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from unified_model.records import Page, SourceRecord

Mode = Literal["changes", "full"]


@dataclass(frozen=True, slots=True)
class ObjectCapabilities:
    """How one object of a source behaves; the engine picks its path from this, never from the vendor's name."""

    object: str
    kind: Literal["person", "organization", "other"]
    changes: Literal["none", "fingerprint", "window", "feed"]
    """How changes are found: not at all, by comparing a fingerprint, by time windows, by a change feed."""
    deletes: Literal["none", "absence", "feed"]
    """How deletes show: never, by absence from a declared snapshot (or reconcile), or as events."""
    keyed: bool = True
    """False: records have no lasting key (row hash), so an edited record is a new one."""
    writable: bool = False
    max_vanishing_share: float = 0.10
    """Absence: stop and ask when more than this share of the known records is missing."""


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """What `discover` found: an object's fields with a few example values kept on this machine only."""

    object: str
    fields: Sequence[str]
    records: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of `check`: level, what was found, and what to do about it."""

    level: Literal["ok", "warning", "error"]
    subject: str
    message: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Installation:
    """The source system behind a label: `id` is pinned in the store at first contact and refused when it differs."""

    id: str
    kind: str


class Connector(Protocol):
    """A source system, opened. Every method may raise the errors of `unified_model.errors` and nothing else."""

    def describe(self) -> Sequence[ObjectCapabilities]:
        """The configured objects and what each can do."""

    def installation(self) -> Installation:
        """Who this source is (org id, portal id, or for files the label it was first given)."""

    def check(self) -> Sequence[Finding]:
        """Credentials, permissions, limits and the mapping against what the source really holds."""

    def discover(self) -> Sequence[ObjectInfo]:
        """Objects and fields that could be read, configured or not."""

    def read(self, object: str, cursor: str | None, mode: Mode = "changes") -> Iterator[Page]:
        """Pages from `cursor` on, each with the cursor that covers it; `full` ignores what was read before."""

    def get(self, object: str, ids: Sequence[str]) -> Sequence[SourceRecord]:
        """The named records as they are now; missing ones are left out."""

    def close(self) -> None:
        """Release files and connections."""
