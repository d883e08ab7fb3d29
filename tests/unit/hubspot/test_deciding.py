"""Where our value stands in a history, and what it replaced."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from connectors.hubspot.deciding import KEPT, Trace, Version, reaches, trace
from connectors.hubspot.describing import Property

CITY = Property("city", "string", "text", (), False, False, False, True)


def history(*values: str, source: str = "INTEGRATION") -> list[Version]:
    """Versions newest first, a second apart."""
    return [Version(value, 1_000 * (len(values) - place), source) for place, value in enumerate(values)]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (["Ours", "Kiel"], Trace("latest", False, "Kiel")),
        (["Ours"], Trace("latest")),
        (["Ours", "Theirs", "Kiel"], Trace("latest", True, "Theirs")),
        (["Theirs", "Ours", "Kiel"], Trace("edited", False, "Kiel")),
        (["Kiel", "Ours", "Kiel"], Trace("edited", False, "Kiel")),
        (["Theirs", "Ours", "Earlier", "Kiel"], Trace("edited", True, "Earlier")),
        (["Ours", "Ours", "Kiel"], Trace("latest", False, "Kiel")),
        (["Ours", "", "Kiel"], Trace("latest", True, "")),
        (["Theirs", "Kiel"], Trace("absent")),
        ([], Trace("absent")),
    ],
)
def test_a_history_tells_whether_ours_went_in_and_what_it_replaced(values: Sequence[str], found: Trace) -> None:
    assert trace(CITY, history(*values), ["Ours"], ["Kiel"]) == found


def test_a_version_that_people_wrote_is_not_ours() -> None:
    versions = [*history("Ours", source="CRM_UI"), *history("Kiel")]

    assert trace(CITY, versions, ["Ours"], ["Kiel"]).kind == "absent"


def test_a_version_that_is_older_than_the_comparison_is_not_ours() -> None:
    versions = history("Kiel", "Ours", "Kiel")

    assert trace(CITY, versions, ["Ours"], ["Kiel"], since_ms=2_500).kind == "absent"
    assert trace(CITY, versions, ["Ours"], ["Kiel"], since_ms=1_500).kind == "edited"


def test_what_people_wrote_alike_just_before_is_no_loss() -> None:
    versions = [Version("Ours", 3_000, "INTEGRATION"), Version("Ours", 2_000, "CRM_UI"), Version("Kiel", 1_000)]

    assert trace(CITY, versions, ["Ours"], ["Kiel"]) == Trace("latest", False, "Ours")


def test_a_history_that_was_cut_off_proves_nothing_of_what_it_lacks() -> None:
    long = history(*("Theirs" for _ in range(KEPT)))

    assert reaches(long[:3], 0)
    assert reaches(long, since_ms=1_500)
    assert not reaches(long, since_ms=500)
