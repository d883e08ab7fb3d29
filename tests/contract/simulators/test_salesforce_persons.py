"""Accounts of persons: each has a contact with the same data, and is one person for the truth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.simulators.salesforce_org import Org, served


@pytest.fixture
def persons() -> Iterator[Org]:
    with served(features=("person_accounts",)) as each:
        yield each


def person_accounts(org: Org) -> list[dict[str, Any]]:
    return [row for row in org.rows("Account").values() if row["IsPersonAccount"] and not row["IsDeleted"]]


def patch(org: Org, name: str, record_id: str, **values: Any) -> tuple[int, str]:
    answer = org.call("PATCH", f"sobjects/{name}/{record_id}", values)
    return answer.status_code, answer.json()[0]["errorCode"] if answer.text else ""


def test_each_has_a_contact_with_the_same_data_and_the_same_truth(persons: Org) -> None:
    contacts = persons.rows("Contact")
    truth = {(name, each): person for name, each, person, _ in persons.truth.rows}

    found = person_accounts(persons)

    assert found
    for account in found:
        contact = contacts[account["PersonContactId"]]
        assert contact["AccountId"] == account["Id"]
        assert (contact["Name"], contact["Email"]) == (account["Name"], account["PersonEmail"])
        assert contact["MailingCity"] == account["PersonMailingCity"]
        assert truth["Account", account["Id"]] == truth["Contact", contact["Id"]] > 0
    shadows = [row["Id"] for row in contacts.values() if row["IsPersonAccount"]]
    assert len(shadows) == len(found)


def test_the_contacts_are_those_of_an_org_without_them(persons: Org) -> None:
    with served() as plain:
        assert set(plain.rows("Contact")) == set(persons.rows("Contact"))
        assert "IsPersonAccount" not in plain.rows("Account").popitem()[1]


def test_one_is_made_by_a_last_name_and_changed_through_the_account_alone(persons: Org) -> None:
    made = persons.call("POST", "sobjects/Account", {"LastName": "Okafor", "FirstName": "Amy"}).json()["id"]
    contact = persons.rows("Account")[made]["PersonContactId"]

    assert patch(persons, "Account", made, PersonEmail="amy@okafor.example") == (204, "")
    assert patch(persons, "Account", made, Name="Other") == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")
    assert patch(persons, "Contact", contact, LastName="Other") == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")
    assert patch(persons, "Contact", contact, Description="Hers") == (204, "")
    shadow = persons.rows("Contact")[contact]
    assert (shadow["Name"], shadow["Email"], shadow["Description"]) == ("Amy Okafor", "amy@okafor.example", "Hers")
    assert shadow["IsPersonAccount"] is True


def test_a_company_still_needs_a_name_and_stays_a_company(persons: Org) -> None:
    nameless = persons.call("POST", "sobjects/Account", {"Phone": "1"}).json()[0]
    both = persons.call("POST", "sobjects/Account", {"Name": "Acme", "LastName": "Okafor"}).json()[0]
    company = next(row["Id"] for row in persons.rows("Account").values() if not row["IsPersonAccount"])

    assert (nameless["errorCode"], nameless["fields"]) == ("REQUIRED_FIELD_MISSING", ["Name"])
    assert (both["errorCode"], both["fields"]) == ("INVALID_FIELD_FOR_INSERT_UPDATE", ["Name"])
    assert patch(persons, "Account", company, LastName="Okafor") == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")


def test_account_and_contact_go_come_back_and_merge_together(persons: Org) -> None:
    first, second, third = person_accounts(persons)[:3]

    alone = persons.call("DELETE", f"sobjects/Contact/{first['PersonContactId']}")
    persons.call("DELETE", f"sobjects/Account/{first['Id']}")
    away = persons.rows("Contact")[first["PersonContactId"]]["IsDeleted"]
    persons.admin("undelete", object="Account", ids=[first["Id"]])
    persons.admin("merge", object="Account", master=second["Id"], losers=[third["Id"]])

    contacts = persons.rows("Contact")
    assert (alone.status_code, alone.json()[0]["errorCode"]) == (400, "DELETE_FAILED")
    assert (away, contacts[first["PersonContactId"]]["IsDeleted"]) == (True, False)
    assert persons.rows("Account")[third["Id"]]["MasterRecordId"] == second["Id"]
    lost = contacts[third["PersonContactId"]]
    assert (lost["IsDeleted"], lost["MasterRecordId"]) == (True, second["PersonContactId"])
    assert not contacts[second["PersonContactId"]]["IsDeleted"]


def test_an_edit_that_commits_late_reaches_both_at_once(persons: Org) -> None:
    person = person_accounts(persons)[0]

    persons.admin("edit", object="Account", ids=[person["Id"]], set={"PersonTitle": "Captain"}, commit_s=30)
    before = persons.rows("Contact")[person["PersonContactId"]]["Title"]
    persons.admin("clock", advance_s=31)

    assert before != "Captain"
    assert persons.rows("Contact")[person["PersonContactId"]]["Title"] == "Captain"
    assert persons.rows("Account")[person["Id"]]["PersonTitle"] == "Captain"


def test_they_can_be_switched_on_later(org: Org) -> None:
    before = set(org.rows("Account").popitem()[1])

    org.admin("feature", feature="person_accounts")
    made = org.call("POST", "sobjects/Account", {"LastName": "Okafor"})

    account = org.rows("Account")[made.json()["id"]]
    assert {"IsPersonAccount", "PersonContactId", "PersonEmail"} <= set(account) - before
    assert account["IsPersonAccount"] is True
    companies = org.query("SELECT Id FROM Account WHERE IsPersonAccount = false").json()["totalSize"]
    assert companies == len(org.rows("Account")) - 1
