"""Reading what changed: closed windows of time, page by page where little changed, in bulk where much did.

A run begins some minutes before the place it has covered, for changes that became visible late, and ends before the
server's own now. Each page carries the place after it; a run killed anywhere goes on from its last page. Pages of REST
come in the order of (stamp, id), so that a lost query goes on behind the last record; bulk results are unordered and
go on inside their job.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

from connectors.contract import Mode
from connectors.http.retry import Sleep
from connectors.salesforce import bulk
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.cursor import Cursor, JobPlace, load_cursor
from connectors.salesforce.deletions import deletions
from connectors.salesforce.describing import Describer, Schema
from connectors.salesforce.refusals import DEAD_CURSOR, GONE, QUERY_SHAPE, SCHEMA_DRIFT, Refusal, RefusedForNow
from connectors.salesforce.rows import from_bulk, from_rest
from connectors.salesforce.selecting import Selector
from connectors.salesforce.soql import Position, Span, fits_url, select, within
from connectors.salesforce.values import moment_of, stamp_of
from unified_model.errors import CursorExpired
from unified_model.records import Page, SourceRecord

BIRTH = "1999-01-01T00:00:00.000Z"
"""No record is older than the first org."""
PAGE = 2_000
"""Rows that REST gives at once."""
SHORTEST = timedelta(seconds=2)
FRUITLESS = 5
"""So many times a window is begun again without a page in between, and no more."""


class NotHere(Exception):
    """This way of reading does not suit; another does."""


class Reading:
    """One read of one object. `pages` is called once."""

    def __init__(
        self,
        client: SalesforceClient,
        describer: Describer,
        selector: Selector,
        object: str,
        *,
        sleep: Sleep = time.sleep,
    ) -> None:
        self._client, self._describer, self._selector, self._sleep = client, describer, selector, sleep
        self._settings = client.settings
        self.object = object
        self._longest: timedelta | None = None
        """Windows were cut to this, because longer ones took too long."""
        self._bulk_wanted = False
        self._schema: Schema
        self._at: Cursor

    def pages(self, cursor: str | None, mode: Mode) -> Iterator[Page]:
        """See the contract. CursorExpired when deletions were forgotten that were not read yet."""
        self._schema = self._describer.schema(self.object, for_read=True)
        if not self._schema.stamp:
            yield from self._snapshot()
            return
        before = self._before(cursor, mode)
        if before.columns and set(self._schema.names).difference(before.columns):
            self._schema = self._describer.schema(self.object, sure=True)
        target = self._target()
        self._at = self._adapted(before)
        if mode == "full":
            self._at = replace(self._at, covered=None, span=None, job=None, deleted_to=None)
        # The rows of a job that a former run began are of that time: what was deleted since must be told after them.
        old_rows = self._at.job is not None
        if self._at.deleted_to is None:
            self._at = replace(self._at, deleted_to=target)
        elif not old_rows:
            yield from self._deletions()
        while self._at.span is not None or self._at.covered is None or self._at.covered < target:
            if self._at.span is None:
                self._at = self._at.beginning(self._next_span(target))
            yield from self._window()
        if old_rows:
            yield from self._deletions()

    def _before(self, cursor: str | None, mode: Mode) -> Cursor:
        """The kept place. When all is read anyway it still tells which columns were, if it can be understood."""
        try:
            return load_cursor(cursor, self.object) if cursor else Cursor()
        except CursorExpired:
            if mode != "full":
                raise
            return Cursor()

    def _target(self) -> str:
        """Until when this run reads: the server's now, whole seconds, less what is asked for safety."""
        now = self._client.server_time().replace(microsecond=0)
        return stamp_of(now - timedelta(seconds=self._settings.safety_seconds))

    def _adapted(self, before: Cursor) -> Cursor:
        """The kept place under the columns and the condition of now. A column that is new or shown again makes
        everything be read once more; one that vanished is remembered, so that what is held of it stands."""
        names, where = self._schema.names, self._schema.where
        excluded = self._selector.excluded(self.object)
        lost = {*before.columns, *before.hidden}.difference(names)
        hidden = tuple(sorted(name for name in lost if not excluded(name)))
        after = replace(before, columns=names, hidden=hidden, scope=where)
        if not before.columns or (names == before.columns and where == before.scope):
            return after
        if where != before.scope or set(names).difference(before.columns):
            return replace(after, covered=None, span=None, job=None)
        return replace(after, job=None)

    def _next_span(self, target: str) -> Span:
        """The next window: an overlap before what was covered, the target at most."""
        covered = self._at.covered
        overlap = timedelta(minutes=self._settings.overlap_minutes)
        if self._longest is None:
            return Span(stamp_of(moment_of(covered) - overlap) if covered else None, target)
        begin = moment_of(covered) if covered else moment_of(BIRTH)
        until = min(target, stamp_of(begin + self._longest))
        return Span(stamp_of(begin - overlap) if covered else None, until)

    def _window(self) -> Iterator[Page]:
        """Read the window of the cursor to its end, whatever comes between."""
        fruitless = rows = 0
        while self._at.span is not None:
            try:
                for page in self._part():
                    yield page
                    fruitless, rows = 0, rows + page.read
            except NotHere:
                continue
            except Refusal as refusal:
                fruitless += refusal.code not in QUERY_SHAPE
                if fruitless >= FRUITLESS or not self._recovered(refusal):
                    raise
        if self._longest is not None and rows < PAGE:
            self._longest *= 2

    def _recovered(self, refusal: Refusal) -> bool:
        """Change what can be changed after a refusal; False when nothing can."""
        if refusal.code in DEAD_CURSOR:
            return True
        if self._at.job is not None and (refusal.code in GONE or refusal.answer.status == 404):
            self._at = replace(self._at, job=None)
            return True
        if refusal.code in bulk.NO_BULK and self.object not in self._selector.no_bulk:
            self._selector.no_bulk.add(self.object)
            self._at = replace(self._at, job=None)
            return True
        if refusal.code in SCHEMA_DRIFT:
            return self._looked_again()
        if refusal.code in QUERY_SHAPE:
            return self._made_smaller()
        return False

    def _looked_again(self) -> bool:
        """Describe anew. True when that shows other columns, with which reading goes on."""
        names = self._schema.names
        self._schema = self._describer.schema(self.object, fresh=True, sure=True)
        if self._schema.names == names:
            return False
        span = self._at.span
        assert span is not None
        adapted = self._adapted(self._at)
        self._at = replace(adapted, span=adapted.span or Span(None, span.until), job=None)
        return True

    def _made_smaller(self) -> bool:
        """Bulk before halves: a window without a beginning is best read there."""
        span = self._at.span
        assert span is not None
        if not self._bulk_wanted and self._at.job is None and self.object not in self._selector.no_bulk:
            self._bulk_wanted = True
            return True
        begin = moment_of(span.after.stamp if span.after else span.since or BIRTH)
        length = (moment_of(span.until) - begin) / 2
        if length < SHORTEST:
            return False
        self._longest, self._bulk_wanted = timedelta(seconds=int(length.total_seconds())), False
        self._at = replace(self._at, span=span._replace(until=stamp_of(begin + self._longest)), job=None)
        return True

    def _part(self) -> Iterator[Page]:
        """The rest of the window, in the way that suits its size."""
        assert self._at.span is not None
        if self._at.job is not None or self._prefers_bulk(self._at.span):
            yield from self._in_bulk()
        else:
            yield from self._by_pages(self._at.span)

    def _prefers_bulk(self, span: Span) -> bool:
        if self.object in self._selector.no_bulk:
            return False
        if self._bulk_wanted or not fits_url(self._query(span)):
            return True
        whole = span.since is None and span.after is None
        return whole and self._selector.records(self.object) >= self._settings.bulk_from

    def _query(self, span: Span, order: str = "") -> str:
        stamp = self._schema.stamp
        return select(self._schema.names, self._schema.table, [self._schema.where, within(stamp, span)], order)

    def _by_pages(self, span: Span) -> Iterator[Page]:
        schema, stamp = self._schema, self._schema.stamp
        query = self._query(span, f"{stamp}, Id")
        wide = not fits_url(query)
        if wide:
            query = select(("Id", stamp), schema.table, [schema.where, within(stamp, span)], f"{stamp}, Id")
        record = from_rest(self.object, schema.columns, stamp)
        first = True
        for page in self._client.query(query, deleted=True, about=self.object):
            if first and page.total >= self._settings.bulk_from and self.object not in self._selector.no_bulk:
                self._bulk_wanted = True
                raise NotHere
            first = False
            records = [record(row) for row in page.rows]
            position = self._position(records, span)
            if wide:
                records = self._selector.by_ids(schema, [one.record_id for one in records])
            if page.done:
                self._at = self._at.ended()
            elif position is not None:
                self._at = replace(self._at, span=span._replace(after=position))
            yield self._page(records)

    def _position(self, records: list[SourceRecord], span: Span) -> Position | None:
        """Behind the last record that stands where the query's order put it: one that was changed while the pages
        were turned shows a stamp beyond the window."""
        for record in reversed(records):
            stamp = record.payload.get(self._schema.stamp)
            if isinstance(stamp, str) and stamp < span.until:
                return Position(stamp, record.record_id)
        return None

    def _in_bulk(self) -> Iterator[Page]:
        schema, span = self._schema, self._at.span
        assert span is not None
        if self._at.job is None:
            # Ties at the last record are read once more: the job has no order to go on from.
            since = span.after.stamp if span.after else span.since
            query = self._query(Span(since, span.until))
            self._at = replace(self._at, job=bulk.start(self._client, query, deleted=True, about=self.object))
            yield self._page([])
        place = self._at.job
        assert place is not None
        if place == JobPlace(place.job):
            bulk.wait(self._client, place.job, about=self.object, sleep=self._sleep)
        made = partial(from_bulk, self.object, columns=schema.columns, stamp=schema.stamp)
        for chunk in bulk.chunks(self._client, place, schema.names, made, about=self.object, sleep=self._sleep):
            self._at = replace(self._at, job=chunk.place)
            yield self._page(chunk.made)
        self._at = self._at.ended()
        yield self._page([])

    def _deletions(self) -> Iterator[Page]:
        """What was deleted since, from the log that also knows what left no trace. As a rule before the windows, so
        that a record that came back is seen alive after it was seen deleted."""
        since = self._at.deleted_to
        if since is None or not self._schema.replicateable:
            return
        overlap = timedelta(minutes=max(self._settings.overlap_minutes, 2))
        start = moment_of(since) - overlap
        for records, covered in deletions(self._client, self.object, start, self._client.server_time()):
            if covered is not None:
                self._at = replace(self._at, deleted_to=max(since, stamp_of(covered)))
            if records:
                yield self._page(records)

    def _snapshot(self) -> Iterator[Page]:
        """An object that does not tell when it changed: all of it, each time."""
        schema = self._schema
        record = from_rest(self.object, schema.columns, "")
        self._at = Cursor(schema.names)
        last = ""
        while True:
            condition = f"Id > '{last}'" if last else ""
            query = select(schema.names, schema.table, [schema.where, condition], "Id")
            try:
                for page in self._client.query(query, deleted="IsDeleted" in schema.flags, about=self.object):
                    records = [record(row) for row in page.rows]
                    last = records[-1].record_id if records else last
                    yield self._page(records)._replace(complete=page.done)
            except RefusedForNow as refusal:
                if refusal.code not in DEAD_CURSOR:
                    raise
                continue
            return

    def _page(self, records: list[SourceRecord]) -> Page:
        return Page(records, (), self._at.dumps(), read=len(records), hidden=frozenset(self._at.hidden))
