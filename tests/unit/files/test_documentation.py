"""The page on file sources names every setting the reader takes and every reason for which it sets a row aside."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from connectors.files.settings import FileSettings

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "files.md").read_text(encoding="utf-8")


def test_every_setting_is_documented() -> None:
    names = {one.name for one in fields(FileSettings)} - {"path", "base"}

    assert {name for name in names if f"`{name}" not in PAGE} == set()


def test_every_reason_is_documented() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "connectors" / "files").glob("*.py")]
    said = r'"((?:row_too|bad|unclosed|missing|duplicate|line_too)_[a-z]+)"'

    reasons = {reason for source in sources for reason in re.findall(said, source)}

    assert len(reasons) >= 8
    assert {reason for reason in reasons if f"`{reason}`" not in PAGE} == set()
