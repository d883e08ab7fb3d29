"""The simulated org's aggregates and semi-joins, each compared with plain Python over the same rows."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from simulators.clock import HandClock
from simulators.faults import PROFILES, Faults
from simulators.salesforce.errors import Refusal
from simulators.salesforce.grouping import group
from simulators.salesforce.org import Org
from simulators.salesforce.population import populate
from simulators.salesforce.query import read, run

NOW = datetime(2025, 6, 18, 9, 0, tzinfo=UTC)
Record = dict[str, Any]


@pytest.fixture(scope="module")
def org() -> Org:
    made = Org(HandClock(NOW), 7, Faults(PROFILES["calm"], 7))
    populate(made, 300)
    return made


def grouped(org: Org, soql: str) -> list[Record]:
    records = group(org, read(org, soql), with_deleted=False)
    assert {each["attributes"]["type"] for each in records} <= {"AggregateResult"}
    return [{name: value for name, value in each.items() if name != "attributes"} for each in records]


def held(org: Org, name: str) -> list[Record]:
    return [dict(row) for row in org.tables[name].values()]


def found(org: Org, soql: str) -> set[str]:
    return {str(row["Id"]) for row in run(org, soql, with_deleted=False).rows}


def test_aggregates_over_all_rows_leave_empty_fields_out(org: Org) -> None:
    contacts = held(org, "Contact")
    mails = [row["Email"] for row in contacts if row.get("Email")]

    (record,) = grouped(
        org, "SELECT COUNT(Id), COUNT(Email), COUNT_DISTINCT(Email), MAX(SystemModstamp) last FROM Contact"
    )

    assert record == {
        "expr0": len(contacts),
        "expr1": len(mails),
        "expr2": len({each.casefold() for each in mails}),
        "last": max(row["SystemModstamp"] for row in contacts).strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
    }
    assert len(mails) < len(contacts)


def test_numbers_are_summed_averaged_and_bounded(org: Org) -> None:
    amounts = [row["Amount"] for row in held(org, "Opportunity") if row.get("Amount") is not None]

    (record,) = grouped(org, "SELECT SUM(Amount) s, AVG(Amount) a, MIN(Amount) low, MAX(Amount) high FROM Opportunity")

    assert record["s"] == pytest.approx(sum(amounts))
    assert record["a"] == pytest.approx(sum(amounts) / len(amounts))
    assert (record["low"], record["high"]) == (min(amounts), max(amounts))


def test_aggregates_over_no_rows_are_null_and_counts_zero(org: Org) -> None:
    (record,) = grouped(org, "SELECT COUNT(Id), SUM(Amount), MAX(CloseDate) FROM Opportunity WHERE Name = 'none such'")

    assert record == {"expr0": 0, "expr1": None, "expr2": None}


def test_rows_are_grouped_by_fields_and_by_their_parents_fields(org: Org) -> None:
    expected = Counter(row.get("Title") for row in held(org, "Contact"))
    industry = {row["Id"]: row.get("Industry") for row in held(org, "Account")}
    by_parent = Counter(industry.get(row.get("AccountId")) for row in held(org, "Contact"))

    titles = grouped(org, "SELECT Title, COUNT(Id) FROM Contact GROUP BY Title")
    industries = grouped(org, "SELECT c.Account.Industry, COUNT(Id) n FROM Contact c GROUP BY Account.Industry")

    assert {each["Title"]: each["expr0"] for each in titles} == expected
    assert {each["Industry"]: each["n"] for each in industries} == by_parent


def test_having_chooses_groups_and_order_and_limit_apply_to_them(org: Org) -> None:
    counts = Counter(row.get("Title") for row in held(org, "Contact"))
    soql = "SELECT Title FROM Contact GROUP BY Title HAVING COUNT(Id) > 5 AND Title != null"

    every = grouped(org, soql)
    first = grouped(org, f"{soql} ORDER BY COUNT(Id) DESC, Title LIMIT 3")

    wanted = sorted((title for title in counts if title and counts[title] > 5), key=lambda each: (-counts[each], each))
    assert {each["Title"] for each in every} == set(wanted)
    assert [each["Title"] for each in first] == wanted[:3]
    assert len(counts) > len(wanted) > 3


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Title, COUNT(Id) FROM Contact", "MALFORMED_QUERY"),
        ("SELECT Email, COUNT(Id) FROM Contact GROUP BY Title", "MALFORMED_QUERY"),
        ("SELECT COUNT(Id) FROM Contact LIMIT 1", "MALFORMED_QUERY"),
        ("SELECT COUNT(Id) FROM Contact ORDER BY Title", "MALFORMED_QUERY"),
        ("SELECT COUNT() FROM Contact GROUP BY Title", "MALFORMED_QUERY"),
        ("SELECT COUNT(Id) n, COUNT(Email) n FROM Contact", "MALFORMED_QUERY"),
        ("SELECT SUM(Title) FROM Contact", "MALFORMED_QUERY"),
        ("SELECT MAX(HasOptedOutOfEmail) FROM Contact", "MALFORMED_QUERY"),
        ("SELECT MAX(Description) FROM Contact", "MALFORMED_QUERY"),
        ("SELECT MAX(Nothing) FROM Contact", "INVALID_FIELD"),
        ("SELECT COUNT(Id) FROM Opportunity GROUP BY Amount", "MALFORMED_QUERY"),
        ("SELECT COUNT(Id) FROM Contact GROUP BY CALENDAR_YEAR(CreatedDate)", "MALFORMED_QUERY"),
        ("SELECT COUNT(Id) FROM Contact GROUP BY ROLLUP(Title)", "MALFORMED_QUERY"),
        ("SELECT Title FROM Contact GROUP BY Title HAVING Email != null", "MALFORMED_QUERY"),
        ("SELECT Title FROM Contact GROUP BY Title ORDER BY Email", "MALFORMED_QUERY"),
        ("SELECT COUNT(Id), (SELECT Id FROM Contacts) FROM Account GROUP BY Name", "MALFORMED_QUERY"),
    ],
)
def test_what_can_not_be_grouped_is_refused(org: Org, soql: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        group(org, read(org, soql), with_deleted=False)

    assert refused.value.code == code


def test_a_semi_join_finds_parents_and_an_anti_join_the_others(org: Org) -> None:
    parents = {row["AccountId"] for row in held(org, "Opportunity") if row.get("AccountId")}
    inner = "(SELECT AccountId FROM Opportunity)"

    joined = found(org, f"SELECT Id FROM Account WHERE Id IN {inner}")
    others = found(org, f"SELECT Id FROM Account WHERE Id NOT IN {inner}")

    assert joined == parents
    assert others == set(org.tables["Account"]) - parents
    assert joined
    assert others


def test_a_semi_join_filters_its_own_rows_and_compares_lookups_too(org: Org) -> None:
    titled = {row.get("AccountId") for row in held(org, "Contact") if row.get("Title")} - {None}
    expected = {row["Id"] for row in held(org, "Opportunity") if row["AccountId"] in titled and row["IsClosed"]}

    closed = found(
        org,
        "SELECT Id FROM Opportunity WHERE AccountId IN (SELECT AccountId FROM Contact WHERE Title != null) "
        "AND IsClosed = true",
    )

    assert closed == expected != set()
