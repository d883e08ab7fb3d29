"""What a vendor's standard export looks like, as data, so that such a file needs no configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from unified_model.mapping.rows import ObjectMapping


def columns(*lines: str) -> frozenset[str]:
    """Names between spaces as a set."""
    return frozenset(" ".join(lines).split())


@dataclass(frozen=True, slots=True)
class StandardExport:
    """One object of a vendor as its exports write it: by technical names, or by the labels people see."""

    vendor: str
    mapping: ObjectMapping
    """By technical names; the rows' labels are the export's headers for people."""
    telling: frozenset[str]
    """Columns (technical names) that few other systems have: they tell whose export it is."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Other headers for people, older or in other languages -> technical name."""
    against: frozenset[str] = frozenset()
    """Headers that speak for another object (`First Name` in what might be a list of companies)."""
    key_labels: tuple[str, ...] = ()
    """What exports for people call the id column."""
    key_prefix: str = ""
    """How the vendor's ids of this object begin, where they tell."""
