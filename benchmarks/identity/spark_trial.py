"""Matching on Spark, tried for real: the same pairs with the same weights as in the store and in Splink on DuckDB.

python -m benchmarks.identity.spark_trial --records 1000

Needs the extra `spark` and a Java 17 or newer. A store is filled from generated exports; its keys, forms and statistics
leave it as CSV, as docs/splink.md says; Spark in local mode finds, compares and weighs the candidate pairs of persons.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.measure import REPOSITORY, generate, in_child
from benchmarks.workspace import SEED, workspace
from unified_model.identity.model import MatchModel, shipped_model
from unified_model.identity.spark import compared_pairs
from unified_model.identity.splink import pairs_table, splink_settings
from unified_model.resolution.linking_all import every_pair
from unified_model.store.engine import open_store

Weights = dict[tuple[int, int], float]
"""Bits by (lower, higher) record."""

QUERIES = {
    "keys": "select key, record from blocking_key",
    "forms": "select record, match_form as form from person_record",
    "stats": "select key, size_bucket, people_bucket from key_stat",
}
"""What leaves the store for Spark."""


def filled_store(folder: Path, records: int) -> Path:
    """A store of so many generated records, resolved; gives its settings file."""
    made = folder / "exports"
    generate("people", "--records", records, "--seed", SEED, "--out", made)
    files = [str(path) for path in sorted(made.glob("*.csv")) if path.name != "truth.csv"]
    in_child("benchmarks.hub", "init", folder, *files)
    in_child("benchmarks.hub", "sync", folder)
    return folder / "unsilo.toml"


def written(settings: Path, folder: Path) -> dict[str, Path]:
    """The tables of QUERIES as CSV files."""
    files = {}
    for name, query in QUERIES.items():
        files[name] = folder / f"{name}.csv"
        command = [sys.executable, "-m", "console.main", "query", query, "--format", "csv", "--settings", str(settings)]
        with files[name].open("w", encoding="utf-8") as out:
            subprocess.run(command, stdout=out, check=True, cwd=REPOSITORY)
    return files


def in_the_store(folder: Path, model: MatchModel) -> tuple[Weights, Any]:
    """(what the store's own linking weighs, the same pairs as a table for Splink)."""
    import pyarrow as pa

    ours: Weights = {}
    tables = []
    with open_store(f"sqlite:///{folder / 'unsilo.db'}") as store, store.read() as conn:
        for left, right, weights, levels, _ in every_pair(conn, model.kind, model):
            tables.append(pairs_table(model, levels, left, right, first=len(ours)))
            ours.update(zip(zip(left.tolist(), right.tolist(), strict=True), (weights / 1000).tolist(), strict=True))
    return ours, pa.concat_tables(tables)


def in_splink_on_duckdb(table: Any, model: MatchModel) -> Weights:
    """What Splink weighs on this machine."""
    from splink import DuckDBAPI, Linker

    found = Linker(DuckDBAPI().register(table), splink_settings(model)).inference.predict().as_pyarrow_table()
    return _by_records(found["record_l"].to_pylist(), found["record_r"].to_pylist(), found["match_weight"].to_pylist())


@contextmanager
def session(folder: Path, workers: int) -> Iterator[Any]:
    """A Spark session in local mode that keeps its files in a folder and looks nothing up."""
    from pyspark.sql import SparkSession

    spark = (
        SparkSession.builder.master(f"local[{workers}]")
        .appName("unsilo")
        .config("spark.sql.shuffle.partitions", str(2 * workers))
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .config("spark.local.dir", str(folder / "local"))
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    spark.sparkContext.setCheckpointDir(str(folder / "checkpoints"))
    try:
        yield spark
    finally:
        spark.stop()


def in_splink_on_spark(spark: Any, files: dict[str, Path], folder: Path, model: MatchModel) -> Weights:
    """What Splink weighs on Spark, of pairs that Spark found and our code compared in its workers."""
    from splink import Linker
    from splink.backends.spark import SparkAPI

    read = {
        "keys": spark.read.csv(str(files["keys"]), header=True, schema="key long, record long"),
        "forms": spark.read.csv(str(files["forms"]), header=True, schema="record long, form string", escape='"'),
        "stats": spark.read.csv(
            str(files["stats"]), header=True, schema="key long, size_bucket int, people_bucket int"
        ),
    }
    compared_pairs(model, **read).write.parquet(str(folder / "pairs"), mode="overwrite")
    api = SparkAPI(spark_session=spark, register_udfs_automatically=False)
    linker = Linker(api.register(spark.read.parquet(str(folder / "pairs"))), splink_settings(model))
    rows = linker.inference.predict().as_spark_dataframe().select("record_l", "record_r", "match_weight").collect()
    return _by_records(*([row[n] for row in rows] for n in range(3)))


def _by_records(left: list[int], right: list[int], weights: list[float]) -> Weights:
    return {(min(a, b), max(a, b)): weight for a, b, weight in zip(left, right, weights, strict=True)}


def trial(folder: Path, records: int, workers: int = 2) -> dict[str, Any]:
    """Runs all three over one store; counts, how far weights are apart, and seconds of CPU and of the clock."""
    model = shipped_model("person")
    settings = filled_store(folder, records)
    files = written(settings, folder)
    clock, wall = time.process_time(), time.perf_counter()
    ours, table = in_the_store(folder, model)
    seconds = {"store": (time.process_time() - clock, time.perf_counter() - wall)}
    clock, wall = time.process_time(), time.perf_counter()
    duckdb = in_splink_on_duckdb(table, model)
    seconds["duckdb"] = (time.process_time() - clock, time.perf_counter() - wall)
    clock, wall = time.process_time(), time.perf_counter()
    with session(folder, workers) as spark:
        found = in_splink_on_spark(spark, files, folder, model)
        seconds["spark"] = (time.process_time() - clock + _cpu_of_children(), time.perf_counter() - wall)
    return {
        "pairs": len(ours),
        "links": sum(weight >= model.review / 1000 for weight in ours.values()),
        "missing": len(ours.keys() ^ duckdb.keys()) + len(ours.keys() ^ found.keys()),
        "from_store": max((abs(ours[pair] - found[pair]) for pair in ours.keys() & found.keys()), default=0.0),
        "from_duckdb": max((abs(duckdb[pair] - found[pair]) for pair in duckdb.keys() & found.keys()), default=0.0),
        "seconds": seconds,
    }


def _cpu_of_children() -> float:
    """CPU seconds of the processes below this one, those that ended included: Java and its Python workers."""
    import os

    below, spent = {os.getpid()}, 0
    stats = sorted((path for path in Path("/proc").glob("[0-9]*/stat")), key=lambda path: int(path.parent.name))
    for path in stats:
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) in below:
            below.add(int(path.parent.name))
            spent += sum(map(int, fields[11:15]))
    return spent / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Runs the trial and says what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--work", type=Path, help="keep the generated files in this folder")
    given = parser.parse_args()
    with workspace(given.work) as folder:
        found = trial(folder, given.records, given.workers)
    print(f"{found['pairs']} pairs of persons, {found['missing']} missing anywhere")
    print(
        f"weights apart: Spark from store {found['from_store']:.2e} bits, from DuckDB {found['from_duckdb']:.2e} bits"
    )
    for where, (cpu, wall) in found["seconds"].items():
        print(f"  {where:8} {cpu:7.1f} CPU s {wall:7.1f} s")


if __name__ == "__main__":
    main()
