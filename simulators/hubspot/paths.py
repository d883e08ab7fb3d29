"""Paths with their version taken out: one table of routes serves v3, v4 and the dated versions."""

import re

_VERSION = re.compile(r"^(v[1-4]|20\d\d-(?:03|09)(?:-beta)?)$")


def without_version(path: str) -> tuple[str, str]:
    """The path without its version, and the version ("" if it has none).

    `/crm/v3/objects/contacts` and `/crm/objects/2026-03/contacts` are both `/crm/objects/contacts`.
    """
    parts = path.strip("/").split("/")
    for at, part in enumerate(parts[:3]):
        if _VERSION.match(part):
            return "/" + "/".join((*parts[:at], *parts[at + 1 :])), part
    return "/" + "/".join(parts), ""
