"""The simulated org's tables: a looked-up value is found after every kind of write, as a look at all rows would."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simulators.salesforce.fields import Field, Record, link, text
from simulators.salesforce.rows import Table

MIND_CASE = text("Key", "Key", 10, case_sensitive=True)
PLAIN = text("Mail", "Mail", 10)
PARENT = link("AccountId", "Account", "Account")
VALUES = st.sampled_from(["a", "A", "b", None])
WRITES = st.lists(st.tuples(st.sampled_from("123"), VALUES, VALUES, st.booleans()), max_size=25)


def looked_through(table: Table, field: Field, value: str) -> set[object]:
    fold = str if field in (MIND_CASE, PARENT) else str.casefold
    return {row["Id"] for row in table.values() if row[field.name] is not None and fold(row[field.name]) == fold(value)}  # type: ignore[arg-type]


@given(WRITES, WRITES)
def test_what_is_looked_up_is_what_is_there(
    before: list[tuple[str, str | None, str | None, bool]], after: list[tuple[str, str | None, str | None, bool]]
) -> None:
    table = Table()

    for part in (before, after):
        for record_id, key, mail, gone in part:
            table[record_id] = Record({"Id": record_id, "Key": key, "Mail": mail, "AccountId": key})
            if gone:
                table.pop(record_id)
        for field in (MIND_CASE, PLAIN, PARENT):
            for value in ("a", "A", "b", "c"):
                found = [row["Id"] for row in table.holding(field, value)]
                assert set(found) == looked_through(table, field, value)
                assert len(found) == len(set(found))
