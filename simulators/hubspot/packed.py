"""Values of many records alike, kept close together so that a large portal fits into memory."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


class Layout:
    """The properties that records loaded alike may have, in one order."""

    __slots__ = ("names", "places")

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self.places = {name: place for place, name in enumerate(self.names)}

    def pack(self, values: Mapping[str, str]) -> "Packed":
        """The values of one record, which has just these properties in this order; empty ones count as never set."""
        return Packed(self, tuple(value or None for value in values.values()))


class Packed(Mapping[str, str]):
    """The values of one record, by name."""

    __slots__ = ("_held", "_layout")

    def __init__(self, layout: Layout, held: tuple[str | None, ...]) -> None:
        self._layout, self._held = layout, held

    def __getitem__(self, name: str) -> str:
        place = self._layout.places.get(name)
        value = None if place is None else self._held[place]
        if value is None:
            raise KeyError(name)
        return value

    def get(self, name: str, default: Any = None) -> Any:
        place = self._layout.places.get(name)
        value = None if place is None else self._held[place]
        return default if value is None else value

    def __iter__(self) -> Iterator[str]:
        return (name for name, value in zip(self._layout.names, self._held, strict=True) if value is not None)

    def __len__(self) -> int:
        return sum(value is not None for value in self._held)
