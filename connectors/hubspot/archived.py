"""The recycle bin: what was archived since it was last looked into, and what came back out of it.

It has no filter, so all of it is walked each time, as a rule a short way; a long one is not gone in every run. A
record may come back without any stamp moving: so the newest ids that lie in the bin are remembered, and one that is
missing next time is looked up.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator

from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.describing import Schema
from connectors.hubspot.merging import MERGED, merged_away
from connectors.hubspot.rows import milliseconds, moment
from connectors.hubspot.walking import walk
from unified_model.records import SourceRecord

NAMES = ("hs_object_id", MERGED)
REMEMBERED = 1_000
"""Ids of the bin that are remembered. One archived before these that comes back is found when the copy is compared."""


SHORT_WAY = 20
"""Pages of a bin that are no matter."""
MILLISECONDS_A_PAGE = 10_000
"""A longer way is gone again when so much time has passed for each of its pages."""


def is_due(since: int | None, pages: int, now: int) -> bool:
    """Whether to look into the bin again, some pages deep, that was looked into at `since` (epoch milliseconds)."""
    return since is None or pages <= SHORT_WAY or now - since >= pages * MILLISECONDS_A_PAGE


class RecycleBin:
    """One look into the bin of an object. What it says of `newest`, `left` and `recent` holds after `deletions`."""

    def __init__(
        self, client: HubSpotClient, schema: Schema, remembered: Collection[str], *, recent_since: int
    ) -> None:
        self._client, self._schema, self._remembered = client, schema, frozenset(remembered)
        self._recent_since = recent_since
        self.pages = 0
        self.newest: frozenset[str] = frozenset()
        """What to remember for the next time."""
        self.left: set[str] = set(remembered)
        """Remembered ones that are not there any more: they came back, or are gone for good."""
        self.recent: set[str] = set()
        """Those archived since `recent_since` (epoch milliseconds): a search may still show them."""

    def deletions(self, since: int | None) -> Iterator[list[SourceRecord]]:
        """Records archived since then (epoch milliseconds; None: ever), as deleted, without those remembered; and what
        had gone into them, which nothing else tells of any more."""
        newest: list[tuple[int, str]] = []
        pages = walk(self._client, self._schema.object, self._schema.type, NAMES, archived=True)
        for page in pages:
            self.pages += 1
            told = []
            for row in page.rows:
                id, when = str(row["id"]), moment(row.get("archivedAt"))
                at = milliseconds(when) if when else None
                self.left.discard(id)
                _remember(newest, at or 0, id)
                if at is None or at >= self._recent_since:
                    self.recent.add(id)
                if id not in self._remembered and (at is None or since is None or at >= since):
                    told.append(SourceRecord(self._schema.object, id, {}, when, deleted=True))
                    told += merged_away(self._schema.object, row)
            yield told
        self.newest = frozenset(id for _, id in newest)


def _remember(newest: list[tuple[int, str]], at: int, id: str) -> None:
    """Keep the newest so many."""
    if len(newest) < REMEMBERED:
        heapq.heappush(newest, (at, id))
    else:
        heapq.heappushpop(newest, (at, id))
