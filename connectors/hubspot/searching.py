"""What changed within a closed window of stamps, found by search.

A search gives no more than ten thousand records by page, and a job at the vendor's may give a million of them one
stamp. So pages are not turned: each asks for what lies behind the highest id of the one before it. That holds as long
as they come in the order of their ids, which is checked; where they don't, ranges of ids are halved until one answer
holds each of them whole, whatever its order.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from connectors.http.retry import Busy
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.cursor import Window
from connectors.hubspot.rows import Row, Rows, records_of

PAGE = 200
LONGEST_BODY = 2_900
"""HubSpot refuses a search of more than 3,000 characters."""
ID = "hs_object_id"


class Found(NamedTuple):
    """Some records of a window, up to which id all were found, and whether there may be more."""

    rows: list[Row]
    last: int
    more: bool = True


class Search(NamedTuple):
    """A window of one object: `stamp` is the property that tells changes, `names` what to read of each record."""

    client: HubSpotClient
    object: str
    type: str
    stamp: str
    names: Sequence[str]


def body_of(search: Search, window: Window, *, high: int | None = None, after: str = "0") -> dict[str, Any]:
    """A page of the records in a window behind its last id, and up to `high`."""
    filters = [
        {"propertyName": search.stamp, "operator": "GTE", "value": str(window.low)},
        {"propertyName": search.stamp, "operator": "LTE", "value": str(window.high)},
        {"propertyName": ID, "operator": "GT", "value": str(window.last)},
    ]
    if high is not None:
        filters.append({"propertyName": ID, "operator": "LTE", "value": str(high)})
    return {
        "filterGroups": [{"filters": filters}],
        "sorts": [{"propertyName": ID, "direction": "ASCENDING"}],
        "properties": list(search.names),
        "limit": PAGE,
        "after": after,
    }


def fits_body(search: Search, window: Window) -> bool:
    """Whether a search may be asked for all of these properties."""
    longest = window._replace(last=10**18)
    return len(json.dumps(body_of(search, longest, high=10**18, after="10000"))) <= LONGEST_BODY


def changed(search: Search, window: Window) -> Generator[Found, None, None]:
    """The records of a window behind its last id, by rising ids. Busy when the search can't be trusted at all."""
    after = "0"
    while True:
        page = _ask(search, window, after=after)
        ids = [int(row["id"]) for row in page.rows]
        if not _ascending(ids, window.last):
            yield from _by_ranges(search, window, None, page)
            return
        # One that tells of more than it gives is not believed to be the last, whatever it says of pages.
        more = page.after is not None or len(page.rows) < (page.total or 0)
        if ids:
            window, after = window._replace(last=ids[-1]), "0"
            yield Found(page.rows, window.last, more)
        elif page.after is not None and page.after == after:
            raise _lost(search)
        elif page.after is not None:
            after = page.after
        if page.after is None and not (ids and more):
            return


def _by_ranges(search: Search, window: Window, high: int | None, page: Rows) -> Generator[Found, None, None]:
    """The records behind the window's last id up to `high`, of which `page` is some, in no order."""
    rows = [row for row in page.rows if window.last < int(row["id"]) and (high is None or int(row["id"]) <= high)]
    ids = sorted({int(row["id"]) for row in rows})
    if page.after is None and (len(ids) < 2 or len(page.rows) >= (page.total or 0)):
        yield Found(rows, high if high is not None else max(ids, default=window.last))
        return
    if len(ids) < 2:
        raise _lost(search)
    middle = ids[(len(ids) - 1) // 2]
    yield from _by_ranges(search, window, middle, _ask(search, window, high=middle))
    upper = window._replace(last=middle)
    yield from _by_ranges(search, upper, high, _ask(search, upper, high=high))


def _ask(search: Search, window: Window, *, high: int | None = None, after: str = "0") -> Rows:
    client = search.client
    answer = client.search(search.type, body_of(search, window, high=high, after=after), about=search.object)
    return records_of(client.system, answer, about=search.object)


def _ascending(ids: Sequence[int], last: int) -> bool:
    return (not ids or ids[0] > last) and all(one <= other for one, other in pairwise(ids))


def _lost(search: Search) -> Busy:
    return Busy(
        f"{search.client.system} ({search.object}): a search does not move on.",
        "Nothing is lost: the next run asks again from here.",
    )
