"""Identity in memory, without a store: forms, keys, statistics, candidates, weights, clusters, and how good they are.

python -m benchmarks.identity.memory crm_exports fake_1000
"""

from __future__ import annotations

import argparse
import sys
import time
from array import array
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.identity.labelled import SETS, LabelledSet, crm_companies, crm_exports
from unified_model.collecting import rare_collections
from unified_model.entities import Kind, OrganizationRecord, PersonRecord
from unified_model.identity.cluster import cluster_component
from unified_model.identity.compare import columns_of, weigh_columns
from unified_model.identity.forms import Form, organization_form, person_form
from unified_model.identity.keys import RULE_OF_CODE, key_hashes_of, rule_of
from unified_model.identity.model import MatchModel, shipped_model
from unified_model.identity.stats import COUNTED_UP_TO, TOP_PEOPLE, bucket_of_names, name_of, size_bucket
from unified_model.resolution.pairs import Blocks, blocks_of, pairing_blocks, pairs_within

Array = np.ndarray[Any, Any]
FORMS_AT_ONCE = 2_000
PAIRS_AT_ONCE = 2_000_000


class Run(NamedTuple):
    """All that one run made, for looking into mistakes."""

    forms: list[Form]
    left: Array
    right: Array
    weights: Array
    levels: Array
    clusters: list[list[int]]
    stats: dict[int, tuple[int, int]]
    seconds: dict[str, float]
    keys: int


class Scores(NamedTuple):
    """Pairwise scores of the final clusters (closed) and B-cubed."""

    precision: float
    recall: float
    f1: float
    b_cubed: float
    largest: int


def forms_of(data: LabelledSet) -> list[Form]:
    """The folded form of every record."""
    with rare_collections():
        return [
            person_form(one) if isinstance(one, PersonRecord) else organization_form(one)
            for one in data.records
            if isinstance(one, PersonRecord | OrganizationRecord)
        ]


def run(forms: list[Form], natural: list[str], model: MatchModel) -> Run:
    """The whole of identity over some forms."""
    seconds: dict[str, float] = {}
    kind: Kind = model.kind
    clock = time.process_time()

    def lap(stage: str) -> None:
        nonlocal clock
        now = time.process_time()
        seconds[stage] = now - clock
        clock = now

    with rare_collections():
        key, record = key_entries(kind, forms)
        lap("keys")
        blocks = blocks_of(key, record)
        lap("blocks")
        stats = statistics(blocks, forms)
        lap("statistics")
        left, right = pairs_within(
            pairing_blocks(blocks, [rule for rule in RULE_OF_CODE.values() if rule.kind == kind])
        )
        lap("candidates")
        weight, level = weights_of(model, forms, left, right, stats)
        lap("weights")
        clusters = clusters_of(forms, natural, left, right, weight, model)
        lap("clusters")
    return Run(forms, left, right, weight, level, clusters, stats, seconds, len(key))


def key_entries(kind: Kind, forms: list[Form]) -> tuple[Array, Array]:
    """Every blocking key of every record: (key, record)."""
    keys: array[int] = array("q")
    counts = []
    for form in forms:
        held = key_hashes_of(kind, form)
        keys.extend(held)
        counts.append(len(held))
    return np.frombuffer(keys, dtype=np.int64), np.repeat(np.arange(len(forms)), counts)


def statistics(blocks: Blocks, forms: list[Form]) -> dict[int, tuple[int, int]]:
    """Buckets of every key that weights read of and that three records or more hold."""
    crowded = np.flatnonzero(blocks.sizes > 2)
    starts = blocks.starts[crowded]
    found: dict[int, tuple[int, int]] = {}
    names = [name_of(form) for form in forms]
    for key, start, size in zip(
        blocks.key[starts].tolist(), starts.tolist(), blocks.sizes[crowded].tolist(), strict=True
    ):
        rule = rule_of(key)
        people = 0
        if rule.people:
            holders = blocks.record[start : start + size].tolist() if size <= COUNTED_UP_TO else ()
            people = bucket_of_names({names[n] for n in holders}) if holders else TOP_PEOPLE
        if rule.people or rule.sizes:
            found[key] = size_bucket(size), people
    return found


def weights_of(
    model: MatchModel, forms: list[Form], left: Array, right: Array, stats: dict[int, tuple[int, int]]
) -> tuple[Array, Array]:
    """(weights, levels) of candidate pairs."""
    parts = (forms[start : start + FORMS_AT_ONCE] for start in range(0, len(forms), FORMS_AT_ONCE))
    columns = columns_of(model, parts, stats)
    weights = [np.zeros(0, dtype=np.int32)]
    levels = [np.zeros((0, len(model.comparisons)), dtype=np.int8)]
    for start in range(0, len(left), PAIRS_AT_ONCE):
        part = slice(start, start + PAIRS_AT_ONCE)
        some_weights, some_levels = weigh_columns(model, columns, left[part], right[part])
        weights.append(some_weights)
        levels.append(some_levels)
    return np.concatenate(weights), np.concatenate(levels)


def clusters_of(
    forms: list[Form], natural: list[str], left: Array, right: Array, weight: Array, model: MatchModel
) -> list[list[int]]:
    """Components over links at or above review, each clustered."""
    at = np.flatnonzero(weight >= model.review)
    links = list(zip(left[at].tolist(), right[at].tolist(), weight[at].tolist(), strict=True))
    root = list(range(len(forms)))

    def find(n: int) -> int:
        while root[n] != n:
            root[n] = root[root[n]]
            n = root[n]
        return n

    for a, b, _ in links:
        root[find(a)] = find(b)
    members: dict[int, list[int]] = defaultdict(list)
    for n in range(len(forms)):
        members[find(n)].append(n)
    own_links: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for link in links:
        own_links[find(link[0])].append(link)
    names = dict(enumerate(natural))
    everyone = dict(enumerate(forms))
    clusters: list[list[int]] = []
    for component, records in members.items():
        if len(records) == 1:
            clusters.append(records)
        else:
            clusters += cluster_component(records, names, own_links[component], everyone, model).clusters
    return clusters


def score(clusters: list[list[int]], truth: list[str]) -> Scores:
    """Closed pairwise precision, recall, F1 and B-cubed F1."""
    together = right = 0
    sizes = Counter(truth)
    precision = recall = 0.0
    for members in clusters:
        together += len(members) * (len(members) - 1) // 2
        for person, count in Counter(truth[n] for n in members).items():
            right += count * (count - 1) // 2
            precision += count * count / len(members)
            recall += count * count / sizes[person]
    wanted = sum(count * (count - 1) // 2 for count in sizes.values())
    p, r = right / max(together, 1), right / max(wanted, 1)
    bp, br = precision / len(truth), recall / len(truth)
    return Scores(p, r, 2 * p * r / max(p + r, 1e-9), 2 * bp * br / (bp + br), max(map(len, clusters)))


def blocked(result: Run, truth: list[str]) -> float:
    """The share of true pairs that were compared."""
    numbers = {person: n for n, person in enumerate(dict.fromkeys(truth))}
    person = np.array([numbers[one] for one in truth])
    wanted = sum(count * (count - 1) // 2 for count in Counter(truth).values())
    return float((person[result.left] == person[result.right]).sum() / max(wanted, 1))


def report(name: str, data: LabelledSet) -> tuple[Run, Scores]:
    """Runs one set and prints a line of it."""
    started = time.process_time()
    forms = forms_of(data)
    cleaning = time.process_time() - started
    result = run(forms, data.natural, shipped_model("organization" if data.kind == "organization" else "person"))
    scores = score(result.clusters, data.truth)
    laps = " ".join(f"{stage} {spent:.1f}" for stage, spent in result.seconds.items())
    print(
        f"{name:18} P {scores.precision:.3f} R {scores.recall:.3f} F1 {scores.f1:.3f} B3 {scores.b_cubed:.3f} "
        f"largest {scores.largest} | blocked {blocked(result, data.truth):.3f}, "
        f"{len(result.left) / len(forms):.2f} pairs and {result.keys / len(forms):.1f} keys a record "
        f"| CPU s: cleaning {cleaning:.1f} {laps}"
    )
    sys.stdout.flush()
    return result, scores


def main() -> None:
    """Runs the sets named on the command line; a folder of exports with a truth file counts as one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=list(SETS))
    for name in parser.parse_args().sets:
        folder = Path(name)
        if name not in SETS and folder.is_dir():
            report(folder.name, crm_exports(folder))
            report(f"{folder.name} companies", crm_companies(folder))
        else:
            report(name, SETS[name]())


if __name__ == "__main__":
    main()
