"""Signing in: client credentials, a signed assertion, refresh tokens that may rotate; sessions that run out."""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import jwt

from simulators.salesforce.errors import Refusal
from simulators.salesforce.org import Org
from simulators.web import Answer, Call

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LONGEST_ASSERTION_S = 180
CLOCK_SKEW_S = 180
MY_DOMAIN = "https://acme.my.salesforce.com"
LOGIN_HOSTS = ("https://login.salesforce.com", "https://test.salesforce.com", MY_DOMAIN)


@dataclass
class Refresh:
    """A refresh token's family, and whether the token has been used in a family that rotates."""

    family: int
    used: bool = False


@dataclass
class Tokens:
    """Who may sign in, and the sessions that are open."""

    client_id: str = "hub"
    client_secret: str = "hub-secret"  # noqa: S105
    session_s: int = 7_200
    rotates: bool = True
    approved: bool = True
    password: str = "hub-password"  # noqa: S105
    security_token: str = "HUBTOKEN"  # noqa: S105
    """Is typed behind the password."""
    public_key: str | None = None
    """Checks assertions' signatures when given."""
    sessions: dict[str, datetime] = field(default_factory=dict)
    refreshes: dict[str, Refresh] = field(default_factory=dict)
    families: int = 0

    def open(self, org: Org) -> str:
        """A new session."""
        token = f"{org.id[:15]}!{org.random.getrandbits(320):080x}"
        self.sessions[token] = org.clock.now()
        return token

    def grant(self, org: Org, family: int | None = None) -> str:
        """A refresh token, of a new family unless one is named."""
        if family is None:
            self.families += 1
            family = self.families
        token = f"5Aep{org.random.getrandbits(256):064x}"
        self.refreshes[token] = Refresh(family)
        return token

    def knows(self, org: Org, username: str, password: str) -> bool:
        """Whether these sign the user in."""
        return username == org.user_name and password == self.password + self.security_token

    def check(self, org: Org, call: Call) -> None:
        """Refuse a request whose session is not open."""
        kind, _, token = call.headers.get("authorization", "").partition(" ")
        self.use(org, token if kind.lower() in ("bearer", "oauth") else "")

    def use(self, org: Org, token: str) -> None:
        """Refuse a session that is not open; use keeps one open."""
        used = self.sessions.get(token)
        if used is None or org.clock.now() - used > timedelta(seconds=self.session_s):
            self.sessions.pop(token, None)
            raise Refusal(401, "INVALID_SESSION_ID", "Session expired or invalid")
        self.sessions[token] = org.clock.now()


def answer_token(org: Org, tokens: Tokens, call: Call) -> Answer:
    """The token endpoint."""
    form = call.form()
    grant = form.get("grant_type")
    if grant == "client_credentials":
        client, secret = _client(call, form)
        if client != tokens.client_id:
            return _refused("invalid_client_id", "client identifier invalid")
        if secret != tokens.client_secret:
            return _refused("invalid_client", "invalid client credentials")
        return _session(org, tokens)
    if grant == JWT_BEARER:
        return _by_assertion(org, tokens, form.get("assertion", ""))
    if grant == "refresh_token":
        return _by_refresh(org, tokens, call, form)
    if grant == "password" and org.switches.password_grant:
        return _by_password(org, tokens, call, form)
    return _refused("unsupported_grant_type", "grant type not supported")


def answer_revoke(org: Org, tokens: Tokens, call: Call) -> Answer:
    """Close a session, or void a refresh token with its family."""
    token = call.form().get("token") or call.query.get("token", "")
    if token in tokens.sessions:
        del tokens.sessions[token]
    elif token in tokens.refreshes:
        _void_family(tokens, tokens.refreshes[token].family)
    else:
        return _refused("unsupported_token_type", "this token is not known")
    return Answer(200)


def _refused(error: str, description: str) -> Answer:
    return Answer(400, {"error": error, "error_description": description})


def _client(call: Call, form: dict[str, str]) -> tuple[str | None, str | None]:
    """The client's id and secret, from the form or from the header."""
    kind, _, given = call.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            client, _, secret = base64.b64decode(given).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None, None
        return client, secret
    return form.get("client_id"), form.get("client_secret")


def _session(org: Org, tokens: Tokens, **more: str) -> Answer:
    return Answer(
        200,
        {
            "access_token": tokens.open(org),
            "scope": "api refresh_token",
            "instance_url": org.host,
            "id": f"{org.host}/id/{org.id}/{org.user_id}",
            "token_type": "Bearer",
            "issued_at": str(int(org.clock.now().timestamp() * 1_000)),
            "signature": f"{org.random.getrandbits(128):032x}",
            **more,
        },
    )


def _by_password(org: Org, tokens: Tokens, call: Call, form: dict[str, str]) -> Answer:
    """Off in a new org, and gone from many."""
    client, secret = _client(call, form)
    if client != tokens.client_id:
        return _refused("invalid_client_id", "client identifier invalid")
    if secret != tokens.client_secret:
        return _refused("invalid_client", "invalid client credentials")
    if not tokens.knows(org, form.get("username", ""), form.get("password", "")):
        return _refused("invalid_grant", "authentication failure")
    return _session(org, tokens)


def _by_assertion(org: Org, tokens: Tokens, assertion: str) -> Answer:
    """Claims are checked always, the signature when the org holds the public key."""
    keep = {"verify_signature": tokens.public_key is not None, "verify_exp": False, "verify_aud": False}
    try:
        claims: dict[str, Any] = jwt.decode(assertion, tokens.public_key or "", algorithms=["RS256"], options=keep)  # type: ignore[arg-type]
        expires = float(claims["exp"])
    except (jwt.PyJWTError, KeyError, TypeError, ValueError):
        return _refused("invalid_grant", "invalid assertion")
    now = org.clock.now().timestamp()
    audience = claims.get("aud")
    if claims.get("iss") != tokens.client_id:
        return _refused("invalid_client_id", "client identifier invalid")
    if not isinstance(audience, str) or audience.rstrip("/") not in (*LOGIN_HOSTS, org.host):
        return _refused("invalid_grant", "audience is invalid")
    if expires < now - CLOCK_SKEW_S or expires > now + LONGEST_ASSERTION_S + CLOCK_SKEW_S:
        return _refused("invalid_grant", "expired authorization code")
    if claims.get("sub") != org.user_name or not tokens.approved:
        return _refused("invalid_grant", "user hasn't approved this consumer")
    return _session(org, tokens)


def _by_refresh(org: Org, tokens: Tokens, call: Call, form: dict[str, str]) -> Answer:
    """A new session; with rotation a new refresh token too, and the family dies if an old one comes again."""
    client, secret = _client(call, form)
    if client != tokens.client_id:
        return _refused("invalid_client_id", "client identifier invalid")
    if secret is not None and secret != tokens.client_secret:
        return _refused("invalid_client", "invalid client credentials")
    held = tokens.refreshes.get(form.get("refresh_token", ""))
    if held is None:
        return _refused("invalid_grant", "expired access/refresh token")
    if not tokens.rotates:
        return _session(org, tokens)
    if held.used:
        _void_family(tokens, held.family)
        return _refused("invalid_grant", "expired access/refresh token")
    held.used = True
    return _session(org, tokens, refresh_token=tokens.grant(org, held.family))


def _void_family(tokens: Tokens, family: int) -> None:
    tokens.refreshes = {token: each for token, each in tokens.refreshes.items() if each.family != family}
