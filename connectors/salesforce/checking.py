"""What `unsilo check` says about an org: who we are there, what we may read and write, and whether the calls suffice.

Nothing is changed. Each permission that is missing is named with the way to get it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from connectors.contract import Finding
from connectors.salesforce.describing import settings_name_objects
from connectors.salesforce.external_id import EXTERNAL_ID, field_of, lacks, steps
from connectors.salesforce.persons import PERSON_ACCOUNT, table_of
from unified_model.errors import NeedsOperator, UnsiloError
from unified_model.mapping.rows import ObjectMapping, write_name

if TYPE_CHECKING:
    from connectors.salesforce.connector import SalesforceConnector

SEEN_SHARE = 0.9
"""Of the records that the org tells of; fewer are taken for records that the user may not see."""
SLACK = 50
"""The org's count is approximate, and counts what was deleted lately."""
CALLS_LATER = 4
"""A read of one object in which nothing changed: describe, deletions, count, an empty window."""
FIELDS_REMEDY = "Give the integration user's permission set access to them; if the org has none of them, all is well."


def findings(source: SalesforceConnector) -> list[Finding]:
    """Sign-in, version, each object, the day's calls; nothing else is tried when signing in fails."""
    label = source.settings.label
    try:
        org = source.installation()
    except UnsiloError as error:
        return [Finding("error", label, error.message, error.remedy)]
    found = [_signed_in(source, org.id), *_session(source)]
    for part in (_version, _objects, _external_ids, _visibility, _calls):
        try:
            found += part(source)
        except UnsiloError as error:
            found.append(Finding("error", label, error.message, error.remedy))
    return found


def _signed_in(source: SalesforceConnector, org: str) -> Finding:
    try:
        told = source.client.get("/services/oauth2/userinfo").body
        user = told.get("preferred_username") or told.get("username") or told.get("user_id")
    except UnsiloError:
        user = None  # an app may lack the scope for that; nothing else depends on it
    who = f" as {user}" if user else ""
    return Finding("ok", source.settings.label, f"Signed in to the org {org}{who} ({source.settings.auth}).")


def _session(source: SalesforceConnector) -> Iterator[Finding]:
    if source.settings.auth == "session":
        yield Finding(
            "warning",
            source.settings.label,
            "The session that was given ends by itself and can't be renewed.",
            "For anything that lasts, use auth = client_credentials.",
        )


def _version(source: SalesforceConnector) -> Iterator[Finding]:
    settings = source.settings
    versions = [str(one["version"]) for one in source.client.get("/services/data/").body]
    if settings.api_version not in versions:
        message = f"The org does not speak the API version {settings.api_version}."
        remedy = f"Set api_version to one of {versions[0]} to {versions[-1]}." if versions else "Check the url."
        yield Finding("error", settings.label, message, remedy)


def _objects(source: SalesforceConnector) -> Iterator[Finding]:
    for object in source.objects():
        try:
            body = source.describer.describe(object)
            schema = source.describer.schema(object)
        except UnsiloError as error:
            yield Finding("error", object, error.message, error.remedy)
            continue
        changes = f"changes by {schema.stamp}" if schema.stamp else "no time of change: read whole each time"
        yield Finding("ok", object, f"{len(schema.columns)} columns can be read, {changes}.")
        mapping = source.mapping(object)
        if mapping is not None:
            yield from _hidden(source, object, mapping, schema.names)
            if source.settings.push != "off":
                yield from _pushing(object, mapping, body)
    if PERSON_ACCOUNT not in source.settings.objects and source.has_persons():
        message = "The org keeps persons as accounts, too: each is read twice, as a company and as a contact."
        yield Finding("warning", PERSON_ACCOUNT, message, f"Add {PERSON_ACCOUNT} to objects.")
    for object in settings_name_objects(source.settings):
        yield Finding(
            "warning", object, "The settings name it, but it is not read.", "Add it to objects, or take it out."
        )


def _hidden(
    source: SalesforceConnector, object: str, mapping: ObjectMapping, readable: tuple[str, ...]
) -> Iterator[Finding]:
    """Columns that the mapping reads and the org does not show; those that the settings exclude are meant to be."""
    columns = dict.fromkeys(row.column for row in mapping.rows)
    missing = [name for name in columns if name not in readable and not source.settings.excludes(object, name)]
    if missing:
        message = f"Fields of the mapping that are hidden from the user, or not there: {', '.join(missing)}."
        yield Finding("warning", object, message, FIELDS_REMEDY)


def _pushing(object: str, mapping: ObjectMapping, body: Mapping[str, Any]) -> Iterator[Finding]:
    """What a push would be refused for."""
    for flag, verb in (("createable", "create"), ("updateable", "edit")):
        if not body.get(flag):
            message = f"The user may not {verb} records."
            yield Finding("error", object, message, f"Give the integration user the object permission {verb.title()}.")
    fields = {field["name"]: field for field in body["fields"]}
    written = [row.column for row in mapping.rows if write_name(row, mapping.kind) is not None]
    fixed = [name for name in dict.fromkeys(written) if name in fields and not fields[name]["updateable"]]
    if fixed:
        message = f"Fields of the mapping that the user may read but not edit: {', '.join(fixed)}."
        yield Finding("warning", object, message, "Give the permission set edit access, or map them one way.")


def _external_ids(source: SalesforceConnector) -> Iterator[Finding]:
    """What creates need, where something is pushed."""
    for object in source.pushed() if source.settings.push != "off" else ():
        try:
            external_id = field_of(source.describer.describe(object))
        except NeedsOperator:
            continue  # told above
        if external_id is None:
            message = f"The field {EXTERNAL_ID} is missing: without it a create whose answer is lost can't be repeated."
            yield Finding("error", object, message, f"Run `unsilo check --fix`, or: {steps(object)}")
        elif lacks(external_id):
            yield Finding("error", object, f"{EXTERNAL_ID}: {' and '.join(lacks(external_id))}.", steps(object))


def _visibility(source: SalesforceConnector) -> Iterator[Finding]:
    """Whether sharing hides records: what the user can count, against what the org tells of."""
    objects = dict.fromkeys(map(table_of, source.objects()))
    try:
        told = source.client.get("limits/recordCount", {"sObjects": ",".join(objects)}).body["sObjects"]
    except UnsiloError:
        return
    for row in told:
        object, there = str(row["name"]), int(row["count"])
        if there <= SLACK:
            continue
        try:
            seen = source.client.count(object, about=object)
        except UnsiloError:
            continue  # too large to count within the time of a query, or refused above
        if seen < there * SEEN_SHARE - SLACK:
            message = f"The user sees {seen:,} of about {there:,} records."
            yield Finding("warning", object, message, "Give the integration user View All for the object.")


def _calls(source: SalesforceConnector) -> Iterator[Finding]:
    """Whether our share of the day's calls suffices."""
    label = source.settings.label
    daily = next((one for one in source.limits() if one.name == "calls a day"), None)
    if daily is None:
        return
    whole, later = 0, 0
    for object in source.objects():
        with suppress(NeedsOperator):  # told above
            whole += source.forecast(object, None, "full")
            later += CALLS_LATER
    text = f"{daily.used:,} of {daily.total:,} calls a day are used; we take {daily.ours:,} at most."
    if daily.total - daily.used < daily.ours / 10:
        yield Finding("warning", label, text, "Other programs use up the org's calls; run at another time.")
    else:
        yield Finding("ok", label, text)
    first = f"A first read of everything takes about {whole:,} calls"
    if whole > daily.ours:
        days = -(-whole // max(1, daily.ours))
        yield Finding("warning", label, f"{first}: {days:,} days of our share.", "Raise daily_share, or read less.")
    else:
        yield Finding("ok", label, f"{first}, a later one without changes about {later:,}.")
