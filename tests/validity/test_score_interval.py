"""The interval of a test score holds the score on endless rows as often as it says."""

from __future__ import annotations

import numpy as np
import pytest
from tests.stats.metric.simulated import BY_TASK, simulated

from leadline.stats.metric import METRICS, Task
from leadline.stats.metric.score_interval import score_interval

N_ROWS, N_SETS, N_ENDLESS = 400, 250, 100_000
TOLD = [(name, task) for name, task in BY_TASK if METRICS[name].is_scoring]


@pytest.mark.parametrize(("name", "task"), TOLD)
def test_nine_of_ten_intervals_hold_the_truth(name: str, task: Task) -> None:
    rng = np.random.default_rng(11)
    metric = METRICS[name]
    truth = metric.compute(*simulated(task, metric.response, rng, N_ENDLESS, 1))
    n_held = 0
    for _ in range(N_SETS):
        y, response = simulated(task, metric.response, rng, N_ROWS, 1)
        error = metric.standard_error(y, response)
        found = score_interval(name, metric.compute(y, response), error)
        n_held += found.low <= truth <= found.high
    # 0.9 and three standard errors of 250 sets, and what a jackknife of 20 groups misses
    assert 0.83 <= n_held / N_SETS <= 0.97
