"""What a person may say about a Salesforce source, checked once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.http.places import base_url
from connectors.salesforce.persons import PERSON_ACCOUNT
from unified_model.errors import UsageError

OBJECTS = ("Account", "Contact", "Lead", "User", PERSON_ACCOUNT)
WAYS_IN = ("client_credentials", "jwt", "refresh_token", "session")
_NAME = re.compile(r"[A-Za-z]\w*\Z")
_FIELD = re.compile(r"(?:[A-Za-z]\w*\.)*[A-Za-z]\w*\Z")


@dataclass(frozen=True, slots=True)
class SalesforceSettings:
    """One Salesforce org and what of it is read."""

    label: str
    url: str
    """Where to sign in: the org's own address (My Domain)."""
    auth: str = "client_credentials"
    client_id: str = ""
    username: str = ""
    """JWT: the user to act for."""
    audience: str = ""
    """JWT: who the assertion is for; the sign-in host."""
    api_version: str = "62.0"
    objects: tuple[str, ...] = OBJECTS
    where: Mapping[str, str] = field(default_factory=dict)
    """Object -> SOQL condition that its records must meet to be read."""
    exclude_fields: frozenset[str] = frozenset()
    """`Field` or `Object.Field`: never asked for."""
    overlap_minutes: float = 10
    """How far before its place each run begins, for changes that became visible late."""
    safety_seconds: float = 0
    """How far before the server's now a run ends."""
    bulk_from: int = 10_000
    """Rows from which on a window is read in bulk."""
    daily_share: float = 0.25
    session_minutes: float = 120
    """The org's session timeout; a session is renewed at half of it."""
    read_timeout_s: float = 120
    max_vanishing_share: float = 0.10
    push: str = "off"
    """Whether changes go back: `off`, `plan`, `push`."""

    def excludes(self, object: str, name: str) -> bool:
        """Whether a field must never be asked for."""
        return name in self.exclude_fields or f"{object}.{name}" in self.exclude_fields


def settings_of(label: str, options: Mapping[str, Any]) -> SalesforceSettings:
    """Settings as written -> checked. Names it does not know belong to others. UsageError names the setting."""
    url = options.get("url")
    if not isinstance(url, str) or not url.strip():
        raise UsageError(
            f"The Salesforce source {label} needs a url.",
            "Set url to the org's own address, https://NAME.my.salesforce.com.",
        )
    auth = str(options.get("auth") or "client_credentials")
    if auth not in WAYS_IN:
        raise UsageError(f"{label}: the auth {auth!r} is unknown.", f"Use one of {', '.join(WAYS_IN)}.")
    client_id = str(options.get("client_id") or "")
    if not client_id and auth != "session":
        raise UsageError(
            f"{label}: client_id is missing.", "Set it to the consumer key of the org's external client app."
        )
    username = str(options.get("username") or "")
    if auth == "jwt" and not username:
        raise UsageError(f"{label}: username is missing.", "With auth = jwt, name the integration user.")
    version = str(options.get("api_version") or "62.0").removeprefix("v")
    if not re.fullmatch(r"\d{2,3}\.0", version):
        raise UsageError(f"{label}: the api_version {version!r} is none.", "Write it like 62.0.")
    place = base_url(url)
    return SalesforceSettings(
        label=label,
        url=place,
        auth=auth,
        client_id=client_id,
        username=username,
        audience=base_url(str(options["audience"]), "audience") if options.get("audience") else place,
        api_version=version,
        objects=_names(label, "objects", options.get("objects"), _NAME) or OBJECTS,
        where=_conditions(label, options.get("where")),
        exclude_fields=frozenset(_names(label, "exclude_fields", options.get("exclude_fields"), _FIELD)),
        overlap_minutes=_number(label, options, "overlap_minutes", 10, 0, 24 * 60),
        safety_seconds=_number(label, options, "safety_seconds", 0, 0, 60),
        bulk_from=int(_number(label, options, "bulk_from", 10_000, 0, 10**9)),
        daily_share=_number(label, options, "daily_share", 0.25, 0.001, 1),
        session_minutes=_number(label, options, "session_minutes", 120, 1, 24 * 60),
        read_timeout_s=_number(label, options, "read_timeout_s", 120, 0.05, 600),
        max_vanishing_share=_number(label, options, "max_vanishing_share", 0.10, 0, 1),
        push=str(options.get("push") or "off"),
    )


def _names(label: str, setting: str, value: Any, form: re.Pattern[str]) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    names = (value,) if isinstance(value, str) else tuple(str(name) for name in value)
    for name in names:
        if not form.match(name):
            raise UsageError(
                f"{label}: {setting} holds {name!r}, which is no API name.", "Write names like Contact or Region__c."
            )
    return tuple(dict.fromkeys(names))


def _conditions(label: str, value: Any) -> Mapping[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise UsageError(f"{label}: where must be a table.", 'Write [sources.NAME.where] and Contact = "..." below it.')
    return {str(object): str(condition).strip() for object, condition in value.items() if str(condition).strip()}


def _number(label: str, options: Mapping[str, Any], name: str, default: float, least: float, most: float) -> float:
    value = options.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise UsageError(f"{label}: {name} is {value!r}.", f"Write a number from {least:g} to {most:g}.")
    return value
