"""What Salesforce answers when it does not do as asked, told by what the caller shall do next.

Translated once, here, from status and error code; never from the wording. The vendor's own sentence is kept beside the
error for whoever may show it (`told`), and never becomes part of a message: it can quote a query or a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from connectors.http.retry import Busy, retry_after_s
from unified_model.errors import NeedsOperator, Rejected, Retry, UnsiloError


class Answer(NamedTuple):
    """An answer that says no: HTTP status, the vendor's code and sentence, the fields it names, the whole body."""

    status: int
    code: str
    told: str = ""
    fields: tuple[str, ...] = ()
    body: Any = None


class Refusal(UnsiloError):
    """Salesforce refused. What kind of error it is besides tells what to do; `answer` what was said."""

    answer: Answer

    @property
    def code(self) -> str:
        """The vendor's error code, or `HTTP_404` where it gave none."""
        return self.answer.code


class RefusedForNow(Refusal, Retry):
    """Another time, or in another shape (a smaller window), it may go through."""


class RefusedRecord(Refusal, Rejected):
    """This record, or this value, is not taken."""


class RefusedForGood(Refusal, NeedsOperator):
    """A person must change something first."""


class BusyRefusal(Refusal, Busy):
    """Salesforce is busy or broken for the moment."""


class SessionExpired(RefusedForGood):
    """The session is not valid (any more)."""


QUERY_SHAPE = frozenset(("QUERY_TIMEOUT", "OPERATION_TOO_LARGE"))
"""The query asks for too much at once."""
SCHEMA_DRIFT = frozenset(("INVALID_FIELD", "INVALID_TYPE"))
"""The query names what is not there, or not any more."""
DEAD_CURSOR = frozenset(("INVALID_QUERY_LOCATOR",))
GONE = frozenset(("ENTITY_IS_DELETED", "NOT_FOUND", "INVALID_CROSS_REFERENCE_KEY", "INVALID_ID_FIELD"))

QUOTA_WAIT_S = 3600.0
"""Allowances come back little by little over a day; sooner than this there is no point in asking."""
_QUOTAS = frozenset(("EXCEEDED_QUOTA", "LIMIT_EXCEEDED"))
_LIMIT_REMEDY = "The next run goes on from there; lower daily_share, or ask for a larger allowance, if this recurs."
_PERMISSION_REMEDY = "Give the integration user the permission (object and field access, API Enabled), or leave it out."

_FOR_NOW: Mapping[str, tuple[str, str]] = {
    "EXCEEDED_QUOTA": ("an allowance of the org is used up", _LIMIT_REMEDY),
    "LIMIT_EXCEEDED": ("an allowance of the org is used up", _LIMIT_REMEDY),
    "EXCEEDED_ID_LIMIT": ("the answer would name too many records", "A shorter span is asked for next."),
    "QUERY_TIMEOUT": ("the query took too long", "A smaller part is asked for next; else narrow `where`."),
    "OPERATION_TOO_LARGE": ("the query is too large", "A smaller part is asked for next; else narrow `where`."),
    "INVALID_QUERY_LOCATOR": ("the place in the result is not known any more", "The next run goes on from there."),
}
_FOR_GOOD: Mapping[str, tuple[str, str]] = {
    "API_DISABLED_FOR_ORG": ("the org's edition has no API", "Ask Salesforce for API access, or use an export file."),
    "API_CURRENTLY_DISABLED": ("the API is switched off for this user", "Give the user the permission API Enabled."),
    "FUNCTIONALITY_NOT_ENABLED": ("a function is not switched on in the org", _PERMISSION_REMEDY),
    "INSUFFICIENT_ACCESS": ("the user has no permission for this", _PERMISSION_REMEDY),
    "INSUFFICIENT_ACCESS_OR_READONLY": ("the user has no permission for this", _PERMISSION_REMEDY),
    "INVALID_TYPE": ("the object does not exist, or the user may not see it", _PERMISSION_REMEDY),
    "INVALID_FIELD": ("a field does not exist, or the user may not see it", _PERMISSION_REMEDY),
    "INVALIDENTITY": ("the object can't be read in bulk", "It is read page by page instead."),
    "STORAGE_LIMIT_EXCEEDED": ("the org is full", "Free storage in the org, or buy more; nothing was written."),
    "UNSUPPORTED_API_VERSION": ("the API version is retired", "Set api_version to a newer one, for example 62.0."),
    "InvalidVersion": ("the API version is retired", "Set api_version to a newer one, for example 62.0."),
    "INVALID_REPLICATION_DATE": ("deletions so long ago are forgotten", "Read everything again and compare."),
    "MALFORMED_QUERY": ("a query is not understood", "Check `where` in the settings."),
    "PASSWORD_EXPIRED": ("the user's password has expired", "Renew it, or sign in by client credentials."),
    "INVALID_OPERATION_WITH_EXPIRED_PASSWORD": ("the user's password has expired", "Renew the user's password."),
}
_NOT_DONE_YET = frozenset(("UNABLE_TO_LOCK_ROW",))
"""Busy, and surely not applied."""
_HIDDEN_STATUSES = frozenset((406, 420, 429, 502, 503, 504))


def refusal_of(
    system: str,
    status: int,
    content: Any,
    *,
    about: str = "",
    retry_after: str | None = None,
    now: datetime | None = None,
) -> Refusal:
    """The error that fits an answer. `content` is what came: a list, an object, or text (HTML, nothing)."""
    answer = answer_of(status, content)
    code = answer.code
    subject = f"{system}{f' ({about})' if about else ''}"
    said = f"{status}, {code}" if not code.startswith("HTTP_") else f"{status}"
    refusal: Refusal
    if code == "INVALID_SESSION_ID" or status == 401:
        refusal = SessionExpired(
            f"{subject}: the session is not valid ({said}).",
            "Sign in anew: check the client id, the secret and that the app is still approved.",
        )
    elif code == "REQUEST_LIMIT_EXCEEDED":
        refusal = _limit(subject, said, answer)
    elif code in _FOR_NOW:
        wait = QUOTA_WAIT_S if code in _QUOTAS else None
        refusal = RefusedForNow(f"{subject}: {_FOR_NOW[code][0]} ({said}).", _FOR_NOW[code][1], wait)
    elif code in _FOR_GOOD or code.startswith("INSUFFICIENT_ACCESS"):
        why, remedy = _FOR_GOOD.get(code, _FOR_GOOD["INSUFFICIENT_ACCESS"])
        refusal = RefusedForGood(f"{subject}: {why} ({said}).", remedy)
    elif code in _NOT_DONE_YET:
        refusal = BusyRefusal(f"{subject}: a record is locked ({said}).", "It is tried again.")
    elif status == 410:
        refusal = RefusedForGood(f"{subject}: the API version is retired ({said}).", _FOR_GOOD["InvalidVersion"][1])
    elif status >= 500 or status in _HIDDEN_STATUSES:
        refusal = _passing(subject, said, status, code, content, retry_after_s(retry_after, now))
    elif status in (414, 431):
        refusal = RefusedForGood(f"{subject}: the request is too long ({said}).", "Please report it.")
    elif status == 403:
        refusal = RefusedForGood(f"{subject}: not allowed ({said}).", _PERMISSION_REMEDY)
    elif 300 <= status < 400 and status not in (300, 304):
        refusal = RefusedForGood(f"{subject}: it has moved ({said}).", "Set url to the org's own address (My Domain).")
    else:
        refusal = RefusedRecord(
            f"{subject}: refused ({said}).", "Correct the record or its mapping; it is not tried again."
        )
    refusal.answer = answer
    return refusal


def answer_of(status: int, content: Any) -> Answer:
    """Code, sentence and fields, wherever the body hides them: REST lists, OAuth and bulk objects, HTML, nothing."""
    first = content[0] if isinstance(content, list) and content else content
    if not isinstance(first, dict):
        return Answer(status, f"HTTP_{status}", body=content)
    code = first.get("errorCode") or first.get("statusCode") or first.get("exceptionCode") or first.get("error")
    told = first.get("message") or first.get("exceptionMessage") or first.get("error_description") or ""
    fields = tuple(str(name) for name in first.get("fields") or ())
    return Answer(status, str(code or f"HTTP_{status}"), str(told), fields, content)


def _limit(subject: str, said: str, answer: Answer) -> Refusal:
    """The vendor has one code for the day's allowance and for too many calls at once; only its sentence differs."""
    if "concurrent" in answer.told.lower():
        return BusyRefusal(f"{subject}: too many calls at once ({said}).", "It is tried again.", 2.0)
    return RefusedForNow(f"{subject}: the org's daily calls are used up ({said}).", _LIMIT_REMEDY, QUOTA_WAIT_S)


def _passing(subject: str, said: str, status: int, code: str, content: Any, after_s: float | None) -> Refusal:
    page = isinstance(content, str) and "<html" in content[:2000].lower()
    why = "a maintenance page came instead of an answer" if page else "it is busy or broken for the moment"
    return BusyRefusal(
        f"{subject}: {why} ({said}).",
        "The next run goes on from here; status.salesforce.com tells of maintenance.",
        after_s,
        lost=status != 429,
        tries=3 if code == "UNKNOWN_EXCEPTION" else 5,
    )
