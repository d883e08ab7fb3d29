"""What people do in the org, past the API: edits that commit late, merges, conversions, the recycle bin."""

import contextlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from simulators.salesforce.derived import derive
from simulators.salesforce.errors import Refusal, malformed_id
from simulators.salesforce.fields import Row, Value
from simulators.salesforce.ids import full_id
from simulators.salesforce.objects import ACCOUNT, CAMPAIGN_MEMBER, CONTACT, LEAD, OPPORTUNITY, ObjectType
from simulators.salesforce.org import Org, Pending
from simulators.salesforce.writing import children, create, delete, existing, follow, touched, update
from simulators.web import Call

MOST_LOSERS = 2


def edit(org: Org, kind: ObjectType, ids: list[str], values: dict[str, Any], commit_s: float | None) -> None:
    """Edit records as a person does, in one transaction; it is seen `commit_s` later (None: the profile's habit)."""

    def work() -> None:
        for each in ids:
            update(org, kind, _id(each), values, user=_person(org))

    _commit(org, work, commit_s)


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
    ids: list[str] = []

    def work() -> None:
        ids.extend(str(create(org, kind, each, user=_person(org))["Id"]) for each in values)

    _commit(org, work, commit_s)
    return ids


def touch(org: Org, kind: ObjectType, ids: list[str]) -> None:
    """A process of the platform writes records: only SystemModstamp moves."""
    for each in ids:
        org.put(kind, {**existing(org, kind, each), "SystemModstamp": org.stamp()})


def merge(org: Org, kind: ObjectType, master_id: str, loser_ids: list[str], *, user: str | None = None) -> None:
    """Merge up to two records into a third, which takes over what pointed at them."""
    if not kind.mergeable:
        raise Refusal(400, "INVALID_TYPE_FOR_OPERATION", f"entity type {kind.name} does not support merge")
    if not 1 <= len(loser_ids) <= MOST_LOSERS or _id(master_id) in [_id(each) for each in loser_ids]:
        raise Refusal(400, "INVALID_ARGUMENT", "a merge takes one or two other records")
    person = user or _person(org)
    with org.transaction():
        winner, losers = existing(org, kind, master_id), [existing(org, kind, each) for each in loser_ids]
        if any(each.get("IsPersonAccount") != winner.get("IsPersonAccount") for each in losers):
            raise Refusal(400, "INVALID_ARGUMENT", "an account of a person merges only with others of persons")
        if kind.name == CONTACT.name and winner.get("IsPersonAccount"):
            raise Refusal(400, "INVALID_ARGUMENT", "merge the accounts of persons, not their contacts")
        for loser in losers:
            _give_up(org, kind, loser, winner, person)
        org.put(kind, touched(existing(org, kind, master_id), org.stamp(), person))


def _give_up(org: Org, kind: ObjectType, loser: Row, winner: Row, person: str) -> None:
    """One record goes in a merge; what pointed at it points at the winner, a person's contact goes with its account."""
    now = org.stamp()
    org.check_unreferenced(str(loser["Id"]))
    for child, field, row in children(org, kind, str(loser["Id"])):
        moved = touched({**row, field.name: winner["Id"]}, now, person)
        if child.name == CONTACT.name and row.get("IsPersonAccount"):
            _give_up(org, child, row, existing(org, child, str(winner["PersonContactId"])), person)
        elif child.name == CAMPAIGN_MEMBER.name and _is_member(org, moved):
            delete(org, child, str(row["Id"]))
        else:
            derive(org, moved, child, {})
            org.put(child, moved)
    gone: Row = {**loser, "IsDeleted": True, "MasterRecordId": winner["Id"]}
    org.put(kind, touched(gone, now, person))
    org.log_deletion(kind, str(loser["Id"]), now)


def _is_member(org: Org, moved: Row) -> bool:
    """Whether a campaign has somebody already."""
    who = "ContactId" if moved.get("LeadId") is None else "LeadId"
    others = org.tables[CAMPAIGN_MEMBER.name].holding(CAMPAIGN_MEMBER.by_name[who.lower()], moved[who])
    return any(
        row["Id"] != moved["Id"] and not row["IsDeleted"] and row["CampaignId"] == moved["CampaignId"] for row in others
    )


def convert(
    org: Org,
    lead_id: str,
    *,
    with_opportunity: bool,
    account_id: str | None = None,
    contact_id: str | None = None,
    user: str | None = None,
) -> dict[str, Value]:
    """Convert a lead into a contact of an account, new ones unless named, with an opportunity if wanted; their ids."""
    lead, person = existing(org, LEAD, lead_id), user or _person(org)
    if lead.get("IsConverted"):
        raise Refusal(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", ())
    kept = ("FirstName", "LastName", "Salutation", "Title", "Phone", "MobilePhone", "OwnerId", "LeadSource")
    with org.transaction():
        company = {"Name": lead["Company"], "Website": lead["Website"]}
        accounts, contacts = org.object(ACCOUNT.name), org.object(CONTACT.name)
        account = existing(org, accounts, account_id) if account_id else create(org, accounts, company, user=person)
        fields = {name: lead[name] for name in kept} | {"AccountId": account["Id"]}
        if not org.tables["User"].get(str(lead["OwnerId"]), {}).get("IsActive"):
            fields["OwnerId"] = person
        if contact_id:
            contact = existing(org, contacts, contact_id)
        else:
            contact = create(org, contacts, fields, user=person)
            # An old lead may hold an address that today's rule would refuse; conversion copies it all the same.
            org.put(contacts, {**contact, "Email": lead["Email"], "HasOptedOutOfEmail": lead["HasOptedOutOfEmail"]})
        ids: dict[str, Value] = {"ConvertedAccountId": account["Id"], "ConvertedContactId": contact["Id"]}
        if with_opportunity:
            close = (org.clock.now() + timedelta(days=30)).date().isoformat()
            deal = {"Name": lead["Company"], "StageName": "Prospecting", "CloseDate": close}
            deal["AccountId"] = account["Id"]
            ids["ConvertedOpportunityId"] = create(org, org.object(OPPORTUNITY.name), deal, user=person)["Id"]
        today = org.clock.now().date()
        converted: Row = {**lead, **ids, "IsConverted": True, "ConvertedDate": today, "Status": "Closed - Converted"}
        org.put(LEAD, touched(converted, org.stamp(), person))
        _move_to_contact(org, str(lead["Id"]), contact["Id"], person)
    return ids


def _move_to_contact(org: Org, lead_id: str, contact_id: Value, person: str) -> None:
    """A converted lead's activities become the contact's; its campaigns know it as both."""
    for child, field, row in children(org, LEAD, lead_id):
        moved = touched({**row, "ContactId" if field.name == "LeadId" else field.name: contact_id}, org.stamp(), person)
        derive(org, moved, child, {})
        org.put(child, moved)
        follow(org, child, moved)


def remove(org: Org, kind: ObjectType, ids: list[str], *, hard: bool) -> None:
    """Delete records; a hard deletion leaves nothing but a line in the log."""
    with org.transaction():
        gone = [record_id for each in ids for record_id in delete(org, kind, each)]
    if hard:
        purge(org, gone)


def restore(org: Org, kind: ObjectType, ids: list[str]) -> None:
    """Take records out of the recycle bin, with those that went with them; refused if what they belong to is gone."""
    with org.transaction():
        for each in ids:
            row = org.row(kind, each)
            if row is None or not row.get("IsDeleted"):
                raise Refusal(400, "UNDELETE_FAILED", f"entity is not in the recycle bin: {each}")
            if _is_orphan(org, kind, row):
                raise Refusal(400, "UNDELETE_FAILED", f"what the entity belongs to is deleted: {each}")
            _bring_back(org, kind, row)


def _bring_back(org: Org, kind: ObjectType, row: Row) -> None:
    record_id = str(row["Id"])
    gone_at = org.deletions[kind.name][record_id]
    back: Row = {**row, "IsDeleted": False, "SystemModstamp": org.stamp()}
    if kind.mergeable:
        back["MasterRecordId"] = None
    org.put(kind, back)
    org.log_deletion(kind, record_id, None)
    for child, field, below in children(org, kind, record_id):
        went_along = org.deletions.get(child.name, {}).get(str(below["Id"])) == gone_at
        if field.on_delete == "cascade" and went_along and not _is_orphan(org, child, below):
            _bring_back(org, child, below)
    follow(org, kind, back)


def _is_orphan(org: Org, kind: ObjectType, row: Row) -> bool:
    """Whether something that a record goes with is deleted or purged."""
    for field in kind.fields:
        above_id = row.get(field.name) if field.on_delete == "cascade" else None
        above = None if above_id is None else org.object_of(str(above_id))
        if above is not None and org.tables[above.name].get(str(above_id), {"IsDeleted": True}).get("IsDeleted"):
            return True
    return False


def empty_bin(org: Org) -> int:
    """Purge everything in the recycle bin; gives how many records that were."""
    gone = [str(row["Id"]) for table in org.tables.values() for row in table.values() if row.get("IsDeleted")]
    purge(org, gone)
    return len(gone)


def purge(org: Org, ids: list[str]) -> None:
    """Take records from the recycle bin for good."""
    for record_id in ids:
        kind = org.object_of(record_id)
        assert kind is not None
        org.tables[kind.name].pop(record_id, None)


def _commit(org: Org, work: Callable[[], None], commit_s: float | None) -> None:
    """Do some work now, or so that it is stamped now and seen `commit_s` later."""
    delay = org.random.randint(0, org.profile.latest_commit_s) if commit_s is None else commit_s
    if delay <= 0:
        with org.transaction():
            work()
        return
    now = org.clock.now()
    org.pending.append(Pending(now, now + timedelta(seconds=delay), org.rehearse(work)))


def _person(org: Org) -> str:
    """Somebody of the sales team."""
    others = sorted(each for each, row in org.tables["User"].items() if row["IsActive"] and each != org.user_id)
    return org.random.choice(others) if others else org.user_id


def _id(text: str) -> str:
    whole = full_id(text)
    if whole is None:
        raise malformed_id(text)
    return whole
