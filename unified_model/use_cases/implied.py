"""Companies that persons name become organization records of their own: one a spelling and domain in a source."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from unified_model.entities import Affiliation, OrganizationRecord
from unified_model.identity.forms import NORMALISER_VERSION, organization_form
from unified_model.store import landing
from unified_model.store.codec import digest, encode_bytes
from unified_model.store.engine import Store
from unified_model.store.landing import Batch
from unified_model.use_cases.unify import Unified, hash_of_mapped, key_hashes, point_cells, unified_row

MAPPING_VERSION = "implied-1"
CACHE_LIMIT = 50_000
"""Companies remembered at a time: some 15 MB."""


def implied_object(object: str) -> str:
    """The object name under which companies named by this object's records are kept."""
    return f"{object}/company"


def implied_id(affiliation: Affiliation) -> str | None:
    """The natural key of a named company: name and domain as written; None when neither is given."""
    name, domain = affiliation.name or "", affiliation.domain or affiliation.website or ""
    return f"{name}|{domain.replace('|', ' ')}" if name or domain else None


_Employed = tuple[int, list[Affiliation], list[str | None], set[int], bool]
"""A person, its companies, their natural keys, the organizations its former version named, whether it surely lives."""


class ImpliedOrganizations:
    """Finds or makes the organization records that a page's persons name. Keeps a bounded memory of known ones."""

    def __init__(self, store: Store, source_id: int, object: str, run: int) -> None:
        self.store, self.source_id, self.run = store, source_id, run
        self.object = implied_object(object)
        self._known: dict[str, int] = {}
        self._peopled: set[int] = set()
        """Some of them that a person who is not deleted names, as pages before have seen to."""
        self._pending: list[_Employed] = []

    def employ(self, person: int, record: Any, before: set[int], *, living: bool = False) -> None:
        """Note a person's companies. `living`: the person is surely not deleted."""
        if record.affiliations or before:
            keys = [implied_id(job) for job in record.affiliations]
            self._pending.append((person, record.affiliations, keys, before, living))

    def dismiss(self, batch: Batch, organizations: Iterable[int]) -> None:
        """A person that named these was deleted: work them out again."""
        for organization in organizations:
            batch.want(organization, 1)
            self._peopled.discard(organization)

    def settle(self, batch: Batch, now: datetime) -> None:
        """Write the page's affiliations into the batch, with organization records for companies not met before."""
        named = dict.fromkeys(key for _, _, keys, _, _ in self._pending for key in keys if key)
        self._find([key for key in named if key not in self._known])
        new = [key for key in named if key not in self._known]
        for key, surrogate in zip(new, self.store.allocate("record", len(new)), strict=True):
            self._known[key] = surrogate
            self._make(batch, surrogate, key, now)
        moved: set[int] = set()
        peopled: set[int] = set()
        for person, affiliations, keys, before, living in self._pending:
            now_at = self._affiliate(batch, person, affiliations, keys)
            moved |= before ^ now_at
            self._peopled -= before
            if living:
                peopled |= now_at
        self._tell(batch, moved - {self._known[key] for key in new} - self._peopled)
        self._peopled |= peopled
        self._pending.clear()
        if len(self._known) > CACHE_LIMIT:
            self._known.clear()
            self._peopled.clear()

    def _find(self, keys: list[str]) -> None:
        if keys:
            with self.store.read() as conn:
                found = landing.known_records(conn, self.source_id, self.object, keys)
            self._known.update({key: known.id for key, known in found.items()})

    def _tell(self, batch: Batch, moved: set[int]) -> None:
        """Companies that may have won their first person or lost their last one are worked out again.

        All that persons decide of a company is whether it is alive: one that others name too has nothing to learn.
        """
        if not moved:
            return
        with self.store.read() as conn:
            sure = landing.named_by_others(conn, sorted(moved), [person for person, *_ in self._pending])
        for organization in moved - sure:
            batch.want(organization, 1)

    def _affiliate(
        self, batch: Batch, person: int, affiliations: list[Affiliation], keys: list[str | None]
    ) -> set[int]:
        """Write a person's companies; returns which organizations they are."""
        organizations = [self._known[key] if key else None for key in keys]
        batch.affiliations += [
            (person, position, organization, a.name, a.domain or a.website, a.reference, a.title, a.since, a.until)
            for position, (a, organization) in enumerate(zip(affiliations, organizations, strict=True))
        ]
        return {organization for organization in organizations if organization is not None}

    def _make(self, batch: Batch, surrogate: int, key: str, now: datetime) -> None:
        name, _, domain = key.rpartition("|")
        unified = unify_implied(name, domain)
        batch.records.append((
            surrogate, self.source_id, self.object, key, "organization", True, 1, "", unified.mapped_hash,
            unified.identity_hash, None, None, now, None, self.run,
        ))  # fmt: skip
        batch.organizations.append(
            unified_row(surrogate, "organization", unified, (MAPPING_VERSION, NORMALISER_VERSION), None)
        )
        batch.points += point_cells(surrogate, unified.record)
        batch.log_keys(surrogate, key_hashes("organization", unified.form))
        batch.want(surrogate, 0)


def unify_implied(name: str | None, domain: str | None) -> Unified:
    """The unified form of a company known by name and domain (or web site) only."""
    record = OrganizationRecord(name=name or None, domain=domain or None)
    mapped_hash = hash_of_mapped(record)
    folded = organization_form(record)
    encoded = encode_bytes(folded)
    return Unified(record, folded, encoded.decode(), mapped_hash, digest(encoded))
