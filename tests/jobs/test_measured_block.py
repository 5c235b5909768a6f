"""The share wrong of a block that has no reference to be held against."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.examples import example_problem

from leadline.jobs.monitor.measured_block import BlockMeasures, _share_wrong
from leadline.monitoring.reference_blocks import MonitoredRows, ReferenceBlocks
from leadline.phases.scoring import Task
from leadline.settings.service_sections import WatchSettings
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


def test_more_positive_rows_are_wrong_as_often_as_each_kind_is_on_the_reference() -> None:
    reference = ReferenceBlocks(
        task=Task.BINARY,
        tolerance=None,
        error=0.14,
        alert_share=0.26,
        mean_score=0.2,
        share_abstained=None,
        n_positive=20,
        n_flagged=26,
        n_found=16,
        numbers=np.empty(0),
        blocks=(),
        n_rows=100,
    )
    assert reference.error_at(0.2) == pytest.approx(reference.error)
    assert replace(reference, n_positive=0, n_found=0).error_at(0.2) is None
    truth = (np.arange(100) < 30).astype(float)
    block = MonitoredRows(np.full(100, 0.3), np.roll(truth, 5), np.arange(100), truth)
    measures = BlockMeasures.of(example_problem(), reference, WatchSettings())
    found = measures.positives([block, block])
    assert found is not None
    assert (found.reference, found.recent) == pytest.approx((0.2, 0.3))
    # 4 of 20 are missed, 10 of 80 flagged
    assert found.error == pytest.approx(0.3 * 4 / 20 + 0.7 * 10 / 80)
    assert measures.positives([]) is None
