"""JSON and hashes as the store writes them: compact, sorted keys, so that equal values give equal bytes."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import orjson


def encode(value: Any) -> str:
    """Compact JSON text with sorted keys; dataclasses and times included."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS).decode()


def encode_bytes(value: Any) -> bytes:
    """`encode` before it becomes text: what hashes are taken of."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)


def decode(text: str | bytes | None) -> Any:
    """A JSON column's value; null stays None. Values that a driver decoded already pass through."""
    return orjson.loads(text) if isinstance(text, str | bytes) else text


def digest(data: bytes) -> str:
    """96 bits of BLAKE2b as hex: enough to tell apart any number of versions of one record."""
    return blake2b(data, digest_size=12).hexdigest()
