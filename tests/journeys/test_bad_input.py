"""Bad input: each mistake gets one clear sentence and its exit code; nothing is lost, nothing half written.

Every case runs the real command in a process of its own, as a person or a schedule would.
"""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from tests.journeys.conftest import Outcome, Place

GOOD = "Id,Name,Mail\n1,Ann Lee,ann@lee.example\n2,Bob Ray,bob@ray.example\n"
MAPPING = '[sources.list.mapping]\n"Name" = "full_name"\n"Mail" = "email"\n'
SOURCE = '[sources.list]\nkind = "files"\npath = "list.csv"\nkey = "Id"\n'


def sentence(outcome: Outcome) -> str:
    """The one line on standard error; never a trace."""
    lines = outcome.err.strip().splitlines()
    assert "Traceback" not in outcome.err
    assert len(lines) == 1, outcome.err
    assert lines[0].startswith("unsilo: ")
    return lines[0]


def persons(place: Place) -> int:
    with closing(sqlite3.connect(place.folder / "unsilo.db")) as store:
        return int(store.execute("select count(*) from customer where kind = 'person'").fetchone()[0])


def synced(place: Place) -> None:
    """A store with two good records."""
    place.write("list.csv", GOOD)
    place.settings(SOURCE + MAPPING)
    assert place.unsilo("sync").code == 0


def test_a_missing_settings_file_names_the_command_that_makes_one(place: Place) -> None:
    outcome = place.process("sync")

    assert outcome.code == 2
    assert "unsilo init" in sentence(outcome)


def test_a_typo_in_the_settings_names_the_nearest_setting(place: Place) -> None:
    place.settings(SOURCE.replace("path =", "pth ="))

    outcome = place.process("sync")

    assert outcome.code == 2
    assert "'pth'" in sentence(outcome)
    assert "Did you mean 'path'?" in sentence(outcome)


def test_broken_toml_is_told_with_its_line(place: Place) -> None:
    place.settings('[sources.list\nkind = "files"\n')

    outcome = place.process("status")

    assert outcome.code == 2
    assert "line 1" in sentence(outcome)


def test_a_secret_in_the_settings_is_refused_and_never_repeated(place: Place) -> None:
    place.settings(SOURCE + 'client_secret = "hunter2"\n')

    outcome = place.process("sync")

    assert outcome.code == 2
    assert "UNSILO_LIST_CLIENT_SECRET" in sentence(outcome)
    assert "hunter2" not in outcome.err + outcome.out


def test_a_password_in_the_stores_address_is_refused_and_never_repeated(place: Place) -> None:
    place.settings('[store]\nurl = "postgresql+psycopg://unsilo:hunter2@localhost/unsilo"\n' + SOURCE)

    outcome = place.process("sync")

    assert outcome.code == 2
    assert "UNSILO_STORE_PASSWORD" in sentence(outcome)
    assert "hunter2" not in outcome.err + outcome.out


def test_an_unknown_kind_of_source_names_the_known_ones(place: Place) -> None:
    place.settings(SOURCE.replace('"files"', '"sugarcrm"'))

    outcome = place.process("sync")

    assert outcome.code == 2
    assert "files" in sentence(outcome)


def test_an_unknown_source_on_the_command_line_names_the_nearest(place: Place) -> None:
    place.settings(SOURCE + MAPPING)

    outcome = place.process("sync", "lst")

    assert outcome.code == 2
    assert "Did you mean 'list'?" in sentence(outcome)


def test_a_missing_file_fails_its_source_and_leaves_the_others_their_turn(place: Place) -> None:
    place.write("other.csv", GOOD)
    place.settings(SOURCE + MAPPING + (SOURCE + MAPPING).replace("list", "other"))

    outcome = place.process("sync")

    assert outcome.code == 1
    assert "list.csv does not exist" in sentence(outcome)
    assert {pull["source"]: pull["state"] for pull in outcome.events[-1]["pulls"]} == {
        "list": "failed",
        "other": "done",
    }
    assert persons(place) == 2


def test_init_on_a_missing_file_is_wrong_usage(place: Place) -> None:
    outcome = place.process("init", "nowhere.csv", "--yes")

    assert outcome.code == 2
    assert "nowhere.csv does not exist" in sentence(outcome)
    assert not (place.folder / "unsilo.toml").exists()


def test_a_file_without_permission_is_told_so(place: Place) -> None:
    place.write("list.csv", GOOD).chmod(0)
    place.settings(SOURCE + MAPPING)
    command = [sys.executable, "-m", "console.main", "sync"]
    if os.geteuid() == 0:  # root may read everything, unless it gives that up
        if not shutil.which("setpriv"):
            pytest.skip("root reads every file, and there is no setpriv to give that up")
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]

    done = subprocess.run(command, cwd=place.folder, env=place.environment, capture_output=True, text=True)

    assert done.returncode == 1
    assert "no permission" in sentence(Outcome(done.returncode, done.stdout, done.stderr))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "not a text file"),
        (b"PK\x03\x04" + bytes(400), "workbook"),
        (b"just one column\nof text\n", "one column"),
    ],
    ids=["empty", "picture", "zip", "one column"],
)
def test_a_file_that_is_no_table_is_told_so(place: Place, content: bytes, told: str) -> None:
    place.write("list.csv", content)
    place.settings(SOURCE + MAPPING)

    outcome = place.process("sync")

    assert outcome.code == 1
    assert told in sentence(outcome)
    assert persons(place) == 0


def test_a_file_with_nothing_but_a_header_holds_no_record(place: Place) -> None:
    place.write("list.csv", "Id,Name,Mail\n")
    place.settings(SOURCE + MAPPING)

    outcome = place.process("sync")

    assert outcome.code == 0
    assert outcome.events[-1]["pulls"][0]["read"] == 0


def test_four_hundred_columns_are_read(place: Place) -> None:
    extra = [f"c{number}" for number in range(397)]
    place.write("list.csv", f"Id,Name,Mail,{','.join(extra)}\n1,Ann Lee,ann@lee.example,{','.join(extra)}\n")
    place.settings(SOURCE + MAPPING)

    outcome = place.process("sync")

    assert outcome.code == 0
    assert outcome.events[-1]["pulls"][0]["stored"] == 1


SYNC_AND_TELL_MEMORY = """
import sys
from console.main import main
sys.argv = ["unsilo", "sync"]
try:
    main()
finally:
    peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print(peak.split()[1], file=sys.stderr)
"""
"""A process's own peak in KiB: what the system tells of children would be the peak of any child, or of ours."""


def test_a_line_without_end_is_set_aside_in_bounded_memory(place: Place) -> None:
    with (place.folder / "list.csv").open("wb") as file:
        file.write(GOOD.encode())
        for _ in range(300):
            file.write(b"x" * (1 << 20))
        file.write(b"\n3,Cy Poe,cy@poe.example\n")
    place.settings(SOURCE + MAPPING)

    done = subprocess.run(
        [sys.executable, "-c", SYNC_AND_TELL_MEMORY],
        cwd=place.folder,
        env=place.environment,
        capture_output=True,
        text=True,
    )

    outcome, memory = Outcome(done.returncode, done.stdout, done.stderr), int(done.stderr.split()[-1])
    (pull,) = outcome.events[-1]["pulls"]
    assert outcome.code == 3
    assert (pull["stored"], pull["rejected"]) == (3, 1)
    assert memory < 290 * 1024


def test_a_workbook_that_unpacks_without_end_is_refused(place: Place) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(256):
                sheet.write(bytes(1 << 20))
    place.write("list.xlsx", packed.getvalue())
    place.settings(SOURCE.replace("list.csv", "list.xlsx") + MAPPING)

    outcome = place.process("sync")

    assert outcome.code == 1
    assert "list.xlsx" in sentence(outcome)
    assert "size" in sentence(outcome)


def test_a_name_that_leads_out_of_the_folder_is_refused(place: Place) -> None:
    place.write("in/list.csv", GOOD)
    place.write("secret.csv", GOOD)
    place.settings(SOURCE.replace('path = "list.csv"', 'path = "in"\nfiles = ["../secret.csv"]') + MAPPING)

    outcome = place.process("sync")

    assert outcome.code == 2
    assert "leads out of the folder" in sentence(outcome)


def test_a_mapping_to_an_unknown_field_names_the_nearest(place: Place) -> None:
    place.write("list.csv", GOOD)
    place.settings(SOURCE + MAPPING.replace("full_name", "full_nam"))

    outcome = place.process("sync")

    assert outcome.code == 2
    assert "full_name" in sentence(outcome)


def test_a_key_column_that_is_not_there_names_the_nearest(place: Place) -> None:
    place.write("list.csv", GOOD)
    place.settings(SOURCE.replace('"Id"', '"Idd"') + MAPPING)

    outcome = place.process("sync")

    assert outcome.code == 1
    assert "Did you mean 'Id'?" in sentence(outcome)


def test_unknown_columns_without_a_mapping_lead_to_init(place: Place) -> None:
    place.write("list.csv", GOOD)
    place.settings(SOURCE)

    outcome = place.process("sync")

    assert outcome.code == 1
    assert "unsilo init" in sentence(outcome)


def test_of_rows_with_one_key_the_last_counts_and_the_others_are_set_aside(place: Place) -> None:
    place.write("list.csv", GOOD + "1,Ann Leigh,ann@lee.example\n")
    place.settings(SOURCE + MAPPING)

    outcome = place.process("sync")

    assert outcome.code == 3
    assert place.unsilo("dead-letters", "list", "--json").json[0]["reason"] == "duplicate_key"
    assert "Leigh" in place.unsilo("query", "select family_name from person order by 1").out


def test_what_is_wrong_with_a_file_is_told_once(place: Place) -> None:
    place.write("list.csv", "")
    place.settings(SOURCE + MAPPING)

    outcome = place.process("check")

    assert outcome.out.count("is empty") == 1


def test_a_retry_of_an_unknown_source_names_the_known_ones(place: Place) -> None:
    synced(place)

    outcome = place.process("dead-letters", "retry", "nosuch")

    assert outcome.code == 2
    assert "'nosuch'" in sentence(outcome)


def test_an_error_nobody_foresaw_is_one_line_and_its_log_holds_no_data(place: Place) -> None:
    place.write("list.csv", GOOD)
    place.settings(SOURCE + MAPPING)
    breaking = "import sys, unittest.mock, flows.sync, console.main\n"
    breaking += "flows.runner = __import__('flows.runner').runner\n"
    breaking += "def broken(*a, **k): raise ValueError('ann@lee.example')\n"
    breaking += "flows.runner.sync_all = broken\n"
    breaking += "sys.exit(console.main.run(['sync']))\n"

    done = subprocess.run(
        [sys.executable, "-c", breaking], cwd=place.folder, env=place.environment, capture_output=True, text=True
    )

    log = (place.folder / "unsilo-errors.log").read_text()
    assert done.returncode == 1
    assert "ValueError" in sentence(Outcome(done.returncode, done.stdout, done.stderr))
    assert "ValueError" in log
    assert "ann@lee" not in log + done.stderr


def test_a_wrong_word_on_the_command_line_is_usage(place: Place) -> None:
    outcome = place.process("explian", "x")

    assert outcome.code == 2
    assert "Did you mean 'explain'?" in outcome.err


def test_ids_nobody_ever_had_are_told_so(place: Place) -> None:
    synced(place)

    customer, record = place.process("explain", "nobody"), place.process("explain", "list/list/99")

    assert (customer.code, record.code) == (2, 2)
    assert "nobody" in sentence(customer)
    assert "99" in sentence(record)


def test_settings_and_secrets_are_read_from_any_folder(place: Place, tmp_path: Path) -> None:
    synced(place)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    outcome = Place(elsewhere, place.environment).process(
        "status", "--settings", str(place.folder / "unsilo.toml"), "--json"
    )

    assert outcome.code == 0
    assert outcome.json["sources"][0]["records"] == 2
