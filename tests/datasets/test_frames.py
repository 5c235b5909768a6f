from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from tests.datasets.test_folds import pool
from tests.projects import customers, project, run, run_to, verdict_of

from leadline.datasets.frames import Pool, Target, load_pool
from leadline.evaluation import fit
from leadline.evaluation.fit import (
    FailedFit,
    FitResult,
    attempt,
    attempt_and_keep,
    fold_rows,
)
from leadline.evaluation.fit_spec import FitSpec
from leadline.evaluation.scores import positive_scores
from leadline.phases.data import Data, SplitKind
from leadline.phases.problem import Problem
from leadline.phases.scoring import Task


def test_labels_are_what_estimators_get() -> None:
    frame = pl.DataFrame({"left": ["yes", "no", "maybe"], "paid": [1, 2, 3]})
    binary = Target("left", Task.BINARY, "yes").values(frame)
    assert binary.tolist() == [1, 0, 0]
    assert Target("left", Task.MULTICLASS, "").values(frame).tolist() == ["yes", "no", "maybe"]
    numbers = Target("paid", Task.REGRESSION, "").values(frame)
    assert numbers.dtype == np.float64
    assert Target("paid", Task.BINARY, "2").values(frame).tolist() == [0, 1, 0]


def test_rows_near_in_time_err_together() -> None:
    frame = pl.DataFrame({"x": np.arange(200)})
    times = np.random.default_rng(0).permutation(200)
    blank = np.zeros(200, dtype=bool)
    pool = Pool(frame, frame, np.zeros(200), blank, np.arange(0), None, SplitKind.TIME, times)
    stretches = pool.alike(np.arange(100))
    assert stretches is not None
    assert np.unique(stretches, return_counts=True)[1].tolist() == [5] * 20
    assert (np.diff(stretches[np.argsort(times[:100])]) >= 0).all()
    groups = times // 10
    of_groups = Pool(frame, frame, np.zeros(200), blank, np.arange(0), groups, SplitKind.GROUP)
    assert np.array_equal(of_groups.alike(np.arange(7, 20)), groups[7:20])  # type: ignore[arg-type]
    alone = Pool(frame, frame, np.zeros(200), blank, np.arange(0), None, SplitKind.RANDOM)
    assert alone.alike(np.arange(9)) is None


def spec_of(folder: Path) -> tuple[FitSpec, Pool]:
    """A spec of the linear family on two hundred rows, in no order in the file."""
    rows = customers(200).sample(fraction=1, shuffle=True, seed=1)
    with project(folder, rows, data={"time": "joined"}) as workspace:
        run_to(workspace, "problem", "data")
        data, target = (
            verdict_of(workspace, "data", Data),
            Target.of(verdict_of(workspace, "problem", Problem)),
        )
        pool = load_pool(workspace.artifacts, data, target)
        url = workspace.artifacts.url
    return (
        FitSpec(
            artifacts=url,
            data=data,
            target=target,
            scoring="roc_auc",
            family="linear",
            params={},
            fold=0,
            n_folds=2,
            n_train=30,
            n_valid=20,
            seed=0,
        ),
        pool,
    )


def test_train_rows_of_a_dated_pool_are_in_time_order(tmp_path: Path) -> None:
    _, pool = spec_of(tmp_path)
    assert pool.kind is SplitKind.TIME
    times = pool.frame["joined"]
    assert times[pool.order].is_sorted()
    assert not times.is_sorted()
    assert times[pool.test].min() > times[pool.order].max()  # type: ignore[operator]
    assert "joined" not in pool.X.columns


def test_a_spec_limits_its_rows_and_repeats_itself(tmp_path: Path) -> None:
    spec, pool = spec_of(tmp_path)
    train, valid = fold_rows(pool, spec)
    assert (train.size, valid.size) == (30, 20)
    assert not pool.is_test[train].any()
    once, again = attempt(spec), attempt(spec)
    assert isinstance(once, FitResult)
    assert isinstance(again, FitResult)
    assert once.score == again.score
    assert once.score > 0.6
    assert once.n_train == 30


def test_answers_are_kept_where_there_are_some_and_a_score_needs_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec, _ = spec_of(tmp_path)
    kept = attempt_and_keep(spec)
    assert isinstance(kept.result, FitResult)
    assert kept.shares is not None
    assert kept.shares.shape == (20, 2)
    assert kept.shares.sum(axis=1) == pytest.approx(1.0, abs=1e-5)

    def without(*_: object) -> NDArray[np.float32]:
        raise AttributeError("no predict_proba")

    monkeypatch.setattr(fit, "shares_of", without)
    scored = attempt_and_keep(spec)
    assert scored.shares is None
    assert isinstance(scored.result, FitResult)
    assert scored.result.score == kept.result.score


def test_a_model_that_never_saw_a_hit_scores_nothing() -> None:
    class Blind:
        classes_ = np.array([0])

        def predict_proba(self, frame: pl.DataFrame) -> NDArray[np.float64]:
            return np.ones((frame.height, 1))

    assert positive_scores(Blind(), pl.DataFrame({"x": [1, 2]})).tolist() == [0.0, 0.0]


def test_a_spec_says_why_it_cannot_be_scored(tmp_path: Path) -> None:
    with project(tmp_path, customers(60).drop("joined")) as workspace:
        run(workspace, "problem")
        data = run(workspace, "data").verdict
        assert isinstance(data, Data)
        spec = FitSpec(
            artifacts=workspace.artifacts.url,
            data=data,
            target=Target.of(verdict_of(workspace, "problem", Problem)),
            scoring="roc_auc",
            family="linear",
            params={},
            fold=0,
            n_folds=2,
            n_train=1,
            n_valid=None,
            seed=0,
        )
        failed = attempt(spec)
    assert isinstance(failed, FailedFit)
    assert "class" in failed.message


def test_rows_of_one_time_are_in_one_stretch() -> None:
    """Thirty days of seven rows: as many stretches as are told apart, and no day in two."""
    days = np.repeat(np.arange(30.0), 7)
    rows = replace(pool(np.arange(days.size) % 2, SplitKind.TIME), times=days)
    found = rows.alike(np.arange(days.size))
    assert found is not None
    assert np.unique(found).size == 20
    assert all(np.unique(found[days == day]).size == 1 for day in range(30))
    of_few = rows.alike(np.flatnonzero(days < 3))
    assert of_few is not None
    assert np.unique(of_few).size == 3
