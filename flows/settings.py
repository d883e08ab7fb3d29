"""`unsilo.toml`, read and checked: where the store is, which source systems there are, and how each is read.

A mistake is answered with the nearest thing that exists; a secret in the file is refused with the name of the
environment variable to use instead. Relative paths count from the folder of the settings file.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from unified_model.errors import UsageError

DEFAULT_FILE = Path("unsilo.toml")
LABEL = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
SECRET = re.compile(r"(?i)(secret|passw|passphrase|token|credential|api_?key|private_?key)")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting a person may write: its name, the types it takes and what it means."""

    name: str
    types: tuple[type, ...]
    meaning: str
    choices: tuple[str, ...] = ()


STORE = (
    Setting("url", (str,), "sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME (password: UNSILO_STORE_PASSWORD)"),
)

FILES = (
    Setting("kind", (str,), "files"),
    Setting("path", (str,), "file or folder to read"),
    Setting("files", (list,), "names of the files in the folder, when not all of them"),
    Setting("object", (str,), "name of the records in this source; default: the file's name"),
    Setting("export", (str,), "standard export whose columns these are, such as salesforce.Contact"),
    Setting(
        "key", (str, list), "column (or columns) that names a record for ever; without one the source is append only"
    ),
    Setting("modified", (str,), "column with the time of the last change"),
    Setting("as_of", (str, date), "date the file was exported, for values without a time of their own"),
    Setting("encoding", (str,), "encoding of the text; default: found out"),
    Setting("delimiter", (str,), "what separates columns; default: found out"),
    Setting("quote", (str,), "what encloses values; default: found out"),
    Setting("objects", (list,), "objects to read, when not all of them"),
    Setting("header_row", (int,), "line with the column names; default: the first that is not blank"),
    Setting("sheet", (str,), "sheet of a workbook; default: the first"),
    Setting("zone", (str,), "time zone of times without one, such as Europe/Berlin; default UTC"),
    Setting("date_order", (str,), "how dates are written", ("ymd", "dmy", "mdy")),
    Setting("snapshot", (bool,), "true: a record missing from the newest file was deleted"),
    Setting("max_vanishing_share", (float, int), "snapshot: stop when more than this share is missing; default 0.1"),
    Setting("unique", (bool,), "true: no two records of this source are one customer"),
    Setting("doubtful", (str,), "why what this source says should be doubted"),
    Setting("exclude_fields", (list,), "columns never taken in"),
    Setting("mapping", (dict,), "column = unified field; with several objects a table each"),
)

SALESFORCE = (
    Setting("kind", (str,), "salesforce"),
    Setting("url", (str,), "the org's own address, https://NAME.my.salesforce.com; plain http for this machine only"),
    Setting(
        "auth",
        (str,),
        "how to sign in; default client_credentials. Secrets: UNSILO_NAME_CLIENT_SECRET, _PRIVATE_KEY (jwt), "
        "_REFRESH_TOKEN, _SESSION_ID (session)",
        ("client_credentials", "jwt", "refresh_token", "session"),
    ),
    Setting("client_id", (str,), "consumer key of the external client app"),
    Setting("username", (str,), "jwt: the integration user"),
    Setting("audience", (str,), "jwt: the sign-in host the assertion is for; default url"),
    Setting("api_version", (str,), "version of the API, such as 62.0 (default)"),
    Setting(
        "objects", (list,), "objects to read, custom ones too; default Account, Contact, Lead, User, PersonAccount"
    ),
    Setting("where", (dict,), "object = SOQL condition that its records must meet to be read"),
    Setting("exclude_fields", (list,), "fields never taken in: Field or Object.Field"),
    Setting("overlap_minutes", (float, int), "how far each read goes back, for changes seen late; default 10"),
    Setting("safety_seconds", (float, int), "how far before the org's now a read ends; default 0"),
    Setting("bulk_from", (int,), "changed records from which on they are read in bulk; default 10000"),
    Setting("daily_share", (float, int), "share of the org's calls a day that is ours; default 0.25"),
    Setting("session_minutes", (float, int), "the org's session timeout; default 120"),
    Setting("read_timeout_s", (float, int), "seconds to wait for an answer; default 120"),
    Setting("reconcile_days", (float, int), "days after which the copy is proven anew; default 7, 0: only when asked"),
    Setting("max_vanishing_share", (float, int), "reconcile: stop when more than this share is gone; default 0.1"),
    Setting(
        "push",
        (str,),
        "what may go back; default off. So far nothing is written, but check looks for what a push will need",
        ("off", "plan", "push"),
    ),
    Setting("unique", (bool,), "true: no two records of this source are one customer"),
    Setting("doubtful", (str,), "why what this source says should be doubted"),
    Setting("mapping", (dict,), "object = a table of column = unified field, laid over the standard one"),
)

HUBSPOT = (
    Setting("kind", (str,), "hubspot"),
    Setting("url", (str,), "where HubSpot is; default https://api.hubapi.com; plain http for this machine only"),
    Setting(
        "auth",
        (str,),
        "how to sign in; default token: a service key or private app's token in UNSILO_NAME_TOKEN. "
        "oauth: UNSILO_NAME_CLIENT_SECRET and _REFRESH_TOKEN",
        ("token", "oauth"),
    ),
    Setting("client_id", (str,), "oauth: the app's client id"),
    Setting("api_version", (str,), "version of the API; default v3", ("v3", "2026-03", "2026-09")),
    Setting("objects", (list,), "objects to read, custom ones too; default contacts, companies, owners"),
    Setting(
        "associations", (dict,), "object = list of objects whose links are read with it; default contacts = companies"
    ),
    Setting("exclude_fields", (list,), "properties never taken in: property or object.property"),
    Setting("overlap_minutes", (float, int), "how far each read goes back, for changes seen late; default 5"),
    Setting("lag_seconds", (float, int), "how far before the portal's now a read ends; default 30"),
    Setting("pace_share", (float, int), "share of the calls that the portal takes in ten seconds; default 0.8"),
    Setting("search_a_second", (float, int), "searches a second; the portal takes 5 from all its apps; default 4"),
    Setting("daily_share", (float, int), "share of the portal's calls a day that is ours; default 0.25"),
    Setting("read_timeout_s", (float, int), "seconds to wait for an answer; default 120"),
    Setting("reconcile_days", (float, int), "days after which the copy is proven anew; default 7, 0: only when asked"),
    Setting("max_vanishing_share", (float, int), "reconcile: stop when more than this share is gone; default 0.1"),
    Setting(
        "push",
        (str,),
        "what may go back; default off. So far nothing is written, but check looks for what a push will need",
        ("off", "plan", "push"),
    ),
    Setting("unique", (bool,), "true: no two records of this source are one customer"),
    Setting("doubtful", (str,), "why what this source says should be doubted"),
    Setting("mapping", (dict,), "object = a table of property = unified field, laid over the standard one"),
)

SOURCES: Mapping[str, tuple[Setting, ...]] = {"files": FILES, "salesforce": SALESFORCE, "hubspot": HUBSPOT}
"""Settings of a source by its kind. A kind not named here does not exist."""

SECTIONS = ("store", "sources")

TYPE_WORDS: Mapping[type, str] = {
    str: "text",
    date: "a date",
    list: "a list",
    bool: "true or false",
    float: "a number",
    int: "a number",
    dict: "a table",
}
"""Types as people call them."""


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """One source system as the settings describe it; `options` are checked by name and type."""

    label: str
    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settings:
    """A settings file, checked. `folder` is where relative paths count from."""

    path: Path
    store_url: str
    sources: Mapping[str, SourceSettings]

    @property
    def folder(self) -> Path:
        return self.path.resolve().parent

    def source(self, label: str) -> SourceSettings:
        """The source of that label; a wrong one is answered with the nearest."""
        if label not in self.sources:
            raise UsageError(
                f"There is no source '{label}' in {self.path}.", nearest(label, self.sources, "Sources are")
            )
        return self.sources[label]


def load_settings(path: Path = DEFAULT_FILE) -> Settings:
    """Read and check a settings file. UsageError names the file, the setting and the remedy."""
    document = _parse(path)
    _refuse_unknown(document, SECTIONS, f"in {path}")
    store = _table(document.get("store", {}), f"[store] in {path}")
    _check_section(store, STORE, f"[store] in {path}", "STORE")
    sources = _table(document.get("sources", {}), f"[sources] in {path}")
    checked = {label: _source(label, options, path) for label, options in sources.items()}
    return Settings(path, _store_url(store.get("url", "sqlite:///unsilo.db"), path), checked)


def nearest(word: str, known: Iterable[str], names: str) -> str:
    """A remedy for a mistyped word: the nearest known one, else all of them."""
    choices = sorted(known)
    close = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    if close:
        return f"Did you mean '{close[0]}'?"
    return f"{names} {', '.join(choices)}." if choices else f"{names} not set yet."


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(
            f"There is no settings file {path}.", "Run `unsilo init PATH ...`, or name one with --settings FILE."
        ) from None
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder, not a settings file.", "Name the file itself.") from None
    except PermissionError:
        raise UsageError(f"{path} can't be read: no permission.", "Change its owner or mode.") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text (byte {error.start}).", "Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not valid TOML: {error}.", "Correct that place.") from None


def _source(label: str, options: Any, path: Path) -> SourceSettings:
    where = f"[sources.{label}] in {path}"
    if not LABEL.fullmatch(label):
        raise UsageError(
            f"'{label}' can't be the name of a source ({path}).",
            "Use lower-case letters, digits, '-' and '_' (at most 63, a letter or digit first).",
        )
    table = _table(options, where)
    kind = table.get("kind")
    if kind is None:
        raise UsageError(f"{where} doesn't say its kind.", f'Add kind = "{next(iter(SOURCES))}".')
    if kind not in SOURCES:
        raise UsageError(
            f"{where} is of kind '{kind}', which Unsilo doesn't know.", nearest(str(kind), SOURCES, "Kinds are")
        )
    _check_section(table, SOURCES[kind], where, label)
    return SourceSettings(label, kind, {name: value for name, value in table.items() if name != "kind"})


def _check_section(table: Mapping[str, Any], known: tuple[Setting, ...], where: str, label: str) -> None:
    """Names, then types, then choices. `label` names the secret's environment variable."""
    for name in table:
        if SECRET.search(name):
            raise UsageError(
                f"{where} holds '{name}': secrets don't belong in a settings file.",
                f"Remove it there and set the environment variable {secret_variable(label, name)}.",
            )
    by_name = {setting.name: setting for setting in known}
    _refuse_unknown(table, by_name, where)
    for name, value in table.items():
        _check_value(by_name[name], value, where)
    _check_objects(table, where)


def _check_value(setting: Setting, value: Any, where: str) -> None:
    if not isinstance(value, setting.types) or (isinstance(value, bool) and bool not in setting.types):
        wanted = " or ".join(dict.fromkeys(TYPE_WORDS[type_] for type_ in setting.types))
        raise UsageError(f"'{setting.name}' of {where} must be {wanted}.", f"It means: {setting.meaning}.")
    if setting.choices and value not in setting.choices:
        choices = ", ".join(setting.choices)
        raise UsageError(f"'{setting.name}' of {where} can't be '{value}'.", f"Choose one of {choices}.")


def _check_objects(table: Mapping[str, Any], where: str) -> None:
    """A condition of an object that is not read is a slip of the pen that would widen what is read."""
    objects, conditions = table.get("objects"), table.get("where")
    if isinstance(objects, list) and isinstance(conditions, dict):
        _refuse_unknown(conditions, [str(name) for name in objects], f"'where' of {where}", "object")


def _refuse_unknown(table: Mapping[str, Any], known: Iterable[str], where: str, what: str = "setting") -> None:
    choices = list(known)
    for name in table:
        if name not in choices:
            remedy = nearest(name, choices, f"{what.capitalize()}s there are")
            raise UsageError(f"There is no {what} '{name}' ({where}).", remedy)


def _table(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(f"{where} must be a table.", "Write it as a section of its own in square brackets.")
    return value


def _store_url(url: str, path: Path) -> str:
    """The store's URL with a relative SQLite path made absolute; a password in it is refused."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.partition("+")[0] not in ("sqlite", "postgresql"):
        raise UsageError(
            f"'{scheme}' is no store Unsilo knows (url of [store] in {path}).",
            "Write sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME.",
        )
    if scheme.startswith("sqlite"):
        file = rest.removeprefix("/")
        if not file:
            raise UsageError(f"The store's url in {path} names no file.", "Write sqlite:///unsilo.db.")
        return f"sqlite:///{path.resolve().parent / file}"
    if urlsplit(url).password:
        raise UsageError(
            f"The store's url in {path} holds a password: secrets don't belong in a settings file.",
            "Remove it there and set the environment variable UNSILO_STORE_PASSWORD.",
        )
    return f"postgresql+psycopg://{rest}"


def secret_variable(label: str, key: str) -> str:
    """Name of the environment variable that holds a source's secret."""
    return f"UNSILO_{label}_{key}".upper().replace("-", "_")
