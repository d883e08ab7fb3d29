"""Candidate pairs of a store that one machine cannot hold: found and compared on a Spark cluster, by the same code.

Spark joins what the store keeps anyway (blocking keys, folded forms, buckets of common keys); our own `weigh` compares
each batch of pairs inside Spark's Python workers, which need this package installed. Out comes the table that Splink's
Spark back-end predicts, trains and clusters over: see `identity/splink.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from unified_model.entities import Kind
from unified_model.identity.keys import RULE_MASK, RULES
from unified_model.identity.model import MatchModel, read_model
from unified_model.identity.splink import level_column, pairs_table

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame

_PARTITION = 33
"""Bits left for numbering the pairs of one partition."""


def candidate_pairs(keys: DataFrame, kind: Kind) -> DataFrame:
    """Pairs of records (`left` below `right`, each once) that share a key that may form pairs.

    `keys`: the table `blocking_key` (key bigint, record). Which keys form pairs is what `keys.pairing_keys` says.
    """
    from pyspark.sql import functions as f

    of_kind = keys.where(_code(f.col("key")).isin([rule.code for rule in RULES if rule.kind == kind]))
    sizes = of_kind.groupBy("key").agg(f.count("*").alias("held")).where("held > 1")
    caps = f.create_map(*[f.lit(n) for rule in RULES for n in (rule.code, rule.cap)])
    held = of_kind.join(sizes, "key").withColumn("oversize", f.col("held") > caps[_code(f.col("key"))])
    pairing = held.where(~f.col("oversize")).select("key", "record")
    for rule in RULES:
        if rule.kind == kind and rule.refines is not None:
            parent = next(one.code for one in RULES if one.kind == kind and one.name == rule.refines)
            crowded = held.where(f.col("oversize") & (_code(f.col("key")) == parent)).select("record").distinct()
            refining = _code(f.col("key")) == rule.code
            plain = pairing.where(~refining)
            pairing = plain.unionByName(pairing.where(refining).join(crowded, "record", "left_semi"))
    one, other = pairing.alias("one"), pairing.alias("other")
    shared = one.join(other, (f.col("one.key") == f.col("other.key")) & (f.col("one.record") < f.col("other.record")))
    return shared.select(f.col("one.record").alias("left"), f.col("other.record").alias("right")).distinct()


def compared_pairs(model: MatchModel, keys: DataFrame, forms: DataFrame, stats: DataFrame) -> DataFrame:
    """All candidate pairs as a `pairs_table`, compared batch by batch in Spark's workers.

    `keys` as above, `forms` (record, form: the JSON of `match_form`), `stats` (key, size_bucket, people_bucket: the
    table `key_stat`). Pairs are numbered as they are met: write the result to Parquet before anything reads it twice.
    """
    from pyspark.sql import functions as f

    common = keys.join(stats.select("key", "size_bucket", "people_bucket"), "key")
    shares = common.groupBy("record").agg(
        f.collect_list(f.struct("key", "size_bucket", "people_bucket")).alias("stats")
    )
    records = forms.select("record", "form").where("form is not null").join(shares, "record", "left")
    left = records.select(*(f.col(name).alias(f"left_{name}") for name in records.columns))
    right = records.select(*(f.col(name).alias(f"right_{name}") for name in records.columns))
    pairs = candidate_pairs(keys, model.kind)
    pairs = pairs.join(left, f.col("left") == f.col("left_record")).join(right, f.col("right") == f.col("right_record"))
    levels = ", ".join(f"{level_column(one.name)} string" for one in model.comparisons)
    schema = f"unique_id long, pair long, record {forms.schema['record'].dataType.simpleString()}, {levels}"
    document = model.to_json()

    def compare(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from pyspark import TaskContext

        context = TaskContext.get()
        return compared_batches(document, batches, first=(context.partitionId() if context else 0) << _PARTITION)

    return pairs.mapInArrow(compare, schema)


def compared_batches(document: str, batches: Iterable[pa.RecordBatch], *, first: int = 0) -> Iterator[pa.RecordBatch]:
    """What a worker does: pairs with their forms and statistics in, rows of a `pairs_table` out, numbered on."""
    from unified_model.identity.compare import weigh

    model = read_model(document)
    for batch in batches:
        forms: dict[Any, str] = {}  # by record, as two records of one form are two that share its values
        places: dict[Any, int] = {}
        sides = {}
        for side in ("left", "right"):
            records = batch[side].to_pylist()
            forms.update(zip(records, batch[f"{side}_form"].to_pylist(), strict=True))
            sides[side] = [places.setdefault(record, len(places)) for record in records]
        stats = {
            one["key"]: (one["size_bucket"], one["people_bucket"])
            for side in ("left_stats", "right_stats")
            for shared in batch[side].to_pylist()
            for one in shared or ()
        }
        _, levels = weigh(model, [json.loads(forms[record]) for record in places], sides["left"], sides["right"], stats)
        yield from pairs_table(model, levels, batch["left"], batch["right"], first=first).to_batches()
        first += len(levels)


def _code(key: Column) -> Any:
    """The number of the rule a key was made by."""
    return key.bitwiseAND(RULE_MASK)
