"""Drafts of sources: what was found out about some files, how sure that is, and the text for `unsilo.toml`."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

COMMENT_AT = 44
"""Column where the comments begin, so that values and reasons read as two columns."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value for a setting, how certain it is (0 to 1), why, and what else it could be."""

    value: Any
    certainty: float = 1.0
    reason: str = ""
    others: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Other values -> samples by which a person can tell them apart."""
    ask_below: float = 0.7

    @property
    def doubtful(self) -> bool:
        """Worth asking a person."""
        return self.certainty < self.ask_below


@dataclass(frozen=True, slots=True)
class Draft:
    """One source as `unsilo init` would write it."""

    label: str
    path: str
    files: tuple[str, ...] = ()
    object: str | None = None
    """Set when everything is one object, whatever its files are called."""
    holds: str = ""
    """What it holds, for people."""
    export: Choice | None = None
    choices: Mapping[str, Choice] = field(default_factory=dict)
    """encoding, key, zone, date_order: only those worth writing down."""
    mapping_text: str = ""
    """The mapping's section, as TOML with comments."""
    weak_columns: int = 0
    """Columns whose proposal is worth a look."""
    unmapped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    doubtful: str | None = None

    def choose(self, name: str, value: Any) -> Draft:
        """The same draft with a person's answer."""
        answered = Choice(value, 1.0, "chosen when asked")
        doubtful = None if name == "encoding" else self.doubtful
        return replace(self, choices={**self.choices, name: answered}, doubtful=doubtful)


def settings_text(store_url: str, drafts: Sequence[Draft], made_on: str) -> str:
    """The whole of `unsilo.toml`, with the reasons as comments."""
    parts = [
        f"# Written by `unsilo init` on {made_on}. It is yours: edit what isn't right, then run `unsilo check`.",
        "# Per cent: how certain a proposal is. Secrets never stand here.",
        "",
        "[store]",
        f"url = {_toml(store_url)}",
    ]
    return "\n".join(parts) + "\n" + sources_text(drafts)


def sources_text(drafts: Sequence[Draft]) -> str:
    """The sections of sources alone."""
    return "".join("\n" + "\n".join(_source_lines(draft)) + "\n" for draft in drafts)


def _source_lines(draft: Draft) -> list[str]:
    lines = [f"[sources.{draft.label}]", 'kind = "files"', f"path = {_toml(draft.path)}"]
    if draft.files:
        lines.append(f"files = {_toml(list(draft.files))}")
    if draft.object:
        lines.append(_commented(f"object = {_toml(draft.object)}", "what its records are called, whatever the file is"))
    if draft.export:
        lines.append(_line("export", draft.export))
    lines += [_line(name, choice) for name, choice in draft.choices.items()]
    if draft.doubtful:
        lines.append(_commented(f"doubtful = {_toml(draft.doubtful)}", "take this line out once you have looked"))
    lines += [f"# {line}" for note in draft.notes for line in textwrap.wrap(note, 110)]
    if draft.unmapped:
        names = ", ".join(draft.unmapped)
        lines += [f"# {line}" for line in textwrap.wrap(f"Kept raw only, nothing reads them: {names}", 110)]
    if draft.mapping_text:
        lines += ["", *_aligned(draft.mapping_text)]
    return lines


def _line(name: str, choice: Choice) -> str:
    if choice.value is None:
        return _commented(f"# {name} =", _why(choice))
    return _commented(f"{name} = {_toml(choice.value)}", _why(choice))


def _aligned(text: str) -> list[str]:
    """Lines with their comments in one column."""
    lines = []
    for line in text.splitlines():
        value, mark, comment = line.partition("  # ")
        lines.append(_commented(value, comment) if mark else line)
    return lines


def _why(choice: Choice) -> str:
    sure = f"{choice.certainty:.0%}" if choice.certainty < 1 else ""
    return ": ".join(part for part in (sure, choice.reason) if part)


def _commented(line: str, comment: str) -> str:
    return f"{line:<{COMMENT_AT - 1}} # {' '.join(comment.split())}" if comment else line


def _toml(value: Any) -> str:
    """A TOML value; JSON's strings and lists are TOML too, but for the delete character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
