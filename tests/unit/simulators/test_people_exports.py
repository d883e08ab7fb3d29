"""The generated exports: the same bytes for the same seed, and a truth that covers every good row."""

import csv
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from itertools import combinations
from pathlib import Path

import pytest

from simulators.__main__ import main
from simulators.people import make_population

REPOSITORY = Path(__file__).parents[3]
FILES = ("salesforce_contacts.csv", "hubspot_contacts.csv", "trade_fair.csv")

Row = dict[str, str]


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    main(["people", "--records", "12000", "--seed", "5", "--out", str(folder), "--delta", "200"])
    return folder


def rows_of(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        yield from csv.DictReader(stream)


def good_fair_rows(folder: Path) -> list[Row]:
    """The trade fair's rows, without the lines that `rejects.csv` names."""
    broken = {int(row["line"]) for row in rows_of(folder / "rejects.csv")}
    lines = (folder / "trade_fair.csv").read_bytes().decode("utf-8-sig").split("\r\n")
    good = (line for number, line in enumerate(lines[:-1], start=1) if number not in broken)
    return list(csv.DictReader(good, delimiter=";", strict=True))


def records(folder: Path) -> dict[tuple[str, str], Row]:
    """All good rows by file and record id, with e-mails under one name."""
    rows = {(FILES[0], row["Id"]): row for row in rows_of(folder / FILES[0])}
    rows |= {(FILES[1], row["Record ID"]): row for row in rows_of(folder / FILES[1])}
    rows |= {(FILES[2], row["Badge"]): {**row, "Email": row["E-mail"]} for row in good_fair_rows(folder)}
    return rows


def truth(folder: Path) -> dict[tuple[str, str], str]:
    return {(row["file"], row["record_id"]): row["person_id"] for row in rows_of(folder / "truth.csv")}


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}


def test_two_processes_write_the_same_bytes_whatever_their_hash_seed(tmp_path: Path) -> None:
    for hash_seed in ("1", "2"):
        command = [sys.executable, "-m", "simulators", "people", "--people", "300", "--seed", "7", "--delta", "20"]
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        subprocess.run([*command, "--out", str(tmp_path / hash_seed)], cwd=REPOSITORY, env=environment, check=True)

    assert digests(tmp_path / "1") == digests(tmp_path / "2")
    assert len(digests(tmp_path / "1")) == 11


def test_another_seed_gives_other_people(tmp_path: Path) -> None:
    for seed in ("7", "8"):
        main(["people", "--people", "300", "--seed", seed, "--out", str(tmp_path / seed)])

    assert digests(tmp_path / "7")[FILES[0]] != digests(tmp_path / "8")[FILES[0]]


def test_truth_names_every_good_row_once_and_nothing_else(exports: Path) -> None:
    named = Counter((row["file"], row["record_id"]) for row in rows_of(exports / "truth.csv"))

    assert named.keys() == records(exports).keys()
    assert set(named.values()) == {1}


def test_the_number_of_records_asked_for_is_the_number_written(exports: Path) -> None:
    assert len(truth(exports)) == 12_000


def test_every_kind_of_broken_line_is_there_and_listed_with_its_place(exports: Path) -> None:
    lines = (exports / "trade_fair.csv").read_bytes().decode("utf-8-sig").split("\r\n")
    rejects = [row for row in rows_of(exports / "rejects.csv") if row["file"] == FILES[2]]

    assert {row["reason"] for row in rejects} == {"too_few_cells", "too_many_cells", "unclosed_quote", "repeated_key"}
    for row in rejects:
        line = lines[int(row["line"]) - 1]
        assert line.startswith(row["record_id"] + ";")
        cells = line.count(";") + 1
        shape = {"too_few_cells": cells < 11, "too_many_cells": cells > 11, "unclosed_quote": line.count('"') == 1}
        assert shape.get(row["reason"], cells == 11)


def test_a_repeated_badge_is_good_in_its_last_row_only(exports: Path) -> None:
    badges = [row["Badge"] for row in good_fair_rows(exports)]
    repeated = [row["record_id"] for row in rows_of(exports / "rejects.csv") if row["reason"] == "repeated_key"]

    assert repeated
    assert all(badges.count(badge) == 1 for badge in repeated)


def test_about_as_many_true_pairs_share_an_email_as_in_real_exports(exports: Path) -> None:
    person_of = truth(exports)
    mails: dict[str, list[str]] = {}
    for key, row in records(exports).items():
        mails.setdefault(person_of[key], []).append(row["Email"].lower())

    pairs = [pair for addresses in mails.values() for pair in combinations(addresses, 2)]
    share = sum(bool(first) and first == second for first, second in pairs) / len(pairs)

    assert 0.28 < share < 0.34


@pytest.mark.parametrize(
    ("file", "low", "high"), [(FILES[0], 0.25, 0.32), (FILES[1], 0.10, 0.15), (FILES[2], 0.15, 0.20)]
)
def test_each_file_holds_as_many_duplicates_of_its_own_as_real_exports(
    exports: Path, file: str, low: float, high: float
) -> None:
    people = [person for (name, _), person in truth(exports).items() if name == file]

    assert low < 1 - len(set(people)) / len(people) < high


def test_namesakes_become_more_frequent_as_the_population_grows() -> None:
    assert 2 * namesakes_a_person(2_000) < namesakes_a_person(20_000)


def namesakes_a_person(people: int) -> float:
    population = make_population(people, seed=3)
    names = Counter(zip(population.people.given.tolist(), population.people.family.tolist(), strict=True))
    return sum(count * (count - 1) / 2 for count in names.values()) / people


def test_no_two_people_own_one_mailbox_but_a_household_shares_one() -> None:
    people = make_population(5_000, seed=3).people

    own = [mail for mails in (people.work_mail, people.private_mail) for mail in mails.tolist() if mail]

    assert len(own) == len(set(own))
    assert len(set(people.household_mail.tolist())) < len(people.household_mail)


def test_clean_exports_have_no_rejects_and_no_placeholders(tmp_path: Path) -> None:
    main(["people", "--people", "2000", "--seed", "5", "--clean", "--out", str(tmp_path)])

    cells = {cell.lower() for row in records(tmp_path).values() for cell in row.values()}

    assert list(rows_of(tmp_path / "rejects.csv")) == []
    assert cells.isdisjoint({"n/a", "test@test.com", "tbd", "unknown"})


def test_dirty_exports_have_placeholders_and_native_scripts(exports: Path) -> None:
    cells = {cell for row in records(exports).values() for cell in row.values()}

    assert {"n/a", "test@test.com"} <= cells
    assert any("\u0400" <= letter <= "\u04ff" for cell in cells for letter in cell)
    assert any("\u4e00" <= letter <= "\u9fff" for cell in cells for letter in cell)


def test_the_trade_fairs_list_can_come_from_an_old_windows_program(tmp_path: Path) -> None:
    main(["people", "--people", "2000", "--seed", "5", "--fair-encoding", "cp1252", "--out", str(tmp_path)])

    raw = (tmp_path / FILES[2]).read_bytes()

    assert "ü" in raw.decode("cp1252")
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
