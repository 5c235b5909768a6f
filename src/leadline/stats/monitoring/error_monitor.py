"""Monitor of a model's error in service, from a few labels a block.

Which rows to label is drawn by strata of the predicted error. The error of a block is what the
scores predict, corrected by the labels, and smoothed over blocks by a local-level filter whose
variances are those of the reference. An alarm is raised by an e-detector on the blocks' errors: a
whole block is one observation, and what few labels leave open counts as noise. Of a binary label
recall and precision may be watched beside the share wrong: the mean of several e-detectors is one,
so that all together raise no more false alarms than promised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from leadline.stats.arrays import Floats, Ints, as_labels, as_vector, check_positive
from leadline.stats.interval import Estimate
from leadline.stats.judgments.bands import checked_rows
from leadline.stats.monitoring.alarm_evidence import AlarmEvidence
from leadline.stats.monitoring.labelled_error import gap_of, stratified_rows
from leadline.stats.monitoring.local_level import LocalLevel
from leadline.stats.monitoring.predicted_error import PredictedError
from leadline.stats.monitoring.watched_rates import WatchedRate

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_FEWEST_BLOCKS = 3
_LEVEL = 0.95
Block = tuple["ArrayLike", "ArrayLike", "ArrayLike"]


@dataclass(frozen=True)
class MonitorState:
    """What is known after a block.

    Parameters
    ----------
    error : Estimate of float
        Share of the block's rows on which the model is wrong, with a 95 % interval.
    alarm : bool
        Whether the evidence that a rate has become worse by more than the tolerance has reached
        the run length; it stays until the monitor is told to begin anew.
    evidence : float
        Sum of the e-values of all starts, mean of the rates; near the number of blocks while
        nothing changes.
    n_labels : int
        Labels the block has.
    worse : tuple of {"error", "recall", "precision"}
        Rates of which the evidence itself has reached the run length.
    """

    error: Estimate[float]
    alarm: bool
    evidence: float
    n_labels: int
    worse: tuple[str, ...] = ()


class Monitor:
    """Watch a model with few labels a block.

    Parameters
    ----------
    reference : sequence of (scores, said, truth)
        Blocks that are in order, each fully labelled: scores in [0, 1] of the positive class, of
        shape (n,), what the model said and the truth, both 0 or 1. At least three.
    labels : int, default=50
        Rows to ask about in a block.
    tolerance : float in [0, 1), default=0
        Rise of the error that is accepted; fall, of recall and precision.
    run_length : float > 1, default=1000
        Blocks between two false alarms, on average at least.
    rng : Generator, optional
        Source of chance; without it a fixed one.
    rates : sequence of {"error", "recall", "precision"}, default=("error",)
        What is watched. A rate of fewer than ten rows of the reference is not: `watched` has those
        that are.

    Raises
    ------
    ValueError
        If there are fewer than three blocks, one has no rows, a score is not finite, an answer or
        a truth is neither 0 nor 1, lengths differ, or a number is out of range.

    References
    ----------
    .. [1] J. Shin, A. Ramdas, A. Rinaldo (2024), E-detectors: a nonparametric framework for
       sequential change detection. New England J. Statist. Data Sci. 2, 229-260.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> def block(n, flipped=0.0):
    ...     scores = rng.random(n)
    ...     truth = (rng.random(n) < scores) ^ (rng.random(n) < flipped)
    ...     return scores, scores >= 0.5, truth
    >>> monitor = Monitor([block(300) for _ in range(12)], rng=rng)
    >>> for _ in range(8):
    ...     scores, said, truth = block(300, flipped=0.5)
    ...     rows = monitor.ask(scores, said)
    ...     state = monitor.update(scores, said, rows, truth[rows])
    >>> rows.size, state.alarm, bool(state.error.low < np.mean(said != truth) < state.error.high)
    (50, True, True)
    """

    def __init__(
        self,
        reference: Sequence[Block],
        labels: int = 50,
        tolerance: float = 0.0,
        run_length: float = 1000,
        rng: np.random.Generator | None = None,
        rates: Sequence[str] = ("error",),
    ) -> None:
        if len(reference) < _FEWEST_BLOCKS:
            raise ValueError(
                f"reference has {len(reference)} blocks; at least {_FEWEST_BLOCKS} are needed."
            )
        if labels < 1:
            raise ValueError(f"labels must be at least 1; got {labels}.")
        if not 0 <= tolerance < 1:
            raise ValueError(f"tolerance must lie in [0, 1); got {tolerance}.")
        check_positive(run_length - 1, "run_length - 1")
        blocks = [_labelled(*block) for block in reference]
        self.labels, self.tolerance, self.run_length = labels, tolerance, run_length
        self.rng = np.random.default_rng(0) if rng is None else rng
        self.predicted = PredictedError.of(blocks)
        errors = np.array([np.mean(said != truth) for _, said, truth in blocks])
        sizes = np.array([truth.size for _, _, truth in blocks])
        expected = np.array([self.predicted(scores, said).mean() for scores, said, _ in blocks])
        self.level = LocalLevel.of(errors - expected)
        self.reference_error = float(np.average(errors, weights=sizes))
        self.n_reference = errors.size
        rate = WatchedRate.of("error", blocks)
        assert rate is not None
        reach = float(stdtrit(errors.size - 1, (1 + _LEVEL) / 2))
        # a block more, beside a mean that is known from so many
        self.usual_reach = reach * rate.spread(errors) * (1 + 1 / errors.size) ** 0.5
        self._evidence = _rate_evidence(blocks, rates, tolerance)

    @property
    def watched(self) -> tuple[str, ...]:
        """Names of the rates that are watched."""
        return tuple(rate.name for rate, _ in self._evidence)

    @property
    def evidence(self) -> float:
        """Mean of the rates that are watched; 0 before a block."""
        return float(np.mean([evidence.value for _, evidence in self._evidence]))

    def ask(self, scores: ArrayLike, said: ArrayLike) -> Ints:
        """Choose the rows of a block to label.

        Parameters
        ----------
        scores, said : array-like of shape (n,)
            Of the block.

        Returns
        -------
        ndarray of int, shape (min(labels, n),)
            By strata of the predicted error, in random order.

        Raises
        ------
        ValueError
            If the block has no rows, or holds what a reference may not.
        """
        expected = self.predicted(*_block(scores, said))
        return stratified_rows(expected, self.labels, self.rng)

    def update(
        self, scores: ArrayLike, said: ArrayLike, rows: ArrayLike, truth: ArrayLike
    ) -> MonitorState:
        """Take in a block and its labels.

        Parameters
        ----------
        scores, said : array-like of shape (n,)
            Of the whole block.
        rows : array-like of int, shape (n_labels,)
            Those with a label; any, though those that were asked for tell most. None at all is
            allowed: the error is then what the scores and the blocks before make of it.
        truth : array-like of {0, 1}, shape (n_labels,)
            Their labels.

        Returns
        -------
        MonitorState
            After this block.

        Raises
        ------
        ValueError
            As for `ask`; if a row does not exist or is named twice; nothing is taken in then.
        """
        values, answers = _block(scores, said)
        expected = self.predicted(values, answers)
        judged = np.asarray(rows)
        judged = checked_rows(judged, values.size) if judged.size else judged.astype(np.int64)
        real = as_labels(truth, "truth", n_samples=judged.size)
        wrong = (real != answers[judged]).astype(np.float64)
        gap = gap_of(expected, judged, wrong)
        variance = max(gap.variance, gap.usual_variance)
        mean, spread = self.level.update(gap.value, variance)
        # the spread of blocks is known from so many of them
        reach = float(stdtrit(self.n_reference - 1, (1 + _LEVEL) / 2))
        error = _within(float(expected.mean()) + mean, reach * spread)
        for rate, evidence in self._evidence:
            seen = rate.seen(expected, answers, judged, wrong)
            if seen is not None:
                evidence.add(*seen)
        worse = tuple(
            rate.name for rate, evidence in self._evidence if evidence.value >= self.run_length
        )
        together = self.evidence
        return MonitorState(error, together >= self.run_length, together, int(judged.size), worse)

    def restart(self) -> None:
        """Begin the search for a change anew: an alarm was explained, or the model retrained."""
        for _, evidence in self._evidence:
            evidence.restart()


def _rate_evidence(
    blocks: Sequence[tuple[Floats, ...]], rates: Sequence[str], tolerance: float
) -> list[tuple[WatchedRate, AlarmEvidence]]:
    """Rates that blocks of a reference tell of, each with the evidence that it became worse."""
    sizes = np.array([truth.size for _, _, truth in blocks])
    found = []
    for name in rates:
        rate = WatchedRate.of(name, blocks)
        if rate is not None:
            whole = np.array([rate.whole(said, truth) for _, said, truth in blocks])
            mean, sd = float(np.average(whole, weights=sizes)), rate.spread(whole)
            found.append((rate, AlarmEvidence(mean, sd, whole.size, tolerance * rate.share)))
    return found


def _block(scores: ArrayLike, said: ArrayLike) -> tuple[Floats, Floats]:
    """Scores and answers of a block that has rows, all of them finite."""
    values = as_vector(scores, "scores")
    return values, as_labels(said, "said", n_samples=values.size).astype(np.float64)


def _labelled(scores: ArrayLike, said: ArrayLike, truth: ArrayLike) -> tuple[Floats, ...]:
    values, answers = _block(scores, said)
    return values, answers, as_labels(truth, "truth", n_samples=values.size).astype(np.float64)


def _within(middle: float, reach: float) -> Estimate[float]:
    ends = (middle - reach, middle, middle + reach)
    low, estimate, high = (float(np.clip(each, 0.0, 1.0)) for each in ends)
    return Estimate(low, estimate, high)
