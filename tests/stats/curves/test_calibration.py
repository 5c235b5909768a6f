from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from leadline.stats.curves.calibration import Calibration, learn_places
from leadline.stats.curves.learnt import learnt

LEVELS = ndtri([0.05, 0.25, 0.5, 0.75, 0.95])
# twice as far out at twice the size, three times and a bit to one side at four times
WIDE, WIDER = 2 * LEVELS, 3 * LEVELS + 0.5
STRETCHED = Calibration(np.log([1.0, 2.0, 4.0]), LEVELS, np.array([LEVELS, WIDE, WIDER]))
Z = np.linspace(-4.0, 4.0, 33)[:, None]


def test_within_the_measured_sizes_nothing_is_changed() -> None:
    within = np.log([0.01, 0.5, 1.0])
    z = np.tile(Z, 3)
    assert STRETCHED.plain(z, within) == pytest.approx(z)
    assert STRETCHED.calibrated(z, within) == pytest.approx(z)


def test_at_its_ratios_the_map_is_what_was_learnt_and_goes_on_beyond() -> None:
    assert STRETCHED.plain(Z, np.log([2.0])) == pytest.approx(2 * Z)
    assert STRETCHED.plain(Z, np.log([4.0])) == pytest.approx(3 * Z + 0.5)
    # further out than was learnt: as at the furthest
    assert STRETCHED.plain(Z, np.log([64.0])) == pytest.approx(3 * Z + 0.5)


def test_between_ratios_it_is_straight_in_the_logarithm() -> None:
    assert STRETCHED.plain(Z, np.log([np.sqrt(2)])) == pytest.approx(1.5 * Z)
    assert STRETCHED.plain(Z, np.log([np.sqrt(8)])) == pytest.approx(2.5 * Z + 0.25)


def test_map_and_inverse_undo_each_other() -> None:
    x = np.log([0.5, 1.3, 2.0, 3.3, 16.0, 300.0])
    z = np.tile(Z, x.size)
    for calibration in (
        STRETCHED,
        *(Calibration.of(learnt().known, [group]) for group in learnt().known.groups),
    ):
        assert calibration.calibrated(calibration.plain(z, x), x) == pytest.approx(z)
        assert np.all(np.diff(calibration.plain(z, x), axis=0) > 0)


def test_between_two_calibrations_lies_what_is_as_far_as_the_share() -> None:
    other = Calibration(STRETCHED.log_ratios, LEVELS, np.array([LEVELS, LEVELS, LEVELS]))
    x = np.log([2.0])
    assert STRETCHED.towards(other, 0.0).plain(Z, x) == pytest.approx(2 * Z)
    assert STRETCHED.towards(other, 0.25).plain(Z, x) == pytest.approx(1.75 * Z)
    assert STRETCHED.towards(other, 1.0).plain(Z, x) == pytest.approx(Z)


def test_a_family_has_its_own_and_a_stranger_that_of_all() -> None:
    table = learnt().known
    x, z = np.log([4.0]), LEVELS[:, None]
    own = Calibration.of(table, [table.groups[1]]).plain(z, x)
    of_all = Calibration.of(table, [None]).plain(z, x)
    assert not np.allclose(own, of_all)
    assert np.array_equal(Calibration.of(table, ["nobody's"]).plain(z, x), of_all)


def test_places_are_found_where_the_truth_lay() -> None:
    truth = 0.3 + 1.7 * ndtri((np.arange(20_000) + 0.5) / 20_000)
    assert learn_places(truth, ndtr(LEVELS)) == pytest.approx(0.3 + 1.7 * LEVELS, abs=0.01)


@pytest.mark.parametrize("n_curves", [40, 150])
def test_calibrated_intervals_hold_new_truths_as_often_as_they_say(n_curves: int) -> None:
    rng = np.random.default_rng(0)
    n_times = 3000
    held = np.zeros(2)
    for _ in range(n_times):
        # forecasts that are too narrow and to one side
        past = 0.4 + 1.8 * rng.standard_normal(n_curves)
        low, quarter, _, three_quarters, high = learn_places(past, ndtr(LEVELS))
        # what a new truth does, exactly
        levels = ndtr((np.array([low, high, quarter, three_quarters]) - 0.4) / 1.8)
        held += levels[[1, 3]] - levels[[0, 2]]
    assert held / n_times == pytest.approx(np.array([0.9, 0.5]), abs=0.003)


def test_places_of_few_data_sets_lie_further_out() -> None:
    rng = np.random.default_rng(0)
    levels = ndtr(LEVELS)
    held = np.zeros(2)
    for _ in range(300):
        # twenty curves of each of sixty data sets, which err together
        past = (rng.standard_normal((60, 1)) + rng.standard_normal((60, 20))).ravel() / np.sqrt(2)
        both = (learn_places(past, levels), learn_places(past, levels, 60))
        for number, places in enumerate(both):
            low, high = ndtr(places[[0, -1]])
            held[number] += high - low
    plain, cautious = held / 300
    assert plain < 0.898
    assert 0.9 < cautious < 0.94


def test_places_ascend_even_where_all_truths_are_the_same() -> None:
    places = learn_places(np.zeros(50), ndtr(LEVELS))
    assert np.all(np.diff(places) > 0)
    assert np.abs(places).max() < 0.01
