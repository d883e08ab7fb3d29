"""Memory is bounded by the page and the line limit, whatever the size of a file or of a line in it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import sys
from connectors.files.connector import open_files
source = open_files("t", {"path": sys.argv[1], "key": "id"})
read = [(len(page.records), [reject.reason for reject in page.rejects]) for page in source.read("people", None)]
print(sum(count for count, _ in read), [reason for _, reasons in read for reason in reasons])
print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))
"""


def _read_apart(path: Path) -> tuple[str, int]:
    """What a process of its own read, and its peak memory in MB."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    said, peak = done.stdout.splitlines()
    return said, int(peak) // 1024


def _with_long_line(path: Path, size: int) -> Path:
    """A table whose fourth line has `size` bytes, as a hole that takes no room on the disk."""
    rows = "".join(f"{number},{'x' * 60}\n" for number in range(2_000))
    with path.open("wb") as stream:
        stream.write(f"id,name\n{rows}".encode())
        stream.seek(size, 1)
        stream.write(b"\nlast,row\n")
    return path


def test_a_line_of_256_megabytes_is_one_reject(tmp_path: Path) -> None:
    path = _with_long_line(tmp_path / "people.csv", 256 << 20)

    said, peak = _read_apart(path)

    assert said == "2001 ['line_too_long']"
    assert peak < 100


@pytest.mark.drill
def test_a_line_of_two_gigabytes_is_one_reject(tmp_path: Path) -> None:
    path = _with_long_line(tmp_path / "people.csv", 2 << 30)

    said, peak = _read_apart(path)

    assert said == "2001 ['line_too_long']"
    assert peak < 100


def test_ten_times_the_rows_take_no_more_memory(tmp_path: Path) -> None:
    peaks = []
    for count in (20_000, 200_000):
        path = tmp_path / "people.csv"
        with path.open("w") as stream:
            stream.write("id,name,city,note\n")
            stream.writelines(f"{number},Person {number},Berlin,{'x' * 100}\n" for number in range(count))
        peaks.append(_read_apart(path)[1])

    assert peaks[1] < 1.25 * peaks[0]
    assert peaks[1] < 100
