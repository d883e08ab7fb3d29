"""The simulated org's SOQL: each answer is compared with plain Python over the same rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.clock import HandClock
from simulators.exports import salesforce_ids
from simulators.faults import PROFILES, Faults
from simulators.salesforce.errors import Refusal
from simulators.salesforce.ids import full_id, make_id
from simulators.salesforce.org import Org
from simulators.salesforce.population import populate
from simulators.salesforce.query import run

NOW = datetime(2025, 6, 18, 9, 0, tzinfo=UTC)
Row = dict[str, Any]


@pytest.fixture(scope="module")
def org() -> Org:
    made = Org(HandClock(NOW), 7, Faults(PROFILES["calm"], 7))
    populate(made, 300)
    return made


def found(org: Org, soql: str) -> list[str]:
    return [str(row["Id"]) for row in run(org, soql, with_deleted=False).rows]


def stamp(text: str) -> datetime:
    return datetime.fromisoformat(text)


def account_of(org: Org, row: Row) -> Row:
    return org.tables["Account"].get(str(row["AccountId"]), {})


DAY = datetime(2025, 6, 18, tzinfo=UTC)
CONDITIONS: list[tuple[str, Callable[[Org, Row], bool]]] = [
    ("Title = 'ceo'", lambda org, row: row["Title"] == "CEO"),
    ("Title != 'CEO'", lambda org, row: row["Title"] != "CEO"),
    ("Title <> 'CEO'", lambda org, row: row["Title"] != "CEO"),
    ("Email = null", lambda org, row: row["Email"] is None),
    ("Email != NULL", lambda org, row: row["Email"] is not None),
    ("Email = ''", lambda org, row: row["Email"] is None),
    ("Title IN ('CEO', 'CFO')", lambda org, row: row["Title"] in ("CEO", "CFO")),
    ("Title NOT IN ('CEO', 'CFO')", lambda org, row: row["Title"] not in ("CEO", "CFO")),
    ("Title LIKE '%manager'", lambda org, row: str(row["Title"]).endswith("Manager")),
    ("Title LIKE 'C_O'", lambda org, row: row["Title"] in ("CEO", "CTO", "CFO")),
    ("NOT Title = 'CEO'", lambda org, row: row["Title"] != "CEO"),
    ("NOT (Title = 'CEO' OR Email = null)", lambda org, row: row["Title"] != "CEO" and row["Email"] is not None),
    ("HasOptedOutOfEmail = TRUE", lambda org, row: bool(row["HasOptedOutOfEmail"])),
    (
        "HasOptedOutOfEmail = false AND Email = null",
        lambda org, row: not row["HasOptedOutOfEmail"] and row["Email"] is None,
    ),
    (
        "SystemModstamp >= 2022-03-01T00:00:00Z AND SystemModstamp < 2023-03-01T02:00:00+02:00",
        lambda org, row: (
            stamp("2022-03-01T00:00:00+00:00") <= row["SystemModstamp"] < stamp("2023-03-01T00:00:00+00:00")
        ),
    ),
    (
        "SystemModstamp = LAST_N_DAYS:90",
        lambda org, row: DAY - timedelta(90) <= row["SystemModstamp"] < DAY + timedelta(1),
    ),
    ("SystemModstamp < LAST_YEAR", lambda org, row: row["SystemModstamp"].year < 2024),
    ("SystemModstamp <= LAST_YEAR", lambda org, row: row["SystemModstamp"].year < 2025),
    ("SystemModstamp > LAST_YEAR", lambda org, row: row["SystemModstamp"].year > 2024),
    (
        "SystemModstamp = THIS_MONTH",
        lambda org, row: (row["SystemModstamp"].year, row["SystemModstamp"].month) == (2025, 6),
    ),
    ("Account.Industry = 'Banking'", lambda org, row: account_of(org, row).get("Industry") == "Banking"),
    ("Account_Industry__c = 'Banking'", lambda org, row: account_of(org, row).get("Industry") == "Banking"),
    (
        "Contact.Account.Owner.LastName = 'Brandt'",
        lambda org, row: account_of(org, row).get("OwnerId") == make_id("005", 4),
    ),
    ("AccountId = null", lambda org, row: row["AccountId"] is None),
    (
        "(Title = 'CEO' AND Email != null) OR (Title = 'CFO' AND (NOT Phone = null))",
        lambda org, row: (
            (row["Title"] == "CEO" and row["Email"] is not None) or (row["Title"] == "CFO" and row["Phone"] is not None)
        ),
    ),
]


@pytest.mark.parametrize(("where", "expected"), CONDITIONS, ids=[where for where, _ in CONDITIONS])
def test_a_condition_finds_the_rows_that_meet_it_and_no_other(
    org: Org, where: str, expected: Callable[[Org, Row], bool]
) -> None:
    wanted = {name for name, row in org.tables["Contact"].items() if expected(org, row)}

    assert set(found(org, f"SELECT Id FROM Contact WHERE {where}")) == wanted
    assert 0 < len(wanted) < len(org.tables["Contact"])


def test_quotes_and_wildcards_can_be_escaped(org: Org) -> None:
    name = "50%_O'Hara \\ Sons"
    record_id = make_id("001", 999_999)
    org.tables["Account"][record_id] = {**next(iter(org.tables["Account"].values())), "Id": record_id, "Name": name}

    exact = found(org, r"SELECT Id FROM Account WHERE Name = '50%_O\'Hara \\ Sons'")
    alike = found(org, r"SELECT Id FROM Account WHERE Name LIKE '50\%\_O\'H%'")
    other = found(org, r"SELECT Id FROM Account WHERE Name LIKE '5\%%'")
    del org.tables["Account"][record_id]

    assert (exact, alike, other) == ([record_id], [record_id], [])


def test_rows_come_in_the_order_asked_for_with_empty_ones_first_or_last(org: Org) -> None:
    rows = list(org.tables["Contact"].values())

    ordered = found(org, "SELECT Id FROM Contact ORDER BY Title DESC NULLS LAST, Id")
    by_default = found(org, "SELECT Id FROM Contact ORDER BY Title, Id DESC")

    by_id = sorted(rows, key=lambda row: str(row["Id"]))
    titled = [row for row in by_id if row["Title"]]
    empty = [str(row["Id"]) for row in by_id if not row["Title"]]
    down = sorted(titled, key=lambda row: str(row["Title"]).casefold(), reverse=True)
    # A stable sort keeps ids rising among equal titles, `reverse` included.
    assert ordered == [str(row["Id"]) for row in down] + empty
    assert by_default[: len(empty)] == empty[::-1]


def test_a_keyset_reads_every_row_once_through_ties(org: Org) -> None:
    tied = Org(HandClock(NOW), 11, Faults(PROFILES["hostile"], 11))
    populate(tied, 300)
    seen: list[str] = []
    stamp_text, last = "1970-01-01T00:00:00Z", "000000000000000AAA"
    while True:
        where = f"(SystemModstamp = {stamp_text} AND Id > '{last}') OR SystemModstamp > {stamp_text}"
        page = run(
            tied, f"SELECT Id FROM Contact WHERE {where} ORDER BY SystemModstamp, Id LIMIT 50", with_deleted=False
        )
        if not page.rows:
            break
        seen += [str(row["Id"]) for row in page.rows]
        moment = page.rows[-1]["SystemModstamp"]
        assert isinstance(moment, datetime)
        stamp_text, last = moment.strftime("%Y-%m-%dT%H:%M:%SZ"), seen[-1]

    stamps = [row["SystemModstamp"] for row in tied.tables["Contact"].values()]
    assert max(stamps.count(each) for each in set(stamps)) > 50
    assert sorted(seen) == sorted(tied.tables["Contact"])


def test_limit_offset_and_count(org: Org) -> None:
    every = found(org, "SELECT Id FROM Contact ORDER BY Id")

    assert found(org, "SELECT Id FROM Contact ORDER BY Id LIMIT 5 OFFSET 3") == every[3:8]
    assert run(org, "SELECT COUNT() FROM Contact", with_deleted=False).select.count
    assert [path[0] for path in run(org, "SELECT FIELDS(CUSTOM) FROM Contact LIMIT 200", with_deleted=False).paths] == [
        "HubId__c", "Customer_Number__c", "Interests__c", "Account_Industry__c",
    ]  # fmt: skip


REFUSED = [
    ("SELECT Id FROM Nothing", "INVALID_TYPE"),
    ("SELECT Nothing FROM Contact", "INVALID_FIELD"),
    ("SELECT Account.Nothing FROM Contact", "INVALID_FIELD"),
    ("SELECT Nothing.Name FROM Contact", "INVALID_FIELD"),
    ("SELECT Id, id FROM Contact", "INVALID_FIELD"),
    ("SELECT Id FROM Contact WHERE Title = 5", "INVALID_FIELD"),
    ("SELECT Id FROM Contact WHERE SystemModstamp > '2022-01-01T00:00:00Z'", "INVALID_FIELD"),
    ("SELECT Id FROM Contact WHERE SystemModstamp > 2022-01-01", "INVALID_FIELD"),
    ("SELECT Id FROM Contact WHERE HasOptedOutOfEmail = 'true'", "INVALID_FIELD"),
    ("SELECT Id FROM Contact WHERE Description = 'long'", "INVALID_FIELD"),
    ("SELECT Id FROM Contact ORDER BY MailingAddress", "INVALID_FIELD"),
    ("SELECT Id FROM Contact WHERE AccountId = 'none'", "INVALID_QUERY_FILTER_OPERATOR"),
    ("SELECT Id FROM Contact LIMIT 1 OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE"),
    ("SELECT Id FROM", "MALFORMED_QUERY"),
    ("SELECT FROM Contact", "MALFORMED_QUERY"),
    ("SELECT * FROM Contact", "MALFORMED_QUERY"),
    ("SELECT Id FROM Contact WHERE", "MALFORMED_QUERY"),
    ("SELECT Id FROM Contact WHERE Title = CEO", "MALFORMED_QUERY"),
    ("SELECT Id FROM Contact WHERE Title = 'a' AND Title = 'b' OR Title = 'c'", "MALFORMED_QUERY"),
    ("SELECT Id FROM Contact WHERE SystemModstamp > 2022-13-01T00:00:00Z", "MALFORMED_QUERY"),
    ("SELECT FIELDS(ALL) FROM Contact", "MALFORMED_QUERY"),
    ("SELECT Title t FROM Contact", "MALFORMED_QUERY"),
    ("SELECT Id FROM Contact HAVING Id != null", "MALFORMED_QUERY"),
    ("SELECT Id FROM Contact WHERE COUNT(Id) > 1", "MALFORMED_QUERY"),
    ("SELECT Id FROM Contact ORDER BY COUNT(Id)", "MALFORMED_QUERY"),
    ("SELECT toLabel(Title) FROM Contact", "MALFORMED_QUERY"),
    ("SELECT Id FROM Contact FOR UPDATE", "MALFORMED_QUERY"),
    ("SELECT Id, (SELECT Id FROM Nothing) FROM Account", "INVALID_TYPE"),
    ("SELECT Id, (SELECT Nothing FROM Contacts) FROM Account", "INVALID_FIELD"),
    ("SELECT Id, (SELECT COUNT() FROM Contacts) FROM Account", "MALFORMED_QUERY"),
    ("SELECT Id, (SELECT Id, (SELECT Id FROM Cases) FROM Contacts) FROM Account", "MALFORMED_QUERY"),
    ("SELECT TYPEOF Owner WHEN User THEN Email END FROM Contact", "INVALID_FIELD"),
    ("SELECT TYPEOF Who WHEN Account THEN Name END FROM Task", "MALFORMED_QUERY"),
    ("SELECT TYPEOF Who WHEN Contact THEN Nothing END FROM Task", "INVALID_FIELD"),
    ("SELECT Who.Company FROM Task", "INVALID_FIELD"),
    ("SELECT Owner.Type FROM Contact", "INVALID_FIELD"),
    ("SELECT Id FROM Account WHERE Id IN (SELECT Id FROM Account)", "MALFORMED_QUERY"),
    ("SELECT Id FROM Account WHERE Id IN (SELECT Title FROM Contact)", "MALFORMED_QUERY"),
    ("SELECT Id FROM Account WHERE Name IN (SELECT AccountId FROM Contact)", "MALFORMED_QUERY"),
    ("SELECT Id FROM Account WHERE OwnerId IN (SELECT AccountId FROM Contact)", "MALFORMED_QUERY"),
    ("SELECT Id FROM Account WHERE Id = null OR Id IN (SELECT AccountId FROM Contact)", "MALFORMED_QUERY"),
    ("SELECT Id FROM Account WHERE NOT Id IN (SELECT AccountId FROM Contact)", "MALFORMED_QUERY"),
    ("SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact LIMIT 5)", "MALFORMED_QUERY"),
    ("SELECT Id FROM Account WHERE Id IN (SELECT AccountId, Id FROM Contact)", "MALFORMED_QUERY"),
    ("SELECT Id FROM Contact; DELETE", "MALFORMED_QUERY"),
]


@pytest.mark.parametrize(("soql", "code"), REFUSED)
def test_what_can_not_be_answered_rightly_is_refused(org: Org, soql: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        run(org, soql, with_deleted=False)

    assert refused.value.code == code


@given(st.integers(0, 62**8), st.sampled_from(["003", "00Q", "a00"]))
def test_ids_of_15_characters_become_those_of_18(number: int, prefix: str) -> None:
    whole = make_id(prefix, number)

    assert full_id(whole[:15]) == whole
    assert full_id(whole.lower()) == whole
    assert make_id("003", number) == salesforce_ids(np.array([number]))[0]


def test_text_that_is_no_id_is_none() -> None:
    assert [full_id(text) for text in ("", "003", "003-g0000000009", "0035g0000000009ZZ9")] == [None] * 4
