"""Whether what a portal answers has the shape that HubSpot's machine-readable contract gives for that operation.

The contract is a folder of JSON files, one a package of HubSpot's API: the operations, and a schema for each answer.
Paths of a dated version are looked up as their older spelling: the shapes are the same.
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.protocols import Validator

from simulators.clock import Clock
from simulators.faults import Fault, Faults
from simulators.server import ADMIN, Simulator
from simulators.web import Answer, Call
from tests.conftest import REPOSITORY

FOLDER = Path(os.environ.get("UNSILO_CONTRACTS", REPOSITORY.parent / "shared" / "contracts")) / "hubspot"
DATED = r"\d{4}-\d\d"
OLDER_SPELLINGS = tuple(
    (re.compile(pattern.replace("{version}", DATED)), older)
    for pattern, older in (
        (r"^/crm/objects/{version}/([^/]+/\d+/associations/.+)", r"/crm/v4/objects/\1"),
        (r"^/crm/objects/{version}/", "/crm/v3/objects/"),
        (r"^/crm/associations/{version}/", "/crm/v4/associations/"),
        (r"^/crm/(properties|pipelines|owners|lists)/{version}", r"/crm/v3/\1"),
        (r"^/crm-object-schemas/{version}/", "/crm-object-schemas/v3/"),
        (r"^/oauth/{version}/token$", "/oauth/v1/token"),
        (r"^/crm/v3/schemas", "/crm-object-schemas/v3/schemas"),
        # The contract spells these out for four types alone, by one name each.
        (r"^/crm/v3/objects/(?!companies/|deals/|tickets/)[^/]+/(merge|gdpr-delete)$", r"/crm/v3/objects/contacts/\1"),
    )
)
SERVED = (
    "crm_associations_v4", "crm_associations_v4_schema", "crm_companies", "crm_contacts", "crm_deals",
    "crm_line_items", "crm_objects", "crm_objects_calls", "crm_objects_emails", "crm_objects_leads",
    "crm_objects_meetings", "crm_objects_notes", "crm_objects_tasks", "crm_owners", "crm_pipelines", "crm_products",
    "crm_properties", "crm_quotes", "crm_schemas", "crm_tickets", "oauth",
)  # fmt: skip
LEFT_OUT = ("/definitions/configurations/", "/usage/", "/audit")
"""Reports and settings that a portal has and the simulated one has not."""
RATE_LIMIT = {"type": "object", "required": ["status", "message", "errorType", "correlationId", "policyName"]}
formats = FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@dataclass
class Watched:
    """A simulator whose every answer is held against the contract, whoever asked."""

    simulator: Simulator
    wrong: list[str] = field(default_factory=list)
    seen: set[tuple[str, str, int]] = field(default_factory=set)
    """Method, path as the contract writes it, and status of what was answered."""
    unknown: set[tuple[str, str]] = field(default_factory=set)
    """Method and path of what succeeded though the contract does not know it."""

    @property
    def clock(self) -> Clock:
        return self.simulator.clock

    @property
    def faults(self) -> Faults:
        return self.simulator.faults

    def answer(self, call: Call) -> Answer:
        answer = self.simulator.answer(call)
        self._look(call, answer)
        return answer

    def refuse(self, fault: Fault, call: Call) -> Answer | None:
        answer = self.simulator.refuse(fault, call)
        if answer is not None:
            self._look(call, answer)
        return answer

    def _look(self, call: Call, answer: Answer) -> None:
        if call.path.startswith(ADMIN) or not FOLDER.is_dir():
            return
        self.wrong += problems(call.method, call.path, answer.status, answer.encoded(compress=False)[1])
        operation = operation_of(call.method, call.path)
        if operation is not None:
            self.seen.add((operation.method, operation.path, answer.status))
        elif answer.status < 400:
            self.unknown.add((call.method, call.path))


class Operation(NamedTuple):
    """One operation of the contract: `answers` maps a status to the name of its schema in `package`."""

    package: str
    method: str
    path: str
    answers: Mapping[str, str]

    def fits(self, parts: list[str]) -> int | None:
        """How many words of a path are this operation's own; None if it is another's."""
        own = 0
        for word, sent in zip(self.path.strip("/").split("/"), parts, strict=True):
            if word == sent:
                own += 1
            elif not word.startswith("{"):
                return None
        return own


@functools.cache
def packages() -> dict[str, dict[str, Any]]:
    """The contract by package; skips the test where there is none."""
    if not FOLDER.is_dir():
        pytest.skip(f"no contract in {FOLDER}; name the folder that holds hubspot/ with UNSILO_CONTRACTS")
    found = {each.stem: json.loads(each.read_text(encoding="utf-8")) for each in sorted(FOLDER.glob("*.json"))}
    for package in found.values():
        package["$defs"].setdefault("object", {})  # named by the contract, defined nowhere in it
        spec = package["$defs"].get("AssociationSpecWithLabel")
        if spec is not None:
            # Associations without a label have null there: the contract knows no null.
            spec["properties"]["label"] = {"type": ["string", "null"]}
    return found


@functools.cache
def operations() -> dict[tuple[str, int], list[Operation]]:
    """Operations by method and by the number of words in their path."""
    found: dict[tuple[str, int], list[Operation]] = {}
    for name, package in packages().items():
        for each in package["x-operations"]:
            operation = Operation(name, each["method"], each["path"], each["responses"])
            found.setdefault((each["method"], _length(each["path"])), []).append(operation)
    return found


def served_operations() -> list[Operation]:
    """The operations that the simulated portal serves."""
    every = (each for some in operations().values() for each in some)
    return [each for each in every if each.package in SERVED and not any(part in each.path for part in LEFT_OUT)]


def operation_of(method: str, path: str) -> Operation | None:
    """The operation that a request calls, the one that names most of its path; None if the contract has none."""
    for pattern, older in OLDER_SPELLINGS:
        path = pattern.sub(older, path)
    parts = path.strip("/").split("/")
    fitting = [
        (own, each) for each in operations().get((method, len(parts)), ()) if (own := each.fits(parts)) is not None
    ]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def problems(method: str, path: str, status: int, body: bytes) -> Iterator[str]:
    """What is wrong with an answer's shape; nothing if the contract does not speak of the operation."""
    operation = operation_of(method, path)
    told = f"{method} {path} -> {status}"
    if status >= 400:
        yield from _problems_of_refusal(told, status, body)
        return
    if operation is None:
        return
    model = operation.answers.get(str(status))
    if model is None:
        expected = sorted(operation.answers) or ["204"]
        if status != 204 and str(status) not in expected:
            yield f"{told}, where the contract knows {' and '.join(expected)}"
        if body:
            yield f"{told} has a body, where the contract has none"
        return
    for error in _validator(operation.package, model).iter_errors(json.loads(body)):
        yield f"{told}: {error.json_path}: {error.message[:300]} (a {model})"


def _problems_of_refusal(told: str, status: int, body: bytes) -> Iterator[str]:
    try:
        content = json.loads(body)
    except ValueError:
        return  # pages in HTML and empty bodies come from gateways
    schema = Draft202012Validator(RATE_LIMIT) if "errorType" in content else _validator("crm_objects", "Error")
    for error in schema.iter_errors(content):
        yield f"{told}: {error.json_path}: {error.message[:300]} (an error)"


@functools.cache
def _validator(package: str, model: str) -> Validator:
    definitions = packages()[package]["$defs"]
    return Draft202012Validator({"$ref": f"#/$defs/{model}", "$defs": definitions}, format_checker=formats)


def _length(path: str) -> int:
    return len(path.strip("/").split("/"))
