"""What HubSpot answers when it does not do as asked, told by what the caller shall do next.

Translated once, here, from status, category and policy; never from the wording. The vendor's own sentence is kept
beside the error (`told`) for whoever may show it, and never becomes part of a message: it can quote a value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from connectors.http.retry import Busy, retry_after_s
from unified_model.errors import NeedsOperator, Rejected, UnsiloError

LOCK_WAIT_S = 2.0
GATEWAY_WAIT_S = 2.0
MIGRATION_S = 24 * 3600.0
"""A portal that moves to another region is back within a day."""
LONGEST_WAIT_S = 60.0
"""A `Retry-After` on a 429 that asks for more is not believed."""
SECONDLY_S, TEN_SECONDLY_S = 1.0, 10.0
"""Seconds until the pace that a 429 names (`SECONDLY`, `TEN_SECONDLY_ROLLING`) is over."""
DAILY = "DAILY"


_CODE = re.compile(r"[\w.-]{1,80}")


class Said(NamedTuple):
    """What an answer that says no holds; everything may be missing."""

    status: int
    category: str = ""
    sub_category: str = ""
    told: str = ""
    context: Mapping[str, Sequence[str]] = {}
    errors: Sequence[Mapping[str, Any]] = ()
    correlation_id: str = ""
    policy: str = ""
    """429: which limit."""
    body: Any = None


class Refusal(UnsiloError):
    """HubSpot refused. What kind of error it is besides tells what to do; `said` what it answered."""

    said: Said

    @property
    def status(self) -> int:
        return self.said.status

    @property
    def category(self) -> str:
        """The vendor's error category, or `HTTP_404` where it gave none."""
        return self.said.category or f"HTTP_{self.said.status}"

    @property
    def sub_category(self) -> str:
        return self.said.sub_category

    @property
    def told(self) -> str:
        """The vendor's own sentence; it may quote a value."""
        return self.said.told

    @property
    def context(self) -> Mapping[str, Sequence[str]]:
        return self.said.context

    @property
    def errors(self) -> Sequence[Mapping[str, Any]]:
        return self.said.errors

    @property
    def correlation_id(self) -> str:
        return self.said.correlation_id


class RefusedRecord(Refusal, Rejected):
    """This record, this value, this id, or this request is not taken (400, 404, 409, 414): a repeat won't help."""


class RefusedForGood(Refusal, NeedsOperator):
    """A person must change something first (401, 403, an address that is none)."""


class TokenRefused(RefusedForGood):
    """The token is not valid (any more)."""


class BusyRefusal(Refusal, Busy):
    """HubSpot is busy or broken for the moment (429, 477, 5xx); repeated by the client where that does no harm."""


class TooManyCalls(BusyRefusal):
    """429, surely not applied: the pace, or (`daily`) the day's allowance is used up."""

    daily = False


class RecordsLocked(BusyRefusal):
    """423: the vendor works on the same records; surely not applied. Come again alone, after `after_s`."""


def refusal_of(
    system: str,
    status: int,
    content: Any,
    *,
    about: str = "",
    retry_after: str | None = None,
    now: datetime,
    searching: bool = False,
) -> Refusal:
    """The error that fits an answer. `content` is what came: an object, or text (HTML, nothing)."""
    said = said_of(status, content)
    subject = f"{system}{f' ({about})' if about else ''}"
    codes = [code for code in (said.category, said.sub_category) if _CODE.fullmatch(code)]
    if _CODE.fullmatch(said.correlation_id):
        codes.append(f"correlation id {said.correlation_id}")
    note = ", ".join((str(status), *codes))
    refusal = _refusal(subject, note, said, retry_after_s(retry_after, now), now, searching)
    refusal.said = said
    return refusal


def said_of(status: int, content: Any) -> Said:
    """What an answer says, wherever it hides it; also fits one of the `errors` of a 207."""
    if not isinstance(content, Mapping):
        return Said(status, body=content)
    errors = content.get("errors")
    context = content.get("context")
    return Said(
        status,
        str(content.get("category") or content.get("errorType") or ""),
        str(content.get("subCategory") or ""),
        str(content.get("message") or ""),
        _context(context),
        [error for error in errors if isinstance(error, Mapping)] if isinstance(errors, list) else (),
        str(content.get("correlationId") or ""),
        str(content.get("policyName") or next(iter(_context(context).get("policyName", ())), "")),
        content,
    )


def missing_scopes(said: Said) -> tuple[str, ...]:
    """The scopes that a 403 names, wherever it names them."""
    contexts = [said.context, *(_context(error.get("context")) for error in said.errors)]
    named = [
        scope for context in contexts for key, scopes in context.items() if "scope" in key.lower() for scope in scopes
    ]
    return tuple(scope for scope in dict.fromkeys(named) if _CODE.fullmatch(scope))


def _refusal(subject: str, note: str, said: Said, asked_s: float | None, now: datetime, searching: bool) -> Refusal:
    status = said.status
    if status == 401:
        return TokenRefused(
            f"{subject}: the token is not valid ({note}).",
            "Make a new one in HubSpot, or connect the app anew, and set the secret.",
        )
    if status == 403 and _is_page(said):
        return _passing(subject, note, said, asked_s)
    if status == 403:
        scopes = missing_scopes(said)
        why = f"scopes are missing: {', '.join(scopes)}" if scopes else "the token is not allowed to do this"
        remedy = "Give the app (or service key) these scopes in HubSpot, or take the object out of objects."
        return RefusedForGood(f"{subject}: {why} ({note}).", remedy)
    if status == 423:
        wait = max(LOCK_WAIT_S, asked_s or 0)
        return RecordsLocked(f"{subject}: HubSpot is working on these records ({note}).", "It is tried again.", wait)
    if status == 429:
        return _too_many(subject, note, said, asked_s, searching)
    if status == 477:
        wait = min(asked_s or MIGRATION_S, MIGRATION_S)
        until = now + timedelta(seconds=wait)
        return BusyRefusal(
            f"{subject}: the portal is moving to another region until about {until:%Y-%m-%d %H:%M} UTC ({note}).",
            "Nothing is lost: the next run after that goes on from there.",
            wait,
        )
    if status == 408 or status >= 500:
        return _passing(subject, note, said, asked_s)
    if 300 <= status < 400:
        return RefusedForGood(f"{subject}: it has moved ({note}).", "Set url to https://api.hubapi.com.")
    if status in (414, 431):
        return RefusedRecord(f"{subject}: the request is too long ({note}).", "Please report it.")
    if status == 404:
        return RefusedRecord(f"{subject}: it is not there ({note}).", "It was deleted, or its id or name is wrong.")
    if status == 409:
        return RefusedRecord(
            f"{subject}: another record has this value already ({note}).", "Merge the two, or correct it."
        )
    return RefusedRecord(f"{subject}: refused ({note}).", "Correct the record or its mapping; it is not tried again.")


def _too_many(subject: str, note: str, said: Said, asked_s: float | None, searching: bool) -> TooManyCalls:
    policy = said.policy.upper()
    if DAILY in policy:
        refusal = TooManyCalls(f"{subject}: the day's calls are used up ({note}).", "It goes on tomorrow.", asked_s)
        refusal.daily = True
        return refusal
    a_second = policy == "SECONDLY" or (searching and not policy)
    wait = SECONDLY_S if a_second else TEN_SECONDLY_S
    if asked_s is not None and asked_s > 0:
        wait = min(asked_s, LONGEST_WAIT_S)
    return TooManyCalls(f"{subject}: too many calls at once ({note}).", "It is tried again.", wait)


def _passing(subject: str, note: str, said: Said, asked_s: float | None) -> BusyRefusal:
    why = "a page came instead of an answer" if _is_page(said) else "it is busy or broken for the moment"
    wait = asked_s if said.status == 500 else max(GATEWAY_WAIT_S, asked_s or 0)
    return BusyRefusal(
        f"{subject}: {why} ({note}).",
        "The next run goes on from here; status.hubspot.com tells of outages.",
        wait,
        lost=True,
        tries=3 if said.status == 500 else 5,
    )


def _is_page(said: Said) -> bool:
    return isinstance(said.body, str) and "<html" in said.body[:2000].lower()


def _context(context: Any) -> Mapping[str, Sequence[str]]:
    if not isinstance(context, Mapping):
        return {}
    return {
        str(key): [str(one) for one in value] if isinstance(value, list) else [str(value)]
        for key, value in context.items()
    }
