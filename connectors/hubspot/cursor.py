"""The place a reader has reached, as text: opaque to everyone else, versioned, saved with every page."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from unified_model.errors import CursorExpired

VERSION = 2


class Window(NamedTuple):
    """A closed span of stamps, in epoch milliseconds, of which every record up to an id was read."""

    low: int
    high: int
    last: int = 0
    """The highest id read; ids are compared as numbers."""


class Range(NamedTuple):
    """Part of a list: what lies behind a place of the vendor's, up to an id; None: to the end."""

    after: str = ""
    until: int | None = None


WHOLE = (Range(),)


class Walk(NamedTuple):
    """A walk over the whole list: since when (epoch milliseconds), and what is left of it."""

    since: int
    left: tuple[Range, ...] = WHOLE
    again: bool = False
    """Columns came up on the way: what was read without them is to be walked once more."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Every change stamped up to `covered` was read, with `columns`; None: not all was read yet.

    A new column is backfilled by a walk, so that backfill is under way while `walk` stands beside `covered`.
    """

    columns: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    """Columns read once that the portal does not show now."""
    refused: tuple[str, ...] = ()
    """Columns of links that this token was refused."""
    covered: int | None = None
    """Epoch milliseconds."""
    walk: Walk | None = None
    """The walk under way; it comes before any window."""
    window: Window | None = None
    """The window being read."""
    archived_to: int | None = None
    """What was archived before this time (epoch milliseconds) was told; None: the bin was never looked into."""
    archived_pages: int = 0
    """How long the way through the bin was."""
    archived: frozenset[str] = frozenset()
    """Ids that were last found in the bin, the newest of them: one that is not there any more may have come back."""

    def dumps(self) -> str:
        """As text; equal cursors give equal text."""
        body: dict[str, Any] = {
            "v": VERSION,
            "columns": self.columns,
            "hidden": self.hidden,
            "refused": self.refused,
            "covered": self.covered,
            "walk": self.walk,
            "window": self.window,
            "archived_to": self.archived_to,
            "archived_pages": self.archived_pages,
            "archived": sorted(self.archived, key=lambda id: (len(id), id)),
        }
        return json.dumps({key: value for key, value in body.items() if value}, separators=(",", ":"))

    def walking(self, since: int) -> Cursor:
        """About to walk the whole list."""
        return replace(self, walk=Walk(since), window=None)

    def walked(self, left: tuple[Range, ...]) -> Cursor:
        """So much of the list is left; when nothing is, changes go on from the walk's beginning."""
        assert self.walk is not None
        if left:
            return replace(self, walk=self.walk._replace(left=left))
        if self.walk.again:
            return replace(self, walk=Walk(self.walk.since))
        return replace(self, covered=self.walk.since, walk=None, window=None)

    def beginning(self, window: Window) -> Cursor:
        """About to read a window."""
        return replace(self, window=window)

    def ended(self) -> Cursor:
        """The window has been read."""
        assert self.window is not None
        return replace(self, covered=self.window.high, window=None)


def _walk(since: int, left: list[list[Any]], again: bool) -> Walk:
    return Walk(since, tuple(Range(*each) for each in left), again)


def load_cursor(text: str, object: str) -> Cursor:
    """From text. CursorExpired when it is none of this version."""
    try:
        body = json.loads(text)
        if body["v"] != VERSION:
            raise KeyError("v")
        return Cursor(
            columns=tuple(body.get("columns", ())),
            hidden=tuple(body.get("hidden", ())),
            refused=tuple(body.get("refused", ())),
            covered=body.get("covered"),
            walk=_walk(*body["walk"]) if body.get("walk") else None,
            window=Window(*body["window"]) if body.get("window") else None,
            archived_to=body.get("archived_to"),
            archived_pages=body.get("archived_pages", 0),
            archived=frozenset(body.get("archived", ())),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CursorExpired(
            f"The place in {object} that was kept is of another version of the reader.",
            "Everything is read again, and compared.",
        ) from None
