"""A small population with a known truth: people in companies over three sources, with typos, initials and namesakes."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.builders import World, contact
from tests.laws.picture import crosswalk
from unified_model.identity.model import MatchModel, read_model, shipped_model
from unified_model.records import NaturalKey
from unified_model.store import models as stored

GIVEN = (
    "Anna",
    "Robert",
    "Maria",
    "John",
    "Elena",
    "Peter",
    "Katherine",
    "William",
    "Susan",
    "David",
    "Julia",
    "Marco",
)
FAMILY = ("Smith", "Bergstrom", "Garcia", "Kowalski", "Hoffmann", "Okafor", "Lindqvist", "Moreau", "Tanaka", "Rossi")
COMPANIES = (("Acme Steel Inc", "acmesteel.com"), ("Globex Trading Ltd", "globex.org"), ("Initech GmbH", "initech.de"))
SOURCES = ("emea", "fair", "shop")


@dataclass(frozen=True)
class Population:
    """A world, and who is who in it."""

    world: World
    truth: dict[NaturalKey, int]

    def crosswalk(self) -> dict[NaturalKey, str]:
        """Customer id of every person's record."""
        return {key: id_ for key, id_ in crosswalk(self.world.store).items() if key in self.truth}

    def pair_scores(self) -> tuple[int, int, int]:
        """(pairs of one customer that are one person, pairs of one customer, pairs of one person)."""
        now = self.crosswalk()
        cells = Counter((now[key], person) for key, person in self.truth.items())
        together, wanted = Counter(now.values()), Counter(self.truth.values())
        return tuple(sum(n * (n - 1) // 2 for n in some.values()) for some in (cells, together, wanted))  # type: ignore[return-value]

    def truth_file(self, file: Path) -> Path:
        """The truth as a file."""
        lines = [f"{key.source},{key.record_id},{person}" for key, person in self.truth.items()]
        file.write_text("\n".join(["file,record_id,person_id", *lines]) + "\n", encoding="utf-8")
        return file

    def put(self, name: str, change: Callable[[dict[str, Any]], None], kind: str = "person") -> MatchModel:
        """Store a variation of the shipped model, not in use."""
        document = json.loads(shipped_model("person" if kind == "person" else "organization").to_json())
        change(document)
        model = read_model(json.dumps(document))
        with self.world.store.begin() as work:
            stored.put(
                work.conn, model.version, model.kind, model.document, self.world.clock(), origin="imported", name=name
            )
            work.commit()
        return model


def shifted(bits: float) -> Callable[[dict[str, Any]], None]:
    """A change of a model's document: both thresholds moved."""

    def change(document: dict[str, Any]) -> None:
        document["unsilo"]["merge"] += round(1000 * bits)
        document["unsilo"]["review"] += round(1000 * bits)

    return change


def populate(world: World, *, people: int, seed: int, told: float = 0.5) -> Population:
    """Land and resolve people; the same seed gives the same. `told`: how often a record has a field."""
    print(f"population of seed {seed}")
    chance = random.Random(seed)
    truth: dict[NaturalKey, int] = {}
    records: dict[str, list[Any]] = {label: [] for label in SOURCES}
    for person in range(people):
        made = _person(chance, person)
        for number in range(chance.choice((1, 2, 2, 3, 4))):
            label = chance.choice(SOURCES)
            record_id = f"{person}-{number}"
            records[label].append(contact(record_id, **_told(chance, made, told)))
            truth[NaturalKey(f"{label}-1", "Contact", record_id)] = person
    for label, some in records.items():
        world.land(label, *some)
    world.resolve()
    return Population(world, truth)


def _person(chance: random.Random, number: int) -> dict[str, str]:
    given, family = chance.choice(GIVEN), chance.choice(FAMILY)
    company, site = chance.choice(COMPANIES)
    return {
        "First": given, "Last": family, "Company": company, "Site": site, "City": chance.choice(("Berlin", "Boston")),
        "Email": f"{given}.{family}{number}@gmail.com".lower(), "Phone": f"+1 212 555 {2000 + 7 * number:04}",
        "Born": f"19{50 + number % 50}-0{1 + number % 9}-1{number % 10}",
    }  # fmt: skip


def _told(chance: random.Random, person: dict[str, str], often: float) -> dict[str, str]:
    """One record of a person: some fields missing, some misspelt."""
    told = {name: value for name, value in person.items() if name in ("First", "Last") or chance.random() < often}
    if chance.random() < 0.15:
        told["First"] = f"{person['First'][0]}."
    if chance.random() < 0.15:
        place = chance.randrange(1, len(person["Last"]) - 1)
        told["Last"] = person["Last"][:place] + person["Last"][place + 1 :]
    return told
