"""What goes wrong in the simulated org, and the naive reader that each hardship undoes."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.contract.simulators.salesforce_org import Org, served

EVERYTHING = "SELECT Id, SystemModstamp FROM Contact"


def changed_since(org: Org, moment: str) -> set[str]:
    return set(org.ids(f"SELECT Id FROM Contact WHERE SystemModstamp > {moment} ORDER BY SystemModstamp", deleted=True))


def test_a_late_commit_is_stamped_before_the_reader_s_last_look(org: Org) -> None:
    late, prompt = list(org.rows("Contact"))[:2]
    org.admin("clock", advance_s=60)
    org.admin("edit", object="Contact", ids=[late], set={"Title": "Late"}, commit_s=120)
    org.admin("clock", advance_s=30)
    org.admin("edit", object="Contact", ids=[prompt], set={"Title": "Prompt"}, commit_s=0)

    first = changed_since(org, "2026-11-22T09:00:30Z")
    covered = org.call("GET", "sobjects/Contact/updated?start=2026-11-22T09:00:00Z&end=2026-11-22T09:05:00Z").json()
    locked = org.call("PATCH", f"sobjects/Contact/{late}", {"Title": "Ours"})
    org.admin("clock", advance_s=100)
    naive = changed_since(org, "2026-11-22T09:01:30Z")
    with_overlap = changed_since(org, "2026-11-22T08:51:30Z")

    assert first == {prompt}
    assert naive == set(), "a reader that goes on from the newest stamp it saw never meets the late row"
    assert with_overlap == {late, prompt}
    assert covered["latestDateCovered"] == "2026-11-22T09:01:00.000+0000"
    assert locked.json()[0]["errorCode"] == "UNABLE_TO_LOCK_ROW"


def test_a_merge_leaves_the_loser_with_its_survivor_s_id(org: Org) -> None:
    contacts = org.rows("Contact")
    subscription = next(row for row in org.rows("Subscription__c").values())
    loser = subscription["Contact__c"]
    master = next(each for each in contacts if each != loser)
    org.admin("clock", advance_s=60)

    org.admin("merge", object="Contact", master=master, losers=[loser])

    soql = "SELECT Id, MasterRecordId, SystemModstamp FROM Contact WHERE IsDeleted = true AND MasterRecordId != null"
    (shown,) = org.query(soql, deleted=True).json()["records"]
    assert (shown["Id"], shown["MasterRecordId"]) == (loser, master)
    assert shown["SystemModstamp"] == "2026-11-22T09:01:00.000+0000"
    assert loser not in org.ids("SELECT Id FROM Contact")
    moved = org.rows("Subscription__c")[subscription["Id"]]
    assert (moved["Contact__c"], moved["SystemModstamp"]) == (master, "2026-11-22T09:01:00.000+0000")


def test_a_converted_lead_points_at_its_contact_and_takes_no_edits(org: Org) -> None:
    lead = next(iter(org.rows("Lead")))

    ids = org.admin("convert", lead=lead, opportunity=True)

    row = org.rows("Lead")[lead]
    assert row["IsConverted"]
    assert org.rows("Contact")[row["ConvertedContactId"]]["Email"] == row["Email"]
    assert org.rows("Opportunity")[ids["ConvertedOpportunityId"]]["AccountId"] == row["ConvertedAccountId"]
    refused = org.call("PATCH", f"sobjects/Lead/{lead}", {"Title": "x"})
    assert refused.json()[0]["errorCode"] == "CANNOT_UPDATE_CONVERTED_LEAD"


def test_a_deletion_takes_the_children_along_and_can_be_undone(org: Org) -> None:
    account = next(row["AccountId"] for row in org.rows("Contact").values() if row["AccountId"])
    children = set(org.ids(f"SELECT Id FROM Contact WHERE AccountId = '{account}'"))
    org.admin("clock", advance_s=60)

    org.call("DELETE", f"sobjects/Account/{account}")
    gone = set(org.ids("SELECT Id FROM Contact WHERE IsDeleted = true", deleted=True))
    org.admin("clock", advance_s=60)
    org.admin("undelete", object="Account", ids=[account])

    assert gone == children != set()
    back = org.rows("Contact")
    assert {back[each]["SystemModstamp"] for each in children} == {"2026-11-22T09:02:00.000+0000"}
    assert org.ids("SELECT Id FROM Contact WHERE IsDeleted = true", deleted=True) == []
    log = org.call("GET", "sobjects/Account/deleted?start=2026-11-22T08:59:00Z&end=2026-11-22T09:05:00Z").json()
    assert log["deletedRecords"] == []


def test_a_hard_deletion_is_in_the_log_alone_and_the_log_forgets_it(org: Org) -> None:
    gone = next(iter(org.rows("Lead")))
    span = "start=2026-11-22T08:59:00Z&end=2026-11-22T09:05:00Z"

    org.admin("delete", object="Lead", ids=[gone], hard=True)

    assert gone not in org.ids("SELECT Id FROM Lead", deleted=True)
    log = org.call("GET", f"sobjects/Lead/deleted?{span}").json()
    assert [each["id"] for each in log["deletedRecords"]] == [gone]
    org.admin("clock", advance_s=16 * 86_400)
    org.token = ""
    assert org.call("GET", f"sobjects/Lead/deleted?{span}").json()[0]["errorCode"] == "INVALID_REPLICATION_DATE"


def test_the_recycle_bin_forgets_after_fifteen_days(org: Org) -> None:
    gone = next(iter(org.rows("Lead")))
    org.call("DELETE", f"sobjects/Lead/{gone}")

    org.admin("clock", advance_s=15 * 86_400)
    kept = gone in org.rows("Lead")
    org.admin("clock", advance_s=86_400)

    assert kept
    assert gone not in org.rows("Lead")


def test_a_cursor_dies_when_nobody_comes_for_its_next_page(org: Org) -> None:
    page = org.query(EVERYTHING, **{"Sforce-Query-Options": "batchSize=200"}).json()
    address = page["nextRecordsUrl"].removeprefix("/services/data/v62.0/")

    again = [org.call("GET", address).json()["records"] for _ in range(2)]
    org.admin("clock", advance_s=16 * 60)
    dead = org.call("GET", address)

    assert again[0] == again[1] != []
    assert (dead.status_code, dead.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")


def test_a_cursor_shows_what_was_there_when_the_query_was_asked(org: Org) -> None:
    ordered = f"{EVERYTHING} ORDER BY Id"
    page = org.query(ordered, **{"Sforce-Query-Options": "batchSize=200"}).json()
    before = sorted(org.rows("Contact"))
    org.call("DELETE", f"sobjects/Contact/{before[-1]}")
    org.call("POST", "sobjects/Contact", {"LastName": "New"})

    rest = org.call("GET", page["nextRecordsUrl"].removeprefix("/services/data/v62.0/")).json()

    assert [row["Id"] for row in (*page["records"], *rest["records"])] == before


def order(org: Org, fault: str, path: str = "/query", **more: Any) -> None:
    org.admin("faults", orders=[{"fault": fault, "path": path, **more}])


def test_a_session_can_end_between_two_pages(org: Org) -> None:
    page = org.query(EVERYTHING, **{"Sforce-Query-Options": "batchSize=200"}).json()
    address = page["nextRecordsUrl"].removeprefix("/services/data/v62.0/")
    order(org, "session_expired")

    refused = org.call("GET", address)
    org.token = ""
    rest = org.call("GET", address)

    assert (refused.status_code, refused.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")
    assert rest.json()["done"]


@pytest.mark.parametrize(
    ("fault", "statuses"),
    [
        ("server_error", {500}),
        ("unavailable_page", {503}),
        ("empty_refusal", {406, 420}),
        ("too_many_at_once", {403}),
        ("slow", {200}),
        ("cursors_die", {200}),
    ],
)
def test_an_ordered_fault_befalls_one_request(org: Org, fault: str, statuses: set[int]) -> None:
    order(org, fault, after=1)

    answers = [org.query("SELECT Id FROM User").status_code for _ in range(3)]

    assert answers[1] in statuses
    assert (answers[0], answers[2]) == (200, 200)


@pytest.mark.parametrize("fault", ["reset", "torn_body"])
def test_a_connection_can_die_before_or_within_an_answer(org: Org, fault: str) -> None:
    org.query("SELECT Id FROM User")
    order(org, fault)

    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        org.query(EVERYTHING)

    assert org.query(EVERYTHING).status_code == 200


def test_a_create_whose_answer_is_lost_is_doubled_by_a_blind_repeat_but_not_by_an_upsert(org: Org) -> None:
    def insist(method: str, path: str, sent: dict[str, str]) -> None:
        order(org, "lost_answer", path="/sobjects/")
        with pytest.raises(requests.ConnectionError):
            org.call(method, path, sent)
        org.call(method, path, sent)

    org.token = org.sign_in()
    insist("POST", "sobjects/Contact", {"LastName": "Doubled"})
    insist("PATCH", "sobjects/Contact/HubId__c/1", {"LastName": "Single"})

    assert len(org.ids("SELECT Id FROM Contact WHERE LastName = 'Doubled'")) == 2
    assert len(org.ids("SELECT Id FROM Contact WHERE LastName = 'Single'")) == 1


def test_a_locked_row_fails_alone(org: Org) -> None:
    ids = list(org.rows("Contact"))[:3]
    org.admin("lock", ids=[ids[1]])
    records = [{"attributes": {"type": "Contact"}, "id": each, "Title": "Buyer"} for each in ids]

    results = org.call("PATCH", "composite/sobjects", {"records": records}).json()

    assert [each["success"] for each in results] == [True, False, True]
    assert results[1]["errors"][0]["statusCode"] == "UNABLE_TO_LOCK_ROW"


def test_a_parent_stays_when_one_of_its_children_is_locked(org: Org) -> None:
    child, row = next((each, row) for each, row in org.rows("Contact").items() if row["AccountId"])
    before = org.rows("Account")
    org.admin("lock", ids=[child])

    (result,) = org.call("DELETE", "composite/sobjects", params={"ids": row["AccountId"]}).json()

    assert result["errors"][0]["statusCode"] == "UNABLE_TO_LOCK_ROW"
    assert org.rows("Account") == before


def test_rows_in_no_order_come_shuffled_from_a_hostile_org() -> None:
    with served(people=60, profile="hostile") as org:
        org.admin("faults", orders=[])
        soql = "SELECT Id FROM User"
        orders = set()
        for _ in range(40):
            try:
                answer = org.query(soql)
            except requests.RequestException:
                continue
            if answer.status_code == 200:
                orders.add(tuple(row["Id"] for row in answer.json()["records"]))
            elif answer.status_code == 401:
                org.token = ""

        assert len(orders) > 5


def test_the_same_seed_gives_the_same_org_and_the_same_misfortunes() -> None:
    def life(seed: int) -> list[Any]:
        with served(people=60, profile="hostile", seed=seed) as org:
            outcomes: list[Any] = [org.rows("Contact"), org.truth.rows]
            org.token = "none"
            for _ in range(60):
                try:
                    outcomes.append(org.query("SELECT Id FROM User").status_code)
                except requests.RequestException:
                    outcomes.append("cut")
            return outcomes

    assert life(3) == life(3)
    assert life(3)[2:] != life(4)[2:]


def test_the_truth_names_everybody_who_is_in_the_org(quiet_org: Org) -> None:
    told = {(name, record_id): person for name, record_id, person, _ in quiet_org.truth.rows}

    for name in ("Account", "Contact", "Lead"):
        assert {record_id for each, record_id in told if each == name} == set(quiet_org.rows(name))
    assert len({person for (name, _), person in told.items() if name == "Contact"}) < len(quiet_org.rows("Contact"))


def test_a_record_that_somebody_is_writing_can_not_be_merged_away(org: Org) -> None:
    master, loser = list(org.rows("Contact"))[:2]
    org.admin("edit", object="Contact", ids=[loser], set={"Title": "Late"}, commit_s=60)
    before = org.rows("Contact")

    sent = {"object": "Contact", "master": master, "losers": [loser]}
    refused = org.session.post(f"{org.address}/__admin/merge", json=sent, timeout=10)

    assert refused.json()[0]["errorCode"] == "UNABLE_TO_LOCK_ROW"
    assert org.rows("Contact") == before


def test_people_go_on_editing_a_field_that_the_user_no_longer_sees(org: Org) -> None:
    contact_id = next(iter(org.rows("Contact")))
    org.admin("field", object="Contact", field="Title", hidden=True)

    org.admin("edit", object="Contact", ids=[contact_id], set={"Title": "Unseen"})
    org.admin("field", object="Contact", field="Title", hidden=False)

    assert org.call("GET", f"sobjects/Contact/{contact_id}").json()["Title"] == "Unseen"


def test_every_lead_can_be_converted(org: Org) -> None:
    for lead in org.rows("Lead"):
        org.admin("convert", lead=lead)

    assert all(row["IsConverted"] for row in org.rows("Lead").values())


def insist(org: Org, path: str, **options: Any) -> Any:
    """A GET repeated until it is answered, signing in anew where the session ended."""
    for _ in range(40):
        try:
            org.token = org.token or org.sign_in()
            answer = org.call("GET", path, **options)
            if answer.status_code == 401:
                org.token = ""
            if answer.status_code == 200:
                return answer.json()
        except (requests.RequestException, KeyError, ValueError):
            continue
    raise AssertionError(f"{path} was never answered")


def read_window(org: Org, start: str, end: str) -> dict[str, dict[str, Any]]:
    """All contacts stamped in a closed window, by (stamp, id), restarted from the last row whatever happens."""
    found: dict[str, dict[str, Any]] = {}
    stamp, last = start, "000000000000000AAA"
    while True:
        after = f"((SystemModstamp = {stamp} AND Id > '{last}') OR SystemModstamp > {stamp})"
        where = f"{after} AND SystemModstamp < {end} ORDER BY SystemModstamp, Id LIMIT 100"
        soql = f"SELECT FIELDS(ALL) FROM Contact WHERE {where}"
        rows = insist(org, "queryAll", params={"q": soql})["records"]
        if not rows:
            return found
        found |= {row["Id"]: row for row in rows}
        stamp, last = rows[-1]["SystemModstamp"][:19] + "Z", rows[-1]["Id"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_patient_reader_with_overlap_ends_with_the_org_s_own_table(seed: int) -> None:
    with served(people=200, profile="hostile", seed=seed) as org:
        copy = read_window(org, "2000-01-01T00:00:00Z", "2026-11-22T09:00:00Z")
        ids = list(org.rows("Contact"))
        for number, each in enumerate(ids[:40]):
            org.admin("edit", object="Contact", ids=[each], set={"Title": f"Edit {number}"})
            org.admin("clock", advance_s=7)
        org.admin("merge", object="Contact", master=ids[50], losers=[ids[51], ids[52]])
        org.admin("delete", object="Contact", ids=[ids[53]])
        org.admin("clock", advance_s=600)

        copy |= read_window(org, "2026-11-22T08:50:00Z", "2026-11-22T10:00:00Z")

        held = org.rows("Contact")
        assert {each: {name: row[name] for name in held[each]} for each, row in copy.items()} == held
        assert sum(row["Title"] is not None and row["Title"].startswith("Edit ") for row in held.values()) == 40


def test_an_edit_made_meanwhile_is_overwritten_by_the_naive_and_found_by_the_careful(org: Org) -> None:
    blind, careful, many = list(org.rows("Contact"))[:3]
    seen = org.query("SELECT Id FROM User").headers["Date"]
    org.admin("clock", advance_s=5)

    order(org, "edited_meanwhile", path="/sobjects/Contact")
    org.call("PATCH", f"sobjects/Contact/{blind}", {"Title": "Ours"})
    order(org, "edited_meanwhile", path="/sobjects/Contact")
    refused = org.call("PATCH", f"sobjects/Contact/{careful}", {"Title": "Ours"}, headers={"If-Unmodified-Since": seen})
    order(org, "edited_meanwhile", path="/composite")
    record = {"attributes": {"type": "Contact"}, "id": many, "Title": "Ours"}
    org.call("PATCH", "composite/sobjects", {"records": [record]})

    rows = org.rows("Contact")
    assert refused.status_code == 412
    assert [rows[each]["Title"] for each in (blind, many)] == ["Ours", "Ours"]
    assert rows[careful]["Title"].startswith("Edit ")
    assert rows[careful]["LastModifiedById"] != org.simulator.org.user_id


def test_the_date_of_an_answer_is_the_org_s_own(org: Org) -> None:
    org.admin("clock", advance_s=3_600)

    assert org.query("SELECT Id FROM User").headers["Date"] == "Sun, 22 Nov 2026 10:00:00 GMT"
