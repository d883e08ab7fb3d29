"""What is special about things that are sold: the amount of a quote is what its lines come to.

That a stage belongs to its pipeline, and what a line takes from its product, stands with the rules of all writes.
"""

from dataclasses import replace
from decimal import Decimal

from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import Portal

QUOTE_AMOUNT = "hs_quote_amount"


def sum_up(portal: Portal, kind: ObjectType, record_id: int) -> None:
    """Write the amount of a quote, or of the quotes that a line stands in, anew; no stamp moves."""
    if kind.plural == "quotes":
        _sum_up_quote(portal, record_id)
    elif kind.plural == "line_items":
        for quote_id in list(portal.links.of(kind.plural, record_id, "quotes")):
            _sum_up_quote(portal, quote_id)


def _sum_up_quote(portal: Portal, quote_id: int) -> None:
    quotes, lines = portal.kind("quotes"), portal.tables["line_items"]
    row = portal.tables[quotes.plural].get(quote_id)
    if row is None:
        return
    held = [lines[each] for each in portal.links.of(quotes.plural, quote_id, "line_items") if each in lines]
    amounts = [Decimal(each.values["amount"]) for each in held if each.values.get("amount") and not each.archived]
    total = f"{sum(amounts, Decimal(0)):f}" if amounts else ""
    if row.values.get(QUOTE_AMOUNT, "") != total:
        portal.put(quotes, replace(row, values={**row.values, QUOTE_AMOUNT: total}))
