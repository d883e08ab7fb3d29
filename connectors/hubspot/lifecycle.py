"""The stage of life of a contact or company: a portal lets the API move it forward only.

A move backward would be answered as done, and dropped. So it is not sent at all, and told.
"""

from __future__ import annotations

from typing import Any

from connectors.hubspot.describing import Property

STAGE = "lifecyclestage"
ORDER = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
    "other",
)
"""As every portal begins; its own options, in their order, go before."""


def is_backward(known: Property, now: Any, wanted: str) -> bool:
    """Whether a move from one stage to another goes back, or clears it. Stages that nobody knows are left to the
    portal."""
    if not now:
        return False
    if not wanted:
        return True
    order = known.options or ORDER
    return str(now) in order and wanted in order and order.index(wanted) < order.index(str(now))
