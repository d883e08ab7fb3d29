"""What a portal tells of itself: properties, schemas, pipelines, owners, account."""

from typing import Any

ROUTES: tuple[tuple[str, str, Any], ...] = ()
"""Method, path without its version, handler."""
