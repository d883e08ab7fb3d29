"""Queries of the simulated org that show more than plain fields: groups, children, records of several types."""

from __future__ import annotations

from typing import Any

from simulators.salesforce.showing import CHILDREN_A_PAGE
from tests.contract.simulators.salesforce_org import Org

DATA = "/services/data/v62.0/"


def records(org: Org, soql: str, *, deleted: bool = False) -> list[dict[str, Any]]:
    answer = org.query(soql, deleted=deleted)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["records"])


def test_groups_come_as_aggregate_results(quiet_org: Org) -> None:
    answer = quiet_org.query("SELECT Title, COUNT(Id) FROM Contact WHERE Title = 'CEO' GROUP BY Title").json()

    titles = [row["Title"] for row in quiet_org.rows("Contact").values()]
    record = {"attributes": {"type": "AggregateResult"}, "Title": "CEO", "expr0": titles.count("CEO")}
    assert answer == {"totalSize": 1, "done": True, "records": [record]}


def test_children_come_in_a_set_of_their_own_and_null_where_there_are_none(quiet_org: Org) -> None:
    contacts = [row for row in quiet_org.rows("Contact").values() if row["AccountId"]]

    shown = records(quiet_org, "SELECT Id, (SELECT Id, Email FROM Contacts ORDER BY Email, Id) FROM Account")

    for record in shown:
        expected = {row["Id"]: row["Email"] for row in contacts if row["AccountId"] == record["Id"]}
        children = record["Contacts"]
        if not expected:
            assert children is None
            continue
        assert (children["totalSize"], children["done"]) == (len(expected), True)
        assert {each["Id"]: each["Email"] for each in children["records"]} == expected
        assert children["records"][0]["attributes"]["type"] == "Contact"
    assert len(shown) > 1


def test_a_child_query_has_a_filter_and_a_limit_for_each_parent(quiet_org: Org) -> None:
    soql = "SELECT Id, (SELECT Title FROM Contacts WHERE Title != null ORDER BY Title DESC LIMIT 1) FROM Account"

    shown = {record["Id"]: record["Contacts"] for record in records(quiet_org, soql)}

    titles: dict[str, list[str]] = {}
    for row in quiet_org.rows("Contact").values():
        if row["AccountId"] and row["Title"]:
            titles.setdefault(row["AccountId"], []).append(row["Title"])
    tops = {each: children["records"][0]["Title"] for each, children in shown.items() if children}
    assert tops == {each: max(found, key=str.casefold) for each, found in titles.items()}
    assert {children["totalSize"] for children in shown.values() if children} == {1}


def test_many_children_go_on_at_their_own_address(org: Org) -> None:
    account = next(iter(org.rows("Account")))
    made = [{"LastName": f"Child {number}", "AccountId": account} for number in range(CHILDREN_A_PAGE + 50)]
    ids = org.admin("create", object="Contact", records=made)["ids"]
    before = {row["Id"] for row in org.rows("Contact").values() if row["AccountId"] == account}

    (record,) = records(org, f"SELECT Id, (SELECT Id FROM Contacts) FROM Account WHERE Id = '{account}'")
    children = record["Contacts"]
    rest = org.call("GET", children["nextRecordsUrl"].removeprefix(DATA)).json()

    assert not children["done"]
    assert (rest["done"], rest["totalSize"]) == (True, len(before))
    assert {each["Id"] for each in (*children["records"], *rest["records"])} == before >= set(ids)


def test_the_type_behind_an_open_lookup_can_be_shown_and_asked_for(org: Org) -> None:
    contact, lead = next(iter(org.rows("Contact").values())), next(iter(org.rows("Lead").values()))
    made = [{"Subject": each["Id"], "WhoId": each["Id"], "ActivityDate": "2026-11-23"} for each in (contact, lead)]
    ids = org.admin("create", object="Task", records=made)["ids"]
    named = f"Id IN ('{ids[0]}', '{ids[1]}')"

    plain = records(org, f"SELECT Who.Type, Who.Name FROM Task WHERE {named}")
    filtered = org.ids(f"SELECT Id FROM Task WHERE {named} AND Who.Type = 'Lead'")
    chosen = records(
        org,
        f"SELECT TYPEOF Who WHEN Lead THEN Company, Name ELSE Name, Type END FROM Task WHERE {named} ORDER BY WhoId",
    )

    assert {record["Who"]["Type"]: record["Who"]["Name"] for record in plain} == {
        "Contact": contact["Name"],
        "Lead": lead["Name"],
    }
    assert filtered == [ids[1]]
    shown = {record["Who"]["attributes"]["type"]: record["Who"] for record in chosen}
    assert shown["Lead"]["Company"] == lead["Company"]
    assert (shown["Contact"]["Name"], shown["Contact"]["Type"]) == (contact["Name"], "Contact")
    assert "Company" not in shown["Contact"]
