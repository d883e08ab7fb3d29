"""Landing: what the source systems hold, every version of it, and how far each source has been read."""

from __future__ import annotations

from sqlalchemy import Boolean, Index, Integer, Table, Text

from unified_model.store.tables.base import column, metadata
from unified_model.store.types import Json, NaturalText, Surrogate, UtcTime

source = Table(
    "source",
    metadata,
    column("id", Surrogate, "Surrogate key of the source system", key=True),
    column("label", NaturalText, "Name people use for it; can be renamed", unique=True),
    column(
        "installation",
        NaturalText,
        "The installation's own id (org id, portal id), pinned at first contact",
        unique=True,
    ),
    column("kind", Text, "salesforce, hubspot, files ..."),
    column(
        "doubtful", Text, "Why what it says should be doubted (a guessed encoding, say); null: nothing known", null=True
    ),
    column(
        "one_record_a_customer", Boolean, "True: it declares that no two of its records are one customer", default=False
    ),
    column("created_at", UtcTime, "When the store first met it"),
    column("removed_at", UtcTime, "When it was taken out of service; its records stay", null=True),
    comment="Source systems: one row an installation of a CRM or a file source",
)

source_record = Table(
    "source_record",
    metadata,
    column("id", Surrogate, "Surrogate key, allocated by the hub", key=True),
    column("source_id", Surrogate, "The source system"),
    column("object", NaturalText, "The vendor's object, or the file source's object"),
    column("record_id", NaturalText, "The record's id in its own system, as text"),
    column("kind", Text, "person, organization or other: what it was mapped to"),
    column("implied", Boolean, "True: an organization known only because persons name it", default=False),
    column("version", Integer, "Number of the newest version"),
    column("raw_hash", Text, "Hash of the newest raw payload"),
    column("mapped_hash", Text, "Hash of the unified form without volatile fields: only its change touches golden"),
    column("identity_hash", Text, "Hash of the folded forms matching reads: only its change touches matching"),
    column("payload", Json, "The newest raw payload when it differs from the newest version's; else null", null=True),
    column("modified_at", UtcTime, "The source's own stamp of the newest copy", null=True),
    column("landed_at", UtcTime, "When the newest copy was stored"),
    column(
        "deleted_at", UtcTime, "When the source stopped having it; it stays evidence and gives no values", null=True
    ),
    column("run_id", Surrogate, "The sync run that stored the newest copy"),
    column("erased_at", UtcTime, "When the vendor was found to have erased it, not just deleted", null=True),
    Index("uq_source_record_natural", "source_id", "object", "record_id", unique=True),
    comment="One row a record of a source system; natural key (source, object, record id)",
)

source_record_version = Table(
    "source_record_version",
    metadata,
    column("record", Surrogate, "source_record.id", key=True),
    column("version", Integer, "1, 2, 3 ...: a version only when the mapped form changed", key=True),
    column("payload", Json, "The raw payload of this version", null=True),
    column("modified_at", UtcTime, "The source's stamp of this version", null=True),
    column("landed_at", UtcTime, "When this version was stored"),
    column("deleted", Boolean, "True: this version is a deletion", default=False),
    column(
        "field_since", Json, "Raw columns whose value is older than this version -> since when; null: none", null=True
    ),
    column("mapping_version", Text, "Version of the mapping that made the unified form"),
    column("run_id", Surrogate, "The sync run that stored it"),
    comment="Every version of every source record, append only",
)

record_alias = Table(
    "record_alias",
    metadata,
    column("source_id", Surrogate, "The source system", key=True),
    column("object", NaturalText, "Object of the record that went away", key=True),
    column("record_id", NaturalText, "Id of the record that went away", key=True),
    column("survivor_object", NaturalText, "Object of the record that took its place"),
    column("survivor_record_id", NaturalText, "Id of the record that took its place"),
    column("cause", Text, "merge or conversion"),
    column("at", UtcTime, "When the vendor says, else when we saw it"),
    comment="Ids that a vendor merged or converted into others",
)

dead_letter = Table(
    "dead_letter",
    metadata,
    column("id", Surrogate, "Surrogate key", key=True),
    column("source_id", Surrogate, "The source system"),
    column("object", NaturalText, "Object it belongs to"),
    column("record_id", NaturalText, "Record id, when one could be read", null=True),
    column("place", NaturalText, "File and line, or the vendor's address of the record"),
    column("reason", Text, "Stable reason code"),
    column("detail", Text, "One sentence with the remedy"),
    column("raw", Json, "The raw text, as a JSON string (control characters survive)", null=True),
    column("digest", Text, "Hash of place, reason and raw text: the same reject again is the same row"),
    column("state", Text, "open, retried, resolved or dismissed"),
    column("first_seen_at", UtcTime, "First time it was set aside"),
    column("last_seen_at", UtcTime, "Newest time it was set aside"),
    column("run_id", Surrogate, "The run that set it aside last"),
    column("dismissed_reason", Text, "Why a person dismissed it", null=True),
    Index("uq_dead_letter_digest", "source_id", "object", "digest", unique=True),
    comment="Records set aside with their reason, to be retried or dismissed",
)

cursor = Table(
    "cursor",
    metadata,
    column("source_id", Surrogate, "The source system", key=True),
    column("object", NaturalText, "Object", key=True),
    column("value", Text, "Opaque place in the source's stream, written by its connector"),
    column("covers_until", UtcTime, "Newest change it covers", null=True),
    column("updated_at", UtcTime, "When it moved last"),
    comment="How far each object has been read; moves in the transaction that stores the page",
)

proof = Table(
    "proof",
    metadata,
    column("source_id", Surrogate, "The source system", key=True),
    column("object", NaturalText, "Object", key=True),
    column("source_count", Integer, "Live records that the source listed"),
    column("hub_count", Integer, "Live records in the store afterwards"),
    column("missing", Integer, "Records that the store had missed; they were read"),
    column("differing", Integer, "Records whose copy differed; they were read again"),
    column("deleted", Integer, "Records that the source no longer has; they were marked deleted"),
    column("compared_at", UtcTime, "When source and store were compared last"),
    column("proven_at", UtcTime, "When they were last found to hold the same records; null: never", null=True),
    column("run_id", Surrogate, "The sync run that compared them"),
    column("erased", Integer, "Of the deleted ones, records that the vendor erased", default=0),
    comment="What comparing the store's copy of an object with its source found: the newest comparison",
)

hidden_column = Table(
    "hidden_column",
    metadata,
    column("source_id", Surrogate, "The source system", key=True),
    column("object", NaturalText, "Object", key=True),
    column("name", NaturalText, "The column", key=True),
    column("since", UtcTime, "When it was missed first"),
    comment="Columns read before that their source does not show now; what the store holds of them stands",
)

sync_run = Table(
    "sync_run",
    metadata,
    column("id", Surrogate, "Surrogate key", key=True),
    column("source_id", Surrogate, "The source system; null for a resolve", null=True),
    column("stage", Text, "pull, resolve or push"),
    column("state", Text, "running, done, done_with_warnings, done_with_rejects, paused, failed, stopped or abandoned"),
    column("started_at", UtcTime, "Start"),
    column("ended_at", UtcTime, "End", null=True),
    column("read", Integer, "Records read from the source", default=0),
    column("stored", Integer, "New or changed records stored", default=0),
    column("unchanged", Integer, "Records equal to what the store held", default=0),
    column("repeated", Integer, "Records seen again inside one read (overlaps)", default=0),
    column("rejected", Integer, "Records set aside", default=0),
    column("suppressed", Integer, "Records erased before and not taken again", default=0),
    column("deleted", Integer, "Deletes seen (events and absences), not part of the balance of reading", default=0),
    column("counts", Json, "Further figures: merges, reviews, seconds a stage; warnings", null=True),
    column("error", Text, "Why it failed, in one sentence", null=True),
    column("prefect_run", Text, "Prefect's flow run id, when it ran there", null=True),
    comment="One row a run of a stage; read = stored + unchanged + repeated + rejected + suppressed",
)

lease = Table(
    "lease",
    metadata,
    column("name", NaturalText, "What is leased: resolve, or source:<installation>", key=True),
    column("holder", Text, "Process that holds it (host, pid, random part)", null=True),
    column("token", Surrogate, "Fencing token: grows with every grant; writes of an older one are refused"),
    column("expires_at", UtcTime, "Free again after this"),
    comment="Who may resolve, and who may pull or push a source",
)

counter = Table(
    "counter",
    metadata,
    column("name", NaturalText, "Which keys: record, dead_letter, run, change ...", key=True),
    column("next", Surrogate, "Next free value"),
    comment="Surrogate keys are handed out in blocks from here",
)
