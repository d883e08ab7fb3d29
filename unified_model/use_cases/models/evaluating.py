"""How good a model is on this store: by pairs drawn blindly, by decisions, or by a truth file.

Judged is the machine alone: customers are formed in memory without any decision, so that people's answers are not
taken for its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unified_model.errors import UsageError
from unified_model.identity.learning.calibrate import Band
from unified_model.identity.model import MatchModel
from unified_model.resolution.decided import Decided
from unified_model.resolution.imagined import Imagined, ImaginedLinks, Progress, imagine, links_under
from unified_model.resolution.linking_all import Weighed
from unified_model.resolution.weighing import weigh_pairs
from unified_model.store import samples
from unified_model.store.engine import Connection, Store
from unified_model.store.models import TRAINED, StoredModel
from unified_model.use_cases.models.active import keep_shipped
from unified_model.use_cases.models.catalogue import find_model, ready
from unified_model.use_cases.models.labelling import Label, count_of, gather_labels
from unified_model.use_cases.models.scores import ClusterScores, LabelScores, score_clusters, score_labels
from unified_model.use_cases.models.truth import Rows, read_truth, true_owners

if TYPE_CHECKING:
    import numpy as np

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A model's figures; None where the store has nothing to tell them by."""

    model: str
    kind: str
    merge: int
    labels: dict[str, int]
    blind: LabelScores | None = None
    """By pairs drawn blindly: speaks for all pairs of the store that were compared or joined."""
    others: LabelScores | None = None
    """By decisions and vendors' merges: speaks for these pairs alone, which were chosen because they are hard."""
    seen: int = 0
    """So many of the blind pairs had been answered when the model was trained: it knows them."""
    held_out: Mapping[str, float] | None = None
    """Precision that its training found by labels it had left out: share, lower, upper."""
    truth: ClusterScores | None = None
    """By the truth file: customers against the truth."""
    truth_bands: Sequence[Band] = ()
    """By the truth file: every compared pair that it knows."""


def evaluate_model(
    store: Store, name: str, *, clock: Clock, truth: Path | None = None, progress: Progress | None = None
) -> Evaluation:
    """Figures of the model of that name. UsageError when there is neither a label nor a truth file."""
    keep_shipped(store, clock)
    rows = read_truth(truth) if truth is not None else None
    with store.read() as conn:
        found = find_model(conn, name)
        model = ready(found)
        if rows is not None:
            scores, bands_ = _by_truth(conn, model, rows, progress)
            return Evaluation(found.name, model.kind, model.merge, {}, truth=scores, truth_bands=bands_)
        labels = gather_labels(conn, model.kind, seed=0)
        if not labels:
            raise UsageError(
                f"Nobody has said of any two {model.kind} records whether they are the same.",
                "Draw pairs with `unsilo model sample` and answer them, or give a --truth file.",
            )
        blind, others = [one for one in labels if one.blind], [one for one in labels if not one.blind]
        customer_of = _customers(conn, model, {end for one in labels for end in one[:2]}, progress)
        return Evaluation(
            found.name, model.kind, model.merge, count_of(labels),
            _by_labels(conn, model, blind, customer_of), _by_labels(conn, model, others, customer_of),
            _seen(conn, found), (found.notes or {}).get("precision"),
        )  # fmt: skip


def _seen(conn: Connection, found: StoredModel) -> int:
    """How many blind labels a model was trained on."""
    if found.origin != TRAINED:
        return 0
    answered = (q for q in samples.questions(conn, found.kind) if q.answer in ("same", "different"))
    return sum(q.answered_at is not None and q.answered_at <= found.stored_at for q in answered)


def _by_labels(
    conn: Connection, model: MatchModel, labels: Sequence[Label], customer_of: dict[int, int]
) -> LabelScores | None:
    import numpy as np

    if not labels:
        return None
    weights, _ = weigh_pairs(conn, model, [one[:2] for one in labels])
    joined = [customer_of.get(one.left, -1) == customer_of.get(one.right, -2) for one in labels]
    return score_labels(
        weights, np.array([one.same for one in labels]), np.array([one.worth for one in labels]), np.array(joined)
    )


def _customers(conn: Connection, model: MatchModel, records: set[int], progress: Progress | None) -> dict[int, int]:
    """Record -> number of its customer under the model alone, for records that have company at all."""
    links = links_under(conn, model.kind, [model], progress)
    return _numbered(
        imagine(conn, model.kind, [model], links, Decided(), touching=frozenset(records), progress=progress)
    )


def _numbered(groups: Iterable[Imagined]) -> dict[int, int]:
    numbers: dict[int, int] = {}
    for found in groups:
        for cluster in found.clusters[0]:
            numbers.update(dict.fromkeys(cluster, cluster[0]))
    return numbers


def _by_truth(
    conn: Connection, model: MatchModel, truth: Rows, progress: Progress | None
) -> tuple[ClusterScores, Sequence[Band]]:
    from unified_model.identity.learning.calibrate import bands

    owners = true_owners(conn, model.kind, truth)
    told = _Told(owners)
    links: ImaginedLinks = links_under(conn, model.kind, [model], progress, heard=told.hear)
    numbers = _numbered(imagine(conn, model.kind, [model], links, Decided(), progress=progress))
    scores = score_clusters([numbers.get(record, record) for record, _ in owners], [owner for _, owner in owners])
    return scores, bands(*told.labels()) if told.heard else ()


class _Told:
    """Collects the compared pairs that the truth knows."""

    def __init__(self, owners: Sequence[tuple[int, str]]) -> None:
        import numpy as np

        numbers: dict[str, int] = {}
        self.owner_of = np.full(max((record for record, _ in owners), default=0) + 1, -1, dtype=np.int64)
        for record, owner in owners:
            self.owner_of[record] = numbers.setdefault(owner, len(numbers))
        self.weights: list[np.ndarray[tuple[int], np.dtype[np.int32]]] = []
        self.same: list[np.ndarray[tuple[int], np.dtype[np.bool_]]] = []

    @property
    def heard(self) -> bool:
        """Whether any pair was."""
        return any(len(part) for part in self.weights)

    def hear(self, found: Weighed) -> None:
        """Take in some candidate pairs."""
        top = len(self.owner_of) - 1
        inside = (found.left <= top) & (found.right <= top)
        left, right = self.owner_of[found.left[inside]], self.owner_of[found.right[inside]]
        known = (left >= 0) & (right >= 0)
        self.weights.append(found.weights[inside][known])
        self.same.append((left == right)[known])

    def labels(self) -> tuple[Any, Any, Any]:
        """(weights, same, worth)."""
        import numpy as np

        weights, same = np.concatenate(self.weights), np.concatenate(self.same)
        return weights, same, np.ones(len(same))
