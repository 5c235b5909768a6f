"""Default decision on the test set: how often what a model says is right, without a threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.phases.performance.default_decision import (
    AS_PREDICTED,
    LEAST_COST,
    LIKELIEST,
    SHARES,
    ClassScores,
    DefaultDecision,
    NumberErrors,
)
from leadline.phases.performance.stream_decision import Confusion, Silence
from leadline.phases.problem import ConfusionCost, by_truth
from leadline.phases.verdict import Bounds
from leadline.stats.arrays import Floats, Ints
from leadline.stats.judgments.strata.class_strata import default_cuts
from leadline.stats.operating.class_costs import cost_matrix, mean_cost, mean_saving
from leadline.stats.prediction_quality import (
    best_constant,
    class_quality,
    error_spread,
    share_of_rows,
    usual_distance,
)

_MOST_CONFUSIONS = 4


def likeliest_class(
    truth: NDArray[Any],
    said: NDArray[Any],
    shares: Floats | None = None,
    groups: NDArray[Any] | None = None,
) -> DefaultDecision:
    """The likeliest class on the test set.

    Parameters
    ----------
    truth, said : ndarray of str, shape (n_samples,)
        Class of each row, and the one answered.
    shares : ndarray of float, shape (n_samples, n_classes), optional
        Probabilities of the classes, to say what is right where rows that the model is not sure
        of are left without an answer.
    groups : ndarray of shape (n_samples,), optional
        What errs together.

    Returns
    -------
    DefaultDecision
        Every class that is in either, the most frequent first.
    """
    names, counts = np.unique(np.concatenate([truth, said]), return_counts=True)
    names = names[np.argsort(-counts, kind="stable")]
    found = class_quality(truth, said, names.tolist(), groups=groups)
    order = np.argsort(-found.n_true, kind="stable")
    return DefaultDecision(
        name=LIKELIEST,
        n_test=int(truth.size),
        right=Bounds.of(share_of_rows(truth == said, groups)),
        classes=tuple(
            ClassScores(
                name=str(names[place]),
                n_true=int(found.n_true[place]),
                n_predicted=int(found.n_predicted[place]),
                precision=Bounds.at(found.precision, place),
                recall=Bounds.at(found.recall, place),
            )
            for place in order
        ),
        silences=() if shares is None else _silences(truth == said, shares, groups),
    )


def _silences(
    is_right: NDArray[np.bool_], shares: Floats, groups: NDArray[Any] | None
) -> tuple[Silence, ...]:
    """All rows, then those answered at a few confidences."""
    sure = shares.max(axis=1)
    found = []
    for cut in (0.0, *default_cuts(shares)):
        answered = sure >= cut
        some = None if groups is None else groups[answered]
        right = Bounds.of(share_of_rows(is_right[answered], some))
        found.append(Silence(confidence=float(cut), answered=float(answered.mean()), right=right))
    return tuple(found)


@dataclass(frozen=True)
class _Codes:
    """Classes of the test rows as numbers, and what confusions cost."""

    names: list[str]
    truth: Ints
    costs: Floats
    groups: NDArray[Any] | None

    def of(self, said: NDArray[Any]) -> Ints:
        """Codes of classes."""
        return np.searchsorted(self.names, said.astype(str)).astype(np.int64)

    def cost(self, said: Ints, rows: NDArray[np.bool_]) -> Bounds:
        """What some of the rows cost on average."""
        some = None if self.groups is None else self.groups[rows]
        return Bounds.of(mean_cost(self.truth[rows], said[rows], self.costs, groups=some))

    def dearest(self, said: Ints) -> tuple[Confusion, ...]:
        """The confusions that cost most together."""
        counts = np.zeros_like(self.costs)
        np.add.at(counts, (self.truth, said), 1)
        total = counts * self.costs
        order = np.argsort(-total, axis=None, kind="stable")[:_MOST_CONFUSIONS]
        places = [divmod(int(at), total.shape[1]) for at in order]
        return tuple(
            Confusion(
                said=self.names[answer],
                truth=self.names[real],
                n_rows=float(counts[real, answer]),
                cost=float(total[real, answer]),
            )
            for real, answer in places
            if total[real, answer] > 0
        )


def priced(
    truth: NDArray[Any],
    likeliest: tuple[NDArray[Any], NDArray[Any]],
    cheapest: NDArray[Any],
    costs: Sequence[ConfusionCost],
    plain: DefaultDecision,
    groups: NDArray[Any] | None = None,
) -> tuple[DefaultDecision, DefaultDecision]:
    """The likeliest class with what its mistakes cost, and the class that costs least.

    Parameters
    ----------
    truth : ndarray of str, shape (n_samples,)
        Class of each test row.
    likeliest : ndarray of str, ndarray of float, each of shape (n_samples,)
        The likeliest class, and its probability.
    cheapest : ndarray of str, shape (n_samples,)
        The class that costs least to expect.
    costs : sequence of ConfusionCost
        The confusions that are priced.
    plain : DefaultDecision
        What `likeliest_class` made of the same rows.
    groups : ndarray of shape (n_samples,), optional
        What errs together.
    """
    said, sure = likeliest
    names = np.unique(np.concatenate([truth, said, cheapest]).astype(str)).tolist()
    codes = _Codes(
        names,
        np.searchsorted(names, truth.astype(str)).astype(np.int64),
        cost_matrix(names, by_truth(costs)),
        groups,
    )
    by_share, by_cost = codes.of(said), codes.of(cheapest)
    every = np.ones(truth.size, dtype=np.bool_)
    saving = mean_saving(codes.truth, by_share, by_cost, codes.costs, groups=groups)
    found = likeliest_class(truth, cheapest, groups=groups)
    return (
        replace(
            plain,
            costs=tuple(costs),
            cost=codes.cost(by_share, every),
            confusions=codes.dearest(by_share),
            silences=tuple(
                replace(cut, cost=codes.cost(by_share, sure >= cut.confidence))
                for cut in plain.silences
            ),
        ),
        replace(
            found,
            name=LEAST_COST,
            costs=tuple(costs),
            cost=codes.cost(by_cost, every),
            confusions=codes.dearest(by_cost),
            saving=Bounds.of(saving),
        ),
    )


def as_predicted(
    truth: NDArray[Any],
    said: NDArray[Any],
    *,
    learnt_from: NDArray[Any],
    tolerance: float,
    groups: NDArray[Any] | None = None,
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
    groups : ndarray of shape (n_samples,), optional
        What errs together.
    """
    is_stated = tolerance > 0
    allowed = tolerance if is_stated else usual_distance(learnt_from)
    constant = best_constant(learnt_from, allowed)
    found = error_spread(truth, said, allowed, SHARES, groups=groups)
    return DefaultDecision(
        name=AS_PREDICTED,
        n_test=int(truth.size),
        right=Bounds.of(found.within),
        numbers=NumberErrors(
            tolerance=allowed,
            is_stated=is_stated,
            off_by=tuple(float(distance) for distance in found.off_by),
            bias=found.mean,
            low=found.low,
            high=found.high,
            mean_predicted=float(said.mean()),
            least=float(np.min(learnt_from)),
            n_below=int(np.sum(said < np.min(learnt_from))),
            constant=constant,
            constant_right=float(np.mean(np.abs(truth - constant) <= allowed)),
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
