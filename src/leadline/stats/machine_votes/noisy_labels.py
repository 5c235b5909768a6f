"""Worth of noisy labels: to how many clean rows a number of machine-labelled rows amounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.arrays import Floats, check_share
from leadline.stats.interval import Estimate

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_N_DRAWS = 4000
# how far the formula was from learning curves of linear models, as a standard deviation of the log:
# benchmarks/machines/noise.py
_FORMULA_SD = 0.25
# what boosted trees make of it: nothing up to the first, all of it from the second on; learnt
# beside 150 rows of people's, on half of the tables of benchmarks/machines/training.py
_BOOSTED_FROM, _BOOSTED_TO = 0.3, 0.65
# a difference of error rates that moves the threshold of a model by a tenth or more
_UNEVEN = 0.1


@dataclass(frozen=True)
class NoisyWorth:
    """What machine-labelled rows are worth for training.

    Parameters
    ----------
    n_rows : int
        Rows that the machine labels.
    factor : Estimate of float
        Clean rows that one of them is worth, from 0 to 1.
    unevenness : float in [0, 1]
        By how much the machine's error rate of one class is above that of another.
    """

    n_rows: int
    factor: Estimate[float]
    unevenness: float

    @property
    def clean_rows(self) -> Estimate[float]:
        """Rows labelled without error that teach as much."""
        ends = (self.n_rows * x for x in (self.factor.low, self.factor.estimate, self.factor.high))
        return Estimate(*ends)

    @property
    def sentence(self) -> str:
        """The range in words, to two digits, with the condition where the machine is uneven."""
        low, high = (_two_digits(x) for x in (self.clean_rows.low, self.clean_rows.high))
        condition = (
            ", if the threshold is chosen on people's labels: the machine errs more on one class"
            if self.unevenness > _UNEVEN
            else ""
        )
        return f"{self.n_rows:,} machine rows are worth {low:,} to {high:,} clean ones{condition}."


def judged_classes(counts: ArrayLike) -> Floats:
    """Return the table of the classes that people judged a row of.

    Parameters
    ----------
    counts : array-like of int, shape (n_classes, n_classes)
        Rows by what people say (first axis) and what a machine says.

    Returns
    -------
    ndarray of shape (n_judged, n_judged)
        A class without a row is left out, as nothing is known of it. Rows that the machine puts
        there are wrong all the same: they count for another class.

    Examples
    --------
    >>> judged_classes([[8, 1, 1], [2, 6, 0], [0, 0, 0]]).tolist()
    [[8.0, 2.0], [2.0, 6.0]]
    """
    table = np.asarray(counts, dtype=np.float64)
    if not table.size:
        return np.empty((0, 0))
    is_judged = table.sum(axis=1) > 0
    kept = table[np.ix_(is_judged, is_judged)]
    if len(kept) > 1:
        elsewhere = table[np.ix_(is_judged, ~is_judged)].sum(axis=1)
        other = (np.arange(len(kept)) + 1) % len(kept)
        kept[np.arange(len(kept)), other] += elsewhere
    return kept


def noisy_worth(
    n_rows: int,
    counts: ArrayLike,
    model_error: float,
    rng: np.random.Generator,
    *,
    boosted: bool = False,
    confidence_level: float = 0.9,
) -> NoisyWorth:
    """Say how many clean rows a number of machine-labelled rows is worth for training.

    Parameters
    ----------
    n_rows : int
        Rows that the machine labels, at least 1.
    counts : array-like of int, shape (n_classes, n_classes)
        Rows that both people and the machine labelled, a random sample: by what people say (first
        axis) and what the machine says. Each class of people needs a row: see `judged_classes`.
    model_error : float in (0, 1)
        Share of rows that the trained model is expected to get wrong; of a forecast, the error at
        the end. The surer a task, the more a wrong label harms.
    rng : numpy.random.Generator
        Draws the machine's error rates.
    boosted : bool, default=False
        Whether boosted trees learn from them: they learn single wrong labels by heart.
    confidence_level : float in (0, 1), default=0.9
        Of the range, which holds what is unknown of the machine's error rates and how far the
        formula was from learning curves of linear models.

    Returns
    -------
    NoisyWorth
        Factor and clean rows, with their ranges.

    Raises
    ------
    ValueError
        If the counts are no square table, a class of people has no row, or a number is out of
        range.

    Notes
    -----
    It is the Fisher information of a noisy label on the log odds of the classes, over that of a
    clean one, for rows whose class is sure up to `model_error`. Of two classes with error rates a
    and b it is (1 - a - b)^2 p(1 - p) / (q(1 - q)), p and q being the probabilities of a positive
    clean and noisy label; at p = 1/2 and a = b the known (1 - 2a)^2 [1]_.

    Boosted trees made little of labels that were said to be worth less than .3, and all of those
    worth .65 or more: between the two it is a share that rises evenly. That was found beside 150
    rows of people's; beside many more it may be too little.

    It holds for errors that depend on the class only, and where more rows still help. Where the
    machine errs more on one class than on another, a model that says yes from 1/2 on is misled, and
    the rows are worth a quarter to a third of what is said; with a threshold chosen on people's
    labels they are worth it. A machine that errs alike on rows that look alike teaches its errors:
    no number of its labels takes a model past them, so a test on people's labels has the last word.

    References
    ----------
    .. [1] N. Natarajan, I. S. Dhillon, P. K. Ravikumar, A. Tewari (2013), Learning with noisy
       labels. NeurIPS 26.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> noisy_worth(10_000, [[90, 10], [10, 90]], 0.2, rng).sentence
    '10,000 machine rows are worth 3,200 to 8,400 clean ones.'
    """
    check_share(model_error, "model_error")
    check_share(confidence_level, "confidence_level")
    seen: Floats = np.asarray(counts, dtype=np.float64)
    if seen.ndim != 2 or seen.shape[0] != seen.shape[1] or len(seen) < 2:
        raise ValueError(
            f"counts has shape {seen.shape}, a square of at least 2 is needed. "
            "Count by people's class and the machine's."
        )
    if not np.all(np.isfinite(seen) & (seen >= 0)) or not np.all(seen.sum(axis=1) >= 1):
        raise ValueError(
            "Each class needs a row that people labelled; some have none. Label more, or leave "
            "the class out."
        )
    if n_rows < 1:
        raise ValueError(f"n_rows must be at least 1; got {n_rows}.")
    k = len(seen)
    frequent = seen.sum(axis=1) / seen.sum()
    noise = np.stack([rng.dirichlet(row + 1 / k, size=_N_DRAWS) for row in seen], axis=1)
    factors = _information(noise, frequent, model_error)
    # a machine that is wrong more often than by chance teaches the opposite
    factors *= np.trace(noise, axis1=1, axis2=2) > 1
    factors = np.minimum(factors * np.exp(_FORMULA_SD * rng.standard_normal(_N_DRAWS)), 1.0)
    if boosted:
        factors = boosted_factors(factors)
    tail = (1 - confidence_level) / 2
    low, mid, high = np.quantile(factors, [tail, 0.5, 1 - tail])
    wrong = 1 - np.diag(seen) / seen.sum(axis=1)
    return NoisyWorth(n_rows, Estimate(float(low), float(mid), float(high)), float(np.ptp(wrong)))


def boosted_factors(factors: Floats) -> Floats:
    """What boosted trees make of labels of a worth, of its shape."""
    part = np.clip((factors - _BOOSTED_FROM) / (_BOOSTED_TO - _BOOSTED_FROM), 0.0, 1.0)
    found: Floats = factors * part
    return found


def _information(noise: Floats, frequent: Floats, model_error: float) -> Floats:
    """Information of a noisy over that of a clean label, for each draw of the error rates."""
    k = len(frequent)
    clean = np.full((k, k), model_error / (k - 1))
    np.fill_diagonal(clean, 1 - model_error)
    found = np.zeros(len(noise))
    for share, p in zip(frequent, clean, strict=True):
        noisy = p @ noise
        fisher = np.diag(p) - np.outer(p, p)
        # trace of fisher T diag(1/noisy) T', the clean Fisher information being the unit
        found += share * np.einsum("ij,djl,dl,dil->d", fisher, noise, 1 / noisy, noise) / (k - 1)
    return found


def _two_digits(value: float) -> int:
    step = int(10 ** max(len(str(round(value))) - 2, 0))
    return round(value / step) * step
