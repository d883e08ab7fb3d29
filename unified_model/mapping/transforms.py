"""Named transforms between a raw value and a unified one. Each is a lens: a reader, a writer, and what the pair loses.

Two laws hold for every transform, and tests check them: reading what was written gives the value again, and reading,
writing and reading once more gives what the first reading gave. Writing what was read gives the raw value again, except
for the losses each transform declares.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from unified_model.mapping.times import DateOrder, parse_date, parse_time

Makes = Literal["text", "many", "time", "consent", "flag", "any"]


class TimeForm(NamedTuple):
    """How an object writes its times."""

    zone: str = "UTC"
    order: DateOrder = "ymd"


@dataclass(frozen=True, slots=True)
class Transform:
    """`read` gives None for an absent value and never raises; `write` is only given what `read` can make."""

    name: str
    makes: Makes
    read: Callable[[Any, TimeForm], Any]
    write: Callable[[Any, TimeForm], Any]
    about: str
    losses: tuple[str, ...] = ()


def clean(value: Any) -> str | None:
    """Text without control characters and outer space, or None. Line breaks and tabs inside become one space."""
    if type(value) is not str:
        value = _as_text(value)
    text: str = value if value.isprintable() else _without_controls(value)
    return text.strip() or None


def _as_text(value: Any) -> str:
    """What an API's JSON value says; nested values are another row's business."""
    if value is None or isinstance(value, dict):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, list | tuple):
        return ";".join(filter(None, map(_as_text, value)))
    return str(value)


_BREAKS = re.compile("[\t-\r\x1c-\x1f\x85\u2028\u2029]+")


def _without_controls(text: str) -> str:
    """Breaks become a space; controls, lone surrogates, byte order marks go; joiners and direction marks stay."""
    text = _BREAKS.sub(" ", text)
    if text.isprintable():
        return text
    return "".join(
        c for c in text if c.isprintable() or (unicodedata.category(c) not in ("Cc", "Cs") and c != "\ufeff")
    )


def _read_text(value: Any, form: TimeForm) -> str | None:
    return clean(value)


def _write_text(value: str, form: TimeForm) -> str:
    return value


def _read_any(value: Any, form: TimeForm) -> Any:
    return clean(value) if isinstance(value, str) else value


def _write_any(value: Any, form: TimeForm) -> Any:
    return value


def _read_time(value: Any, form: TimeForm) -> datetime | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    text = clean(value)
    return parse_time(text, form.zone, form.order) if text else None


def _write_time(value: datetime, form: TimeForm) -> str:
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _read_date(value: Any, form: TimeForm) -> str | None:
    text = clean(value)
    day = parse_date(text, form.order) if text else None
    return day.isoformat() if day else text


def _splitter(separators: str) -> Callable[[Any, TimeForm], tuple[str, ...] | None]:
    pattern = re.compile(separators)

    def read(value: Any, form: TimeForm) -> tuple[str, ...] | None:
        text = value if isinstance(value, str) else _as_text(value)
        parts = (clean(part) for part in pattern.split(text))
        return tuple(dict.fromkeys(part for part in parts if part)) or None

    return read


def _joiner(separator: str) -> Callable[[Any, TimeForm], str]:
    def write(value: tuple[str, ...], form: TimeForm) -> str:
        return separator.join(value)

    return write


_MAILBOX = re.compile(r"[^<>]*<\s*(?:mailto:)?([^<>\s]+@[^<>\s]+)\s*>", re.IGNORECASE)


def _read_mailbox(value: Any, form: TimeForm) -> str | None:
    text = clean(value)
    if text is None:
        return None
    found = _MAILBOX.fullmatch(text)
    if found:
        text = found[1]
    while text[:7].lower() == "mailto:":
        text = text[7:].strip()
    return text or None


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


_YES = _words("true yes y 1 on x t wahr ja j oui o vrai sí si s sì vero sim verdadeiro tak prawda waar checked")
_NO = _words("false no n 0 off f falsch nein non faux falso não nao nie onwaar nee unchecked -")


def _truth(value: Any) -> bool | None:
    text = clean(value)
    word = text.casefold() if text else ""
    return True if word in _YES else False if word in _NO else None


def _read_flag(value: Any, form: TimeForm) -> bool | None:
    return _truth(value)


def _write_flag(value: bool, form: TimeForm) -> str:
    return "true" if value else "false"


def _read_opt_out(value: Any, form: TimeForm) -> str | None:
    return "withdrawn" if _truth(value) else None


def _write_opt_out(value: str, form: TimeForm) -> str:
    return "true" if value == "withdrawn" else "false"


def _read_opt_in(value: Any, form: TimeForm) -> str | None:
    return "granted" if _truth(value) else None


def _write_opt_in(value: str, form: TimeForm) -> str:
    return "true" if value == "granted" else "false"


_WITHDRAWN = _words(
    "withdrawn unsubscribed optout optedout opted_out opt_out opt-out denied revoked no false 0 never abgemeldet",
    "widerrufen nein non désabonné desuscrito baja cancellato afgemeld nee wypisany nie não",
)
_GRANTED = _words(
    "granted subscribed optin optedin opted_in opt_in opt-in confirmed yes true 1 given angemeldet bestätigt erteilt",
    "ja oui abonné suscrito iscritto sì sí ingeschreven zapisany tak sim",
)


def _read_status(value: Any, form: TimeForm) -> str | None:
    text = clean(value)
    word = text.casefold().replace(" ", "") if text else ""
    return "withdrawn" if word in _WITHDRAWN else "granted" if word in _GRANTED else None


def _read_unsubscribed(value: Any, form: TimeForm) -> str | None:
    if _truth(value) or (_read_status(value, form) == "withdrawn" and _truth(value) is not False):
        return "withdrawn"
    return None


_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def _read_id18(value: Any, form: TimeForm) -> str | None:
    text = clean(value)
    if text is None or len(text) != 15 or not (text.isascii() and text.isalnum()):
        return text
    groups = (text[0:5], text[5:10], text[10:15])
    return text + "".join(_CHECK[sum(1 << i for i, c in enumerate(group) if "A" <= c <= "Z")] for group in groups)


_FLAGS = ("spelling of yes and no", "no is the same as nothing")
TRANSFORMS: dict[str, Transform] = {
    transform.name: transform
    for transform in (
        Transform(
            "text",
            "text",
            _read_text,
            _write_text,
            "trimmed text",
            ("outer space", "control characters and line breaks"),
        ),
        Transform(
            "any",
            "any",
            _read_any,
            _write_any,
            "the JSON value as it is",
            ("outer space", "control characters in text"),
        ),
        Transform(
            "time",
            "time",
            _read_time,
            _write_time,
            "a moment, as UTC",
            ("spelling of the time", "its zone", "unreadable text"),
        ),
        Transform(
            "date",
            "text",
            _read_date,
            _write_text,
            "a calendar day as ISO, else as written",
            ("spelling of the day", "time of day"),
        ),
        Transform(
            "list",
            "many",
            _splitter(r"[;\n]"),
            _joiner(";"),
            "several values between semicolons",
            ("spaces", "repeated values"),
        ),
        Transform(
            "emails",
            "many",
            _splitter(r"[;,|\s]+"),
            _joiner("; "),
            "several e-mails in one cell",
            ("separators", "repeated values"),
        ),
        Transform(
            "phones",
            "many",
            _splitter(r"[;|\n]"),
            _joiner("; "),
            "several phones in one cell",
            ("separators", "repeated values"),
        ),
        Transform(
            "mailbox",
            "text",
            _read_mailbox,
            _write_text,
            "the address of `Name <a@b.c>` or `mailto:a@b.c`",
            ("the display name",),
        ),
        Transform("flag", "flag", _read_flag, _write_flag, "yes or no", ("spelling of yes and no",)),
        Transform(
            "opt_out_flag", "consent", _read_opt_out, _write_opt_out, "ticked: opted out; else nothing is said", _FLAGS
        ),
        Transform(
            "opt_in_flag", "consent", _read_opt_in, _write_opt_in, "ticked: opted in; else nothing is said", _FLAGS
        ),
        Transform(
            "unsubscribed",
            "consent",
            _read_unsubscribed,
            _write_opt_out,
            "unsubscribed from everything, or nothing",
            _FLAGS,
        ),
        Transform(
            "consent_status",
            "consent",
            _read_status,
            _write_text,
            "a word: granted, withdrawn, subscribed ...",
            ("the vendor's word",),
        ),
        Transform(
            "id18", "text", _read_id18, _write_text, "15-character ids get the 3 check characters", ("the short form",)
        ),
    )
}
"""Every transform by its name; mappings in settings may use these and nothing else."""
