"""Bulk API 2.0 queries: a job, waited for, and its result as a stream of rows.

Nothing is held but some rows: the answer is unpacked, decoded and parsed as it comes. A download that breaks off is
asked for again from the row where it broke. A job's result stays for seven days, so a killed reader finds it again.
"""

from __future__ import annotations

import csv
import io
import re
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Generic, NamedTuple, TypeVar

from requests import Response
from urllib3.exceptions import HTTPError

from connectors.http.retry import TRIES, Busy, Sleep
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.cursor import JobPlace
from connectors.salesforce.refusals import (
    QUERY_SHAPE,
    SCHEMA_DRIFT,
    Answer,
    Refusal,
    RefusedForGood,
    RefusedForNow,
)

ROWS = 1_000
"""Rows of a chunk."""
RESULT_ROWS = 100_000
"""Rows asked for in one answer."""
PATIENCE_S = 4 * 3600.0
"""A job that takes longer is given up."""

NO_BULK = frozenset(("INVALIDENTITY", "INVALID_ENTITY", "FEATURENOTENABLED", "FEATURE_NOT_ENABLED"))
"""The object can't be read in bulk."""

_LONGEST_CELL = 1 << 24
_BLOCK = 1 << 18


Row = list[str]
R = TypeVar("R")
Converter = Callable[[Sequence[str]], Callable[[Row], R]]
"""From the names of the cells to a function that takes a row."""


class Chunk(NamedTuple, Generic[R]):
    """What was made of some rows, and the place after them."""

    made: list[R]
    place: JobPlace


class Torn(Exception):
    """The answer ended before its rows did."""


_BROKEN = (Torn, HTTPError, csv.Error, zlib.error, UnicodeDecodeError, OSError)


def start(client: SalesforceClient, soql: str, *, deleted: bool, about: str) -> JobPlace:
    """Begin a job. A lost answer may leave a job behind that nobody reads; it harms nobody."""
    body = {
        "operation": "queryAll" if deleted else "query",
        "query": soql,
        "contentType": "CSV",
        "columnDelimiter": "COMMA",
        "lineEnding": "LF",
    }
    return JobPlace(str(client.send("POST", "jobs/query", body, idempotent=True, about=about).body["id"]))


def wait(client: SalesforceClient, job: str, *, about: str, sleep: Sleep = time.sleep) -> int:
    """Until the job is done; returns its rows. Refused when it failed; given up, and Busy, when it takes too long."""
    waited, pause = 0.0, 1.0
    while True:
        state = client.get(f"jobs/query/{job}", about=about).body
        if state["state"] == "JobComplete":
            return int(state.get("numberRecordsProcessed") or 0)
        if state["state"] in ("Failed", "Aborted"):
            raise _failure(client, state, about)
        if waited > PATIENCE_S:
            client.send("PATCH", f"jobs/query/{job}", {"state": "Aborted"}, idempotent=True, about=about)
            raise Busy(
                f"{client.system} ({about}): a bulk job took over {PATIENCE_S / 3600:.0f} hours.", "Run again later."
            )
        sleep(pause)
        waited, pause = waited + pause, min(pause * 1.5, 30.0)


def chunks(
    client: SalesforceClient,
    place: JobPlace,
    asked: Sequence[str],
    converter: Converter[R],
    *,
    about: str,
    sleep: Sleep = time.sleep,
) -> Iterator[Chunk[R]]:
    """The rows of a finished job from a place on; `asked` are the columns of its query."""
    job, locator, done = place
    tries = 0
    while True:
        params = {"maxRecords": str(RESULT_ROWS), **({"locator": locator} if locator else {})}
        next_locator, before = "null", done
        try:
            with client.stream(f"jobs/query/{job}/results", params, about) as response:
                next_locator = response.headers.get("Sforce-Locator") or "null"
                for made in _made_of(response, asked, converter, done):
                    done += len(made)
                    yield Chunk(made, JobPlace(job, locator, done))
                if done < int(response.headers.get("Sforce-NumberOfRecords") or 0):
                    raise Torn
        except _BROKEN:
            tries = 1 if done > before else tries + 1
            if tries >= TRIES:
                raise Busy(
                    f"{client.system} ({about}): a bulk result broke off again and again.",
                    "Run again later.",
                    lost=True,
                ) from None
            sleep(min(0.5 * 2**tries, 30.0))
            continue
        if next_locator == "null":
            return
        locator, done, tries = next_locator, 0, 0


def _made_of(response: Response, asked: Sequence[str], converter: Converter[R], skip: int) -> Iterator[list[R]]:
    """What is made of the rows of one answer, without its header and the first `skip`."""
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
    rows = csv.reader(_lines(response), strict=True)
    first = next(rows, None)
    if first is None:
        return
    header: Sequence[str] = asked
    first[0] = first[0].removeprefix("\ufeff")
    if {cell.lower() for cell in first} == {name.lower() for name in asked}:
        names = {name.lower(): name for name in asked}
        header = [names[cell.lower()] for cell in first]
    elif skip:
        skip -= 1
    else:
        yield [converter(header)(_whole(first, len(header)))]
    if skip and len(list(islice(rows, skip))) < skip:
        raise Torn
    yield from _runs(rows, converter(header), len(header))


def _runs(rows: Iterator[Row], convert: Callable[[Row], R], width: int) -> Iterator[list[R]]:
    """Runs of at most `ROWS`; where the answer breaks off, first what came whole."""
    while True:
        run: list[R] = []
        try:
            for row in islice(rows, ROWS):
                if len(row) != width:
                    if not row:
                        continue
                    raise Torn
                run.append(convert(row))
        except _BROKEN:
            if run:
                yield run
            raise
        if not run:
            return
        yield run


def _whole(row: Row, width: int) -> Row:
    if len(row) != width:
        raise Torn
    return row


class _WithoutNuls(io.RawIOBase):
    """Bytes of an answer, without those that no text has."""

    def __init__(self, raw: Any) -> None:
        self._read = raw.read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while block := self._read(len(buffer)):
            if b"\0" in block:
                block = block.replace(b"\0", b"")
            if block:
                buffer[: len(block)] = block
                return len(block)
        return 0


def _lines(response: Response) -> Iterator[str]:
    """Lines of the unpacked answer, cut at line feeds alone: a value may hold every other kind of break."""
    raw: Any = response.raw
    raw.decode_content = True
    raw.auto_close = False
    return io.TextIOWrapper(io.BufferedReader(_WithoutNuls(raw), _BLOCK), encoding="utf-8", newline="\n")


def _failure(client: SalesforceClient, state: Any, about: str) -> Refusal:
    """Why a job failed: the code its message begins with."""
    told = str(state.get("errorMessage") or "")
    found = re.search(r"\b([A-Z][A-Z_]{4,})\s*:", told)
    code = found[1] if found else "JOB_FAILED"
    kind: Callable[[str, str], Refusal] = (
        RefusedForNow if code in QUERY_SHAPE or code not in SCHEMA_DRIFT else RefusedForGood
    )
    refusal = kind(
        f"{client.system} ({about}): a bulk job {str(state['state']).lower()} ({code}).",
        "It is tried in another shape; run again later if this recurs.",
    )
    refusal.answer = Answer(200, code, told)
    return refusal
