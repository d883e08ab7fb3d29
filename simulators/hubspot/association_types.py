"""What kinds of association there are between two types of object: those that HubSpot defines, and a portal's labels.

A type has a direction: from contacts to companies it has another number than from companies to contacts. Numbers are
told apart by their category: a portal counts its own labels from 1, where HubSpot's primary company stands too.
"""

from typing import NamedTuple

from simulators.hubspot.links import HUBSPOT_DEFINED, INTEGRATOR_DEFINED, USER_DEFINED, LinkType

CATEGORIES = (HUBSPOT_DEFINED, USER_DEFINED, INTEGRATOR_DEFINED, "WORK")
MOST_LABELS = 50
"""Labels between one pair of objects."""

_UNLABELLED = (
    ("contacts", "companies", 279, 280),
    ("contacts", "deals", 4, 3),
    ("contacts", "tickets", 15, 16),
    ("contacts", "contacts", 449, 449),
    ("companies", "companies", 450, 450),
    ("companies", "deals", 342, 341),
    ("companies", "tickets", 340, 339),
    ("deals", "deals", 451, 451),
    ("deals", "tickets", 27, 28),
    ("deals", "line_items", 19, 20),
    ("deals", "quotes", 63, 64),
    ("tickets", "tickets", 452, 452),
    ("quotes", "line_items", 67, 68),
    ("quotes", "contacts", 69, 70),
    ("quotes", "companies", 71, 72),
    ("quotes", "tasks", 217, 218),
    ("contacts", "calls", 193, 194),
    ("contacts", "emails", 197, 198),
    ("contacts", "meetings", 199, 200),
    ("contacts", "notes", 201, 202),
    ("contacts", "tasks", 203, 204),
    ("contacts", "communications", 82, 81),
    ("companies", "calls", 181, 182),
    ("companies", "emails", 185, 186),
    ("companies", "meetings", 187, 188),
    ("companies", "notes", 189, 190),
    ("companies", "tasks", 191, 192),
    ("companies", "communications", 88, 87),
    ("deals", "calls", 205, 206),
    ("deals", "emails", 209, 210),
    ("deals", "meetings", 211, 212),
    ("deals", "notes", 213, 214),
    ("deals", "tasks", 215, 216),
    ("deals", "communications", 86, 85),
    ("tickets", "calls", 219, 220),
    ("tickets", "emails", 223, 224),
    ("tickets", "meetings", 225, 226),
    ("tickets", "notes", 227, 228),
    ("tickets", "tasks", 229, 230),
    ("tickets", "communications", 84, 83),
    ("calls", "meetings", 399, 400),
    ("leads", "contacts", 608, 609),
    ("leads", "companies", 610, 611),
    ("leads", "calls", 596, 597),
    ("leads", "emails", 598, 599),
    ("leads", "meetings", 600, 601),
    ("leads", "notes", 854, 855),
    ("leads", "tasks", 646, 647),
    ("contacts", "feedback_submissions", 97, 98),
    ("tickets", "feedback_submissions", 99, 100),
    ("postal_mail", "contacts", 453, 454),
    ("postal_mail", "tickets", 455, 456),
    ("postal_mail", "deals", 457, 458),
    ("postal_mail", "companies", 459, 460),
)
_PRIMARY = (
    ("contacts", "companies", 1, 2),
    ("deals", "companies", 5, 6),
    ("tickets", "companies", 26, 25),
    ("leads", "contacts", 578, 579),
)
"""Of these, a record of the first type has one at most: who sets a second one takes the first one's place."""
_PARENT_TO_CHILD, _CHILD_TO_PARENT = 13, 14
FIRST_OF_CUSTOM = 1_000
"""Behind this number are the mere links of custom objects."""
NEVER_ASSOCIATED = ("products", "owners")
Pair = tuple[str, str]


class AssociationType(NamedTuple):
    """One kind of association in one direction; `inverse` is the same seen from the other end.

    Without a label it is the mere link, which every association has besides its labels. `name` is what v3 calls it.
    """

    link: LinkType
    label: str | None
    name: str
    inverse: LinkType
    primary: bool = False

    @property
    def is_own(self) -> bool:
        """Whether it is a label that the portal gave itself."""
        return self.link.category == USER_DEFINED and self.label is not None

    def shown(self) -> dict[str, str | int | None]:
        """As answers give it."""
        return {"category": self.link.category, "typeId": self.link.id, "label": self.label}


class AssociationTypes:
    """A portal's kinds of association, by pair of plural type names."""

    def __init__(self) -> None:
        self._pairs: dict[Pair, dict[LinkType, AssociationType]] = {}
        self._mere: dict[Pair, AssociationType] = {}
        self._last_label, self._last_custom = 0, FIRST_OF_CUSTOM
        for a, b, there, back in _UNLABELLED:
            self._connect(a, b, LinkType(HUBSPOT_DEFINED, there), LinkType(HUBSPOT_DEFINED, back))
        for a, b, there, back in _PRIMARY:
            self._add_primary(a, b, LinkType(HUBSPOT_DEFINED, there), LinkType(HUBSPOT_DEFINED, back))
        child, parent = LinkType(HUBSPOT_DEFINED, _PARENT_TO_CHILD), LinkType(HUBSPOT_DEFINED, _CHILD_TO_PARENT)
        self._put("companies", "companies", AssociationType(child, "Child Company", "parent_to_child_company", parent))
        self._put("companies", "companies", AssociationType(parent, "Parent Company", "child_to_parent_company", child))

    def between(self, a: str, b: str) -> list[AssociationType]:
        """All kinds from `a` to `b`; empty if they can't be associated."""
        return list(self._pairs.get((a, b), {}).values())

    def find(self, a: str, b: str, link: LinkType) -> AssociationType | None:
        """A kind by its category and number."""
        return self._pairs.get((a, b), {}).get(link)

    def mere(self, a: str, b: str) -> AssociationType | None:
        """The kind without a label; None if the two can't be associated."""
        return self._mere.get((a, b))

    def partners(self, a: str) -> list[str]:
        """The types that `a` can be associated with."""
        return [b for here, b in self._mere if here == a]

    def ends(self, a: str, link: LinkType) -> list[str]:
        """The types to which a kind of association leads from `a`."""
        return [b for (here, b), kinds in self._pairs.items() if here == a and link in kinds]

    def connect(self, a: str, b: str) -> None:
        """Let records of a custom object be linked with those of another type, under numbers of the portal's own."""
        if (a, b) not in self._mere and not {a, b}.intersection(NEVER_ASSOCIATED):
            self._last_custom += 2
            there, back = self._last_custom - 1, self._last_custom - (a == b)
            self._connect(a, b, LinkType(USER_DEFINED, there), LinkType(USER_DEFINED, back))

    def add_label(self, a: str, b: str, name: str, label: str, inverse: str | None) -> list[AssociationType]:
        """A label of the portal's own, numbered in both directions; ValueError if there is no room or no such pair."""
        if (a, b) not in self._mere:
            raise ValueError(f"{a} and {b} can't be associated")
        own = [each for each in self.between(a, b) if each.is_own]
        if len(own) >= MOST_LABELS:
            raise ValueError(f"there are {MOST_LABELS} labels between {a} and {b} already")
        if any(each.name == name or each.label in (label, inverse) for each in own):
            raise ValueError(f"there is a label {label} between {a} and {b} already")
        there, back = self._numbers(same=a == b and inverse is None)
        made = AssociationType(there, label, name, back)
        other = AssociationType(back, inverse or label, name, there)
        self._put(a, b, made)
        self._put(b, a, other)
        return [made] if there == back else [made, other]

    def rename(self, a: str, b: str, link: LinkType, label: str, inverse: str | None) -> bool:
        """Give a label another text, and the other end's if it had the same; whether there is one of that number."""
        found = self.find(a, b, link)
        if found is None or not found.is_own:
            return False
        other = self._pairs[b, a][found.inverse]
        self._put(b, a, other._replace(label=inverse or (label if other.label == found.label else other.label)))
        self._put(a, b, found._replace(label=label))
        return True

    def remove(self, a: str, b: str, link: LinkType) -> AssociationType | None:
        """Take a label away in both directions, and give it; None if the portal has none of that number."""
        found = self.find(a, b, link)
        if found is None or not found.is_own:
            return None
        del self._pairs[a, b][link]
        self._pairs[b, a].pop(found.inverse, None)
        return found

    def _connect(self, a: str, b: str, there: LinkType, back: LinkType) -> None:
        for here, to, link, inverse in ((a, b, there, back), (b, a, back, there)):
            self._mere[here, to] = AssociationType(link, None, _name(here, to), inverse)
            self._put(here, to, self._mere[here, to])

    def _add_primary(self, a: str, b: str, there: LinkType, back: LinkType) -> None:
        for here, to, link, inverse in ((a, b, there, back), (b, a, back, there)):
            # The old names call the primary company the company, and the mere link an unlabelled one.
            self._mere[here, to] = self._mere[here, to]._replace(name=f"{_name(here, to)}_unlabeled")
            self._put(here, to, self._mere[here, to])
            self._put(here, to, AssociationType(link, "Primary", _name(here, to), inverse, primary=True))

    def _put(self, a: str, b: str, kind: AssociationType) -> None:
        self._pairs.setdefault((a, b), {})[kind.link] = kind

    def _numbers(self, *, same: bool) -> tuple[LinkType, LinkType]:
        first = self._last_label + 1
        self._last_label += 1 if same else 2
        return LinkType(USER_DEFINED, first), LinkType(USER_DEFINED, self._last_label)


def only_one(a: str, b: str) -> bool:
    """Whether a record of `a` has one primary record of `b` at most: a contact one company, but a company many."""
    return any((a, b) == (first, second) for first, second, _, _ in _PRIMARY)


def _name(a: str, b: str) -> str:
    return f"{singular(a)}_to_{singular(b)}"


def singular(name: str) -> str:
    """`company` of `companies`."""
    return f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s")
