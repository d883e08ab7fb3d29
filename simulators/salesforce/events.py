"""What people do in the org, past the API: edits that commit late, merges, conversions, the recycle bin."""

import contextlib
import json
from datetime import timedelta
from typing import Any

from simulators.salesforce.errors import Refusal, malformed_id
from simulators.salesforce.fields import Row, Value
from simulators.salesforce.ids import full_id
from simulators.salesforce.objects import ACCOUNT, CONTACT, LEAD, OPPORTUNITY, ObjectType
from simulators.salesforce.org import Org, Pending
from simulators.salesforce.writing import children, create, delete, existing, touched, updated
from simulators.web import Call

MOST_LOSERS = 2


def edit(org: Org, kind: ObjectType, ids: list[str], values: dict[str, Any], commit_s: float | None) -> None:
    """Edit records as a person does, in one transaction; it is seen `commit_s` later (None: the profile's habit)."""
    rows = {(kind.name, _id(each)): updated(org, kind, _id(each), values, user=_person(org)) for each in ids}
    _commit(org, rows, commit_s)


def edit_meanwhile(org: Org, call: Call) -> None:
    """Somebody writes a field that a PATCH is about to write, of one of its records, a moment before."""
    if call.method != "PATCH":
        return
    try:
        sent = json.loads(call.body)
    except ValueError:
        return
    records = sent.get("records", [{**sent, "id": call.path.rpartition("/")[2]}]) if isinstance(sent, dict) else []
    aims = [aim for record in records if isinstance(record, dict) for aim in _aims(org, record)]
    if aims:
        kind, record_id, name = org.random.choice(aims)
        with contextlib.suppress(Refusal):
            edit(org, kind, [record_id], {name: f"Edit {org.random.randrange(1_000_000):06d}"}, 0)


def _aims(org: Org, record: dict[str, Any]) -> list[tuple[ObjectType, str, str]]:
    """Plain text fields that a record of a request would write, with where they are."""
    record_id = full_id(str(record.get("id", record.get("Id", ""))))
    kind = None if record_id is None else org.object_of(record_id)
    if record_id is None or kind is None:
        return []
    fields = [kind.field(name) for name in record]
    return [
        (kind, record_id, field.name)
        for field in fields
        if field is not None and field.type == "string" and field.updateable and not field.unique
    ]


def add(org: Org, kind: ObjectType, values: list[dict[str, Any]], commit_s: float | None) -> list[str]:
    """Create records as one load does: all with one stamp, seen together."""
    rows: dict[tuple[str, str], Row] = {}
    for each in values:
        row = create(org, kind, each, user=_person(org))
        rows[kind.name, str(row["Id"])] = row
    delay = _delay(org, commit_s)
    if delay > 0:
        for name, record_id in rows:
            del org.tables[name][record_id]
        _commit(org, rows, delay)
    return [record_id for _, record_id in rows]


def touch(org: Org, kind: ObjectType, ids: list[str]) -> None:
    """A process of the platform writes records: only SystemModstamp moves."""
    for each in ids:
        org.put(kind, {**existing(org, kind, each), "SystemModstamp": org.stamp()})


def merge(org: Org, kind: ObjectType, master_id: str, loser_ids: list[str]) -> None:
    """Merge up to two records into a third, which takes over what pointed at them."""
    if not kind.mergeable:
        raise Refusal(400, "INVALID_TYPE_FOR_OPERATION", f"entity type {kind.name} does not support merge")
    if not 1 <= len(loser_ids) <= MOST_LOSERS or _id(master_id) in [_id(each) for each in loser_ids]:
        raise Refusal(400, "INVALID_ARGUMENT", "a merge takes one or two other records")
    now, person = org.stamp(), _person(org)
    with org.transaction():
        winner = existing(org, kind, master_id)
        for each in loser_ids:
            loser = existing(org, kind, each)
            for child, field, row in children(org, kind, str(loser["Id"])):
                org.put(child, touched({**row, field.name: winner["Id"]}, now, person))
            gone: Row = {**loser, "IsDeleted": True, "MasterRecordId": winner["Id"]}
            org.put(kind, touched(gone, now, person))
            org.log_deletion(kind, str(loser["Id"]), now)
        org.put(kind, touched(existing(org, kind, master_id), now, person))


def convert(org: Org, lead_id: str, *, with_opportunity: bool) -> dict[str, Value]:
    """Convert a lead into a contact of a new account, and an opportunity if asked for; gives their ids."""
    lead, person = existing(org, LEAD, lead_id), _person(org)
    if lead.get("IsConverted"):
        raise Refusal(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", ())
    kept = ("FirstName", "LastName", "Salutation", "Title", "Phone", "MobilePhone", "OwnerId", "LeadSource")
    with org.transaction():
        account = create(org, ACCOUNT, {"Name": lead["Company"], "Website": lead["Website"]}, user=person)
        fields = {name: lead[name] for name in kept} | {"AccountId": account["Id"]}
        if not org.tables["User"][str(lead["OwnerId"])]["IsActive"]:
            fields["OwnerId"] = person
        contact = create(org, CONTACT, fields, user=person)
        # An old lead may hold an address that today's rule would refuse; conversion copies it all the same.
        org.put(CONTACT, {**contact, "Email": lead["Email"], "HasOptedOutOfEmail": lead["HasOptedOutOfEmail"]})
        ids: dict[str, Value] = {"ConvertedAccountId": account["Id"], "ConvertedContactId": contact["Id"]}
        if with_opportunity:
            close = (org.clock.now() + timedelta(days=30)).date().isoformat()
            deal = {"Name": lead["Company"], "StageName": "Prospecting", "CloseDate": close}
            deal["AccountId"] = account["Id"]
            ids["ConvertedOpportunityId"] = create(org, OPPORTUNITY, deal, user=person)["Id"]
        today = org.clock.now().date()
        converted: Row = {**lead, **ids, "IsConverted": True, "ConvertedDate": today, "Status": "Closed - Converted"}
        org.put(LEAD, touched(converted, org.stamp(), person))
    return ids


def remove(org: Org, kind: ObjectType, ids: list[str], *, hard: bool) -> None:
    """Delete records; a hard deletion leaves nothing but a line in the log."""
    with org.transaction():
        gone = [record_id for each in ids for record_id in delete(org, kind, each)]
    if hard:
        _purge(org, gone)


def restore(org: Org, kind: ObjectType, ids: list[str]) -> None:
    """Take records out of the recycle bin, with those that went with them."""
    for each in ids:
        row = org.row(kind, each)
        if row is None or not row.get("IsDeleted"):
            raise Refusal(400, "UNDELETE_FAILED", f"entity is not in the recycle bin: {each}")
        gone_at = org.deletions[kind.name][str(row["Id"])]
        for child, field, below in children(org, kind, str(row["Id"])):
            log = org.deletions.get(child.name, {})
            if field.on_delete == "cascade" and log.get(str(below["Id"])) == gone_at:
                restore(org, child, [str(below["Id"])])
        back: Row = {**row, "IsDeleted": False, "SystemModstamp": org.stamp()}
        org.put(kind, {**back, "MasterRecordId": None} if kind.mergeable else back)
        org.log_deletion(kind, str(row["Id"]), None)


def empty_bin(org: Org) -> int:
    """Purge everything in the recycle bin; gives how many records that were."""
    gone = [str(row["Id"]) for table in org.tables.values() for row in table.values() if row.get("IsDeleted")]
    _purge(org, gone)
    return len(gone)


def _purge(org: Org, ids: list[str]) -> None:
    for record_id in ids:
        kind = org.object_of(record_id)
        assert kind is not None
        org.tables[kind.name].pop(record_id, None)


def _commit(org: Org, rows: dict[tuple[str, str], Row], commit_s: float | None) -> None:
    now = org.clock.now()
    org.pending.append(Pending(now, now + timedelta(seconds=_delay(org, commit_s)), rows))
    org.settle()


def _delay(org: Org, commit_s: float | None) -> float:
    return org.random.randint(0, org.profile.latest_commit_s) if commit_s is None else commit_s


def _person(org: Org) -> str:
    """Somebody of the sales team."""
    others = sorted(each for each, row in org.tables["User"].items() if row["IsActive"] and each != org.user_id)
    return org.random.choice(others) if others else org.user_id


def _id(text: str) -> str:
    whole = full_id(text)
    if whole is None:
        raise malformed_id(text)
    return whole
