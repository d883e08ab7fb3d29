"""Crowds in few places: records mostly not in ASCII, each beside others that differ by one step of a comparison."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.builders import ACCOUNTS, CONTACTS, World, account, contact, page
from unified_model.mapping.rows import FieldRow, ObjectMapping
from unified_model.records import SourceRecord
from unified_model.use_cases.land import LandingOrder, land

GIVEN = (
    "Дмитрий", "Dmitry", "Dmitri", "军霞", "Junxia", "小明", "José", "Jose", "Zoë", "Zoe", "Özlem", "Øystein", "Łucja",
    "Robert", "Bob", "Maria", "Mário", "François", "Françoise", "Þóra", "Anaïs", "Jürgen", "Juergen", "Ирина", "Irina",
    "محمد", "Mohammed", "さくら", "Sakura", "Νίκος", "Nikos", "Jane", "J.",
)  # fmt: skip
FAMILY = (
    "Müller", "Mueller", "Muller", "Möller", "Иванова", "Ivanova", "Ivanov", "刘", "Liu", "王", "Wang", "Nuñez",
    "Núñez", "García López", "Garcia-Lopez", "López", "Şahin", "Sahin", "Øster", "Oester", "Łukasiewicz", "Lukasiewicz",
    "O’Brien", "O'Brien", "van der Berg", "Berg", "Smith", "Smyth", "Doe", "Đorđević", "Djordjevic", "Παπαδόπουλος",
    "佐藤", "Satō",
)  # fmt: skip
COMPANIES = (
    "Bäckerei Ünal GmbH", "Backerei Unal", "Бурводстрой ООО", "Burvodstroi", "株式会社山田製作所", "Yamada Seisakusho",
    "Ærø Færgeri A/S", "Aero Faergeri", "Société Générale d'Électricité", "Societe Generale Electricite", "Acme Inc",
    "ACME, Inc.", "Acme Holding", "Żywiec S.A.", "Zywiec", "Ñandú Viajes S.L.", "Nandu Viajes",
)  # fmt: skip
SITES = ("unal.de", "ünal.de", "www.acme.com", "acme.de", "https://zywiec.pl/o-nas", "yamada.co.jp", "aero.dk")
PLACES = (
    ("Köln", "50667"),
    ("Koln", "50668"),
    ("Łódź", "90-001"),
    ("Zürich", "8001"),
    ("東京", "100-0001"),
    ("Århus", "8000"),
)
TITLES = ("Geschäftsführer", "Geschaeftsfuehrer", "Главный бухгалтер", "部長", "CEO")
STREETS = ("Domstraße 1", "Domstrasse 1", "ул. Ленина 5", "Rue de l'Église 3", "")
LETTERS = "aeoöüßłñçøжи明"


def _with(mapping: ObjectMapping, **fields: str) -> ObjectMapping:
    return replace(mapping, rows=(*mapping.rows, *(FieldRow(column, field) for column, field in fields.items())))


MAPPINGS = {
    "Contact": _with(CONTACTS, Middle="middle_name", Suffix="suffix", Street="address:mailing.street"),
    "Account": _with(
        ACCOUNTS, Street="address:billing.street", Zip="address:billing.postal_code", Tax="registration_id"
    ),
}


def land_crowd(world: World, records: list[SourceRecord]) -> None:
    """Land records of one object as a page of one source."""
    world.runs += 1
    order = LandingOrder(world.source("emea").id, records[0].object, world.runs)
    land(world.store, order, MAPPINGS[records[0].object], lambda cursor: iter([page(records)]), clock=world.clock)


def slipped(word: str, chance: random.Random) -> str:
    """A word with up to three slips: letters swapped, left out, put in or mistaken for another."""
    for _ in range(chance.choice((0, 0, 1, 1, 2, 3))):
        at = chance.randrange(max(len(word), 1))
        word = chance.choice(
            (
                word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :],
                word[:at] + word[at + 1 :],
                word[:at] + chance.choice(LETTERS) + word[at:],
                word[:at] + chance.choice(LETTERS) + word[at + 1 :],
            )
        )
    return word


def _moved(date: tuple[int, int, int], chance: random.Random) -> str:
    """A birth date, or one that is near it: days, a month, one or ten years off, turned round, its day not known."""
    year, month, day = date
    year += chance.choice((0, 0, 0, 0, 1, -1, 9, 10, 11))
    month = min(12, max(1, month + chance.choice((0, 0, 0, 1, 2))))
    day = min(28, max(1, day + chance.choice((0, 0, 0, 1, 9, 10))))
    if chance.random() < 0.1 and day <= 12:
        month, day = day, month
    return f"{year:04}-01-01" if chance.random() < 0.1 else f"{year:04}-{month:02}-{day:02}"


def people(number: int, seed: int) -> list[SourceRecord]:
    """So many persons' records: a few hundred circles of colleagues and families, some forty records each."""
    chance = random.Random(seed)
    made: list[SourceRecord] = []
    while len(made) < number:
        crowd = _Crowd(chance)
        made += [crowd.person(str(len(made) + n)) for n in range(chance.randint(20, 60))]
    return made[:number]


def companies(number: int, seed: int) -> list[SourceRecord]:
    """So many organizations' records."""
    chance = random.Random(seed)
    made = []
    for n in range(number):
        city, code = chance.choice(PLACES)
        site = f"{chance.randrange(60)}.{chance.choice(SITES).removeprefix('www.')}"
        columns: dict[str, Any] = {
            "Name": slipped(chance.choice(COMPANIES), chance) + chance.choice(("", "", " West", " 2")),
            "Domain": chance.choice((None, None, site, f"{chance.randrange(10**6)}.com")),
            "Phone": chance.choice((None, None, f"+49 221 55{chance.randrange(300):04}")),
            "City": chance.choice((None, city)),
            "Zip": chance.choice((None, code)),
            "Street": chance.choice((None, *STREETS)),
            "Tax": chance.choice((None, None, None, f"DE{chance.randrange(40)}")),
        }
        made.append(account(str(n), **columns))
    return made


class _Crowd:
    """One company or street, and the few names, numbers and dates its people have between them."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.mark = chance, chance.randrange(10**6)
        self.given = [chance.choice(GIVEN) for _ in range(5)]
        self.family = [slipped(chance.choice(FAMILY), chance) for _ in range(5)]
        self.companies = [f"{chance.choice(COMPANIES)} {self.mark}" for _ in range(2)]
        self.births = [(chance.randint(1940, 2000), chance.randint(1, 12), chance.randint(1, 28)) for _ in range(4)]
        self.place = chance.choice(PLACES)
        self.site = f"{self.mark}.{chance.choice(('de', 'com', 'xn--p1ai'))}"

    def person(self, record_id: str) -> SourceRecord:
        """One record; each column is there more often than not."""
        chance = self.chance
        given, family = chance.choice(self.given), chance.choice(self.family)
        often: dict[str, tuple[float, Callable[[], str]]] = {
            "First": (0.95, lambda: slipped(given, chance)),
            "Last": (0.95, lambda: slipped(family, chance) + chance.choice(("", "", "", "-Ünal"))),
            "Middle": (0.2, lambda: chance.choice(("Anna", "A.", "Bär", "B."))),
            "Suffix": (0.1, lambda: chance.choice(("Jr", "Jr.", "Sr", "III"))),
            "Title": (0.4, lambda: chance.choice(TITLES)),
            "Born": (0.4, lambda: _moved(chance.choice(self.births), chance)),
            "Email": (0.5, lambda: self._email(given, family)),
            "Email2": (0.1, lambda: self._email(given, family)),
            "Phone": (0.5, lambda: f"+49 221 {self.mark % 1000:03}{chance.choice((10, 11, 12, 13, 77))}"),
            "Company": (0.6, lambda: slipped(chance.choice(self.companies), chance)),
            "Site": (0.3, lambda: self.site),
            "City": (0.5, lambda: self.place[0]),
            "Zip": (0.5, lambda: self.place[1]),
            "Street": (0.2, lambda: chance.choice(STREETS)),
            "Erp": (0.2, lambda: f"K-{self.mark}{chance.randrange(12)}"),
        }
        columns = {name: value() for name, (share, value) in often.items() if chance.random() < share}
        if chance.random() < 0.05:
            columns["First"], columns["Last"] = columns.get("Last", "Ünal"), columns.get("First", "Zoë")
        return contact(record_id, **columns)

    def _email(self, given: str, family: str) -> str:
        chance = self.chance
        local = chance.choice((f"{given}.{family}", f"{given[:1]}{family}", family, "info", f"{given}{self.mark % 97}"))
        host = chance.choice((self.site, slipped(self.site, chance), "müller.de", "gmail.com", "gmial.com"))
        local = local.replace(" ", "").lower()
        return (slipped(local, chance) if chance.random() < 0.3 else local) + "@" + host
