"""Walking an object's whole list, by id, a hundred at a time: live records, or what lies in the recycle bin."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from urllib.parse import urlencode

from connectors.http.retry import Busy
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.rows import Rows, records_of

PAGE = 100
LONGEST_URL = 12_000
"""Of the names of properties in an address; HubSpot refuses somewhere above 16,000 characters (414)."""


def fits_url(names: Sequence[str]) -> bool:
    """Whether a list may be asked for all of these properties."""
    return len(urlencode({"properties": ",".join(names)})) <= LONGEST_URL


def walk(
    client: HubSpotClient,
    object: str,
    type: str,
    names: Sequence[str],
    *,
    after: str = "",
    archived: bool = False,
) -> Generator[Rows, None, None]:
    """Pages from a place of the vendor's on; the last says that there is no more. A page may hold few records or none
    and not be the last. Busy when the list does not move on."""
    while True:
        page = page_behind(client, object, type, names, after, archived=archived)
        yield page
        if page.after is None:
            return
        after = page.after


def page_behind(
    client: HubSpotClient, object: str, type: str, names: Sequence[str], after: str, *, archived: bool = False
) -> Rows:
    """The page behind a place of the vendor's. Busy when that is no further than the place itself."""
    asked = {"limit": str(PAGE), "archived": str(archived).lower(), "properties": ",".join(names)}
    params = {**asked, "after": after} if after else asked
    page = records_of(client.system, client.get(client.paths.objects(type), params, about=object), about=object)
    if page.after == after and page.after is not None:
        raise Busy(f"{client.system} ({object}): its list stands still.", "The next run goes on from here.")
    return page
