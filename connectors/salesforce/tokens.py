"""Signing in: client credentials, a signed assertion (JWT), a refresh token that is new each time, or a given session.

A session is renewed at half of its time, and once when the org says that it has ended. One thread signs in at a time,
the others take what it got.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

import requests

from connectors.http.places import base_url
from connectors.http.retry import Busy, Sleep, with_retries
from connectors.salesforce.refusals import Refusal, RefusedForGood, answer_of, refusal_of
from connectors.salesforce.settings import SalesforceSettings
from unified_model.errors import NeedsOperator, Retry, UsageError

Secret = Callable[[str], str | None]
"""A secret by its key: `client_secret`, `private_key`, `refresh_token`, `session_id`."""

ASSERTION_S = 150
"""How long a signed assertion holds; three minutes are the most."""


class TokenKeeper(Protocol):
    """Keeps a refresh token that changes with each use, safe from a crash and from a second owner."""

    def load(self) -> str | None:
        """The newest token kept; None: there is none yet."""

    def keep(self, token: str) -> None:
        """Keep a new one durably: when this returns, it outlives a crash."""

    def lock(self) -> AbstractContextManager[Any]:
        """Held from loading a token until the next is kept, by one process at a time."""


class Pass(NamedTuple):
    """A way in: access token, the address to call, and when it was given (monotonic seconds)."""

    token: str
    url: str
    given_s: float


class SignIn:
    """The one owner of a connection's session."""

    def __init__(
        self,
        settings: SalesforceSettings,
        session: requests.Session,
        secret: Secret,
        tokens: TokenKeeper | None = None,
        *,
        sleep: Sleep = time.sleep,
        now_s: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._session, self._secret, self._tokens = settings, session, secret, tokens
        self._sleep, self._now_s, self._monotonic = sleep, now_s, monotonic
        self._lock = threading.Lock()
        self._held: Pass | None = None

    def current(self) -> Pass:
        """A session that is not past half of its time."""
        held = self._held
        if held is None or (self._renewable and self._monotonic() - held.given_s > self._settings.session_minutes * 30):
            return self.renewed(held)
        return held

    def renewed(self, old: Pass | None) -> Pass:
        """Another session than `old`; NeedsOperator when the org gives none."""
        with self._lock:
            if self._held is not None and self._held is not old:
                return self._held
            self._held = self._sign_in(old)
            return self._held

    @property
    def _renewable(self) -> bool:
        return self._settings.auth != "session"

    def _sign_in(self, old: Pass | None) -> Pass:
        way = self._settings.auth
        if way == "session":
            if old is not None:
                raise NeedsOperator(
                    f"{self._settings.label}: the session that was handed in has ended.", self._how("session_id")
                )
            return Pass(self._need("session_id"), self._settings.url, self._monotonic())
        if way == "refresh_token":
            return self._refresh()
        if way == "jwt":
            return self._granted(self._assertion, repeatable=True)
        form = {"grant_type": "client_credentials", "client_id": self._settings.client_id}
        return self._granted(lambda: {**form, "client_secret": self._need("client_secret")}, repeatable=True)

    def _assertion(self) -> dict[str, str]:
        import jwt

        settings = self._settings
        claims = {
            "iss": settings.client_id,
            "sub": settings.username,
            "aud": settings.audience,
            "exp": int(self._now_s()) + ASSERTION_S,
        }
        try:
            signed = jwt.encode(claims, self._need("private_key"), algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError):
            raise UsageError(
                f"{settings.label}: the private key is none.", "It must be an RSA key in PEM form."
            ) from None
        return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": signed}

    def _refresh(self) -> Pass:
        """A refresh token may be good for one use only: the next is kept before this session is used."""
        if self._tokens is None:
            return self._granted(lambda: self._refresh_form(self._need("refresh_token")), repeatable=False)
        with self._tokens.lock():
            token = self._tokens.load() or self._need("refresh_token")
            return self._granted(lambda: self._refresh_form(token), repeatable=False, keep=self._tokens.keep)

    def _refresh_form(self, token: str) -> dict[str, str]:
        form = {"grant_type": "refresh_token", "client_id": self._settings.client_id, "refresh_token": token}
        app = self._secret("client_secret")
        return {**form, "client_secret": app} if app else form

    def _granted(
        self, form: Callable[[], dict[str, str]], *, repeatable: bool, keep: Callable[[str], None] | None = None
    ) -> Pass:
        label, url = self._settings.label, f"{self._settings.url}/services/oauth2/token"

        def ask() -> Any:
            response = self._session.post(url, data=form(), allow_redirects=False)
            try:
                body = response.json()
            except requests.exceptions.JSONDecodeError:
                body = response.text
            if response.status_code == 200 and isinstance(body, dict) and body.get("access_token"):
                return body
            raise self._no_entry(response, body)

        try:
            body = with_retries(ask, repeatable=repeatable, sleep=self._sleep)
        except Busy as busy:
            # The request that needed this session must not bring about further tries.
            raise Retry(busy.message, busy.remedy, busy.after_s) from None
        if keep is not None and body.get("refresh_token"):
            keep(str(body["refresh_token"]))
        place = base_url(str(body.get("instance_url") or self._settings.url), f"instance url of {label}")
        return Pass(str(body["access_token"]), place, self._monotonic())

    def _no_entry(self, response: requests.Response, body: Any) -> Refusal:
        """Why no session was given. OAuth's errors are codes; `invalid_grant` alone is told apart by its sentence."""
        status, label = response.status_code, self._settings.label
        answer = answer_of(status, body)
        told = answer.told.lower()
        if answer.code == "invalid_grant":
            why, remedy = _GRANTS.get(told.strip(), _GRANTS["expired"] if "password" in told else _GRANTS[""])
        elif answer.code in _NO_ENTRY:
            why, remedy = _NO_ENTRY[answer.code]
        elif status == 200:
            return refusal_of(label, 502, body, about="sign-in")
        else:
            return refusal_of(label, status, body, about="sign-in", retry_after=response.headers.get("Retry-After"))
        refusal = RefusedForGood(f"{label}: signing in was refused: {why} ({answer.code}).", remedy)
        refusal.answer = answer
        return refusal

    def _need(self, key: str) -> str:
        value = self._secret(key)
        if not value:
            raise UsageError(f"{self._settings.label}: the secret {key} is missing.", self._how(key))
        return value

    def _how(self, key: str) -> str:
        variable = f"UNSILO_{self._settings.label}_{key}".upper().replace("-", "_")
        return f"Set {variable} in the environment, or in the secrets file beside the store."


_APPROVE = (
    "the app is not approved for the integration user",
    "In Salesforce Setup, open the app's policies and pre-authorise the user, or install the app in the org.",
)
_GRANTS = {
    "user hasn't approved this consumer": _APPROVE,
    "app must be installed into org": _APPROVE,
    "expired": ("the user's password has expired", "Renew it in Salesforce; client credentials need no password."),
    "": (
        "the grant is not valid: a wrong user, a used-up token, or a clock that is minutes off",
        "Check username and url (My Domain, sandbox or not); with refresh_token, connect the org anew.",
    ),
}
_NO_ENTRY = {
    "invalid_client": (
        "the client secret is wrong",
        "Copy the consumer secret of the app anew; it may have been rotated.",
    ),
    "invalid_client_id": (
        "the client id is unknown",
        "Copy the consumer key of the app; a new app needs some minutes.",
    ),
    "unsupported_grant_type": (
        "this way of signing in is not switched on",
        "Enable the client credentials flow (and name its user) in the app's policies, on the My Domain address.",
    ),
    "inactive_user": ("the integration user is inactive", "Activate the user in Salesforce Setup."),
    "inactive_org": ("the org is locked or gone", "Ask the org's administrator."),
    "unauthorized_client": _APPROVE,
    "invalid_app_access": _APPROVE,
    "access_denied": _APPROVE,
}
