"""Second reading: a machine's scores on all rows beside people's labels on a few.

Rows are put into strata by the machine's score, people's labels say which share of each stratum is
positive, and the strata are weighed by how many rows they hold. However wrong the machine is, this
is not biased: a bad machine makes strata that are alike, and nothing is gained.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from leadline.stats.arrays import Bools, Floats, Ints, check_share
from leadline.stats.interval import Estimate
from leadline.stats.judgments.draw_interval import interval_of
from leadline.stats.machine_votes.score_strata import score_strata

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Population: TypeAlias = Literal["rows", "stream"]

_LEAST_LABELS = 20
_LEAST_IN_CELL = 3
_N_DRAWS = 4000
# Jeffreys' prior: half a positive and half a negative row in each stratum
_PRIOR = 0.5


@dataclass(frozen=True)
class SecondReading:
    """A share with the machine's help, beside the same from people alone.

    Parameters
    ----------
    with_machine, people_alone : Estimate of float
        The share, from the same labels.
    effective_labels : float
        Labels by people alone that would tell as much: their number times the ratio of the two
        variances.
    n_labels : int
        Labels by people that there are.
    """

    with_machine: Estimate[float]
    people_alone: Estimate[float]
    effective_labels: float
    n_labels: int


@dataclass(frozen=True)
class FlaggedReading:
    """Precision and recall of a model on a stream.

    Parameters
    ----------
    precision : SecondReading
        Of the flagged rows, the share that is positive.
    recall : SecondReading or None
        Of the positive rows, the share that is flagged. None where people found no positive row.
    """

    precision: SecondReading
    recall: SecondReading | None


def share_reading(
    labels: ArrayLike,
    scores: ArrayLike,
    rng: np.random.Generator,
    *,
    population: Population = "rows",
    confidence_level: float = 0.9,
) -> SecondReading:
    """Estimate a share from few labels by people and a machine's score of every row.

    Parameters
    ----------
    labels : array-like of float, shape (n_rows,)
        What people say: 1 for the class asked about, 0 for others, nan for rows that nobody
        labelled. The labelled rows must be a random sample, and at least 20.
    scores : array-like of float, shape (n_rows,)
        The machine's score for the class, on any scale; a class label as 0 and 1. nan where the
        machine is unsure. Of several machines see `stacked_scores`.
    rng : numpy.random.Generator
        Draws the posterior.
    population : {"rows", "stream"}, default="rows"
        The share among these rows, or in the stream that they are a sample of.
    confidence_level : float in (0, 1), default=0.9
        Of both intervals.

    Returns
    -------
    SecondReading
        Both estimates, and what the machine is worth in labels.

    Raises
    ------
    ValueError
        If the arrays do not fit, or fewer than 20 rows are labelled.

    Notes
    -----
    Each stratum's share has Jeffreys' posterior; the rows that nobody labelled are drawn from it.
    With a score of two values this is the prediction-powered estimate with the best weight [1]_, or
    what survey statistics calls post-stratification [2]_; the posterior keeps the interval right
    for few labels and for shares near 0 and 1, where the normal one is too short.

    References
    ----------
    .. [1] A. N. Angelopoulos, J. C. Duchi, T. Zrnic (2023), PPI++: efficient prediction-powered
       inference. arXiv 2311.01453.
    .. [2] D. Holt, T. M. F. Smith (1979), Post stratification. J. R. Statist. Soc. A 142, 33-46.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> truth = rng.random(2000) < 0.3
    >>> machine = truth ^ (rng.random(2000) < 0.08)
    >>> labels = np.where(np.arange(2000) < 100, truth, np.nan)
    >>> found = share_reading(labels, machine, rng)
    >>> found.people_alone.high - found.people_alone.low > 0.12
    True
    >>> found.with_machine.high - found.with_machine.low < 0.1
    True
    """
    said, score = _checked(labels, scores)
    everything = np.zeros(said.size, dtype=np.int64)
    alone = _draw(said, everything, rng, population)
    helped = _draw(said, score_strata(score, said, everything), rng, population)
    return _reading(alone.share(), helped.share(), said, confidence_level, said)


def flagged_reading(
    labels: ArrayLike,
    scores: ArrayLike,
    flagged: ArrayLike,
    rng: np.random.Generator,
    *,
    population: Population = "rows",
    confidence_level: float = 0.9,
) -> FlaggedReading:
    """Estimate a model's precision and recall, with a machine as second reader of every row.

    Parameters
    ----------
    labels, scores : array-like of float, shape (n_rows,)
        As for `share_reading`; the machine is not the model that is judged. The labelled rows must
        be a random sample of the flagged and of the other rows; more of one than of the other is
        right. At least 20, and 3 of either.
    flagged : array-like of bool, shape (n_rows,)
        Which rows the model flags.
    rng : numpy.random.Generator
        Draws the posterior.
    population, confidence_level
        As for `share_reading`.

    Returns
    -------
    FlaggedReading
        Precision and recall, each with and without the machine.

    Raises
    ------
    ValueError
        If the arrays do not fit, too few rows are labelled, or the model flags all rows or none.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> truth = rng.random(5000) < 0.2
    >>> model, machine = (truth ^ (rng.random(5000) < 0.1) for _ in range(2))
    >>> labels = np.where(np.arange(5000) < 200, truth, np.nan)
    >>> found = flagged_reading(labels, machine, model, rng)
    >>> found.precision.effective_labels > 2 * found.precision.n_labels
    True
    """
    said, score = _checked(labels, scores)
    flags: Floats = np.asarray(flagged, dtype=np.float64)
    if flags.shape != said.shape or not np.all((flags == 0) | (flags == 1)):
        raise ValueError("flagged must be one truth value a row; it is not. Apply the threshold.")
    cells = flags.astype(np.int64)
    if np.bincount(cells[~np.isnan(said)], minlength=2).min() < _LEAST_IN_CELL:
        raise ValueError(
            "Fewer than 3 of the flagged or of the other rows are labelled, 3 of either are "
            "needed. Label more of them."
        )
    alone = _draw(said, cells, rng, population)
    helped = _draw(said, score_strata(score, said, cells), rng, population)
    there = said[cells == 1]
    precision = _reading(alone.share(cells), helped.share(cells), there, confidence_level, there)
    if np.nansum(said) == 0:
        return FlaggedReading(precision, None)
    found = cells[said == 1].astype(np.float64)
    recall = _reading(alone.recall(cells), helped.recall(cells), said, confidence_level, found)
    return FlaggedReading(precision, recall)


@dataclass(frozen=True)
class _Draws:
    """Joint draws of positive and of all rows, shape (n_draws, n_strata); strata of the rows."""

    positives: Floats
    rows: Floats
    strata: Ints

    def share(self, flagged: Ints | None = None) -> Floats:
        """Draws of the share of positive rows, among the flagged ones if these are given."""
        kept = slice(None) if flagged is None else self._flagged(flagged)
        found: Floats = self.positives[:, kept].sum(axis=1) / self.rows[:, kept].sum(axis=1)
        return found

    def recall(self, flagged: Ints) -> Floats:
        """Draws of the share of positive rows that are flagged."""
        total = self.positives.sum(axis=1)
        hits = self.positives[:, self._flagged(flagged)].sum(axis=1)
        found: Floats = hits[total > 0] / total[total > 0]
        return found

    def _flagged(self, flagged: Ints) -> Bools:
        """Say which strata are of flagged rows: no stratum holds both kinds."""
        found: Bools = np.bincount(self.strata, flagged) > 0
        return found


def _checked(labels: ArrayLike, scores: ArrayLike) -> tuple[Floats, Floats]:
    """Return labels and scores, one a row."""
    said: Floats = np.asarray(labels, dtype=np.float64)
    score: Floats = np.asarray(scores, dtype=np.float64)
    if said.ndim != 1 or said.shape != score.shape:
        raise ValueError(
            f"labels and scores have shapes {said.shape} and {score.shape}, one is needed. "
            "Pass one entry a row; join several machines by stacked_scores first."
        )
    if np.any(np.isinf(score)):
        raise ValueError("scores must be finite, or nan where the machine is unsure; some are not.")
    known = said[~np.isnan(said)]
    if not np.all((known == 0) | (known == 1)):
        raise ValueError("labels must be 0, 1 or nan; some are not. Ask about one class at a time.")
    if known.size < _LEAST_LABELS:
        raise ValueError(
            f"People labelled {known.size} rows, at least {_LEAST_LABELS} are needed. "
            "Have them label more."
        )
    return said, score


def _draw(said: Floats, strata: Ints, rng: np.random.Generator, population: Population) -> _Draws:
    """Draw how many rows of each stratum are positive, from its Jeffreys posterior."""
    known = ~np.isnan(said)
    n_rows = np.bincount(strata)
    n_known = np.bincount(strata[known], minlength=n_rows.size)
    n_positive = np.bincount(strata[known], said[known], minlength=n_rows.size)
    shares = rng.beta(
        n_positive + _PRIOR, n_known - n_positive + _PRIOR, size=(_N_DRAWS, n_rows.size)
    )
    if population not in {"rows", "stream"}:
        raise ValueError(f"population must be 'rows' or 'stream'; got {population!r}.")
    if population == "rows":
        positives = (n_positive + rng.binomial(n_rows - n_known, shares)).astype(np.float64)
        return _Draws(positives, np.broadcast_to(n_rows.astype(np.float64), shares.shape), strata)
    weights = rng.dirichlet(n_rows, size=_N_DRAWS)
    return _Draws(weights * shares, weights, strata)


def _reading(
    alone: Floats, helped: Floats, said: Floats, confidence_level: float, seen: Floats
) -> SecondReading:
    """Sum up the draws of the two sides; `seen` are the rows that speak against 0 and 1."""
    check_share(confidence_level, "confidence_level")
    n_labels = int(np.sum(~np.isnan(said)))
    variances = float(np.var(alone)), float(np.var(helped))
    return SecondReading(
        with_machine=_estimate(helped, confidence_level, seen),
        people_alone=_estimate(alone, confidence_level, seen),
        effective_labels=n_labels * variances[0] / variances[1] if variances[1] else n_labels,
        n_labels=n_labels,
    )


def _estimate(draws: Floats, confidence_level: float, seen: Floats) -> Estimate[float]:
    """The interval that `interval_of` has; it reaches to an end that no row speaks against.

    The tail at the other end stays as it is: with few rows equal tails already cover too little.
    """
    low, _, high = interval_of(draws, confidence_level, is_low=False, is_high=False)
    has_yes, has_no = np.any(seen == 1), np.any(seen == 0)
    return Estimate(low if has_yes else 0.0, float(np.mean(draws)), high if has_no else 1.0)
