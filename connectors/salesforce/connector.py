"""A Salesforce org as a source: its objects read whole or by what changed, outlined, looked up and described."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
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
from connectors.salesforce.bulk import RESULT_ROWS
from connectors.salesforce.client import SalesforceClient, open_client
from connectors.salesforce.cursor import load_cursor
from connectors.salesforce.describing import Describer, Schema
from connectors.salesforce.mapping import STANDARD
from connectors.salesforce.outlining import outline
from connectors.salesforce.persons import FLAG, PERSON_ACCOUNT, table_of
from connectors.salesforce.reading import Reading
from connectors.salesforce.refusals import SCHEMA_DRIFT, Refusal
from connectors.salesforce.selecting import Selector
from connectors.salesforce.settings import settings_of
from connectors.salesforce.soql import Span, within
from connectors.salesforce.tokens import Secret, TokenKeeper
from connectors.salesforce.values import moment_of, stamp_of
from unified_model.errors import NeedsOperator, Rejected
from unified_model.mapping.rows import ObjectMapping
from unified_model.records import Page, SourceRecord

if TYPE_CHECKING:
    from connectors.salesforce.writer import SalesforceWriter

PAGE = 2_000
_ALLOWANCES = {
    "DailyApiRequests": "calls a day",
    "DailyBulkV2QueryJobs": "bulk queries a day",
    "DailyBulkV2QueryFileStorageMB": "MB of bulk results a day",
}


def open_salesforce(
    label: str,
    options: Mapping[str, Any],
    mappings: Mapping[str, ObjectMapping] | None = None,
    *,
    secret: Secret,
    tokens: TokenKeeper | None = None,
    installation: str | None = None,
    spending: Spending | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Sleep = time.sleep,
) -> SalesforceConnector:
    """A Salesforce source from its settings as written. Nothing is sent yet. UsageError when a setting is wrong.

    `secret` gives `client_secret`, `private_key`, `refresh_token` or `session_id`; `tokens` keeps a refresh token that
    changes; `installation` is the org it must be, when known. `mappings` by object may be filled after this call: they
    tell which columns of parents are read (`Account.Name`).
    """
    client = open_client(
        label, settings_of(label, options), secret, tokens, spending=spending, clock=clock, sleep=sleep
    )
    return SalesforceConnector(client, {} if mappings is None else mappings, installation, sleep)


class SalesforceConnector:
    """One org, opened."""

    def __init__(
        self,
        client: SalesforceClient,
        mappings: Mapping[str, ObjectMapping],
        installation: str | None,
        sleep: Sleep,
    ) -> None:
        self.client = client
        self.settings = client.settings
        self.describer = Describer(client, self._parents)
        self._mappings, self._expected, self._sleep = mappings, installation, sleep
        self._selector = Selector(client)

    def installation(self) -> Installation:
        """The org's id. NeedsOperator when it is another one than before."""
        organization = self.client.organization()
        if self._expected and self._expected.startswith("00D") and self._expected != organization:
            raise NeedsOperator(
                f"{self.settings.label} answers as the org {organization}, but was {self._expected} before.",
                "Check url and secrets; a new org (or sandbox) needs a source of its own.",
            )
        return Installation(organization, "salesforce")

    def describe(self) -> Sequence[ObjectCapabilities]:
        self.installation()
        return [self._capabilities(object) for object in self.objects()]

    def objects(self) -> Sequence[str]:
        """The configured objects; person accounts only where the org has such."""
        return [name for name in self.settings.objects if name != PERSON_ACCOUNT or self.has_persons()]

    def has_persons(self) -> bool:
        """Whether the org keeps persons as accounts."""
        try:
            return any(field["name"] == FLAG for field in self.describer.describe("Account")["fields"])
        except NeedsOperator:
            return False

    def check(self) -> Sequence[Finding]:
        from connectors.salesforce.checking import findings

        return findings(self)

    def provision(self) -> Sequence[Finding]:
        """Make the external id that creates need, where it is missing and may be made."""
        from connectors.salesforce.provision import provided

        return provided(self)

    def discover(self) -> Sequence[ObjectInfo]:
        """The configured objects and their columns; one that can't be read says why.

        NeedsOperator when signing in fails: that is not about one object.
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
        self.installation()
        return Reading(self.client, self.describer, self._selector, object, sleep=self._sleep).pages(cursor, mode)

    def get(self, object: str, ids: Sequence[str]) -> Sequence[SourceRecord]:
        """The named records as they are now; deleted ones, while the org knows them, as deleted."""
        try:
            return self._selector.by_ids(self.describer.schema(object), ids)
        except Refusal as refusal:
            if refusal.code not in SCHEMA_DRIFT:
                raise
            return self._selector.by_ids(self.describer.schema(object, fresh=True, sure=True), ids)

    def outline(self, object: str) -> Iterator[Sequence[Outline]]:
        # Half an outline is none: what is not there any more must be known before the first record.
        schema = self.describer.schema(object, fresh=True, sure=True)
        return outline(self.client, self._selector, schema, sleep=self._sleep)

    def write(self, object: str, ops: Sequence[Op]) -> Sequence[OpResult]:
        return self.writer.write(table_of(object), ops)

    @cached_property
    def writer(self) -> SalesforceWriter:
        """What writes; it also tells of what was written without a condition."""
        from connectors.salesforce.writer import SalesforceWriter

        return SalesforceWriter(self.client, self.describer, sleep=self._sleep)

    def limits(self) -> Sequence[Allowance]:
        """The org's daily allowances."""
        told = self.client.get("limits").body
        share = self.settings.daily_share
        return [
            Allowance(
                name, told[key]["Max"], told[key]["Max"] - told[key]["Remaining"], math.floor(told[key]["Max"] * share)
            )
            for key, name in _ALLOWANCES.items()
            if key in told
        ]

    def forecast(self, object: str, cursor: str | None, mode: Mode = "changes") -> int:
        """Calls that a read would take: describe, deletions and windows, and pages or bulk results."""
        schema = self.describer.schema(object)
        rows = self._rows_ahead(schema, None if mode == "full" else cursor)
        if rows < self.settings.bulk_from or object in self._selector.no_bulk:
            return 3 + max(1, math.ceil(rows / PAGE))
        return 3 + 10 + math.ceil(rows / RESULT_ROWS)

    def close(self) -> None:
        self.client.close()

    def _rows_ahead(self, schema: Schema, cursor: str | None) -> int:
        at = load_cursor(cursor, schema.object) if cursor else None
        if at is None or not schema.stamp or (at.covered is None and at.span is None):
            return self._selector.records(schema.object)
        now = stamp_of(self.client.server_time())
        overlap = timedelta(minutes=self.settings.overlap_minutes)
        span = at.span._replace(until=now) if at.span else Span(stamp_of(moment_of(at.covered or now) - overlap), now)
        conditions = " AND ".join(filter(None, [schema.where, within(schema.stamp, span)]))
        return self.client.count(f"{schema.table} WHERE {conditions}", deleted=True, about=schema.object)

    def _capabilities(self, object: str) -> ObjectCapabilities:
        mapping = self.mapping(object)
        kind = mapping.kind if mapping else "other"
        try:
            schema = self.describer.schema(object)
        except (NeedsOperator, Rejected):
            # Reading it will say why; the other objects are not concerned.
            return ObjectCapabilities(object, kind, "window", "feed")
        return ObjectCapabilities(
            object,
            kind,
            "window" if schema.stamp else "none",
            "feed" if schema.stamp else "absence",
            writable=schema.writable,
            outlined=True,
            max_vanishing_share=self.settings.max_vanishing_share,
        )

    def mapping(self, object: str) -> ObjectMapping | None:
        """How an object's records are read; None: raw."""
        return self._mappings.get(object) or STANDARD.get(object)

    def pushed(self) -> Sequence[str]:
        """Objects that a push writes to, by their names in the org."""
        return list(dict.fromkeys(table_of(object) for object in self.objects() if self.mapping(object) is not None))

    def _parents(self, object: str) -> Sequence[str]:
        """Columns of parents that the object's mapping reads."""
        mapping = self.mapping(object)
        return [row.column for row in mapping.rows if "." in row.column] if mapping else ()
