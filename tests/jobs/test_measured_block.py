"""The share wrong of a block that has no reference to be held against."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.jobs.monitor.measured_block import _share_wrong
from leadline.stats.interval import wilson_interval


@pytest.mark.parametrize(("n_rows", "n_labelled"), [(112, 60), (400, 30)])
def test_the_interval_holds_and_knows_how_much_of_the_block_has_a_label(
    n_rows: int, n_labelled: int
) -> None:
    rng = np.random.default_rng(0)
    held, widths = [], []
    for _ in range(600):
        n_wrong = int(rng.binomial(n_rows, 0.2))
        seen = int(rng.hypergeometric(n_wrong, n_rows - n_wrong, n_labelled))
        found = _share_wrong(seen, n_labelled, n_rows)
        assert found is not None
        held.append(found.low <= n_wrong / n_rows <= found.high)
        whole = wilson_interval(seen, n_labelled, confidence_level=0.95)
        widths.append((found.high - found.low) / (whole.high - whole.low))
    assert 0.92 < np.mean(held) < 0.98
    assert np.mean(widths) == pytest.approx((1 - n_labelled / n_rows) ** 0.5, rel=0.05)


def test_labels_of_all_rows_but_one_bound_the_share() -> None:
    found = _share_wrong(3, 99, 100)
    assert found is not None
    assert found.low >= 0.03
    assert found.high <= 0.04
    assert _share_wrong(0, 0, 100) is None
