"""The comparison behind the drives tells what a program missed, doubled, made up or changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.drives.comparing import differences, same

HELD: dict[str, dict[str, Any]] = {
    "1": {"Id": "1", "Name": "Ann", "Amount": 10_000_000.0, "Home": {"city": "Ulm"}},
    "2": {"Id": "2", "Name": None, "Amount": 5.0, "Home": None},
}


def test_a_faithful_copy_has_no_differences() -> None:
    read = [{"Id": "1", "Name": "Ann", "Amount": "1.0E7"}, {"Id": "2", "Name": "", "Amount": "5.0"}]

    assert differences(HELD, read, compounds=False) == []


@pytest.mark.parametrize(
    ("read", "told"),
    [
        ([HELD["1"]], "2 was not read"),
        ([HELD["1"], HELD["2"], HELD["2"]], "2 came twice"),
        ([HELD["1"], HELD["2"], {"Id": "3"}], "3 does not exist"),
        ([HELD["1"] | {"Name": "ann"}, HELD["2"]], "1.Name is 'Ann', read as 'ann'"),
        ([{"Id": "1", "Name": "Ann", "Home": {"city": "Ulm"}}, HELD["2"]], "1.Amount is 10000000.0, read as None"),
        ([HELD["1"] | {"Home": None}, HELD["2"]], "1.Home is {'city': 'Ulm'}, read as None"),
        ([HELD["1"] | {"Extra": "x"}, HELD["2"]], "1.Extra is None, read as 'x'"),
    ],
)
def test_each_kind_of_difference_is_told(read: list[dict[str, Any]], told: str) -> None:
    assert differences(HELD, read) == [told]


@pytest.mark.parametrize(
    ("held", "read", "alike"),
    [
        ("2026-11-22T09:00:00.000+0000", "2026-11-22T09:00:00.000000Z", True),
        ("2026-11-22T09:00:00.000+0000", "2026-11-22T09:00:01.000Z", False),
        ("2026-11-22", "2026-11-22T00:00:00.000000Z", True),
        ("2026-11-22T09:00:00.000+0000", 1_795_338_000_000, True),
        ("2026-11-22T09:00:00.000+0000", 1_795_338_001_000, False),
        (True, "true", True),
        (True, "false", False),
        ("NA", None, False),
        ("00123", 123, False),
    ],
)
def test_spellings_of_one_value_are_alike(held: Any, read: Any, alike: bool) -> None:
    assert same(held, read) is alike
