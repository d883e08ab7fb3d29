"""What the portal makes of deals by itself: whoever has one is an opportunity, whoever has a won one a customer.

Only where the switch `lifecycle_follows_deals` is on. No client wrote these stages; they go forward alone.
"""

from simulators.hubspot.associating import End, live_links
from simulators.hubspot.derived import derive
from simulators.hubspot.lifecycle import STAGE, goes_back
from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import Portal
from simulators.hubspot.rows import PLATFORM, Row

FOLLOWING = ("contacts", "companies")


def move_life_cycle(portal: Portal, kind: ObjectType, deal: Row) -> None:
    """Move the contacts and companies of a deal that was written to the stage that it gives them."""
    from simulators.hubspot.writing import change

    if not portal.switches.lifecycle_follows_deals:
        return
    stage = "customer" if deal.values.get("hs_is_closed_won") == "true" else "opportunity"
    for plural in FOLLOWING:
        other = portal.kinds[plural]
        for record_id in list(live_links(portal, End(kind, deal.id), other)):
            row = portal.tables[plural][record_id]
            held = row.values.get(STAGE)
            if held == stage or goes_back(other, held, stage):
                continue
            with portal.acting(PLATFORM):
                change(portal, other, row, {STAGE: stage, **derive(portal, other, row, {STAGE: stage})})
