"""The org as a whole: which path leads where, who may pass, what it costs."""

from functools import partial

from simulators.clock import Clock
from simulators.faults import Fault, Faults, Profile
from simulators.salesforce import (
    bulk1,
    collections,
    composite,
    describe,
    duplicates,
    events,
    query,
    replication,
    single,
    soap,
)
from simulators.salesforce.admin import answer_admin
from simulators.salesforce.bulk import Jobs
from simulators.salesforce.errors import Refusal, no_such_resource
from simulators.salesforce.ingest import Loads
from simulators.salesforce.org import Org
from simulators.salesforce.quota import DAY
from simulators.salesforce.tokens import Tokens, answer_revoke, answer_token
from simulators.web import Answer, Call, Routes

FIRST_LISTED, NEWEST = 58, 68
QUERY_JOBS_A_DAY, BATCHES_A_DAY, STORAGE_MB = 10_000, 15_000, 10_240
UNUSED_LIMITS = {"DailyBulkV2QueryFileStorageMB": 976_562, "FileStorageMB": STORAGE_MB}
DATA = "/services/data/v{version}"


class Salesforce:
    """A simulated org that answers requests."""

    def __init__(self, clock: Clock, seed: int, profile: Profile, host: str) -> None:
        self.clock = clock
        self.faults = Faults(profile, seed)
        self.org = Org(clock, seed, self.faults, host)
        self.tokens = Tokens()
        self.jobs, self.loads, self.old_jobs = Jobs(), Loads(), bulk1.OldJobs()
        self._routes = self._make_routes()

    def answer(self, call: Call) -> Answer:
        """Answer one request."""
        self.org.settle()
        try:
            return self._answer(call)
        except Refusal as refusal:
            return self._counted(call, refusal.answer())
        finally:
            self.org.lock_next_row = False

    def refuse(self, fault: Fault, call: Call) -> Answer | None:
        """The answer in which a fault shows, or None after the state has changed."""
        if fault is Fault.SERVER_ERROR:
            message = "An unexpected error occurred. Please include this ErrorId if you contact support"
            return Refusal(500, "UNKNOWN_EXCEPTION", f"{message}: 1234567-8901 (42)").answer()
        if fault is Fault.UNAVAILABLE_PAGE:
            return _maintenance_page()
        if fault is Fault.EMPTY_REFUSAL:
            return Answer(self.org.random.choice((406, 420)))
        if fault is Fault.TOO_MANY_AT_ONCE:
            message = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
            return Refusal(403, "REQUEST_LIMIT_EXCEEDED", message).answer()
        if fault is Fault.SESSION_EXPIRED:
            self.tokens.sessions.clear()
        elif fault is Fault.CURSORS_DIE:
            self.org.cursors.clear()
        elif fault is Fault.ROW_LOCKED:
            self.org.lock_next_row = True
        elif fault is Fault.EDITED_MEANWHILE:
            self.org.settle()
            events.edit_meanwhile(self.org, call)
        return None

    def _answer(self, call: Call) -> Answer:
        path = call.path.rstrip("/")
        if path.startswith("/__admin/"):
            return answer_admin(self.org, self.tokens, call)
        if self.org.switches.maintenance:
            return _maintenance_page()
        if path == "/services/data" and call.method == "GET":
            first = max(FIRST_LISTED, self.org.switches.oldest_version)
            return Answer(200, [_release(each) for each in range(first, NEWEST + 1)])
        if path == "/services/oauth2/token" and call.method == "POST":
            return answer_token(self.org, self.tokens, call)
        if path == "/services/oauth2/revoke":
            return answer_revoke(self.org, self.tokens, call)
        if path.lower().startswith(soap.PATH) and call.method == "POST":
            return soap.answer_soap(self.org, self.tokens, call, self._enter_old)
        if path.startswith(bulk1.PATH):
            return self.old_jobs.answer(self.org, self.tokens, call, self._enter_old)
        if not path.startswith("/services/data/") and self._routes.find(call) is None:
            raise no_such_resource()
        _check_version(call.path, self.org.switches.oldest_version)
        self.tokens.check(self.org, call)
        if path.startswith("/services/data/"):
            self._check_open()
        self._spend()
        return self._counted(call, self._dispatch(call))

    def _dispatch(self, call: Call) -> Answer:
        """Answer a request that may pass; a composite's requests enter here."""
        found = self._routes.find(call)
        if found is None:
            known = self._routes.methods(call.path)
            if known:
                message = f"HTTP Method '{call.method}' not allowed. Allowed are {','.join(sorted(known))}"
                raise Refusal(405, "METHOD_NOT_ALLOWED", message)
            raise no_such_resource()
        handler, names = found
        self.org.allow_save = duplicates.insists(call)
        return handler(self.org, call, names)

    def _answer_composite(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        return composite.answer_composite(org, call, self._dispatch)

    def _enter_old(self, version: int) -> None:
        """Let a request of SOAP or of Bulk 1 pass, whose refusals are not those of REST."""
        if not self.org.switches.oldest_version <= version <= NEWEST:
            raise Refusal(500, "UNSUPPORTED_API_VERSION", f"Invalid Api version specified: {version}.0")
        self._check_open()
        self._spend()
        self.org.allow_save = False

    def _check_open(self) -> None:
        """Refuse data to a user who may have none at all."""
        if self.org.switches.password_expired:
            message = (
                "The users password has expired, you must call SetPassword before attempting any other API operations"
            )
            raise Refusal(403, "INVALID_OPERATION_WITH_EXPIRED_PASSWORD", message)
        if self.org.switches.api_disabled:
            message = "The REST API is not enabled for this Organization."
            raise Refusal(403, "API_DISABLED_FOR_ORG", message)

    def _spend(self) -> None:
        """Count a request, or refuse it if the day's are used up."""
        now, quota, own = self.clock.now(), self.org.quota, self.org.switches.app_calls_a_day
        if quota.used(now) >= self.org.profile.requests_a_day or (own and quota.used_here(now) >= own):
            raise Refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        quota.spend(now)

    def _counted(self, call: Call, answer: Answer) -> Answer:
        """The answer with what the day's requests come to."""
        if not call.path.startswith("/services/data/"):
            return answer
        now, quota, own = self.clock.now(), self.org.quota, self.org.switches.app_calls_a_day
        usage = f"api-usage={quota.used(now)}/{self.org.profile.requests_a_day}"
        if own:
            usage += f"; per-app-api-usage={quota.used_here(now)}/{own}(appName={self.tokens.client_id})"
        return Answer(answer.status, answer.content, {**answer.headers, "sforce-limit-info": usage})

    def _make_routes(self) -> Routes[Org]:
        routes: Routes[Org] = Routes()
        one, many, jobs = DATA + "/sobjects/{object}", DATA + "/composite/sobjects", DATA + "/jobs/query"
        loads = DATA + "/jobs/ingest"
        for method, pattern, handler in (
            ("GET", DATA, _answer_resources),
            ("GET", DATA + "/limits", self._answer_limits),
            ("GET", DATA + "/limits/recordCount", _answer_counts),
            ("GET", DATA + "/query", partial(query.answer_query, with_deleted=False)),
            ("GET", DATA + "/queryAll", partial(query.answer_query, with_deleted=True)),
            ("GET", DATA + "/query/{locator}", query.answer_next_page),
            ("GET", DATA + "/queryAll/{locator}", query.answer_next_page),
            ("GET", DATA + "/sobjects", describe.answer_objects),
            ("GET", one + "/describe", describe.answer_describe),
            ("GET", one + "/updated", replication.answer_updated),
            ("GET", one + "/deleted", replication.answer_deleted),
            ("POST", one, single.answer_create),
            ("GET", one + "/{id}", single.answer_read),
            ("PATCH", one + "/{id}", single.answer_update),
            ("DELETE", one + "/{id}", single.answer_delete),
            ("GET", one + "/{field}/{value}", single.answer_read_by_key),
            ("PATCH", one + "/{field}/{value}", single.answer_upsert),
            ("DELETE", one + "/{field}/{value}", single.answer_delete_by_key),
            ("POST", many, collections.answer_create_many),
            ("PATCH", many, collections.answer_update_many),
            ("DELETE", many, collections.answer_delete_many),
            ("POST", DATA + "/composite", self._answer_composite),
            ("POST", many + "/{object}", collections.answer_read_many),
            ("PATCH", many + "/{object}/{field}", collections.answer_upsert_many),
            ("POST", jobs, self.jobs.create),
            ("GET", jobs, self.jobs.all),
            ("GET", jobs + "/{job}", self.jobs.look),
            ("PATCH", jobs + "/{job}", self.jobs.abort),
            ("DELETE", jobs + "/{job}", self.jobs.delete),
            ("GET", jobs + "/{job}/results", self.jobs.results),
            ("GET", jobs + "/{job}/resultPages", self.jobs.pages),
            ("POST", loads, self.loads.create),
            ("GET", loads, self.loads.all),
            ("GET", loads + "/{job}", self.loads.look),
            ("PATCH", loads + "/{job}", self.loads.change),
            ("DELETE", loads + "/{job}", self.loads.delete),
            ("PUT", loads + "/{job}/batches", self.loads.upload),
            ("GET", loads + "/{job}/successfulResults", self.loads.successes),
            ("GET", loads + "/{job}/failedResults", self.loads.failures),
            ("GET", loads + "/{job}/unprocessedRecords", self.loads.leftovers),
            ("GET", "/id/{org}/{user}", _answer_identity),
            ("GET", "/services/oauth2/userinfo", _answer_identity),
        ):
            routes.add(method, pattern, handler)
        return routes

    def _answer_limits(self, org: Org, call: Call, names: dict[str, str]) -> Answer:
        now, yesterday = org.clock.now(), org.clock.now() - DAY
        batches = self.loads.batches_since(yesterday) + self.old_jobs.batches_since(yesterday)
        used = {
            "DailyApiRequests": (org.profile.requests_a_day, org.quota.used(now)),
            "DailyBulkV2QueryJobs": (QUERY_JOBS_A_DAY, self.jobs.made_since(yesterday)),
            "DailyBulkApiBatches": (BATCHES_A_DAY, batches),
            "DataStorageMB": (STORAGE_MB, STORAGE_MB if org.switches.storage_full else STORAGE_MB // 10),
            **{name: (most, 0) for name, most in UNUSED_LIMITS.items()},
        }
        return Answer(200, {name: {"Max": most, "Remaining": max(0, most - out)} for name, (most, out) in used.items()})


def _maintenance_page() -> Answer:
    page = b"<html><body><h1>Down for maintenance</h1></body></html>"
    return Answer(503, page, {"content-type": "text/html"})


def _release(number: int) -> dict[str, str]:
    return {"label": f"Release {number}", "url": f"/services/data/v{number}.0", "version": f"{number}.0"}


def _check_version(path: str, oldest: int) -> None:
    parts = path.split("/")
    if len(parts) < 4 or parts[2] != "data":
        return
    number, _, rest = parts[3].removeprefix("v").partition(".")
    if not number.isdigit() or rest != "0" or int(number) > NEWEST:
        raise no_such_resource()
    if int(number) < oldest:
        raise Refusal(410, "UNSUPPORTED_API_VERSION", f"API version {number}.0 is retired")


def _answer_resources(org: Org, call: Call, names: dict[str, str]) -> Answer:
    base = f"/services/data/v{names['version']}"
    known = ("sobjects", "query", "queryAll", "limits", "composite", "jobs")
    identity = {"identity": f"{org.host}/id/{org.id}/{org.user_id}"}
    return Answer(200, {name: f"{base}/{name}" for name in known} | identity)


def _answer_counts(org: Org, call: Call, names: dict[str, str]) -> Answer:
    wanted = [each for each in call.query.get("sObjects", "").split(",") if each] or [*org.objects]
    kinds = [org.objects[each.strip().lower()] for each in wanted if each.strip().lower() in org.objects]
    counts = {kind.name: sum(1 for row in org.tables[kind.name].values() if not row.get("IsDeleted")) for kind in kinds}
    return Answer(200, {"sObjects": [{"name": name, "count": count} for name, count in counts.items()]})


def _answer_identity(org: Org, call: Call, names: dict[str, str]) -> Answer:
    user = org.tables["User"][org.user_id]
    identity = {"user_id": org.user_id, "organization_id": org.id, "username": user["Username"], "email": user["Email"]}
    return Answer(200, identity)
