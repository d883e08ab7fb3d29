"""One cluster as a customer: its id, its records and its golden values."""

from __future__ import annotations

from dataclasses import dataclass, field

from unified_model.resolution.golden import Golden
from unified_model.store.codec import digest, encode_bytes


@dataclass(slots=True)
class Customer:
    """One cluster as a customer."""

    id: str
    kind: str
    members: list[int]
    golden: Golden
    live: bool
    sources: int
    minted: bool
    hash: str = field(init=False)
    """Changes when anything of the customer that people can see changes."""

    def __post_init__(self) -> None:
        self.hash = customer_hash(self.golden, self.kind, self.live, len(self.members), self.sources)


def customer_hash(golden: Golden, kind: str, live: bool, records: int, sources: int) -> str:
    """Hash of everything a customer's rows say."""
    return digest(encode_bytes([golden.hash, kind, live, records, sources]))
