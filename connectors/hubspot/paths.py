"""Every path of HubSpot's that we call, by version: `v3` (with `v4` for associations), `2026-03`, `2026-09`.

Bodies are the same in all of them, so that a new dated version is one more name in `VERSIONS`. No path is made
elsewhere. Object types go by plural name or number; whatever is put in is quoted.
"""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote

VERSIONS = ("v3", "2026-03", "2026-09")

Batch = Literal["read", "create", "update", "upsert", "archive"]
AssociationBatch = Literal["read", "create", "archive", "associate/default", "labels/archive"]


class Paths:
    """The path table of one version."""

    def __init__(self, api_version: str) -> None:
        self.version = api_version
        self._dated = api_version != "v3"

    def objects(self, type: str) -> str:
        """GET: the list, by id. POST: create one."""
        return self._crm("objects", type)

    def record(self, type: str, id: str) -> str:
        """GET, PATCH, DELETE one record."""
        return self._crm("objects", type, id)

    def batch(self, type: str, what: Batch) -> str:
        return f"{self.objects(type)}/batch/{what}"

    def search(self, type: str) -> str:
        return f"{self.objects(type)}/search"

    def merge(self, type: str) -> str:
        return f"{self.objects(type)}/merge"

    def gdpr_delete(self) -> str:
        """POST: erase a contact for good."""
        return f"{self.objects('contacts')}/gdpr-delete"

    def associations(self, a: str, b: str, what: AssociationBatch) -> str:
        """POST: links from records of `a` to records of `b`, many at once."""
        return f"{self._links(a, b)}/batch/{what}"

    def labels(self, a: str, b: str) -> str:
        """GET: the kinds of link from `a` to `b`."""
        return f"{self._links(a, b)}/labels"

    def properties(self, type: str, name: str = "") -> str:
        return self._crm("properties", type, *([name] if name else []))

    def property_groups(self, type: str, name: str = "") -> str:
        return self._crm("properties", type, "groups", *([name] if name else []))

    def schemas(self, type: str = "") -> str:
        """Custom objects; `type` narrows it to one."""
        return self._at("crm-object-schemas", "schemas", *([type] if type else []))

    def owners(self, id: str = "") -> str:
        return self._crm("owners", *([id] if id else []))

    def pipelines(self, type: str) -> str:
        return self._crm("pipelines", type)

    def account(self) -> str:
        """GET: whose portal a token opens."""
        return self._at("account-info", "details")

    def daily_usage(self) -> str:
        """GET: calls of today by all private apps of the portal."""
        return self._at("account-info", "api-usage", "daily", "private-apps")

    def token(self) -> str:
        """POST: a new access token for a refresh token."""
        return f"/oauth/{self.version if self._dated else 'v1'}/token"

    def token_info(self, token: str) -> tuple[Literal["GET", "POST"], str]:
        """Method and path that tell whom an access token is for; dated versions take it in the body instead."""
        if self._dated:
            return "POST", f"{self.token()}/introspect"
        return "GET", f"/oauth/v1/access-tokens/{quote(token, safe='')}"

    def _crm(self, family: str, *parts: str) -> str:
        start = ("crm", family, self.version) if self._dated else ("crm", "v3", family)
        return _joined(*start, *parts)

    def _at(self, family: str, *parts: str) -> str:
        return _joined(family, self.version, *parts)

    def _links(self, a: str, b: str) -> str:
        if self._dated:
            return _joined("crm", "associations", self.version, a, b)
        return _joined("crm", "v4", "associations", a, b)


def _joined(*parts: str) -> str:
    return "/" + "/".join(quote(part, safe="") for part in parts)
