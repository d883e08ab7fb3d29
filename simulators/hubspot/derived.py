"""What the portal writes by itself when somebody writes: dates of stages, closed deals, amounts, domains, owners."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from simulators.hubspot.lifecycle import STAGE, date_property
from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import Portal
from simulators.hubspot.requirements import default_pipeline
from simulators.hubspot.rows import Row, iso, parse_id

Values = Mapping[str, str]
HOME_RATES = {"EUR": Decimal(1), "USD": Decimal("0.86"), "GBP": Decimal("1.14")}
"""What one unit of a currency is worth in the portal's own."""
COPIED_FROM_PRODUCT = ("name", "price", "hs_recurring_billing_period")


def derive(portal: Portal, kind: ObjectType, before: Row | None, values: Values) -> dict[str, str]:
    """The values that follow from those written, by name; `before` is None for a new record."""
    held = {} if before is None else before.values
    after = {**held, **values}
    derived = default_pipeline(portal, kind, after)
    after |= derived
    derived |= _BY_TYPE[kind.plural](portal, held, after) if kind.plural in _BY_TYPE else {}
    if before is None and "hs_marketable_status" not in values:
        derived["hs_marketable_status"] = "false"
    now = iso(portal.now())
    owner = values.get("hubspot_owner_id")
    if owner is not None and owner != held.get("hubspot_owner_id", ""):
        derived |= {"hubspot_owner_assigneddate": now if owner else "", "hs_all_owner_ids": owner}
    stage = values.get(STAGE)
    if stage and stage != held.get(STAGE):
        derived[date_property(stage)] = now
    return {name: value for name, value in derived.items() if name in kind.properties and value != held.get(name, "")}


def _of_contact(portal: Portal, held: Values, after: Values) -> dict[str, str]:
    return {"hs_email_domain": after.get("email", "").rpartition("@")[2]}


def _of_deal(portal: Portal, held: Values, after: Values) -> dict[str, str]:
    metadata = _stage_metadata(portal, "deals", after.get("pipeline"), after.get("dealstage"))
    closed = metadata.get("isClosed") == "true"
    won = closed and Decimal(metadata.get("probability", "0")) == 1
    amount, rate = _number(after.get("amount")), HOME_RATES.get(after.get("deal_currency_code") or portal.currency)
    derived = {
        "hs_is_closed": str(closed).lower(),
        "hs_is_closed_won": str(won).lower(),
        "hs_amount_in_home_currency": "" if amount is None or rate is None else _plain(amount * rate),
    }
    return derived | ({"closedate": iso(portal.now())} if closed and not after.get("closedate") else {})


def _of_ticket(portal: Portal, held: Values, after: Values) -> dict[str, str]:
    metadata = _stage_metadata(portal, "tickets", after.get("hs_pipeline"), after.get("hs_pipeline_stage"))
    if metadata.get("ticketState") != "CLOSED":
        return {"closed_date": ""}
    return {"closed_date": held.get("closed_date") or iso(portal.now())}


def _of_line_item(portal: Portal, held: Values, after: Values) -> dict[str, str]:
    """A new line takes from its product what it does not name itself; its amount follows."""
    derived: dict[str, str] = {}
    product = portal.tables["products"].get(parse_id(after.get("hs_product_id", "")) or 0)
    if not held and product is not None:
        derived = {name: product.values.get(name, "") for name in COPIED_FROM_PRODUCT if not after.get(name)}
    whole = {**after, **derived}
    price, quantity = _number(whole.get("price")), _number(whole.get("quantity"))
    if price is None:
        return derived | {"amount": ""}
    discount = _number(whole.get("discount")) or Decimal(0)
    return derived | {"amount": _plain((price - discount) * (Decimal(1) if quantity is None else quantity))}


def _stage_metadata(portal: Portal, plural: str, pipeline_id: str | None, stage_id: str | None) -> Values:
    for pipeline in portal.pipelines.get(plural, ()):
        if pipeline.id == pipeline_id:
            stage = pipeline.stage(stage_id or "")
            return {} if stage is None else stage.metadata
    return {}


def _number(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None


def _plain(number: Decimal) -> str:
    """Without an exponent, and without zeros that say nothing."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_BY_TYPE: dict[str, Callable[[Portal, Values, Values], dict[str, str]]] = {
    "contacts": _of_contact,
    "deals": _of_deal,
    "tickets": _of_ticket,
    "line_items": _of_line_item,
}
