"""A record that keeps the id of another system's record finds that record; ids that merely resemble do not."""

from __future__ import annotations

from typing import Any

from connectors.hubspot.mapping import STANDARD
from connectors.salesforce.mapping import ACCOUNT, CONTACT
from unified_model.identity.compare import weigh
from unified_model.identity.conflict import conflict_of
from unified_model.identity.explain import explain_pair
from unified_model.identity.forms import Form
from unified_model.identity.keys import keys_of
from unified_model.identity.model import shipped_model
from unified_model.mapping.rows import ObjectMapping
from unified_model.records import SourceRecord
from unified_model.use_cases.unify import unifier

PERSON = shipped_model("person")
ID = "0035g000000001BAAQ"
NEXT = "0035g000000001CAAQ"


def form(mapping: ObjectMapping, record_id: str, **columns: Any) -> Form:
    return unifier(mapping)([SourceRecord(mapping.object, record_id, columns)])[0].form


def weight(a: Form, b: Form) -> int:
    return int(weigh(PERSON, [a, b], [0], [1], {})[0][0])


def test_a_contact_that_keeps_a_salesforce_id_is_that_contact() -> None:
    there = form(CONTACT, ID, FirstName="Ann", LastName="Smith", Email="ann@acme.com")
    here = form(STANDARD["contacts"], "512", firstname="Ann", lastname="Smyth", salesforcecontactid=ID)
    stranger = form(STANDARD["contacts"], "513", firstname="Ann", lastname="Smyth")

    assert {key.hash for key in keys_of("person", there)} & {key.hash for key in keys_of("person", here)}
    assert weight(there, here) >= PERSON.merge > weight(there, stranger)


def test_the_short_form_of_an_id_counts_as_the_long_one() -> None:
    there = form(CONTACT, ID[:15], LastName="Smith")
    here = form(STANDARD["contacts"], "512", lastname="Smith", salesforcecontactid=ID)

    assert there["i"] == here["i"]


def test_ids_that_follow_one_another_say_nothing() -> None:
    first, second = (form(CONTACT, key, FirstName="Ann", LastName="Smith") for key in (ID, NEXT))
    without = [{name: value for name, value in each.items() if name != "i"} for each in (first, second)]

    assert weight(first, second) == weight(without[0], without[1])


def test_ids_that_follow_one_another_reconcile_no_conflict() -> None:
    ann, bob = (
        form(CONTACT, ID, FirstName="Ann", LastName="Smith"),
        form(CONTACT, NEXT, FirstName="Bob", LastName="Ito"),
    )

    assert conflict_of("person", ann, bob) == "given"


def test_a_company_that_keeps_a_salesforce_id_shares_a_key_with_it() -> None:
    there = form(ACCOUNT, "0015g000000001BAAQ", Name="Acme")
    here = form(STANDARD["companies"], "77", name="Globex", salesforceaccountid="0015g000000001BAAQ")

    assert {key.hash for key in keys_of("organization", there)} & {key.hash for key in keys_of("organization", here)}


def test_people_read_the_id_as_it_is_written() -> None:
    there = form(CONTACT, ID, LastName="Smith")
    here = form(STANDARD["contacts"], "512", lastname="Smith", salesforcecontactid=ID)

    words = " ".join(explain_pair(PERSON, there, here, {}).words)

    assert "salesforce:" in words
    assert "=salesforce" not in words
