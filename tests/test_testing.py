"""Each check can fail: a family or executor that breaks one promise is caught by name."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.base import BaseEstimator

from leadline.engines.contract import Scalar
from leadline.errors import EngineError
from leadline.testing import check_executor, check_family

Params = Mapping[str, Scalar]


class Shares(BaseEstimator):  # type: ignore[misc]
    """Predicts the shares of the classes, or the mean: a model that keeps every promise."""

    def __init__(self, task: str = "binary", shift: float = 0.0) -> None:
        self.task = task
        self.shift = shift

    def fit(self, X: pl.DataFrame, y: Any) -> Any:
        if self.task == "regression":
            self.mean_ = float(np.mean(y))
        else:
            self.classes_, counts = np.unique(y, return_counts=True)
            self.shares_ = counts / counts.sum()
        return self

    def predict(self, X: pl.DataFrame) -> Any:
        if self.task == "regression":
            return np.full(X.height, self.mean_)
        return np.full(X.height, self.classes_[self.shares_.argmax()])

    def predict_proba(self, X: pl.DataFrame) -> Any:
        return np.tile(self.shares_, (X.height, 1))


class Good:
    """A family that keeps the contract."""

    name = "good"
    complexity = 0
    estimator: type[Shares] = Shares

    @property
    def trusted(self) -> tuple[str, ...]:
        return tuple(f"{kind.__module__}.{kind.__qualname__}" for kind in (Shares, self.estimator))

    def candidates(self, task: str, columns: Mapping[str, str], n_rows: int) -> Sequence[Params]:
        return [{"shift": 0.0}, {"shift": 1.0}]

    def build(self, params: Params, task: str, columns: Mapping[str, str], seed: int) -> Any:
        return self.estimator(task)


class WrongSum(Shares):
    def predict_proba(self, X: pl.DataFrame) -> Any:
        return 0.9 * super().predict_proba(X)


class WrongShape(Shares):
    def predict_proba(self, X: pl.DataFrame) -> Any:
        return super().predict_proba(X)[:, :1]


class ShortPredictions(Shares):
    def predict(self, X: pl.DataFrame) -> Any:
        return super().predict(X)[1:]


class NotFinite(Shares):
    def predict_proba(self, X: pl.DataFrame) -> Any:
        return np.full((X.height, len(self.classes_)), np.nan)


class OtherClass(Shares):
    def predict(self, X: pl.DataFrame) -> Any:
        return np.full(X.height, "nobody")


class Drifting(Shares):
    """Another answer at each fit."""

    fits = itertools.count(1)

    def fit(self, X: pl.DataFrame, y: Any) -> Any:
        super().fit(X, y)
        if self.task != "regression":
            share = 1.0 / (2.0 + next(self.fits))
            self.shares_ = np.array(
                [share, *[(1 - share) / (len(self.shares_) - 1)] * (len(self.shares_) - 1)]
            )
        return self


class Gregarious(Shares):
    """A row's answer depends on how many are asked."""

    def predict_proba(self, X: pl.DataFrame) -> Any:
        shares = super().predict_proba(X)
        shares[:, 0] += 0.1 / X.height
        return shares / shares.sum(axis=1, keepdims=True)


class Unpicklable(Shares):
    def fit(self, X: pl.DataFrame, y: Any) -> Any:
        self.secret_ = lambda: None
        return super().fit(X, y)


class Forgetful(Shares):
    """Loses what it learnt on the way to disk."""

    def __getstate__(self) -> dict[str, Any]:
        state = dict(vars(self))
        if "shares_" in state:
            state["shares_"] = np.roll(state["shares_"] + np.arange(len(state["shares_"])), 1)
            state["shares_"] = state["shares_"] / state["shares_"].sum()
        return state


class Shy(Shares):
    """Refuses categories it has not seen."""

    def fit(self, X: pl.DataFrame, y: Any) -> Any:
        self.known_ = X["town"].unique().to_list() if "town" in X.columns else None
        return super().fit(X, y)

    def predict(self, X: pl.DataFrame) -> Any:
        if self.known_ is not None and not X["town"].is_in(self.known_, nulls_equal=True).all():
            raise KeyError("town")
        return super().predict(X)


class Demanding(Shares):
    """Needs many rows."""

    def fit(self, X: pl.DataFrame, y: Any) -> Any:
        if 3 < X.height < 20:
            raise ValueError("too few")
        return super().fit(X, y)


class Picky(Shares):
    """Needs a column that is not always there."""

    def fit(self, X: pl.DataFrame, y: Any) -> Any:
        X["size"]
        return super().fit(X, y)


class Loud(Shares):
    def fit(self, X: pl.DataFrame, y: Any) -> Any:
        warnings.warn("look at me", RuntimeWarning, stacklevel=1)
        return super().fit(X, y)


class Uncloneable(Shares):
    def __init__(self, task: str = "binary", shift: float = 0.0) -> None:
        super().__init__(task.upper().lower() + "", [shift])  # type: ignore[arg-type]


class CrashingOnOneClass(Shares):
    def fit(self, X: pl.DataFrame, y: Any) -> Any:
        super().fit(X, y)
        if self.task != "regression" and len(self.classes_) == 1:
            raise RuntimeError("one class")
        return self


class InventingAClass(Shares):
    def fit(self, X: pl.DataFrame, y: Any) -> Any:
        super().fit(X, y)
        if self.task != "regression" and len(self.classes_) == 1:
            self.classes_ = np.array(["other", self.classes_[0]])
            self.shares_ = np.array([0.0, 1.0])
        return self


def test_a_good_family_passes() -> None:
    check_family(Good())


def with_estimator(kind: type[Shares]) -> Good:
    family = Good()
    family.estimator = kind
    return family


@pytest.mark.parametrize(
    ("kind", "match"),
    [
        (WrongSum, "not probabilities"),
        (WrongShape, "predict_proba .* gave shape"),
        (ShortPredictions, "predict of 'good' gave shape"),
        (NotFinite, "not all finite"),
        (OtherClass, "not in classes_"),
        (Drifting, "with one seed differ"),
        (Gregarious, "when it is alone"),
        (Unpicklable, "cannot be stored by pickle"),
        (Forgetful, "answers differently after"),
        (Shy, "unseen categories"),
        (Demanding, "cannot fit binary on 8 rows"),
        (Picky, "cannot fit binary on 120 rows of empty"),
        (Loud, "look at me"),
        (Uncloneable, "cannot be cloned"),
        (CrashingOnOneClass, "RuntimeError for labels of one class"),
        (InventingAClass, "knows 2 classes after seeing one"),
    ],
)
def test_an_estimator_that_breaks_a_promise_is_caught(kind: type[Shares], match: str) -> None:
    with pytest.raises(EngineError, match=match):
        check_family(with_estimator(kind))


class Nameless(Good):
    name = ""


class Unranked(Good):
    complexity = -1


class Empty(Good):
    def candidates(self, task: str, columns: Mapping[str, str], n_rows: int) -> Sequence[Params]:
        return []


class OfClasses(Good):
    """Not for numbers, and not for a date alone."""

    def candidates(self, task: str, columns: Mapping[str, str], n_rows: int) -> Sequence[Params]:
        is_for_it = task != "regression" and set(columns.values()) != {"date"}
        return super().candidates(task, columns, n_rows) if is_for_it else ()

    def build(self, params: Params, task: str, columns: Mapping[str, str], seed: int) -> Any:
        assert self.candidates(task, columns, 120), "built without a candidate"
        return super().build(params, task, columns, seed)


def test_a_family_may_be_for_some_tasks_and_columns_only() -> None:
    check_family(OfClasses())


class OfNumbers(Good):
    def candidates(self, task: str, columns: Mapping[str, str], n_rows: int) -> Sequence[Params]:
        return super().candidates(task, columns, n_rows) if task == "regression" else ()


def test_a_family_may_be_for_numbers_only() -> None:
    check_family(OfNumbers())


class Nested(Good):
    def candidates(self, task: str, columns: Mapping[str, str], n_rows: int) -> Sequence[Params]:
        return [{"layers": [3, 4]}]  # type: ignore[dict-item]


class Twice(Good):
    def candidates(self, task: str, columns: Mapping[str, str], n_rows: int) -> Sequence[Params]:
        return [{"C": 1.0}, {"C": 1.0}]


class Fickle(Good):
    calls = itertools.count()

    def candidates(self, task: str, columns: Mapping[str, str], n_rows: int) -> Sequence[Params]:
        return [{"C": next(self.calls)}]


class Untrusted(Good):
    trusted = ()


class Buildless(Good):
    build = None  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("family", "match"),
    [
        (Nameless, "name is ''"),
        (Unranked, "complexity of 'good' is -1"),
        (Empty, "are none for every task"),
        (Nested, "Values must be"),
        (Twice, "hold one twice"),
        (Fickle, "differ from call to call"),
        (Untrusted, "listed in the family's 'trusted'"),
        (Buildless, "no method build"),
    ],
)
def test_a_family_that_breaks_a_promise_is_caught(family: type[Good], match: str) -> None:
    with pytest.raises(EngineError, match=match):
        check_family(family())


class Executing:
    """Gives a future of what a function says of a task and its spec."""

    n_workers = 1

    def __init__(self, run: Callable[[Any, Any], Any]) -> None:
        self.run = run

    def submit(self, task: Any, spec: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(self.run(task, spec))
        except Exception as error:
            future.set_exception(error)
        return future


def swallowing(task: Any, spec: Any) -> Any:
    try:
        return task(spec)
    except ArithmeticError:
        return None


def disguising(task: Any, spec: Any) -> Any:
    try:
        return task(spec)
    except ArithmeticError as error:
        raise KeyError(spec) from error


class Once(Executing):
    """Works for the first twenty tasks only."""

    def __init__(self) -> None:
        super().__init__(lambda task, spec: task(spec) if self.n_run <= 20 else None)
        self.n_run = 0

    def submit(self, task: Any, spec: Any) -> Future[Any]:
        self.n_run += 1
        return super().submit(task, spec)


class Idle(Executing):
    n_workers = 0


@pytest.mark.parametrize(
    ("executor", "match"),
    [
        (object(), "no method submit"),
        (Idle(lambda task, spec: task(spec)), "n_workers is 0"),
        (Executing(lambda task, spec: task(spec + 1)), "20 specs gave .* the first time"),
        (Once(), "20 specs gave .* the second time"),
        (Executing(swallowing), "A task failed, and its future has a result"),
        (Executing(disguising), "raised ArithmeticError, and its future KeyError"),
    ],
)
def test_an_executor_that_breaks_a_promise_is_caught(executor: Any, match: str) -> None:
    with pytest.raises(EngineError, match=match):
        check_executor(executor)
