"""What an administrator or the vendor has switched in the portal, each by its name."""

from dataclasses import dataclass, fields
from typing import Any

PORTAL_ID = 4_242_001


@dataclass
class Switches:
    """The switches of a portal, as they stand in a calm one."""

    merge_keeps_primary_id: bool = False
    """The survivor of a merge keeps the primary's id; else it gets a new one."""
    index_s: float = 2.0
    """A write is found by search this much later."""
    restore_touches: bool = True
    """A record that comes back from the recycle bin gets a new stamp."""
    associations_touch: bool = False
    """An association moves the stamps of both its ends."""
    activities_touch: bool = False
    """An activity that is associated with a contact moves the contact's stamps."""
    auto_company_link: bool = False
    """A contact with a mailbox at a company is linked to that company some seconds later; one is made if need be."""
    company_link_s: float = 20.0
    """How much later that is."""
    validation_2026_09: bool = True
    """Paths of 2026-09 enforce what the portal asks for of every write."""
    lifecycle_follows_deals: bool = False
    """Contacts and companies of a deal become opportunities, and customers once it is won."""
    nulls_refused: bool = False
    """A null in a write is refused; else it is passed over."""
    dates_in_ms: bool = False
    """Days are told in milliseconds, as older portals do."""
    retry_after_on_429: bool = False
    """A refusal for pace says in Retry-After how long to wait; HubSpot does not promise it."""
    migration_s: float = 3.0
    """How long a portal that migrates asks its clients to wait."""
    number_ids: bool = False
    """Associations tell ids as numbers, as older answers do, not as text."""
    association_page: int = 500
    """Associations of one record in an answer to a batch read."""
    inline_associations: int = 100
    """Associations of one record that list and get show beside it."""
    associations_of_record: int = 250_000
    """The most associations of a record with those of one type."""
    associations_of_engagement: int = 1_000
    updates_fail_whole: bool = False
    """One bad row of a batch of updates takes all with it, unless every input carries a trace id of its own."""

    most_identities: int = 250
    """The most addresses of a contact that a merge may bring together."""

    portal_id: int = PORTAL_ID
    """The id that the account and its tokens tell: another one stands for another customer's portal."""
    account_type: str = "STANDARD"
    """STANDARD, SANDBOX or DEVELOPER_TEST."""

    def set(self, values: dict[str, Any]) -> None:
        """Set some by name; ValueError for a name that is none, TypeError for a value of another type."""
        known = {each.name for each in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"there is no switch {name}; there are {', '.join(sorted(known))}")
            held = getattr(self, name)
            if type(value) is not type(held) and not (isinstance(held, float) and type(value) is int):
                raise TypeError(f"{name} must be of type {type(held).__name__}")
            setattr(self, name, value)
