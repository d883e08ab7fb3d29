"""Several requests in one, the later ones naming results of the earlier as `@{reference.path}`."""

import json
import re
from collections.abc import Callable
from typing import Any

from simulators.salesforce.errors import Refusal
from simulators.salesforce.org import Org
from simulators.salesforce.single import fields_of
from simulators.web import Answer, Call, parse_target

MOST_REQUESTS, MOST_COSTLY = 25, 5
_REFERENCE = re.compile(r"@\{(\w+)\.([\w.\[\]]+)\}")
_STEP = re.compile(r"\w+")
HALTED = Refusal(
    400,
    "PROCESSING_HALTED",
    "The transaction was rolled back since another operation in the same transaction failed.",
)
Dispatch = Callable[[Call], Answer]


class _Failed(Exception):
    """One request of an all-or-none composite failed."""


def answer_composite(org: Org, call: Call, dispatch: Dispatch) -> Answer:
    """POST /composite. Each request has its own status; the whole is 200 even where some fail."""
    sent = fields_of(call)
    requests = sent.get("compositeRequest")
    if not isinstance(requests, list) or not requests:
        raise Refusal(400, "JSON_PARSER_ERROR", "compositeRequest must be a list of requests")
    _check_size(requests)
    results: dict[str, Answer] = {}
    try:
        with org.transaction():
            for request in requests:
                results[request["referenceId"]] = _one(request, results, dispatch)
            if sent.get("allOrNone") is True and any(each.status >= 400 for each in results.values()):
                raise _Failed
    except _Failed:
        halted = HALTED.answer()
        results = {name: each if each.status >= 400 else halted for name, each in results.items()}
    return Answer(200, {"compositeResponse": [_shown(name, each) for name, each in results.items()]})


def _check_size(requests: list[Any]) -> None:
    if len(requests) > MOST_REQUESTS:
        raise Refusal(400, "LIMIT_EXCEEDED", f"The composite request can't hold more than {MOST_REQUESTS} operations")
    names: set[str] = set()
    costly = 0
    for request in requests:
        if not isinstance(request, dict) or not all(isinstance(request.get(key), str) for key in ("method", "url")):
            raise Refusal(400, "JSON_PARSER_ERROR", "each request needs a method and a url")
        name = request.get("referenceId")
        if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z]\w*", name) or name in names:
            raise Refusal(400, "INVALID_INPUT", f"referenceId must be given, well formed and unique: {name}")
        names.add(name)
        costly += "/query" in request["url"] or "/composite/sobjects" in request["url"]
    if costly > MOST_COSTLY:
        raise Refusal(400, "LIMIT_EXCEEDED", f"The composite request can't hold more than {MOST_COSTLY} queries")


def _one(request: dict[str, Any], results: dict[str, Answer], dispatch: Dispatch) -> Answer:
    try:
        target = str(_filled(request["url"], results))
        body = _filled(request.get("body"), results)
        if not target.startswith("/services/data/"):
            raise Refusal(400, "INVALID_INPUT", f"url must begin with /services/data/: {target}")
        path, query = parse_target(target)
        headers = {str(name).lower(): str(value) for name, value in (request.get("httpHeaders") or {}).items()}
        sent = b"" if body is None else json.dumps(body).encode()
        return dispatch(Call(request["method"].upper(), path, query, headers, sent))
    except Refusal as refusal:
        return refusal.answer()


def _filled(value: Any, results: dict[str, Answer]) -> Any:
    """A part of a request with its references replaced by what they name."""
    if isinstance(value, dict):
        return {name: _filled(each, results) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, results) for each in value]
    if not isinstance(value, str):
        return value
    return _REFERENCE.sub(lambda match: str(_named(match, results)), value)


def _named(match: re.Match[str], results: dict[str, Answer]) -> Any:
    name, path = match.groups()
    found: Any = results[name].content if name in results and results[name].status < 400 else None
    for step in _STEP.findall(path):
        if isinstance(found, list):
            found = found[int(step)] if step.isdigit() and int(step) < len(found) else None
        else:
            found = found.get(step) if isinstance(found, dict) else None
    if found is None:
        message = f"Invalid reference specified. No value for {name}.{path} found in {name}"
        raise Refusal(400, "PROCESSING_HALTED", message)
    return found


def _shown(name: str, answer: Answer) -> dict[str, Any]:
    return {
        "body": answer.content,
        "httpHeaders": dict(answer.headers),
        "httpStatusCode": answer.status,
        "referenceId": name,
    }
