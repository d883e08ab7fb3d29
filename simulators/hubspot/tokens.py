"""Who may call: static tokens, and access tokens that OAuth gives out and that run out by the portal's clock."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from simulators.clock import Clock
from simulators.hubspot.errors import Refusal
from simulators.hubspot.pace import App
from simulators.hubspot.scopes import ALL_SCOPES, Group
from simulators.hubspot.switches import Switches
from simulators.web import Answer, Call

USER_ID, USER = 9001, "hub@example.com"
STATIC_APP, OAUTH_APP = App(501), App(502, by_oauth=True)


@dataclass(frozen=True)
class Token:
    """One bearer: whose it is, what it may, and when it ends; a static one does not."""

    app: App
    scopes: frozenset[str] = ALL_SCOPES
    expires: datetime | None = None


@dataclass
class Tokens:
    """Every token of a portal, and the app that OAuth knows."""

    clock: Clock
    switches: Switches
    client_id: str = "hub"
    client_secret: str = "hub-secret"  # noqa: S105
    code: str = "hub-code"
    """What a person's consent gives the app, to be changed for tokens."""
    lives_s: int = 1_800
    """How long an access token lasts."""
    held: dict[str, Token] = field(default_factory=lambda: {"hub-token": Token(STATIC_APP)})
    refreshes: dict[str, frozenset[str]] = field(default_factory=lambda: {"hub-refresh": ALL_SCOPES})
    given: int = 0

    def check(self, call: Call) -> Token:
        """The token of a request; refused with 401 if it is none, or none any more."""
        kind, _, text = call.headers.get("authorization", "").partition(" ")
        token = self.held.get(text.strip()) if kind.lower() == "bearer" else None
        if token is None:
            message = (
                "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find "
                "more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
            )
            raise Refusal(401, "INVALID_AUTHENTICATION", message)
        if token.expires is not None and token.expires <= self.clock.now():
            late = int((self.clock.now() - token.expires).total_seconds())
            message = f"The OAuth token used to make this call expired {late} second(s) ago."
            raise Refusal(401, "EXPIRED_AUTHENTICATION", message, context={"expire time": [token.expires.isoformat()]})
        return token

    def open(self, scopes: frozenset[str]) -> str:
        """A new access token."""
        self.given += 1
        text = f"hub-access-{self.given}"
        self.held[text] = Token(OAUTH_APP, scopes, self.clock.now() + timedelta(seconds=self.lives_s))
        return text

    def issue(self, text: str) -> None:
        """A new static token of the app that has one, as when it is rotated; the older ones go on."""
        self.held[text] = Token(STATIC_APP, self.held["hub-token"].scopes if "hub-token" in self.held else ALL_SCOPES)

    def expire_all(self) -> None:
        """End every access token at once; static ones and refresh tokens stay."""
        now = self.clock.now()
        for text, token in self.held.items():
            if token.expires is not None:
                self.held[text] = replace(token, expires=min(token.expires, now))

    def revoke(self, text: str) -> bool:
        """Take a token away, and with a refresh token all that it gave; whether there was one."""
        if text in self.refreshes:
            del self.refreshes[text]
            self.held = {each: token for each, token in self.held.items() if not token.app.by_oauth}
            return True
        return self.held.pop(text, None) is not None

    def limit(self, scopes: Iterable[str] | None) -> None:
        """From now on tokens, also those given out, may do this alone; None gives them everything."""
        kept = ALL_SCOPES if scopes is None else frozenset(scopes)
        self.held = {text: replace(token, scopes=kept) for text, token in self.held.items()}
        self.refreshes = dict.fromkeys(self.refreshes, kept)


def check_scopes(token: Token, groups: Iterable[Group]) -> None:
    """Refuse with 403 what a token has no scope for."""
    missing = [group for group in groups if not token.scopes.intersection(group)]
    if missing:
        errors = [
            {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredGranularScopes": list(group)},
            }
            for group in missing
        ]
        message = "This app hasn't been granted all required scopes to make this call."
        raise Refusal(403, "MISSING_SCOPES", message, errors=errors)


def answer_token(tokens: Tokens, call: Call) -> Answer:
    """Change a code or a refresh token for an access token; both by a form."""
    form = call.form()
    if not call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return Refusal(415, "VALIDATION_ERROR", "Unsupported Media Type: send a form").answer()
    if form.get("client_id") != tokens.client_id:
        return _refused("BAD_CLIENT_ID", "missing or unknown client id")
    if form.get("client_secret") != tokens.client_secret:
        return _refused("BAD_CLIENT_SECRET", "missing or invalid client secret")
    grant = form.get("grant_type")
    if grant == "refresh_token":
        refresh = form.get("refresh_token", "")
        if refresh not in tokens.refreshes:
            return _refused("BAD_REFRESH_TOKEN", "missing or invalid refresh token")
    elif grant == "authorization_code":
        if form.get("code") != tokens.code:
            return _refused("BAD_AUTH_CODE", "missing or unknown auth code")
        if not form.get("redirect_uri"):
            return _refused("BAD_REDIRECT_URI", "missing or invalid redirect uri")
        refresh = "hub-refresh"
        tokens.refreshes.setdefault(refresh, ALL_SCOPES)
    else:
        return _refused("BAD_GRANT_TYPE", "missing or unknown grant type")
    return Answer(
        200,
        {
            "access_token": tokens.open(tokens.refreshes[refresh]),
            "refresh_token": refresh,
            "expires_in": tokens.lives_s,
            "token_type": "bearer",
        },
    )


def answer_token_info(tokens: Tokens, text: str) -> Answer:
    """What an access token is that OAuth gave; static ones are not known here."""
    token = tokens.held.get(text)
    if token is None or token.expires is None or not _lives(tokens, token):
        return Refusal(404, "OBJECT_NOT_FOUND", "The access token is expired or invalid").answer()
    return Answer(200, {"token": text, **_told(tokens, token)})


def answer_refresh_info(tokens: Tokens, method: str, text: str) -> Answer:
    """What a refresh token is; DELETE is the end of it."""
    scopes = tokens.refreshes.get(text)
    if scopes is None:
        return Refusal(404, "OBJECT_NOT_FOUND", "The refresh token is invalid").answer()
    if method == "DELETE":
        tokens.revoke(text)
        return Answer(204)
    told = {"hub_id": tokens.switches.portal_id, "user_id": USER_ID, "user": USER, "hub_domain": "hub.example.com"}
    more = {"client_id": tokens.client_id, "token_type": "refresh_token", "scopes": sorted(scopes)}
    return Answer(200, {"token": text, **told, **more})


def answer_introspect(tokens: Tokens, call: Call) -> Answer:
    """The dated form: the token comes in a form, and one that has ended is not active."""
    text = call.form().get("token", "")
    token = tokens.held.get(text)
    if token is None or not _lives(tokens, token):
        return Answer(200, {"active": False})
    return Answer(200, {"active": True, "token": text, "token_use": "access_token", **_told(tokens, token)})


def answer_revoke(tokens: Tokens, call: Call) -> Answer:
    """End a token; one that is none is no error."""
    tokens.revoke(call.form().get("token", ""))
    return Answer(200)


def _lives(tokens: Tokens, token: Token) -> bool:
    return token.expires is None or token.expires > tokens.clock.now()


def _told(tokens: Tokens, token: Token) -> dict[str, Any]:
    left = 0 if token.expires is None else int((token.expires - tokens.clock.now()).total_seconds())
    return {
        "hub_id": tokens.switches.portal_id,
        "user_id": USER_ID,
        "user": USER,
        "hub_domain": "hub.example.com",
        "app_id": token.app.id,
        "scopes": sorted(token.scopes),
        "expires_in": left,
        "token_type": "access",
    }


def _refused(code: str, message: str) -> Answer:
    """In the manner of the token path: HubSpot's code stands in `status`, and once more in OAuth's own words."""
    error = "invalid_client" if "CLIENT" in code else "unsupported_grant_type" if "TYPE" in code else "invalid_grant"
    more = {"status": code, "error": error, "error_description": message}
    return Refusal(400, "VALIDATION_ERROR", message, more=more).answer()
