"""Reading an org: what is asked for, in which shape, and what happens when the org does not play along."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.salesforce import bulk
from connectors.salesforce.connector import SalesforceConnector
from tests.unit.salesforce.rehearsed import Call, Org, Told, rehearsed, scripted
from unified_model.errors import CursorExpired, NeedsOperator, Retry
from unified_model.records import Page, SourceRecord


@pytest.fixture(scope="module")
def org() -> Iterator[Org]:
    with rehearsed(120) as one:
        yield one


def records(pages: Iterable[Page]) -> list[SourceRecord]:
    return [record for page in pages for record in page.records]


def ids(pages: Iterable[Page]) -> set[str]:
    return {record.record_id for record in records(pages)}


def whole(source: SalesforceConnector, object: str = "Contact") -> tuple[list[SourceRecord], str]:
    """Everything, and the place after it."""
    pages = list(source.read(object, None))
    return records(pages), pages[-1].cursor


def test_only_what_meets_the_condition_is_read(org: Org) -> None:
    source = org.open(where={"Contact": "HasOptedOutOfEmail = true OR DoNotCall = true"}, bulk_from=1)

    found, _ = whole(source)
    listed = {one.record_id for some in source.outline("Contact") for one in some}

    assert 0 < len(found) < len(org.live("Contact"))
    assert all(one.payload["HasOptedOutOfEmail"] or one.payload["DoNotCall"] for one in found)
    assert listed == {one.record_id for one in found if not one.deleted}
    assert source.get("Contact", org.live("Contact")) == source.get(
        "Contact", sorted(listed, key=org.live("Contact").index)
    )


def test_a_condition_that_is_changed_reads_everything_anew(org: Org) -> None:
    _, place = whole(org.open(where={"Contact": "DoNotCall = true"}))
    org.admin("clock", advance_s=3600)

    wider = org.open(where={"Contact": ""})

    assert ids(wider.read("Contact", place)) >= set(org.live("Contact"))


@pytest.mark.parametrize("excluded", ["Email", "Contact.Email"])
def test_an_excluded_field_is_never_asked_for(org: Org, excluded: str) -> None:
    found, place = whole(org.open(exclude_fields=[excluded]))
    org.admin("clock", advance_s=3600)

    [page] = org.open(exclude_fields=[excluded, "Phone"]).read("Contact", place)

    assert all("Email" not in one.payload for one in found)
    assert page.hidden == frozenset()


def test_excluding_a_field_excludes_it_where_children_show_it(org: Org) -> None:
    found, _ = whole(org.open(exclude_fields=["Account.Website", "User.Name"]))

    assert "Account.Name" in found[0].payload
    assert "Account.Website" not in found[0].payload


def test_wide_objects_that_bulk_refuses_are_read_in_pieces(org: Org, monkeypatch: pytest.MonkeyPatch) -> None:
    complete, _ = whole(org.open())
    monkeypatch.setattr("connectors.salesforce.soql.LONGEST_URL", 500)
    monkeypatch.setattr("connectors.salesforce.selecting._FIELD_BYTES", 300)
    source = org.open()
    source._selector.no_bulk.add("Contact")

    assert records(source.read("Contact", None)) == complete


def test_many_fields_go_by_bulk(org: Org, monkeypatch: pytest.MonkeyPatch) -> None:
    complete, _ = whole(org.open())
    monkeypatch.setattr("connectors.salesforce.soql.LONGEST_URL", 500)

    found, place = whole(org.open())

    assert sorted(found) == sorted(complete)
    assert "job" not in place


def test_deletions_that_the_log_forgot_mean_reading_everything(org: Org) -> None:
    source = org.open()
    _, place = whole(source, "Contact")
    org.admin("clock", advance_s=20 * 86_400)

    with pytest.raises(CursorExpired, match="deletions since"):
        list(source.read("Contact", place))

    assert len(records(source.read("Contact", place, "full"))) == len(whole(source)[0])


def test_what_is_deleted_while_a_run_lies_dead_is_told_after_the_old_rows_of_its_job(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bulk, "ROWS", 20)
    with rehearsed(60) as org:
        died = []
        for page in org.open(bulk_from=1).read("Contact", None):
            died.append(page)
            if page.records:
                break
        unread = sorted(set(org.live("Contact")) - ids(died))[-1]
        org.admin("delete", object="Contact", ids=[unread], hard=True)
        org.admin("clock", advance_s=60)

        told = records(org.open(bulk_from=1).read("Contact", died[-1].cursor))

        assert [one.deleted for one in told if one.record_id == unread] == [False, True]


def test_a_column_that_is_hidden_stays_hidden_in_the_place_and_comes_back_whole(org: Org) -> None:
    source = org.open()
    _, place = whole(source)
    org.admin("clock", advance_s=3600)
    org.admin("field", object="Contact", field="Title", hidden=True)

    [page] = source.read("Contact", place)
    org.admin("clock", advance_s=3600)
    [again] = org.open().read("Contact", page.cursor)
    org.admin("clock", advance_s=3600)
    org.admin("field", object="Contact", field="Title", hidden=False)
    back = list(source.read("Contact", again.cursor))

    assert page.hidden == again.hidden == frozenset({"Title"})
    assert page.read == again.read == 0
    assert all(one.hidden == frozenset() for one in back)
    assert ids(back) >= set(org.live("Contact"))
    assert all("Title" in one.payload for one in records(back))


def test_reading_everything_again_keeps_what_a_hidden_column_held(org: Org) -> None:
    source = org.open()
    _, place = whole(source)
    org.admin("field", object="Contact", field="Title", hidden=True)

    pages = list(org.open().read("Contact", place, "full"))
    unknown = list(org.open().read("Contact", '{"v":99}', "full"))
    org.admin("field", object="Contact", field="Title", hidden=False)

    assert {page.hidden for page in pages} == {frozenset({"Title"})}
    assert ids(pages) == ids(unknown) >= set(org.live("Contact"))


def test_a_column_of_a_parent_that_is_hidden_is_no_error(org: Org) -> None:
    source = org.open()
    _, place = whole(source)
    org.admin("clock", advance_s=3600)
    org.admin("field", object="Account", field="Website", hidden=True)
    org.admin("touch", object="Contact", ids=org.live("Contact")[:1])
    org.admin("clock", advance_s=3600)

    page = list(org.open().read("Contact", place))[-1]
    org.admin("clock", advance_s=3600)
    [later] = org.open().read("Contact", page.cursor)
    org.admin("field", object="Account", field="Website", hidden=False)

    assert page.hidden == later.hidden == frozenset({"Account.Website"})
    assert len(page.records) == 1
    assert later.read == 0


def test_an_object_that_may_not_be_read_concerns_itself_alone(org: Org) -> None:
    source = org.open(objects=["Secret__c", "Contact"])

    secret, contact = source.discover()

    assert "Secret__c" in secret.note
    assert not secret.fields
    assert contact.fields
    assert [one.object for one in source.describe()] == ["Secret__c", "Contact"]
    with pytest.raises(NeedsOperator, match=r"Secret__c.*may not see it"):
        next(source.read("Secret__c", None))


def test_a_retired_version_is_said_with_its_remedy(org: Org) -> None:
    with pytest.raises(NeedsOperator, match="retired") as refused:
        next(org.open(api_version="30.0").read("Contact", None))

    assert "62.0" in refused.value.remedy


def test_the_forecast_is_what_a_read_takes(org: Org) -> None:
    source = org.open()
    source.discover()
    foreseen = source.forecast("Contact", None)
    before = source.client.budget.calls

    whole(source)

    assert source.client.budget.calls - before <= foreseen


@pytest.mark.parametrize("bulk_from", [1, 1_000_000])
def test_archived_activities_are_listed_as_alive(org: Org, bulk_from: int) -> None:
    source = org.open(objects=["Task"], bulk_from=bulk_from)
    found, _ = whole(source, "Task")
    [erased, *_] = org.live("Task")
    org.admin("delete", object="Task", ids=[erased])

    listed = {one.record_id for some in source.outline("Task") for one in some}

    assert any(one.payload["IsArchived"] for one in found)
    assert listed == set(org.live("Task"))


def test_limits_tell_what_is_ours(org: Org) -> None:
    calls = org.open(daily_share=0.1).limits()[0]

    assert (calls.name, calls.total, calls.ours) == ("calls a day", 100_000, 10_000)
    assert calls.used > 0


def test_a_person_account_is_one_person_and_no_company() -> None:
    with rehearsed(200, features=["--person-accounts"]) as org:
        source = org.open(objects=["Account", "Contact", "PersonAccount"])
        kinds = {one.object: one.kind for one in source.describe()}
        found = {object: whole(source, object)[0] for object in kinds}
        rows = org.admin("rows", object="Account")

    assert kinds == {"Account": "organization", "Contact": "person", "PersonAccount": "person"}
    assert {one.record_id for one in found["PersonAccount"]} == {row["Id"] for row in rows if row["IsPersonAccount"]}
    assert {one.record_id for one in found["Account"]} == {row["Id"] for row in rows if not row["IsPersonAccount"]}
    shadows = {one.payload["PersonContactId"] for one in found["PersonAccount"]}
    assert shadows
    assert shadows.isdisjoint(one.record_id for one in found["Contact"])


def test_an_org_without_person_accounts_has_no_such_object(org: Org) -> None:
    assert [one.object for one in org.open(objects=["Account", "PersonAccount"]).describe()] == ["Account"]


# An org that is told what to answer

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
LONG_AGO = START - timedelta(days=10_000)
FIELDS = {"Id": "id", "Name": "string", "SystemModstamp": "datetime", "IsDeleted": "boolean"}


class Table:
    """An org with one object: `rows` rows, one an hour. `slow_s`: longer windows take it too long."""

    def __init__(self, rows: int, slow: timedelta | None = None, bulk: bool = True) -> None:
        self.stamps = [START - timedelta(hours=n) for n in range(1, rows + 1)]
        self.slow, self.bulk = slow, bulk
        self.fields = dict(FIELDS)
        self.windows: list[tuple[datetime, datetime]] = []
        self.unknown = ""

    def answer(self, call: Call) -> Told:
        told = self._answer(call)
        dated = {"Date": START.strftime("%a, %d %b %Y %H:%M:%S GMT")}
        return Told(told.body, told.status, {**dated, **told.headers}, told.cut)

    def _answer(self, call: Call) -> Told:
        if call.path.endswith("/describe"):
            return Told({"queryable": True, "fields": [{"name": n, "type": t} for n, t in self.fields.items()]})
        if call.path.endswith("/recordCount"):
            return Told({"sObjects": [{"name": "Contact", "count": 3}]})
        if call.path.endswith("/jobs/query"):
            code = "INVALIDENTITY" if not self.bulk else "QUERY_TIMEOUT"
            return Told([{"errorCode": code, "message": "no"}], 400)
        return self._rows(call.query["q"])

    def _rows(self, soql: str) -> Told:
        asked = re.findall(r"\w+", soql.partition(" FROM ")[0])[1:]
        if any(name not in self.fields or name == self.unknown for name in asked):
            return Told([{"errorCode": "INVALID_FIELD", "message": "No such column"}], 400)
        since, until = self._window(soql)
        if self.slow is not None and until - since > self.slow:
            return Told(
                [{"errorCode": "QUERY_TIMEOUT", "message": "Your query request was running for too long."}], 400
            )
        self.windows.append((since, until))
        rows = [self._row(at, asked) for at in sorted(self.stamps) if since <= at < until]
        return Told({"totalSize": len(rows), "done": True, "records": rows})

    def _window(self, soql: str) -> tuple[datetime, datetime]:
        since = re.search(r"SystemModstamp >=? ([\dT:-]+)Z", soql)
        until = re.search(r"SystemModstamp < ([\dT:-]+)Z", soql)
        assert until
        return _time(since[1]) if since else LONG_AGO, _time(until[1])

    def _row(self, at: datetime, asked: list[str]) -> dict[str, Any]:
        values = {"Id": f"003{self.stamps.index(at):015d}", "Name": "Ann", "IsDeleted": False}
        values["SystemModstamp"] = at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        return {name: values.get(name) for name in asked}


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize("bulk", [True, False])
def test_a_window_that_takes_too_long_is_halved_until_it_does_not(bulk: bool) -> None:
    table = Table(24 * 40, slow=timedelta(days=30), bulk=bulk)

    with scripted(table.answer) as script:
        found, place = whole(script.open())

    assert {one.record_id for one in found} == {f"003{n:015d}" for n in range(24 * 40)}
    assert '"covered":"2026-11-22T09:00:00.000Z"' in place


def test_an_org_that_is_always_too_slow_ends_in_an_error() -> None:
    with scripted(Table(3, slow=timedelta(0)).answer) as script, pytest.raises(Retry, match="took too long"):
        whole(script.open())


def test_a_column_that_goes_while_pages_are_read_is_seen_by_describing_again() -> None:
    table = Table(5)
    table.fields["Fax"] = "phone"

    with scripted(table.answer) as script:
        source = script.open()
        source.discover()
        del table.fields["Fax"]
        pages = list(source.read("Contact", None))

    assert len(records(pages)) == 5
    assert pages[-1].hidden == frozenset({"Fax"})


def test_a_condition_the_org_does_not_know_is_an_error_and_not_asked_for_ever() -> None:
    table = Table(5)
    table.unknown = "Ghost__c"
    table.fields["Ghost__c"] = "string"

    with scripted(table.answer) as script, pytest.raises(NeedsOperator, match="a field does not exist"):
        whole(script.open())

    assert len(script.calls) < 12


def test_an_object_without_any_time_is_read_whole_each_time() -> None:
    table = Table(4)
    del table.fields["SystemModstamp"]
    table._window = lambda soql: (LONG_AGO, START)  # type: ignore[method-assign]

    with scripted(table.answer) as script:
        source = script.open()
        [capabilities] = source.describe()
        pages = list(source.read("Contact", None))
        again = list(source.read("Contact", pages[-1].cursor))

    assert (capabilities.changes, capabilities.deletes) == ("none", "absence")
    assert pages[-1].complete
    assert len(records(pages)) == len(records(again)) == 4


def test_the_clock_of_this_machine_plays_no_part() -> None:
    with scripted(Table(1).answer) as script:
        _, place = whole(script.open(safety_seconds=30))

    assert '"covered":"2026-11-22T08:59:30.000Z"' in place
