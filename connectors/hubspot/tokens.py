"""The token that opens a portal: a static one, or an OAuth app's, renewed by the clock before it runs out.

A refresh token of HubSpot's neither changes nor ends, so nothing has to be kept. One thread renews at a time, the
others take what it got.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from connectors.http.retry import Busy
from connectors.hubspot.refusals import RefusedForGood, said_of
from connectors.hubspot.settings import HubSpotSettings
from unified_model.errors import Retry, UsageError

Secret = Callable[[str], str | None]
"""A secret by its key: `token`, or `client_secret` and `refresh_token`."""
Grant = Callable[[Mapping[str, str]], Any]
"""Sends the form of a grant, gives the parsed answer; raises what the transport raises."""

MARGIN_S = 120.0
"""How long before its end a token is renewed; at most a fifth of its time."""
LIFETIME_S = 1800.0


class Held(NamedTuple):
    """An access token and when to renew it (monotonic seconds; None: it does not end)."""

    token: str
    renew_at_s: float | None


class Tokens:
    """The one owner of a connection's token."""

    def __init__(
        self,
        settings: HubSpotSettings,
        secret: Secret,
        grant: Grant,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._secret, self._grant, self._monotonic = settings, secret, grant, monotonic
        self._lock = threading.Lock()
        self._held: Held | None = None

    def current(self) -> Held:
        """A token that is not about to run out."""
        held = self._held
        if held is None or (held.renew_at_s is not None and self._monotonic() >= held.renew_at_s):
            return self.renewed(held)
        return held

    def renewed(self, old: Held | None) -> Held:
        """Another token than `old`; the same when a static one is all there is. NeedsOperator when none is given."""
        with self._lock:
            if self._held is not None and self._held is not old:
                return self._held
            self._held = self._static() if self._settings.auth == "token" else self._refreshed()
            return self._held

    def _static(self) -> Held:
        """Read anew: it may have been rotated."""
        return Held(self._need("token"), None)

    def _refreshed(self) -> Held:
        form = {"grant_type": "refresh_token", **self.app(), "refresh_token": self._need("refresh_token")}
        asked_s = self._monotonic()
        try:
            told = self._grant(form)
        except Busy as busy:
            # The request that needed this token must not bring about further tries.
            raise Retry(busy.message, busy.remedy, busy.after_s) from None
        token = told.get("access_token") if isinstance(told, Mapping) else None
        if not token:
            raise self.refused(200, told)
        lasts_s = _seconds(told.get("expires_in"))
        return Held(str(token), asked_s + lasts_s - min(MARGIN_S, lasts_s / 5))

    def app(self) -> Mapping[str, str]:
        """How an OAuth app says who it is."""
        return {"client_id": self._settings.client_id, "client_secret": self._need("client_secret")}

    def refused(self, status: int, body: Any) -> RefusedForGood:
        """The error for a grant that was not given."""
        said = said_of(status, body)
        code = said.category or (str(body.get("status") or "") if isinstance(body, Mapping) else "")
        note = ", ".join(filter(None, (str(status), code)))
        refusal = RefusedForGood(
            f"{self._settings.label}: signing in was refused ({note}).",
            "Check client_id and the client secret; if the app was uninstalled, connect the portal anew.",
        )
        refusal.said = said
        return refusal

    def _need(self, key: str) -> str:
        value = (self._secret(key) or "").strip()
        if not value or not value.isascii() or any(mark.isspace() for mark in value):
            variable = f"UNSILO_{self._settings.label}_{key}".upper().replace("-", "_")
            what = "is missing" if not value else "holds characters that no such secret has"
            raise UsageError(
                f"{self._settings.label}: the secret {key} {what}.",
                f"Set {variable} in the environment, or in the secrets file beside the store.",
            )
        return value


def _seconds(told: Any) -> float:
    try:
        return max(1.0, float(told))
    except (TypeError, ValueError):
        return LIFETIME_S
