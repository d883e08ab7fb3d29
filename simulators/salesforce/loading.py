"""Puts first records into an empty org: nobody's edit, with stamps of their own."""

from datetime import UTC, datetime
from typing import Any

import numpy as np

from simulators.records import Moments
from simulators.salesforce.derived import derive
from simulators.salesforce.fields import Record, Row, Value
from simulators.salesforce.objects import ObjectType
from simulators.salesforce.org import Org


def load(
    org: Org,
    kind: ObjectType,
    created: datetime,
    values: dict[str, Value],
    modified: datetime | None = None,
    record_id: str | None = None,
) -> Row:
    """One record, made at `created` and last touched at `modified` (None: then, too)."""
    last, maker = modified or created, org.user_id
    row: Row = {**kind.defaults, **values, "Id": record_id or org.new_id(kind), "CreatedDate": created}
    row |= {"CreatedById": maker, "LastModifiedDate": last, "LastModifiedById": maker, "SystemModstamp": last}
    derive(org, row, kind, values)
    kept = org.tables[kind.name][str(row["Id"])] = Record(row)
    return kept


def moments(stamps: Moments) -> list[datetime]:
    """Times as Python has them."""
    seconds: list[Any] = stamps.astype("datetime64[s]").astype(np.int64).tolist()
    return [datetime.fromtimestamp(each, UTC) for each in seconds]
