"""What goes wrong when people type and systems export: typos, odd case, stray blanks, placeholders, broken lines.

Every function takes its random stream as an argument and touches only a share of the values, so that clean data is
the same data with these steps left out.
"""

from collections.abc import Callable

import numpy as np

from simulators.names import Text, Whole

KEYS = "abcdefghijklmnopqrstuvwxyz"
PLACEHOLDERS = {
    "email": ("n/a", "test@test.com", "none", "noemail@noemail.com", "unknown@unknown.com", "-", "N/A"),
    "phone": ("n/a", "0000000000", "-", "123456789", "none", "+49 000 000000"),
    "company": ("n/a", "-", "none", "unknown", "private", "TBD", "self-employed", "Test"),
    "title": ("n/a", "-", "N/A", "x", "tbd"),
}


def typo(value: str, place: float, kind: float, key: float) -> str:
    """One slip of the finger: a letter replaced, left out, put in or swapped. The numbers (0 to 1) choose."""
    if len(value) < 3:
        return value
    at = 1 + int(place * (len(value) - 2))
    letter = KEYS[int(key * len(KEYS))]
    if kind < 0.25:
        return value[:at] + letter + value[at + 1 :]
    if kind < 0.5:
        return value[:at] + value[at + 1 :]
    if kind < 0.75:
        return value[:at] + letter + value[at:]
    return value[:at] + value[at + 1] + value[at] + value[at + 2 :]


def make_typos(rng: np.random.Generator, values: Text, share: float) -> Text:
    """A copy in which a share of the values has one typo each."""
    hit = np.flatnonzero(rng.random(len(values)) < share)
    dirty = values.copy()
    for position, (place, kind, key) in zip(hit.tolist(), rng.random((len(hit), 3)).tolist(), strict=True):
        dirty[position] = typo(dirty[position], place, kind, key)
    return dirty


def change_some(rng: np.random.Generator, values: Text, share: float, change: Callable[[str], str]) -> Text:
    """A copy in which a share of the values went through `change`."""
    hit = np.flatnonzero(rng.random(len(values)) < share)
    changed = values.copy()
    for position in hit.tolist():
        changed[position] = change(changed[position])
    return changed


def blank_some(rng: np.random.Generator, values: Text, share: float) -> Text:
    """A copy in which about a share of the values is empty."""
    return np.where(rng.random(len(values)) < share, "", values)


def place_holders(rng: np.random.Generator, values: Text, kind: str, share: float) -> Text:
    """A copy in which a share of the values is what people type to get past a required field."""
    choices = PLACEHOLDERS[kind]
    hit = np.flatnonzero(rng.random(len(values)) < share)
    changed = values.copy()
    for position, choice in zip(hit.tolist(), rng.integers(len(choices), size=len(hit)).tolist(), strict=True):
        changed[position] = choices[choice]
    return changed


def dotted(address: str) -> str:
    """A dot inside the local part, which Gmail ignores."""
    return f"{address[:2]}.{address[2:]}" if address.endswith("@gmail.com") else address


def tagged(address: str) -> str:
    """A plus tag, as people give to tell where mail comes from."""
    local, sign, domain = address.partition("@")
    return f"{local}+crm@{domain}" if sign else address


def stray_blank(value: str) -> str:
    """A blank that came along with copy and paste."""
    return f"{value} " if value else value


TOO_FEW, TOO_MANY, OPEN_QUOTE, REPEATED_KEY = "too_few_cells", "too_many_cells", "unclosed_quote", "repeated_key"


def plan_broken_lines(rng: np.random.Generator, rows: int) -> dict[int, str]:
    """Which good rows follow a broken line: row number -> kind. One of each kind at least, about 1 in 1,000 in all."""
    kinds = [TOO_FEW] * (1 + rows // 3_000) + [TOO_MANY] * (1 + rows // 3_000)
    kinds += [REPEATED_KEY] * (1 + rows // 2_000) + [OPEN_QUOTE] * (1 + rows // 20_000)
    if rows < 2 * len(kinds):
        return {}
    places: Whole = rng.choice(rows, size=len(kinds), replace=False)
    return dict(zip(places.tolist(), kinds, strict=True))


def break_line(kind: str, row: tuple[str, ...], key: str) -> tuple[str, ...]:
    """The cells of a broken line made from a good row; its key is `key` unless it repeats the row's own."""
    rest = row[1:]
    if kind == TOO_FEW:
        return (key, *rest[: len(rest) // 2])
    if kind == TOO_MANY:
        return (key, *rest, "", "scanned twice")
    if kind == OPEN_QUOTE:
        return tuple(cell.replace('"', "") for cell in (key, *rest))
    return (row[0], *rest[:2], "", *rest[3:])
