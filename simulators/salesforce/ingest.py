"""Bulk API 2.0, the writing side: a table is uploaded, each of its rows is written or refused by itself.

A job that is complete may have failed rows, and one that failed may have committed some: three lists tell of each row.
An empty cell leaves its field as it is, `#N/A` clears it.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulators.salesforce import events
from simulators.salesforce.access import check_reach
from simulators.salesforce.bulk import (
    ABORTED,
    DONE,
    ENDED,
    FAILED,
    RUNNING,
    UPLOADED,
    asked_format,
    forgotten,
    listed,
    new_job_id,
    state_seen,
)
from simulators.salesforce.collections import update_one, upsert_one
from simulators.salesforce.describe import find
from simulators.salesforce.errors import Refusal, malformed_id, no_such_resource
from simulators.salesforce.fields import Field
from simulators.salesforce.ids import full_id
from simulators.salesforce.objects import ObjectType
from simulators.salesforce.org import Org
from simulators.salesforce.single import external_id, fields_of
from simulators.salesforce.tables import DELIMITERS, Format, text
from simulators.salesforce.values import moment_text
from simulators.salesforce.writing import create, delete
from simulators.web import Answer, Call

OPEN = "Open"
OPERATIONS = ("insert", "update", "upsert", "delete", "hardDelete")
NOTHING = "#N/A"
LARGEST = 150_000_000
ROWS_A_BATCH = 10_000
GAVE_UP = "InternalServerError : Retried more than ten times"
Cells = list[str]
Outcome = dict[str, Any]


@dataclass
class Load:
    """One job. `done` and `refused` hold two cells of the outcome before those that were sent."""

    id: str
    kind: ObjectType
    operation: str
    key: Field | None
    created: datetime
    form: Format
    state: str = OPEN
    looks: int = 0
    content: bytes | None = None
    header: Cells = field(default_factory=list)
    done: list[Cells] = field(default_factory=list)
    refused: list[Cells] = field(default_factory=list)
    left: list[Cells] = field(default_factory=list)
    error: str | None = None


class Loads:
    """All ingest jobs that are kept."""

    def __init__(self) -> None:
        self._by_id: dict[str, Load] = {}

    def batches_since(self, moment: datetime) -> int:
        """Internal batches of the jobs made since."""
        jobs = (job for job in self._by_id.values() if job.created > moment)
        return sum(-(-(len(job.done) + len(job.refused)) // ROWS_A_BATCH) for job in jobs)

    def create(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        """POST a job."""
        sent = fields_of(call)
        operation = sent.get("operation")
        if operation not in OPERATIONS:
            raise Refusal(400, "INVALIDJOB", f"operation is not supported: {operation}")
        if operation == "hardDelete" and not org.switches.hard_delete:
            message = "hardDelete operation requires special user profile permission, please contact your administrator"
            raise Refusal(400, "FEATURENOTENABLED", message)
        try:
            kind = find(org, str(sent.get("object")))
            key = external_id(org, kind, str(sent.get("externalIdFieldName"))) if operation == "upsert" else None
        except Refusal as refusal:
            raise Refusal(400, "INVALIDJOB", f"InvalidJob : {refusal.message}") from None
        job = Load(new_job_id(org), kind, str(operation), key, org.stamp(), asked_format(org, sent))
        self._by_id[job.id] = job
        return Answer(200, _described(org, job, names["version"]))

    def upload(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        """PUT the table, once."""
        job = self._get(org, names)
        if job.state != OPEN or job.content is not None:
            raise Refusal(400, "INVALIDJOBSTATE", f"data can't be added to a job in state {job.state}, nor twice")
        if not call.headers.get("content-type", "").startswith("text/csv"):
            raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE", "the content type must be text/csv")
        if len(call.body) * 4 // 3 > LARGEST:
            raise Refusal(413, "REQUEST_TOO_LARGE", "a job takes at most 150 MB after encoding as base64")
        job.content = call.body
        return Answer(201)

    def change(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        """PATCH the state: UploadComplete begins the work, Aborted ends it."""
        job = self._get(org, names)
        state = fields_of(call).get("state")
        if state == UPLOADED and job.state == OPEN and job.content is not None:
            job.state = UPLOADED
            self._work(org, job)
        elif state == ABORTED and job.state not in ENDED:
            job.state = ABORTED
        else:
            raise Refusal(400, "INVALIDJOBSTATE", f"a job in state {job.state} can't become {state}")
        return Answer(200, _described(org, job, names["version"]))

    def look(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        """GET a job's state and counts; they tell of its rows once it has ended."""
        job = self._get(org, names)
        end = DONE if job.error is None else FAILED
        job.state, job.looks = state_seen(org, job.state, job.looks, {UPLOADED: RUNNING, RUNNING: end})
        ended = job.state in (DONE, FAILED)
        more: dict[str, Any] = {
            "jobType": "V2Ingest",
            "numberRecordsProcessed": len(job.done) + len(job.refused) if ended else 0,
            "numberRecordsFailed": len(job.refused) if ended else 0,
            "retries": 10 if job.state == FAILED else 0,
            "totalProcessingTime": len(job.done),
            "apiActiveProcessingTime": len(job.done),
            "apexProcessingTime": 0,
        }
        if job.state == FAILED:
            more["errorMessage"] = job.error
        return Answer(200, _described(org, job, names["version"]) | more)

    def all(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        """GET the list of jobs."""
        kept = [job for job in self._by_id.values() if not forgotten(org, job.created)]
        shown = [_described(org, job, names["version"]) | {"jobType": "V2Ingest"} for job in kept]
        return listed(call, f"/services/data/v{names['version']}/jobs/ingest", "V2Ingest", shown)

    def delete(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        """DELETE a job that has ended."""
        job = self._get(org, names)
        if job.state not in ENDED:
            raise Refusal(400, "INVALIDJOBSTATE", f"job can't be deleted in state {job.state}")
        del self._by_id[job.id]
        return Answer(204)

    def successes(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        """GET the rows that were written, in any order."""
        job = self._ended(org, names)
        return _csv(org, ["sf__Id", "sf__Created", *job.header], job.done, job.form)

    def failures(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        """GET the rows that were refused, in any order."""
        job = self._ended(org, names)
        return _csv(org, ["sf__Id", "sf__Error", *job.header], job.refused, job.form)

    def leftovers(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        """GET the rows that were not looked at."""
        job = self._ended(org, names)
        return _csv(org, job.header, job.left, job.form)

    def _get(self, org: Org, names: dict[str, str]) -> Load:
        job = self._by_id.get(names["job"])
        if job is None or forgotten(org, job.created):
            raise no_such_resource()
        return job

    def _ended(self, org: Org, names: dict[str, str]) -> Load:
        job = self._get(org, names)
        if job.state not in ENDED:
            raise Refusal(400, "INVALIDJOBSTATE", f"results are not ready in state {job.state}")
        return job

    def _work(self, org: Org, job: Load) -> None:
        """Write every row, or as many as the job lives for."""
        rows = _read(job)
        if job.error is None:
            job.error = _column_fault(job)
        if job.error is not None:
            job.left = rows
            return
        lives = len(rows)
        if org.switches.ingests_to_fail > 0:
            org.switches.ingests_to_fail -= 1
            lives, job.error = len(rows) // 2, GAVE_UP
        seen: set[str] = set()
        for cells in rows[:lives]:
            try:
                with org.transaction():
                    outcome = load_one(org, job.kind, job.operation, job.key, _sent(job.header, cells), seen)
                created = "true" if job.operation == "insert" or outcome.get("created") else "false"
                job.done.append([outcome["id"], created, *cells])
            except Refusal as refusal:
                error = f"{refusal.code}:{refusal.message}:{','.join(refusal.fields or ())} --"
                job.refused.append([_id_cell(job.header, cells), error, *cells])
        job.left = rows[lives:]


def load_one(
    org: Org, kind: ObjectType, operation: str, key: Field | None, sent: dict[str, Any], seen: set[str]
) -> Outcome:
    """Write one row; `seen` are the keys of earlier rows of the same load."""
    if operation == "insert":
        return {"id": create(org, kind, sent)["Id"]}
    if operation == "update":
        return update_one(org, kind, sent)
    if operation == "upsert":
        assert key is not None
        return upsert_one(org, kind, key, sent, seen)
    given = str(next((value for name, value in sent.items() if name.lower() == "id"), ""))
    record_id = full_id(given)
    if record_id is None or not record_id.startswith(kind.prefix):
        raise malformed_id(given)
    check_reach(org, kind, record_id)
    gone = delete(org, kind, record_id)
    if operation == "hardDelete":
        events.purge(org, gone)
    return {"id": record_id}


def _read(job: Load) -> list[Cells]:
    """The rows that were uploaded; what is wrong with the whole table is noted in the job."""
    content = (job.content or b"").decode("utf-8-sig", "replace")
    first = content.partition("\n")[0]
    if first.endswith("\r") != (job.form.line_ending == "CRLF") and "\n" in content:
        job.error = f"LineEnding is invalid on user data. Current LineEnding setting is {job.form.line_ending}"
    rows = csv.reader(io.StringIO(content, newline=""), delimiter=DELIMITERS[job.form.delimiter])
    job.header = next(rows, [])
    return [cells for cells in rows if cells]


def _column_fault(job: Load) -> str | None:
    """What no row of the table can be written for; None if its columns will do."""
    if not job.header:
        return "InvalidBatch : The file is empty"
    names = [name.lower() for name in job.header]
    if job.operation in ("delete", "hardDelete") and names != ["id"]:
        return "InvalidBatch : a file of deletions holds the column Id alone"
    if job.key is not None and job.key.name.lower() not in names:
        return f"InvalidBatch : Field name not found : {job.key.name}"
    for name in job.header:
        first, dot, _ = name.partition(".")
        relationship = first.rpartition(":")[2].lower()
        known = relationship in job.kind.by_relationship if dot else job.kind.field(name) is not None
        if not known:
            return f"InvalidBatch : Field name not found : {name}"
    return None


def _sent(header: Cells, cells: Cells) -> dict[str, Any]:
    """A row as a record in JSON would have it."""
    if len(cells) != len(header):
        raise Refusal(400, "INVALID_FIELD", f"row has {len(cells)} cells, the header {len(header)}", ())
    sent: dict[str, Any] = {}
    for name, cell in zip(header, cells, strict=True):
        if cell == "":
            continue
        value = None if cell == NOTHING else cell
        first, dot, field_name = name.partition(".")
        if not dot:
            sent[name] = value
        else:
            target, _, relationship = first.rpartition(":")
            sent[relationship] = {**({"attributes": {"type": target}} if target else {}), field_name: value}
    return sent


def _id_cell(header: Cells, cells: Cells) -> str:
    return next((cell for name, cell in zip(header, cells, strict=False) if name.lower() == "id"), "")


def _csv(org: Org, header: Cells, rows: Iterable[Cells], form: Format) -> Answer:
    shuffled = list(rows)
    org.random.shuffle(shuffled)
    return Answer(200, text([header, *shuffled], form), {"content-type": "text/csv"})


def _described(org: Org, job: Load, version: str) -> dict[str, Any]:
    shown = {
        "id": job.id,
        "operation": job.operation,
        "object": job.kind.name,
        "createdById": org.user_id,
        "createdDate": moment_text(job.created),
        "systemModstamp": moment_text(job.created),
        "state": job.state,
        "concurrencyMode": "Parallel",
        "contentType": "CSV",
        "apiVersion": float(version),
        "lineEnding": job.form.line_ending,
        "columnDelimiter": job.form.delimiter,
        "contentUrl": f"services/data/v{version}/jobs/ingest/{job.id}/batches",
    }
    return shown if job.key is None else shown | {"externalIdFieldName": job.key.name}
