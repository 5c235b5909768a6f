from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.projects import ETHICS, run, verdict_of, write_settings

from leadline.evaluation.time_backtest import TimeBacktest
from leadline.jobs import decay as job
from leadline.phases import decay as phase
from leadline.phases.data import Data
from leadline.phases.decay import Decay
from leadline.phases.verdict import Answer
from leadline.workspace import Workspace


def decay(folder: Path, *, block: str) -> Decay:
    """Backtest again with other blocks."""
    write_settings(
        folder,
        data={"stream": ["stream.csv"], "test_share": 0.3},
        ethics=ETHICS,
        watch={"block": block},
    )
    with Workspace.open(folder) as workspace:
        verdict = run(workspace, "decay").verdict
    assert isinstance(verdict, Decay)
    return verdict


def test_dated_rows_are_backtested_week_by_week(released_folder: Path) -> None:
    with Workspace.open(released_folder) as workspace:
        verdict = verdict_of(workspace, "decay", Decay)
    assert verdict.answer is Answer.GO
    assert verdict.blocks[0] == "2024-01-01"
    assert list(verdict.blocks) == sorted(set(verdict.blocks))
    n_blocks = len(verdict.blocks)
    assert n_blocks == 15
    # every model from the fourth block on met every block after it
    lengths = [len(row) for row in verdict.errors]
    assert lengths == [0, 0, 0, *range(11, -1, -1)]
    errors = [error for row in verdict.errors for error in row if error is not None]
    assert len(errors) == sum(lengths)
    assert 0 < np.mean(errors) < 0.4
    assert (verdict.n_trainings, verdict.n_left_out) == (11, 0)
    assert [each.n_pairs for each in verdict.staleness] == [10, *range(10, 2, -1)]
    assert [each.delay for each in verdict.staleness] == list(range(1, len(verdict.staleness) + 1))
    assert verdict.staleness[0].added_error.estimate == 0
    assert 0 <= verdict.p_ages <= 1
    assert verdict.n_per_block > 20


def test_few_months_are_unclear(released_folder: Path) -> None:
    verdict = decay(released_folder, block="month")
    assert verdict.answer is Answer.UNCLEAR
    assert verdict.blocks == ("2024-01-01", "2024-02-01", "2024-03-01"), "half April is left out"
    assert verdict.errors == ()


def test_undated_rows_are_unclear(released_folder: Path) -> None:
    with Workspace.open(released_folder) as workspace:
        record = workspace.record
        now = {row: here.number for row, here in record.standing().items() if here.number}
        data = replace(verdict_of(workspace, "data", Data), time_column="")
        number = record.append("data", data, by="x", on={"problem": now["problem"]}).number
        for row in ("search", "tuning", "review", "release"):
            entry = record.entry(now[row])
            on = {name: number if name == "data" else now[name] for name in entry.on}
            now["data"] = number
            now[row] = record.append(row, entry.verdict, by="x", on=on).number
        verdict = run(workspace, "decay").verdict
    assert isinstance(verdict, Decay)
    assert verdict.answer is Answer.GO
    assert not verdict.is_dated
    assert "as the rows carry no time" in verdict.summary


def backtest(errors: np.ndarray, losses: np.ndarray | None = None) -> TimeBacktest:
    losses = errors if losses is None else losses
    return TimeBacktest(errors, losses, n_trainings=6, n_left_out=0, n_tested=100.0, spent_s=1.0)


def rising(by: float) -> np.ndarray:
    """Ten blocks; the error rises by so much a block of age."""
    rng = np.random.default_rng(0)
    errors = np.full((10, 9), np.nan)
    for trained in range(3, 9):
        for delay in range(9 - trained):
            errors[trained, delay] = 0.2 + by * delay + rng.normal(0, 0.005)
    return errors


BLANK = phase.Evidence(
    is_dated=True,
    block="week",
    blocks=tuple(f"{n:02d}" for n in range(10)),
    scoring="accuracy",
    cost_retrain=5.0,
    cost_error=1.0,
    currency="EUR",
    limit_s=120.0,
)


def test_what_does_not_age_is_not_retrained_by_the_calendar() -> None:
    ages, stays = (job._aged(backtest(rising(by)), 100.0, BLANK) for by in (0.02, 0.0))
    assert ages.p_ages >= 0.9
    # 5 for a retraining, 2 a block more for each block of age: (5 + T (T - 1)) / T
    assert (ages.retrain_every, ages.flat_low, ages.flat_high) == (2, 2, 2)
    assert stays.p_ages < 0.9
    assert (stays.retrain_every, stays.flat_low, stays.flat_high) == (None, None, None)


def test_what_ages_for_less_than_a_retraining_costs_has_no_schedule() -> None:
    dear = job._aged(backtest(rising(0.02)), 100.0, replace(BLANK, cost_retrain=5000.0))
    assert dear.p_ages >= 0.9
    assert dear.retrain_every is None
    assert "no period up to 4 weeks pays" in phase.assess(dear).summary


def test_errors_that_stay_as_many_but_become_misses_make_a_retraining_due() -> None:
    by_kind = replace(BLANK, cost_error=None, cost_miss=10.0, cost_false_alarm=1.0)
    found = job._aged(backtest(rising(0.0), rising(0.02)), 100.0, by_kind)
    # 5 for a retraining, 20 a block more for each block of age
    assert (found.retrain_every, found.flat_high) == (1, 1)
    assert found.p_ages >= 0.9
    last = found.staleness[-1]
    assert last.added_cost is not None
    assert last.added_error.estimate < 0.01
    # ten for the dearest, .02 of that for each block of age
    assert last.added_cost.estimate == pytest.approx(10 * 0.06, abs=0.06)
    assert last.added_cost.low < last.added_cost.estimate < last.added_cost.high
    alike = job._aged(backtest(rising(0.0), rising(0.0)), 100.0, BLANK)
    assert alike.staleness[-1].added_cost is None


def test_what_lies_ahead_is_told_at_every_age_and_never_for_sure() -> None:
    found = job._aged(backtest(rising(0.0)), 100.0, BLANK)
    # the two longest ages were met by two pairs and one
    assert [each.delay for each in found.staleness] == [1, 2, 3, 4]
    assert [each.n_pairs for each in found.staleness] == [5, 5, 4, 3]
    assert [each.delay for each in found.forecast] == [2, 3, 4]
    bounds = [each.added_error for each in (*found.staleness[1:], *found.forecast)]
    assert all(each.low < each.estimate < each.high for each in bounds)


def test_models_that_could_not_be_fitted_are_unclear() -> None:
    verdict = phase.assess(job._aged(backtest(np.full((10, 9), np.nan)), 100.0, BLANK))
    assert verdict.answer is Answer.UNCLEAR
    assert "one class only" in verdict.summary
