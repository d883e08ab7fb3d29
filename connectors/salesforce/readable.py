"""Whether the settings open the org and its objects can be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from connectors.contract import Finding
from connectors.salesforce.describing import settings_name_objects
from unified_model.errors import UnsiloError

if TYPE_CHECKING:
    from connectors.salesforce.connector import SalesforceConnector


def findings(source: SalesforceConnector) -> list[Finding]:
    """Sign-in, API version, each object, the day's budget; nothing else is tried when sign-in fails."""
    label = source.settings.label
    try:
        org = source.installation()
    except UnsiloError as error:
        return [Finding("error", label, error.message, error.remedy)]
    return [
        Finding("ok", label, f"Signed in to the org {org.id}."),
        *_version(source),
        *_objects(source),
        *_budget(source),
    ]


def _version(source: SalesforceConnector) -> Iterator[Finding]:
    settings = source.settings
    versions = [str(one["version"]) for one in source.client.get("/services/data/").body]
    if settings.api_version not in versions:
        remedy = f"Set api_version to one of {versions[0]} to {versions[-1]}."
        yield Finding(
            "error", settings.label, f"The org does not speak the API version {settings.api_version}.", remedy
        )


def _objects(source: SalesforceConnector) -> Iterator[Finding]:
    for object in source.settings.objects:
        try:
            schema = source.describer.schema(object)
        except UnsiloError as error:
            yield Finding("error", object, error.message, error.remedy)
            continue
        changes = f"changes by {schema.stamp}" if schema.stamp else "no time of change: read whole each time"
        yield Finding("ok", object, f"{len(schema.columns)} columns can be read, {changes}.")
    for object in settings_name_objects(source.settings):
        yield Finding(
            "warning", object, "The settings name it, but it is not read.", "Add it to objects, or take it out."
        )


def _budget(source: SalesforceConnector) -> Iterator[Finding]:
    calls = next((one for one in source.limits() if one.name == "calls a day"), None)
    if calls is None:
        return
    left = calls.total - calls.used
    text = f"{calls.used:,} of {calls.total:,} calls a day are used; we take {calls.ours:,} at most."
    if left < calls.ours / 10:
        yield Finding(
            "warning", source.settings.label, text, "Other programs use up the org's calls; run at another time."
        )
    else:
        yield Finding("ok", source.settings.label, text)
