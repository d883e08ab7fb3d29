"""The schema this version of Unsilo speaks, and what it says to stores of another. Loads nothing."""

from __future__ import annotations

from unified_model.errors import NeedsOperator

SCHEMA_VERSION = "0003"
"""The newest migration in `migrations/versions`; a test keeps them equal."""


def refuse_newer(store: str, version: str | None) -> None:
    """NeedsOperator when a later version has written the store: what it holds may mean something else there."""
    if version is not None and version > SCHEMA_VERSION:
        raise too_new(store, version)


def too_new(store: str, version: str) -> NeedsOperator:
    """The refusal of a store that a later version has written."""
    return NeedsOperator(
        f"The store {store} was written by a newer Unsilo (schema {version}; this one knows {SCHEMA_VERSION}).",
        "Install the newer Unsilo, or restore a backup made with this one.",
    )


def too_old(store: str, version: str) -> NeedsOperator:
    """The refusal to change a PostgreSQL store's schema unasked."""
    return NeedsOperator(
        f"The store {store} has an older schema ({version}; this Unsilo needs {SCHEMA_VERSION}).",
        "Take a backup, then run `unsilo store upgrade`.",
    )
