"""What an administrator or bad luck has switched in the org, each by its name, and how queries time out."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeAlias

from simulators.salesforce.errors import Refusal
from simulators.salesforce.soql import Compare, Condition
from simulators.salesforce.soql_words import Span

Window: TypeAlias = tuple[datetime, datetime]
EVER: Window = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
STAMPS = ("systemmodstamp", "lastmodifieddate", "createddate")


@dataclass
class Switches:
    """The switches of an org, as they stand in a calm one."""

    maintenance: bool = False
    """Every request meets a page in HTML."""
    api_disabled: bool = False
    password_expired: bool = False
    storage_full: bool = False
    """Nothing can be created."""
    oldest_version: int = 31
    """Versions before it are retired."""
    unseen_objects: list[str] = field(default_factory=list)
    """The user has no permission on these objects: to them they are not there."""
    read_only_objects: list[str] = field(default_factory=list)
    password_grant: bool = False
    soap_login: bool = True
    app_calls_a_day: int = 0
    """The app's own share of the day's requests; 0: it has none of its own."""
    query_days: float = 0.0
    """Queries over more days of stamps than this time out, on objects of more than `query_rows` records; 0: none do."""
    query_rows: int = 0
    objects_without_bulk: list[str] = field(default_factory=list)
    """Objects that Bulk refuses, so that they are left to REST."""
    hard_delete: bool = True
    """The user may delete past the recycle bin, by Bulk."""
    job_looks: int = 1
    """A bulk job is found in each of its states this many times; 0: the first look finds it ended."""
    jobs_to_fail: int = 0
    """The next bulk query jobs fail with QUERY_TIMEOUT."""
    job_days: float = 7.0
    """Bulk jobs are forgotten after this long."""
    job_exponents: bool = True
    """Bulk writes large numbers as 1.0E7, as Java does."""
    job_header_once: bool = False
    """Only the first page of a bulk result begins with the names of its columns."""
    ingests_to_fail: int = 0
    """The next bulk ingest jobs fail when half of their rows are committed."""

    def set(self, values: dict[str, Any]) -> None:
        """Set some by name; ValueError for a name that is none, TypeError for a value of another type."""
        known = {each.name for each in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"there is no switch {name}; there are {', '.join(sorted(known))}")
            held = getattr(self, name)
            if type(value) is not type(held) and not (isinstance(held, float) and type(value) is int):
                raise TypeError(f"{name} must be of type {type(held).__name__}")
            setattr(self, name, value)

    def sees(self, name: str) -> bool:
        """Whether the user has permission on an object."""
        return name.lower() not in (each.lower() for each in self.unseen_objects)

    def writes(self, name: str) -> bool:
        return name.lower() not in (each.lower() for each in self.read_only_objects)


def check_time(switches: Switches, records: int, where: Condition | None, now: datetime) -> None:
    """Let a query time out that looks at too many days of a large object."""
    if not switches.query_days or records <= switches.query_rows:
        return
    start, end = window(where)
    if min(end, now) - start > timedelta(days=switches.query_days):
        raise Refusal(400, "QUERY_TIMEOUT", "Your query request was running for too long.")


def window(where: Condition | None) -> Window:
    """The span of stamps that a condition lets pass; empty where it names records by id."""
    if where is None:
        return EVER
    if isinstance(where, Compare):
        return _of_comparison(where)
    inner = [window(each) for each in where.conditions]
    if where.word == "and":
        return max(start for start, _ in inner), min(end for _, end in inner)
    if where.word == "or":
        return min(start for start, _ in inner), max(end for _, end in inner)
    return EVER


def _of_comparison(compare: Compare) -> Window:
    start, end = EVER
    if not isinstance(compare.operand, tuple):
        return EVER
    if [each.lower() for each in compare.operand] == ["id"] and compare.operator in ("=", "in"):
        return end, start
    if compare.operand[-1].lower() not in STAMPS:
        return EVER
    low, high = _bounds(each.value for each in compare.literals)
    if compare.operator in (">", ">="):
        return low, end
    if compare.operator in ("<", "<="):
        return start, high
    return (low, high) if compare.operator in ("=", "in") else EVER


def _bounds(values: Iterable[Any]) -> Window:
    """The earliest and the latest moment that literals name."""
    moments: list[datetime] = []
    for value in values:
        if isinstance(value, Span):
            moments += [datetime.combine(day, time(), UTC) for day in (value.start, value.end)]
        elif isinstance(value, datetime):
            moments.append(value)
    return (min(moments), max(moments)) if moments else EVER
