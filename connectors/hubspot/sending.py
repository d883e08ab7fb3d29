"""The requests that writing makes: records read with or without histories, and batches of which each row is answered.

A batch is sent once. When its answer is lost, so is that of every record in it: `lost` says that reading must tell.
Rows are told apart by their trace id, or by the ids that an error names; never by their place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from connectors.http.retry import Busy
from connectors.hubspot.client import Answer, HubSpotClient
from connectors.hubspot.deciding import Row, Version
from connectors.hubspot.describing import Property
from connectors.hubspot.merging import MERGED, merged_ids
from connectors.hubspot.outcomes import Cause, cause_of, cause_of_refusal
from connectors.hubspot.paths import Batch
from connectors.hubspot.refusals import RecordsLocked, Refusal, RefusedRecord, TooManyCalls, said_of
from unified_model.errors import UnsiloError

TRACE = "objectWriteTraceId"
WITH_HISTORY = 50
"""Records that one read may ask histories of."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Sent(NamedTuple):
    """What one record of a batch met. `split`: the batch was refused whole, and surely nothing of it applied."""

    kind: Literal["done", "refused", "lost", "split"]
    record_id: str | None = None
    cause: Cause | None = None
    stored: Mapping[str, Any] | None = None
    """Done: what the portal says the record holds."""


LOST = Sent("lost")


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How writes are cut."""

    records: int = 100
    most_bytes: int = 1_000_000
    tries: int = 7
    """How often one op is taken up before it is left for the next run."""


class Sender:
    """The requests of one `write`, for one object. The client's errors pass through, save lost answers of writes."""

    def __init__(
        self,
        client: HubSpotClient,
        object: str,
        type: str,
        properties: Mapping[str, Property],
        options: WriteOptions,
    ) -> None:
        self.client, self.object, self.type = client, object, type
        self.properties, self.options = properties, options
        self.wrote = False
        """Something was sent that may have been applied."""

    def rows(
        self, ids: Sequence[str], columns: Sequence[str], *, history: bool = False, archived: bool = False
    ) -> dict[str, Row]:
        """Records by the id asked for: a merged-away one gives its survivor; what is not there is missing."""
        found: dict[str, Row] = {}
        asked = list(dict.fromkeys(ids))
        size = WITH_HISTORY if history else self.options.records
        for start in range(0, len(asked), size):
            some = asked[start : start + size]
            strangers = False
            for raw in self._read(some, [*columns, MERGED], history=columns if history else (), archived=archived):
                row, own = _row(raw), str(raw["id"])
                names = [each for each in merged_ids(raw) if each in some]
                strangers = strangers or not (names or own in some)
                found.update(dict.fromkeys([each for each in (*names, own) if each in some], row))
            if strangers:  # a survivor that does not tell whom it replaced: ask for one at a time
                for each in some:
                    if each not in found:
                        single = self._read([each], columns, history=columns if history else (), archived=archived)
                        found.update((each, _row(raw)) for raw in single)
        return found

    def by_value(self, column: str, values: Sequence[str], more: Sequence[str] = ()) -> list[Row]:
        """Live records that hold one of these values of a unique property."""
        found: list[Row] = []
        asked = list(dict.fromkeys(values))
        for start in range(0, len(asked), self.options.records):
            some = asked[start : start + self.options.records]
            found += [_row(raw) for raw in self._read(some, [column, *more], by=column)]
        return found

    def archived_by_value(self, column: str, values: Sequence[str]) -> list[Row]:
        """The same in the recycle bin, as far as it can be asked that way."""
        return [_row(raw) for raw in self._read(list(dict.fromkeys(values)), [column], by=column, archived=True)]

    def update(self, records: Sequence[tuple[str, Mapping[str, str]]]) -> list[Sent]:
        """Up to 100 records, each once, with the properties to set."""
        inputs = [{"id": id, "properties": columns} for id, columns in records]
        return self._each("update", inputs, [id for id, _ in records])

    def create(self, records: Sequence[Mapping[str, str]], guards: Sequence[tuple[str, str] | None]) -> list[Sent]:
        """Up to 100 new records, beside the unique property and value of each."""
        inputs = [{"properties": columns, "associations": []} for columns in records]
        return self._each("create", inputs, guards)

    def archive(self, ids: Sequence[str]) -> list[Sent]:
        """Up to 100 records into the recycle bin; the answer tells nothing of a single one."""
        body = {"inputs": [{"id": id} for id in ids]}
        try:
            self._write("archive", body)
        except Busy as busy:
            return self._trouble(busy, len(ids))
        except RefusedRecord as refused:
            return self._refused(refused, len(ids))
        return [Sent("done", id) for id in ids]

    def _read(
        self,
        ids: Sequence[str],
        columns: Sequence[str],
        *,
        history: Sequence[str] = (),
        by: str = "",
        archived: bool = False,
    ) -> list[Mapping[str, Any]]:
        body: dict[str, Any] = {
            "properties": list(dict.fromkeys(columns)),
            "propertiesWithHistory": list(history),
            "inputs": [{"id": each} for each in ids],
        }
        if by:
            body["idProperty"] = by
        path = self.client.paths.batch(self.type, "read")
        try:
            answer = self.client.post(path, body, params={"archived": "true"} if archived else None, about=self.object)
        except RefusedRecord as refused:
            if len(ids) > 1:  # an id that is none makes the whole request be refused
                half = len(ids) // 2
                parts = (ids[:half], ids[half:])
                return [
                    raw
                    for part in parts
                    for raw in self._read(part, columns, history=history, by=by, archived=archived)
                ]
            if refused.status in (400, 404):
                return []
            raise
        results = answer.body.get("results") if isinstance(answer.body, Mapping) else None
        if not isinstance(results, list):
            raise Busy(f"An answer of {self.client.system} ({self.object}) lacks its records.", "Run it again.")
        return [raw for raw in results if bool(raw.get("archived")) == archived]

    def _each(self, what: Batch, inputs: Sequence[dict[str, Any]], keys: Sequence[Any]) -> list[Sent]:
        """One result an input. `keys`: the record's id, or the guard that its answer holds."""
        traced = [{**each, TRACE: f"r{place}"} for place, each in enumerate(inputs)]
        try:
            answer = self._write(what, {"inputs": traced})
        except Busy as busy:
            return self._trouble(busy, len(inputs))
        except RefusedRecord as refused:
            return self._refused(refused, len(inputs))
        return self._matched(answer, keys)

    def _matched(self, answer: Answer, keys: Sequence[Any]) -> list[Sent]:
        body = answer.body if isinstance(answer.body, Mapping) else {}
        told: list[Sent | None] = [None] * len(keys)
        for raw in body.get("results") or ():
            place = _place(raw.get(TRACE), len(keys))
            if place is None:
                place = next((place for place, key in enumerate(keys) if _is(key, raw)), None)
            if place is not None and raw.get("id"):
                told[place] = Sent("done", str(raw["id"]), stored=raw.get("properties") or {})
        stray = None
        for error in body.get("errors") or ():
            status = error.get("status")
            said = said_of(int(status) if str(status).isdigit() else 400, error)
            cause = cause_of(said, self.properties)
            places = [place for trace in said.context.get(TRACE, ()) if (place := _place(trace, len(keys))) is not None]
            named = {id for key in ("ids", "id", "objectId") for id in said.context.get(key, ())}
            places = places or [place for place, key in enumerate(keys) if isinstance(key, str) and key in named]
            for place in places:
                told[place] = told[place] or Sent("refused", None, cause)
            stray = stray if places else cause
        left = [place for place, each in enumerate(told) if each is None]
        if stray is not None and len(left) == 1:
            told[left[0]] = Sent("refused", None, stray)
        # What is neither among the results nor among the errors may have been applied.
        return [each or LOST for each in told]

    def _write(self, what: Batch, body: Any) -> Answer:
        wrote, self.wrote = self.wrote, True
        try:
            path = self.client.paths.batch(self.type, what)
            return self.client.send("POST", path, body, repeatable=False, patient=False, about=self.object)
        except UnsiloError as error:
            self.wrote = wrote or (isinstance(error, Busy) and error.lost)
            raise

    def _trouble(self, busy: Busy, count: int) -> list[Sent]:
        """A lost answer for every record. Trouble of which nothing can have been applied goes on up, save a lock, and a
        pace that was exceeded: both are waited for, and then the records are looked at again."""
        if busy.lost:
            return [LOST] * count
        if isinstance(busy, RecordsLocked):
            return self._refused(busy, count, "RECORD_LOCKED")
        if isinstance(busy, TooManyCalls):
            return [Sent("refused", None, Cause("again", "RATE_LIMITS", busy.message))] * count
        raise busy

    def _refused(self, refusal: Refusal, count: int, code: str = "") -> list[Sent]:
        cause = cause_of_refusal(refusal, self.properties)
        if code:
            cause = cause._replace(kind="locked", code=code)
        return [Sent("refused" if count == 1 else "split", None, cause)] * count


def _place(trace: Any, count: int) -> int | None:
    """The input that a trace id of ours names."""
    text = str(trace or "")
    place = int(text[1:]) if text[:1] == "r" and text[1:].isdigit() else count
    return place if place < count else None


def _is(key: Any, raw: Mapping[str, Any]) -> bool:
    """Whether a result without a trace id is that of the record of this id, or of this guard."""
    if isinstance(key, str):
        return str(raw.get("id")) == key
    return key is not None and str((raw.get("properties") or {}).get(key[0])).casefold() == key[1].casefold()


def _row(raw: Mapping[str, Any]) -> Row:
    histories = {
        name: [
            Version(each.get("value"), _ms(each.get("timestamp")), str(each.get("sourceType") or ""))
            for each in versions or ()
        ]
        for name, versions in (raw.get("propertiesWithHistory") or {}).items()
    }
    archived = bool(raw.get("archived"))
    return Row(str(raw["id"]), raw.get("properties") or {}, _ms(raw.get("updatedAt")), histories, archived)


def _ms(stamp: Any) -> int:
    """A stamp of the portal's in milliseconds; 0 when it is none."""
    text = str(stamp or "")
    if text.isdigit():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0
    since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000
