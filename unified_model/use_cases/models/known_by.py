"""What a source record is known by, for people who look at single records: its name, reach and place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from unified_model.store import golden_rows, members
from unified_model.store.engine import Connection
from unified_model.use_cases.naming import labels_of, shown

_TOLD = {
    "person": ("given_name", "middle_name", "family_name", "suffix", "full_name", "birth_date", "job_title"),
    "organization": ("name", "domain", "website", "registration_id", "industry"),
}


def known_by(conn: Connection, records: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Record -> `record` (as people write it), `name`, and whatever it has of e-mails, phones, company, place ..."""
    found = members.records_by_id(conn, records)
    labels = labels_of(conn)
    points = golden_rows.points_of(conn, records)
    employers = golden_rows.employers_of(conn, [r for r in records if found[r].kind == "person"])
    told: dict[int, dict[str, Any]] = {}
    for kind, names in _TOLD.items():
        mine = [record for record in records if found[record].kind == kind]
        values = golden_rows.unified_values(conn, kind, mine)
        for record in mine:
            have = {n: values.get(record, {}).get(n) for n in names}
            told[record] = {
                "record": shown(found[record].key, labels), "name": _name(kind, have),
                **{name: str(value) for name, value in have.items() if value and name not in _NAMES},
                **_reach(points.get(record, ())), **({"company": employers[record]} if record in employers else {}),
            }  # fmt: skip
    return told


_NAMES = {"given_name", "middle_name", "family_name", "suffix", "full_name", "name"}


def _name(kind: str, have: dict[str, Any]) -> str:
    if kind == "organization":
        return str(have.get("name") or have.get("domain") or "Unnamed")
    parts = [have.get(name) for name in ("given_name", "middle_name", "family_name", "suffix")]
    return " ".join(str(part) for part in parts if part) or str(have.get("full_name") or "Unnamed")


def _reach(points: Sequence[dict[str, Any]]) -> dict[str, str]:
    """E-mails, phones and addresses, each kind on a line."""
    by_kind: dict[str, list[str]] = {}
    for point in points:
        by_kind.setdefault(point["kind"], []).append(str(point.get("value") or point["canonical"]))
    return {kind: " | ".join(dict.fromkeys(values)) for kind, values in by_kind.items()}
