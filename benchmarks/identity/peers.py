"""What others make of a set: plain Splink 5, and records that share one key (the exact-e-mail rule). One process each.

python -m benchmarks.identity.peers splink SETTINGS FOLDER [MORE]
python -m benchmarks.identity.peers key SETTINGS FOLDER

FOLDER is one that `tables.py` wrote. MORE: how many records come afterwards, against the store of all.
"""

from __future__ import annotations

import importlib.util
import logging
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.identity.memory import score
from benchmarks.identity.peer_settings import NAIVE_KEYS, SETTINGS, PeerSettings
from benchmarks.identity.tables import truth_of
from benchmarks.measure import Laps, peak_mb, tell

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SEED = 1
MISSING = "Splink is not installed: pip install 'unsilo[splink]' puts it beside ours in this table."


def splink_is_here() -> bool:
    """Whether plain Splink can be run."""
    return importlib.util.find_spec("splink") is not None


def run_splink(settings: PeerSettings, folder: Path, more: int) -> None:
    """Read, lower-case, train, predict, cluster; then some records against all, warm, and clusters anew."""
    laps = Laps()
    with laps.lap("start"):
        import duckdb

    conn = duckdb.connect()
    conn.execute("set enable_progress_bar = false")
    _read(conn, settings, folder, laps)
    linker = _linker(conn, settings, laps)
    with laps.lap("train"):
        _train(linker, settings)
    with laps.lap("predict"):
        predicted = linker.inference.predict(threshold_match_probability=settings.threshold)
    with laps.lap("cluster"):
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, settings.threshold)
        found = clusters.as_duckdbpyrelation().select("cast(record as integer), cluster_id").fetchall()
    answer: dict[str, Any] = {"peak": round(peak_mb(), 1), "wall_s": round(sum(laps.wall.values()), 2)}
    pairs = predicted.as_duckdbpyrelation().select("cast(record_l as integer), cast(record_r as integer)").fetchall()
    if more:
        _more(conn, linker, settings, more, laps)
    truth = truth_of(folder)
    by_cluster: dict[str, list[int]] = defaultdict(list)
    for record, cluster in found:
        by_cluster[cluster].append(record)
    right = sum(truth[a] == truth[b] for a, b in pairs)
    answer["pairs"] = len(pairs)
    answer["right_pairs"] = right
    tell({**answer, **laps.as_dict(), **score(list(by_cluster.values()), truth)._asdict()})


def _read(conn: DuckDBPyConnection, settings: PeerSettings, folder: Path, laps: Laps) -> None:
    with laps.lap("read"):
        conn.execute("create table raw as select * from read_csv(?, all_varchar = true)", [str(folder / "records.csv")])
    with laps.lap("clean"):
        conn.execute(f"create table prepared as {settings.prepare}")


def _linker(conn: DuckDBPyConnection, settings: PeerSettings, laps: Laps) -> Any:
    with laps.lap("start"):
        import splink.comparison_library as cl
        from splink import DuckDBAPI, Linker, SettingsCreator

        logging.getLogger("splink").setLevel(logging.ERROR)
        api = DuckDBAPI(connection=conn)
        if settings.link_only:
            files = [row[0] for row in conn.execute("select distinct file from prepared order by 1").fetchall()]
            tables = [conn.sql(f"select * from prepared where file = '{file}'") for file in files]
        else:
            tables = [conn.table("prepared")]
        creator = SettingsCreator(
            link_type="link_only" if settings.link_only else "dedupe_only",
            unique_id_column_name="record",
            comparisons=settings.comparisons(cl),
            blocking_rules_to_generate_predictions=_rules(settings.blocking),
        )
        registered = [api.register(table) for table in tables]
        return Linker(registered if settings.link_only else registered[0], creator, log_level=None)


def _train(linker: Any, settings: PeerSettings) -> None:
    training = linker.training
    training.estimate_probability_two_random_records_match(_rules(settings.certain), recall=settings.recall)
    training.estimate_u_using_random_sampling(max_pairs=settings.random_pairs, seed=SEED)
    for rule in _rules(settings.training):
        training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=settings.without_term_frequencies
        )


def _rules(rules: tuple[Any, ...]) -> list[Any]:
    from splink import block_on

    def one(rule: Any) -> Any:
        if isinstance(rule, str):
            return rule if " = r." in rule else block_on(rule)
        return block_on(*rule)

    return [one(rule) for rule in rules]


def _more(conn: DuckDBPyConnection, linker: Any, settings: PeerSettings, more: int, laps: Laps) -> None:
    """Some records again, as if they had changed, against all: scored warm; then every cluster anew."""
    from splink import DuckDBAPI

    api = DuckDBAPI(connection=conn)
    everyone = api.register(conn.table("prepared"))
    for count in (1, more):
        for warm in (False, True):
            sql = f"select * replace ('new' || record as record) from prepared where record::int % 97 = 0 limit {count}"
            few = api.register(conn.sql(sql).to_arrow_table())
            with laps.lap(f"predict {count}" if warm else "warming"):
                predicted = linker.inference.predict_between(
                    few, everyone, link_type="link_only", threshold_match_probability=settings.threshold
                )
                predicted.as_duckdbpyrelation().fetchall()


def run_key(columns: tuple[str, ...], folder: Path) -> None:
    """Records whose key is the same but for letter case are one; a record without the key stays alone."""
    import duckdb

    laps = Laps()
    conn = duckdb.connect()
    with laps.lap("match"):
        key = " || '|' || ".join(f"lower(trim({column}))" for column in columns)
        clusters = conn.execute(
            f"""
            select list(cast(record as integer))
            from read_csv(?, all_varchar = true)
            group by coalesce(nullif({key}, ''), 'record ' || record)
            """,
            [str(folder / "records.csv")],
        ).fetchall()
    answer = {"peak": round(peak_mb(), 1), **laps.as_dict()}
    tell({**answer, **score([members for (members,) in clusters], truth_of(folder))._asdict()})


if __name__ == "__main__":
    step, name, where = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    if step == "splink":
        run_splink(SETTINGS[name], where, int(sys.argv[4]) if len(sys.argv) > 4 else 0)
    else:
        run_key(NAIVE_KEYS[name], where)
