"""Law 5: every golden cell comes from a live member record that holds that very value, and `explain` says the same."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from tests.builders import World, contact, new_world
from tests.laws.picture import names_of
from tests.laws.worlds import Histories, examples, histories, shuffled, small_limits
from unified_model.errors import UsageError
from unified_model.identity.model import shipped_model
from unified_model.records import NaturalKey
from unified_model.store.codec import decode, encode
from unified_model.store.sources import sources
from unified_model.store.tables.golden import consent, customer, customer_contact_point, organization, person
from unified_model.store.tables.identity import link, membership
from unified_model.store.tables.landing import source_record
from unified_model.store.tables.unified import affiliation, contact_point, organization_record, person_record
from unified_model.use_cases.explain import explain_customer, explain_pair

ADDRESS = ("street", "locality", "region", "postal_code", "country")
SEEDS = st.integers(0, 2**32)


class Origins:
    """What each source record itself says, by natural key."""

    def __init__(self, conn: Connection) -> None:
        names = names_of(conn)
        self.deleted = {names[row.id] for row in conn.execute(select(source_record)) if row.deleted_at is not None}
        self.rows: dict[NaturalKey, Mapping[str, Any]] = {}
        for table in (person_record, organization_record):
            self.rows.update({names[row["record"]]: row for row in conn.execute(select(table)).mappings()})
        self.points: dict[NaturalKey, list[Mapping[str, Any]]] = {}
        for row in conn.execute(select(contact_point)).mappings():
            self.points.setdefault(names[row["record"]], []).append(row)
        self.companies: dict[NaturalKey, set[str]] = {}
        for row in conn.execute(select(affiliation)):
            self.companies.setdefault(names[row.record], set()).add(row.name)
        self.customer_of = {names[r.record]: r.customer_id for r in conn.execute(select(membership))}

    def holds(self, key: NaturalKey, field: str, value: Any) -> bool:
        """Whether the record itself has this value in this field."""
        top, _, part = field.partition(".")
        if field in ("email", "phone"):
            return any(p["kind"] == field and (p["canonical"] or p["raw"]) == value for p in self.points.get(key, ()))
        if field in ADDRESS:
            parts = [decode(p["parts"]) or {} for p in self.points.get(key, ()) if p["kind"] == "address"]
            return any(one.get(field) == value for one in parts)
        if field == "company":
            return value in self.companies.get(key, ())
        row = self.rows[key]
        return (decode(row[top]) or {}).get(part) == value if part else row[top] == value


def cells_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Every value of a golden row that needs an origin, by the name provenance has for it."""
    cells = {}
    for name, value in row.items():
        if value is None or name in ("customer_id", "provenance"):
            continue
        if name in ("external_ids", "custom"):
            cells.update({f"{name}.{part}": one for part, one in (decode(value) or {}).items()})
        else:
            cells[name] = value
    return cells


@given(made=histories(), seed=SEEDS)
@examples(30)
def test_every_golden_cell_names_a_live_member_that_holds_it(made: Histories, seed: int) -> None:
    with small_limits(seed), new_world() as world:
        live_through(world, made, seed)
        with world.store.read() as conn:
            origins = Origins(conn)
            golden = [row for t in (person, organization) for row in conn.execute(select(t)).mappings()]

            for row in golden:
                told = decode(row["provenance"])
                records = [NaturalKey(*key) for key in told["records"]]
                cells = cells_of(row)
                assert cells.keys() == told["fields"].keys()
                for field, value in cells.items():
                    place, rule, _ = told["fields"][field]
                    origin = records[place]
                    assert origins.customer_of[origin] == row["customer_id"]
                    assert origin not in origins.deleted
                    if field != "display_name":
                        assert origins.holds(origin, field, value), (field, value, origin, rule)


@given(made=histories(), seed=SEEDS)
@examples(20)
def test_every_way_to_reach_a_customer_names_the_live_members_that_hold_it(made: Histories, seed: int) -> None:
    with small_limits(seed), new_world() as world:
        live_through(world, made, seed)
        with world.store.read() as conn:
            origins = Origins(conn)
            for row in conn.execute(select(customer_contact_point)).mappings():
                told = decode(row["provenance"])
                holders = {NaturalKey(*key) for key in told["holders"]}
                really = {
                    key
                    for key, points in origins.points.items()
                    if origins.customer_of[key] == row["customer_id"]
                    and key not in origins.deleted
                    and any(
                        p["kind"] == row["kind"] and (p["canonical"] or p["raw"]) == row["canonical"] for p in points
                    )
                }
                assert holders == really
                assert NaturalKey(*told["winner"]) in holders
            for row in conn.execute(select(consent)).mappings():
                origin = NaturalKey(*decode(row["provenance"])["record"])
                said = decode(origins.rows[origin]["consents"])
                assert origin not in origins.deleted
                assert any(one["status"] == row["status"] and one["channel"] == row["channel"] for one in said)


@given(made=histories(), seed=SEEDS)
@examples(15)
def test_explain_works_out_the_stored_value_again(made: Histories, seed: int) -> None:
    with small_limits(seed), new_world() as world:
        live_through(world, made, seed)
        with world.store.read() as conn:
            golden = {r["customer_id"]: r for t in (person, organization) for r in conn.execute(select(t)).mappings()}
            every = list(conn.execute(select(customer.c.id)).scalars())
            labels = {one.installation: one.label for one in sources(conn)}

        for customer_id in every:
            answer = explain_customer(world.store, customer_id)

            cells, told = cells_of(golden[customer_id]), decode(golden[customer_id]["provenance"])
            assert answer["fields"].keys() == cells.keys()
            for field, explained in answer["fields"].items():
                place, rule, since = told["fields"][field]
                key = told["records"][place]
                assert decode(encode(explained["value"])) == decode(encode(cells[field]))
                assert explained["stored"] == cells[field]
                assert explained["record"] == "/".join((labels[key[0]], *key[1:]))
                assert explained["rule"] == rule
                assert decode(encode(explained["since"])) == since
                assert all(other["value"] != explained["value"] for other in explained["others"])


@given(made=histories(), seed=SEEDS)
@examples(15)
def test_every_link_weighs_what_explaining_it_adds_up_to(made: Histories, seed: int) -> None:
    with small_limits(seed), new_world() as world:
        live_through(world, made, seed)
        with world.store.read() as conn:
            names = names_of(conn)
            weights = {(names[row.a], names[row.b]): row.weight for row in conn.execute(select(link))}
        models = {model.kind: model for model in map(shipped_model, ("person", "organization"))}

        for pair, weight in weights.items():
            answer = explain_pair(world.store, *map(_as_people_write, pair), world.clock)

            kind = "organization" if pair[0].object in ("Account", "Contact/company") else "person"
            assert answer["weight"] == weight
            assert models[kind].base + sum(part["weight"] for part in answer["parts"]) == weight
            assert sorted(answer["compared"]) == sorted(map(_as_people_write, pair))


def _as_people_write(key: NaturalKey) -> str:
    return f"{key.source.removesuffix('-1')}/{key.object}/{key.record_id}"


def live_through(world: World, made: Histories, seed: int) -> None:
    """Land in some order, with a few decisions and choices of fields on the way."""
    chance = random.Random(seed)
    for label, part in shuffled(made, seed):
        world.land_pages(label, [part])
        if chance.random() < 0.3:
            world.resolve()
            decide_something(world, made, chance)
    world.resolve()


def decide_something(world: World, made: Histories, chance: random.Random) -> None:
    """A decision that somebody might make now; one that cannot be made is not."""
    names = [f"{p.label}/{p.object}/{p.record_id}" for p in made]
    one, other = chance.choice(names), chance.choice(names)
    try:
        match chance.randrange(3):
            case 0:
                world.decide(one, other, chance.choice(("same", "different")))
            case 1:
                world.choose(one, chance.choice(("family_name", "email", "name", "company", "locality")), other)
            case 2:
                world.unmerge(one)
    except UsageError:
        return


def test_what_a_person_chose_is_golden_and_says_so() -> None:
    with new_world() as world:
        world.land("emea", contact("1", First="Ann", Last="Smith", Email="ann.smith@acme.com", Title="Clerk"))
        world.land("fair", contact("9", First="Ann", Last="Smith", Email="ann.smith@acme.com", Title="Head of Sales"))
        world.resolve()
        before = explain_customer(world.store, "emea/1", "job_title")["fields"]["job_title"]
        loser = {"emea/Contact/1": "fair/9", "fair/Contact/9": "emea/1"}[before["record"]]

        world.choose("emea/1", "job_title", loser)
        world.resolve()

        after = explain_customer(world.store, "emea/1", "job_title")["fields"]["job_title"]
        assert (after["value"], after["rule"]) == (before["others"][0]["value"], "a_person_chose")
        assert after["others"][0]["value"] == before["value"]
