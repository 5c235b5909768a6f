"""Does a challenger that is no better ever make a retraining due, and does a better one in time."""

from __future__ import annotations

import numpy as np

from leadline.stats.monitoring.paired_errors import paired_difference
from leadline.stats.retraining import Retraining

N_BLOCKS, N_LABELS = 52, 50


def due_after(rng: np.random.Generator, better: float, differing: float = 0.1) -> int:
    """Blocks until a retraining that costs next to nothing is due; 0 where it never is."""
    plan = Retraining([[0.1]], cost_retrain=1e-9, cost_error=1.0, n_block=1000)
    for block in range(1, N_BLOCKS + 1):
        drawn = rng.random(N_LABELS)
        wrong, fresh_wrong = drawn < differing / 2 + better, drawn > 1 - differing / 2
        found = paired_difference(wrong, fresh_wrong)
        if plan.step(float(wrong.mean()), float(fresh_wrong.mean()), found.stderr):
            return block
    return 0


def test_labels_alone_make_hardly_any_retraining_due_in_a_year() -> None:
    rng = np.random.default_rng(0)
    due = [due_after(rng, 0.0) > 0 for _ in range(300)]
    # one in twenty is promised, whatever the number of blocks
    assert np.mean(due) < 0.05


def test_ten_points_are_told_within_weeks() -> None:
    rng = np.random.default_rng(1)
    due = [due_after(rng, 0.1) for _ in range(100)]
    assert min(due) > 0
    assert np.median(due) <= 8
