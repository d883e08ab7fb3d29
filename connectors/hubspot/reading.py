"""Reading an object: everything by a walk over its list, changes by search, deletions from the recycle bin.

A run looks into the bin first, so that a record that came back is seen alive after it was seen deleted. Then it walks
the list, if that was never done or columns are new, or searches the span from some minutes before what was covered
until shortly before the portal's own now: the search index shows a change late. Each page carries the place after it; a
run killed anywhere goes on from its last page. While some pages are landed the next are made, and those after them are
fetched.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Protocol, TypeVar

from connectors.contract import Mode
from connectors.hubspot.ahead import one_ahead
from connectors.hubspot.archived import RecycleBin, is_due
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.completing import Complete, Completer
from connectors.hubspot.cursor import WHOLE, Cursor, Window, load_cursor
from connectors.hubspot.describing import LINKS, OWNER_NAME, Describer, Schema
from connectors.hubspot.lanes import List, Walked, walk_wide
from connectors.hubspot.objects import OWNERS
from connectors.hubspot.owners import NAME_COLUMN, owners
from connectors.hubspot.refusals import Refusal
from connectors.hubspot.rows import Row, by_number, in_runs, milliseconds
from connectors.hubspot.searching import Found, Search, changed, fits_body
from connectors.hubspot.walking import fits_url
from unified_model.errors import CursorExpired, UnsiloError
from unified_model.records import Page, SourceRecord

GROUP = 1_000
"""Records whose links are read at once."""
LOOKED_UP = 200
"""Records of a page that came back from the bin."""
TOO_LONG = (414, 431)


class _Paged(Protocol):
    @property
    def rows(self) -> list[Row]: ...


P = TypeVar("P", bound=_Paged)


class Reading:
    """One read of one object. `pages` is called once."""

    def __init__(self, client: HubSpotClient, describer: Describer, object: str) -> None:
        self._client, self._describer, self.object = client, describer, object
        self._overlap = int(client.settings.overlap_minutes * 60_000)
        self._lag = int(client.settings.lag_seconds * 1_000)
        self._narrow = False
        """A list was refused for the length of its address: only ids are listed."""
        self._recent: set[str] = set()
        """Archived so lately that a search may still show them."""
        self._merged_away: set[str] = set()
        """Told to be merged away: a search may still show them."""
        self._schema: Schema
        self._completer: Completer
        self._at: Cursor

    def pages(self, cursor: str | None, mode: Mode) -> Iterator[Page]:
        """See the contract. CursorExpired when the place is of another version."""
        with closing(one_ahead(self._groups(cursor, mode))) as groups:
            for pages in groups:
                yield from pages

    def _groups(self, cursor: str | None, mode: Mode) -> Generator[Sequence[Page], None, None]:
        """The pages, as many at a time as are made at once."""
        self._schema = self._describer.schema(self.object, for_read=True)
        if self._schema.type == OWNERS.name:
            yield from ([page] for page in self._owners())
            return
        before = self._before(cursor, mode)
        now = milliseconds(self._client.server_time())
        self._completer = Completer(self._client, self._describer, self._schema)
        self._completer.probe(before.refused)
        self._at = self._adapted(before, now)
        if mode == "full":
            self._at = replace(self._at, covered=None, archived_to=None).walking(now)
        elif self._at.covered is None and self._at.walk is None:
            self._at = self._at.walking(now)
        if is_due(self._at.archived_to, self._at.archived_pages, now):
            yield from self._bin(now, told=cursor is not None or mode == "full")
        while self._at.walk is not None:
            yield from self._walk()
        if self._schema.stamp not in self._schema.properties:
            self._at = replace(self._at, covered=None)
            yield [self._page(Complete([]))]
            return
        yield from self._windows(now - self._lag)

    def _before(self, cursor: str | None, mode: Mode) -> Cursor:
        """The kept place. When all is read anyway it still tells which columns were, if it can be understood."""
        try:
            return load_cursor(cursor, self.object) if cursor else Cursor()
        except CursorExpired:
            if mode != "full":
                raise
            return Cursor()

    def _adapted(self, before: Cursor, now: int) -> Cursor:
        """The kept place under the columns of now. A column that is new or shown again makes everything be read once
        more; one that vanished is remembered, so that what is held of it stands."""
        after = self._noted(before)
        if not before.columns or set(after.columns) <= set(before.columns):
            return after
        if after.walk is None:
            return after.walking(now)
        return replace(after, walk=after.walk._replace(again=after.walk.left != WHOLE))

    def _noted(self, at: Cursor) -> Cursor:
        """The place with the columns as they are."""
        columns, refused = self._completer.columns, self._completer.refused
        lost = {*at.columns, *at.hidden}.difference(columns)
        hidden = tuple(sorted(name for name in lost if self._is_hidden(name, lost)))
        return replace(at, columns=columns, hidden=hidden, refused=tuple(sorted(refused)))

    def _is_hidden(self, name: str, lost: Collection[str]) -> bool:
        """Whether a column that is not read any more is kept from us, rather than not wanted."""
        if name.startswith(LINKS):
            return name in self._completer.refused
        if name == OWNER_NAME:
            return NAME_COLUMN in lost
        return not self._client.settings.excludes(self._schema.object, name)

    def _bin(self, now: int, *, told: bool) -> Iterator[Sequence[Page]]:
        """What was archived, and what came back. At first contact nothing is held that could be deleted."""
        before = self._at
        bin = RecycleBin(self._client, self._schema, before.archived, recent_since=now - self._overlap - self._lag)
        since = None if before.archived_to is None else before.archived_to - self._overlap
        for records in bin.deletions(since):
            self._merged_away.update(record.record_id for record in records if record.merged_into)
            if records and told:
                yield [self._page(Complete(records))]
        self._recent = bin.recent
        self._at = replace(before, archived_to=now, archived_pages=bin.pages, archived=bin.newest)
        for ids in in_runs(by_number(bin.left), LOOKED_UP):
            yield [self._page(one) for one in self._completer.complete([[{"id": id} for id in ids]], whole=False)]
        if bin.newest != before.archived:
            yield [self._page(Complete([]))]

    def _walk(self) -> Iterator[Sequence[Page]]:
        """The rest of the list."""
        schema, whole = self._schema, not self._narrow and fits_url(self._completer.schema.columns)
        names = schema.columns if whole else (schema.stamp,)
        assert self._at.walk is not None
        listed = walk_wide(List(self._client, schema.object, schema.type, names), self._at.walk.left)
        try:
            with closing(one_ahead(self._grouped(listed))) as groups:
                for group in groups:
                    made = self._completer.complete([page.rows for page in group], whole=whole)
                    yield [self._walked(page, complete) for page, complete in zip(group, made, strict=True)]
        except Refusal as refusal:
            if refusal.status not in TOO_LONG or not whole:
                raise
            self._narrow = True

    def _walked(self, page: Walked, complete: Complete) -> Page:
        self._at = self._at.walked(page.left)
        return self._page(complete)

    def _windows(self, target: int) -> Iterator[Sequence[Page]]:
        """The rest of the window that was begun, and what changed since."""
        while self._at.window is not None or (self._at.covered is not None and self._at.covered < target):
            if self._at.window is None:
                self._at = self._at.beginning(Window((self._at.covered or 0) - self._overlap, target))
            yield from self._window()

    def _window(self) -> Iterator[Sequence[Page]]:
        schema, window = self._schema, self._at.window
        assert window is not None
        search = Search(self._client, schema.object, schema.type, schema.stamp, schema.columns)
        whole = fits_body(search, window)
        if not whole:
            search = search._replace(names=(schema.stamp,))
        with closing(one_ahead(self._grouped(changed(search, window)))) as groups:
            for group in groups:
                # One page of changes is read again by id: of our own last writes, say, the index may not know yet.
                alone = len(group) == 1 and not group[0].more and window == self._at.window
                rows = [found.rows for found in group]
                made = self._completer.complete(rows, whole=whole and not alone, doubted=self._recent)
                yield [self._found(found, complete) for found, complete in zip(group, made, strict=True)]
        self._at = self._at.ended()
        yield [self._page(Complete([]))]

    def _found(self, found: Found, complete: Complete) -> Page:
        assert self._at.window is not None
        self._at = replace(self._at, window=self._at.window._replace(last=found.last))
        return self._page(self._without_merged(complete))

    def _without_merged(self, complete: Complete) -> Complete:
        """Without records that a late index shows though they were told to be merged away."""
        self._merged_away.update(record.record_id for record in complete.records if record.merged_into)
        kept = [one for one in complete.records if one.deleted or one.record_id not in self._merged_away]
        return Complete(kept, complete.repeated + len(complete.records) - len(kept))

    def _grouped(self, pages: Iterator[P]) -> Generator[Sequence[P], None, None]:
        """Pages in groups whose links are read at once. What came before an error is used before it is raised."""
        group: list[P] = []
        rows = 0
        try:
            for page in pages:
                group.append(page)
                rows += len(page.rows)
                if rows >= self._group_rows():
                    yield group
                    group, rows = [], 0
        except UnsiloError:
            if group:
                yield group
            raise
        if group:
            yield group

    def _group_rows(self) -> int:
        return GROUP if self._completer.links_are_read else 1

    def _owners(self) -> Iterator[Page]:
        """All of them, each time."""
        at = Cursor(self._schema.names)
        ahead: Sequence[SourceRecord] | None = None
        for records in owners(self._client):
            if ahead is not None:
                yield Page(ahead, (), at.dumps(), read=len(ahead))
            ahead = records
        yield Page(ahead or (), (), at.dumps(), read=len(ahead or ()), complete=True)

    def _page(self, complete: Complete) -> Page:
        records = complete.records
        alive = {record.record_id for record in records if not record.deleted}
        if not self._at.archived.isdisjoint(alive):
            self._at = replace(self._at, archived=self._at.archived - alive)
        if self._completer.columns != self._at.columns:
            self._at = self._noted(self._at)
        read = len(records) + complete.repeated
        return Page(records, (), self._at.dumps(), read, complete.repeated, hidden=frozenset(self._at.hidden))
