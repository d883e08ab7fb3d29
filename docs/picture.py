"""Draws `docs/images/demo.svg`: chapters of what `make demo` prints, as a terminal shows them."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import NIGHT_OWLISH
from rich.text import Text

HERE = Path(__file__).resolve().parent
COLUMNS = 100
CHAPTERS = ("Two commands", "Who is who", "How the silos overlap", "How right is it?")
NO_FONTS_FROM_ELSEWHERE = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)


def demo() -> str:
    """What the demo prints, with its colours."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "console.demo", "--folder", "demo"],
            cwd=folder,
            env=os.environ | {"FORCE_COLOR": "1", "COLUMNS": str(COLUMNS), "PYTHONPATH": str(HERE.parent)},
            capture_output=True,
            text=True,
            check=True,
        )
    return done.stdout


def chapters(printed: str) -> str:
    """The chosen chapters, without empty lines in a row."""
    parts = re.split(r"\n(?=[^\n]*(?:%s) [^\n]*─)" % "|".join(map(re.escape, ALL)), printed)  # noqa: UP031
    chosen = [part for part in parts if any(name in part.partition("\n")[0] for name in CHAPTERS)]
    lines = [line for line in "\n".join(chosen).splitlines() if not line.startswith("Skipped ")]
    return re.sub(r"\n(?:[ \x1b\[0m]*\n){2,}", "\n\n", "\n".join(lines))


ALL = (*CHAPTERS, "Nothing is lost", "Every value explains itself", "Every merge can be undone", "Yours to look around")


def main() -> None:
    """Draw the picture."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi("$ make demo\n" + chapters(demo())))
    target = HERE / "images" / "demo.svg"
    target.parent.mkdir(exist_ok=True)
    drawing = console.export_svg(
        title="make demo", theme=NIGHT_OWLISH, code_format=NO_FONTS_FROM_ELSEWHERE, unique_id="demo"
    )
    target.write_text(re.sub(r"<!--.*?-->", "", drawing), encoding="utf-8")


if __name__ == "__main__":
    main()
