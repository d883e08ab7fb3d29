"""Names of people: who is called what, in which spellings, and how often.

`make_names` gives one table of given names and one of family names. Each name comes in three forms (as its bearer
writes it in Latin letters, another Latin spelling, its own script) plus the ASCII letters its e-mail addresses use.
Frequencies fall with the rank as they do in life (Zipf), so that namesakes grow with the population; the stock of
rare family names grows too, but slower.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from simulators.family_names import COMMON, COMMON_SHARE, DEFAULT_COMMON_SHARE, ENDS, MIDDLES, STARTS
from simulators.given_names import GIVEN

Text = npt.NDArray[np.object_]
Whole = npt.NDArray[np.int64]
Real = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# Share of each culture among people of an English-speaking, European and partly Asian customer base.
CULTURES: dict[str, float] = {
    "en": 0.60, "de": 0.12, "es": 0.07, "fr": 0.05, "it": 0.04, "pl": 0.025, "nl": 0.02, "in": 0.025,
    "ru": 0.016, "zh": 0.02, "ja": 0.009, "el": 0.005,
}  # fmt: skip
OWN_SCRIPT = ("ru", "zh", "ja", "el")
FAMILY_FIRST = ("zh", "ja")
GIVEN_ZIPF = 0.7
FAMILY_ZIPF = 0.75
MADE_ZIPF = 0.35
FADING = 0.12
"""A bigger customer base reaches more regions, so the common family names lose share in it: pairs of namesakes grow
with about the 1.75th power of the people, not the square."""
SPECIAL_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "Ł": "L", "æ": "ae", "đ": "d", "ı": "i"})


@dataclass(frozen=True)
class NameTable:
    """Names as parallel arrays. `odds` is the running share inside a culture's slice, `slices` where that lies."""

    latin: Text
    variant: Text
    native: Text
    letters: Text
    nicknames: Text
    first_nickname: Whole
    nickname_count: Whole
    culture: Whole
    odds: Real
    slices: dict[str, tuple[int, int]]

    def draw(self, rng: np.random.Generator, culture: Whole) -> Whole:
        """One name for every person, from the person's culture (index into `CULTURES`)."""
        chosen = np.zeros(len(culture), dtype=np.int64)
        luck = rng.random(len(culture))
        for number, name in enumerate(CULTURES):
            start, stop = self.slices[name]
            here = culture == number
            chosen[here] = start + np.searchsorted(self.odds[start:stop], luck[here], side="right").clip(
                max=stop - start - 1
            )
        return chosen

    def nickname(self, name: Whole, luck: Real) -> Text:
        """One of each name's short forms; the name itself where it has none."""
        count = self.nickname_count[name]
        chosen = self.first_nickname[name] + (luck * count).astype(np.int64)
        return np.where(count > 0, self.nicknames[np.minimum(chosen, len(self.nicknames) - 1)], self.latin[name])


@dataclass(frozen=True)
class Names:
    """The given and the family names of one population."""

    given: NameTable
    family: NameTable


def make_names(rng: np.random.Generator, people: int) -> Names:
    """All names for a population of this size. Two populations of one size and seed share them."""
    return Names(given=_given_table(), family=_family_table(rng, people))


def ascii_letters(name: str) -> str:
    """A name as an e-mail address spells it: lower case, ASCII letters only."""
    plain = unicodedata.normalize("NFKD", name.translate(SPECIAL_LETTERS))
    return "".join(letter for letter in plain.lower() if "a" <= letter <= "z")


def texts(names: Iterable[str]) -> Text:
    """An object array of strings (numpy would guess a fixed width otherwise)."""
    listed = list(names)
    array = np.empty(len(listed), dtype=object)
    array[:] = listed
    return array


@dataclass(frozen=True)
class _Entry:
    latin: str
    variant: str
    native: str
    nicknames: tuple[str, ...]
    culture: str
    weight: float


def _given_table() -> NameTable:
    entries = []
    for culture in CULTURES:
        words = GIVEN[culture].split()
        if culture == "zh":
            words += [
                _join((first, second.lower(), "")) for first, second in product(words[:17], repeat=2) if first != second
            ]
        for rank, word in enumerate(words):
            entries.append(_entry(word, culture, 1 / (rank + 3) ** GIVEN_ZIPF))
    return _table(entries)


def _family_table(rng: np.random.Generator, people: int) -> NameTable:
    entries = []
    for culture, share in CULTURES.items():
        common_share = COMMON_SHARE.get(culture, DEFAULT_COMMON_SHARE)
        if common_share < 1:
            common_share *= (10_000 / max(people, 10_000)) ** FADING
        common = COMMON[culture].split()
        weights = _zipf(len(common), FAMILY_ZIPF) * common_share
        entries += [_entry(word, culture, weight) for word, weight in zip(common, weights, strict=True)]
        made = _made_names(rng, culture, stock=100 + int(40 * (people * share) ** 0.45))
        made_weights = _zipf(len(made), MADE_ZIPF) * (1 - common_share)
        entries += [_entry(word, culture, weight) for word, weight in zip(made, made_weights, strict=True)]
    return _table(entries)


def _zipf(count: int, exponent: float) -> Real:
    weights: Real = 1 / (np.arange(count, dtype=np.float64) + 2.0) ** exponent
    return weights / weights.sum() if count else weights


def _made_names(rng: np.random.Generator, culture: str, stock: int) -> list[str]:
    """`stock` different names put together from the culture's syllables, or as many as those allow."""
    parts = product(STARTS[culture].split(), MIDDLES[culture].split(), ENDS[culture].split())
    names = sorted({_join(combination) for combination in parts})
    order = rng.permutation(len(names))[:stock]
    return [names[index] for index in order]


def _join(parts: tuple[str, str, str]) -> str:
    latin = "".join(part.partition("|")[0] for part in parts).replace("-", "")
    native = "".join(part.partition("|")[2] for part in parts).replace("-", "")
    return f"{latin}|{native}" if native else latin


def _entry(word: str, culture: str, weight: float) -> _Entry:
    """Read `Latin/Variant|Native:Nick,Nick`."""
    head, _, nicks = word.replace("~", " ").partition(":")
    spellings, _, native = head.partition("|")
    latin, _, variant = spellings.partition("/")
    return _Entry(latin, variant or latin, native or latin, tuple(nicks.split(",")) if nicks else (), culture, weight)


def _table(entries: list[_Entry]) -> NameTable:
    odds = np.array([entry.weight for entry in entries])
    slices = {}
    start = 0
    for culture in CULTURES:
        stop = start + sum(entry.culture == culture for entry in entries)
        slices[culture] = (start, stop)
        running = np.cumsum(odds[start:stop])
        odds[start:stop] = running / running[-1]
        start = stop
    counts = np.array([len(entry.nicknames) for entry in entries], dtype=np.int64)
    numbers = {culture: number for number, culture in enumerate(CULTURES)}
    return NameTable(
        latin=texts(entry.latin for entry in entries),
        variant=texts(entry.variant for entry in entries),
        native=texts(entry.native for entry in entries),
        letters=texts(ascii_letters(entry.latin) for entry in entries),
        nicknames=texts(["", *(nickname for entry in entries for nickname in entry.nicknames)]),
        first_nickname=1 + np.cumsum(counts) - counts,
        nickname_count=counts,
        culture=np.array([numbers[entry.culture] for entry in entries], dtype=np.int64),
        odds=odds,
        slices=slices,
    )
