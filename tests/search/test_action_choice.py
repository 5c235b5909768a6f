from __future__ import annotations

from math import exp, pi, sqrt

import pytest

from leadline.search.action_choice import (
    Action,
    best_action,
    gain_of_new_candidate,
    has_stalled,
    min_gain,
)


def action(gain: float, seconds: float) -> Action:
    return Action(gain, seconds, lambda: None)


def test_the_largest_gain_a_second_that_ends_in_time_is_best() -> None:
    large, quick, late = action(0.04, 20.0), action(0.01, 1.0), action(9.0, 60.0)
    assert best_action([large, quick, late], left_s=60.0) is quick, (
        "one may not take all that is left"
    )
    assert best_action([large, quick, late], left_s=61.0) is late
    assert best_action([late], left_s=60.0) is None
    assert best_action([], left_s=60.0) is None


def test_of_equals_the_first_is_best_and_no_time_is_a_millisecond() -> None:
    one, other = action(0.02, 0.0), action(0.02, 1e-3)
    assert best_action([one, other], left_s=1.0) is one
    assert best_action([other, one], left_s=1.0) is other


def test_the_least_gain_is_a_share_of_the_error_or_of_its_uncertainty() -> None:
    assert min_gain(0.5, log_error_std=0.0) == pytest.approx(0.001)
    assert min_gain(0.5, log_error_std=0.04) == pytest.approx(0.001), "where the two are equal"
    assert min_gain(0.5, log_error_std=0.4) == pytest.approx(0.01)


def test_a_family_that_scatters_may_still_find_a_better_candidate() -> None:
    # log errors 0 and 2s: mean s, variance 2s^2, of which measuring explains s^2
    s = 0.05
    errors, best = [1.0, exp(2 * s)], exp(s)
    gain = gain_of_new_candidate(errors, [s, s], best)
    # of exp(s + s z) below exp(s), to first order: s E max(-z, 0) = s / sqrt(2 pi)
    assert gain == pytest.approx(best * s / sqrt(2 * pi), rel=0.1)
    assert gain_of_new_candidate(errors, [0.0, 0.0], best) == pytest.approx(
        best * sqrt(2) * s / sqrt(2 * pi), rel=0.1
    ), "without errors of measuring all of the scatter is the family's"


def test_a_family_whose_scatter_is_that_of_measuring_has_little_to_gain() -> None:
    alone = gain_of_new_candidate([1.0], [0.3], 1.0)
    assert alone == pytest.approx(0.01 / sqrt(2 * pi), rel=0.15), "the least scatter: 1%"
    assert gain_of_new_candidate([1.0, 1.2], [0.3, 0.3], 1.0) < alone
    assert gain_of_new_candidate([1.0, 1.0], [0.0, 0.0], 0.9) == 0.0, "far behind the best"


def test_the_recent_candidates_say_where_the_next_will_be() -> None:
    bad, good = [2.0] * 6, [1.0] * 6
    stds = [0.0] * 12
    late = gain_of_new_candidate([*bad, *good], stds, 1.0)
    early = gain_of_new_candidate([*good, *bad], stds, 1.0)
    assert late > 5 * early


def test_a_family_has_stalled_after_thirty_candidates_without_a_better_one() -> None:
    assert not has_stalled([0.1, *[0.2] * 29])
    assert has_stalled([0.1, *[0.2] * 30])
    assert not has_stalled([*[0.2] * 40, 0.1])
    assert has_stalled([0.1] * 31), "as good as the first is not better"
