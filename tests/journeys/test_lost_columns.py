"""A column that is gone from an export is no sign that somebody cleared its values: the pull stops and says so."""

from __future__ import annotations

from tests.journeys.conftest import Place

SETTINGS = """
[sources.crm]
kind = "files"
path = "crm.csv"
key = "Nr"

[sources.crm.mapping]
kind = "person"
"Name" = "full_name"
"E-mail" = "email"
"Phone" = "phone"
"""
WHOLE = "Nr,Name,E-mail,Phone\n1,Ann Gray,ann@gray.example,+12125552368\n"
SMALLER = "Nr,Name,E-mail\n1,Ann Gray,ann@gray.example\n"


def phones(place: Place) -> str:
    return place.unsilo("query", "select phone from person", "--format", "csv").out


def test_a_column_that_vanished_stops_the_pull_and_clears_nothing(place: Place) -> None:
    place.write("crm.csv", WHOLE)
    place.settings(SETTINGS)
    assert place.unsilo("sync").code == 0

    place.write("crm.csv", SMALLER)
    outcome = place.unsilo("sync")

    assert outcome.code == 1
    assert "'Phone'" in (outcome.out + outcome.err)
    assert "+12125552368" in phones(place)


def test_a_person_may_say_that_the_column_is_really_gone(place: Place) -> None:
    place.write("crm.csv", WHOLE)
    place.settings(SETTINGS)
    place.unsilo("sync")

    place.write("crm.csv", SMALLER)
    place.settings(SETTINGS.replace('"Phone" = "phone"\n', ""))
    refused, accepted = place.unsilo("sync"), place.unsilo("sync", "--accept-deletes")
    again = place.unsilo("sync")

    assert (refused.code, accepted.code, again.code) == (1, 0, 0)
    assert "+12125552368" not in phones(place)


def test_a_mapping_that_names_a_column_the_file_never_had_is_told_before_anything_is_read(place: Place) -> None:
    place.write("crm.csv", SMALLER)
    place.settings(SETTINGS)

    outcome = place.unsilo("sync")

    assert outcome.code == 1
    assert "'Phone'" in (outcome.out + outcome.err)
    assert "0" in place.unsilo("query", "select count(*) from source_record", "--format", "csv").out.splitlines()
