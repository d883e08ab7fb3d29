"""Folders of exports: the first one, and later ones in which some records changed.

`write_exports` streams a plan into `salesforce_contacts.csv`, `hubspot_contacts.csv` and `trade_fair.csv`. Beside
them lie `truth.csv` (file, record_id, person_id, company_id of every good row) and `rejects.csv` (file, line,
record_id, reason of every line that a reader must set aside). With `changes` given, two more folders appear: `delta/`
with only the Salesforce records that changed or are new, and `snapshot/` with Salesforce's whole export after the
change.
"""

import csv
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

import numpy as np

from simulators import dirt
from simulators.changes import Changes, apply_changes, show_newcomers
from simulators.exports import FILES, HEADERS, Row, export_rows
from simulators.people import Population, random_stream
from simulators.plans import SALESFORCE, TRADE_FAIR, Plan, chunks
from simulators.records import Shown, show_chunk

TRUTH_HEADER = ("file", "record_id", "person_id", "company_id")
REJECTS_HEADER = ("file", "line", "record_id", "reason")
FIRST_ROW = 2
"""The line of a file's first row; the header is line 1."""


def write_exports(
    population: Population,
    plan: Plan,
    folder: Path,
    *,
    clean: bool = False,
    encoding: str = "utf-8-sig",
    changes: Changes | None = None,
) -> dict[str, int]:
    """Write all files; gives the number of good rows in each, and of rejects. Memory is bounded by the chunk."""
    with ExitStack() as stack:
        fair_rows = int((plan.file == TRADE_FAIR).sum())
        broken = {} if clean else dirt.plan_broken_lines(random_stream(population.seed, 7), fair_rows)
        first = stack.enter_context(Edition(folder, population, FILES, clean=clean, encoding=encoding, broken=broken))
        later: list[Edition] = []
        if changes is not None:
            folders = (folder / "delta", folder / "snapshot")
            later = [stack.enter_context(Edition(each, population, FILES[:1], clean=clean)) for each in folders]
        for part in chunks(len(plan)):
            shown = show_chunk(population, plan, part, clean=clean)
            first.write(shown)
            if changes is not None:
                changed = apply_changes(population, changes, shown, part, clean=clean)
                later[0].write(changed.only(np.isin(np.arange(part.start, part.stop), changes.positions)))
                later[1].write(changed)
        if changes is not None:
            for edition in later:
                edition.write(show_newcomers(population, changes, clean=clean))
        return first.counts


class Edition:
    """One folder of exports while it is written: its files stay open, its truth and rejects grow with them."""

    def __init__(
        self,
        folder: Path,
        population: Population,
        files: Iterable[str],
        *,
        clean: bool,
        encoding: str = "utf-8-sig",
        broken: dict[int, str] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.counts = dict.fromkeys((*files, "rejects"), 0)
        self._population, self._clean, self._encoding, self._broken = population, clean, encoding, broken or {}
        self._stack = ExitStack()
        self._fair_rows = 0
        self._streams = {
            name: self._create(folder / name, encoding if name == FILES[TRADE_FAIR] else "utf-8") for name in files
        }
        self._truth = csv.writer(self._create(folder / "truth.csv"), lineterminator="\n")
        self._rejects = csv.writer(self._create(folder / "rejects.csv"), lineterminator="\n")
        self._truth.writerow(TRUTH_HEADER)
        self._rejects.writerow(REJECTS_HEADER)
        for name in self._streams:
            self._write_rows(FILES.index(name), [HEADERS[FILES.index(name)]])

    def __enter__(self) -> "Edition":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def write(self, shown: Shown) -> None:
        """Append records to the files they belong to; records of files that this edition lacks are left out."""
        for file, name in enumerate(FILES):
            if name not in self._streams:
                continue
            rows = export_rows(self._population, shown, file, clean=self._clean, encoding=self._encoding)
            if file == TRADE_FAIR:
                self._write_fair(rows)
            else:
                self._write_rows(file, rows)
            mine = shown.file == file
            people, companies = (shown.person[mine] + 1).tolist(), shown.company[mine].tolist()
            ids = (row[0] for row in rows)
            self._truth.writerows(zip([name] * len(rows), ids, people, companies, strict=True))
            self.counts[name] += len(rows)

    def _create(self, path: Path, encoding: str = "utf-8") -> TextIO:
        return self._stack.enter_context(path.open("w", encoding=encoding, newline=""))

    def _write_rows(self, file: int, rows: list[Row]) -> None:
        stream = self._streams[FILES[file]]
        if file == TRADE_FAIR:
            csv.writer(stream, delimiter=";", lineterminator="\r\n").writerows(rows)
        else:
            csv.writer(
                stream, quoting=csv.QUOTE_ALL if file == SALESFORCE else csv.QUOTE_MINIMAL, lineterminator="\n"
            ).writerows(rows)

    def _write_fair(self, rows: list[Row]) -> None:
        """Good rows, some after a broken line. No cell holds a line break: a row is a line."""
        for row in rows:
            kind = self._broken.get(self._fair_rows)
            if kind is not None:
                self._write_broken(kind, row)
            self._write_rows(TRADE_FAIR, [row])
            self._fair_rows += 1

    def _write_broken(self, kind: str, row: Row) -> None:
        cells = dirt.break_line(kind, row, key=f"B{int(row[0][1:]) - 1:08d}")
        line = self._fair_rows + self.counts["rejects"] + FIRST_ROW
        if kind == dirt.OPEN_QUOTE:
            self._streams[FILES[TRADE_FAIR]].write(";".join((cells[0], f'"{cells[1]}', *cells[2:])) + "\r\n")
        else:
            self._write_rows(TRADE_FAIR, [cells])
        self._rejects.writerow((FILES[TRADE_FAIR], line, cells[0], kind))
        self.counts["rejects"] += 1
