"""Retraining that pays: when to, by a challenger that always knows everything, and what is ahead.

Before a model is in service, a backtest tells how errors rise with age. In service a challenger is
fitted to all that is known, once a block, and meets the released model on the next one. What the
released model has cost more since it was trained is what a retraining would have saved: once that
reaches its price, it is due. Waiting that long costs at most about twice what the best moment would
have, whatever the stream does: to rent skis until the rent has paid for a pair [1]_.

References
----------
.. [1] A. R. Karlin, M. S. Manasse, L. Rudolph, D. D. Sleator (1988), Competitive snoopy caching.
   Algorithmica 3, 79-119.
.. [2] H. Robbins (1970), Statistical methods related to the law of the iterated logarithm. Ann.
   Math. Statist. 41, 1397-1409.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from leadline.stats.arrays import Floats, check_positive, check_share
from leadline.stats.interval import Estimate
from leadline.stats.monitoring.isotonic import isotonic

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_FEWEST_PAIRS = 3
# blocks, like the first, of which the excess is told from chance best
_SHARPEST = 2.0
# of the price, below which a period is not told from the best
_FLAT = 0.05


class Retraining:
    """When to retrain a model in service.

    Parameters
    ----------
    errors : array-like of shape (n_origins, n_delays)
        Backtest: ``errors[t, d - 1]`` is the error of a model that learnt from everything up to
        block t on block t + d. Not a number where it was not measured. All delays count.
    cost_retrain : float > 0
        Money for one retraining.
    cost_error : float > 0
        Money for one wrong prediction.
    n_block : float > 0
        Predictions a block.
    n_tested : float > 0 or None, default=None
        Rows a block that `errors` were measured on, if known: no spread is taken to be less than
        one wrong row more or less.

    Attributes
    ----------
    excess : float
        Money that the released model has cost more than its challenger since it was trained.
    age : int
        Blocks it has been in service.
    period : int
        Blocks between two retrainings that cost least by the backtest; 0 where retraining never
        pays within the delays that were measured.
    flat : tuple of two int
        The shortest and the longest period that cost nearly as little.

    Examples
    --------
    >>> errors = [[0.10, 0.12, 0.14], [0.10, 0.12, np.nan], [0.10, np.nan, np.nan]]
    >>> plan = Retraining(errors, cost_retrain=10.0, cost_error=1.0, n_block=100)
    >>> [plan.step(0.10 + 0.03 * age, 0.10) for age in range(4)]
    [False, False, False, True]
    """

    def __init__(
        self,
        errors: ArrayLike,
        *,
        cost_retrain: float,
        cost_error: float,
        n_block: float,
        n_tested: float | None = None,
    ) -> None:
        self.errors = np.asarray(errors, dtype=np.float64)
        if self.errors.ndim != 2 or not self.errors.size:
            raise ValueError("errors needs a row for each origin and a column for each delay.")
        for value, name in (
            (cost_retrain, "cost_retrain"),
            (cost_error, "cost_error"),
            (n_block, "n_block"),
            (1.0 if n_tested is None else n_tested, "n_tested"),
        ):
            check_positive(value, name)
        self._least_spread = 0.0 if n_tested is None else 1 / n_tested
        self.cost_retrain = cost_retrain
        self.cost_block = cost_error * n_block
        self.excess, self.age = 0.0, 0
        self._variance, self._scale = 0.0, 0.0
        self.period, self.flat = self._best_period()

    def step(self, error: float, fresh_error: float, stderr: float = 0.0) -> bool:
        """Take in a block, and say whether to retrain now.

        Parameters
        ----------
        error : float in [0, 1]
            Of the released model on the block, as far as it is known.
        fresh_error : float in [0, 1]
            Of a challenger that learnt from all blocks before it, on the same rows.
        stderr : float >= 0, default=0.0
            Of the difference of the two errors, where only some rows of the block are labelled. A
            retraining is not due before the excess is above `chance` too.

        Returns
        -------
        bool
            Whether a retraining is due; if so the released model counts as new from now on.

        Raises
        ------
        ValueError
            If an error is not finite: leave out blocks whose error is not known.
        """
        if not (np.isfinite(error) and np.isfinite(fresh_error)):
            raise ValueError(
                f"error and fresh_error must be finite; got {error} and {fresh_error}. Leave out "
                "blocks whose error is not known."
            )
        if not (np.isfinite(stderr) and stderr >= 0):
            raise ValueError(f"stderr must be a finite number of at least 0; got {stderr}.")
        self.age += 1
        self.excess += (error - fresh_error) * self.cost_block
        self._add_variance((stderr * self.cost_block) ** 2)
        if self.excess < max(self.cost_retrain, self.chance):
            return False
        self.excess, self.age, self._variance, self._scale = 0.0, 0, 0.0, 0.0
        return True

    @property
    def chance(self) -> float:
        """Excess that labels alone would bring in one of twenty streams, looked at every block.

        The normal mixture boundary of a sum of the variance that was taken in [2]_; 0 where no
        standard error was given.
        """
        if not self._scale:
            return 0.0
        total = self._variance + self._scale
        # two-sided at .1: one-sided at .05
        return float(np.sqrt(total * (2 * np.log(10) + np.log(total / self._scale))))

    def _add_variance(self, variance: float) -> None:
        # the boundary is lowest, against the spread, about there
        self._scale = self._scale or _SHARPEST * variance
        self._variance += variance

    def forecast(self, delays: ArrayLike, confidence_level: float = 0.8) -> Estimate[Floats]:
        """Forecast the error that age will add to a model trained now.

        Parameters
        ----------
        delays : array-like of int >= 1, shape (n,)
            Blocks after training.
        confidence_level : float in (0, 1), default=0.8
            Probability that what one model will add lies inside.

        Returns
        -------
        Estimate of ndarray of shape (n,)
            Added error beyond that of a model trained on the block before. The band holds the
            spread over origins and blocks, and what is not known of the mean; beyond the delays
            that were measured it is as for the longest, and wider. From -1 to 1 where no delay
            but the first was measured.

        Raises
        ------
        ValueError
            If a delay is below 1.
        """
        check_share(confidence_level, "confidence_level")
        wanted = np.asarray(delays, dtype=np.int64)
        if np.any(wanted < 1):
            raise ValueError("delays must be at least 1; some are not.")
        means, spreads, counts = self._added()
        if means.size == 1:
            unknown = (wanted > 1).astype(np.float64)
            return Estimate(-unknown, np.zeros(wanted.size), unknown)
        places = np.minimum(wanted, means.size) - 1
        further = np.sqrt(np.maximum(wanted / (places + 1), 1.0))
        n_apart = np.maximum(counts[places] / np.maximum(np.sqrt(places + 1), 1), 2.0)
        reach = stdtrit(n_apart - 1, (1 + confidence_level) / 2)
        half = reach * spreads[places] * np.sqrt(1 + 1 / n_apart) * further
        return Estimate(means[places] - half, means[places], means[places] + half)

    def _added(self) -> tuple[Floats, Floats, Floats]:
        """Mean, spread and number of pairs of the added error, one a delay that was measured.

        Paired on the block: how hard a block is cancels.
        """
        fresh = self.errors[:, 0]
        n_origins, n_delays = self.errors.shape
        means, spreads, counts = [0.0], [0.0], [float(np.sum(~np.isnan(fresh)))]
        for delay in range(2, n_delays + 1):
            n = n_origins - delay + 1
            if n < 1:
                break
            gaps = self.errors[:n, delay - 1] - fresh[delay - 1 : delay - 1 + n]
            gaps = gaps[~np.isnan(gaps)]
            if gaps.size < _FEWEST_PAIRS:
                break
            means.append(float(gaps.mean()))
            spreads.append(float(gaps.std(ddof=1)))
            counts.append(float(gaps.size))
        smooth = np.array(means)
        if smooth.size > 1:
            smooth = isotonic(smooth, np.array(counts))
        # a block is a sample: no delay's spread is below that of most
        least = float(np.median(spreads[1:])) if len(spreads) > 1 else 0.0
        least = max(least / 2, self._least_spread)
        floor = np.where(np.arange(smooth.size) > 0, least, 0.0)
        return smooth, np.maximum(np.array(spreads), floor), np.array(counts)

    def _best_period(self) -> tuple[int, tuple[int, int]]:
        """The period of least cost by the backtest, and the range that costs about as little."""
        added = np.cumsum(np.maximum(self._added()[0], 0.0)) * self.cost_block
        periods = np.arange(1, added.size + 1)
        costs = (self.cost_retrain + added) / periods
        best = int(np.argmin(costs))
        near = periods[costs <= costs[best] + _FLAT * self.cost_retrain / (best + 1)]
        if best == added.size - 1:
            return 0, (int(near[0]), int(near[-1]))
        return best + 1, (int(near[0]), int(near[-1]))
