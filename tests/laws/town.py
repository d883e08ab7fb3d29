"""A town so small that everybody is mistaken for somebody: who lives there, and the models that tell them apart."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from hypothesis import strategies as st

from unified_model.entities import Kind
from unified_model.identity.model import MatchModel, read_model, shipped_model

NAMES = (
    ("Ann", "Smith"), ("Anna", "Smith"), ("Ann", "Smyth"), ("A.", "Smith"), ("Bob", "Berg"), ("Robert", "Berg"),
    ("Li", "Maria"), ("Maria", "Li"), (None, "Smith"), ("Ann", None), ("Zoe", "Quist"), ("Tomasz", "Kowalski"),
)  # fmt: skip
REACHES: tuple[dict[str, str], ...] = (
    {"Email": "ann.smith@acme.com", "Phone": "+1 212 555 2368"}, {"Email": "ann.smith@acme.com"},
    {"Email": "a.smith@acme.com", "Phone": "+1 212 555 2368"}, {"Email": "a.smith@acme.com"},
    {"Email": "bob77berg@gmail.com", "Phone": "+1 (212) 555-2369"}, {"Email": "bob77berg@gmail.com"},
    {"Email": "a.smith@acme.com", "Email2": "ann.smith@acme.com"}, {"Phone": "+49 30 901820"},
    {"Email": "li@globex.org", "Phone": "+49 30 901820"}, {"Email": "info@acme.com"}, {},
)  # fmt: skip
EXTRAS: tuple[dict[str, str], ...] = (
    {}, {"Company": "Acme Inc", "Site": "acme.com"}, {"Company": "ACME GmbH"}, {"City": "Berlin", "Zip": "10117"},
    {"Born": "1980-04-05"}, {"Born": "1980-05-04", "Company": "Globex"}, {"Erp": "E-100"}, {"Erp": "E-200"},
)  # fmt: skip
TRIMMINGS: tuple[dict[str, str], ...] = (
    {}, {"Title": "CEO"}, {"Title": "Sales Manager", "Note": "called"}, {"Note": "wrote"}, {"Shoe": "42"},
    {"OptIn": "yes", "OptInAt": "2026-01-01"}, {"OptIn": "no"},
)  # fmt: skip
FIRMS: tuple[dict[str, str], ...] = (
    {"Name": "Acme Inc"}, {"Name": "Acme Inc", "Domain": "acme.com"}, {"Name": "ACME GmbH", "Domain": "acme.com"},
    {"Name": "Acme", "Phone": "+49 30 901820"}, {"Name": "Globex", "Domain": "www.globex.org"}, {"Name": "Globex"},
    {"Name": "Globex Trading Ltd", "Domain": "www.globex.org", "Industry": "Toys"}, {"Domain": "acme.com"},
    {"Name": "Acme Inc", "City": "Berlin", "Industry": "Steel"}, {"Name": "Acme Inc", "City": "New York"},
)  # fmt: skip
CROWD = ("Ulrike Brandt", "Tomasz Kowalski", "Chidi Okafor", "Fatima Haddad", "Hiroshi Tanaka", "Oksana Melnyk")
DESKS: tuple[dict[str, str], ...] = (
    {"Phone": "+49 30 901820"}, {"Email": "info@acme.com"}, {"Phone": "+1 212 555 2368"}, {"Last": "Smith"},
    {"Born": "1980-04-05"}, {"Email": "ann.smith@acme.com"}, {},
)  # fmt: skip
VARIANTS: tuple[dict[str, Any], ...] = (
    {}, {"size_limit": 3}, {"size_limit": 2, "step": 3000}, {"merge": 2000, "review": -2000},
    {"merge": 16000}, {"support": 4000, "unlinked": -4000}, {"support": None}, {"merge": 4000, "support": -2000},
)  # fmt: skip


@st.composite
def person_columns(draw: st.DrawFn) -> dict[str, Any]:
    """Columns of one version of a person, out of a small town."""
    first, last = draw(st.sampled_from(NAMES))
    reach, extra, trimming = draw(st.tuples(*map(st.sampled_from, (REACHES, EXTRAS, TRIMMINGS))))
    return {"First": first, "Last": last, **reach, **extra, **trimming}


@cache
def model_variant(kind: Kind, number: int) -> MatchModel:
    """The shipped model with other bounds."""
    document = json.loads(shipped_model(kind).to_json())
    document["unsilo"] |= VARIANTS[number]
    return read_model(json.dumps(document))
