"""Precision and recall of each of several classes on a stream, from judgments of a few rows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.arrays import Bools, Floats, Ints, check_share
from leadline.stats.interval import Estimate
from leadline.stats.judgments.bands import checked_rows
from leadline.stats.judgments.draw_interval import ratio_of
from leadline.stats.judgments.strata.class_confusions import draw_true_classes
from leadline.stats.judgments.strata.class_strata import ClassStrata, as_probabilities
from leadline.stats.judgments.strata.joint_intervals import joint_intervals
from leadline.stats.judgments.strata.stratum_posterior import StratumCounts, draw_shares

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_N_DRAWS = 2000


@dataclass(frozen=True)
class ConfidenceCut:
    """The rows answered where the model stays silent below a confidence.

    Parameters
    ----------
    confidence : float in [0, 1]
        Answered are rows whose likeliest class has at least this probability; 0: all.
    answered : float in [0, 1]
        Share of the stream.
    right : Estimate of float
        Share of these that are right.
    cost : Estimate of float or None
        Mean cost of one of these; None without costs.
    """

    confidence: float
    answered: float
    right: Estimate[float]
    cost: Estimate[float] | None = None


@dataclass(frozen=True)
class ClassEstimate:
    """Precision and recall of each class, with credible intervals.

    Parameters
    ----------
    precision, recall : Estimate of ndarray of shape (n_classes,)
        Each interval for itself. (0, 1) where a class is never said, or nothing is known.
    accuracy : Estimate of float
        Share of the stream whose likeliest class is right.
    n_said : ndarray of int of shape (n_classes,)
        Rows of the stream of which each class is said.
    n_true : Estimate of ndarray of shape (n_classes,)
        Rows of the stream that are of each class.
    cuts : tuple of ConfidenceCut
        All rows first, then by rising confidence. Their intervals hold all at once.
    confusions : ndarray of shape (n_classes, n_classes)
        Rows of the stream to expect, by the class said and the true class.
    cost : Estimate of float or None
        Mean cost of a row of the stream; None without costs.
    least_cost : ClassEstimate or None
        The same figures where the class that costs least is said of each row, without cuts; None
        without costs.
    """

    precision: Estimate[Floats]
    recall: Estimate[Floats]
    accuracy: Estimate[float]
    n_said: Ints
    n_true: Estimate[Floats]
    cuts: tuple[ConfidenceCut, ...]
    confusions: Floats = field(repr=False)
    cost: Estimate[float] | None = None
    least_cost: ClassEstimate | None = None

    def dearest_confusions(
        self, n: int, costs: ArrayLike | None = None
    ) -> list[tuple[int, int, float]]:
        """Return the confusions that cost most, the dearest first.

        Parameters
        ----------
        n : int
            At most so many.
        costs : array-like of float >= 0, shape (n_classes, n_classes), optional
            Cost of one row by the true class and the class said; without it every error costs 1.

        Returns
        -------
        list of (int, int, float)
            Class said, true class, and the cost to expect on the stream.
        """
        each = np.ones_like(self.confusions) if costs is None else np.asarray(costs, dtype=float).T
        total = self.confusions * each
        np.fill_diagonal(total, 0.0)
        order = np.argsort(-total, axis=None, kind="stable")[:n]
        places = [divmod(int(place), total.shape[1]) for place in order]
        return [(said, truth, float(total[said, truth])) for said, truth in places]


def estimate_classes(
    probabilities: ArrayLike,
    rows: ArrayLike,
    truth_codes: ArrayLike,
    *,
    cuts: ArrayLike | None = None,
    costs: ArrayLike | None = None,
    confidence_level: float = 0.9,
    rng: np.random.Generator | None = None,
) -> ClassEstimate:
    """Estimate precision and recall of each class on the whole stream.

    Whether the class said is right depends on its claimed log odds by a shift and a slope that
    all strata share; the strata of a class stray together, and each by itself. Where it is wrong,
    the true class is drawn as the probabilities claim, times a factor a class that all strata
    share [1]_; each stratum strays from that as far as the judgments make probable. So
    probabilities that boast, or that were learnt where classes had other shares, widen the
    intervals and do not break them. Rows judged are
    known, the others are drawn. An end is 1 where no error that lowers the figure was judged, and
    0 where no row was right.

    Parameters
    ----------
    probabilities : array-like of float, shape (n_samples, n_classes)
        What the model says of each row of the stream, calibrated or not.
    rows : array-like of int, shape (n_judged,)
        Rows judged, each once; as `sample_classes` chose them.
    truth_codes : array-like of int, shape (n_judged,)
        The judgments: which column of `probabilities` is the true class.
    cuts : array-like of float in (0, 1], optional
        Those that `sample_classes` was given.
    costs : array-like of float >= 0, shape (n_classes, n_classes), optional
        What a confusion costs, by true class and class said; those that `sample_classes` was given.
    confidence_level : float in (0, 1), default=0.9
        Posterior probability inside each interval.
    rng : Generator, optional
        Source of chance; without it a fixed one, so that the same judgments give the same answer.

    Returns
    -------
    ClassEstimate
        Classes in the order of the columns.

    Raises
    ------
    ValueError
        If no row was judged, a row is judged twice or does not exist, a code is no column, or
        lengths differ.

    References
    ----------
    .. [1] M. Saerens, P. Latinne and C. Decaestecker (2002), Adjusting the outputs of a classifier
       to new a priori probabilities. Neural Computation 14, 21-41.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from leadline.stats.judgments import sample_classes
    >>> X, y = load_iris(return_X_y=True)
    >>> model = GaussianNB().fit(X[::5], y[::5])
    >>> stream = model.predict_proba(X)
    >>> rows = sample_classes(stream, 60, np.random.default_rng(0))
    >>> result = estimate_classes(stream, rows, y[rows])  # y[rows]: what the judges said
    >>> truth = np.mean(stream.argmax(axis=1) == y)
    >>> bool(result.accuracy.low <= truth <= result.accuracy.high)
    True
    """
    shares = as_probabilities(probabilities)
    judged = checked_rows(rows, shares.shape[0])
    strata = ClassStrata.of(shares, cuts, costs)
    codes = np.asarray(truth_codes)
    if codes.shape != judged.shape:
        raise ValueError(
            f"truth_codes has shape {codes.shape}, {judged.shape} is needed: one a row judged."
        )
    return estimate_classes_in(
        strata, strata.stratum_of(shares[judged]), codes, confidence_level, rng
    )


def estimate_classes_in(
    strata: ClassStrata,
    stratum: Ints,
    truth_codes: ArrayLike,
    confidence_level: float = 0.9,
    rng: np.random.Generator | None = None,
) -> ClassEstimate:
    """Estimate as `estimate_classes` does, from a stream that is kept as strata.

    Parameters
    ----------
    strata : ClassStrata
        The stream.
    stratum : ndarray of int of shape (n_judged,)
        The stratum of each row judged.
    truth_codes : array-like of int, shape (n_judged,)
        Its true class.
    confidence_level : float in (0, 1), default=0.9
        Posterior probability inside each interval.
    rng : Generator, optional
        Source of chance; without it a fixed one.
    """
    check_share(confidence_level, "confidence_level")
    seen = _counted(strata, stratum, truth_codes)
    source = np.random.default_rng(0) if rng is None else rng
    is_wrong = draw_shares(_judged_wrong(strata, seen), _N_DRAWS, source)
    left = strata.sizes - seen.sum(axis=1)
    n_wrong = source.binomial(left, is_wrong)
    n_right = left - n_wrong + seen[np.arange(left.size), strata.said]
    drawn = _drawn(strata, seen, n_wrong, n_right, source)
    found = _summary(strata, strata.said, seen, drawn.by_said, confidence_level)
    cuts = _cuts(strata, seen, n_right, drawn.cost, confidence_level)
    if strata.costs is None:
        return replace(found, cuts=cuts)
    least_cost = _summary(strata, strata.cheapest, seen, drawn.by_cheapest, confidence_level)
    return replace(found, cuts=cuts, least_cost=least_cost)


@dataclass(frozen=True)
class _Drawn:
    """Rows of the stream as drawn.

    By the class said and the true class, shape (n_draws, n_classes, n_classes): the likeliest class
    said, and the one that costs least. And what each stratum costs by the likeliest, shape
    (n_draws, n_strata); None without costs.
    """

    by_said: Floats
    by_cheapest: Floats
    cost: Floats | None


def _drawn(
    strata: ClassStrata, seen: Ints, n_wrong: Ints, n_right: Ints, rng: np.random.Generator
) -> _Drawn:
    shape = (n_wrong.shape[0], strata.n_classes, strata.n_classes)
    by_said = np.zeros(shape)
    by_cheapest = by_said if strata.costs is None else np.zeros(shape)
    cost = None if strata.costs is None else np.zeros(n_wrong.shape)
    for stratum, rows in enumerate(draw_true_classes(strata, seen, n_wrong, rng)):
        said = strata.said[stratum]
        rows[:, said] = n_right[:, stratum]
        by_said[:, said] += rows
        if strata.costs is not None and cost is not None:
            by_cheapest[:, strata.cheapest[stratum]] += rows
            cost[:, stratum] = rows @ strata.costs[:, said]
    return _Drawn(by_said, by_cheapest, cost)


def _counted(strata: ClassStrata, stratum: Ints, truth_codes: ArrayLike) -> Ints:
    """Rows judged by stratum and true class."""
    codes = np.asarray(truth_codes)
    if codes.ndim != 1 or codes.size == 0 or not np.issubdtype(codes.dtype, np.integer):
        raise ValueError("truth_codes must be a flat list of column numbers with at least one.")
    if codes.min() < 0 or codes.max() >= strata.n_classes:
        raise ValueError(f"truth_codes must lie between 0 and {strata.n_classes - 1}; some do not.")
    seen = np.zeros((strata.sizes.size, strata.n_classes), dtype=np.int64)
    np.add.at(seen, (stratum, codes), 1)
    return seen


def _judged_wrong(strata: ClassStrata, seen: Ints) -> StratumCounts:
    n_judged = seen.sum(axis=1)
    places = np.arange(n_judged.size)
    return StratumCounts(
        log_odds=strata.log_odds,
        groups=strata.said,
        n_hits=n_judged - seen[places, strata.said],
        n_judged=n_judged,
    )


def _summary(
    strata: ClassStrata, answers: Ints, seen: Ints, drawn: Floats, confidence_level: float
) -> ClassEstimate:
    """Read the figures off the draws, for the class that is said of each stratum."""
    k = strata.n_classes
    is_said = answers[:, None] == np.arange(k)
    right = np.diagonal(drawn, axis1=1, axis2=2)
    n_true = drawn.sum(axis=1)
    counts = (strata.sizes @ is_said).astype(np.int64)
    quantiles = _quantiles(confidence_level)
    said_right = np.zeros(k, dtype=np.int64)
    np.add.at(said_right, answers, seen[np.arange(answers.size), answers])
    judged_said = seen.sum(axis=1) @ is_said
    precision = _ends(
        Estimate(*np.quantile(ratio_of(right, counts.astype(np.float64)), quantiles, axis=0)),
        saw_none_wrong=judged_said == said_right,
        saw_none_right=said_right == 0,
        is_known=(judged_said == counts) & (counts > 0),
    )
    recall = _ends(
        Estimate(*np.quantile(ratio_of(right, n_true), quantiles, axis=0)),
        saw_none_wrong=seen.sum(axis=0) == said_right,
        saw_none_right=said_right == 0,
        is_known=np.full(k, bool(seen.sum() == strata.n_samples)) & (seen.sum(axis=0) > 0),
    )
    cost = None
    if strata.costs is not None:
        cost = _interval((drawn * strata.costs.T).sum(axis=(1, 2)) / strata.n_samples, quantiles)
    return ClassEstimate(
        precision=precision,
        recall=recall,
        accuracy=_interval(right.sum(axis=1) / strata.n_samples, quantiles),
        n_said=counts,
        n_true=Estimate(*np.quantile(n_true, quantiles, axis=0)),
        cuts=(),
        confusions=drawn.mean(axis=0),
        cost=cost,
    )


def _quantiles(confidence_level: float) -> Floats:
    tail = (1 - confidence_level) / 2
    return np.array([tail, 0.5, 1 - tail])


def _interval(draws: Floats, quantiles: Floats) -> Estimate[float]:
    low, middle, high = np.quantile(draws, quantiles)
    return Estimate(float(low), float(middle), float(high))


def _ends(
    found: Estimate[Floats], *, saw_none_wrong: Bools, saw_none_right: Bools, is_known: Bools
) -> Estimate[Floats]:
    """Set an end to 1 or 0 where nothing to the contrary was seen and not everything was."""
    return Estimate(
        np.where(saw_none_right & ~is_known, 0.0, found.low),
        found.estimate,
        np.where(saw_none_wrong & ~is_known, 1.0, found.high),
    )


def _cuts(
    strata: ClassStrata, seen: Ints, n_right: Ints, cost: Floats | None, confidence_level: float
) -> tuple[ConfidenceCut, ...]:
    levels = np.arange(strata.cuts.size + 1)
    is_answered = strata.bands[:, None] >= levels
    n_answered = strata.sizes @ is_answered
    there = np.flatnonzero(n_answered > 0)
    drawn = (n_right @ is_answered[:, there]) / n_answered[there]
    found = joint_intervals(drawn, confidence_level)
    n_wrong = seen.sum(axis=1) - seen[np.arange(strata.said.size), strata.said]
    is_open = (seen.sum(axis=1) @ is_answered < n_answered)[there]
    saw_none_wrong = (n_wrong @ is_answered == 0)[there]
    high = np.where(is_open & saw_none_wrong, 1.0, found.high)
    confidences = np.append(0.0, strata.cuts)[there]
    priced = None
    if cost is not None:
        each = (cost @ is_answered[:, there]) / n_answered[there]
        priced = joint_intervals(each, confidence_level)
    return tuple(
        ConfidenceCut(
            confidence=float(confidences[place]),
            answered=float(n_answered[level] / strata.n_samples),
            right=Estimate(
                float(found.low[place]), float(found.estimate[place]), float(high[place])
            ),
            cost=None if priced is None else _of_place(priced, place),
        )
        for place, level in enumerate(there)
    )


def _of_place(found: Estimate[Floats], place: int) -> Estimate[float]:
    return Estimate(float(found.low[place]), float(found.estimate[place]), float(found.high[place]))
