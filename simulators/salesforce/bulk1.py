"""Bulk API 1.0, which older programs still speak: a job, batches in it, and results of each batch.

Answers about jobs come in the language of the request, answers about batches in that of the job's content type: JSON
for JSON, XML for CSV.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from simulators.salesforce.access import readable
from simulators.salesforce.bulk import TIMED_OUT, bulk_result, forgotten, new_job_id, state_seen
from simulators.salesforce.bulk1_words import Info, records, sent, speaks_json, told
from simulators.salesforce.errors import Refusal
from simulators.salesforce.fields import Field
from simulators.salesforce.ids import make_id
from simulators.salesforce.ingest import OPERATIONS as WRITING
from simulators.salesforce.ingest import load_one
from simulators.salesforce.objects import ObjectType
from simulators.salesforce.org import Org
from simulators.salesforce.query import Result
from simulators.salesforce.single import external_id
from simulators.salesforce.tables import Format, table
from simulators.salesforce.tokens import Tokens
from simulators.salesforce.values import moment_text
from simulators.web import Answer, Call, Routes

PATH = "/services/async/"
ROWS_A_RESULT = 100_000
QUEUED, RUNNING, COMPLETED, FAILED, SKIPPED = "Queued", "InProgress", "Completed", "Failed", "NotProcessed"


@dataclass
class Batch:
    """One batch: a query's result or what became of the records sent; `end` is its state at last."""

    id: str
    request: bytes
    result: Result | None = None
    outcomes: list[Info] = field(default_factory=list)
    state: str = QUEUED
    end: str = COMPLETED
    message: str | None = None
    looks: int = 0


@dataclass
class Job:
    """One job and its batches."""

    id: str
    operation: str
    object: ObjectType
    content_type: str
    created: datetime
    chunk: int
    key: Field | None = None
    state: str = "Open"
    batches: dict[str, Batch] = field(default_factory=dict)


class OldJobs:
    """All jobs that are kept, and the way to them."""

    def __init__(self) -> None:
        self._by_id: dict[str, Job] = {}
        self._routes: Routes[Org] = Routes()
        base = PATH + "{version}/job"
        batch = base + "/{job}/batch/{batch}"
        for method, pattern, handler in (
            ("POST", base, self._create),
            ("POST", base + "/{job}", self._change),
            ("GET", base + "/{job}", self._look),
            ("POST", base + "/{job}/batch", self._add),
            ("GET", base + "/{job}/batch", self._list),
            ("GET", batch, self._look_at_batch),
            ("GET", batch + "/request", self._request),
            ("GET", batch + "/result", self._results),
            ("GET", batch + "/result/{result}", self._result),
        ):
            self._routes.add(method, pattern, handler)

    def batches_since(self, moment: datetime) -> int:
        return sum(len(job.batches) for job in self._by_id.values() if job.created > moment)

    def answer(self, org: Org, tokens: Tokens, call: Call, enter: Callable[[int], None]) -> Answer:
        """One request. `enter` refuses whoever may not pass, given the version."""
        try:
            found = self._routes.find(call)
            if found is None:
                raise Refusal(404, "InvalidUrl", f"Destination URL not reset: {call.path}")
            handler, names = found
            number = names["version"].partition(".")[0]
            if not number.isdigit():
                raise Refusal(400, "InvalidVersion", f"Invalid version: {names['version']}")
            _sign_in(org, tokens, call)
            _enter(enter, int(number))
            return handler(org, call, names)
        except Refusal as refusal:
            error = {"exceptionCode": refusal.code, "exceptionMessage": refusal.message}
            answer = told("error", error, as_json=speaks_json(call))
            return Answer(refusal.status, answer.content, answer.headers)

    def _create(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        asked = sent(call)
        operation, content_type = str(asked.get("operation")), str(asked.get("contentType", "XML"))
        if operation not in ("query", "queryAll", *WRITING):
            raise Refusal(400, "InvalidJob", f"operation is not supported: {operation}")
        if content_type not in (("JSON", "CSV") if operation.startswith("query") else ("JSON",)):
            raise Refusal(400, "InvalidJob", f"contentType is not supported here: {content_type}")
        try:
            kind = readable(org, str(asked.get("object")))
            key = external_id(org, kind, str(asked.get("externalIdFieldName"))) if operation == "upsert" else None
        except Refusal as refusal:
            raise Refusal(400, "InvalidJob", refusal.message) from None
        chunk = _chunk_size(call.headers.get("sforce-enable-pkchunking", ""))
        job = Job(new_job_id(org), operation, kind, content_type, org.stamp(), chunk, key)
        self._by_id[job.id] = job
        return told("jobInfo", _job_info(org, job, names), as_json=speaks_json(call), status=201)

    def _change(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        job, state = self._job(org, names), sent(call).get("state")
        if state not in ("Closed", "Aborted") or job.state != "Open":
            raise Refusal(400, "InvalidJobState", f"a job in state {job.state} can't become {state}")
        job.state = str(state)
        return told("jobInfo", _job_info(org, job, names), as_json=speaks_json(call))

    def _look(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        info = _job_info(org, self._job(org, names), names)
        return told("jobInfo", info, as_json=speaks_json(call))

    def _add(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        job = self._job(org, names)
        if job.state != "Open":
            raise Refusal(400, "InvalidJobState", f"batches can't be added to a job in state {job.state}")
        batch = self._keep(org, job, Batch(_new_batch_id(org), call.body))
        if job.operation.startswith("query"):
            self._query(org, job, batch)
        else:
            _write(org, job, batch)
        return told("batchInfo", _batch_info(org, job, batch), as_json=job.content_type == "JSON", status=201)

    def _query(self, org: Org, job: Job, batch: Batch) -> None:
        """Run a query; cut by ids if that was asked for, so that its own batch is not processed."""
        try:
            text = batch.request.decode("utf-8", "replace")
            result = bulk_result(org, text, with_deleted=job.operation == "queryAll")
        except Refusal as refusal:
            batch.end, batch.message = (
                FAILED,
                f"InvalidBatch : Failed to process query: {refusal.code}: {refusal.message}",
            )
            return
        if job.chunk:
            batch.state = batch.end = SKIPPED
            rows = sorted(result.rows, key=lambda row: str(row["Id"]))
            for start in range(0, len(rows), job.chunk):
                part = Result(result.object, rows[start : start + job.chunk], result.columns, result.select)
                self._keep(org, job, Batch(_new_batch_id(org), batch.request, part))
        elif org.switches.jobs_to_fail > 0:
            org.switches.jobs_to_fail -= 1
            batch.end, batch.message = FAILED, TIMED_OUT
        else:
            batch.result = result

    def _list(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        job = self._job(org, names)
        for batch in job.batches.values():
            _move_on(org, batch)
        infos = [_batch_info(org, job, batch) for batch in job.batches.values()]
        return told("batchInfoList", {"batchInfo": infos}, as_json=job.content_type == "JSON")

    def _look_at_batch(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        job = self._job(org, names)
        batch = _batch(job, names)
        _move_on(org, batch)
        return told("batchInfo", _batch_info(org, job, batch), as_json=job.content_type == "JSON")

    def _request(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        job = self._job(org, names)
        kind = "application/json" if job.content_type == "JSON" else "text/csv"
        return Answer(200, _batch(job, names).request, {"content-type": kind})

    def _results(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        """Ids of the results of a query, or the outcomes of a write."""
        job = self._job(org, names)
        batch = _finished(job, names)
        if batch.result is None:
            return Answer(200, batch.outcomes, {"content-type": "application/json"})
        count = max(1, -(-len(batch.result.rows) // ROWS_A_RESULT))
        ids = [f"752{batch.id[3:15]}{number:03d}" for number in range(count)]
        if job.content_type == "JSON":
            return Answer(200, ids, {"content-type": "application/json"})
        return told("result-list", {"result": ids}, as_json=False)

    def _result(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        job = self._job(org, names)
        result, number = _finished(job, names).result, names["result"][-3:]
        if result is None or not number.isdigit() or int(number) * ROWS_A_RESULT > len(result.rows):
            raise Refusal(400, "InvalidBatch", f"Unable to find result {names['result']}")
        start = int(number) * ROWS_A_RESULT
        rows = result.rows[start : start + ROWS_A_RESULT]
        if job.content_type == "JSON":
            return Answer(200, records(org, result, rows, names["version"]), {"content-type": "application/json"})
        # Readers take text of no stated character set for Latin-1.
        kind = {"content-type": "text/csv;charset=UTF-8"}
        return Answer(200, table(org, result.object, result.paths, rows, Format()), kind)

    def _job(self, org: Org, names: dict[str, str]) -> Job:
        job = self._by_id.get(names["job"])
        if job is None or forgotten(org, job.created):
            raise Refusal(400, "InvalidJob", f"Unable to find object: {names['job']}")
        return job

    def _keep(self, org: Org, job: Job, batch: Batch) -> Batch:
        job.batches[batch.id] = batch
        return batch


def _enter(enter: Callable[[int], None], version: int) -> None:
    try:
        enter(version)
    except Refusal as refusal:
        words = {"UNSUPPORTED_API_VERSION": "InvalidVersion", "REQUEST_LIMIT_EXCEEDED": "ExceededQuota"}
        raise Refusal(400, words.get(refusal.code, refusal.code), refusal.message) from None


def _sign_in(org: Org, tokens: Tokens, call: Call) -> None:
    try:
        tokens.use(org, call.headers.get("x-sfdc-session", ""))
    except Refusal:
        raise Refusal(400, "InvalidSessionId", "Unable to find session id") from None


def _chunk_size(header: str) -> int:
    """Rows of a chunk that a request asks for; 0: it asks for none."""
    first, _, rest = header.partition(";")
    name, _, size = first.strip().partition("=")
    if name.lower() == "true":
        name, _, size = rest.strip().partition("=")
        size = size.partition(";")[0] or "100000"
    return min(int(size), 250_000) if size.isdigit() else 0


def _batch(job: Job, names: dict[str, str]) -> Batch:
    if names["batch"] not in job.batches:
        raise Refusal(400, "InvalidBatch", f"Unable to find batch {names['batch']}")
    return job.batches[names["batch"]]


def _finished(job: Job, names: dict[str, str]) -> Batch:
    batch = _batch(job, names)
    if batch.state != COMPLETED:
        raise Refusal(400, "InvalidBatch", f"Batch not completed: {batch.state}")
    return batch


def _new_batch_id(org: Org) -> str:
    org.counters["batch"] = org.counters.get("batch", 0) + 1
    return make_id("751", org.counters["batch"])


def _move_on(org: Org, batch: Batch) -> None:
    """A look at a batch brings it one state further."""
    batch.state, batch.looks = state_seen(org, batch.state, batch.looks, {QUEUED: RUNNING, RUNNING: batch.end})


def _write(org: Org, job: Job, batch: Batch) -> None:
    """Write every record that was sent, each by itself."""
    try:
        given = json.loads(batch.request)
        if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
            raise ValueError("records must be a list of objects")
    except ValueError as problem:
        batch.end, batch.message = FAILED, f"InvalidBatch : {problem}"
        return
    seen: set[str] = set()
    for record in given:
        try:
            with org.transaction():
                outcome = load_one(org, job.object, job.operation, job.key, record, seen)
            created = job.operation == "insert" or bool(outcome.get("created"))
            batch.outcomes.append({"success": True, "created": created, "id": outcome["id"], "errors": []})
        except Refusal as refusal:
            error = {**refusal.of_record(), "extendedErrorDetails": None}
            batch.outcomes.append({"success": False, "created": False, "id": None, "errors": [error]})


def _job_info(org: Org, job: Job, names: dict[str, str]) -> Info:
    states = [batch.state for batch in job.batches.values()]
    return {
        "id": job.id,
        "operation": job.operation,
        "object": job.object.name,
        "createdById": org.user_id,
        "createdDate": moment_text(job.created),
        "systemModstamp": moment_text(job.created),
        "state": job.state,
        "concurrencyMode": "Parallel",
        "contentType": job.content_type,
        "numberBatchesQueued": states.count(QUEUED),
        "numberBatchesInProgress": states.count(RUNNING),
        "numberBatchesCompleted": states.count(COMPLETED),
        "numberBatchesFailed": states.count(FAILED),
        "numberBatchesTotal": len(states),
        "apiVersion": float(names["version"]),
    }


def _batch_info(org: Org, job: Job, batch: Batch) -> Info:
    done = batch.state == COMPLETED
    rows = len(batch.outcomes) if batch.result is None else len(batch.result.rows)
    info = {
        "id": batch.id,
        "jobId": job.id,
        "state": batch.state,
        "createdDate": moment_text(job.created),
        "systemModstamp": moment_text(job.created),
        "numberRecordsProcessed": rows if done else 0,
        "numberRecordsFailed": sum(not each["success"] for each in batch.outcomes) if done else 0,
    }
    return info | ({"stateMessage": batch.message} if batch.state == FAILED else {})
