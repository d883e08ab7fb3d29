"""Who is who in a simulated portal."""

import csv
from array import array
from pathlib import Path

TRUTH_HEADER = ("object", "record_id", "person_id", "company_id")


class Truth:
    """Type of object, record id, number of the person (0: none), number of the company (0: none)."""

    def __init__(self) -> None:
        self._objects: list[str] = []
        self._ids, self._people, self._companies = array("q"), array("q"), array("q")

    @property
    def numbers(self) -> "zip[tuple[str, int, int, int]]":
        """The rows with ids as numbers."""
        return self._columns()

    @property
    def rows(self) -> list[tuple[str, str, int, int]]:
        return [(kind, str(record_id), person, company) for kind, record_id, person, company in self._columns()]

    def add(self, kind: str, record_id: int, person: int, company: int) -> None:
        self._objects.append(kind)
        self._ids.append(record_id)
        self._people.append(person)
        self._companies.append(company)

    def write(self, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(TRUTH_HEADER)
            writer.writerows(self._columns())

    def _columns(self) -> "zip[tuple[str, int, int, int]]":
        return zip(self._objects, self._ids, self._people, self._companies, strict=True)
