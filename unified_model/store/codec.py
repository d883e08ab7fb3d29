"""JSON and hashes as the store writes them: compact, sorted keys, so that equal values give equal bytes."""

from __future__ import annotations

import json
import math
from hashlib import blake2b
from typing import Any

import orjson

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def encode(value: Any) -> str:
    """Compact JSON text with sorted keys; dataclasses and times included."""
    return encode_bytes(value).decode()


def encode_bytes(value: Any) -> bytes:
    """`encode` before it becomes text: what hashes are taken of.

    Half a surrogate pair, which no store and no other program can take, is spelled out (`\\ud800`, six characters);
    numbers past 64 bits keep every digit; a value that is no JSON at all is a TypeError.
    """
    try:
        return orjson.dumps(value, option=_OPTIONS)
    except TypeError:
        plain = json.dumps(_spelled_out(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return plain.encode()


def decode(text: str | bytes | None) -> Any:
    """A JSON column's value; null stays None. Values that a driver decoded already pass through."""
    return orjson.loads(text) if isinstance(text, str | bytes) else text


def digest(data: bytes) -> str:
    """96 bits of BLAKE2b as hex: enough to tell apart any number of versions of one record."""
    return blake2b(data, digest_size=12).hexdigest()


def _spelled_out(value: Any) -> Any:
    """The same value as JSON can hold it, whatever orjson refused."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_spelled_out(k if isinstance(k, str) else str(k)): _spelled_out(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_spelled_out(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, bool | int | float):
        return value
    return orjson.loads(orjson.dumps(value, option=_OPTIONS))
