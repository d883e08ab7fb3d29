"""Merges of two records into one."""

from typing import Any

ROUTES: tuple[tuple[str, str, Any], ...] = ()
"""Method, path without its version, handler."""
