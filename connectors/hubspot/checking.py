"""What `unsilo check` says about a portal: whose it is, what we may read and write, and whether the calls suffice.

Nothing is changed. Each permission that is missing is named with the way to get it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from connectors.contract import Finding
from connectors.hubspot.client import SEARCH
from connectors.hubspot.describing import LINKS, OWNER_NAME, Schema
from connectors.hubspot.forecasting import AROUND, forecast
from connectors.hubspot.objects import OWNERS, schema_scope, scopes
from connectors.hubspot.unique_property import UNIQUE_PROPERTY, WITHOUT, anew, lacks, steps
from unified_model.errors import NeedsOperator, UnsiloError
from unified_model.mapping.rows import ObjectMapping, write_name

if TYPE_CHECKING:
    from connectors.hubspot.connector import HubSpotConnector

FIELDS_REMEDY = "Correct the mapping, or show them to the token; if the portal has none of them, all is well."


def findings(source: HubSpotConnector) -> list[Finding]:
    """Portal, each object, the unique property, pace and the day's calls; nothing else is tried when the token is
    refused."""
    label = source.settings.label
    try:
        source.installation()
        found = [_portal(source)]
    except UnsiloError as error:
        return [Finding("error", label, error.message, error.remedy)]
    for part in (_scopes, _objects, _unique_properties, _calls):
        try:
            found += part(source)
        except UnsiloError as error:
            found.append(Finding("error", label, error.message, error.remedy))
    return found


def _portal(source: HubSpotConnector) -> Finding:
    portal, settings = source.client.portal(), source.settings
    kind = f"{portal.kind.lower().replace('_', ' ')}, " if portal.kind else ""
    way = "a static token" if settings.auth == "token" else "an OAuth app"
    text = f"Signed in to the portal {portal.id} ({kind}{portal.zone}) by {way}; version {settings.api_version}."
    return Finding("ok", settings.label, text)


def _scopes(source: HubSpotConnector) -> Iterator[Finding]:
    """Scopes that an app was not given; tokens of other kinds don't tell theirs, and are tried instead."""
    given = source.client.scopes()
    pushed = source.pushed() if source.settings.push != "off" else ()
    for object in source.objects() if given else ():
        try:
            type = source.describer.type_of(object)
            lacking = object in pushed and UNIQUE_PROPERTY not in source.describer.properties(object)
        except NeedsOperator:
            continue  # told below
        needed = [*scopes(type, "write" if object in pushed else "read"), *([schema_scope(type)] if lacking else [])]
        missing = [scope for scope in needed if scope not in given]
        if missing:
            message = f"The app was not given the scopes {', '.join(missing)}."
            yield Finding("warning", object, message, "Add them to the app in HubSpot, and connect the portal anew.")


def _objects(source: HubSpotConnector) -> Iterator[Finding]:
    for object in source.objects():
        try:
            schema = source.describer.schema(object)
            first = _first(source, schema)
        except UnsiloError as error:
            yield Finding("error", object, error.message, error.remedy)
            continue
        changes = f"changes by {schema.stamp}" if schema.stamp else "no time of change: read whole each time"
        yield Finding("ok", object, f"{len(schema.columns)} properties can be read, {changes}.")
        if schema.stamp and schema.stamp not in schema.properties:
            message = f"The portal does not show {schema.stamp}: changes can't be told, all is read each time."
            yield Finding("warning", object, message, "Show the property to the token.")
        yield from _links(source, schema, first)
        mapping = source.mapping(object)
        if mapping is not None:
            yield from _mapped(source, schema, mapping)
    for name in _strangers(source):
        text = "The settings name it, but it is not read."
        yield Finding("warning", name, text, "Add it to objects, or take it out.")


def _first(source: HubSpotConnector, schema: Schema) -> str:
    """The id of some record, for trying; "" when there is none."""
    client = source.client
    owners = schema.type == OWNERS.name
    path = client.paths.owners() if owners else client.paths.objects(schema.type)
    rows = client.get(path, {"limit": "1"}, about=schema.object).body.get("results") or ()
    return str(rows[0]["id"]) if rows else ""


def _links(source: HubSpotConnector, schema: Schema, first: str) -> Iterator[Finding]:
    """Links that this token can't read: it needs the scopes of both ends."""
    client = source.client
    for to in schema.linked if first else ():
        try:
            path = client.paths.associations(schema.type, source.describer.path_type(to), "read")
            client.post(path, {"inputs": [{"id": first}]}, about=schema.object)
        except UnsiloError as error:
            message = f"Links to {to} can't be read and are left out: {error.message}"
            yield Finding("warning", schema.object, message, error.remedy)


def _mapped(source: HubSpotConnector, schema: Schema, mapping: ObjectMapping) -> Iterator[Finding]:
    """Properties of the mapping that the portal lacks, and, where something is pushed, those that can't be written."""
    settings, object = source.settings, schema.object
    columns = [
        name for name in dict.fromkeys(row.column for row in mapping.rows) if not settings.excludes(object, name)
    ]
    if schema.lookups and OWNERS.name not in source.objects():
        yield from _owners(source, object)
    there = {*schema.names, OWNER_NAME}
    missing = [name for name in dict.fromkeys(columns) if name not in there and not name.startswith(LINKS)]
    if missing and schema.properties:
        message = f"Properties of the mapping that the portal does not show: {', '.join(missing)}."
        yield Finding("warning", object, message, FIELDS_REMEDY)
    if settings.push == "off":
        return
    yield from _writing(source, schema)
    written = dict.fromkeys(row.column for row in mapping.rows if write_name(row, mapping.kind) is not None)
    fixed = [name for name in written if name in schema.properties and not schema.properties[name].writable]
    if fixed:
        message = f"Properties of the mapping that HubSpot sets by itself: {', '.join(fixed)}."
        yield Finding("warning", object, message, "Map them one way.")


def _writing(source: HubSpotConnector, schema: Schema) -> Iterator[Finding]:
    """Whether the token may write. A record that can't be there is edited: the scope is asked for first."""
    client = source.client
    try:
        client.patch(client.paths.record(schema.type, "0"), {"properties": {}}, repeatable=True, about=schema.object)
    except NeedsOperator as error:
        yield Finding("error", schema.object, f"Nothing can be pushed: {error.message}", error.remedy)
    except UnsiloError:
        return


def _owners(source: HubSpotConnector, object: str) -> Iterator[Finding]:
    """Names of owners that this token can't look up."""
    try:
        source.client.get(source.client.paths.owners(), {"limit": "1"}, about=OWNERS.name)
    except NeedsOperator as error:
        message = f"Names of owners can't be read and are left out: {error.message}"
        yield Finding("warning", object, message, error.remedy)


def _unique_properties(source: HubSpotConnector) -> Iterator[Finding]:
    """What creates need, where something is pushed."""
    for object in source.pushed() if source.settings.push != "off" else ():
        if object in WITHOUT:
            continue
        try:
            held = source.describer.properties(object).get(UNIQUE_PROPERTY)
        except NeedsOperator:
            continue  # told above
        if held is None:
            message = f"{UNIQUE_PROPERTY} is missing: without it a create whose answer is lost can't be repeated."
            yield Finding("error", object, message, f"Run `unsilo check --fix`, or: {steps(object)}")
        elif lacks(held):
            yield Finding("error", object, f"{UNIQUE_PROPERTY}: {' and '.join(lacks(held))}.", anew(object))


def _calls(source: HubSpotConnector) -> Iterator[Finding]:
    """Pace, and whether our share of the day's calls suffices."""
    label, settings = source.settings.label, source.settings
    whole, later = 0, 0
    for object in source.objects():
        try:
            whole += forecast(source, object, None, "full")
            later += AROUND
        except NeedsOperator:
            continue  # told above
    limits = {one.name.partition(" in ")[0]: one for one in source.limits()}
    searches = source.client.budget.pace(SEARCH)
    pace = limits.get("calls")
    if pace is not None and searches is not None:
        a_second = f"{searches.calls / searches.seconds:g} searches a second"
        yield Finding(
            "ok", label, f"{pace.ours:,} of the portal's {pace.total:,} {pace.name}, and {a_second}, are ours."
        )
    first = f"A first read of everything takes about {whole:,} calls"
    daily = limits.get("calls a day")
    if daily is None:
        yield Finding("ok", label, f"{first}, a later one without changes about {later:,}; no limit a day is told.")
        return
    text = f"{daily.used:,} of {daily.total:,} calls a day are used; we take {daily.ours:,} at most."
    if daily.total - daily.used < daily.ours / 10:
        yield Finding("warning", label, text, "Other programs use up the portal's calls; run at another time.")
    else:
        yield Finding("ok", label, text)
    if whole > daily.ours:
        days = -(-whole // max(1, daily.ours))
        remedy = f"Raise daily_share (now {settings.daily_share:g}), or read less."
        yield Finding("warning", label, f"{first}: {days:,} days of our share.", remedy)
    else:
        yield Finding("ok", label, f"{first}, a later one without changes about {later:,}.")


def _strangers(source: HubSpotConnector) -> list[str]:
    """Objects that the settings name though they are not read: likely a slip."""
    settings = source.settings
    named = {*settings.associations, *(name.partition(".")[0] for name in settings.exclude_fields if "." in name)}
    return sorted(named - set(settings.objects))
