"""Identity: blocking keys, links, decisions, the ledger of ids, and which record belongs to which customer."""

from __future__ import annotations

from sqlalchemy import Boolean, Index, Integer, SmallInteger, Table, Text, text

from unified_model.store.tables.base import column, metadata
from unified_model.store.types import Json, Key64, NaturalText, Surrogate, UtcTime

blocking_key = Table(
    "blocking_key",
    metadata,
    column("key", Key64, "Hash of (kind, rule, value)", key=True),
    column("record", Surrogate, "source_record.id", key=True),
    sqlite_with_rowid=False,
    comment="Records that share a key are candidates to be compared",
)

blocking_key_log = Table(
    "blocking_key_log",
    metadata,
    column("seq", Surrogate, "Order of writing", key=True),
    column("key", Key64, "Hash of (kind, rule, value)"),
    column("record", Surrogate, "source_record.id"),
    column("op", SmallInteger, "+1 the record has the key now, -1 it no longer has"),
    comment="Changes of blocking keys not yet applied to blocking_key; emptied by resolve",
)

key_stat = Table(
    "key_stat",
    metadata,
    column("key", Key64, "Hash of (kind, rule, value)", key=True),
    column("records", Integer, "Records that hold the key, when counted last"),
    column("size_bucket", SmallInteger, "Coarse bucket of that number"),
    column("people_bucket", SmallInteger, "Coarse bucket of different people (surnames with differing first names)"),
    column("oversize", Boolean, "True: too many records hold it to compare them all; it forms no pairs"),
    Index("ix_key_stat_oversize", "key", sqlite_where=text("oversize"), postgresql_where=text("oversize")),
    sqlite_with_rowid=False,
    comment="Keys held by three records or more: how common, and how shared, they are",
)

link = Table(
    "link",
    metadata,
    column("a", Surrogate, "source_record.id, the lower of the two", key=True),
    column("b", Surrogate, "source_record.id", key=True),
    column("weight", Integer, "Match weight in thousandths of a bit (log2 odds)"),
    column("evidence", Json, "Comparison -> level and weight"),
    column("model_version", Text, "Version of the model that weighed it"),
    Index("ix_link_b", "b"),
    sqlite_with_rowid=False,
    comment="Pairs of records at or above the review threshold",
)

decision = Table(
    "decision",
    metadata,
    column("id", Surrogate, "Number of the decision, as people see it", key=True),
    column("kind", Text, "same, different, split, field_choice or undo"),
    column("left", Json, "Natural keys of one side: [[installation, object, record id], ...]"),
    column("right", Json, "Natural keys of the other side", null=True),
    column("field", Text, "field_choice: the unified field", null=True),
    column("value", Json, "field_choice: the chosen record; split: its groups", null=True),
    column("supersedes", Surrogate, "undo: the decision it takes back", null=True),
    column("actor", Text, "Who decided"),
    column("reason", Text, "Why, in the actor's words", null=True),
    column("made_at", UtcTime, "When"),
    comment="People's lasting answers, append only: an undo is a row of its own",
)

review = Table(
    "review",
    metadata,
    column("a", Surrogate, "source_record.id, the lower of the two", key=True),
    column("b", Surrogate, "source_record.id", key=True),
    column("weight", Integer, "Match weight in thousandths of a bit"),
    column("reason", Text, "between_thresholds, conflict, thin, unique, oversize or contradiction"),
    column("kind", Text, "person or organization"),
    Index("ix_review_b", "b"),
    Index("ix_review_weight", "weight"),
    comment="Doubtful pairs waiting for a person; derived from links, decisions and clusters",
)

id_ledger = Table(
    "id_ledger",
    metadata,
    column("customer_id", NaturalText, "An id ever issued; opaque, never reused", key=True),
    column("anchor", Surrogate, "source_record.id that carries it"),
    column("sequence", Surrogate, "Order of issue: the lowest in a cluster is its id", unique=True),
    column("issued_at", UtcTime, "When"),
    Index("ix_id_ledger_anchor", "anchor"),
    comment="Every customer id ever issued and the record that carries it; append only",
)

membership = Table(
    "membership",
    metadata,
    column("record", Surrogate, "source_record.id", key=True),
    column("customer_id", NaturalText, "The customer it belongs to"),
    column("since", UtcTime, "Since when"),
    Index("ix_membership_customer_id", "customer_id"),
    comment="Which source records belong to which customer now",
)

membership_history = Table(
    "membership_history",
    metadata,
    column("record", Surrogate, "source_record.id", key=True),
    column("since", UtcTime, "From", key=True),
    column("until", UtcTime, "To"),
    column("customer_id", NaturalText, "The customer it belonged to then"),
    column("cause", Text, "Why it moved on: merge, split, decision 12 ..."),
    comment="Where source records belonged before",
)

resolve_queue = Table(
    "resolve_queue",
    metadata,
    column("record", Surrogate, "source_record.id", key=True),
    column(
        "stage",
        SmallInteger,
        "0: links, then clusters and golden values; 1: these alone; 2: links, the rest if they changed",
    ),
    column("seq", Surrogate, "Grows with each request: a newer one survives the draining of an older"),
    column("cause", Text, "Why: landed, decision 12, key shared, remap ...", null=True),
    Index("ix_resolve_queue_stage", "stage", "record"),
    comment="Records whose identity or golden values must be worked out again",
)

match_model = Table(
    "match_model",
    metadata,
    column("version", NaturalText, "Version of the model (hash of its content)", key=True),
    column("kind", Text, "person or organization"),
    column("document", Json, "The model as readable JSON"),
    column("active", Boolean, "True: resolve uses it"),
    column("stored_at", UtcTime, "When it was stored"),
    column("name", NaturalText, "What people call it: person-shipped, person-trained-1 ..."),
    column("origin", Text, "shipped, trained or imported"),
    column("notes", Json, "How it came about: pairs, labels, seed, parent, figures", null=True),
    column("activated_at", UtcTime, "When it was put in use last", null=True),
    Index("ix_match_model_name", "name", unique=True),
    comment="Models that weigh pairs: data, versioned, kept with what they made",
)

label_sample = Table(
    "label_sample",
    metadata,
    column("id", Surrogate, "Number of the question, as people see it", key=True),
    column("draw", Surrogate, "Questions with one number here were drawn together"),
    column("kind", Text, "person or organization"),
    column("left", Json, "Natural key of one record: [installation, object, record id]"),
    column("right", Json, "Natural key of the other record"),
    column("stratum", Text, "joined, barely_joined, held_apart, nearly_joined, doubtful, nearly_doubtful or apart"),
    column("stratum_pairs", Surrogate, "Pairs of the store in the stratum when it was drawn from"),
    column("weight", Integer, "Match weight then, in thousandths of a bit"),
    column("model_version", Text, "Version of the model in use then"),
    column("drawn_at", UtcTime, "When"),
    column("answer", Text, "same, different or skip; null: not answered yet", null=True),
    column("actor", Text, "Who answered", null=True),
    column("answered_at", UtcTime, "When", null=True),
    Index("ix_label_sample_draw", "draw"),
    comment="Pairs drawn blindly for a person to judge; the answers measure and train models, and change no customer",
)
