"""Word lists of the normalisers, as text files: words apart by spaces, `#` starts a comment."""

from __future__ import annotations

from importlib.resources import files


def word_list(name: str) -> frozenset[str]:
    """The words of `name`.txt."""
    return frozenset(word for line in _lines(name) for word in line.split())


def phrase_list(name: str) -> frozenset[str]:
    """The lines of `name`.txt."""
    return frozenset(line.strip() for line in _lines(name))


def word_lines(name: str) -> list[list[str]]:
    """The words of each line of `name`.txt, in order."""
    return [line.split() for line in _lines(name)]


def _lines(name: str) -> list[str]:
    text = (files("unified_model.identity.normalise") / "lists" / f"{name}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
