"""The spellings of one API: v3, v4 and the dated paths, all led to the same handlers.

Handlers are known by the path without its version: `/crm/objects/contacts` is meant by `/crm/v3/objects/contacts` and
by `/crm/objects/2026-09/contacts`. A dated path names its version behind the resource, an older one before it.
"""

from typing import NamedTuple

DATED = ("2026-03", "2026-09")
VALIDATING = ("2026-09",)
"""Versions that hold every write to the rules that the portal has set up."""
WITHOUT_LINKS_OF_ONE = ("2026-09",)
"""Versions whose contract lists no reading of one record's associations: they are read in batches."""

CLASSIC = {
    "objects": ("v3", "v4"),
    "properties": ("v3",),
    "pipelines": ("v3",),
    "owners": ("v3",),
    "schemas": ("v3",),
    "limits": ("v3",),
    "associations": ("v4",),
}
"""Under `/crm`: the versions that each resource has besides the dated ones."""
OTHERS = {"crm-object-schemas": ("v3",), "account-info": ("v3",), "oauth": ("v1", "v3")}
"""Resources whose version stands behind their name in either spelling."""
OLD_LISTS = {"properties": ("v1", "v2"), "companies": ("v2",)}
"""Resources of the first versions, of which the lists of properties are left."""


class Versioned(NamedTuple):
    """A path as its handler knows it, and the version that the client named."""

    version: str
    path: str

    @property
    def validates(self) -> bool:
        """Whether writes have to keep the portal's own rules."""
        return self.version in VALIDATING


def find_version(method: str, path: str) -> Versioned | None:
    """The path as its handler knows it; None if no version of the API has it."""
    parts = path.strip("/").split("/")
    if len(parts) > 2 and parts[0] == "crm":
        return _classic(parts) or _dated(method, parts)
    if len(parts) < 2:
        return None
    known = parts[1] in (*OTHERS[parts[0]], *DATED) if parts[0] in OTHERS else _lists_properties(parts)
    return _join(parts[1], parts[0], *parts[2:]) if known else None


def _lists_properties(parts: list[str]) -> bool:
    return parts[-1] == "properties" and parts[1] in OLD_LISTS.get(parts[0], ())


def _classic(parts: list[str]) -> Versioned | None:
    _, version, resource, *rest = parts
    if version == "v4" and _of_one_record(resource, rest):
        return _join(version, "crm", resource, *rest)
    if resource == "objects" and _of_one_record(resource, rest):
        return None
    return _join(version, "crm", resource, *rest) if version in CLASSIC.get(resource, ()) else None


def _dated(method: str, parts: list[str]) -> Versioned | None:
    _, resource, version, *rest = parts
    if resource == "associations" and version == "v4":  # as HubSpot's newest client for Node spells labels
        return _join(version, "crm", resource, *rest)
    if resource not in CLASSIC or resource == "schemas" or version not in DATED:
        return None
    if method == "GET" and version in WITHOUT_LINKS_OF_ONE and _of_one_record(resource, rest):
        return None
    return _join(version, "crm", resource, *rest)


def _of_one_record(resource: str, rest: list[str]) -> bool:
    """Whether a path is of the associations of one record, which belong to v4 though they stand under objects."""
    return resource == "objects" and len(rest) > 3 and rest[2] == "associations"


def _join(version: str, *parts: str) -> Versioned:
    return Versioned(version, "/" + "/".join(parts))
