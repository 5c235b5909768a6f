"""Are useless columns rarely called useful, whatever the model, and do intervals cover?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.neighbors import KNeighborsRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from leadline.stats.importance import permutation_importance
from leadline.stats.metric import metric_of

Draw = Callable[[np.random.Generator, NDArray[Any]], NDArray[Any]]
N_RUNS = 100


def squared(y: NDArray[Any], answers: NDArray[Any]) -> float:
    return float(np.mean((y - answers) ** 2))


def one_less_auc(y: NDArray[Any], answers: NDArray[Any]) -> float:
    return 1 - metric_of("roc_auc").compute(y, answers)


def independent(rng: np.random.Generator, x: NDArray[Any]) -> NDArray[Any]:
    return rng.normal(size=(len(x), 8))


def skewed(rng: np.random.Generator, x: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(np.exp(2 * rng.normal(size=(len(x), 8))))


def rare(rng: np.random.Generator, x: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(rng.random((len(x), 8)) < 0.02, dtype=float)


def alike(rng: np.random.Generator, x: NDArray[Any]) -> NDArray[Any]:
    """Useless columns that go along with each other."""
    return np.asarray(rng.normal(size=(len(x), 1)) + 0.7 * rng.normal(size=(len(x), 6)))


def along(rng: np.random.Generator, x: NDArray[Any]) -> NDArray[Any]:
    """Useless columns that go along with a useful one, too little to be of its group."""
    return np.asarray(0.5 * x[:, [0]] + np.sqrt(0.75) * rng.normal(size=(len(x), 4)))


def called_useful(
    draw: Draw, model: Any, rng: np.random.Generator, *, is_class: bool, n_held_out: int
) -> tuple[bool, bool]:
    """Whether any useless column was, and whether the useful one was, of an overfitted model."""
    n_train = 150
    x = rng.normal(size=(n_train + n_held_out, 2))
    X = np.hstack([x, draw(rng, x)])
    y: NDArray[Any] = 1.5 * x[:, 0] + rng.normal(size=len(x))
    if is_class:
        y = (y > 0).astype(np.int64)
    model.fit(X[:n_train], y[:n_train])
    found = permutation_importance(
        (lambda table: model.predict_proba(table)[:, 1]) if is_class else model.predict,
        X[n_train:],
        y[n_train:],
        one_less_auc if is_class else squared,
        rng=rng,
        n_repeats=5,
    )
    assert found is not None
    useful = [set(map(int, map(str, each.columns))) for each in found.columns if each.is_useful]
    return any(0 not in each for each in useful), any(0 in each for each in useful)


@pytest.mark.parametrize(
    ("draw", "model", "is_class", "n_held_out"),
    [
        (independent, DecisionTreeRegressor(random_state=0), False, 150),
        (independent, DecisionTreeClassifier(random_state=0), True, 150),
        (independent, KNeighborsRegressor(1), False, 200),
        (skewed, DecisionTreeRegressor(random_state=0), False, 150),
        (rare, DecisionTreeRegressor(random_state=0), False, 150),
        (alike, DecisionTreeRegressor(random_state=0), False, 150),
        (along, DecisionTreeRegressor(random_state=0), False, 1000),
    ],
)
def test_useless_columns_are_called_useful_in_at_most_one_run_of_twenty(
    draw: Draw, model: Any, is_class: bool, n_held_out: int
) -> None:
    rng = np.random.default_rng(0)
    runs = np.array(
        [
            called_useful(draw, model, rng, is_class=is_class, n_held_out=n_held_out)
            for _ in range(N_RUNS)
        ]
    )
    assert runs[:, 0].mean() <= 0.05
    assert runs[:, 1].mean() >= 0.9, "and what is useful is found"


def test_intervals_of_the_rise_cover() -> None:
    """Of a model with an interaction, whose rise is known."""
    rng = np.random.default_rng(0)
    covered = []
    for _ in range(500):
        X = rng.normal(size=(120, 2))
        y = X[:, 0] + rng.normal(size=120)
        found = permutation_importance(
            lambda table: table[:, 0] * (1 + 0.5 * np.sign(table[:, 1])),
            X,
            y,
            squared,
            rng=rng,
            n_repeats=5,
            groups=[(0,), (1,)],
        )
        assert found is not None
        rises = {each.columns[0]: each for each in found.columns}
        # E (x - f(x'))² - E (x - f(x))², with E f² = 1.25 and E x f = 1
        covered.append([rises[0].low <= 2 <= rises[0].high, rises[1].low <= 0 <= rises[1].high])
    shares = np.mean(covered, axis=0)
    assert np.all(shares >= 0.87)
    assert np.all(shares <= 0.97)
