"""What boosting proposes."""

from __future__ import annotations

import numpy as np
import polars as pl
from sklearn.metrics import r2_score

from leadline.engines.contract import Range
from leadline.engines.families.boosting import Boosting


def test_numbers_of_many_rows_are_offered_many_trees() -> None:
    """Waves in several columns take more cuts than the default makes."""
    rng = np.random.default_rng(0)
    X = rng.uniform(size=(2_000, 4))
    y = np.sin(30 * X).sum(axis=1)
    frame = pl.DataFrame({f"x{i}": column for i, column in enumerate(X.T)})
    kinds, train = dict.fromkeys(frame.columns, "number"), np.arange(2_000) < 1_500
    offered = Boosting().candidates("regression", kinds, 6_000)
    many = next(each for each in offered if each["max_iter"] == 600)
    unexplained = [
        1
        - r2_score(
            y[~train], model.fit(frame.filter(train), y[train]).predict(frame.filter(~train))
        )
        for model in (Boosting().build(each, "regression", kinds, 0) for each in (offered[0], many))
    ]
    assert unexplained[1] < 0.9 * unexplained[0]


def test_few_rows_and_classes_are_offered_fewer_trees() -> None:
    for task, n_rows in (("regression", 4_999), ("binary", 50_000)):
        offered = Boosting().candidates(task, {}, n_rows)
        assert all(each["max_iter"] in (100, 150, 200) for each in offered)
        assert Boosting().space(task, {}, n_rows)["max_iter"] == Range(50, 600, True, True)
    assert Boosting().space("regression", {}, 5_000)["max_iter"] == Range(50, 2_000, True, True)
