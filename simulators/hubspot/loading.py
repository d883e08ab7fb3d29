"""Puts first records into an empty portal: nobody's edit, with stamps of their own."""

from collections.abc import Mapping

import numpy as np

from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import Portal
from simulators.hubspot.rows import Row
from simulators.records import Moments


def load(
    portal: Portal,
    kind: ObjectType,
    record_id: int,
    values: Mapping[str, str],
    created: int,
    modified: int | None = None,
) -> Row:
    """One record, made at `created` and last touched at `modified` (None: then, too); search sees it once filled."""
    last = created if modified is None else modified
    row = Row(record_id, {name: value for name, value in values.items() if value}, created, last, last)
    portal.tables[kind.plural][record_id] = row
    return row


def stamps(moments: Moments) -> list[int]:
    """Times as epoch milliseconds."""
    found: list[int] = moments.astype("datetime64[ms]").astype(np.int64).tolist()
    return found
