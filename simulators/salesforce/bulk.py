"""Bulk API 2.0, the query side: jobs that run a while, and results as CSV, page by page through locators."""

import base64
import binascii
import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from simulators.salesforce.errors import Refusal, no_such_resource
from simulators.salesforce.fields import COMPOUND
from simulators.salesforce.ids import make_id
from simulators.salesforce.org import Org
from simulators.salesforce.query import Result, run
from simulators.salesforce.single import fields_of
from simulators.salesforce.values import csv_value, moment_text, resolve
from simulators.web import Answer, Call

KEPT = timedelta(days=7)
ROWS_A_PAGE = 50_000
DELIMITERS = {"COMMA": ",", "SEMICOLON": ";", "TAB": "\t", "PIPE": "|", "CARET": "^", "BACKQUOTE": "`"}
LINE_ENDINGS = {"LF": "\n", "CRLF": "\r\n"}
NOT_YET, RUNNING, DONE, ABORTED = "UploadComplete", "InProgress", "JobComplete", "Aborted"


@dataclass
class Job:
    """One job. Its rows are those of the moment it was made; each look at it brings it one state further."""

    id: str
    operation: str
    result: Result
    created: datetime
    delimiter: str
    line_ending: str
    state: str = NOT_YET


@dataclass
class Jobs:
    """All jobs that are kept."""

    by_id: dict[str, Job] = field(default_factory=dict)

    def get(self, org: Org, job_id: str) -> Job:
        """A job made in the last seven days."""
        job = self.by_id.get(job_id)
        if job is None or org.clock.now() - job.created > KEPT:
            raise no_such_resource()
        return job

    def create(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        """POST a query."""
        sent = fields_of(call)
        operation = sent.get("operation")
        if operation not in ("query", "queryAll"):
            raise Refusal(400, "INVALIDJOB", f"operation is not supported: {operation}")
        delimiter, ending = sent.get("columnDelimiter", "COMMA"), sent.get("lineEnding", "LF")
        if delimiter not in DELIMITERS or ending not in LINE_ENDINGS or sent.get("contentType", "CSV") != "CSV":
            raise Refusal(400, "INVALIDJOB", "contentType, columnDelimiter or lineEnding is not supported")
        result = run(org, str(sent.get("query", "")), with_deleted=operation == "queryAll")
        _check_bulk(org, result)
        org.counters["job"] = org.counters.get("job", 0) + 1
        job = Job(make_id("750", org.counters["job"]), operation, result, org.stamp(), delimiter, ending)
        self.by_id[job.id] = job
        return Answer(200, _described(org, job, names["version"]))

    def look(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        """GET a job's state."""
        job = self.get(org, names["job"])
        job.state = {NOT_YET: RUNNING, RUNNING: DONE}.get(job.state, job.state)
        done = len(job.result.rows) if job.state == DONE else 0
        more = {
            "jobType": "V2Query",
            "numberRecordsProcessed": done,
            "retries": 0,
            "totalProcessingTime": done // 100,
            "isPkChunkingSupported": True,
        }
        return Answer(200, _described(org, job, names["version"]) | more)

    def all(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        """GET the list of jobs."""
        records = [
            _described(org, job, names["version"]) | {"jobType": "V2Query"}
            for job in self.by_id.values()
            if org.clock.now() - job.created <= KEPT
        ]
        return Answer(200, {"done": True, "records": records, "nextRecordsUrl": None})

    def abort(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        """PATCH the state; only to Aborted, and only while the job runs."""
        job = self.get(org, names["job"])
        if fields_of(call).get("state") != ABORTED or job.state not in (NOT_YET, RUNNING):
            raise Refusal(400, "INVALIDJOBSTATE", f"job can't be changed in state {job.state}")
        job.state = ABORTED
        return Answer(200, _described(org, job, names["version"]))

    def delete(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        """DELETE a job that has ended."""
        job = self.get(org, names["job"])
        if job.state not in (DONE, ABORTED):
            raise Refusal(400, "INVALIDJOBSTATE", f"job can't be deleted in state {job.state}")
        del self.by_id[job.id]
        return Answer(204)

    def results(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        """GET one page of a finished job; the locator of the last page is the text `null`."""
        job = self.get(org, names["job"])
        if job.state != DONE:
            raise Refusal(400, "INVALIDJOBSTATE", f"results are not ready in state {job.state}")
        most = call.query.get("maxRecords", str(ROWS_A_PAGE))
        if not most.isdigit() or int(most) < 1:
            raise Refusal(400, "INVALIDREQUEST", f"maxRecords is not a positive number: {most}")
        start = _start(call.query.get("locator"), len(job.result.rows))
        end = min(start + min(int(most), ROWS_A_PAGE), len(job.result.rows))
        locator = base64.urlsafe_b64encode(str(end).encode()).decode() if end < len(job.result.rows) else "null"
        headers = {"content-type": "text/csv", "sforce-locator": locator, "sforce-numberofrecords": str(end - start)}
        return Answer(200, _csv(org, job, start, end), headers)


def _check_bulk(org: Org, result: Result) -> None:
    """Refuse what Bulk leaves to REST."""
    if result.select.count or result.select.offset:
        raise Refusal(400, "INVALIDJOB", "COUNT and OFFSET are not supported by the Bulk API")
    for path in result.paths:
        _, last = resolve(org, result.object, path)
        if last.type in COMPOUND:
            raise Refusal(400, "INVALIDJOB", f"compound field {last.name} is not supported by the Bulk API")


def _described(org: Org, job: Job, version: str) -> dict[str, Any]:
    return {
        "id": job.id,
        "operation": job.operation,
        "object": job.result.object.name,
        "createdById": org.user_id,
        "createdDate": moment_text(job.created),
        "systemModstamp": moment_text(job.created),
        "state": job.state,
        "concurrencyMode": "Parallel",
        "contentType": "CSV",
        "apiVersion": float(version),
        "lineEnding": job.line_ending,
        "columnDelimiter": job.delimiter,
    }


def _start(locator: str | None, rows: int) -> int:
    if locator is None:
        return 0
    try:
        start = int(base64.urlsafe_b64decode(locator).decode())
    except (binascii.Error, ValueError):
        start = -1
    if not 0 < start < rows:
        raise Refusal(400, "INVALIDLOCATOR", f"locator is not valid: {locator}")
    return start


def _csv(org: Org, job: Job, start: int, end: int) -> bytes:
    text = io.StringIO()
    ending = LINE_ENDINGS[job.line_ending]
    writer = csv.writer(text, delimiter=DELIMITERS[job.delimiter], quoting=csv.QUOTE_ALL, lineterminator=ending)
    writer.writerow(".".join(path) for path in job.result.paths)
    readers: list[Callable[..., Any]] = [resolve(org, job.result.object, path)[0] for path in job.result.paths]
    writer.writerows([csv_value(read(row)) for read in readers] for row in job.result.rows[start:end])
    return text.getvalue().encode()
