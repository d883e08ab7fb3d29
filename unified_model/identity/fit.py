"""Whether a model has the comparisons and levels that this version of Unsilo works out for a pair."""

from __future__ import annotations

from unified_model.identity.model import Comparison, MatchModel


def misfit(model: MatchModel, like: MatchModel) -> str | None:
    """The first difference in build between two models as a sentence; None when only their numbers differ."""
    if model.kind != like.kind:
        return f"It is a model of {model.kind}s, not of {like.kind}s."
    ours, theirs = [one.name for one in like.comparisons], [one.name for one in model.comparisons]
    if missing := [name for name in ours if name not in theirs]:
        return f"The comparison {missing[0]!r} is missing."
    if unknown := [name for name in theirs if name not in ours]:
        return f"There is no comparison {unknown[0]!r} here. Comparisons: {', '.join(ours)}."
    if ours != theirs:
        return f"The comparisons are in another order; it should be: {', '.join(ours)}."
    found = (_misfit(mine, other) for mine, other in zip(like.comparisons, model.comparisons, strict=True))
    return next((each for each in found if each), None)


def _misfit(like: Comparison, found: Comparison) -> str | None:
    ours, theirs = [level.name for level in like.levels], [level.name for level in found.levels]
    if ours != theirs:
        missing = [name for name in ours if name not in theirs]
        unknown = [name for name in theirs if name not in ours]
        what = (
            f"the level {missing[0]!r} is missing"
            if missing
            else f"there is no level {unknown[0]!r}"
            if unknown
            else "the levels are in another order"
        )
        return f"In the comparison {like.name!r} {what}. Its levels: {', '.join(ours)}."
    for one, other in zip(like.levels, found.levels, strict=True):
        told, wanted = other.m is not None and other.u is not None, one.m is not None and one.u is not None
        if told != wanted:
            should = "needs m_probability and u_probability" if wanted else "must not have probabilities"
            return f"In the comparison {like.name!r} the level {one.name!r} {should}."
        if not all(p is None or 0 < p <= 1 for p in (other.m, other.u)):
            return f"In the comparison {like.name!r} the probabilities of {one.name!r} must lie in (0, 1]."
    return None
