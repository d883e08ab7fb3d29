"""How three systems lay out their contacts: a Salesforce Data Loader extract, a HubSpot export, a trade fair's list.

Each function turns shown records into that system's rows, ready for a `csv.writer`. Nothing here touches a file.
"""

import unicodedata
from collections.abc import Callable

import numpy as np

from simulators.names import CULTURES, FAMILY_FIRST, SPECIAL_LETTERS, Text, Whole, texts
from simulators.people import Population
from simulators.plans import HUBSPOT, SALESFORCE, TRADE_FAIR
from simulators.records import Moments, Shown

FILES = ("salesforce_contacts.csv", "hubspot_contacts.csv", "trade_fair.csv")
"""File names, by the file numbers of `records`."""

HEADERS = (
    (
        "Id", "FirstName", "LastName", "Email", "Phone", "MobilePhone", "Title", "Account.Name", "Account.Website",
        "MailingStreet", "MailingCity", "MailingState", "MailingPostalCode", "MailingCountry", "HasOptedOutOfEmail",
        "CreatedDate", "LastModifiedDate",
    ),
    (
        "Record ID", "First Name", "Last Name", "Email", "Phone Number", "Mobile Phone Number", "Job Title",
        "Company Name", "Website URL", "Street Address", "City", "State/Region", "Postal Code", "Country/Region",
        "Lifecycle Stage", "Contact owner", "Create Date", "Last Modified Date",
    ),
    (
        "Badge", "Full name", "E-mail", "Mobile", "Organisation", "Web site", "Role", "Town", "Post code", "Country",
        "Scanned at",
    ),
)  # fmt: skip

PERSON = ("given", "family", "email", "phone", "mobile", "title", "company", "website")
ADDRESS = ("street", "city", "state", "post_code", "country")
BASE62 = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", dtype=np.uint8)
CHECK_LETTERS = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", dtype=np.uint8)
CONTACT_PREFIX = b"0035g"
HUBSPOT_FIRST_ID = 310_000_000

Row = tuple[str, ...]


def record_ids(file: int, number: Whole) -> Text:
    """The ids that a system gives its records."""
    if file == SALESFORCE:
        return salesforce_ids(number)
    if file == HUBSPOT:
        return texts(str(HUBSPOT_FIRST_ID + each) for each in number.tolist())
    return texts(f"B{each:08d}" for each in number.tolist())


def salesforce_ids(number: Whole) -> Text:
    """Ids of 18 characters: prefix, number in base 62, three letters that tell which of those are upper case."""
    digits = 15 - len(CONTACT_PREFIX)
    letters = np.empty((len(number), 18), dtype=np.uint8)
    letters[:, : len(CONTACT_PREFIX)] = np.frombuffer(CONTACT_PREFIX, dtype=np.uint8)
    rest = number.copy()
    for place in range(14, 14 - digits, -1):
        letters[:, place] = BASE62[rest % 62]
        rest //= 62
    upper = (letters[:, :15] >= ord("A")) & (letters[:, :15] <= ord("Z"))
    bits = upper.reshape(len(number), 3, 5) @ np.array([1, 2, 4, 8, 16])
    letters[:, 15:] = CHECK_LETTERS[bits]
    return texts(row.tobytes().decode("ascii") for row in letters)


def export_rows(population: Population, shown: Shown, file: int, *, clean: bool, encoding: str = "utf-8") -> list[Row]:
    """The rows of one system, record id first, in the order shown."""
    mine = shown.only(shown.file == file)
    layouts: dict[int, Callable[[], list[Text]]] = {
        SALESFORCE: lambda: _salesforce(mine),
        HUBSPOT: lambda: _hubspot(mine),
        TRADE_FAIR: lambda: _trade_fair(population, mine, clean=clean, encoding=encoding),
    }
    columns = [record_ids(file, mine.number), *layouts[file]()]
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _salesforce(shown: Shown) -> list[Text]:
    columns = [shown.columns[name] for name in (*PERSON, *ADDRESS, "opted_out")]
    moments = (shown.created, shown.modified)
    return [*columns, *(texts(f"{stamp}.000Z" for stamp in _stamps(moment)) for moment in moments)]


def _hubspot(shown: Shown) -> list[Text]:
    columns = [shown.columns[name] for name in (*PERSON, *ADDRESS, "lifecycle", "owner")]
    moments = (shown.created, shown.modified)
    return [*columns, *(texts(f"{stamp[:10]} {stamp[11:16]}" for stamp in _stamps(moment)) for moment in moments)]


def _trade_fair(population: Population, shown: Shown, *, clean: bool, encoding: str) -> list[Text]:
    scanned = texts(f"{s[8:10]}.{s[5:7]}.{s[:4]} {s[11:16]}" for s in _stamps(shown.modified))
    rest = ("email", "phone", "company", "website", "title", "city", "post_code", "country")
    names = _full_names(population, shown, clean=clean)
    columns = [names, *(shown.columns[name] for name in rest), scanned]
    if encoding == "cp1252":
        columns[0] = _in_cp1252(columns[0], _latin_names(population, shown.person))
        columns[1:] = [_in_cp1252(column, column) for column in columns[1:]]
    return columns


def _full_names(population: Population, shown: Shown, *, clean: bool) -> Text:
    """One column for the whole name: mostly given name first, now and then with a title or a nickname."""
    eastern_cultures = [number for number, name in enumerate(CULTURES) if name in FAMILY_FIRST]
    eastern = np.isin(population.people.culture[shown.person], eastern_cultures)
    given, family, luck = shown.columns["given"], shown.columns["family"], shown.luck
    both = (given != "") & (family != "")
    blank = np.where(both, " ", "")
    western: Text = given + blank + family
    if clean:
        return western
    nickname = population.names.given.nickname(population.people.given[shown.person], luck)
    reversed_order = family + blank + given
    with_nickname = given + ' "' + nickname + '" ' + family
    return np.select(
        [both & (luck < 0.015), eastern & (luck < 0.5), luck < 0.055, both & (luck < 0.06), luck > 0.985],
        [family + ", " + given, reversed_order, reversed_order, with_nickname, "Dr. " + western],
        western,
    )


def _latin_names(population: Population, person: Whole) -> Text:
    given, family = population.people.given[person], population.people.family[person]
    full: Text = population.names.given.latin[given] + " " + population.names.family.latin[family]
    return full


def _in_cp1252(values: Text, instead: Text) -> Text:
    """Values as an old Windows program can save them: what it has no letters for is written in plain ones."""
    kept = values.copy()
    for position, value in enumerate(values.tolist()):
        if not value.isascii() and not _fits_cp1252(value):
            plain = unicodedata.normalize("NFKD", instead[position].translate(SPECIAL_LETTERS))
            kept[position] = plain.encode("ascii", "ignore").decode()
    return kept


def _fits_cp1252(value: str) -> bool:
    try:
        value.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _stamps(moments: Moments) -> list[str]:
    stamps: list[str] = np.datetime_as_string(moments, unit="s").tolist()
    return stamps
