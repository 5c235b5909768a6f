from __future__ import annotations

import numpy as np

from leadline.monitoring.reference_blocks import MonitoredRows, ReferenceBlocks
from leadline.phases.scoring import Task
from leadline.stats.monitoring.error_kinds import error_kinds


def test_a_class_that_is_never_found_any_more_lies_below_the_reference() -> None:
    """Nothing is flagged, so that no flagged row tells how many are positive."""
    reference = ReferenceBlocks(
        task=Task.BINARY,
        tolerance=None,
        error=0.1,
        alert_share=0.1,
        mean_score=0.1,
        share_abstained=None,
        n_positive=90,
        n_flagged=100,
        n_found=70,
        numbers=np.zeros(0),
        blocks=(),
    )
    rows, nothing = np.arange(200), np.zeros(200)
    truth = (rows < 30).astype(float)
    kinds = error_kinds(
        np.full(200, 0.1),
        nothing,
        rows,
        truth,
        cost_miss=1.0,
        cost_false_alarm=1.0,
        rng=np.random.default_rng(0),
    )
    recall, precision = reference.class_rates(
        ("recall",), kinds, [MonitoredRows(nothing, nothing, rows, truth)]
    )
    assert (recall.is_below, recall.is_vague, recall.is_watched) == (True, False, True)
    assert (precision.recent, precision.is_watched) == (None, False)
    assert reference.class_rates((), None, [])[0].recent is None
