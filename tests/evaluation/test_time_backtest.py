"""Backtest in time: which models are fitted, on what, and what counts as wrong."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest

from leadline.datasets.frames import Pool
from leadline.evaluation import time_backtest as method
from leadline.evaluation.time_backtest import TimeBacktest, time_backtest
from leadline.phases.data import SplitKind
from leadline.phases.scoring import Task
from leadline.stats.operating.error_prices import ErrorPrices

SIZE = 8


class Same:
    """Scores every row .4."""

    classes_ = np.array([0, 1])

    def predict_proba(self, X: pl.DataFrame) -> np.ndarray[Any, Any]:
        return np.tile([0.6, 0.4], (X.height, 1))


@pytest.fixture
def learnt(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """Rows that each model learnt from, in the order of the fits."""
    seen: list[np.ndarray] = []
    monkeypatch.setattr(method, "build", lambda _: None)

    def fit(_model: object, _pool: Pool, rows: np.ndarray, *_: object) -> Same:
        seen.append(np.sort(rows))
        return Same()

    monkeypatch.setattr(method, "fit_model", fit)
    return seen


def backtest(
    n_blocks: int,
    *,
    threshold: float = 0.5,
    prices: ErrorPrices = ErrorPrices.alike(2.0),  # noqa: B008 -- frozen
    n_train: int | None = None,
    seconds: Callable[[], float] = lambda: 0.0,
    first_of_class: int = 0,
    limit_s: float = 60.0,
) -> TimeBacktest:
    """Blocks of eight rows of which a quarter are hits."""
    n = n_blocks * SIZE
    X = pl.DataFrame({"x": range(n)})
    y = np.tile([1, 0, 0, 0], n // 4)
    y[:first_of_class] = 0
    order = np.arange(n)
    pool = Pool(X, X, y, np.zeros(n, dtype=bool), order, None, SplitKind.TIME)
    target = SimpleNamespace(task=Task.BINARY)
    spec: Any = SimpleNamespace(seed=0, n_train=n_train, target=target)
    return time_backtest(
        pool,
        np.split(order, n_blocks),
        spec,
        threshold=threshold,
        tolerance=None,
        prices=prices,
        limit_s=limit_s,
        report=lambda _message, _share: None,
        clock=seconds,
    )


def each_takes(seconds: float) -> Callable[[], float]:
    """A clock that is looked at once at the start, and once after each fit."""
    looked = iter(range(10_000))
    return lambda: seconds * next(looked)


@pytest.mark.parametrize(("threshold", "wrong"), [(0.3, 0.75), (0.5, 0.25)])
@pytest.mark.usefixtures("learnt")
def test_decisions_are_those_of_the_release(threshold: float, wrong: float) -> None:
    """Each row scores .4, so that a release flags all of them or none."""
    errors = backtest(10, threshold=threshold).errors
    assert np.nanmax(errors) == np.nanmin(errors) == wrong


@pytest.mark.parametrize(("threshold", "lost"), [(0.3, 0.75 / 3), (0.5, 0.25)])
@pytest.mark.usefixtures("learnt")
def test_a_loss_is_the_price_of_an_error_as_a_share_of_the_dearest(
    threshold: float, lost: float
) -> None:
    """All rows flagged are false alarms at a third of the price of a miss; none flagged, misses."""
    found = backtest(10, threshold=threshold, prices=ErrorPrices(miss=30.0, false_alarm=10.0))
    assert np.nanmax(found.losses) == np.nanmin(found.losses) == pytest.approx(lost)
    alike = backtest(10, threshold=threshold)
    assert np.array_equal(alike.losses, alike.errors, equal_nan=True)


def test_every_model_learns_from_all_before_and_meets_all_after(
    learnt: list[np.ndarray],
) -> None:
    found = backtest(10)
    assert [each.size for each in learnt] == [SIZE * cut for cut in range(9, 2, -1)]
    assert all(each[-1] == each.size - 1 for each in learnt)
    known = np.isfinite(found.errors)
    for trained in range(10):
        n_later = 9 - trained if 2 <= trained < 9 else 0
        assert known[trained].tolist() == [True] * n_later + [False] * (9 - n_later)
    assert (found.n_trainings, found.n_left_out) == (7, 0)


@pytest.mark.usefixtures("learnt")
def test_when_time_is_short_the_newest_are_fitted_one_after_the_other() -> None:
    found = backtest(60, seconds=each_takes(2.0), limit_s=40.0)
    assert (found.n_trainings, found.n_left_out, found.spent_s) == (20, 22, 40.0)
    fitted = np.flatnonzero(np.isfinite(found.errors[:, 0]))
    assert fitted.tolist() == list(range(39, 59))
    # so that at every age up to theirs an old model meets a fresh one
    for delay in range(2, 21):
        old = found.errors[: 59 - delay + 1, delay - 1]
        assert np.any(np.isfinite(old - found.errors[delay - 1 : 59, 0]))


@pytest.mark.usefixtures("learnt")
def test_a_dozen_are_fitted_in_any_case() -> None:
    assert backtest(60, seconds=each_takes(100.0), limit_s=1.0).n_trainings == 12


def test_samples_of_the_past_share_their_rows(learnt: list[np.ndarray]) -> None:
    backtest(20, n_train=40)
    assert {each.size for each in learnt} == {40}
    for newer, older in itertools.pairwise(learnt):
        # 1 of so many blocks is new, and hardly more of the sample
        assert np.intersect1d(newer, older).size >= 30


@pytest.mark.usefixtures("learnt")
def test_a_past_of_one_class_is_left_out() -> None:
    found = backtest(10, first_of_class=5 * SIZE)
    assert np.flatnonzero(np.isfinite(found.errors[:, 0])).tolist() == [5, 6, 7, 8]
