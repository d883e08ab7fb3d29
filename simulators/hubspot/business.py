"""What a company does with its customers: products, deals and what they hold, tickets, quotes, leads, machines.

How much there is of each follows the number of contacts, up to a bound: what people write down about customers is
`activities`. A part of everything lies in the recycle bin.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from simulators.hubspot.activities import add_activities
from simulators.hubspot.loading import Loader, add_link, link, old_ids
from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import Portal
from simulators.hubspot.rows import iso
from simulators.hubspot.truth import Truth
from simulators.people import random_stream

DEALS, TICKETS, LEADS, MACHINES, BIN = 51, 52, 53, 54, 55
"""Streams of random numbers, so that one part's draws never shift another's."""
MOST = 20_000
DAY = 86_400_000
ARCHIVED_SHARE, BINNED = 0.03, ("deals", "tickets", "line_items", "notes", "tasks", "leads")
TROUBLES = ("Can't sign in", "Invoice is wrong", "Export takes too long", "How do I add a user?", "Report is empty")
MODELS = ("Press 40", "Press 60", "Mill S", "Mill L", "Lathe 2")
End = tuple[ObjectType, int]


def add_business(portal: Portal, truth: Truth) -> None:
    """All of it; the portal has its owners, contacts and companies."""
    products = _add_products(portal)
    _add_deals(portal, products)
    _add_tickets(portal)
    _add_leads(portal, truth)
    _add_machines(portal)
    add_activities(portal, MOST)
    _count_deals(portal)
    _fill_bin(portal)


def some(portal: Portal, plural: str, share: float, rng: np.random.Generator) -> list[int]:
    """Ids of a share of the records of a type, at most so many, the same ones for the same seed."""
    ids = portal.tables[plural].live
    count = min(MOST, round(len(ids) * share))
    return [ids[each] for each in sorted(rng.choice(len(ids), size=count, replace=False).tolist())] if count else []


def company_of(portal: Portal, contact_id: int) -> int | None:
    """The company of a contact."""
    return next(iter(portal.links.of("contacts", contact_id, "companies")), None)


def owner_for(portal: Portal, number: int) -> str:
    owners = [*portal.owners]
    return str(owners[number % len(owners)])


def _add_products(portal: Portal) -> list[int]:
    kind = portal.kind("products")
    loader, ids = Loader(portal, kind), old_ids(5)
    made: list[int] = []
    for line in ("Analytics", "Storage", "Support", "Training"):
        for place, size in enumerate(("Basic", "Team", "Enterprise")):
            record_id = next(ids)
            values = {
                "name": f"{line} {size}",
                "price": str(25 * 4**place),
                "hs_sku": f"{line[:3].upper()}-{place + 1}",
            }
            loader.load(
                record_id, values | {"description": f"{line} for a {size.lower()} plan"}, portal.born - 2_000 * DAY
            )
            made.append(record_id)
    return made


def _add_deals(portal: Portal, products: Sequence[int]) -> None:
    """Some contacts are to buy something; their companies buy with them. Some deals have lines and a quote."""
    rng, (kind, contact, company) = random_stream(portal.seed, DEALS), _kinds(portal, "deals", "contacts", "companies")
    loader, ids = Loader(portal, kind), old_ids(7)
    line_kind, quote_kind = _kinds(portal, "line_items", "quotes")
    lines, line_ids, quotes, quote_ids = Loader(portal, line_kind), old_ids(11), Loader(portal, quote_kind), old_ids(13)
    pipelines = portal.pipelines[kind.plural]
    for number, contact_id in enumerate(some(portal, "contacts", 0.2, rng)):
        luck = rng.integers(1 << 20, size=6).tolist()
        pipeline = pipelines[0 if luck[0] % 5 else 1]
        stage = pipeline.stages[luck[1] % len(pipeline.stages)]
        closed, amount = stage.metadata.get("isClosed") == "true", luck[2] % 4_000 * 25
        made = portal.born - (luck[3] % 1_500 + 2) * DAY
        values = {"dealname": f"Order {number + 1}", "pipeline": pipeline.id, "dealstage": stage.id}
        values |= {"amount": str(amount) if luck[2] % 7 else "", "closedate": iso(made + luck[4] % 300 * DAY)}
        values |= {"dealtype": ("newbusiness", "existingbusiness")[luck[5] % 2], "deal_currency_code": "EUR"}
        values |= {
            "hs_is_closed": str(closed).lower(),
            "hs_is_closed_won": str(stage.metadata.get("probability") == "1.0").lower(),
        }
        values |= {"hs_amount_in_home_currency": values["amount"], "hubspot_owner_id": owner_for(portal, luck[0])}
        record_id = next(ids)
        employer = company_of(portal, contact_id)
        loader.load(record_id, values | {"num_associated_contacts": "1"}, made, made + luck[4] % 60 * DAY // 4)
        link(portal, (kind, record_id), (contact, contact_id))
        if employer is not None:
            link(portal, (kind, record_id), (company, employer), primary=True)
        for line in range(luck[5] % 3):
            product = portal.tables["products"][products[(luck[1] + line) % len(products)]]
            price, quantity = int(product.values["price"]), luck[2 + line] % 9 + 1
            item = {"name": product.values["name"], "hs_product_id": str(product.id), "quantity": str(quantity)}
            item |= {"price": str(price), "amount": str(price * quantity)}
            line_id = next(line_ids)
            lines.load(line_id, item, made)
            link(portal, (kind, record_id), (line_kind, line_id))
        if number % 6 == 0:
            quote_id = next(quote_ids)
            quote = {"hs_title": f"Quote for order {number + 1}", "hs_quote_number": f"Q-{number + 1:06d}"}
            quote |= {"hs_status": "APPROVAL_NOT_NEEDED", "hs_currency": "EUR", "hs_quote_amount": values["amount"]}
            quotes.load(quote_id, quote | {"hs_expiration_date": iso(made + 60 * DAY)[:10]}, made)
            link(portal, (quote_kind, quote_id), (kind, record_id))
            link(portal, (quote_kind, quote_id), (contact, contact_id))


def _add_tickets(portal: Portal) -> None:
    rng, (kind, contact, company) = (
        random_stream(portal.seed, TICKETS),
        _kinds(portal, "tickets", "contacts", "companies"),
    )
    loader, ids = Loader(portal, kind), old_ids(17)
    stages = portal.pipelines[kind.plural][0].stages
    for contact_id in some(portal, "contacts", 0.1, rng):
        luck = rng.integers(1 << 20, size=4).tolist()
        stage, made = stages[luck[0] % len(stages)], portal.born - (luck[1] % 900 + 1) * DAY
        trouble = TROUBLES[luck[2] % len(TROUBLES)]
        values = {
            "subject": trouble,
            "content": f"{trouble}. It has been so since Monday.",
            "hs_pipeline_stage": stage.id,
        }
        values |= {"hs_pipeline": portal.pipelines[kind.plural][0].id, "hubspot_owner_id": owner_for(portal, luck[3])}
        values["hs_ticket_priority"] = ("LOW", "MEDIUM", "HIGH", "")[luck[3] % 4]
        values["closed_date"] = iso(made + DAY) if stage.metadata.get("ticketState") == "CLOSED" else ""
        record_id, employer = next(ids), company_of(portal, contact_id)
        loader.load(record_id, values, made, made + DAY)
        link(portal, (kind, record_id), (contact, contact_id))
        if employer is not None:
            link(portal, (kind, record_id), (company, employer), primary=True)


def _add_leads(portal: Portal, truth: Truth) -> None:
    """People to be won, each by a contact that the sales team works on."""
    rng, (kind, contact, company) = random_stream(portal.seed, LEADS), _kinds(portal, "leads", "contacts", "companies")
    loader, ids = Loader(portal, kind), old_ids(19)
    pipeline = portal.pipelines[kind.plural][0]
    person_of = {
        record_id: (person, number) for plural, record_id, person, number in truth.numbers if plural == "contacts"
    }
    for contact_id in some(portal, "contacts", 0.06, rng):
        luck = rng.integers(1 << 20, size=3).tolist()
        held = portal.tables["contacts"][contact_id].values
        name = f"{held.get('firstname', '')} {held.get('lastname', '')}".strip() or "Lead"
        values = {
            "hs_lead_name": name,
            "hs_lead_label": ("HOT", "WARM", "COLD")[luck[0] % 3],
            "hs_pipeline": pipeline.id,
        }
        values |= {
            "hs_pipeline_stage": pipeline.stages[luck[1] % len(pipeline.stages)].id,
            "hs_lead_type": "NEW_BUSINESS",
        }
        record_id, employer = next(ids), company_of(portal, contact_id)
        loader.load(
            record_id, values | {"hubspot_owner_id": owner_for(portal, luck[2])}, portal.born - luck[2] % 400 * DAY
        )
        link(portal, (kind, record_id), (contact, contact_id), primary=True)
        if employer is not None:
            link(portal, (kind, record_id), (company, employer))
        truth.add(kind.plural, record_id, *person_of[contact_id])


def _add_machines(portal: Portal) -> None:
    """The customer's own objects: machines at companies, with people whom labels tell apart."""
    rng, (kind, contact, company) = (
        random_stream(portal.seed, MACHINES),
        _kinds(portal, "machines", "contacts", "companies"),
    )
    for other in (contact, company):
        portal.association_types.connect(kind.plural, other.plural)
    roles = [
        portal.association_types.add_label(kind.plural, contact.plural, name, label, None)[0]
        for name, label in (("operator", "Operator"), ("buyer", "Buyer"))
    ]
    loader, ids = Loader(portal, kind), old_ids(23)
    for number, contact_id in enumerate(some(portal, "contacts", 0.08, rng)):
        luck = rng.integers(1 << 20, size=4).tolist()
        made = portal.born - (luck[0] % 2_000 + 1) * DAY
        values = {
            "serial_number": f"M-{number + 1:07d}",
            "model": MODELS[luck[1] % len(MODELS)],
            "installed_on": iso(made)[:10],
        }
        values |= {
            "operating_hours": f"{luck[2] % 90_000 / 10:.1f}",
            "condition": ("good", "worn", "broken")[luck[3] % 3],
        }
        record_id, employer = next(ids), company_of(portal, contact_id)
        loader.load(record_id, values, made, made + luck[3] % 30 * DAY // 30)
        link(portal, (kind, record_id), (contact, contact_id))
        add_link(
            portal,
            (kind, record_id),
            (contact, contact_id),
            [(each.link, each.inverse) for each in roles[: luck[3] % 3]],
        )
        if employer is not None:
            link(portal, (kind, record_id), (company, employer))


def _count_deals(portal: Portal) -> None:
    """What contacts and companies show of their deals."""
    for plural in ("contacts", "companies"):
        loader, deals = Loader(portal, portal.kind(plural)), portal.tables["deals"]
        for record_id in sorted({each for deal in deals for each in portal.links.of("deals", deal, plural)}):
            count = len(portal.links.of(plural, record_id, "deals"))
            loader.complete(record_id, {"num_associated_deals": str(count)})


def _fill_bin(portal: Portal) -> None:
    """Some records were thrown away in the last weeks."""
    rng = random_stream(portal.seed, BIN)
    for plural in BINNED:
        table = portal.tables[plural]
        for record_id in some(portal, plural, ARCHIVED_SHARE, rng):
            when = portal.born - int(rng.integers(1, 60 * 24)) * DAY // 24
            row = table[record_id]
            if row.modified < when:
                table[record_id] = replace(row, archived_at=when)


def _kinds(portal: Portal, *names: str) -> tuple[ObjectType, ...]:
    return tuple(portal.kind(name) for name in names)
