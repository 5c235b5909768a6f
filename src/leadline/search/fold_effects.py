"""Fold effects: by how much each repeat is easier or harder, for all candidates alike.

All candidates are measured on the same folds, so what the folds do to all of them says nothing
about which is better. Once it is removed, candidates can be told apart long before the score of
each is certain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from leadline.phases.curve import Point
from leadline.search.candidate_evaluator import REPEATS_PER_BATCH
from leadline.search.error_forecast import LEAST_ERROR

if TYPE_CHECKING:
    from leadline.stats.arrays import Floats

_N_PRIOR_CANDIDATES = 2.0  # the weight of an effect of 0, in candidates
_NO_RANGE = 1e-9
# folds that seem to differ by more are of errors near 0, where a single row makes such a factor
_MOST_APART = 4.0


def fold_weights(n_folds: int, *, is_by_time: bool) -> Floats:
    """Weight of each fold: where they follow each other in time, the newest weigh most.

    What will be predicted is like the newest: the k-th has the weight k.
    """
    return np.arange(1.0, n_folds + 1) if is_by_time else np.ones(n_folds)


def fold_effects_of(
    curves: Sequence[Sequence[Point]], weights: Floats, *, least: float = LEAST_ERROR
) -> dict[int, float]:
    """Log error of each repeat over the mean of all folds, common to all candidates.

    The first repeats are measured of every candidate and at every size; later ones only of some.

    Parameters
    ----------
    curves : sequence of sequence of Point
        The measured points of each candidate.
    weights : ndarray of shape (n_folds,)
        As `fold_weights` gives them: by them, effects are 0 on average over a round of folds.
    least : float > 0
        Smaller errors count as this.

    Returns
    -------
    dict of int to float
        Number of the repeat to the median over candidates and sizes, shrunk towards 0 while
        candidates are few, and a factor of 4 at most. Points whose error is the same in every
        repeat are left out: they are of a candidate that does not depend on the rows.
    """
    by_repeat: dict[int, list[float]] = {}
    n_candidates = 0
    for points in curves:
        logs = [np.log(np.maximum(point.errors, least)) for point in points]
        varying = [each for each in logs if np.ptp(each) > _NO_RANGE]
        n_candidates += bool(varying)
        for each in varying:
            for repeat, effect in enumerate(each - each[:REPEATS_PER_BATCH].mean()):
                by_repeat.setdefault(repeat, []).append(float(effect))
    weight = n_candidates / (n_candidates + _N_PRIOR_CANDIDATES)
    most = np.log(_MOST_APART)
    effects = {
        repeat: float(np.clip(weight * np.median(each), -most, most))
        for repeat, each in by_repeat.items()
    }
    if len(effects) < weights.size:
        return effects
    middle = float(np.average([effects[fold] for fold in range(weights.size)], weights=weights))
    return {repeat: effect - middle for repeat, effect in effects.items()}


def without_fold_effects(
    points: Sequence[Point], effects: Mapping[int, float], weights: Floats
) -> tuple[Point, ...]:
    """The points as they would be if all repeats were equally hard.

    The standard error of each is then the spread of its repeats alone: that there are few
    validation rows is no reason to doubt which candidate is better, for all share them. Whoever was
    measured on whole rounds of folds keeps the mean over them: nothing about it is guessed.

    Parameters
    ----------
    points : sequence of Point
        Of one candidate.
    effects : mapping of int to float
        As `fold_effects_of` returns it; a repeat that it lacks has no effect.
    weights : ndarray of shape (n_folds,)
        As `fold_weights` gives them.
    """
    return tuple(
        replace(
            point,
            errors=_levelled(point.errors, effects, weights),
            sampling=(),
            n_valid=(),
            n_judged=None,
        )
        for point in points
    )


def _levelled(
    errors: tuple[float, ...], effects: Mapping[int, float], weights: Floats
) -> tuple[float, ...]:
    """Errors without the effects of folds, about their mean over whole rounds of them."""
    raw = np.asarray(errors)
    level = raw * np.exp([-effects.get(repeat, 0.0) for repeat in range(raw.size)])
    n_rounds = raw.size // weights.size
    if n_rounds and level.mean() > 0:
        whole = raw[: n_rounds * weights.size]
        level *= np.average(whole, weights=np.tile(weights, n_rounds)) / level.mean()
    return tuple(float(error) for error in level)


def on_equal_folds(
    points: Sequence[Point],
    effects: Mapping[int, float],
    reference: Sequence[Point],
    weights: Floats,
    *,
    least: float = LEAST_ERROR,
) -> tuple[Point, ...]:
    """The points of a candidate as they would be on all repeats of another, all equally hard.

    Folds are harder for some kinds of candidates than for others. Where one of the same kind was
    measured on more repeats of a size, the candidate is held to have on all of them the ratio to it
    that it has on those that both share: the ratio of the sums, which no fold without errors can
    blow up. How far it strays from that ratio is its noise. Elsewhere, and where the folds that
    both share are more than four times as easy or hard as all, it is as `without_fold_effects`
    says.

    Parameters
    ----------
    points : sequence of Point
        Of one candidate.
    effects : mapping of int to float
        As `fold_effects_of` returns it.
    reference : sequence of Point
        Of another of its family, such as the default.
    weights : ndarray of shape (n_folds,)
        As `fold_weights` gives them.
    least : float > 0
        A reference of which the shared errors are smaller says nothing.
    """
    fair = without_fold_effects(reference, effects, weights)
    levels = {point.n_train: point.mean for point in fair}
    known = {point.n_train: point for point in reference}
    plain = without_fold_effects(points, effects, weights)
    return tuple(
        replace(own, errors=_related(point, known[n], levels[n]))
        if (n := point.n_train) in known and _is_guide(known[n], point, levels[n], least)
        else own
        for point, own in zip(points, plain, strict=True)
    )


def _is_guide(reference: Point, point: Point, level: float, least: float) -> bool:
    """Whether the reference has further repeats, and those that both share are like all."""
    n = len(point.errors)
    shared = float(np.mean(reference.errors[:n]))
    is_like = shared / _MOST_APART < level < shared * _MOST_APART
    return len(reference.errors) > n and shared > least and is_like


def _related(point: Point, reference: Point, level: float) -> tuple[float, ...]:
    """The errors of a point about the level that its ratio to the reference gives it."""
    mine = np.asarray(point.errors)
    its = np.asarray(reference.errors[: mine.size])
    ratio = mine.mean() / its.mean()
    strays = (mine - ratio * its) / its.mean()
    around = np.maximum(ratio + strays, 0.0)
    around *= level * ratio / max(around.mean(), LEAST_ERROR)
    return tuple(float(error) for error in around)
