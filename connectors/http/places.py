"""Where a system may be: https anywhere, plain http on this machine only."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from unified_model.errors import UsageError


def base_url(url: str, setting: str = "url") -> str:
    """Scheme, host and port of an address, without a path. UsageError when it is none, or plain http goes too far."""
    parts = urlsplit(url.strip())
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in ("http", "https") or not parts.hostname or port == -1:
        raise UsageError(f"The {setting} {url!r} is no address.", f"Set {setting} to https:// and the system's host.")
    if parts.username or parts.password:
        raise UsageError(f"The {setting} names a user or password.", "Leave both out; secrets come otherwise.")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise UsageError(
            f"The {setting} {parts.scheme}://{parts.hostname} would send secrets in the clear.",
            "Use https://; plain http is for this machine only (127.0.0.1).",
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name or number alone; nothing is looked up."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
