"""How many calls a read would take, and what the portal allows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from connectors.contract import Allowance, Mode
from connectors.hubspot.batches import IDS
from connectors.hubspot.cursor import Window, load_cursor
from connectors.hubspot.describing import Schema
from connectors.hubspot.objects import OWNERS
from connectors.hubspot.reading import GROUP
from connectors.hubspot.refusals import Refusal
from connectors.hubspot.rows import milliseconds
from connectors.hubspot.searching import PAGE as FOUND
from connectors.hubspot.searching import Search, body_of, fits_body
from connectors.hubspot.walking import PAGE as LISTED
from connectors.hubspot.walking import fits_url

if TYPE_CHECKING:
    from connectors.hubspot.client import HubSpotClient
    from connectors.hubspot.connector import HubSpotConnector

AROUND = 4
"""Describe, the recycle bin, an empty search, owners."""


def forecast(source: HubSpotConnector, object: str, cursor: str | None, mode: Mode) -> int:
    """Calls that a read would take: around it, pages, records by their ids, links."""
    if object == OWNERS.name:
        return 2
    schema = source.describer.schema(object)
    window = _window(source, schema, None if mode == "full" else cursor)
    search = Search(source.client, schema.object, schema.type, schema.stamp, schema.columns)
    rows = _count(search, window)
    if window is None:
        pages, whole = rows / LISTED, fits_url(schema.columns)
    else:
        pages, whole = rows / FOUND, fits_body(search, window)
    by_ids = 0 if whole else math.ceil(rows / IDS)
    return AROUND + max(1, math.ceil(pages)) + by_ids + math.ceil(rows / GROUP) * len(schema.linked)


def records(source: HubSpotConnector, object: str) -> int:
    """Live records of an object, as the search index counts them."""
    schema = source.describer.schema(object)
    return _count(Search(source.client, schema.object, schema.type, schema.stamp, ()), None)


def allowances(client: HubSpotClient) -> Iterator[Allowance]:
    """The portal's calls a day, which an OAuth app does not share; and its pace."""
    told = _daily_usage(client)
    ours = client.budget.ours
    if told is not None:
        total, used, until = told
        client.budget.learn(used, total)
        yield Allowance("calls a day", total, used, math.floor(total * client.settings.daily_share), until)
    elif client.budget.total is not None and ours is not None:
        yield Allowance("calls a day", client.budget.total, client.budget.used, ours)
    pace = client.budget.pace()
    if pace is not None:
        name = f"calls in {pace.seconds:g} s"
        yield Allowance(name, pace.calls, 0, math.floor(pace.calls * pace.share + 1e-9))


def _daily_usage(client: HubSpotClient) -> tuple[int, int, datetime | None] | None:
    if client.settings.auth != "token":
        return None
    try:
        body = client.get(client.paths.daily_usage()).body
    except Refusal:
        return None  # not for every kind of token; headers tell, too
    rows = body.get("results") if isinstance(body, Mapping) and "results" in body else body
    first: Any = rows[0] if isinstance(rows, list) and rows else rows
    try:
        until = str(first.get("resetsAt") or "")
        total, used = int(first["usageLimit"]), int(first["currentUsage"])
        return total, used, datetime.fromisoformat(until) if until else None
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _window(source: HubSpotConnector, schema: Schema, cursor: str | None) -> Window | None:
    """What of time a read would search; None: it would walk the whole list."""
    at = load_cursor(cursor, schema.object) if cursor else None
    if at is None or at.walk is not None or at.covered is None or set(schema.names).difference(at.columns):
        return None
    if at.window is not None:
        return at.window
    overlap = int(source.settings.overlap_minutes * 60_000)
    return Window(at.covered - overlap, milliseconds(source.client.server_time()))


def _count(search: Search, window: Window | None) -> int:
    body = body_of(search._replace(names=()), window or Window(0, 0))
    if window is None:
        body["filterGroups"] = []
    answer = search.client.search(search.type, {**body, "limit": 1}, about=search.object)
    return int(answer.body.get("total") or 0)
