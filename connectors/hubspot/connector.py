"""A HubSpot portal as a source: its objects read whole or by what changed, outlined, looked up, written."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from connectors.contract import (
    Allowance,
    Finding,
    Installation,
    Mode,
    ObjectCapabilities,
    ObjectInfo,
    Op,
    OpResult,
    Outline,
)
from connectors.http.budget import Spending
from connectors.http.retry import Sleep
from connectors.hubspot.client import HubSpotClient, open_client
from connectors.hubspot.describing import Describer
from connectors.hubspot.mapping import STANDARD
from connectors.hubspot.objects import OWNERS
from connectors.hubspot.settings import settings_of
from connectors.hubspot.tokens import Secret
from unified_model.errors import NeedsOperator, Rejected
from unified_model.mapping.rows import ObjectMapping
from unified_model.records import Page, SourceRecord

if TYPE_CHECKING:
    from connectors.hubspot.writer import HubSpotWriter

BIN_DAYS = 90
"""How long the recycle bin keeps what was archived."""


def open_hubspot(
    label: str,
    options: Mapping[str, Any],
    mappings: Mapping[str, ObjectMapping] | None = None,
    *,
    secret: Secret,
    installation: str | None = None,
    spending: Spending | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Sleep = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> HubSpotConnector:
    """A HubSpot source from its settings as written. Nothing is sent yet. UsageError when a setting is wrong.

    `secret` gives `token`, or `client_secret` and `refresh_token`; `installation` is the portal it must be, when known.
    `mappings` by object may be filled after this call: they tell which columns are looked up (`owner.name`).
    """
    client = open_client(
        label, settings_of(label, options), secret, spending=spending, clock=clock, sleep=sleep, monotonic=monotonic
    )
    return HubSpotConnector(client, {} if mappings is None else mappings, installation, sleep, monotonic)


class HubSpotConnector:
    """One portal, opened."""

    def __init__(
        self,
        client: HubSpotClient,
        mappings: Mapping[str, ObjectMapping],
        installation: str | None,
        sleep: Sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.client = client
        self.settings = client.settings
        self.describer = Describer(client, self._wanted, monotonic=monotonic)
        self._mappings, self._expected, self._sleep = mappings, installation, sleep

    def installation(self) -> Installation:
        """The portal's id. NeedsOperator when it is another one than before."""
        portal = self.client.portal()
        if self._expected and self._expected != portal.id:
            raise NeedsOperator(
                f"{self.settings.label} answers as the portal {portal.id}, but was {self._expected} before.",
                "Check url and secrets; a new portal (or sandbox) needs a source of its own.",
            )
        return Installation(portal.id, "hubspot")

    def describe(self) -> Sequence[ObjectCapabilities]:
        self.installation()
        return [self._capabilities(object) for object in self.objects()]

    def objects(self) -> Sequence[str]:
        """The configured objects."""
        return self.settings.objects

    def check(self) -> Sequence[Finding]:
        from connectors.hubspot.checking import findings

        return findings(self)

    def provision(self) -> Sequence[Finding]:
        """Make the unique property that creates need, where it is missing and may be made."""
        from connectors.hubspot.provision import provided

        return provided(self)

    def discover(self) -> Sequence[ObjectInfo]:
        """The configured objects and their columns; one that can't be read says why.

        NeedsOperator when the token is refused: that is not about one object.
        """
        self.installation()
        found = []
        for object in self.objects():
            try:
                found.append(ObjectInfo(object, self.describer.schema(object).names))
            except (NeedsOperator, Rejected) as error:
                found.append(ObjectInfo(object, (), note=str(error)))
        return found

    def read(self, object: str, cursor: str | None, mode: Mode = "changes") -> Iterator[Page]:
        from connectors.hubspot.reading import Reading

        self.installation()
        return Reading(self.client, self.describer, object).pages(cursor, mode)

    def get(self, object: str, ids: Sequence[str]) -> Sequence[SourceRecord]:
        """The named records as they are now: archived and merged-away ones as deleted; others are left out."""
        from connectors.hubspot.getting import by_ids

        self.installation()
        return by_ids(self.client, self.describer, object, ids)

    def outline(self, object: str) -> Iterator[Sequence[Outline]]:
        from connectors.hubspot.outlining import outline

        self.installation()
        return outline(self.client, self.describer, object)

    def write(self, object: str, ops: Sequence[Op]) -> Sequence[OpResult]:
        with self.client.budget.writing():
            self.installation()
            return self.writer.write(object, ops)

    @cached_property
    def writer(self) -> HubSpotWriter:
        """What writes; it also tells of edits that it found overwritten."""
        from connectors.hubspot.writer import HubSpotWriter

        return HubSpotWriter(self.client, self.describer, sleep=self._sleep)

    def limits(self) -> Sequence[Allowance]:
        """The portal's allowances."""
        from connectors.hubspot.forecasting import allowances

        self.installation()
        return list(allowances(self.client))

    def forecast(self, object: str, cursor: str | None, mode: Mode = "changes") -> int:
        """Calls that a read would take: describe, recycle bin, pages, records by their ids, links."""
        from connectors.hubspot.forecasting import forecast

        self.installation()
        return forecast(self, object, cursor, mode)

    def mapping(self, object: str) -> ObjectMapping | None:
        """How an object's records are read; None: raw."""
        return self._mappings.get(object) or STANDARD.get(object)

    def pushed(self) -> Sequence[str]:
        """Objects that a push writes to."""
        return [object for object in self.objects() if object != OWNERS.name and self.mapping(object) is not None]

    def close(self) -> None:
        self.client.close()

    def _capabilities(self, object: str) -> ObjectCapabilities:
        mapping = self.mapping(object)
        kind = mapping.kind if mapping else "other"
        share = self.settings.max_vanishing_share
        if object == OWNERS.name:
            return ObjectCapabilities(object, kind, "none", "absence", outlined=True, max_vanishing_share=share)
        return ObjectCapabilities(
            object,
            kind,
            "window",
            "feed",
            writable=True,
            outlined=True,
            bin_days=BIN_DAYS,
            max_vanishing_share=share,
        )

    def _wanted(self, object: str) -> Sequence[str]:
        """Columns that the object's mapping reads."""
        mapping = self.mapping(object)
        return [row.column for row in mapping.rows] if mapping else ()
