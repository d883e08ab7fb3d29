"""What the connector suite stands on: a source system that it may change at will, told of in the suite's own words.

A vendor's `World` rehearses one main object whose records have the fields of `record(number)`, by keys that the suite
gives. Vendors have their own ids and columns: a world translates. An event that a world does not know raises
NotImplementedError, so that a behaviour is either played or excused in `cannot`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from connectors.contract import Connector

if TYPE_CHECKING:
    from tests.contract.connector_clients import Client

Fields = Mapping[str, str]
Changes = Mapping[str, str | None]
"""Words to set; None clears."""


class World:
    """A rehearsed source system; one test's own. Time stands still between events, and each event lets some pass."""

    object = "people"
    page_size = 100
    """Records that the source hands over at once."""
    many_pages = (20, 60)
    """Records of two sources, in pages, of which the larger must not take more memory to read."""
    overlap = 0
    """Records that a change query may read again beside the changed ones; -1: it reads everything."""
    cannot: Mapping[str, str] = {}
    """Behaviours that the source can't have, each with its reason."""
    volatile: frozenset[str] = frozenset()
    """Columns that move without anybody changing anything (stamps)."""
    empty: frozenset[str | None] = frozenset((None,))
    """What a column holds that holds nothing."""
    calculated = "note"
    """The word of a value that the source calculates."""
    hides = True
    """A column that goes is only hidden, and its values stand; False: it goes with its values."""
    conditional = True
    """A write can be bound to what was read before; False: what was edited in between is found afterwards."""
    links_touch = True
    """An association that comes or goes is a change of a record; False: only a comparison finds it."""
    hides_links = False
    """Associations go from sight with what they lead to."""
    tells_removals = True
    """A feed of deletions tells of what was removed, too; False: only of what people delete."""
    locks_whole = False
    """One record that somebody holds makes the source refuse all that a request writes."""
    restores_touch = True
    """What is restored is a change; False: it is seen to have come back by who saw it deleted."""
    undoes_merges = True
    """What was merged away can be restored."""
    beyond_every_limit = 2_600
    """More records of one stamp than the source lets one skip."""
    beyond_a_page_of_links = 0
    """More associations of one record than the source hands over at once; 0: two and a half pages."""
    most_records = 0
    most_bytes = 0
    """What one request of writes may hold."""

    # What it is

    def open(self, **scope: Any) -> Connector:
        """A connector over this source; `scope` are settings such as `exclude_fields`."""
        raise NotImplementedError

    def naive(self, behaviour: str) -> Client:
        """A client of a few lines, as anybody would write it, that gets this behaviour wrong."""
        raise NotImplementedError

    def truth(self) -> Mapping[str, Fields]:
        """The records there are, by key, as the source keeps them."""
        raise NotImplementedError

    def key_of(self, record_id: str) -> str:
        """The suite's key of a record; its id if the suite did not make it."""
        return record_id

    def id_of(self, key: str) -> str:
        """The id of a record."""
        return key

    def malformed_id(self) -> str:
        """What looks like an id and is none."""
        return "no id at all"

    def words(self, object: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """A raw record with the suite's words beside its columns."""
        return dict(payload)

    def columns(self, words: Changes, *, new: bool = False) -> dict[str, Any]:
        """The suite's words in raw columns; `new`: with what a new record can't be without."""
        return dict(words)

    def guard(self, key: str) -> tuple[str, str]:
        """Column and value of an external id, unique here."""
        raise NotImplementedError

    def ways(self) -> Sequence[Mapping[str, Any]]:
        """Settings under which the source is read in one way or another."""
        return [{}]

    # What people and processes do

    def put(self, records: Mapping[str, Fields]) -> None:
        """Create or change records; the source stamps them."""
        raise NotImplementedError

    def put_many(self, count: int) -> None:
        """Fill the source with `people(count)` so that their weight is not on this process."""
        self.put(people(count))

    def edit_by_them(self, key: str, changes: Changes) -> None:
        """Somebody changes a record."""
        self.put({key: {word: value or "" for word, value in changes.items()}})

    def delete(self, *keys: str) -> None:
        """Delete records as people do here."""
        raise NotImplementedError

    def restore(self, *keys: str) -> None:
        """Bring back records that were deleted by `delete`."""
        raise NotImplementedError

    def soft_delete(self, key: str) -> None:
        """Delete a record so that the source still tells of it."""
        raise NotImplementedError

    def remove(self, *keys: str) -> None:
        """Delete records so that nothing is left of them."""
        raise NotImplementedError

    def erase(self, key: str) -> None:
        """Forget a person at the person's wish."""
        raise NotImplementedError

    def merge(self, loser: str, survivor: str) -> str:
        """Merge two records; the key of what is left, which some sources make anew."""
        raise NotImplementedError

    def convert(self) -> tuple[str, str, tuple[str, str]]:
        """Make one record into another: object and id of the first, (object, id) of the second."""
        raise NotImplementedError

    def link(self, key: str, others: int) -> None:
        """Associate a record with so many others; the record itself is not touched."""
        raise NotImplementedError

    def linked(self, pulled: Mapping[str, Client]) -> set[tuple[str, str]]:
        """The associations that clients hold, by object: (key, id of the other)."""
        raise NotImplementedError

    def links(self) -> set[tuple[str, str]]:
        """The associations there are."""
        raise NotImplementedError

    def link_objects(self) -> Sequence[str]:
        """Objects to read for all associations."""
        return [self.object]

    def pass_time(self, seconds: float) -> None:
        """Nothing happens for a while."""
        raise NotImplementedError

    # How the source stamps, shows and orders

    def shuffle(self) -> None:
        """From now on the source hands records over in another order."""
        raise NotImplementedError

    def short_pages(self) -> None:
        """From now on pages are shorter than asked for."""

    def ties(self, records: Mapping[str, Fields]) -> None:
        """Create records that all have one stamp."""
        raise NotImplementedError

    def late_commit(self, late: Mapping[str, Fields], seen: Mapping[str, Fields]) -> None:
        """Create records that nobody sees until `pass_time(600)`, and some that are stamped later and seen at once."""
        raise NotImplementedError

    def late_index(self, late: Mapping[str, Fields], seen: Mapping[str, Fields]) -> None:
        """As `late_commit`: what is late is only the index that queries ask."""
        raise NotImplementedError

    def lose_places(self) -> None:
        """All page tokens die, and those of the next query too."""

    def skew(self, seconds: float) -> None:
        """The clock of this machine is ahead of the source's from now on."""
        raise NotImplementedError

    def expired(self, cursor: str) -> str:
        """The cursor as it would be if the source no longer knew its place."""
        raise NotImplementedError

    def change_calculated(self, value: str) -> None:
        """The calculated value of every record becomes this; no stamp moves."""
        raise NotImplementedError

    # Schema

    def add_field(self, name: str, value: str) -> None:
        """Give every record a further field; its word is the name."""
        raise NotImplementedError

    def add_oddity(self, name: str, value: str) -> None:
        """A further field of a type that nobody knows."""
        self.add_field(name, value)

    def drop_field(self, name: str) -> None:
        """Take a field from sight; a record's value of it stays what it was."""
        raise NotImplementedError

    def show_field(self, name: str) -> None:
        """Give a dropped field back; no stamp moves."""
        raise NotImplementedError

    def widen(self) -> list[str]:
        """So many further fields that their names alone overflow a request; their words. Each holds "w"."""
        raise NotImplementedError

    def column(self, word: str) -> str:
        """The column of a word."""
        return word

    def add_object(self, records: Mapping[str, Fields]) -> str:
        """A further object with these records of the columns `name` and `owner`; its name."""
        raise NotImplementedError

    # Trouble

    def fail(self) -> AbstractContextManager[None]:
        """While it lasts, reading the main object fails before its end."""
        raise NotImplementedError

    def forbid(self) -> AbstractContextManager[None]:
        """While it lasts, the main object may not be read."""
        raise NotImplementedError

    def forbid_links(self) -> AbstractContextManager[None]:
        """While it lasts, what associations of the main object lead to may not be seen."""
        raise NotImplementedError

    def damage(self) -> None:
        """From now on reading breaks in the middle of the main object."""
        raise NotImplementedError

    def lose_answer(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """The next write is done and its answer lost; `meanwhile` happens before anybody can ask."""
        raise NotImplementedError

    def before_write(self, happens: Callable[[], None]) -> None:
        """Something happens just before the next write arrives, after all that was read for it."""
        raise NotImplementedError

    def lock(self, key: str, times: int | None = None) -> None:
        """Somebody holds a record, for so many writes (None: until `unlock`)."""
        raise NotImplementedError

    def unlock(self) -> None:
        """Nobody holds anything."""
        raise NotImplementedError

    def refuse_duplicates(self) -> None:
        """A rule refuses records that are duplicates of another."""
        raise NotImplementedError

    def duplicate_of(self, key: str) -> Changes:
        """A new record that is a duplicate of this one."""
        raise NotImplementedError

    def invalid(self) -> tuple[Changes, str]:
        """A change that validation refuses, and the word that is wrong."""
        raise NotImplementedError

    def limit(self, calls: int) -> int:
        """The source allows so many calls a day; how many of them are ours by settings."""
        raise NotImplementedError

    def others_use_up(self) -> None:
        """Other programs have used up what the source allows everybody a day; from now on they rest."""
        raise NotImplementedError

    def busy(self, after_s: int) -> None:
        """The next read is refused, with the wish to come back after so many seconds."""
        raise NotImplementedError

    def expire_session(self, pages: int) -> None:
        """The session ends after so many more pages."""
        raise NotImplementedError

    def break_answers(self) -> None:
        """The next reads get a page of HTML, a body cut in half, a dropped connection."""
        raise NotImplementedError

    def slow(self, seconds: float) -> Mapping[str, Any]:
        """Reading takes so long from now on; settings of a connector that won't wait."""
        raise NotImplementedError

    def stranger(self) -> Connector:
        """A connector that was first pointed at another installation than this."""
        raise NotImplementedError

    def plain_http_elsewhere(self) -> Mapping[str, Any]:
        """Settings that name a system beyond this machine by plain http."""
        raise NotImplementedError

    def wrong_credentials(self) -> Mapping[str, Any]:
        """Settings under which the source refuses to let us in."""
        raise NotImplementedError

    # What it tells and counts

    def now(self) -> datetime:
        """The source's own time."""
        raise NotImplementedError

    def calls(self) -> int:
        """Calls answered so far."""
        raise NotImplementedError

    def sign_ins(self) -> int:
        """Times that somebody signed in, or tried."""
        raise NotImplementedError

    def calls_needed(self, records: int) -> int:
        """What a read of so many records takes: pages, windows, log of deletions, description."""
        raise NotImplementedError

    def waited_s(self) -> float:
        """Seconds that connectors of this world have waited."""
        raise NotImplementedError

    def written(self) -> Sequence[tuple[int, int, Sequence[Mapping[str, Any]]]]:
        """Requests that wrote: records, bytes, and the columns of each record."""
        raise NotImplementedError

    def secrets(self) -> Sequence[str]:
        """Words that must never be in a log or an error, beside customers' data."""
        return []


def record(number: int) -> Fields:
    """A record of the main object."""
    return {"name": f"Person {number}", "city": "Berlin", "note": f"note {number}"}


def people(count: int, start: int = 0) -> dict[str, Fields]:
    """Some records by key."""
    return {str(10_000 + number): record(number) for number in range(start, start + count)}
