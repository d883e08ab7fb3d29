"""Check names what is missing with its remedy; check --fix makes what creates need, or tells an admin how."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from connectors.contract import Finding
from connectors.salesforce.connector import SalesforceConnector, open_salesforce
from simulators.web import Answer, Call
from tests.contract.simulators.salesforce_org import Org, served

OBJECTS = ["Account", "Contact", "Lead"]


@pytest.fixture
def org() -> Iterator[Org]:
    with served(people=200) as each:
        each.admin("clock", advance_s=60)
        yield each


def source(org: Org, **settings: Any) -> SalesforceConnector:
    secret = settings.pop("secret", "hub-secret")
    options = {"url": org.address, "client_id": "hub", "objects": OBJECTS, **settings}
    return open_salesforce("acme", options, secret={"client_secret": secret}.get, sleep=lambda _: None)


def hide(org: Org, field: str, object: str = "Contact", hidden: bool = True) -> None:
    org.admin("clock", advance_s=5)
    org.admin("field", object=object, field=field, hidden=hidden)
    org.admin("clock", advance_s=5)


def about(findings: Sequence[Finding], subject: str, *levels: str) -> list[str]:
    return [str(each.message) for each in findings if each.subject == subject and each.level in (levels or ("error",))]


def test_a_healthy_org_has_no_errors_and_says_who_we_are(org: Org) -> None:
    findings = source(org).check()

    assert [each for each in findings if each.level == "error"] == []
    said = " ".join(about(findings, "acme", "ok"))
    assert "hub@example.com" in said
    assert "client_credentials" in said
    assert "A first read of everything takes about" in said
    assert all(each.remedy for each in findings if each.level != "ok")


def test_wrong_credentials_are_the_only_finding(org: Org) -> None:
    [finding] = source(org, secret="stolen-secret").check()

    assert finding.level == "error"
    assert finding.remedy
    assert "stolen" not in str(finding)


def test_a_version_that_the_org_does_not_speak_is_an_error(org: Org) -> None:
    findings = source(org, api_version="99.0").check()

    assert any("99.0" in each for each in about(findings, "acme"))


def test_fields_of_the_mapping_that_are_hidden_are_named(org: Org) -> None:
    hide(org, "Title")

    findings = source(org).check()
    meant = source(org, exclude_fields=["Title"]).check()

    assert any("Title" in each for each in about(findings, "Contact", "warning"))
    assert not any("Title" in each for each in about(meant, "Contact", "warning"))


def test_an_object_that_is_not_there_does_not_hide_what_is_said_of_the_others(org: Org) -> None:
    findings = source(org, objects=["Contact", "Nothing__c"]).check()

    assert about(findings, "Nothing__c")
    assert about(findings, "Contact", "ok")


def test_a_day_too_small_for_a_first_read_is_told_before_it_begins(org: Org) -> None:
    org.admin("faults", requests_a_day=300)

    findings = source(org, daily_share=0.1, bulk_from=0).check()

    assert any("days of our share" in each for each in about(findings, "acme", "warning"))


def test_the_external_id_is_asked_for_only_where_something_is_pushed(org: Org) -> None:
    hide(org, "HubId__c")

    off, on = source(org).check(), source(org, push="push").check()

    assert about(off, "Contact") == []
    [message] = about(on, "Contact")
    assert "HubId__c is missing" in message
    [finding] = [each for each in on if each.level == "error"]
    assert "Object Manager, Contact" in finding.remedy


def test_without_the_right_to_make_it_the_steps_for_an_admin_are_told(org: Org) -> None:
    hide(org, "HubId__c")

    findings = source(org, push="push").provision()

    assert {each.subject: each.level for each in findings} == {"Account": "ok", "Contact": "error", "Lead": "ok"}
    [refused] = [each for each in findings if each.level == "error"]
    assert "could not be made" in refused.message
    assert "tick Unique (treat ABC and abc as different) and External ID" in refused.remedy


def test_nothing_is_made_while_nothing_is_pushed(org: Org) -> None:
    hide(org, "HubId__c")

    [finding] = source(org).provision()

    assert (finding.level, finding.subject) == ("ok", "acme")


@pytest.mark.parametrize("shown", [True, False])
def test_where_it_may_be_made_it_is_made_and_shown_to_the_user(org: Org, shown: bool) -> None:
    setup = Setup(org, permission_set="0PS5g0000000001GAA" if shown else None)
    hide(org, "HubId__c")

    first = source(org, push="push").provision()
    again = source(org, push="push").provision()

    assert {each.subject: each.level for each in first}["Contact"] == ("ok" if shown else "error")
    [made] = setup.made[:1]
    assert made["FullName"] == "Contact.HubId__c"
    told = made["Metadata"]
    assert (told["unique"], told["caseSensitive"], told["externalId"], told["length"]) == (True, True, True, 64)
    assert [each["Field"] for each in setup.shown] == (["Contact.HubId__c"] if shown else [])
    assert len(setup.made) == (1 if shown else 2)
    assert [each.level for each in again if each.subject == "Contact"] == ["ok" if shown else "error"]


class Setup:
    """Setup of an org, as the Tooling API and permission sets let an administrator change it."""

    def __init__(self, org: Org, permission_set: str | None) -> None:
        self.made: list[dict[str, Any]] = []
        self.shown: list[dict[str, Any]] = []
        self._permission_set = permission_set
        self._answer = org.simulator.answer
        org.simulator.answer = self.answer  # type: ignore[method-assign]

    def answer(self, call: Call) -> Answer:
        if call.path.endswith("/tooling/sobjects/CustomField"):
            self.made.append(json.loads(call.body))
            return Answer(201, {"id": "00N5g0000000001EAA", "success": True, "errors": []})
        if "PermissionSetAssignment" in call.query.get("q", ""):
            attributes = {"attributes": {"type": "PermissionSetAssignment"}}
            rows = [{**attributes, "PermissionSetId": self._permission_set}] if self._permission_set else []
            return Answer(200, {"totalSize": len(rows), "done": True, "records": rows})
        if call.path.endswith("/sobjects/FieldPermissions"):
            self.shown.append(json.loads(call.body))
            self._happens(call, "clock", advance_s=5)
            self._happens(call, "field", object="Contact", field="HubId__c", hidden=False)
            return Answer(201, {"id": "01k5g0000000001AAA", "success": True, "errors": []})
        return self._answer(call)

    def _happens(self, call: Call, event: str, **sent: Any) -> None:
        path = f"/__admin/{event}"
        assert self._answer(replace(call, method="POST", path=path, body=json.dumps(sent).encode())).status == 200
