"""Bulk API 2.0, the query side: jobs that run a while, and results as CSV, page by page through locators."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from simulators.salesforce.errors import Refusal, no_such_resource
from simulators.salesforce.fields import COMPOUND
from simulators.salesforce.ids import make_id
from simulators.salesforce.org import Org
from simulators.salesforce.query import Result, find, read
from simulators.salesforce.single import fields_of
from simulators.salesforce.soql import Select
from simulators.salesforce.tables import DELIMITERS, LINE_ENDINGS, Format, table
from simulators.salesforce.values import moment_text, resolve
from simulators.web import Answer, Call

ROWS_A_PAGE = 50_000
PAGES_SHOWN = 5
JOBS_A_PAGE = 1_000
FIRST_WITH_RESULT_PAGES = 58.0
UPLOADED, RUNNING, DONE, FAILED, ABORTED = "UploadComplete", "InProgress", "JobComplete", "Failed", "Aborted"
ENDED = (DONE, FAILED, ABORTED)
TIMED_OUT = "InvalidBatch : Failed to process query: QUERY_TIMEOUT: Your query request was running for too long."


@dataclass
class Job:
    """One job. Its rows are those of the moment it was made; looks at it bring it from state to state."""

    id: str
    operation: str
    result: Result
    created: datetime
    form: Format
    state: str = UPLOADED
    looks: int = 0
    fails: bool = False


@dataclass
class Jobs:
    """All jobs that are kept."""

    by_id: dict[str, Job] = field(default_factory=dict)

    def get(self, org: Org, job_id: str) -> Job:
        """A job that is not yet forgotten."""
        job = self.by_id.get(job_id)
        if job is None or forgotten(org, job.created):
            raise no_such_resource()
        return job

    def made_since(self, moment: datetime) -> int:
        return sum(1 for job in self.by_id.values() if job.created > moment)

    def create(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        """POST a query."""
        sent = fields_of(call)
        operation = sent.get("operation")
        if operation not in ("query", "queryAll"):
            raise Refusal(400, "INVALIDJOB", f"operation is not supported: {operation}")
        form = asked_format(org, sent)
        result = bulk_result(org, str(sent.get("query", "")), with_deleted=operation == "queryAll")
        fails = org.switches.jobs_to_fail > 0
        org.switches.jobs_to_fail -= fails
        job = Job(new_job_id(org), operation, result, org.stamp(), form, fails=fails)
        self.by_id[job.id] = job
        return Answer(200, _described(org, job, names["version"]))

    def look(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        """GET a job's state."""
        job = self.get(org, names["job"])
        end = FAILED if job.fails else DONE
        job.state, job.looks = state_seen(org, job.state, job.looks, {UPLOADED: RUNNING, RUNNING: end})
        done = len(job.result.rows) if job.state == DONE else 0
        more: dict[str, Any] = {
            "jobType": "V2Query",
            "numberRecordsProcessed": done,
            "retries": 15 if job.state == FAILED else 0,
            "totalProcessingTime": done // 100,
            "isPkChunkingSupported": True,
        }
        if job.state == FAILED:
            more["errorMessage"] = TIMED_OUT
        return Answer(200, _described(org, job, names["version"]) | more)

    def all(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        """GET the list of jobs, by type and in pages."""
        kept = [job for job in self.by_id.values() if not forgotten(org, job.created)]
        shown = [_described(org, job, names["version"]) | {"jobType": "V2Query"} for job in kept]
        return listed(call, f"/services/data/v{names['version']}/jobs/query", "V2Query", shown)

    def abort(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        """PATCH the state; only to Aborted, and only while the job runs."""
        job = self.get(org, names["job"])
        if fields_of(call).get("state") != ABORTED or job.state in ENDED:
            raise Refusal(400, "INVALIDJOBSTATE", f"job can't be changed in state {job.state}")
        job.state = ABORTED
        return Answer(200, _described(org, job, names["version"]))

    def delete(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        """DELETE a job that has ended."""
        job = self.get(org, names["job"])
        if job.state not in ENDED:
            raise Refusal(400, "INVALIDJOBSTATE", f"job can't be deleted in state {job.state}")
        del self.by_id[job.id]
        return Answer(204)

    def results(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        """GET one page of a finished job; the locator of the last page is the text `null`."""
        job = self._finished(org, names)
        rows, start = job.result.rows, _start(call.query.get("locator"), len(job.result.rows))
        end = min(start + _page_size(call), len(rows))
        following = _locator(end) if end < len(rows) else "null"
        headers = {"content-type": "text/csv", "sforce-locator": following, "sforce-numberofrecords": str(end - start)}
        header = start == 0 or not org.switches.job_header_once
        parts = table(org, job.result.object, job.result.paths, rows[start:end], job.form, header=header)
        return Answer(200, parts, headers)

    def pages(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        """GET the addresses of the next five pages of a finished job, to be fetched side by side."""
        if float(names["version"]) < FIRST_WITH_RESULT_PAGES:
            raise no_such_resource()
        job = self._finished(org, names)
        base = f"/services/data/v{names['version']}/jobs/query/{job.id}"
        count, size = len(job.result.rows), _page_size(call)
        first = _start(call.query.get("resultPageLocator"), count)
        after = first + PAGES_SHOWN * size
        starts = range(first, max(min(after, count), first + 1), size)
        shown = [{"resultUrl": f"{base}/results?maxRecords={size}&locator={_locator(start)}"} for start in starts]
        following = f"{base}/resultPages?maxRecords={size}&resultPageLocator={_locator(after)}"
        done = after >= count
        return Answer(200, {"resultPages": shown, "nextRecordUrl": None if done else following, "done": done})

    def _finished(self, org: Org, names: dict[str, str]) -> Job:
        job = self.get(org, names["job"])
        if job.state != DONE:
            raise Refusal(400, "INVALIDJOBSTATE", f"results are not ready in state {job.state}")
        return job


def forgotten(org: Org, created: datetime) -> bool:
    """Whether a job is too old to be kept."""
    return org.clock.now() - created > timedelta(days=org.switches.job_days)


def state_seen(org: Org, state: str, looks: int, after: Mapping[str, str]) -> tuple[str, int]:
    """The state in which a look finds a job, and how many looks have found it there; `after` tells what follows."""
    if org.switches.job_looks == 0:
        while state in after:
            state = after[state]
        return state, 0
    if looks + 1 < org.switches.job_looks:
        return state, looks + 1
    return after.get(state, state), 0


def new_job_id(org: Org) -> str:
    org.counters["job"] = org.counters.get("job", 0) + 1
    return make_id("750", org.counters["job"])


def asked_format(org: Org, sent: dict[str, Any]) -> Format:
    """The format that a job asks for."""
    delimiter, ending = sent.get("columnDelimiter", "COMMA"), sent.get("lineEnding", "LF")
    if delimiter not in DELIMITERS or ending not in LINE_ENDINGS or sent.get("contentType", "CSV") != "CSV":
        raise Refusal(400, "INVALIDJOB", "contentType, columnDelimiter or lineEnding is not supported")
    return Format(delimiter, ending, org.switches.job_exponents)


def bulk_result(org: Org, text: str, *, with_deleted: bool) -> Result:
    """The result of a query; refused if it is one that Bulk leaves to REST."""
    select = read(org, text)
    _check_select(select)
    if select.object.lower() in (each.lower() for each in org.switches.objects_without_bulk):
        raise Refusal(400, "INVALIDENTITY", f"Entity '{select.object}' is not supported by the Bulk API.")
    result = find(org, select, with_deleted=with_deleted)
    for path in result.paths:
        _, last = resolve(org, result.object, path)
        if last.type in (*COMPOUND, "base64"):
            raise _not_by_bulk(f"{'binary' if last.type == 'base64' else 'compound'} field {last.name}")
    return result


def listed(call: Call, base: str, job_type: str, jobs: Sequence[dict[str, Any]]) -> Answer:
    """Some of the jobs, and where the rest is."""
    asked = call.query
    mode = asked.get("concurrencyMode", "parallel").lower()
    fits = asked.get("jobType", job_type) == job_type and mode == "parallel"
    found = list(jobs) if fits else []
    start = _start(asked.get("queryLocator"), len(found))
    end = start + JOBS_A_PAGE
    done = end >= len(found)
    following = None if done else f"{base}?queryLocator={_locator(end)}"
    return Answer(200, {"done": done, "records": found[start:end], "nextRecordsUrl": following})


def _check_select(select: Select) -> None:
    if select.count or select.grouped:
        raise _not_by_bulk("GROUP BY, COUNT and other aggregates")
    if select.offset:
        raise _not_by_bulk("OFFSET")
    if not all(isinstance(each, tuple) for each in select.columns):
        raise _not_by_bulk("TYPEOF or a nested query")


def _not_by_bulk(what: str) -> Refusal:
    return Refusal(400, "INVALIDJOB", f"{what} is not supported by the Bulk API")


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
        "lineEnding": job.form.line_ending,
        "columnDelimiter": job.form.delimiter,
    }


def _page_size(call: Call) -> int:
    most = call.query.get("maxRecords", str(ROWS_A_PAGE))
    if not most.isdigit() or int(most) < 1:
        raise Refusal(400, "INVALIDREQUEST", f"maxRecords is not a positive number: {most}")
    return int(most)


def _locator(start: int) -> str:
    return base64.urlsafe_b64encode(str(start).encode()).decode()


def _start(locator: str | None, rows: int) -> int:
    if locator is None:
        return 0
    try:
        start = int(base64.urlsafe_b64decode(locator).decode())
    except (binascii.Error, ValueError):
        start = -1
    if not 0 <= start < max(rows, 1):
        raise Refusal(400, "INVALIDLOCATOR", f"locator is not valid: {locator}")
    return start
