"""The demo's stage: a folder of its own, the real commands run in this process, questions put to the store in SQL."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.main import run
from console.output import screen
from unified_model.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

MARK = ".made-by-unsilo-demo"
"""Only a folder that carries this file is ever emptied."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the demo plays. `out` is the terminal."""

    folder: Path
    out: Console

    @property
    def exports(self) -> Path:
        return self.folder / "exports"

    @property
    def settings(self) -> Path:
        return self.folder / "unsilo.toml"

    def say(self, text: str = "") -> None:
        """A paragraph for people."""
        self.out.print(text, style="dim" if text else None)

    def heading(self, text: str) -> None:
        """What comes next."""
        self.out.print()
        self.out.rule(text, align="left", style="cyan", characters="─")
        self.out.print()

    def command(self, *words: str, hidden: Sequence[str] = ()) -> int:
        """Show a command as a person would type it, and run it."""
        from rich.text import Text

        shown = [f'"{word}"' if " " in word else word for word in words]
        self.out.print(Text.assemble(("$ ", "green"), (" ".join(["unsilo", *shown]), "bold")))
        sys.stdout.flush()
        return run([*words, *hidden, "--settings", str(self.settings)])

    def answer(self, *words: str) -> Any:
        """Run a command quietly and give its JSON answer (the last line, where it comes in lines)."""
        code, text = self.heard(*words, "--json")
        try:
            return json.loads(text)
        except ValueError:
            lines = text.strip().splitlines()
            if not lines:
                raise UsageError(f"`unsilo {' '.join(words)}` gave no answer (exit code {code}).") from None
            return json.loads(lines[-1])

    def heard(self, *words: str) -> tuple[int, str]:
        """Run a command and keep what it says."""
        with redirect_stdout(io.StringIO()) as said:
            code = run([*words, "--settings", str(self.settings)])
        return code, said.getvalue()

    def query(self, sql: str) -> list[dict[str, Any]]:
        """Rows of a read-only query."""
        code, text = self.heard("query", sql, "--format", "json")
        if code:
            raise UsageError("The demo could not read its own store.", "Run `make demo` again.")
        return [json.loads(line) for line in text.splitlines()]


def set_stage(folder: Path) -> Stage:
    """An empty folder for the demo; an older demo in it is cleared away, anything else is left alone."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise UsageError(f"{folder} holds files that are not the demo's.", "Name another folder.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
    os.environ.pop("PREFECT_API_URL", None)
    return Stage(folder, screen())
