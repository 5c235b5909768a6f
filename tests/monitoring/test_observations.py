"""What the record keeps of a block: its own rows and their own labels."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from leadline.evaluation.predictions import Predictions
from leadline.monitoring.observations import _payload, _Scored
from leadline.phases.scoring import Task

SAID = np.array([1, 0, 1, 0, 1, 0])
SCORES = np.array([0.9, 0.1, 0.8, 0.2, 0.7, 0.3])
IS_LABELLED = np.array([True, False, True, True, True, True])
TRUTH = np.array([0, 0, 1, 1, 1])
"""Of rows 0, 2, 3, 4 and 5: two false alarms, a miss, a hit, a miss."""


def scored() -> _Scored:
    return _Scored(pl.DataFrame({"x": SCORES}), Predictions(SAID, SCORES), IS_LABELLED, TRUTH)


@pytest.mark.parametrize(
    ("rows", "n_labelled", "n_missed", "n_false_alarms"),
    [
        ([0, 1, 2, 3, 4, 5], 5, 2, 2),
        ([0, 1], 1, 0, 1),
        ([4, 5], 2, 1, 0),
        ([2, 3], 2, 1, 1),
        ([1], 0, 0, 0),
    ],
)
def test_errors_of_both_kinds_are_counted_block_by_block(
    rows: list[int], n_labelled: int, n_missed: int, n_false_alarms: int
) -> None:
    told = _payload(scored(), np.array(rows), Task.BINARY, None)
    assert told["n_labelled"] == n_labelled
    assert (told["n_missed"], told["n_false_alarms"]) == (n_missed, n_false_alarms)
    assert told["n_wrong"] == n_missed + n_false_alarms
    assert told["alert_share"] == SAID[rows].mean()
    assert told["mean_score"] == pytest.approx(SCORES[rows].mean())
