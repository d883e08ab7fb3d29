"""The requests that writing makes: records read by id or external id, and writes of which each gets its own answer.

A write is sent once. When its answer is lost, so is that of every record in it: `lost` says that reading must tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple
from urllib.parse import quote_plus

from connectors.http.retry import Busy
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.deciding import Row
from connectors.salesforce.refusals import RefusedRecord
from connectors.salesforce.rendering import Field
from connectors.salesforce.results import Cause, cause_of
from connectors.salesforce.soql import select, text
from connectors.salesforce.values import NUMBERS

QUERY_BYTES = 6_000
"""Text of one query's list of values: it travels in the address, which takes 16 KB with everything else."""
ANSWER_BYTES = 20_000_000
"""What one answer may hold at most, by the fields' declared lengths."""
HEADERS = {"Sforce-Auto-Assign": "FALSE", "Sforce-Duplicate-Rule-Header": "allowSave=false; runAsCurrentUser=true"}
"""No owner is changed by an assignment rule, no duplicate is saved over an alert."""


class Sent(NamedTuple):
    """What one record of a request met. `split`: the request was refused whole, for one of its records."""

    kind: Literal["done", "refused", "lost", "split"]
    record_id: str | None = None
    cause: Cause | None = None


LOST = Sent("lost")


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How writes are cut. `conditional`: updates go 25 a request, each only if its record was not edited since it was
    read; False: 200 a request without that condition, which takes an eighth of the calls."""

    conditional: bool = True
    read_at_once: int = 2_000
    records: int = 200
    singles: int = 25
    most_bytes: int = 4_000_000
    tries: int = 6
    """How often one op is taken up before it is left for the next run."""


class Sender:
    """The requests of one `write`, for one object. The client's errors pass through, save lost answers of writes."""

    def __init__(
        self, client: SalesforceClient, object: str, fields: Mapping[str, Field], options: WriteOptions
    ) -> None:
        self.client, self.object, self.fields, self.options = client, object, fields, options
        self.wrote = False
        """Something was sent that may have been applied."""
        self._malformed: set[str] = set()

    def read_size(self, columns: Sequence[str]) -> int:
        """Records that one reading of these columns may ask for."""
        widest = sum(int(self.fields[name].get("length") or 20) for name in columns) + 200
        return max(self.options.records, min(self.options.read_at_once, ANSWER_BYTES // widest))

    def rows(self, ids: Sequence[str], columns: Sequence[str]) -> dict[str, Row]:
        """Live records by id; deleted and unknown ones are missing."""
        asked = {"ids": list(ids), "fields": ["Id", *columns]}
        path = f"composite/sobjects/{self.object}"
        try:
            found = self.client.send("POST", path, asked, idempotent=True, about=self.object).body
        except RefusedRecord:
            if len(ids) == 1:
                self._malformed.add(ids[0])
                return {}
        else:
            return {str(row["Id"]): row for row in found if row}
        half = len(ids) // 2  # an id that is none makes the whole request be refused
        return {**self.rows(ids[:half], columns), **self.rows(ids[half:], columns)}

    def by_guard(self, column: str, values: Sequence[Any]) -> list[Row]:
        """Records that hold one of these external ids, deleted ones included."""
        texts = [_literal(self.fields[column], value) for value in dict.fromkeys(values)]
        return list(self._holding(column, texts, column))

    def traces(self, ids: Sequence[str]) -> dict[str, Row]:
        """What is left of these records, by id: alive, in the recycle bin, or missing here when gone for good."""
        texts = [text(each) for each in dict.fromkeys(ids) if each not in self._malformed]
        return {str(row["Id"]): row for row in self._holding("Id", texts)}

    def _holding(self, column: str, texts: Sequence[str], *more: str) -> Iterator[Row]:
        known = [name for name in ("IsDeleted", "MasterRecordId", "ConvertedContactId") if name in self.fields]
        for some in _runs(texts):
            soql = select(("Id", *known, *more), self.object, [f"{column} IN ({','.join(some)})"])
            for page in self.client.query(soql, deleted=True, about=self.object):
                yield from page.rows

    def collection(self, method: Literal["POST", "PATCH"], records: Sequence[Mapping[str, Any]]) -> list[Sent]:
        """Up to 200 records created or updated."""
        kind = {"attributes": {"type": self.object}}
        body = {"allOrNone": False, "records": [{**kind, **record} for record in records]}
        return self._each(len(records), method, body)

    def delete(self, ids: Sequence[str]) -> list[Sent]:
        """Up to 200 records deleted."""
        return self._each(len(ids), "DELETE", None, {"ids": ",".join(ids), "allOrNone": "false"})

    def singles(self, parts: Sequence[Mapping[str, Any]]) -> list[Sent]:
        """Up to 25 single writes in one request, each a transaction of its own: method, path, body, conditions."""
        place = f"/services/data/v{self.client.settings.api_version}"
        requests = [
            {
                "method": part["method"],
                "url": f"{place}/{part['path']}",
                "referenceId": f"r{number}",
                "httpHeaders": {**HEADERS, **part.get("headers", {})},
                "body": part["body"],
            }
            for number, part in enumerate(parts)
        ]
        try:
            answer = self._write("POST", "composite", {"allOrNone": False, "compositeRequest": requests})
        except Busy as busy:
            return _lost(len(parts), busy)
        except RefusedRecord as refused:
            return _refused(len(parts), refused)
        if not isinstance(answer, Mapping):
            return [LOST] * len(parts)
        told = {each.get("referenceId"): each for each in answer.get("compositeResponse") or ()}
        return [_of_part(told.get(each["referenceId"])) for each in requests]

    def single(self, record: Mapping[str, Any]) -> Sent:
        """One record created by a request of its own: only there a duplicate rule surely names what it found."""
        try:
            answer = self._write("POST", f"sobjects/{self.object}", dict(record))
            return Sent("done", str(answer["id"])) if isinstance(answer, Mapping) and answer.get("id") else LOST
        except Busy as busy:
            return _lost(1, busy)[0]
        except RefusedRecord as refused:
            return _refused(1, refused)[0]

    def _each(self, count: int, method: str, body: Any, params: Mapping[str, str] | None = None) -> list[Sent]:
        try:
            answer = self._write(method, "composite/sobjects", body, params)
        except Busy as busy:
            return _lost(count, busy)
        except RefusedRecord as refused:
            return _refused(count, refused)
        told = [_of_record(each) for each in answer[:count]] if isinstance(answer, list) else []
        return told + [LOST] * (count - len(told))

    def _write(self, method: str, path: str, body: Any, params: Mapping[str, str] | None = None) -> Any:
        wrote, self.wrote = self.wrote, True
        try:
            return self.client.send(
                method, path, body, idempotent=False, params=params, headers=HEADERS, about=self.object
            ).body
        except Busy as busy:
            self.wrote = wrote or busy.lost
            raise


def _lost(count: int, busy: Busy) -> list[Sent]:
    """A lost answer for every record; trouble of which nothing can have been applied goes on up."""
    if not busy.lost:
        raise busy
    return [LOST] * count


def _of_record(told: Mapping[str, Any]) -> Sent:
    if told.get("success"):
        return Sent("done", told["id"]) if told.get("id") else LOST
    return Sent("refused", None, cause_of(told.get("errors")))


def _of_part(told: Mapping[str, Any] | None) -> Sent:
    if told is None:
        return LOST
    status, body = int(told["httpStatusCode"]), told.get("body")
    if 200 <= status < 300:
        made = body.get("id") if isinstance(body, Mapping) else None
        return Sent("done", made) if made or status == 204 else LOST
    return LOST if status >= 500 else Sent("refused", None, cause_of(body, status))


def _refused(count: int, refused: RefusedRecord) -> list[Sent]:
    cause = cause_of(refused.answer.body, refused.answer.status)
    return [Sent("refused" if count == 1 else "split", None, cause)] * count


def _literal(field: Field, value: Any) -> str:
    return str(value) if field["type"] in NUMBERS else text(str(value))


def _runs(texts: Sequence[str]) -> Iterator[list[str]]:
    """Lists of values short enough for an address."""
    run: list[str] = []
    held = 0
    for one in texts:
        size = len(quote_plus(one)) + 3
        if run and held + size > QUERY_BYTES:
            yield run
            run, held = [], 0
        run.append(one)
        held += size
    if run:
        yield run
