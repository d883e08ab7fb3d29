"""Refusals, in the shapes that Salesforce gives them."""

from typing import Any

from simulators.web import Answer


class Refusal(Exception):
    """A request, or one record of it, that the org refuses: an HTTP status, Salesforce's code, a sentence, fields."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        fields: tuple[str, ...] | None = None,
        more: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.fields = status, code, message, fields
        self.more = more or {}

    def answer(self) -> Answer:
        """As the answer to a request of its own."""
        error: dict[str, Any] = {"message": self.message, "errorCode": self.code}
        if self.fields is not None:
            error["fields"] = list(self.fields)
        return Answer(self.status, [error | self.more])

    def of_record(self) -> dict[str, Any]:
        """As one record's error in a collection, where the code goes by another name."""
        return {"statusCode": self.code, "message": self.message, "fields": list(self.fields or ())}


def no_such_resource() -> Refusal:
    """For a path that the org does not know."""
    return Refusal(404, "NOT_FOUND", "The requested resource does not exist")


def no_such_record() -> Refusal:
    """For an id that names nothing here."""
    return Refusal(404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: Id")


def no_such_type(name: str) -> Refusal:
    """For an object in SOQL that the org, or this user, does not know."""
    return Refusal(400, "INVALID_TYPE", f"sObject type '{name}' is not supported.")


def no_such_field(field: str, entity: str) -> Refusal:
    """For a field in SOQL that the org, or this user, does not know."""
    hint = "If you are attempting to use a custom field, be sure to append the '__c' after the custom field name."
    where = "Please reference your WSDL or the describe call for the appropriate names."
    return Refusal(400, "INVALID_FIELD", f"No such column '{field}' on entity '{entity}'. {hint} {where}")


def malformed_id(value: object, field: str = "Id") -> Refusal:
    """For what is no id of the right type."""
    return Refusal(400, "MALFORMED_ID", f"{field}: id value of incorrect type: {value}", (field,))


def malformed_query(message: str) -> Refusal:
    """For SOQL that can't be read, or that this org has not learned to answer."""
    return Refusal(400, "MALFORMED_QUERY", message)
