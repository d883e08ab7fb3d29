"""Identity in memory, without a store: forms, keys, statistics, candidates, weights, clusters, and how good they are.

python -m benchmarks.identity.memory crm_exports fake_1000
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.identity.labelled import SETS, LabelledSet, crm_companies, crm_exports
from unified_model.entities import Kind, OrganizationRecord, PersonRecord
from unified_model.identity.cluster import cluster_component
from unified_model.identity.compare import weigh
from unified_model.identity.forms import Form, organization_form, person_form
from unified_model.identity.keys import keys_of, pairing_keys, rule_of
from unified_model.identity.model import MatchModel, shipped_model
from unified_model.identity.stats import COUNTED_UP_TO, TOP_PEOPLE, people_bucket, size_bucket

CHUNK = 200_000


class Run(NamedTuple):
    """All that one run made, for looking into mistakes."""

    forms: list[Form]
    left: np.ndarray[Any, Any]
    right: np.ndarray[Any, Any]
    weights: np.ndarray[Any, Any]
    levels: np.ndarray[Any, Any]
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

    keys = [[key.hash for key in keys_of(kind, form)] for form in forms]
    lap("keys")
    blocks: dict[int, list[int]] = defaultdict(list)
    for record, held in enumerate(keys):
        for key in held:
            blocks[key].append(record)
    sizes = {key: len(records) for key, records in blocks.items() if len(records) > 1}
    lap("blocks")
    stats = statistics(blocks, forms)
    lap("statistics")
    left, right = candidate_pairs(keys, blocks, sizes)
    lap("candidates")
    weights, levels = [], []
    for start in range(0, len(left), CHUNK):
        some_left, some_right = left[start : start + CHUNK], right[start : start + CHUNK]
        used, back = np.unique(np.concatenate((some_left, some_right)), return_inverse=True)
        part = [forms[n] for n in used.tolist()]
        w, v = weigh(model, part, back[: len(some_left)], back[len(some_left) :], stats)
        weights.append(w)
        levels.append(v)
    weight = np.concatenate(weights) if weights else np.zeros(0, dtype=np.int32)
    level = np.concatenate(levels) if levels else np.zeros((0, len(model.comparisons)), dtype=np.int8)
    lap("weights")
    clusters = clusters_of(forms, natural, left, right, weight, model)
    lap("clusters")
    return Run(forms, left, right, weight, level, clusters, stats, seconds, sum(map(len, keys)))


def statistics(blocks: dict[int, list[int]], forms: list[Form]) -> dict[int, tuple[int, int]]:
    """Buckets of every key held by three records or more."""
    return {
        key: (
            size_bucket(len(records)),
            people_bucket(forms[n] for n in records) if len(records) <= COUNTED_UP_TO else TOP_PEOPLE,
        )
        for key, records in blocks.items()
        if len(records) > 2
    }


def candidate_pairs(
    keys: list[list[int]], blocks: dict[int, list[int]], sizes: dict[int, int]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Distinct pairs of records that share a key which may form pairs."""
    oversize = {key for key, size in sizes.items() if size > rule_of(key).cap}
    allowed: dict[int, list[int]] = defaultdict(list)
    for record, held in enumerate(keys):
        for key in pairing_keys(held, oversize):
            allowed[key].append(record)
    n = len(keys)
    found = []
    for records in allowed.values():
        members = np.array(records, dtype=np.int64)
        if len(members) > 1:
            a, b = np.triu_indices(len(members), 1)
            found.append(members[a] * n + members[b])
    pairs = np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)
    left, right = np.divmod(pairs, n)
    return left, right


def clusters_of(
    forms: list[Form], natural: list[str], left: Any, right: Any, weight: Any, model: MatchModel
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
