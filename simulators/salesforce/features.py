"""What an administrator switches on and can't switch off again: accounts of persons, several currencies."""

from datetime import datetime

from simulators.salesforce.fields import Value
from simulators.salesforce.loading import load
from simulators.salesforce.object_type import CURRENCIES, MULTI_CURRENCY, PERSON_ACCOUNTS
from simulators.salesforce.org import Org

RATES = (1.0, 1.08, 0.85)
"""What one of the company's own currency is worth in each currency."""


def switch_on(org: Org, feature: str) -> None:
    """Switch something on in an org that is in use; its records get the new fields' defaults."""
    if feature not in org.features:
        org.switch_on(feature)
        add_rows(org, feature, org.stamp())


def add_rows(org: Org, feature: str, moment: datetime) -> None:
    """The records without which a feature can't be used."""
    if feature == PERSON_ACCOUNTS:
        add_record_type(org, "PersonAccount", moment, person=True)
    elif feature == MULTI_CURRENCY:
        for place, code in enumerate(CURRENCIES):
            rate: dict[str, Value] = {"IsoCode": code, "ConversionRate": RATES[place], "IsActive": True}
            load(org, org.object("CurrencyType"), moment, rate | {"DecimalPlaces": 2, "IsCorporate": place == 0})


def add_record_type(org: Org, name: str, moment: datetime, *, person: bool = False) -> None:
    """A record type of accounts."""
    kind: dict[str, Value] = {"Name": name, "DeveloperName": name, "SobjectType": "Account", "IsActive": True}
    load(org, org.object("RecordType"), moment, kind | ({"IsPersonType": True} if person else {}))
