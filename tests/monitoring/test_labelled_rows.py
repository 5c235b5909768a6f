from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from leadline.monitoring.labelled_rows import (
    FIELD,
    keep_labelled,
    labelled_blocks,
    rows_stood_for,
)
from leadline.record import Artifacts, Observation


def seen(block: str, payload: dict[str, Any]) -> Observation:
    return Observation("r1", block, block, 40, payload)


@pytest.mark.parametrize(
    "truth", [np.array([0, 1, 1]), np.array(["b", "a", "ä"]), np.array([0.5, -1.0, 2.25])]
)
def test_rows_come_back_as_they_were_kept(truth: np.ndarray) -> None:
    store = Artifacts("memory://labelled")
    X = pl.DataFrame({"calls": [1.0, None, 3.0], "plan": ["x", None, "z"]})
    digest = keep_labelled(store, X, truth, np.array([2.0, 1.0, 1.0]))
    later, first = seen("2024-06-10", {FIELD: digest}), seen("2024-06-03", {FIELD: digest})
    blocks = labelled_blocks(store, [later, seen("2024-06-17", {}), first])
    assert [block.name for block in blocks] == ["2024-06-03", "2024-06-10"]
    assert blocks[0].X.equals(X)
    assert blocks[0].y.tolist() == truth.tolist()
    assert blocks[0].y.dtype.kind == truth.dtype.kind
    assert (blocks[0].weights.tolist(), blocks[0].n_rows) == ([2.0, 1.0, 1.0], 40)


def test_rows_that_were_asked_for_in_doubt_stand_for_few() -> None:
    """Of 1,000 rows a tenth are in doubt, and half of the 40 labels are theirs."""
    rng = np.random.default_rng(0)
    scores = np.concatenate([rng.uniform(0, 0.3, 900), rng.uniform(0.4, 0.6, 100)])
    is_labelled = np.zeros(1000, dtype=bool)
    is_labelled[rng.choice(900, 20, replace=False)] = True
    is_labelled[900 + rng.choice(100, 20, replace=False)] = True
    weights = rows_stood_for(scores, is_labelled)
    assert weights.sum() == pytest.approx(1000)
    in_doubt = scores[is_labelled] > 0.35
    assert weights[in_doubt].sum() == pytest.approx(100, abs=60)
    assert weights[~in_doubt].mean() > 3 * weights[in_doubt].mean()


@pytest.mark.parametrize("labelled", [[0], [3], range(2, 12), range(12)])
def test_all_rows_are_stood_for_whatever_the_ties(labelled: list[int]) -> None:
    scores = np.array([0.2] * 6 + [0.7] * 6)
    is_labelled = np.isin(np.arange(12), labelled)
    weights = rows_stood_for(scores, is_labelled)
    assert weights.size == len(labelled)
    assert weights.sum() == pytest.approx(12)
    assert np.all(np.isfinite(weights))


def test_where_all_rows_are_labelled_each_stands_for_itself() -> None:
    scores = np.random.default_rng(1).random(30).round(1)
    assert rows_stood_for(scores, np.ones(30, dtype=bool)).tolist() == [1.0] * 30
