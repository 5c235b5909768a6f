"""Default decision on the test set: how often what a model says is right, without a threshold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.phases.default_decision import (
    AS_PREDICTED,
    LIKELIEST,
    SHARES,
    ClassScores,
    DefaultDecision,
    NumberErrors,
)
from leadline.phases.stream_decision import Silence
from leadline.phases.verdict import Bounds
from leadline.stats.arrays import Floats
from leadline.stats.interval import Estimate, wilson_interval
from leadline.stats.judgments.strata.class_strata import default_cuts
from leadline.stats.prediction_quality import class_quality, error_spread, usual_distance


def likeliest_class(
    truth: NDArray[Any], said: NDArray[Any], shares: Floats | None = None
) -> DefaultDecision:
    """The likeliest class on the test set.

    Parameters
    ----------
    truth, said : ndarray of str, shape (n_samples,)
        Class of each row, and the one answered.
    shares : ndarray of float, shape (n_samples, n_classes), optional
        Probabilities of the classes, to say what is right where rows that the model is not sure
        of are left without an answer.

    Returns
    -------
    DefaultDecision
        Every class that is in either, the most frequent first.
    """
    names, counts = np.unique(np.concatenate([truth, said]), return_counts=True)
    names = names[np.argsort(-counts, kind="stable")]
    found = class_quality(truth, said, names.tolist())
    order = np.argsort(-found.n_true, kind="stable")
    n_right = int(np.sum(truth == said))
    bounds = wilson_interval(n_right, truth.size)
    return DefaultDecision(
        name=LIKELIEST,
        n_test=int(truth.size),
        right=Bounds(estimate=n_right / truth.size, low=bounds.low, high=bounds.high),
        classes=tuple(
            ClassScores(
                name=str(names[place]),
                n_true=int(found.n_true[place]),
                n_predicted=int(found.n_predicted[place]),
                precision=_at(found.precision, place),
                recall=_at(found.recall, place),
            )
            for place in order
        ),
        silences=() if shares is None else _silences(truth == said, shares),
    )


def _silences(is_right: NDArray[np.bool_], shares: Floats) -> tuple[Silence, ...]:
    """All rows, then those answered at a few confidences."""
    sure = shares.max(axis=1)
    found = []
    for cut in (0.0, *default_cuts(shares)):
        answered = sure >= cut
        n = int(answered.sum())
        bounds = wilson_interval(int(is_right[answered].sum()), n)
        share = Bounds(estimate=float(is_right[answered].mean()), low=bounds.low, high=bounds.high)
        found.append(Silence(confidence=float(cut), answered=n / sure.size, right=share))
    return tuple(found)


def as_predicted(
    truth: NDArray[Any],
    said: NDArray[Any],
    *,
    learnt_from: NDArray[Any],
    tolerance: float,
) -> DefaultDecision:
    """Predicted numbers on the test set.

    Parameters
    ----------
    truth, said : ndarray of float, shape (n_samples,)
        Number of each row, and the one answered.
    learnt_from : ndarray of float, shape (n_train,)
        Truths of the train rows: they say what is far off where nobody has.
    tolerance : float >= 0
        As a person stated it; 0 if nobody has.
    """
    is_stated = tolerance > 0
    allowed = tolerance if is_stated else usual_distance(learnt_from)
    found = error_spread(truth, said, allowed, SHARES)
    return DefaultDecision(
        name=AS_PREDICTED,
        n_test=int(truth.size),
        right=_bounds(found.within),
        numbers=NumberErrors(
            tolerance=allowed,
            is_stated=is_stated,
            off_by=tuple(float(distance) for distance in found.off_by),
            bias=found.mean,
            low=found.low,
            high=found.high,
            mean_predicted=float(said.mean()),
        ),
    )


def on_stream(point: DefaultDecision, said: NDArray[Any]) -> DefaultDecision:
    """A default decision with what the model says of the stream."""
    if point.numbers is not None:
        mean = float(np.mean(said)) if said.size else None
        return replace(point, numbers=replace(point.numbers, mean_on_stream=mean))
    names, sizes = np.unique(said, return_counts=True)
    counts = {str(name): int(n) for name, n in zip(names, sizes, strict=True)}
    classes = tuple(replace(each, n_stream=counts.get(each.name, 0)) for each in point.classes)
    return replace(point, classes=classes)


def _at(estimate: Estimate[Floats], place: int) -> Bounds:
    return Bounds(
        estimate=float(estimate.estimate[place]),
        low=float(estimate.low[place]),
        high=float(estimate.high[place]),
    )


def _bounds(estimate: Estimate[float]) -> Bounds:
    return Bounds(estimate=estimate.estimate, low=estimate.low, high=estimate.high)
