"""A day in a HubSpot portal, from a seed: people and jobs at work, archives, merges, erasures, a changing schema.

Events happen between the hub's pulls, and one in the middle of a pull, between two of its requests.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simulators.hubspot.simulator import HubSpot
from simulators.web import Answer, Call

OBJECTS = ("contacts", "companies", "deals", "tickets", "notes", "machines", "owners")
"""Objects the hub copies: persons, companies, some that nobody maps, one of the customer's own, and who owns them."""
RECORDS = OBJECTS[:-1]
MERGED = ("contacts", "companies", "deals", "tickets", "machines")
HIDEABLE = {"contacts": ("jobtitle", "mobilephone", "interests"), "companies": ("phone", "description")}
EDITS = {
    "contacts": "jobtitle", "companies": "description", "deals": "description", "tickets": "content",
    "notes": "hs_note_body", "machines": "model",
}  # fmt: skip
"""A text property of each object that people edit."""
LINKED = (
    ("contacts", "companies"), ("deals", "contacts"), ("deals", "companies"), ("tickets", "contacts"),
    ("notes", "contacts"), ("machines", "contacts"),
)  # fmt: skip
CALCULATED = {"contacts": "hubspotscore", "companies": "num_associated_contacts"}
LATEST_INDEX_S = 290


@dataclass
class Day:
    """The portal and what chance has in store for it."""

    simulator: HubSpot
    chance: random.Random
    hidden: set[tuple[str, str]] = field(default_factory=set)
    told: list[str] = field(default_factory=list)
    """What has happened, for whoever reads a failure."""
    busy: dict[str, list[str]] = field(default_factory=dict)
    """Records by object that something has happened to: more will."""
    requests_left: int = 0
    """Until something happens in the middle of a pull; 0: nothing will."""

    def __post_init__(self) -> None:
        self._answer = self.simulator.answer
        self.simulator.answer = self._disturbed  # type: ignore[method-assign]

    def _disturbed(self, call: Call) -> Answer:
        if self.requests_left > 0 and not call.path.startswith("/__admin/"):
            self.requests_left -= 1
            if self.requests_left == 0:
                self.happen(1)
        return self._answer(call)

    def happen(self, times: int) -> None:
        """Some events, one after the other; what the portal refuses does not happen."""
        for _ in range(times):
            event = self.chance.choice(EVENTS)
            self.told.append(event.__name__.strip("_"))
            event(self)
            if self.chance.random() < 0.3:
                self.pass_time(self.chance.choice((1, 20, 200)))

    def pass_time(self, seconds: int) -> None:
        self.admin("clock", advance_s=seconds)

    def admin(self, event: str, **sent: Any) -> Any:
        status, content = self.try_to(event, **sent)
        assert status == 200, content
        return content

    def try_to(self, event: str, **sent: Any) -> tuple[int, Any]:
        """Let it happen if the portal allows it: a record that was merged into another can't be merged again, say."""
        answer = self._answer(Call("POST", f"/__admin/{event}", body=json.dumps(sent).encode()))
        assert answer.status in (200, 400), answer.content
        return answer.status, answer.content

    def some(self, name: str, most: int, *, archived: bool = False) -> list[str]:
        ids = [row["id"] for row in self.admin("rows", object=name) if row["archived"] == archived]
        busy = [each for each in ids if each in self.busy.get(name, ())]
        among = busy if busy and self.chance.random() < 0.6 else ids
        chosen = self.chance.sample(among, min(len(among), self.chance.randint(1, most)))
        self.busy[name] = [*self.busy.get(name, ()), *chosen][-6:]
        return chosen

    def text(self) -> str:
        return f'Text {self.chance.randrange(10**6)} é, "x"\nñ'

    def late_s(self) -> int:
        """How long a search does not know of it."""
        return self.chance.choice((0, 5, 120, LATEST_INDEX_S, LATEST_INDEX_S))


def _edit(day: Day) -> None:
    name = day.chance.choice(list(EDITS))
    day.try_to("edit", object=name, ids=day.some(name, 12), set={EDITS[name]: day.text()}, index_s=day.late_s())


def _clear(day: Day) -> None:
    day.try_to("edit", object="contacts", ids=day.some("contacts", 4), set={"jobtitle": ""}, index_s=day.late_s())


def _load(day: Day) -> None:
    """One load stamps many records alike, and is found late."""
    number = day.chance.randint(2, 40)
    names = [f"Load {day.chance.randrange(10**6)}" for _ in range(number)]
    records = [{"properties": {"lastname": name, "jobtitle": day.text()}} for name in names]
    day.try_to("create", object="contacts", records=records, index_s=day.late_s())


def _touch_everything(day: Day) -> None:
    name = day.chance.choice(RECORDS)
    day.try_to("touch", object=name, ids=day.some(name, 1_000))


def _archive(day: Day) -> None:
    name = day.chance.choice(RECORDS)
    day.try_to("archive", object=name, ids=day.some(name, 3), index_s=day.late_s())


def _restore(day: Day) -> None:
    """What comes back may have its old stamp. Were it then found late, too, nothing could tell of it but a list."""
    binned = [name for name, count in day.admin("state")["archived"].items() if count and name in RECORDS]
    name = day.chance.choice(binned or RECORDS)
    touches = day.chance.random() < 0.5
    day.admin("switch", restore_touches=touches)
    late_s = day.late_s() if touches else 0
    day.try_to("restore", object=name, ids=day.some(name, 2, archived=True), index_s=late_s)


def _purge(day: Day) -> None:
    name = day.chance.choice(RECORDS)
    day.try_to("purge", object=name, ids=day.some(name, 1, archived=day.chance.random() < 0.7))


def _erase(day: Day) -> None:
    day.try_to("erase", ids=day.some("contacts", 1), index_s=day.late_s())


def _merge(day: Day) -> None:
    name = day.chance.choice(MERGED)
    some = day.some(name, 3)
    day.admin("switch", merge_keeps_primary_id=day.chance.random() < 0.5)
    for other in some[1:2]:
        day.try_to("merge", object=name, primary=some[0], other=other, index_s=day.late_s())


def _tidy_up(day: Day) -> None:
    """Records are edited and at once archived or merged: for some minutes a search still shows them, newly edited."""
    name = day.chance.choice(MERGED)
    some = day.some(name, 2)
    day.try_to("edit", object=name, ids=some, set={EDITS[name]: day.text()}, index_s=0)
    if len(some) == 2 and day.chance.random() < 0.5:
        day.try_to("merge", object=name, primary=some[0], other=some[1], index_s=LATEST_INDEX_S)
    else:
        day.try_to("archive", object=name, ids=some, index_s=LATEST_INDEX_S)


def _link(day: Day) -> None:
    name, to = day.chance.choice(LINKED)
    for chosen in day.some(name, 1):
        day.try_to("associate", from_object=name, **{"from": chosen}, to_object=to, to=day.some(to, 4))


def _unlink(day: Day) -> None:
    name, to = day.chance.choice(LINKED)
    linked = {row["id"]: row["associations"].get(to, ()) for row in day.admin("rows", object=name)}
    some = [key for key, links in linked.items() if links]
    if some:
        chosen = day.chance.choice(some)
        ends = [each["id"] for each in linked[chosen]]
        day.try_to("dissociate", from_object=name, **{"from": chosen}, to_object=to, to=[day.chance.choice(ends)])


def _calculate(day: Day) -> None:
    """A value that the portal calculates moves, and no stamp does."""
    name = day.chance.choice(list(CALCULATED))
    values = {each: str(day.chance.randrange(100)) for each in day.some(name, 6)}
    day.try_to("calculate", object=name, property=CALCULATED[name], values=values)


def _change_the_schema(day: Day) -> None:
    name = day.chance.choice(list(HIDEABLE))
    column = (name, day.chance.choice(HIDEABLE[name]))
    day.hidden ^= {column}
    day.admin("property", object=name, name=column[1], hidden=column in day.hidden)


def _add_a_property(day: Day) -> None:
    name = day.chance.choice(("contacts", "deals"))
    added = {"name": f"added_{day.chance.randrange(10**6)}", "label": "Added", "type": "string", "fieldType": "text"}
    day.admin(
        "add_property", object=name, definition={**added, "groupName": f"{name[:-1]}information"}, value=day.text()
    )


def _leave(day: Day) -> None:
    """Somebody who owns records leaves the company."""
    owners = sorted(day.simulator.portal.owners)
    day.try_to("owner", id=day.chance.choice(owners))


def _end_tokens(day: Day) -> None:
    day.admin("tokens", expire_all=True)


EVENTS: tuple[Callable[[Day], None], ...] = (
    _edit, _edit, _edit, _edit, _clear, _load, _load, _touch_everything, _archive, _archive, _restore, _restore,
    _tidy_up, _tidy_up, _purge, _erase, _merge, _merge, _link, _link, _unlink, _calculate, _change_the_schema,
    _add_a_property, _leave, _end_tokens,
)  # fmt: skip
