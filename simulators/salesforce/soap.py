"""The partner API in SOAP: signing in by password (until version 64), merging, converting leads, taking back deletions.

Each record of a request is a transaction of its own, with a result of its own.
"""

from collections.abc import Callable
from typing import Any, TypeAlias
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.sax.saxutils import escape

from simulators.salesforce import events
from simulators.salesforce.access import check_reach, readable
from simulators.salesforce.errors import Refusal, malformed_id
from simulators.salesforce.ids import full_id
from simulators.salesforce.objects import LEAD, ObjectType
from simulators.salesforce.org import Org
from simulators.salesforce.tokens import Tokens
from simulators.salesforce.writing import children, update
from simulators.web import Answer, Call

PATH = "/services/soap/u/"
LAST_WITH_LOGIN = 64
CONVERTED = "Closed - Converted"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope '
    'xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com" '
    'xmlns:sf="urn:fault.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    "<soapenv:Body>{}</soapenv:Body></soapenv:Envelope>"
)
Outcome: TypeAlias = dict[str, Any]


def answer_soap(org: Org, tokens: Tokens, call: Call, enter: Callable[[int], None]) -> Answer:
    """One request. `enter` refuses whoever may not pass, given the version; a sign-in passes without it."""
    try:
        version = _version(call.path)
        head, operation = _read(call)
        if operation.tag == "login":
            return _login(org, tokens, version, operation)
        tokens.use(org, _text(head, "sessionId"))
        enter(version)
        if operation.tag not in OPERATIONS:
            raise _unknown(operation.tag)
        name, most, step = OPERATIONS[operation.tag]
        return _answer(operation.tag, [_attempt(org, step, each) for each in _some(operation, name, most)])
    except Refusal as refusal:
        return _fault(refusal)


def _version(path: str) -> int:
    number = path[len(PATH) :].partition("/")[0].partition(".")[0]
    if not number.isdigit():
        raise Refusal(500, "UNSUPPORTED_API_VERSION", f"Invalid Api version specified on URL: {path}")
    return int(number)


def _read(call: Call) -> tuple[Element, Element]:
    """The header of an envelope and the operation in its body, without namespaces."""
    try:
        root = fromstring(call.body)  # noqa: S314 - it comes from the tests of this machine
    except ParseError as problem:
        raise Refusal(500, "soapenv:Client", f"the envelope is not XML: {problem}") from None
    for each in root.iter():
        each.tag = each.tag.rpartition("}")[2]
    head, body = root.find("Header"), root.find("Body")
    if body is None or len(body) != 1:
        raise Refusal(500, "soapenv:Client", "the body must hold one operation")
    return Element("Header") if head is None else head, body[0]


def _text(element: Element, name: str) -> str:
    found = element.find(f".//{name}")
    return "" if found is None else (found.text or "").strip()


def _login(org: Org, tokens: Tokens, version: int, operation: Element) -> Answer:
    if version > LAST_WITH_LOGIN:
        raise _unknown("login")
    if not org.switches.soap_login:
        raise Refusal(500, "INVALID_OPERATION", "SOAP API login() is disabled by default in this org.")
    if not tokens.knows(org, _text(operation, "username"), _text(operation, "password")):
        message = "Invalid username, password, security token; or user locked out."
        raise Refusal(500, "INVALID_LOGIN", message)
    server = f"{org.host}/services/Soap/u/{version}.0/{org.id}"
    result = {
        "metadataServerUrl": server.replace("/u/", "/m/"),
        "passwordExpired": org.switches.password_expired,
        "sandbox": False,
        "serverUrl": server,
        "sessionId": tokens.open(org),
        "userId": org.user_id,
        "userInfo": {"organizationId": org.id, "userId": org.user_id, "userName": org.user_name},
    }
    return _answer("login", [result])


def _merge(org: Org, request: Element) -> Outcome:
    master = request.find("masterRecord")
    if master is None:
        raise Refusal(500, "MISSING_ARGUMENT", "masterRecord is missing", ())
    kind = readable(org, _text(master, "type"))
    winner = _id(_text(master, "Id"), kind)
    losers = [_id((each.text or "").strip(), kind) for each in request.findall("recordToMergeIds")]
    for each in (winner, *losers):
        check_reach(org, kind, each)
        org.check_unlocked(each)
    moved = [str(row["Id"]) for each in losers for _, _, row in children(org, kind, each)]
    events.merge(org, kind, winner, losers, user=org.user_id)
    kept = _fields(master)
    if kept:
        update(org, kind, winner, kept)
    return {"id": winner, "mergedRecordIds": losers, "success": True, "updatedRelatedIds": moved}


def _fields(record: Element) -> dict[str, Any]:
    """The fields of a record to be written; those named by fieldsToNull are cleared."""
    sent: dict[str, Any] = {}
    for each in record:
        if each.tag == "fieldsToNull":
            sent[each.text or ""] = None
        elif each.tag not in ("type", "Id"):
            sent[each.tag] = None if each.get(NIL) == "true" else each.text
    return sent


def _convert(org: Org, asked: Element) -> Outcome:
    leads = readable(org, LEAD.name)
    lead = _id(_text(asked, "leadId"), leads)
    if _text(asked, "convertedStatus") != CONVERTED:
        raise Refusal(500, "INVALID_STATUS", f"invalid convertedStatus: {_text(asked, 'convertedStatus')}", ())
    check_reach(org, leads, lead)
    org.check_unlocked(lead)
    made = events.convert(
        org,
        lead,
        with_opportunity=_text(asked, "doNotCreateOpportunity") != "true",
        account_id=_text(asked, "accountId") or None,
        contact_id=_text(asked, "contactId") or None,
        user=org.user_id,
    )
    return {
        "accountId": made["ConvertedAccountId"],
        "contactId": made["ConvertedContactId"],
        "leadId": lead,
        "opportunityId": made.get("ConvertedOpportunityId"),
        "success": True,
    }


def _undelete(org: Org, asked: Element) -> Outcome:
    given = (asked.text or "").strip()
    record_id = _id(given)
    kind = org.object_of(record_id)
    if kind is None:
        raise malformed_id(given)
    check_reach(org, kind, record_id)
    events.restore(org, kind, [record_id])
    return {"id": record_id, "success": True}


OPERATIONS: dict[str, tuple[str, int, Callable[[Org, Element], Outcome]]] = {
    "merge": ("request", 200, _merge),
    "convertLead": ("leadConverts", 100, _convert),
    "undelete": ("ids", 200, _undelete),
}
"""What is done with each element of an operation, and how many it may have."""


def _some(operation: Element, name: str, most: int) -> list[Element]:
    found = operation.findall(name)
    if len(found) > most:
        raise Refusal(500, "EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {most} records")
    return found


def _id(given: str, kind: ObjectType | None = None) -> str:
    whole = full_id(given)
    if whole is None or (kind is not None and not whole.startswith(kind.prefix)):
        raise malformed_id(given)
    return whole


def _attempt(org: Org, step: Callable[[Org, Element], Outcome], asked: Element) -> Outcome:
    try:
        with org.transaction():
            return step(org, asked)
    except Refusal as refusal:
        error = {"fields": list(refusal.fields or ()), "message": refusal.message, "statusCode": refusal.code}
        return {"errors": error, "id": None, "success": False}


def _unknown(operation: str) -> Refusal:
    request = f"{{urn:partner.soap.sforce.com}}{operation}"
    return Refusal(500, "soapenv:Client", f"No operation available for request {request}")


def _answer(operation: str, results: list[Outcome]) -> Answer:
    inside = _xml("result", results)
    body = f"<{operation}Response>{inside}</{operation}Response>"
    return Answer(200, ENVELOPE.format(body).encode(), {"content-type": "text/xml;charset=UTF-8"})


def _fault(refusal: Refusal) -> Answer:
    plain = refusal.code.startswith("soapenv:")
    code = refusal.code if plain else f"sf:{refusal.code}"
    message = escape(refusal.message if plain else f"{refusal.code}: {refusal.message}")
    detail = _xml("sf:exceptionCode", refusal.code) + _xml("sf:exceptionMessage", refusal.message)
    detail = "" if plain else f'<detail><sf:fault xsi:type="sf:ApiFault">{detail}</sf:fault></detail>'
    body = f"<soapenv:Fault><faultcode>{code}</faultcode><faultstring>{message}</faultstring>{detail}</soapenv:Fault>"
    return Answer(500, ENVELOPE.format(body).encode(), {"content-type": "text/xml;charset=UTF-8"})


def _xml(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_xml(name, each) for each in value)
    if value is None:
        return f'<{name} xsi:nil="true"/>'
    if isinstance(value, dict):
        inside = "".join(_xml(each, held) for each, held in value.items())
    else:
        inside = str(value).lower() if isinstance(value, bool) else escape(str(value))
    return f"<{name}>{inside}</{name}>"
