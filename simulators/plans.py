"""Which records three systems hold of a population: settled in integers, for everybody, before anything is written.

A plan is one shuffled order of all records; `chunks` cuts it into the stretches that are shown and written at a time.
"""

from dataclasses import dataclass

import numpy as np

from simulators.names import Whole
from simulators.people import Population, random_stream

SALESFORCE, HUBSPOT, TRADE_FAIR = 0, 1, 2
FILE_SHARES = (0.43, 0.32, 0.25)
HUBSPOT_KEEPS_DOUBLE = 0.5
RECORDS_A_PERSON = (0.442, 0.330, 0.140, 0.054, 0.023, 0.011)
MEAN_RECORDS = sum(count * share for count, share in enumerate(RECORDS_A_PERSON, start=1))
CHUNK = 20_000


@dataclass(frozen=True)
class Plan:
    """Which person each record is about, which file it is in, and its number there (rising, with gaps)."""

    person: Whole
    file: Whole
    number: Whole

    def __len__(self) -> int:
        return len(self.person)


def people_for(records: int) -> int:
    """How many people surely have this many records between them."""
    return max(8, int(records / MEAN_RECORDS * 1.02) + 40)


def plan_records(population: Population, records: int | None = None) -> Plan:
    """All records of the population, or exactly `records` of them, in shuffled order."""
    rng = random_stream(population.seed, 4)
    copies = 1 + rng.choice(len(RECORDS_A_PERSON), size=population.count, p=RECORDS_A_PERSON)
    person = np.repeat(np.arange(population.count), copies)
    if records is not None:
        if records > len(person):
            raise ValueError(f"{population.count} people have {len(person)} records, not {records}; make more people")
        person = person[:records]
    person = person[rng.permutation(len(person))]
    file = _keep_hubspot_tidy(rng, person, rng.choice(len(FILE_SHARES), size=len(person), p=FILE_SHARES))
    return Plan(person, file, np.cumsum(rng.integers(2, 6, size=len(person))))


def _keep_hubspot_tidy(rng: np.random.Generator, person: Whole, file: Whole) -> Whole:
    """HubSpot merges contacts by e-mail, so that fewer people are in it twice: some second records are elsewhere."""
    inside = np.flatnonzero(file == HUBSPOT)
    _, first = np.unique(person[inside], return_index=True)
    again = np.delete(inside, first)
    again = again[rng.random(len(again)) >= HUBSPOT_KEEPS_DOUBLE]
    moved = file.copy()
    moved[again] = rng.choice((SALESFORCE, TRADE_FAIR), size=len(again), p=(0.75, 0.25))
    return moved


def chunks(total: int) -> list[slice]:
    """The stretches that a plan is written in."""
    return [slice(start, min(start + CHUNK, total)) for start in range(0, total, CHUNK)]
