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

WAYS: dict[str, dict[str, bool]] = {
    "m alone": {"fix_probability_two_random_records_match": True},
    "m, u, prior": {
        "fix_u_probabilities": False,
        "populate_probability_two_random_records_match_from_trained_values": True,
    },
}
"""What is learned -> how Splink is told so."""


def trained(model: MatchModel, table: Any, way: dict[str, bool]) -> MatchModel:
    """The model after Splink's EM over a table of pairs, with the settings we export."""
    from splink import DuckDBAPI, Linker

    linker = Linker(DuckDBAPI().register(table), splink_settings(model))
    linker.training.estimate_parameters_using_expectation_maximisation(PAIRED, **way)
    return read_model(json.dumps(model_from_splink(linker.misc.save_model_to_json(), model)))


def main() -> None:
    """Prints one line a set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=["crm_exports", "fake_1000", "historical_50k", "patstat_companies"])
    logging.disable(logging.WARNING)
    for name in parser.parse_args().sets:
        data = SETS[name]()
        forms = forms_of(data)
        model = shipped_model("organization" if data.kind == "organization" else "person")
        found = run(forms, data.natural, model)
        table = pairs_table(model, found.levels, found.left, found.right)
        told = {"shipped": score(found.clusters, data.truth)}
        for learned, way in WAYS.items():
            other = trained(model, table, way)
            weights, _ = weights_of(other, forms, found.left, found.right, found.stats)
            clusters = clusters_of(forms, data.natural, found.left, found.right, weights, other)
            told[learned] = score(clusters, data.truth)
        for whose, one in told.items():
            scores = f"P {one.precision:.3f} R {one.recall:.3f} F1 {one.f1:.3f} B3 {one.b_cubed:.3f}"
            print(f"{name:18} {whose:12} closed {scores}", flush=True)


if __name__ == "__main__":
    main()
