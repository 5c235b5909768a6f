"""Decay job: backtest of models trained on the past, by distance in time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leadline.datasets.frames import Pool, Rows, Target, load_pool
from leadline.evaluation.fit import build, fit_model
from leadline.evaluation.fit_spec import FitSpec, spec_of
from leadline.evaluation.predictions import is_wrong, predictions_of
from leadline.monitoring.block_rows import block_names
from leadline.phases import decay as phase
from leadline.phases.data import Data
from leadline.phases.decay import Decay, Staleness
from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.phases.search import Search
from leadline.phases.verdict import Bounds
from leadline.stats.monitoring.staleness import retrain_period, staleness

if TYPE_CHECKING:
    from leadline.jobs import Report
    from leadline.record import Reading
    from leadline.workspace import Workspace

_FEWEST_BLOCKS = 6
_MOST_TRAININGS = 12
_MOST_TRAIN = 20_000
_FIRST_SHARE = 0.3
_LIKELY = 0.9


@dataclass(frozen=True)
class _Backtest:
    blocks: list[str]
    rows: list[Rows]
    spec: FitSpec
    release: Release


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
        currency=problem.currency,
        tolerance=release.tolerance,
    )
    if not data.day_column:
        return phase.assess(blank)
    target = Target.of(problem)
    pool = load_pool(workspace.artifacts, data, target)
    trial = search.trial(release.candidate)
    spec = replace(
        spec_of(workspace, problem, data),
        family=trial.family,
        params=trial.params,
        n_train=_MOST_TRAIN,
    )
    blocks, rows = _by_block(pool, data.day_column, watch.block)
    if len(blocks) < _FEWEST_BLOCKS:
        return phase.assess(replace(blank, blocks=tuple(blocks)))
    errors = _errors(pool, _Backtest(blocks, rows, spec, release), report)
    return phase.assess(_aged(errors, blocks, rows, blank))


def _by_block(pool: Pool, column: str, block: str) -> tuple[list[str], list[Rows]]:
    """Train rows by block; the first and last block are left out if they are cut short."""
    names = np.asarray(block_names(pool.frame[column], block))[pool.order]
    blocks = sorted(set(names.tolist()) - {""})
    rows = [pool.order[names == name] for name in blocks]
    typical = np.median([each.size for each in rows]) if rows else 0
    kept = [i for i, each in enumerate(rows) if 0 < i < len(rows) - 1 or each.size > typical / 2]
    return [blocks[i] for i in kept], [rows[i] for i in kept]


def _errors(pool: Pool, test: _Backtest, report: Report) -> NDArray[np.float64]:
    """E[t, d]: share of wrong decisions d + 1 blocks after training on the blocks up to t."""
    n_blocks = len(test.blocks)
    errors = np.full((n_blocks, n_blocks - 1), np.nan)
    first = max(1, int(n_blocks * _FIRST_SHARE))
    cuts = np.unique(np.linspace(first, n_blocks - 1, _MOST_TRAININGS).astype(int))
    if n_blocks - first <= _MOST_TRAININGS:
        cuts = np.arange(first, n_blocks)
    rng = np.random.default_rng(test.spec.seed)
    for step, cut in enumerate(cuts):
        report(f"training up to {test.blocks[cut - 1]}", step / cuts.size)
        past = rng.permutation(np.concatenate(test.rows[:cut]))[: test.spec.n_train]
        if np.unique(pool.y[past]).size < 2:
            continue
        model = fit_model(build(test.spec), pool, past)
        for later in range(cut, n_blocks):
            rows = test.rows[later]
            task, threshold = test.spec.target.task, test.release.threshold
            confidence = test.release.confidence
            found = predictions_of(model, pool.X[rows], task, threshold, confidence)
            wrong = is_wrong(found.predicted, pool.y[rows], test.release.tolerance)
            # a row without an answer is neither right nor wrong
            if found.answered.any():
                errors[cut - 1, later - cut] = wrong[found.answered].mean()
    return errors


def _aged(
    errors: NDArray[np.float64], blocks: list[str], rows: list[Rows], blank: phase.Evidence
) -> phase.Evidence:
    n_per_block = float(np.mean([each.size for each in rows]))
    aged = staleness(errors, rng=np.random.default_rng(0))
    plan = retrain_period(
        aged, max(blank.cost_retrain, 1e-9), max(blank.cost_error, 1e-9), n_per_block
    )
    is_ageing = aged.probability_ages >= _LIKELY
    return replace(
        blank,
        blocks=tuple(blocks),
        errors=tuple(
            tuple(None if np.isnan(value) else float(value) for value in row) for row in errors
        ),
        staleness=tuple(
            Staleness(
                delay=int(delay),
                added_error=Bounds(estimate=float(mean), low=float(low), high=float(high)),
            )
            for delay, mean, low, high in zip(
                aged.delays,
                aged.added_error.estimate,
                aged.added_error.low,
                aged.added_error.high,
                strict=True,
            )
        ),
        p_ages=aged.probability_ages,
        retrain_every=plan.period if is_ageing else None,
        flat_low=plan.low if is_ageing else None,
        flat_high=plan.high if is_ageing else None,
        n_per_block=n_per_block,
    )
