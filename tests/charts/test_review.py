"""A thousand dots: the counts add up."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.examples import example_problem, example_review

from leadline.charts.review import thousand
from leadline.phases.verdict import Bounds

POINT = example_review().chosen_point


def exactly(share: float) -> Bounds:
    return Bounds(estimate=share, low=share, high=share)


def test_counts_follow_from_precision_and_recall() -> None:
    point = replace(POINT, n_alerts=90, precision=exactly(2 / 3), recall=exactly(0.5))
    counts = thousand(point, n_stream=2_000)
    assert (counts.n_flagged, counts.n_hits, counts.n_false_alarms) == (45, 30, 15)
    assert counts.n_misses == 30
    told = "Of 1,000 flights 45 are flagged, 30 of them late; 30 late ones are missed"
    assert counts.sentence(example_problem().words) == told


@pytest.mark.parametrize("recall", [0.0, 1e-6, 1.0])
@pytest.mark.parametrize("precision", [0.0, 1.0])
@pytest.mark.parametrize("n_alerts", [0, 1, 2_000])
def test_counts_never_pass_a_thousand(n_alerts: int, precision: float, recall: float) -> None:
    point = replace(POINT, n_alerts=n_alerts, precision=exactly(precision), recall=exactly(recall))
    counts = thousand(point, n_stream=2_000)
    parts = (counts.n_hits, counts.n_false_alarms, counts.n_misses)
    assert min(parts) >= 0
    assert sum(parts) <= 1_000


def test_an_empty_stream_has_no_dots() -> None:
    assert thousand(replace(POINT, n_alerts=0), n_stream=0).n_flagged == 0
