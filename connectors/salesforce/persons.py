"""Person accounts: one person whom an org keeps as an account with a contact as its shadow.

Such a person is read once, as an object of its own called PersonAccount: the account, which holds everything. Accounts
are then those of companies, contacts those that are no shadows. Written is to the account, too.
"""

from __future__ import annotations

from collections.abc import Collection

PERSON_ACCOUNT = "PersonAccount"
FLAG = "IsPersonAccount"
CONVERTED = f"ConvertedAccount.{FLAG}"
"""Of a lead: whether a person account was made of it, whose shadow the converted contact then is."""


def parents_of(object: str, objects: Collection[str]) -> tuple[str, ...]:
    """Columns of parents that tell what a record became."""
    return (CONVERTED,) if object == "Lead" and PERSON_ACCOUNT in objects else ()


def table_of(object: str) -> str:
    """The org's own name of the object that holds these records."""
    return "Account" if object == PERSON_ACCOUNT else object


def scope_of(object: str, objects: Collection[str], fields: Collection[str]) -> str:
    """The condition that tells persons from companies; none where the org has no person accounts, or nobody asks."""
    if PERSON_ACCOUNT not in objects or FLAG not in fields or object not in (PERSON_ACCOUNT, "Account", "Contact"):
        return ""
    return f"{FLAG} = {'true' if object == PERSON_ACCOUNT else 'false'}"
