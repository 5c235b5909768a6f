"""Decay job: backtest of models trained on the past, by distance in time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leadline.datasets.frames import Pool, Rows, Target, load_pool
from leadline.evaluation.fit_spec import spec_of
from leadline.evaluation.time_backtest import TimeBacktest, time_backtest
from leadline.monitoring.block_rows import block_names
from leadline.phases import decay as phase
from leadline.phases.data import Data
from leadline.phases.decay import Decay, Staleness
from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.phases.scoring import Task
from leadline.phases.search import Search
from leadline.phases.verdict import Bounds
from leadline.stats.interval import Estimate
from leadline.stats.monitoring.staleness import staleness
from leadline.stats.retraining import Retraining

if TYPE_CHECKING:
    from leadline.jobs import Report
    from leadline.record import Reading
    from leadline.workspace import Workspace

_FEWEST_BLOCKS = 6
_FEWEST_PAIRS = 3
_MOST_TRAIN = 20_000
_OF_ONE_MODEL = 0.8


def run(workspace: Workspace, reading: Reading, report: Report) -> Decay:
    """Backtest the released candidate on the dated train rows."""
    problem = reading.of(Problem)
    data = reading.of(Data)
    search = reading.of(Search)
    release = reading.of(Release)
    watch = workspace.settings.watch
    blank = phase.Evidence(
        is_dated=bool(data.day_column),
        block=watch.block,
        scoring="accuracy",
        cost_retrain=watch.retrain_cost,
        cost_error=_price_of_any(watch.error_cost, problem),
        cost_miss=problem.cost_miss if problem.task is Task.BINARY else None,
        cost_false_alarm=problem.cost_false_alarm if problem.task is Task.BINARY else None,
        currency=problem.currency,
        tolerance=release.tolerance,
        limit_s=watch.backtest_s,
    )
    if not data.day_column:
        return phase.assess(blank)
    pool = load_pool(workspace.artifacts, data, Target.of(problem), is_learnt=True)
    pool = pool.by_time(data.day_column)
    trial = search.trial(release.candidate)
    spec = replace(
        spec_of(workspace, problem, data),
        family=trial.family,
        params=trial.params,
        n_train=_MOST_TRAIN,
    )
    blocks, rows = _by_block(pool, data.day_column, watch.block)
    blank = replace(blank, blocks=tuple(blocks))
    if len(blocks) < _FEWEST_BLOCKS:
        return phase.assess(blank)
    found = time_backtest(
        pool,
        rows,
        spec,
        threshold=release.threshold,
        tolerance=release.tolerance,
        confidence=release.confidence,
        costs=release.costs,
        prices=blank.prices,
        limit_s=watch.backtest_s,
        report=report,
    )
    return phase.assess(_aged(found, float(np.mean([each.size for each in rows])), blank))


def _price_of_any(stated: float | None, problem: Problem) -> float | None:
    """Money for any wrong answer; None where a miss and a false alarm have prices of their own."""
    if stated is None and problem.task is not Task.BINARY:
        return 1.0
    return stated


def _by_block(pool: Pool, column: str, block: str) -> tuple[list[str], list[Rows]]:
    """Train rows by block; the first and last block are left out if they are cut short."""
    names = np.asarray(block_names(pool.frame[column], block))[pool.order]
    blocks = sorted(set(names.tolist()) - {""})
    rows = [pool.order[names == name] for name in blocks]
    typical = np.median([each.size for each in rows]) if rows else 0
    kept = [i for i, each in enumerate(rows) if 0 < i < len(rows) - 1 or each.size > typical / 2]
    return [blocks[i] for i in kept], [rows[i] for i in kept]


def _aged(found: TimeBacktest, n_per_block: float, blank: phase.Evidence) -> phase.Evidence:
    """What the errors say of ageing, of when to retrain, and of what lies ahead."""
    blank = replace(
        blank, n_trainings=found.n_trainings, n_left_out=found.n_left_out, spent_s=found.spent_s
    )
    if np.sum(np.isfinite(found.errors[:, 0])) < 2:
        return blank
    aged, dearer = (
        staleness(each, n_tested=found.n_tested) for each in (found.errors, found.losses)
    )
    by_errors, by_price = (
        Retraining(
            each,
            cost_retrain=max(blank.cost_retrain, 1e-9),
            cost_error=blank.prices.dearest,
            n_block=n_per_block,
            n_tested=found.n_tested,
        )
        for each in (found.errors, found.losses)
    )
    # the longest ages were met by one or two pairs of models only
    n_shown = max(int(np.sum(aged.n_pairs >= _FEWEST_PAIRS)), 1)
    ahead = aged.delays[1:n_shown]
    is_due = dearer.probability_ages >= phase.AGES and by_price.period > 0
    is_by_kind = blank.cost_error is None
    return replace(
        blank,
        errors=tuple(map(_known, found.errors)),
        staleness=_by_age(
            aged.delays[:n_shown],
            aged.added_error,
            n_pairs=aged.n_pairs,
            added_loss=dearer.added_error if is_by_kind else None,
            price=blank.prices.dearest,
        ),
        forecast=_by_age(ahead, by_errors.forecast(ahead, _OF_ONE_MODEL)) if ahead.size else (),
        p_ages=dearer.probability_ages,
        retrain_every=by_price.period if is_due else None,
        flat_low=by_price.flat[0] if is_due else None,
        flat_high=by_price.flat[1] if is_due else None,
        n_per_block=n_per_block,
    )


def _known(errors: NDArray[np.float64]) -> tuple[float | None, ...]:
    """A model's errors, up to the last block there was."""
    n_known = int(np.max(np.flatnonzero(np.isfinite(errors)), initial=-1)) + 1
    return tuple(None if np.isnan(each) else float(each) for each in errors[:n_known])


def _by_age(
    delays: NDArray[np.int64],
    added: Estimate[NDArray[np.float64]],
    *,
    n_pairs: NDArray[np.int64] | None = None,
    added_loss: Estimate[NDArray[np.float64]] | None = None,
    price: float = 1.0,
) -> tuple[Staleness, ...]:
    return tuple(
        Staleness(
            delay=int(delay),
            added_error=_at(added, at),
            n_pairs=None if n_pairs is None else int(n_pairs[at]),
            added_cost=None if added_loss is None else _at(added_loss, at, price),
        )
        for at, delay in enumerate(delays)
    )


def _at(found: Estimate[NDArray[np.float64]], place: int, unit: float = 1.0) -> Bounds:
    low, estimate, high = (
        unit * float(each[place]) for each in (found.low, found.estimate, found.high)
    )
    return Bounds(estimate=estimate, low=low, high=high)
