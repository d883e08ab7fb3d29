"""Match models in Splink and back: the same comparisons, the same weights, its training, charts and back-ends.

Splink compares columns of records; we compare records with the statistics of a whole store, which its SQL cannot see.
So a model goes to Splink over candidate pairs that were compared here: `pairs_table` has two rows a pair, left and
right, that share a pair number, and names for each comparison the level that was found. Splink joins the two rows by
`PAIRED` and reads the level, and everything it does then (EM, predictions, waterfalls) stands on our comparisons.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from unified_model.entities import Kind
from unified_model.errors import UsageError
from unified_model.identity.model import Comparison, Level, MatchModel

if TYPE_CHECKING:
    import pyarrow as pa

    from unified_model.identity.compare import LevelMatrix

PAIRED = "l.pair = r.pair"
"""The blocking rule over a pairs table, for predictions and for training."""
OVER_PAIRS: dict[str, Any] = {
    "link_type": "dedupe_only",
    "unique_id_column_name": "unique_id",
    "blocking_rules_to_generate_predictions": [PAIRED],
    "additional_columns_to_retain": ["record"],
    "retain_intermediate_calculation_columns": True,
    "max_iterations": 3,
}
"""How Splink goes over a pairs table. It starts from weights that hold already: few rounds of EM, before it drifts."""
EXTREME = 20.0
"""Bits: a level that Splink weighs beyond this was seen next to never on one side, and would decide alone."""

_OURS = "unsilo-"
_REMEDY = "Export the model again with `unsilo model export --splink`, and train that one."


def splink_settings(model: MatchModel) -> dict[str, Any]:
    """Settings that Splink 5 reads (`Linker(table, settings)`, a dict or its JSON), over a `pairs_table`.

    Its match weight of a pair is the sum of our weights, before each is rounded to a thousandth of a bit.
    """
    return {
        **copy.deepcopy(OVER_PAIRS),
        "linker_uid": f"{_OURS}{model.kind}-{model.version}",
        "probability_two_random_records_match": model.document["probability_two_random_records_match"],
        "comparisons": [_comparison(one) for one in model.comparisons],
    }


def origin_of(settings: Mapping[str, Any]) -> tuple[Kind, str] | None:
    """(kind, version) of the model that settings were made of, also after Splink saved them; None: Splink's own."""
    said = str(settings.get("linker_uid") or "")
    kind, _, version = said.removeprefix(_OURS).partition("-")
    if not said.startswith(_OURS) or not version:
        return None
    return ("organization" if kind == "organization" else "person"), version


def level_column(comparison: str) -> str:
    """The column of a pairs table that names the level of a comparison."""
    return f"{comparison}_level"


def level_condition(comparison: str, level: str) -> str:
    """The condition of a level, in every SQL that Splink speaks; level `none` is the absence of one."""
    column = f"{level_column(comparison)}_l"
    return f"{column} is null" if level == "none" else f"{column} = '{level}'"


def _comparison(comparison: Comparison) -> dict[str, Any]:
    told = [level for level in comparison.levels if level.m is not None]
    levels = [_level(comparison, level, fixed=len(told) == 1) for level in comparison.levels]
    if len(told) == 1:  # Splink divides by the number of levels less one; this one is never met
        levels.append({"sql_condition": "ELSE", "label_for_charts": "otherwise"} | _numbers(0.5, 0.5, fixed=True))
    return {
        "output_column_name": comparison.name,
        "comparison_description": comparison.says,
        "comparison_levels": levels,
    }


def _level(comparison: Comparison, level: Level, *, fixed: bool) -> dict[str, Any]:
    said = {"sql_condition": level_condition(comparison.name, level.name), "label_for_charts": level.says}
    if level.m is None or level.u is None:
        return said | {"is_null_level": True}
    return said | _numbers(level.m, level.u, fixed=fixed)


def _numbers(m: float, u: float, *, fixed: bool) -> dict[str, Any]:
    """`fixed`: training leaves the level alone; with a single level there is nothing to learn from."""
    held = {"fix_m_probability": True, "fix_u_probability": True} if fixed else {}
    return {"m_probability": m, "u_probability": u, **held}


def pairs_table(
    model: MatchModel, levels: LevelMatrix, left_ids: Sequence[Any], right_ids: Sequence[Any], *, first: int = 0
) -> pa.Table:
    """Candidate pairs as records for Splink: two rows each, with what our comparisons found.

    `levels`: pairs x comparisons in the model's order; the ids name the two records of each pair in the column
    `record`. Pairs are numbered from `first`, so that a large table can be written in parts.
    """
    import pyarrow as pa

    pairs = np.arange(first, first + len(levels), dtype=np.int64)
    rows = np.arange(2 * len(levels))
    ids = pa.concat_arrays([pa.array(left_ids), pa.array(right_ids)])
    columns: dict[str, Any] = {
        "unique_id": 2 * first + rows,
        "pair": pairs.repeat(2),
        "record": ids.take(pa.array(rows // 2 + rows % 2 * len(levels))),
    }
    for position, comparison in enumerate(model.comparisons):
        found = levels[:, position].repeat(2)
        names = pa.array([level.name for level in comparison.levels], pa.string())
        codes = pa.array(found, mask=found == 0)
        columns[level_column(comparison.name)] = pa.DictionaryArray.from_arrays(codes, names).cast(pa.string())
    return pa.table(columns)


class _Read(NamedTuple):
    """One level of ours as Splink holds it; m and u are None where it has not trained both."""

    comparison: Comparison
    level: Level
    m: float | None
    u: float | None


def model_from_splink(settings: Mapping[str, Any], like: MatchModel) -> dict[str, Any]:
    """A document of ours with Splink's m, u and prior; all else, thresholds and `unsilo` keys too, is that of `like`.

    `settings`: what Splink saved (`linker.misc.save_model_to_json`). A level for which Splink has not both m and u
    keeps both of `like`. UsageError names a comparison, level or number that does not fit.
    """
    document = copy.deepcopy(dict(like.document))
    document["probability_two_random_records_match"] = _prior(settings)
    trained = {(one.comparison.name, one.level.name): one for one in _read(settings, like)}
    for comparison in document["comparisons"]:
        name = comparison["output_column_name"]
        for level in comparison["comparison_levels"]:
            level["sql_condition"] = level_condition(name, level["unsilo"]["name"])
            read = trained.get((name, level["unsilo"]["name"]))
            if read is not None and read.m is not None:
                level["m_probability"], level["u_probability"] = read.m, read.u
    return document


def doubts_about(settings: Mapping[str, Any], like: MatchModel) -> list[str]:
    """What to look at before a model trained in Splink is used, a sentence each: levels it had too few pairs for."""
    found = []
    for comparison, level, m, u in _read(settings, like):
        if m is None or u is None or (m, u) == (level.m, level.u):
            found.append(f"{comparison.name}, {level.says}: not trained, the former weight stays.")
        elif abs(math.log2(m / u)) > EXTREME:
            side = "one customer" if m < u else "two customers"
            bits = math.log2(m / u)
            found.append(f"{comparison.name}, {level.says}: {bits:+.0f} bits, hardly ever seen in pairs of {side}.")
    return found


def _prior(settings: Mapping[str, Any]) -> float:
    prior = settings.get("probability_two_random_records_match")
    if not isinstance(prior, int | float) or not 0 < prior < 1:
        raise UsageError(f"This Splink model's probability_two_random_records_match is {prior!r}, not within 0 and 1.")
    return float(prior)


def _read(settings: Mapping[str, Any], like: MatchModel) -> Iterator[_Read]:
    """Every level of `like` that can have a weight, as the settings hold it."""
    theirs = _comparisons_of(settings)
    ours = {one.name: one for one in like.comparisons}
    if missing := [name for name in ours if name not in theirs]:
        raise UsageError(f"This Splink model lacks the comparison {', '.join(missing)}.", _REMEDY)
    if unknown := [name for name in theirs if name not in ours]:
        raise UsageError(f"This Splink model has a comparison we do not make: {', '.join(unknown)}.", _REMEDY)
    for name, comparison in ours.items():
        conditions = {level_condition(name, level.name): level for level in comparison.levels}
        levels = {_condition(level): level for level in theirs[name]}
        if missing := [condition for condition in conditions if condition not in levels]:
            raise UsageError(f"Comparison {name} of this Splink model lacks a level: {missing[0]}.", _REMEDY)
        if unknown := [one for one in levels if one not in conditions and one != "ELSE"]:
            raise UsageError(f"Comparison {name} of this Splink model has a level of its own: {unknown[0]}.", _REMEDY)
        for condition, level in conditions.items():
            if level.m is not None:
                yield _read_level(comparison, level, levels[condition])


def _comparisons_of(settings: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    try:
        return {one["output_column_name"]: list(one["comparison_levels"]) for one in settings["comparisons"]}
    except (KeyError, TypeError) as error:
        raise UsageError(
            f"These are not the settings of a Splink model: {error} is missing or of another kind."
        ) from error


def _condition(level: Mapping[str, Any]) -> str:
    return " ".join(str(level.get("sql_condition", "")).replace('"', "").split())


def _read_level(comparison: Comparison, level: Level, held: Mapping[str, Any]) -> _Read:
    where = f"Comparison {comparison.name}, level {level.name} of this Splink model"
    if held.get("tf_adjustment_column"):
        raise UsageError(f"{where} adjusts for term frequencies.", "Rarity is a matter of levels here: take it out.")
    m, u = held.get("m_probability"), held.get("u_probability")
    if m is None or u is None:
        return _Read(comparison, level, None, None)
    for number in (m, u):
        if not isinstance(number, int | float) or not 0 < number <= 1:
            raise UsageError(f"{where} has the probability {number!r}, which is not above 0 and at most 1.", _REMEDY)
    return _Read(comparison, level, float(m), float(u))
