"""A Salesforce org as a source, by the real commands: the first sync, the days after, and what status tells of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.simulators.salesforce_org import served
from tests.journeys.conftest import Place
from tests.journeys.salesforce_place import Connected, let_in


@pytest.fixture
def emea(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connected]:
    """A calm org of some people, and settings that name it."""
    let_in(monkeypatch)
    with served(people=80) as org:
        connected = Connected(org, place)
        connected.settings()
        yield connected


DAY_S = 86_400


def later(emea: Connected) -> None:
    """A minute passes in the org: what is stamped now is read by then."""
    emea.org.admin("clock", advance_s=60)


def live(emea: Connected, name: str) -> list[str]:
    return sorted(key for key, row in emea.org.rows(name).items() if not row["IsDeleted"])


def test_a_first_sync_holds_every_record_of_every_object(emea: Connected) -> None:
    answer = emea.sync()

    assert (answer["code"], answer["state"]) == (0, "done")
    for name in ("Account", "Contact", "Lead", "Opportunity", "Case", "Subscription__c"):
        assert emea.ids(name) == live(emea, name), name
    ((kinds,),) = emea.query("select group_concat(distinct kind) from crosswalk")
    assert set(kinds.split(",")) == {"person", "organization"}
    assert emea.query("select count(*) from crosswalk where object in ('Case', 'User', 'Opportunity')") == [("0",)]


def test_a_second_sync_stores_nothing(emea: Connected) -> None:
    emea.sync()

    answer = emea.sync()

    assert (answer["code"], answer["pulls"][0]["stored"]) == (0, 0)


def test_check_tells_what_can_be_read_the_limits_and_the_calls_ahead(emea: Connected) -> None:
    outcome = emea.unsilo("check")

    assert outcome.code == 0
    assert "Signed in to the org 00D" in outcome.out
    assert "Contact: " in outcome.out
    assert "calls a day are used" in outcome.out
    assert "takes about" in outcome.out
    assert "kept raw with every field: User, Opportunity, Case, Subscription__c" in outcome.out, outcome.out
    assert "Ready" in outcome.out, outcome.out


def test_a_lead_and_the_contact_it_became_are_one_customer(emea: Connected) -> None:
    (lead,) = emea.org.ids("SELECT Id FROM Lead WHERE IsConverted = false LIMIT 1")
    emea.sync()
    contact = emea.org.admin("convert", lead=lead)["ConvertedContactId"]
    later(emea)

    emea.sync()

    sql = f"select customer_id from crosswalk where record_id in ('{lead}', '{contact}')"
    customers = emea.query(sql)
    assert len(customers) == 2
    assert len(set(customers)) == 1


def test_merges_deletes_and_restores_arrive(emea: Connected) -> None:
    master, loser, gone, back = emea.org.ids("SELECT Id FROM Contact ORDER BY Id LIMIT 4")
    emea.sync()
    emea.org.admin("merge", object="Contact", master=master, losers=[loser])
    emea.org.admin("delete", object="Contact", ids=[gone, back])
    later(emea)
    emea.sync()
    after_delete = emea.ids("Contact")
    emea.org.admin("undelete", object="Contact", ids=[back])
    later(emea)

    emea.sync()

    assert not {loser, gone, back} & set(after_delete)
    assert emea.ids("Contact") == live(emea, "Contact")
    assert back in emea.ids("Contact")
    told = emea.query(f"select merged_into from raw_record where record_id = '{loser}'")
    assert told == [(master,)]


def test_a_reconcile_finds_a_delete_without_a_trace_and_leaves_a_figure(emea: Connected) -> None:
    emea.sync()
    (gone,) = emea.org.ids("SELECT Id FROM Case LIMIT 1")
    emea.org.admin("delete", object="Case", ids=[gone], hard=True)
    emea.org.admin("clock", advance_s=16 * DAY_S)  # past what the log of deletions remembers

    outcome = emea.unsilo("reconcile")
    status = emea.unsilo("status")
    count = len(live(emea, "Case"))

    assert outcome.code == 0, outcome.err
    assert gone not in emea.ids("Case")
    assert f"emea: Case: source {count}, hub {count}, proven" in status.out
    proofs = emea.unsilo("status", "--json").json["sources"][0]["proofs"]
    assert [(one["source_count"], one["hub_count"], one["deleted"]) for one in proofs if one["object"] == "Case"] == [
        (count, count, 1)
    ]


def test_owners_are_told_by_name(emea: Connected) -> None:
    emea.sync()

    names = {row["Name"] for row in emea.org.rows("User").values()} | {
        r["Name"] for r in emea.org.rows("Group").values()
    }
    owners = {row[0] for row in emea.query("select distinct owner from customer_360 where owner is not null")}
    assert owners
    assert owners <= names


def test_an_object_of_the_orgs_own_is_read_as_the_settings_say(emea: Connected) -> None:
    emea.sync()
    emea.settings(more='[sources.emea.mapping.Subscription__c]\nkind = "organization"\n"Name" = "name"\n')

    refused = emea.sync()
    emea.unsilo("store", "remap", "--yes")
    emea.unsilo("resolve")

    assert refused["code"] == 0
    mapped = emea.query("select count(*) from crosswalk where object = 'Subscription__c'")
    assert mapped == [(str(len(live(emea, "Subscription__c"))),)]


def test_excluded_fields_never_arrive(emea: Connected) -> None:
    emea.settings('exclude_fields = ["Phone", "Contact.Email"]')
    emea.sync()

    having = "select distinct object from raw_record where payload like '%\"{}\":%' order by 1"
    assert emea.query(having.format("Phone")) == []
    assert ("Contact",) not in emea.query(having.format("Email"))
    assert ("Lead",) in emea.query(having.format("Email"))


def test_a_person_kept_as_an_account_is_one_person_and_no_company(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_in(monkeypatch)
    with served(people=300, features=("person_accounts",)) as org:
        emea = Connected(org, place)
        emea.settings(objects=("Account", "Contact", "PersonAccount"))

        answer = emea.sync("--reconcile")

        accounts = org.rows("Account")
    persons = {key for key, row in accounts.items() if row["IsPersonAccount"]}
    shadows = {accounts[key]["PersonContactId"] for key in persons}
    kinds = dict(emea.query("select record_id, kind from crosswalk"))
    assert (answer["code"], bool(persons)) == (0, True)
    assert {kinds[key] for key in persons} == {"person"}
    assert not shadows & kinds.keys()
    assert all(proof["source_count"] == proof["hub_count"] for proof in answer["pulls"][0]["proofs"])


def test_check_can_look_for_the_field_that_a_push_will_need(emea: Connected) -> None:
    emea.settings('push = "plan"', objects=("Contact",))

    outcome = emea.unsilo("check", "emea", "--fix")

    assert outcome.code == 0, outcome.out
    assert "Contact: HubId__c is there" in outcome.out
