"""What flows answer with: counts and states, ready to be shown, sent or stored. Never customers' data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

State = Literal["done", "done_with_warnings", "done_with_rejects", "paused", "stopped", "failed"]
"""`paused`: the budget of calls is used up, or the system asked us to wait; a later run goes on."""

_WORST_FIRST: tuple[State, ...] = ("failed", "stopped", "paused", "done_with_rejects", "done_with_warnings", "done")
_EXIT_CODES: Mapping[State, int] = {
    "done": 0, "done_with_warnings": 3, "done_with_rejects": 3, "paused": 1, "stopped": 1, "failed": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PullReport:
    """What became of one source's records. read = stored + unchanged + repeated + rejected + suppressed."""

    source: str
    state: State
    read: int = 0
    stored: int = 0
    unchanged: int = 0
    repeated: int = 0
    rejected: int = 0
    suppressed: int = 0
    deleted: int = 0
    seconds: float = 0.0
    run: int | None = None
    error: str | None = None
    retry: bool = False
    """True: the same pull may go through later without anybody doing anything."""
    warnings: Sequence[str] = ()
    """What a person should look at though nothing failed: columns that the source does not show any more."""
    proofs: Sequence[Mapping[str, Any]] = ()
    """Objects whose copy was compared with the source: figures, and a sentence (`says`)."""


@dataclass(frozen=True, slots=True)
class ResolveReport:
    """What matching and consolidating changed."""

    state: State
    counts: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    run: int | None = None
    error: str | None = None
    retry: bool = False
    """True: another resolver was at work, or the store was busy."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """A sync: every source's pull, then the resolve."""

    pulls: Sequence[PullReport] = ()
    resolve: ResolveReport | None = None
    seconds: float = 0.0

    @property
    def state(self) -> State:
        states = [pull.state for pull in self.pulls] + ([self.resolve.state] if self.resolve else [])
        return min(states, key=_WORST_FIRST.index, default="done")

    @property
    def errors(self) -> list[str]:
        """What went wrong, a sentence a source, then the resolve's."""
        told = [pull.error for pull in self.pulls] + ([self.resolve.error] if self.resolve else [])
        return [error for error in told if error]

    @property
    def warnings(self) -> list[str]:
        """What a person should look at though nothing failed."""
        return [warning for pull in self.pulls for warning in pull.warnings]

    @property
    def exit_code(self) -> int:
        """0 done, 1 failed, stopped or paused, 3 done with records set aside or with warnings."""
        return _EXIT_CODES[self.state]

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {"state": self.state, **asdict(self)}
