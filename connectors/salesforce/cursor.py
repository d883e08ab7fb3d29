"""The place a reader has reached, as text: opaque to everyone else, versioned, saved with every page."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from connectors.salesforce.soql import Position, Span
from unified_model.errors import CursorExpired

VERSION = 1


class JobPlace(NamedTuple):
    """A bulk job, the page of its result that is being read, and how many rows of that page were."""

    job: str
    locator: str = ""
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Cursor:
    """Every change stamped before `covered` was read, with `columns`; None: not all was read yet."""

    columns: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    """Columns read once that the org does not show now."""
    scope: str = ""
    """The condition of the settings under which was read."""
    covered: str | None = None
    deleted_to: str | None = None
    """Deletions before this time were read; None: they need not be, all is read anew."""
    span: Span | None = None
    """The window being read."""
    job: JobPlace | None = None
    """The bulk job that reads it."""

    def dumps(self) -> str:
        """As text; equal cursors give equal text."""
        body: dict[str, Any] = {
            "v": VERSION,
            "columns": self.columns,
            "hidden": self.hidden,
            "scope": self.scope,
            "covered": self.covered,
            "deleted_to": self.deleted_to,
            "span": self.span,
            "job": self.job,
        }
        return json.dumps({key: value for key, value in body.items() if value}, separators=(",", ":"))

    def beginning(self, span: Span) -> Cursor:
        """About to read a window."""
        return replace(self, span=span, job=None)

    def ended(self) -> Cursor:
        """The window has been read."""
        assert self.span is not None
        return replace(self, covered=self.span.until, span=None, job=None)


def load_cursor(text: str, object: str) -> Cursor:
    """From text. CursorExpired when it is none of this version."""
    try:
        body = json.loads(text)
        if body["v"] != VERSION:
            raise KeyError("v")
        span = body.get("span")
        return Cursor(
            columns=tuple(body.get("columns", ())),
            hidden=tuple(body.get("hidden", ())),
            scope=body.get("scope", ""),
            covered=body.get("covered"),
            deleted_to=body.get("deleted_to"),
            span=Span(span[0], span[1], Position(*span[2]) if span[2] else None) if span else None,
            job=JobPlace(*body["job"]) if body.get("job") else None,
        )
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        raise CursorExpired(
            f"The place in {object} that was kept is of another version of the reader.",
            "Everything is read again, and compared.",
        ) from None
