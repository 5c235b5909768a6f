"""Backtest in time: models that learnt from the past, each judged on every later block."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.datasets.frames import Pool, Rows
from leadline.evaluation.fit import build, fit_model, machine_rows_of
from leadline.evaluation.fit_spec import FitSpec
from leadline.evaluation.predictions import Predictions, is_wrong, predictions_of
from leadline.phases.problem import ConfusionCost
from leadline.stats.operating.error_prices import ErrorPrices

_FIRST_SHARE = 0.3
_FEWEST_TRAININGS = 12
_MOST_TRAININGS = 300
# more rows of a block would tell its error hardly better
_MOST_TESTED = 2_000
_ALIKE = ErrorPrices.alike(1.0)


@dataclass(frozen=True)
class TimeBacktest:
    """Errors of models by what they learnt from and what they were judged on.

    Attributes
    ----------
    errors : ndarray of shape (n_blocks, n_blocks - 1)
        ``errors[t, d - 1]``: share of wrong decisions on block t + d of the model that learnt from
        everything up to block t; not a number where there is no model or no block.
    losses : ndarray of shape (n_blocks, n_blocks - 1)
        Likewise, each error weighed by its price, as a share of the dearest.
    n_trainings : int
        Models that were fitted: up to the newest block but one, and one block after the other
        back from there, so that an old model meets a fresh one on its block at every age.
    n_left_out : int
        Earlier models that the time did not suffice for.
    n_tested : float
        Rows a block that errors were measured on, on average.
    spent_s : float
        Seconds it took.
    """

    errors: NDArray[np.float64]
    losses: NDArray[np.float64]
    n_trainings: int
    n_left_out: int
    n_tested: float
    spent_s: float


def time_backtest(  # noqa: PLR0913 -- rows, model, what counts as wrong, and the time
    pool: Pool,
    blocks: Sequence[Rows],
    spec: FitSpec,
    *,
    threshold: float | None,
    tolerance: float | None,
    confidence: float | None = None,
    costs: Sequence[ConfusionCost] = (),
    prices: ErrorPrices = _ALIKE,
    limit_s: float,
    report: Callable[[str, float | None], None],
    clock: Callable[[], float] = time.monotonic,
) -> TimeBacktest:
    """Train up to every block, newest first, and judge each model on all blocks after it.

    Parameters
    ----------
    pool : Pool
        Labelled rows, told apart by time.
    blocks : sequence of ndarray of int
        Rows of each block, in the order of time.
    spec : FitSpec
        The candidate; of more past rows than its `n_train` a sample is learnt from, which the
        models share as far as they can: what they differ in is then their age.
    threshold, tolerance, confidence : float or None
        What counts as wrong, and what as an answer, as in the release.
    costs : sequence of ConfusionCost
        By which classes are answered, as in the release.
    prices : ErrorPrices, default=one for all
        By which errors are weighed.
    limit_s : float
        Seconds after which no further model is begun that, taking as long as those so far,
        would end later. The newest twelve are fitted in any case.
    report : callable
        Receives what is being done and the share that is behind us.
    clock : callable, default=time.monotonic
        Tells the seconds.

    Returns
    -------
    TimeBacktest
        At most 300 models, those up to the newest blocks; none up to a block in the first 30 %.
    """
    n_blocks, started = len(blocks), clock()
    first = max(1, int(n_blocks * _FIRST_SHARE))
    cuts = range(n_blocks - 1, first - 1, -1)
    errors, losses = np.full((2, n_blocks, n_blocks - 1), np.nan)
    priority = np.random.default_rng(spec.seed).permutation(pool.y.size)
    tested = [_sample(rows, priority, _MOST_TESTED) for rows in blocks]
    n_done, spent = 0, 0.0
    for cut in cuts:
        n_planned = _n_planned(len(cuts), n_done, spent, limit_s)
        if n_done >= n_planned:
            break
        report(f"model {n_done + 1} of {n_planned}, up to block {cut}", n_done / n_planned)
        every = np.concatenate(blocks[:cut])
        past = _sample(every, priority, spec.n_train)
        if np.unique(pool.y[past]).size > 1:
            machines = machine_rows_of(pool, past, spec, share=past.size / every.size)
            model = fit_model(build(spec), pool, past, machines)
            task = spec.target.task
            X = pool.X[np.concatenate(tested[cut:])]
            told = predictions_of(model, X, task, threshold, confidence, costs)
            wrong = is_wrong(told.predicted, pool.y[np.concatenate(tested[cut:])], tolerance)
            lost = prices.losses(told.predicted, wrong)
            for matrix, each in ((errors, wrong), (losses, lost)):
                means = _by_block(each, told, tested[cut:])
                matrix[cut - 1, : len(means)] = means
        n_done, spent = n_done + 1, clock() - started
    return TimeBacktest(
        errors=errors,
        losses=losses,
        n_trainings=n_done,
        n_left_out=len(cuts) - n_done,
        n_tested=float(np.mean([rows.size for rows in tested])),
        spent_s=spent,
    )


def _n_planned(n_all: int, n_done: int, spent_s: float, limit_s: float) -> int:
    """Models that the time suffices for, if those to come take as long as those so far."""
    most = min(n_all, _MOST_TRAININGS)
    if not spent_s:
        return most
    return min(most, max(_FEWEST_TRAININGS, int(limit_s / (spent_s / n_done))))


def _sample(rows: Rows, priority: Rows, n: int | None) -> Rows:
    """The rows of highest priority: samples of a growing set share most of their rows."""
    if n is None or rows.size <= n:
        return rows
    return rows[np.argpartition(priority[rows], n)[:n]]


def _by_block(values: NDArray[Any], told: Predictions, blocks: Sequence[Rows]) -> list[float]:
    """Mean over the answers of each block; not a number where there is no answer."""
    ends = np.cumsum([each.size for each in blocks])[:-1]
    pairs = zip(np.split(values, ends), np.split(told.answered, ends), strict=True)
    return [float(each[said].mean()) if said.any() else np.nan for each, said in pairs]
