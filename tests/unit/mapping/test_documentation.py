"""The page on mappings names every field and every transform there is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from unified_model.entities import ORGANIZATION_FIELDS, PERSON_FIELDS
from unified_model.mapping.rows import ADDRESS_PARTS, COMPANY_PARTS
from unified_model.mapping.settings import mapping_from_settings
from unified_model.mapping.transforms import TRANSFORMS

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "mappings.md").read_text(encoding="utf-8")


def test_every_field_is_documented() -> None:
    named = set(re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)))

    assert {
        *PERSON_FIELDS,
        *ORGANIZATION_FIELDS,
        *ADDRESS_PARTS,
        *(f"company.{part}" for part in COMPANY_PARTS),
    } <= named


def test_every_transform_is_documented_with_its_losses() -> None:
    rows = [
        f"| `{each.name}` | {each.makes} | {each.about} | {', '.join(each.losses)} |" for each in TRANSFORMS.values()
    ]

    assert [row for row in rows if row not in PAGE] == []


def test_the_example_is_a_mapping() -> None:
    example = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None

    mapping = mapping_from_settings(tomllib.loads(example[1])["sources"]["fair"]["mapping"], object_name="fair")

    assert len(mapping.rows) == 4
