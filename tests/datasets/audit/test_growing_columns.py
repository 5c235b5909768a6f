from __future__ import annotations

import numpy as np
import polars as pl

from leadline.datasets.audit.growing_columns import growing_columns, rising_columns


def test_a_few_values_that_lie_beyond_by_luck_do_not_grow() -> None:
    rng = np.random.default_rng(0)
    is_test, n_found = np.arange(500) >= 400, 0
    for _ in range(200):
        filled = np.isin(np.arange(500), rng.choice(500, 8, replace=False))
        values = pl.Series("x", np.where(filled, rng.normal(size=500), np.nan)).fill_nan(None)
        n_found += len(growing_columns(values.to_frame(), {"x": "number"}, is_test))
    assert n_found <= 0.02 * 200


def test_a_column_without_a_number_neither_grows_nor_rises() -> None:
    frame = pl.DataFrame({"x": [float("inf")] * 50, "y": [float("nan")] * 50})
    kinds = {"x": "number", "y": "number"}
    assert growing_columns(frame, kinds, np.arange(50) >= 40) == ()
    assert rising_columns(frame, kinds) == ()
