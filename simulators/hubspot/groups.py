"""The groups that properties are shown in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    """One group of a type's properties."""

    name: str
    label: str
    order: int = -1
    archived: bool = False
