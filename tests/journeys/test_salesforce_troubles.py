"""A Salesforce org that will not, or not quite: a sentence with the remedy, the others go on, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulators.clock import SystemClock
from tests.contract.simulators.salesforce_org import served
from tests.journeys.conftest import Place
from tests.journeys.salesforce_place import Connected, impatient, let_in

FAIR = """
[sources.fair]
kind = "files"
path = "fair.csv"
key = "Nr"
[sources.fair.mapping]
"Name" = "full_name"
"""
SWITCHED = {
    "api_disabled": "API",
    "password_expired": "password",
}


@pytest.fixture
def emea(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connected]:
    """A small calm org, and a file beside it that is always well."""
    let_in(monkeypatch)
    place.write("fair.csv", "Nr,Name\n1,Ann Gray\n")
    with served(people=40) as org:
        connected = Connected(org, place)
        connected.settings(more=FAIR)
        yield connected


def later(emea: Connected) -> None:
    """A minute passes in the org: what is stamped now is read by then."""
    emea.org.admin("clock", advance_s=60)


def refused(emea: Connected, *words: str) -> None:
    """A sync that fails for the org alone: these words are told, the file is read, status remembers."""
    answer = emea.sync()

    org, fair = answer["pulls"]
    assert answer["code"] == 1
    assert org["state"] == "failed"
    for word in words:
        assert word in org["error"]
    assert org["error"] in answer["told"]
    assert fair["state"] == "done"


def test_a_wrong_secret_names_the_remedy(emea: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNSILO_EMEA_CLIENT_SECRET", "wrong-secret")

    refused(emea, "client secret is wrong", "consumer secret")


def test_a_missing_secret_names_its_variable(emea: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UNSILO_EMEA_CLIENT_SECRET")

    refused(emea, "UNSILO_EMEA_CLIENT_SECRET")


def test_an_app_that_nobody_approved_names_the_remedy(emea: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    encoding = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    monkeypatch.setenv("UNSILO_EMEA_PRIVATE_KEY", key.private_bytes(*encoding).decode())
    emea.settings('auth = "jwt"', f'username = "{emea.org.simulator.org.user_name}"', more=FAIR)
    emea.org.admin("sign_in", approved=False)
    emea.org.simulator.clock = emea.org.simulator.org.clock = SystemClock()  # assertions hold for minutes

    refused(emea, "not approved", "Setup")


@pytest.mark.parametrize("switch", SWITCHED)
def test_an_org_that_lets_nobody_in_names_the_remedy(emea: Connected, switch: str) -> None:
    emea.sync()
    held = emea.ids("Contact")
    emea.org.admin("switch", **{switch: True})

    refused(emea, SWITCHED[switch])

    assert SWITCHED[switch] in emea.unsilo("status").out
    assert emea.ids("Contact") == held
    emea.org.admin("switch", **{switch: False})
    assert emea.sync()["code"] == 0


def test_a_retired_version_names_the_setting(emea: Connected) -> None:
    emea.settings('api_version = "62.0"', more=FAIR)
    emea.org.admin("switch", oldest_version=63)

    refused(emea, "62.0", "api_version")


def test_a_page_in_html_is_no_answer_and_nothing_is_concluded_from_it(
    emea: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    emea.sync()
    held = emea.ids("Contact")
    emea.org.admin("switch", maintenance=True)
    impatient(monkeypatch)

    answer = emea.sync()
    proven = emea.unsilo("reconcile", "emea")

    assert answer["code"] == 1
    assert answer["pulls"][0]["retry"]
    assert "<html" not in answer["told"].lower()
    assert proven.code == 1
    assert emea.ids("Contact") == held


def test_an_object_without_permission_stops_alone(emea: Connected) -> None:
    emea.org.admin("switch", unseen_objects=["Lead"])

    answer = emea.sync()

    assert answer["code"] == 1
    assert "Lead" in answer["pulls"][0]["error"]
    assert "integration user" in answer["pulls"][0]["error"]
    assert emea.ids("Lead") == []
    assert emea.ids("Contact") != []
    assert emea.ids("Case") != []
    checked = emea.unsilo("check", "emea")
    assert checked.code == 1
    assert "Lead" in checked.out


def test_a_field_hidden_between_two_syncs_is_told_and_its_values_stand(emea: Connected) -> None:
    emea.sync()
    (changed,) = emea.org.ids("SELECT Id FROM Contact WHERE Phone != null LIMIT 1")
    before = emea.query(f"select payload from raw_record where record_id = '{changed}'")
    phones = emea.query("select phone from customer_360 where phone is not null order by 1")
    emea.org.admin("field", object="Contact", field="Phone", hidden=True)
    emea.org.admin("edit", object="Contact", ids=[changed], set={"Title": "Head of Everything"})
    later(emea)

    told = emea.sync()
    quiet = emea.sync()

    assert (told["code"], told["pulls"][0]["state"]) == (3, "done_with_warnings")
    assert "Contact no longer shows Phone" in told["told"]
    assert quiet["code"] == 0
    assert "Contact has not shown Phone since" in emea.unsilo("status").out
    after = emea.query(f"select payload from raw_record where record_id = '{changed}'")
    assert "Head of Everything" in after[0][0]
    assert before != after
    assert emea.query("select phone from customer_360 where phone is not null order by 1") == phones


def test_a_field_shown_again_is_read_again(emea: Connected) -> None:
    (changed,) = emea.org.ids("SELECT Id FROM Contact WHERE Phone != null LIMIT 1")
    emea.sync()
    emea.org.admin("field", object="Contact", field="Phone", hidden=True)
    later(emea)
    emea.sync()
    emea.org.admin("edit", object="Contact", ids=[changed], set={"Phone": "+49 30 901820"})
    later(emea)
    emea.sync()
    emea.org.admin("field", object="Contact", field="Phone", hidden=False)
    later(emea)

    answer = emea.sync()

    assert answer["code"] == 0
    held = emea.query(f"select payload from raw_record where record_id = '{changed}'")
    assert "+49 30 901820" in held[0][0]
    assert "has not shown" not in emea.unsilo("status").out


def test_access_that_was_widened_is_found_by_a_reconcile(emea: Connected) -> None:
    (kept_back,) = emea.org.ids("SELECT Id FROM Contact LIMIT 1")
    emea.org.admin("share", ids=[kept_back], shared=False)
    emea.sync()
    unseen = emea.ids("Contact")
    emea.org.admin("share", ids=[kept_back], shared=True)
    emea.sync()

    outcome = emea.unsilo("reconcile", "emea")

    assert kept_back not in unseen
    assert outcome.code == 0
    assert kept_back in emea.ids("Contact")


def test_lost_access_to_most_of_an_object_deletes_nothing_until_a_person_agrees(emea: Connected) -> None:
    emea.sync()
    held = emea.ids("Contact")
    emea.org.admin("share", ids=held[5:], shared=False)

    refused_ = emea.unsilo("reconcile", "emea")
    kept = emea.ids("Contact")
    accepted = emea.unsilo("reconcile", "emea", "--accept-deletes")

    assert refused_.code == 1
    assert "--accept-deletes" in refused_.err
    assert kept == held
    assert accepted.code == 0
    assert emea.ids("Contact") == held[:5]


def test_a_spent_budget_pauses_until_it_is_renewed_and_goes_on_then(emea: Connected) -> None:
    emea.org.admin("faults", requests_a_day=1_000)
    emea.settings("daily_share = 0.01", more=FAIR)

    answer = emea.sync()

    org = answer["pulls"][0]
    assert (answer["code"], org["state"], org["retry"]) == (1, "paused", True)
    assert "until 20" in org["error"]
    again = emea.sync()["pulls"][0]
    emea.settings("daily_share = 0.25", more=FAIR)
    assert (again["state"], again["read"]) == ("paused", 0)
    assert emea.sync()["code"] == 0


def test_a_refresh_token_that_is_new_each_time_is_never_used_twice(
    emea: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    emea.org.admin("sign_in", rotates=True)
    monkeypatch.setenv("UNSILO_EMEA_REFRESH_TOKEN", emea.org.admin("grant")["refresh_token"])
    emea.settings('auth = "refresh_token"', more=FAIR)

    codes = [emea.sync()["code"] for _ in range(3)]

    assert codes == [0, 0, 0]
    kept = emea.place.folder / "unsilo.token-emea"
    assert kept.stat().st_mode & 0o077 == 0


def test_an_org_that_answers_nobody_is_a_sentence(emea: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    impatient(monkeypatch)
    emea.org.address = "http://127.0.0.1:9"
    emea.settings(more=FAIR)

    answer = emea.sync()

    assert answer["code"] == 1
    assert answer["pulls"][0]["retry"]
    assert answer["pulls"][1]["state"] == "done"


def test_another_org_under_the_same_name_is_refused(emea: Connected) -> None:
    emea.sync()
    held = emea.ids("Contact")
    with served(people=40, seed=8) as other:
        Connected(other, emea.place).settings(more=FAIR)

        answer = emea.sync()

    assert answer["code"] == 1
    assert other.simulator.org.id in answer["pulls"][0]["error"]
    assert emea.ids("Contact") == held
