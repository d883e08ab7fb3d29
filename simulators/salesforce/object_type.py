"""What an object is, and the fields that most objects share."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from simulators.salesforce.fields import Field, Value, choice, link, system, text

PERSON_ACCOUNTS, MULTI_CURRENCY = "person_accounts", "multi_currency"
"""Switches of an org: what is behind one is not there until it is on."""


@dataclass(frozen=True)
class ObjectType:
    """One object and what can be done with its records. One that is not undeletable skips the recycle bin."""

    name: str
    label: str
    plural: str
    prefix: str
    fields: tuple[Field, ...]
    writable: bool = True
    deletable: bool = True
    undeletable: bool = True
    mergeable: bool = False
    name_field: str | None = "Name"
    feature: str | None = None

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Fields by name in lower case: names in requests mind no case."""
        return {field.name.lower(): field for field in self.fields}

    @cached_property
    def defaults(self) -> dict[str, Value]:
        return {field.name: field.default for field in self.fields if field.default is not None}

    @cached_property
    def by_relationship(self) -> dict[str, Field]:
        return {field.relationship.lower(): field for field in self.fields if field.relationship}

    def field(self, name: str) -> Field | None:
        return self.by_name.get(name.lower())

    def with_features(self, features: Iterable[str]) -> "ObjectType":
        """The object as it is in an org with these switches on."""
        on = {None, *features}
        return replace(self, fields=tuple(field for field in self.fields if field.feature in on))


def behind(feature: str, *fields: Field) -> tuple[Field, ...]:
    """Fields that are there only with a switch on."""
    return tuple(replace(field, feature=feature) for field in fields)


def shown_link(name: str, label: str, *targets: str, children: str | None = None) -> Field:
    """A lookup that the org alone fills, for some records."""
    relationship = name.removesuffix("Id")
    kind = system(name, "reference", label, length=18, refers_to=targets, relationship=relationship, defaulted=False)
    return replace(kind, children=children)


def master(name: str) -> Field:
    return shown_link("MasterRecordId", "Master Record", name)


def hub_id() -> Field:
    return text("HubId__c", "Hub Id", 64, external_id=True, unique=True, case_sensitive=True, id_lookup=True)


ID = system("Id", "id", "Record ID", length=18, id_lookup=True)
STAMPS = (
    system("CreatedDate", "datetime", "Created Date"),
    system("CreatedById", "reference", "Created By", length=18, refers_to=("User",), relationship="CreatedBy"),
    system("LastModifiedDate", "datetime", "Last Modified Date"),
    system(
        "LastModifiedById", "reference", "Modified By", length=18, refers_to=("User",), relationship="LastModifiedBy"
    ),
    system("SystemModstamp", "datetime", "System Modstamp"),
)
IS_DELETED = system("IsDeleted", "boolean", "Deleted", default=False)
OWNER = link("OwnerId", "Owner", "User", defaulted=True)
OWNER_OR_QUEUE = link("OwnerId", "Owner", "Group", "User", defaulted=True)
CURRENCIES = ("EUR", "USD", "GBP")
"""Of an org with several currencies; the first is the company's own."""
CURRENCY = behind(
    MULTI_CURRENCY,
    choice("CurrencyIsoCode", "Currency", "|".join(CURRENCIES), default="EUR", defaulted=True, restricted=True),
)
