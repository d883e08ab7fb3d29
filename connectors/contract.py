"""The contract between the engine and every connector: what a source can do, as data, and how it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol

from unified_model.records import Page, Payload, SourceRecord

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
    """The connector is a `Writes` for this object."""
    outlined: bool = False
    """The connector is an `Outlines` for this object: the copy can be proven without reading everything."""
    bin_days: int | None = None
    """Deleted records can be looked up for so many days; one that goes without that was erased. None: not known."""
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


class Outline(NamedTuple):
    """One record that a source holds, told cheaply: its id and some values (stamp, calculated fields)."""

    record_id: str
    values: Mapping[str, Any]
    """Raw columns in the same form as the payload of a full read; what differs from the copy is read again."""


class Outlines(Protocol):
    """A connector that can list what there is without reading it whole."""

    def outline(self, object: str) -> Iterator[Sequence[Outline]]:
        """Every record that is not deleted, each once; an error, never a shorter list, when not all could be read."""


class Allowance(NamedTuple):
    """A limit of the source system: how much there is, how much is used by everybody, how much of it is ours."""

    name: str
    total: int
    used: int
    ours: int
    """What the configured share allows us."""
    until: datetime | None = None
    """When it is renewed."""


class Limited(Protocol):
    """A connector whose system counts calls."""

    def limits(self) -> Sequence[Allowance]:
        """The system's limits, as it tells them now."""

    def forecast(self, object: str, cursor: str | None, mode: Mode = "changes") -> int:
        """Calls that reading from `cursor` on would take."""


Action = Literal["create", "update", "upsert", "delete"]
Outcome = Literal["created", "updated", "deleted", "unchanged", "conflict", "duplicate", "rejected", "retry", "unknown"]


class Op(NamedTuple):
    """One write. `id` comes back with its result and names it for ever, so that a repeat is known as one."""

    id: str
    action: Action
    changes: Mapping[str, Any]
    """Raw columns to set; None clears; a column that is not named is left alone."""
    record_id: str | None = None
    base: Mapping[str, Any] | None = None
    """What we believe these columns hold now: when one holds something else, and not what we want, it is a conflict."""
    guard: tuple[str, str] | None = None
    """Create, upsert: (column, value) of an external id that is unique there, so that twice makes one."""
    repeated: bool = False
    """It may have been sent before: look first whether it was applied."""


class OpResult(NamedTuple):
    """What became of an op. There is one for every op, in the order of the ops.

    Where a system takes no condition with a write, an edit may come between looking and writing. It is looked for
    afterwards, and told as a conflict of reason `overwritten`: ours stands, `found` is what it replaced.
    """

    op: str
    outcome: Outcome
    record_id: str | None = None
    """The record it concerned (created: the new one; followed a merge: the survivor)."""
    reason: str = ""
    """The vendor's stable code, or ours."""
    detail: str = ""
    """One sentence for a person; the vendor's own words where it has any."""
    fields: tuple[str, ...] = ()
    """Columns that were refused, or in conflict."""
    other_id: str | None = None
    """Duplicate: the record that exists already."""
    found: Payload | None = None
    """Conflict: what the columns hold instead, or held when ours was written over it."""


class Writes(Protocol):
    """A connector that can write."""

    def write(self, object: str, ops: Sequence[Op]) -> Sequence[OpResult]:
        """Apply the ops; a result for each, also when the system fails half way (`retry`, `unknown`)."""


class Provisions(Protocol):
    """A connector that can make what `check` misses."""

    def provision(self) -> Sequence[Finding]:
        """Make what is missing and may be made (an external-id field); one finding for each thing made or refused."""
