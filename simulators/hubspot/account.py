"""What a portal tells of itself: its account, its owners, how much it is used."""

from typing import Any

from simulators.hubspot.errors import Refusal, invalid
from simulators.hubspot.owners import Owner
from simulators.hubspot.portal import Portal
from simulators.hubspot.requests import flag_in, number_in
from simulators.hubspot.rows import iso, milliseconds, parse_id
from simulators.web import Answer, Call

MOST_OWNERS, DEFAULT_OWNERS = 500, 100
RECORDS = 15_000_000
CURRENCIES = ("USD", "GBP")


def answer_details(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Which portal this is."""
    zone = portal.pace.zone
    offset = portal.clock.now().astimezone(zone).strftime("%z")
    return Answer(
        200,
        {
            "portalId": portal.switches.portal_id,
            "accountType": portal.switches.account_type,
            "timeZone": portal.time_zone,
            "companyCurrency": portal.currency,
            "additionalCurrencies": list(CURRENCIES),
            "utcOffset": f"{offset[:3]}:{offset[3:]}",
            "utcOffsetMilliseconds": int(f"{offset[0]}1") * (int(offset[1:3]) * 60 + int(offset[3:])) * 60_000,
            "uiDomain": "app-eu1.hubspot.com",
            "dataHostingLocation": "eu1",
        },
    )


def answer_usage(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """The day's calls of all private apps together, until midnight of the portal's zone."""
    pace = portal.pace
    return Answer(
        200,
        {
            "name": "private-apps-api-calls-daily",
            "usageLimit": pace.calls_a_day,
            "currentUsage": pace.used_today(),
            "collectedAt": iso(portal.now()),
            "fetchStatus": "SUCCESS",
            "resetsAt": iso(milliseconds(pace.resets_at())),
        },
    )


def answer_record_limits(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """How many records there are of each type, and how many there may be."""
    own = [_usage(portal, kind.plural) for kind in portal.kinds.values() if not kind.custom]
    custom = [_usage(portal, kind.plural) for kind in portal.kinds.values() if kind.custom]
    used = sum(each["usage"] for each in custom)
    together = {"overallLimit": RECORDS, "overallUsage": used, "overallPercentage": used / RECORDS}
    return Answer(200, {"hubspotDefinedObjectTypes": own, "customObjectTypes": {**together, "byObjectType": custom}})


def _usage(portal: Portal, plural: str) -> dict[str, Any]:
    kind, used = portal.kinds[plural], len(portal.tables[plural].live)
    names = {"objectTypeId": kind.id, "singularLabel": kind.label, "pluralLabel": kind.labels}
    return {**names, "limit": RECORDS, "usage": used, "percentage": used / RECORDS}


def answer_owners(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """A page of owners by rising id; inactive ones alone with `archived`."""
    limit = number_in(call, "limit", DEFAULT_OWNERS, MOST_OWNERS)
    after = parse_id(call.query.get("after") or "0")
    if after is None:
        raise invalid(f"after must be the one that the page before gave; got {call.query['after']}")
    email, archived = call.query.get("email"), flag_in(call, "archived")
    found = [
        each
        for _, each in sorted(portal.owners.items())
        if each.archived == archived and each.id > after and (not email or each.email == email.lower())
    ]
    content: dict[str, Any] = {"results": [_show_owner(each) for each in found[:limit]]}
    if len(found) > limit:
        last = str(found[limit - 1].id)
        more = f"limit={limit}&archived={str(archived).lower()}&after={last}"
        content["paging"] = {"next": {"after": last, "link": f"{portal.address}{call.path}?{more}"}}
    return Answer(200, content)


def answer_owner(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """One owner, by its own id or by its user's."""
    number, by_user = parse_id(names["id"]), call.query.get("idProperty") == "userId"
    archived = flag_in(call, "archived")
    for each in portal.owners.values():
        if (each.user_id if by_user else each.id) == number and each.archived == archived:
            return Answer(200, _show_owner(each))
    raise Refusal(404, "OBJECT_NOT_FOUND", f"There is no owner {names['id']}", context={"id": [names["id"]]})


def _show_owner(owner: Owner) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": str(owner.id),
        "email": owner.email,
        "type": "PERSON",
        "firstName": owner.first_name,
        "lastName": owner.last_name,
        "userIdIncludingInactive": owner.user_id,
        "createdAt": iso(owner.created),
        "updatedAt": iso(owner.updated),
        "archived": owner.archived,
    }
    if not owner.archived:
        shown["userId"] = owner.user_id
    if owner.teams:
        shown["teams"] = [{"id": team, "name": name, "primary": first} for team, name, first in owner.teams]
    return shown


ROUTES = (
    ("GET", "/account-info/details", answer_details),
    ("GET", "/account-info/api-usage/daily/private-apps", answer_usage),
    ("GET", "/crm/limits/records", answer_record_limits),
    ("GET", "/crm/owners", answer_owners),
    ("GET", "/crm/owners/{id}", answer_owner),
)
"""Method, path without its version, handler."""
