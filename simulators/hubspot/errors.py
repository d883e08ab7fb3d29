"""Refusals, in the shapes that HubSpot gives them."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from simulators.web import Answer

Context = Mapping[str, Sequence[str]]


class Refusal(Exception):
    """A request, or one record of it, that the portal refuses.

    `category` is HubSpot's (`VALIDATION_ERROR`), `errors` are details ({message, code?, in?, subCategory?, context?}),
    `more` goes into the body as it is, `headers` into the answer.
    """

    def __init__(
        self,
        status: int,
        category: str,
        message: str,
        *,
        sub_category: str | None = None,
        context: Context | None = None,
        errors: Sequence[Mapping[str, Any]] = (),
        more: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.category, self.message, self.sub_category = status, category, message, sub_category
        self.context = {name: list(values) for name, values in (context or {}).items()}
        self.errors, self.more, self.headers = [dict(each) for each in errors], dict(more or {}), dict(headers or {})

    def answer(self) -> Answer:
        """As the answer to a request of its own."""
        body: dict[str, Any] = {"status": "error", "message": self.message, "correlationId": str(uuid.uuid4())}
        if self.context:
            body["context"] = self.context
        if self.errors:
            body["errors"] = self.errors
        body["category"] = self.category
        if self.sub_category is not None:
            body["subCategory"] = self.sub_category
        return Answer(self.status, body | self.more, self.headers)

    def of_record(self, trace_id: str | None = None) -> dict[str, Any]:
        """As one record's error in a batch; it names the input by its trace id if that had one."""
        context = dict(self.context)
        if trace_id is not None:
            context["objectWriteTraceId"] = [trace_id]
        error: dict[str, Any] = {"status": "error", "category": self.category, "message": self.message}
        if self.sub_category is not None:
            error["subCategory"] = self.sub_category
        return error | {"context": context, "errors": self.errors, "links": {}}


def invalid(message: str, **more: Any) -> Refusal:
    """For a request that makes no sense: 400 VALIDATION_ERROR."""
    return Refusal(400, "VALIDATION_ERROR", message, **more)


def no_such_record(record_id: object) -> Refusal:
    """For an id that names nothing here."""
    context = {"ids": [str(record_id)]}
    return Refusal(404, "OBJECT_NOT_FOUND", "Object not found.  objectId are usually numeric.", context=context)


def no_such_type(name: str) -> Refusal:
    """For a type of object that the portal does not know."""
    return invalid(f"Unable to infer object type from: {name}")


def no_such_path() -> Answer:
    """For a path that the portal does not know; the network's edge answers, without a category."""
    page = b"<html>\n<head>\n<title>Error 404 Not Found</title>\n</head>\n<body><h2>HTTP ERROR 404</h2></body>\n</html>"
    return Answer(404, page, {"content-type": "text/html"})


def locked(record_id: object) -> Refusal:
    """For a record that other work holds."""
    message = "The resource is currently locked; wait at least 2 seconds before you try again"
    return Refusal(423, "LOCKED", message, context={"ids": [str(record_id)]})
