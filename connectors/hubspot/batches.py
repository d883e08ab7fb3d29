"""Records read by their ids, a hundred at a time, with any number of properties."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.rows import Row, distinct, in_runs, records_of, refuse_broken

IDS = 100


def read_by_ids(
    client: HubSpotClient, object: str, type: str, ids: Sequence[str], names: Sequence[str], *, archived: bool = False
) -> dict[str, Row]:
    """Rows by their own ids; those that are not there are left out. The id of a record that was merged away gives its
    survivor, once, under the survivor's id. Busy when some could not be read for another reason."""
    found: dict[str, Row] = {}
    path = client.paths.batch(type, "read")
    for some in in_runs(list(dict.fromkeys(ids)), IDS):
        body = {
            "properties": list(names),
            "propertiesWithHistory": [],
            "inputs": [{"id": id} for id in some],
        }
        answer = client.post(path, body, params={"archived": str(archived).lower()}, about=object)
        refuse_broken(client.system, answer, about=object)
        found.update(distinct(records_of(client.system, answer, about=object).rows))
    return found
