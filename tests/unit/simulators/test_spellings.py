"""Nine ways to write one telephone number, and what a typo is."""

import numpy as np
import phonenumbers

from simulators.dirt import make_typos
from simulators.names import texts
from simulators.people import make_population
from simulators.places import AREAS, COUNTRIES, SUBSCRIBERS
from simulators.spellings import PHONE_SPELLINGS, spell_phones


def test_every_spelling_of_a_number_is_the_same_valid_number_to_its_own_country() -> None:
    phones = make_population(300, seed=4).people.mobile
    size = len(phones)

    spelled = [
        spell_phones(phones, np.full(size, style), np.full(size, 12)).tolist() for style in range(PHONE_SPELLINGS)
    ]

    assert len({row[0] for row in spelled}) == PHONE_SPELLINGS
    for phone, texts_of_one in zip(phones.tolist(), zip(*spelled, strict=True), strict=True):
        country = COUNTRIES[AREAS[phone // SUBSCRIBERS][0]].code
        # `001` is how Europeans dial the United States; from inside it means nothing, so a reader has to know.
        dialled = [f"+{text[2:]}" if text.startswith("00") else text for text in texts_of_one]
        numbers = [phonenumbers.parse(text, country) for text in dialled]
        assert all(phonenumbers.is_valid_number(number) for number in numbers)
        assert len({number.national_number for number in numbers}) == 1


def test_a_typo_changes_about_the_share_asked_for_by_one_slip() -> None:
    names = texts(["Catherine"] * 4_000)

    dirty = make_typos(np.random.default_rng(1), names, share=0.1)

    changed = [name for name in dirty if name != "Catherine"]
    assert 300 < len(changed) < 500
    assert all(8 <= len(name) <= 10 and name[0] == "C" for name in changed)
