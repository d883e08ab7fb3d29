"""What a person may say about a HubSpot source, checked once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from connectors.http.places import base_url
from connectors.hubspot.objects import ENGAGEMENTS, standard
from connectors.hubspot.paths import VERSIONS
from unified_model.errors import UsageError

URL = "https://api.hubapi.com"
OBJECTS = ("contacts", "companies", "owners")
WAYS_IN = ("token", "oauth")
ASSOCIATIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "contacts": ("companies",),
        "companies": ("companies",),
        "deals": ("contacts", "companies", "line_items"),
        "tickets": ("contacts", "companies"),
        **dict.fromkeys(sorted(ENGAGEMENTS), ("contacts", "companies", "deals", "tickets")),
    }
)
"""Object -> the objects whose links are read with its records, unless the settings say otherwise."""

_NAME = re.compile(r"[A-Za-z0-9][\w-]*\Z")
_FIELD = re.compile(r"(?:[A-Za-z0-9][\w-]*\.){0,2}[A-Za-z0-9][\w-]*\Z")


@dataclass(frozen=True, slots=True)
class HubSpotSettings:
    """One HubSpot portal and what of it is read."""

    label: str
    url: str = URL
    auth: str = "token"
    """`token`: a static one (service key, private app, project app); `oauth`: a refresh token of an OAuth app."""
    client_id: str = ""
    api_version: str = "v3"
    objects: tuple[str, ...] = OBJECTS
    """By plural names; custom objects as they were written."""
    associations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """As written; `linked` gives what holds."""
    exclude_fields: frozenset[str] = frozenset()
    """`property` or `object.property`: never asked for."""
    overlap_minutes: float = 5
    """How far before its place each run begins, for changes that the search index showed late."""
    lag_seconds: float = 30
    """How far before the server's now a run ends."""
    pace_share: float = 0.80
    """How much of HubSpot's calls in ten seconds is ours."""
    daily_share: float = 0.25
    search_a_second: float = 4
    """Searches a second; HubSpot gives 5 to all programs of a portal together."""
    read_timeout_s: float = 120
    max_vanishing_share: float = 0.10
    push: str = "off"
    """Whether changes go back: `off`, `plan`, `push`."""

    def excludes(self, object: str, name: str) -> bool:
        """Whether a property must never be asked for."""
        return name in self.exclude_fields or f"{object}.{name}" in self.exclude_fields

    def linked(self, object: str) -> tuple[str, ...] | None:
        """The objects whose links are read with this one's records; None: what its schema says."""
        if object in self.associations:
            return self.associations[object]
        return ASSOCIATIONS.get(object, () if standard(object) else None)


def settings_of(label: str, options: Mapping[str, Any]) -> HubSpotSettings:
    """Settings as written -> checked. Names it does not know belong to others. UsageError names the setting."""
    auth = str(options.get("auth") or "token")
    if auth not in WAYS_IN:
        raise UsageError(f"{label}: the auth {auth!r} is unknown.", f"Use one of {', '.join(WAYS_IN)}.")
    client_id = str(options.get("client_id") or "")
    if auth == "oauth" and not client_id:
        raise UsageError(f"{label}: client_id is missing.", "Set it to the client id of the OAuth app.")
    version = str(options.get("api_version") or "v3")
    if version not in VERSIONS:
        raise UsageError(f"{label}: the api_version {version!r} is unknown.", f"Use one of {', '.join(VERSIONS)}.")
    return HubSpotSettings(
        label=label,
        url=base_url(str(options.get("url") or URL)),
        auth=auth,
        client_id=client_id,
        api_version=version,
        objects=_objects(label, "objects", options.get("objects")) or OBJECTS,
        associations=_associations(label, options.get("associations")),
        exclude_fields=_excluded(label, options.get("exclude_fields")),
        overlap_minutes=_number(label, options, "overlap_minutes", 5, 0, 24 * 60),
        lag_seconds=_number(label, options, "lag_seconds", 30, 0, 3600),
        pace_share=_number(label, options, "pace_share", 0.80, 0.01, 1),
        daily_share=_number(label, options, "daily_share", 0.25, 0.001, 1),
        search_a_second=_number(label, options, "search_a_second", 4, 0.1, 5),
        read_timeout_s=_number(label, options, "read_timeout_s", 120, 0.05, 600),
        max_vanishing_share=_number(label, options, "max_vanishing_share", 0.10, 0, 1),
        push=str(options.get("push") or "off"),
    )


def plural(name: str) -> str:
    """A standard object's name in paths and records, from any of its names; another name as it is."""
    known = standard(name)
    return known.name if known else name.strip()


def _objects(label: str, setting: str, value: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(plural(name) for name in _names(label, setting, value, _NAME)))


def _excluded(label: str, value: Any) -> frozenset[str]:
    names = _names(label, "exclude_fields", value, _FIELD)
    parts = [name.partition(".") for name in names]
    return frozenset(f"{plural(object)}.{rest}" if rest else object for object, _, rest in parts)


def _associations(label: str, value: Any) -> Mapping[str, tuple[str, ...]]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise UsageError(
            f"{label}: associations must be a table.", 'Write [sources.NAME.associations] and deals = ["contacts"].'
        )
    setting = "associations"
    return {plural(str(object)): _objects(label, setting, targets) for object, targets in value.items()}


def _names(label: str, setting: str, value: Any, form: re.Pattern[str]) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    names = (value,) if isinstance(value, str) else tuple(str(name) for name in value)
    for name in names:
        if not form.match(name):
            raise UsageError(
                f"{label}: {setting} holds {name!r}, which is no name of HubSpot's.",
                "Write internal names like contacts or favourite_colour.",
            )
    return tuple(dict.fromkeys(names))


def _number(label: str, options: Mapping[str, Any], name: str, default: float, least: float, most: float) -> float:
    value = options.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise UsageError(f"{label}: {name} is {value!r}.", f"Write a number from {least:g} to {most:g}.")
    return value
