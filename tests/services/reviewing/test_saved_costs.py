"""Chances of saving: of draws whose costs are known by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.examples import example_problem, example_tuning

from leadline.services.reviewing.saved_costs import chances_of_saving
from leadline.stats.interval import Estimate
from leadline.stats.judgments import StreamEstimate

COSTS = {"cost_miss": 4.0, "cost_false_alarm": 1.0}


def drawn(hits: list[list[float]], positive: list[float], alerts: list[int]) -> StreamEstimate:
    several = Estimate(np.zeros(len(alerts)), np.zeros(len(alerts)), np.ones(len(alerts)))
    return StreamEstimate(
        thresholds=np.linspace(0.9, 0.1, len(alerts)),
        precision=several,
        recall=several,
        n_alerts=np.array(alerts),
        share_positive=Estimate(0.1, 0.0, 1.0),
        n_hits_drawn=np.array(hits),
        n_positive_drawn=np.array(positive),
    )


def test_a_point_saves_in_the_draws_in_which_it_is_cheaper_than_every_way_without() -> None:
    tuning = example_tuning()
    tuning = replace(tuning, n_stream=1000, points=tuning.points[:2])
    # nothing costs 400, all 900; the first point 240 + 10 and 400 + 50, the second ties at 400
    result = drawn([[40.0, 0.0], [0.0, 0.0]], [100.0, 100.0], [50, 0])
    found = chances_of_saving(tuning, result, example_problem(), **COSTS)
    assert list(found.values()) == [0.5, 0.0], "to flag nothing is no saving over itself"
    by_hand = replace(example_problem(), today="by hand", today_misses=20.0, today_false_alarms=1.0)
    stated = chances_of_saving(tuning, result, by_hand, **COSTS)
    assert list(stated.values()) == [0.0, 0.0], "today's way costs 81"


def test_where_all_are_hits_to_flag_all_costs_nothing() -> None:
    tuning = replace(example_tuning(), n_stream=100, points=example_tuning().points[:1])
    found = chances_of_saving(tuning, drawn([[90.0]], [100.0], [90]), example_problem(), **COSTS)
    assert list(found.values()) == [0.0]
    with pytest.raises(ValueError, match="zip"):
        chances_of_saving(
            replace(tuning, points=example_tuning().points),
            drawn([[90.0]], [100.0], [90]),
            example_problem(),
            **COSTS,
        )
