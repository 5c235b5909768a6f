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
        cost_error=watch.error_cost,
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
        limit_s=watch.backtest_s,
        report=report,
    )
    return phase.assess(_aged(found, float(np.mean([each.size for each in rows])), blank))


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
    aged = staleness(found.errors, n_tested=found.n_tested)
    plan = Retraining(
        found.errors,
        cost_retrain=max(blank.cost_retrain, 1e-9),
        cost_error=max(blank.cost_error, 1e-9),
        n_block=n_per_block,
        n_tested=found.n_tested,
    )
    # the longest ages were met by one or two pairs of models only
    n_shown = max(int(np.sum(aged.n_pairs >= _FEWEST_PAIRS)), 1)
    ahead = aged.delays[1:n_shown]
    is_due = aged.probability_ages >= phase.AGES and plan.period > 0
    return replace(
        blank,
        errors=tuple(map(_known, found.errors)),
        staleness=_by_age(aged.delays[:n_shown], aged.added_error, aged.n_pairs),
        forecast=_by_age(ahead, plan.forecast(ahead, _OF_ONE_MODEL)) if ahead.size else (),
        p_ages=aged.probability_ages,
        retrain_every=plan.period if is_due else None,
        flat_low=plan.flat[0] if is_due else None,
        flat_high=plan.flat[1] if is_due else None,
        n_per_block=n_per_block,
    )


def _known(errors: NDArray[np.float64]) -> tuple[float | None, ...]:
    """A model's errors, up to the last block there was."""
    n_known = int(np.max(np.flatnonzero(np.isfinite(errors)), initial=-1)) + 1
    return tuple(None if np.isnan(each) else float(each) for each in errors[:n_known])


def _by_age(
    delays: NDArray[np.int64],
    added: Estimate[NDArray[np.float64]],
    n_pairs: NDArray[np.int64] | None = None,
) -> tuple[Staleness, ...]:
    return tuple(
        Staleness(
            delay=int(delay),
            added_error=Bounds(
                estimate=float(added.estimate[at]),
                low=float(added.low[at]),
                high=float(added.high[at]),
            ),
            n_pairs=None if n_pairs is None else int(n_pairs[at]),
        )
        for at, delay in enumerate(delays)
    )
