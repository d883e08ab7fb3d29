"""A day in a Salesforce org, from a seed: people and processes at work, deletions, merges, a changing schema."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.contract.simulators.salesforce_org import Org

OBJECTS = ("Account", "Contact", "Lead", "Opportunity", "Campaign", "CampaignMember", "Subscription__c", "User")
"""Objects the hub copies: two kinds of persons, companies, and some that nobody maps, one without a recycle bin."""
MERGED = ("Account", "Contact", "Lead")
HIDEABLE = {"Contact": ("Title", "MobilePhone", "Interests__c"), "Account": ("Industry", "Phone"), "Lead": ("Title",)}
EDITS = {
    "Account": "Description", "Contact": "Title", "Lead": "Title", "Opportunity": "NextStep", "Campaign": "Name",
}  # fmt: skip
"""A text field of each object that people edit."""


@dataclass
class Day:
    """The org and what chance has in store for it."""

    org: Org
    chance: random.Random
    hidden: set[tuple[str, str]] = field(default_factory=set)
    told: list[str] = field(default_factory=list)
    """What has happened, for whoever reads a failure."""

    def happen(self, times: int) -> None:
        """Some events, one after the other; what the org refuses does not happen."""
        for _ in range(times):
            event = self.chance.choice(EVENTS)
            self.told.append(event.__name__.strip("_"))
            event(self)
            if self.chance.random() < 0.3:
                self.pass_time(self.chance.choice((1, 20, 200)))

    def pass_time(self, seconds: int) -> None:
        self.org.admin("clock", advance_s=seconds)

    def try_to(self, event: str, **sent: Any) -> None:
        """Let it happen if the org allows it: a converted lead can't be edited, say."""
        answer = self.org.session.post(f"{self.org.address}/__admin/{event}", json=sent, timeout=30)
        assert answer.status_code in (200, 400, 404), answer.text

    def living(self, name: str) -> list[str]:
        return sorted(key for key, row in self.org.rows(name).items() if not row.get("IsDeleted"))

    def some(self, name: str, most: int) -> list[str]:
        living = self.living(name)
        return self.chance.sample(living, min(len(living), self.chance.randint(1, most)))

    def text(self) -> str:
        return f'Text {self.chance.randrange(10**6)} é, "x"\nñ'


def _edit(day: Day) -> None:
    name = day.chance.choice(list(EDITS))
    late = day.chance.choice((0, 0, 5, 120, 290))
    day.try_to("edit", object=name, ids=day.some(name, 12), set={EDITS[name]: day.text()}, commit_s=late)


def _clear(day: Day) -> None:
    day.try_to("edit", object="Contact", ids=day.some("Contact", 4), set={"Title": None}, commit_s=0)


def _load(day: Day) -> None:
    """One load stamps many records alike, and is seen late."""
    number = day.chance.randint(2, 40)
    records = [{"LastName": f"Load {day.chance.randrange(10**6)}", "Title": day.text()} for _ in range(number)]
    day.try_to("create", object="Contact", records=records, commit_s=day.chance.choice((0, 60, 280)))


def _touch_everything(day: Day) -> None:
    name = day.chance.choice(MERGED)
    day.try_to("touch", object=name, ids=day.living(name))


def _delete(day: Day) -> None:
    name = day.chance.choice(("Contact", "Account", "Lead", "Opportunity", "CampaignMember", "Subscription__c"))
    day.try_to("delete", object=name, ids=day.some(name, 3), hard=day.chance.random() < 0.3)


def _undelete(day: Day) -> None:
    name = day.chance.choice(MERGED)
    gone = sorted(key for key, row in day.org.rows(name).items() if row["IsDeleted"])
    if gone:
        day.try_to("undelete", object=name, ids=[day.chance.choice(gone)])


def _empty_the_bin(day: Day) -> None:
    if day.chance.random() < 0.3:
        day.try_to("empty_bin")


def _merge(day: Day) -> None:
    name = day.chance.choice(MERGED)
    some = day.some(name, 3)
    if len(some) > 1:
        day.try_to("merge", object=name, master=some[0], losers=some[1:])


def _convert(day: Day) -> None:
    day.try_to("convert", lead=day.some("Lead", 1)[0], opportunity=day.chance.random() < 0.5)


def _change_a_formula(day: Day) -> None:
    """Contacts show their account's industry in a formula: it changes, and their stamps don't."""
    industry = day.chance.choice(("Banking", "Energy", "Retail", None))
    day.try_to("edit", object="Account", ids=day.some("Account", 6), set={"Industry": industry}, commit_s=0)


def _change_the_schema(day: Day) -> None:
    name = day.chance.choice(list(HIDEABLE))
    column = (name, day.chance.choice(HIDEABLE[name]))
    day.hidden ^= {column}
    day.org.admin("field", object=name, field=column[1], hidden=column in day.hidden)


def _close_sessions(day: Day) -> None:
    day.org.admin("sign_in", close_sessions=True)


EVENTS: tuple[Callable[[Day], None], ...] = (
    _edit, _edit, _edit, _edit, _clear, _load, _load, _touch_everything, _delete, _delete, _undelete, _empty_the_bin,
    _merge, _merge, _convert, _convert, _change_a_formula, _change_the_schema, _close_sessions,
)  # fmt: skip
