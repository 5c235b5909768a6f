from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.projects import ETHICS, run, verdict_of, write_settings

from leadline.datasets.frames import Pool
from leadline.jobs import decay as job
from leadline.phases import decay as phase
from leadline.phases.data import Data, SplitKind
from leadline.phases.decay import Decay
from leadline.phases.scoring import Task
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
    matrix = np.array(
        [[math.nan if e is None else e for e in row] for row in verdict.errors], dtype=float
    )
    assert matrix.shape == (n_blocks, n_blocks - 1)
    for trained in range(n_blocks):
        assert np.isnan(matrix[trained, n_blocks - 1 - trained :]).all(), "the future is not known"
    assert 0 < np.nanmean(matrix) < 0.4
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
    assert verdict.answer is Answer.UNCLEAR
    assert not verdict.is_dated
    assert "The rows carry no time." in verdict.summary


def test_what_does_not_age_is_not_retrained_by_the_calendar() -> None:
    """Ten blocks; the error rises by two points a block, or not at all."""
    rng = np.random.default_rng(0)
    blank = phase.Evidence(
        is_dated=True,
        block="week",
        scoring="accuracy",
        cost_retrain=50.0,
        cost_error=1.0,
        currency="EUR",
    )
    names, rows = [f"{n:02d}" for n in range(10)], [np.arange(100)] * 10

    def aged(rise: float) -> phase.Evidence:
        errors = np.full((10, 9), np.nan)
        for trained in range(3, 9):
            for delay in range(9 - trained):
                errors[trained, delay] = 0.2 + rise * delay + rng.normal(0, 0.005)
        return job._aged(errors, names, rows, blank)

    ages, stays = aged(0.02), aged(0.0)
    assert ages.p_ages is not None
    assert ages.p_ages >= 0.9
    assert ages.retrain_every is not None
    assert stays.p_ages is not None
    assert stays.p_ages < 0.9
    assert (stays.retrain_every, stays.flat_low, stays.flat_high) == (None, None, None)


@pytest.mark.parametrize(("threshold", "wrong"), [(0.3, 0.75), (0.5, 0.25)])
def test_decisions_are_those_of_the_release(
    monkeypatch: pytest.MonkeyPatch, threshold: float, wrong: float
) -> None:
    """Each row scores .4, so that a release flags all of them or none; a quarter are hits."""

    class Same:
        classes_ = np.array([0, 1])

        def predict_proba(self, X: pl.DataFrame) -> np.ndarray[Any, Any]:
            return np.tile([0.6, 0.4], (X.height, 1))

    monkeypatch.setattr(job, "build", lambda _: None)
    monkeypatch.setattr(job, "fit_model", lambda *_: Same())
    X = pl.DataFrame({"x": range(80)})
    y = np.tile([1, 0, 0, 0], 20)
    is_test, order = np.zeros(80, dtype=bool), np.arange(80)
    pool = Pool(X, X, y, is_test, order, None, SplitKind.TIME)
    spec: Any = SimpleNamespace(seed=0, n_train=80, target=SimpleNamespace(task=Task.BINARY))
    release: Any = SimpleNamespace(threshold=threshold, confidence=None, tolerance=None)
    rows = list(np.split(order, 10))
    test = job._Backtest([str(n) for n in range(10)], rows, spec, release)
    errors = job._errors(pool, test, lambda *_: None)  # type: ignore[arg-type]
    assert np.nanmax(errors) == np.nanmin(errors) == wrong
