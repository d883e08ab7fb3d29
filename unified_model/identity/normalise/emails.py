"""E-mail addresses: the canonical form, and whether an address belongs to one person, to a desk, or to nobody."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from unified_model.identity.normalise.domains import FREE_MAIL, registered_domain
from unified_model.identity.normalise.lists import word_list
from unified_model.identity.normalise.text import CACHED_VALUES, ascii_of

_ADDRESS = re.compile(r"[^\s@<>\"(),;:]+@[^\s@<>\"(),;:]+\.[^\s@<>\"(),;:.]{2,}")
_GMAIL = frozenset(("gmail.com", "googlemail.com"))
_ROLES = word_list("roles")
_NOBODY = word_list("nobody")
_NOWHERE = word_list("nowhere")


class Email(NamedTuple):
    """A folded address. `role` marks a desk (info@) rather than a person; `domain` is the registered one."""

    canonical: str
    local: str
    domain: str
    role: bool
    free: bool


@lru_cache(maxsize=CACHED_VALUES)
def parse_email(raw: str) -> Email | None:
    """The address in canonical form; None when it isn't one, or is a placeholder that reaches nobody.

    Tags (`jane+crm@`) are dropped everywhere, dots in the local part at Gmail only: there alone they mean nothing.
    """
    found = _ADDRESS.search(raw)
    if found is None:
        return None
    address = ascii_of(found[0]).lower().removeprefix("mailto:").strip(".'")
    local, _, host = address.rpartition("@")
    local = local.split("+", 1)[0]
    if host in _GMAIL:
        local, host = local.replace(".", ""), "gmail.com"
    domain = registered_domain(host) or host
    if not local or local in _NOBODY or domain in _NOWHERE or host.endswith((".invalid", ".example", ".test")):
        return None
    role = local.strip("0123456789").replace("-", "").replace("_", "").replace(".", "") in _ROLES
    return Email(f"{local}@{host}", local, domain, role, domain in FREE_MAIL)
