"""What Splink's own training makes of a shipped model: clusters before and after, on labelled sets.

python -m benchmarks.identity.splink_training crm_exports fake_1000
"""

from __future__ import annotations

import argparse
import json
import logging
from typing import Any

from benchmarks.identity.labelled import SETS
from benchmarks.identity.memory import clusters_of, forms_of, run, score, weights_of
from unified_model.identity.model import MatchModel, read_model, shipped_model
from unified_model.identity.splink import PAIRED, model_from_splink, pairs_table, splink_settings


def trained(model: MatchModel, table: Any) -> MatchModel:
    """The model after Splink's EM over a table of pairs, with the settings we export."""
    from splink import DuckDBAPI, Linker

    linker = Linker(DuckDBAPI().register(table), splink_settings(model))
    linker.training.estimate_parameters_using_expectation_maximisation(
        PAIRED,
        fix_u_probabilities=False,
        populate_probability_two_random_records_match_from_trained_values=True,
    )
    return read_model(json.dumps(model_from_splink(linker.misc.save_model_to_json(), model)))


def main() -> None:
    """Prints one line a set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=["crm_exports", "fake_1000", "febrl3", "historical_50k"])
    logging.disable(logging.WARNING)
    for name in parser.parse_args().sets:
        data = SETS[name]()
        forms = forms_of(data)
        model = shipped_model("organization" if data.kind == "organization" else "person")
        found = run(forms, data.natural, model)
        other = trained(model, pairs_table(model, found.levels, found.left, found.right))
        weights, _ = weights_of(other, forms, found.left, found.right, found.stats)
        clusters = clusters_of(forms, data.natural, found.left, found.right, weights, other)
        for whose, scores in (("shipped", score(found.clusters, data.truth)), ("Splink", score(clusters, data.truth))):
            told = f"P {scores.precision:.3f} R {scores.recall:.3f} F1 {scores.f1:.3f} B3 {scores.b_cubed:.3f}"
            print(f"{name:16} {whose:8} closed {told}", flush=True)


if __name__ == "__main__":
    main()
