"""Pairs found and compared on Spark: what its workers do, and, where Spark is installed, all of it."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.conftest import REPOSITORY
from tests.unit.identity.people import form
from unified_model.entities import Kind
from unified_model.identity.compare import weigh
from unified_model.identity.keys import RULES, key_hash
from unified_model.identity.model import shipped_model
from unified_model.identity.spark import candidate_pairs, compared_batches
from unified_model.identity.splink import pairs_table
from unified_model.resolution.pairs import ordered_blocks, pairing_blocks, pairs_within

MODEL = shipped_model("person")


def test_a_worker_compares_its_pairs_as_the_store_does() -> None:
    forms = [
        form(given_name=given, family_name=family, email="jane@müller.de", phone="+49 221 555777")
        for given, family in (
            ("Jane", "Müller"),
            ("Дмитрий", "Mueller"),
            ("Jane", "刘"),
            ("J.", "Müller"),
            ("J.", "Müller"),
        )
    ]
    left, right = np.triu_indices(len(forms), 1)
    stats = {
        key_hash("person", "email", "jane@muller.de"): (1, 2),
        key_hash("person", "family", "muller"): (4, 1),
    }
    shared = [{"key": key, "size_bucket": size, "people_bucket": people} for key, (size, people) in stats.items()]
    texts = [json.dumps(one) for one in forms]
    batch = pa.RecordBatch.from_pydict(
        {
            "left": left, "left_form": [texts[n] for n in left],
            "right": right, "right_form": [texts[n] for n in right],
            "left_stats": [shared] * len(left), "right_stats": [None] * len(left),
        }
    )  # fmt: skip

    rows = list(compared_batches(MODEL.to_json(), [batch, batch], first=100))

    levels = weigh(MODEL, forms, left, right, stats)[1]
    assert levels.tolist() != weigh(MODEL, forms, left, right, {})[1].tolist()
    wanted = pairs_table(MODEL, np.concatenate((levels, levels)), [*left, *left], [*right, *right], first=100)
    assert pa.Table.from_batches(rows).to_pylist() == wanted.to_pylist()


@pytest.fixture
def spark_is_here() -> None:
    """Skips where Spark cannot run, and says why."""
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed; it comes with the extra `spark`")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17 or newer, and there is no java here")


@pytest.mark.drill
@pytest.mark.usefixtures("spark_is_here")
def test_spark_finds_our_pairs_and_splink_weighs_them_there_as_on_one_machine(tmp_path: Path) -> None:
    from benchmarks.identity.spark_trial import trial

    found = trial(tmp_path, records=400)
    script = tmp_path / "script.py"
    block = (REPOSITORY / "docs" / "splink.md").read_text("utf-8").partition("from pyspark.sql import")
    script.write_text(block[1] + block[2].partition("```")[0], encoding="utf-8")
    told = "--master local[2] --conf spark.sql.shuffle.partitions=4 --conf spark.ui.enabled=false pyspark-shell"
    here = os.environ | {"PYSPARK_SUBMIT_ARGS": told, "SPARK_LOCAL_IP": "127.0.0.1", "PYTHONPATH": str(REPOSITORY)}
    subprocess.run([sys.executable, str(script)], cwd=tmp_path, env=here, check=True)

    links = pq.read_table(tmp_path / "links")
    assert found["pairs"] > 500
    assert found["missing"] == 0
    assert found["from_store"] < 0.01
    assert found["from_duckdb"] < 1e-9
    assert links.num_rows == found["links"]


@pytest.mark.drill
@pytest.mark.usefixtures("spark_is_here")
@pytest.mark.parametrize("kind", ["person", "organization"])
def test_keys_that_too_many_records_hold_form_no_pairs_on_spark_either(tmp_path: Path, kind: Kind) -> None:
    from benchmarks.identity.spark_trial import session

    rules = [rule for rule in RULES if rule.kind == kind]
    chance = np.random.default_rng(3)
    blocks = [
        (chance.integers(-(2**60), 2**60) << 5 | rule.code, 2 * n * rule.cap // 3) for rule in rules for n in (1, 2)
    ]
    entries = {(int(key), int(one)) for key, size in blocks for one in chance.integers(0, 1200, max(size, 2))}
    keys, records = np.array(sorted(entries)).T

    with session(tmp_path, workers=1) as spark:
        table = spark.createDataFrame(pa.table({"key": keys, "record": records}))
        found = {(row["left"], row["right"]) for row in candidate_pairs(table, kind).collect()}

    left, right = pairs_within(pairing_blocks(ordered_blocks(keys, records), rules))
    assert len(left) > 1000
    assert found == set(zip(left.tolist(), right.tolist(), strict=True))
