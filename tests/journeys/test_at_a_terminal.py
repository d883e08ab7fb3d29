"""At a terminal: doubtful things are asked, bars are drawn, tables fit. Played on a pseudo-terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time
from pathlib import Path

from tests.journeys.conftest import Place

NAMES = ["Łukasz Dąbrowski", "Małgorzata Wójcik", "Zbigniew Żółć", "Agnieszka Król"]


def play(place: Place, *words: str, answers: dict[str, str] | None = None, columns: int = 100) -> tuple[int, str]:
    """Run `unsilo` at a terminal; when it says a key of `answers`, type its value."""
    waiting = dict(answers or {})
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(place.folder)
        os.execvpe(  # noqa: S606
            sys.executable, [sys.executable, "-m", "console.main", *words], place.environment | {"TERM": "xterm"}
        )
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    said, heard, deadline = b"", 0, time.monotonic() + 90
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            chunk = os.read(terminal, 1 << 16)
        except OSError:
            break
        if not chunk:
            break
        said += chunk
        for question, answer in list(waiting.items()):
            if question.encode() in said[heard:]:
                heard = len(said)
                os.write(terminal, f"{answer}\n".encode())
                del waiting[question]
    _, status = os.waitpid(pid, 0)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said.decode(errors="replace")).replace("\r", "")
    return os.waitstatus_to_exitcode(status), text


def doubtful_list(place: Place) -> Path:
    rows = "".join(f"{n};{NAMES[n % 4]};p{n}@poczta.example;0{n % 9 + 1}/05/2026 10:00\n" for n in range(40))
    return place.write("lista.csv", ("Nr;Name;E-Mail;Modified\n" + rows).encode("cp1250"))


def test_init_shows_what_names_would_read_as_and_asks(place: Place) -> None:
    doubtful_list(place)

    code, said = play(
        place,
        "init",
        "lista.csv",
        answers={"Which reading": "1", "How are dates written": "mdy", "In which time zone": "Europe/Warsaw"},
    )

    settings = (place.folder / "unsilo.toml").read_text(encoding="utf-8")
    assert code == 0, said
    assert "Dąbrowski" in said
    assert 'date_order = "mdy"' in settings
    assert 'zone = "Europe/Warsaw"' in settings
    assert "doubtful" not in settings


def test_init_unattended_takes_the_best_and_marks_the_source_doubtful(place: Place) -> None:
    doubtful_list(place)

    attended_by_nobody = place.process("init", "lista.csv")
    taken = place.process("init", "lista.csv", "--yes")
    place.process("sync")

    assert attended_by_nobody.code == 2
    assert "--yes" in attended_by_nobody.err
    assert taken.code == 0
    assert "doubtful" in (place.folder / "unsilo.toml").read_text(encoding="utf-8")
    assert "encoding" in place.unsilo("status", "--json").json["sources"][0]["doubtful"]


def test_sync_draws_bars_and_ends_in_words(place: Place, exports: Path) -> None:
    place.unsilo("init", str(exports), "--yes")

    code, said = play(place, "sync")

    assert code == 3
    assert "salesforce_contacts: reading" in said
    assert '"event"' not in said
    assert re.search(r"Resolved \d+ records in [\d.]+ s: \d+ new customers", said)
    assert "unsilo dead-letters list" in said


def test_tables_fit_a_narrow_terminal(place: Place, exports: Path) -> None:
    place.unsilo("init", str(exports), "--yes")
    place.unsilo("sync")

    _, status = play(place, "status", columns=72)
    _, letters = play(place, "dead-letters", "list", columns=72)

    for line in (status + letters).splitlines():
        if "─" in line:
            assert len(line) <= 72


def test_removing_a_source_asks_first(place: Place, exports: Path) -> None:
    place.unsilo("init", str(exports / "hubspot_contacts.csv"), "--yes")
    place.unsilo("sync")

    refused, _ = play(place, "source", "remove", "hubspot_contacts", answers={"Stop reading": "n"})
    kept = place.unsilo("source", "list", "--json").json[0]["removed_at"]
    removed, _ = play(place, "source", "remove", "hubspot_contacts", answers={"Stop reading": "y"})

    assert (refused, kept, removed) == (1, None, 0)
    assert place.unsilo("source", "list", "--json").json[0]["removed_at"] is not None
