"""Signing in, staying signed in, and what is said when that fails."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.salesforce.refusals import SessionExpired
from tests.unit.salesforce.rehearsed import Call, Org, Told, rehearsed, scripted
from unified_model.errors import NeedsOperator, Retry, UsageError


@pytest.fixture(scope="module")
def org() -> Iterator[Org]:
    with rehearsed(20) as one:
        yield one


class Keeper:
    """Keeps a token, and notes what happened to it in which order."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.events: list[str] = []

    def load(self) -> str | None:
        self.events.append("load")
        return self.token

    def keep(self, token: str) -> None:
        self.events.append("keep")
        self.token = token

    @contextmanager
    def lock(self) -> Iterator[None]:
        self.events.append("lock")
        yield
        self.events.append("unlock")


def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def test_client_credentials_open_the_org_and_tell_who_it_is(org: Org) -> None:
    source = org.open()

    assert source.installation().kind == "salesforce"
    assert source.installation().id.startswith("00D")
    assert len(source.installation().id) == 18


def test_another_org_behind_the_same_settings_is_refused(org: Org) -> None:
    source = org.open()
    source._expected = "00D000000000001EAA"

    with pytest.raises(NeedsOperator, match="was 00D000000000001EAA before"):
        next(source.read("Contact", None))


def test_a_wrong_secret_is_said_with_its_remedy(org: Org) -> None:
    with pytest.raises(NeedsOperator, match="client secret is wrong") as refused:
        org.open(secrets={"client_secret": "not-it"}).installation()

    assert "not-it" not in str(refused.value)


def test_signing_in_is_tried_once_and_not_for_every_object() -> None:
    body = {"error": "invalid_client", "error_description": "invalid client credentials"}

    with scripted(lambda _: Told(body, 400)) as script, pytest.raises(NeedsOperator, match="client secret is wrong"):
        script.open(auth="client_credentials", objects=["Account", "Contact", "Lead"]).discover()

    assert len(script.calls) == 1


def test_a_missing_secret_names_its_variable(org: Org) -> None:
    with pytest.raises(UsageError, match="UNSILO_EMEA_CLIENT_SECRET"):
        org.open(secrets={}).installation()


def test_a_signed_assertion_opens_the_org(org: Org) -> None:
    source = org.open(auth="jwt", username="hub@example.com", secrets={"private_key": private_key()})
    source.client._sign_in._now_s = lambda: 1795338000  # the org's clock stands at 2026-11-22 09:00

    assert source.installation().id.startswith("00D")


def test_an_app_nobody_approved_is_said_with_its_remedy(org: Org) -> None:
    org.admin("sign_in", approved=False)
    source = org.open(auth="jwt", username="hub@example.com", secrets={"private_key": private_key()})
    source.client._sign_in._now_s = lambda: 1795338000

    with pytest.raises(NeedsOperator, match="not approved") as refused:
        source.installation()

    org.admin("sign_in", approved=True)

    assert "pre-authorise" in refused.value.remedy


def test_a_new_refresh_token_is_kept_before_its_session_is_used() -> None:
    def answer(call: Call) -> Told:
        if call.path.endswith("/token"):
            keeper.events.append("asked")
            return Told(
                {"access_token": "00D000000000001!x", "refresh_token": "second", "instance_url": script.address}
            )
        keeper.events.append("used")
        return Told([])

    keeper = Keeper("first")
    with scripted(answer) as script:
        source = script.open(auth="refresh_token", tokens=keeper)
        source.client.get("/services/data/")

    assert keeper.events == ["lock", "load", "asked", "keep", "unlock", "used"]
    assert keeper.token == "second"


def test_a_refresh_token_that_changes_is_used_once_over_many_sessions(org: Org) -> None:
    org.admin("sign_in", rotates=True)
    keeper = Keeper(str(org.admin("grant")["refresh_token"]))
    source = org.open(auth="refresh_token", tokens=keeper, secrets={"client_secret": "hub-secret"})
    seen = {keeper.token}

    for _ in range(3):
        assert source.client.get("limits").status == 200
        seen.add(keeper.token)
        org.admin("sign_in", close_sessions=True)

    assert len(seen) == 4


def test_a_refresh_whose_answer_was_lost_is_not_sent_again() -> None:
    with (
        scripted(lambda _: Told({"access_token": "x"}, cut=3)) as script,
        pytest.raises(Retry),
    ):
        script.open(auth="refresh_token", tokens=Keeper("first")).client.get("limits")

    assert len(script.calls) == 1


def test_an_ended_session_is_renewed_once_and_then_given_up(org: Org) -> None:
    source = org.open()
    source.client.get("limits")
    org.admin("sign_in", close_sessions=True)

    assert source.client.get("limits").status == 200

    with scripted(lambda call: _always_expired(call)) as script, pytest.raises(SessionExpired):
        script.open(auth="client_credentials").client.get("limits")

    assert [call.path.rpartition("/")[2] for call in script.calls] == ["token", "limits", "token", "limits"]


def _always_expired(call: Call) -> Told:
    if call.path.endswith("/token"):
        return Told({"access_token": "00D000000000001!x"})
    return Told([{"errorCode": "INVALID_SESSION_ID", "message": "Session expired or invalid"}], 401)


def test_a_session_is_renewed_at_half_of_its_time() -> None:
    with scripted(lambda call: Told({"access_token": "00D000000000001!x"})) as script:
        source = script.open(auth="client_credentials", session_minutes=60)
        passed = 0.0
        source.client._sign_in._monotonic = lambda: passed
        for passed in (0.0, 29 * 60, 31 * 60):  # noqa: B007  read by the clock above
            source.client.get("limits")

    assert [call.path.rpartition("/")[2] for call in script.calls] == ["token", "limits", "limits", "token", "limits"]


def test_threads_share_one_sign_in() -> None:
    with scripted(lambda call: Told({"access_token": "00D000000000001!x"})) as script:
        sign_in = script.open(auth="client_credentials").client._sign_in
        threads = [threading.Thread(target=sign_in.current) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(script.calls) == 1


def test_a_session_handed_in_that_ends_asks_for_another() -> None:
    with scripted(_always_expired) as script, pytest.raises(NeedsOperator, match="handed in has ended"):
        script.open().client.get("limits")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"error": "invalid_client_id", "error_description": "client identifier invalid"}, "client id is unknown"),
        ({"error": "invalid_grant", "error_description": "expired password"}, "password has expired"),
        ({"error": "invalid_grant", "error_description": "authentication failure"}, "grant is not valid"),
        ({"error": "inactive_user"}, "inactive"),
        ({"error": "unsupported_grant_type"}, "not switched on"),
    ],
)
def test_why_no_session_was_given_is_said_and_not_tried_again(body: object, sentence: str) -> None:
    with scripted(lambda _: Told(body, 400)) as script, pytest.raises(NeedsOperator, match=sentence):
        script.open(auth="client_credentials").installation()

    assert len(script.calls) == 1
