"""The gate that every request passes: who sends it, what they may, how many they have sent, and what befalls it."""

import time
from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from simulators.faults import Fault
from simulators.hubspot.errors import Refusal, no_such_path
from simulators.hubspot.events import edit_meanwhile
from simulators.hubspot.pace import Pace, refusal_body
from simulators.hubspot.portal import Portal
from simulators.hubspot.rows import Source
from simulators.hubspot.scopes import needed_scopes
from simulators.hubspot.tokens import (
    Token,
    Tokens,
    answer_introspect,
    answer_refresh_info,
    answer_revoke,
    answer_token,
    answer_token_info,
    check_scopes,
)
from simulators.hubspot.versions import find_version
from simulators.web import Answer, Call

GATEWAY_STATUSES = (502, 503, 504, 521, 522, 523, 524)
GATEWAY_AFTER_STATUSES = (502, 504)
RATE_POLICIES = ("SECONDLY", "TEN_SECONDLY_ROLLING")
MIGRATING = 477


class Gate:
    """Tokens, scopes and limits of one portal. `monotonic` is the clock of the short windows."""

    def __init__(self, portal: Portal, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.portal = portal
        self.tokens = Tokens(portal.clock, portal.switches)
        self.pace = portal.pace = Pace(portal.clock, ZoneInfo(portal.time_zone), monotonic)
        self._spoiled: int | None = None
        self._caller: Token | None = None

    def answer(self, call: Call, path: str, version: str) -> Answer | None:
        """The answer to what needs no sign-in (the token paths); None for all else."""
        self._caller = None
        if find_version(call.method, call.path) is None:
            return no_such_path()
        parts = path.strip("/").split("/")
        if parts[0] != "oauth":
            return None
        match (call.method, *parts[1:]):
            case ("POST", "token"):
                return answer_token(self.tokens, call)
            case ("POST", "token", "introspect"):
                return answer_introspect(self.tokens, call)
            case ("POST", "token", "revoke"):
                return answer_revoke(self.tokens, call)
            case ("GET", "access-tokens", text):
                return answer_token_info(self.tokens, text)
            case ("GET" | "DELETE", "refresh-tokens", text):
                return answer_refresh_info(self.tokens, call.method, text)
        return no_such_path()

    def enter(self, call: Call, path: str, version: str) -> None:
        """Let a request pass, or refuse it: 401, 403, 415, 429. Sets `portal.source` and `portal.scopes`.

        `path` is without its version.
        """
        token = self.tokens.check(call)
        self._caller = token
        self._keep_pace(token, path)
        check_scopes(token, needed_scopes(call.method, path, self._plural))
        if call.body and not call.headers.get("content-type", "").lower().startswith("application/json"):
            message = "Unsupported Media Type: send application/json"
            raise Refusal(415, "VALIDATION_ERROR", message)
        self.portal.scopes = token.scopes
        self.portal.source = Source("INTEGRATION", str(token.app.id))

    def headers(self, call: Call, path: str) -> Mapping[str, str]:
        """What the answer to a request, refused or not, says about limits."""
        return {} if self._caller is None else self.pace.headers(self._caller.app, searches=_searches(path))

    def spoil(self, answer: Answer) -> Answer:
        """What the client gets of an answer: at times a gateway's page, though all is done."""
        status, self._spoiled = self._spoiled, None
        given = answer if status is None else _gateway_page(status)
        self.pace.statuses[given.status] += 1
        return given

    def refuse(self, fault: Fault, call: Call) -> Answer | None:
        """The answer in which a fault shows; None after the portal's state has changed, or for one that shows later."""
        answer = self._befall(fault, call)
        if answer is not None:
            self.pace.statuses[answer.status] += 1
        return answer

    def _befall(self, fault: Fault, call: Call) -> Answer | None:
        chance = self.portal.random
        match fault:
            case Fault.SERVER_ERROR:
                return Refusal(500, "INTERNAL_ERROR", "internal error").answer()
            case Fault.GATEWAY | Fault.UNAVAILABLE_PAGE | Fault.EMPTY_REFUSAL:
                return _gateway_page(chance.choice(GATEWAY_STATUSES))
            case Fault.TOO_MANY_AT_ONCE:
                found = find_version(call.method, call.path)
                policy = RATE_POLICIES[0 if found is not None and _searches(found.path) else 1]
                self.pace.refused[policy] += 1
                return self._too_many(policy).answer()
            case Fault.LOCKED:
                message = "The resource is currently locked; wait at least 2 seconds before you try again"
                return Refusal(423, "LOCKED", message).answer()
            case Fault.MIGRATING:
                wait = {"retry-after": str(int(self.portal.switches.migration_s))}
                return Refusal(MIGRATING, "MIGRATION_IN_PROGRESS", "This account is being moved", headers=wait).answer()
            case Fault.GATEWAY_AFTER:
                self._spoiled = chance.choice(GATEWAY_AFTER_STATUSES)
            case Fault.SESSION_EXPIRED:
                self.tokens.expire_all()
            case Fault.ROW_LOCKED:
                self.portal.lock_next_row = True
            case Fault.ROW_REFUSED:
                self.portal.refuse_next_row = True
            case Fault.EDITED_MEANWHILE:
                self.portal.version = ""
                self.portal.settle()
                edit_meanwhile(self.portal, call)
        return None

    def _keep_pace(self, token: Token, path: str) -> None:
        self.pace.calls["total"] += 1
        self.pace.calls[_family(path)] += 1
        policy = self.pace.admit(token.app, searches=_searches(path))
        if policy is not None:
            raise self._too_many(policy)

    def _too_many(self, policy: str) -> "_TooMany":
        wait = self.pace.wait_s(policy) if self.portal.switches.retry_after_on_429 else None
        return _TooMany(policy, refusal_body(policy, self.portal.random), wait)

    def _plural(self, name: str) -> str | None:
        try:
            return self.portal.kind(name).plural
        except Refusal:
            return None


class _TooMany(Refusal):
    """A 429, whose body has a shape of its own."""

    def __init__(self, policy: str, body: Mapping[str, object], wait_s: int | None) -> None:
        super().__init__(429, "RATE_LIMITS", str(body["message"]))
        self._answer = Answer(429, dict(body), {} if wait_s is None else {"retry-after": str(wait_s)})

    def answer(self) -> Answer:
        return self._answer


def _searches(path: str) -> bool:
    return path.startswith("/crm/objects/") and path.endswith("/search")


def _family(path: str) -> str:
    """What a call is counted as: the resource, or what is done with objects."""
    parts = path.strip("/").split("/")
    if parts[0] != "crm" or len(parts) < 2:
        return parts[0]
    if parts[1] != "objects":
        return parts[1]
    if "batch" in parts:
        return f"batch/{parts[-1]}"
    return parts[-1] if parts[-1] in ("search", "merge", "gdpr-delete") else "list" if len(parts) == 3 else "objects"


def _gateway_page(status: int) -> Answer:
    page = f"<html>\n<head><title>{status}</title></head>\n<body><h1>Error {status}</h1></body>\n</html>\n"
    return Answer(status, page.encode(), {"content-type": "text/html"})
