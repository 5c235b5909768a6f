"""Counts of a block: labels, and errors of both kinds."""

from __future__ import annotations

import polars as pl
import pytest

from leadline.monitoring.block_counts import counts_of
from leadline.phases.scoring import Task

ROWS = pl.DataFrame(
    {
        "said": [1, 0, 1, 0, 1, 0],
        "score": [0.9, 0.1, 0.8, 0.2, 0.7, 0.3],
        "truth": [0, None, 0, 1, 1, 1],
    }
)
"""Two false alarms, a row without a label, a hit, two misses."""


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
def test_errors_of_both_kinds_are_counted(
    rows: list[int], n_labelled: int, n_missed: int, n_false_alarms: int
) -> None:
    told = counts_of(ROWS[rows], Task.BINARY, None)
    assert told["n_labelled"] == n_labelled
    assert (told["n_missed"], told["n_false_alarms"]) == (n_missed, n_false_alarms)
    assert told["n_wrong"] == n_missed + n_false_alarms
    assert told["alert_share"] == ROWS[rows]["said"].mean()
    assert told["mean_score"] == pytest.approx(ROWS[rows]["score"].mean())


def test_numbers_are_off_by_so_much() -> None:
    rows = pl.DataFrame(
        {"said": [1.0, 5.0, 9.0], "score": [1.0, 5.0, 9.0], "truth": [2.0, 2.0, None]}
    )
    told = counts_of(rows, Task.REGRESSION, 1.0)
    assert (told["n_labelled"], told["n_wrong"], told["off_by"]) == (2, 1, 2.0)
    assert told["alert_share"] is None
