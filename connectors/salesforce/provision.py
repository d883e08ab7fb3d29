"""`check --fix`: makes the external id that creating needs, where the hub's user may, or says how an admin does.

The field is made by the Tooling API and shown to the user through one of its own permission sets. Either may be
refused: it takes rights (Customize Application) that an integration user rightly lacks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from connectors.contract import Finding
from connectors.salesforce.external_id import EXTERNAL_ID, field_of, lacks, metadata, steps
from connectors.salesforce.soql import select, text
from unified_model.errors import UnsiloError

if TYPE_CHECKING:
    from connectors.salesforce.connector import SalesforceConnector


def provided(source: SalesforceConnector) -> list[Finding]:
    """One finding for each object that is pushed to: its field was there, was made, or was refused."""
    if source.settings.push == "off":
        return [Finding("ok", source.settings.label, "Nothing has to be made while nothing is pushed (push = off).")]
    found: list[Finding] = []
    for object in source.pushed():
        try:
            found.extend(_provide(source, object))
        except UnsiloError as error:
            found.append(Finding("error", object, error.message, error.remedy))
    return found


def _provide(source: SalesforceConnector, object: str) -> Iterator[Finding]:
    source.describer.forget(object)
    field = field_of(source.describer.describe(object))
    if field is not None:
        missing = lacks(field)
        if missing:
            yield Finding("error", object, f"{EXTERNAL_ID} is there, but {' and '.join(missing)}.", steps(object))
        else:
            yield Finding("ok", object, f"{EXTERNAL_ID} is there.")
        return
    refused = _made(source, object)
    if refused is None:
        refused = _shown(source, object)
    source.describer.forget(object)
    field = field_of(source.describer.describe(object))
    if field is not None and not lacks(field):
        yield Finding("ok", object, f"{EXTERNAL_ID} was made.")
    elif refused is not None:
        message = f"{EXTERNAL_ID} could not be made: {refused.message}"
        yield Finding("error", object, message, f"Have an admin make it. {steps(object)}")
    else:
        message = f"{EXTERNAL_ID} was made, but the hub's user does not see it, or may not set it."
        yield Finding("error", object, message, "Let the hub's permission set read and edit it, and check again.")


def _made(source: SalesforceConnector, object: str) -> UnsiloError | None:
    """Make the field; gives the refusal."""
    try:
        source.client.send("POST", "tooling/sobjects/CustomField", metadata(object), idempotent=False, about=object)
    except UnsiloError as error:
        return error
    return None


def _shown(source: SalesforceConnector, object: str) -> UnsiloError | None:
    """Let the user read and edit the field, by a permission set it has; gives the refusal."""
    try:
        rights = {
            "ParentId": _permission_set(source),
            "SobjectType": object,
            "Field": f"{object}.{EXTERNAL_ID}",
            "PermissionsRead": True,
            "PermissionsEdit": True,
        }
        if rights["ParentId"]:
            source.client.send("POST", "sobjects/FieldPermissions", rights, idempotent=False, about=object)
    except UnsiloError as error:
        return error
    return None


def _permission_set(source: SalesforceConnector) -> str | None:
    """A permission set assigned to the user: one of its own before that of its profile."""
    user: Any = source.client.get("/services/oauth2/userinfo").body
    columns = ("PermissionSetId", "PermissionSet.IsOwnedByProfile")
    query = select(columns, "PermissionSetAssignment", [f"AssigneeId = {text(str(user['user_id']))}"])
    rows = [row for page in source.client.query(query) for row in page.rows]
    rows.sort(key=lambda row: (bool((row.get("PermissionSet") or {}).get("IsOwnedByProfile")), row["PermissionSetId"]))
    return str(rows[0]["PermissionSetId"]) if rows else None
