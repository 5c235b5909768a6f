from __future__ import annotations

import numpy as np
import pytest

from leadline.phases.curve import Point
from leadline.search.fold_effects import (
    fold_effects_of,
    fold_weights,
    on_equal_folds,
    without_fold_effects,
)

THREE, FIVE = np.ones(3), np.ones(5)


def point(errors: list[float], n_train: int = 100) -> Point:
    return Point(n_train=n_train, errors=tuple(errors), fit_s=0.1)


def curve(level: float, effects: list[float], rng: np.random.Generator) -> tuple[Point, ...]:
    return tuple(
        point(
            [level * n**-0.3 * np.exp(each + 0.005 * rng.standard_normal()) for each in effects], n
        )
        for n in (100, 200, 400)
    )


def test_what_all_candidates_share_is_found_and_taken_out() -> None:
    rng = np.random.default_rng(0)
    effects = [-0.2, 0.0, 0.2]
    curves = [curve(level, effects, rng) for level in np.linspace(0.5, 2.0, 20)]
    found = fold_effects_of(curves, THREE)
    assert [found[repeat] for repeat in range(3)] == pytest.approx(effects, abs=0.03)
    plain = without_fold_effects(curves[0], found, THREE)
    assert np.std(plain[0].errors) < 0.3 * np.std(curves[0][0].errors)
    assert plain[0].stderr is not None


def test_effects_are_those_over_a_round_of_folds() -> None:
    # log errors -0.3, 0, 0.3 | 0.6 and 0.6: of mean 0 over the first three, 0.24 over all
    logs = np.array([-0.3, 0.0, 0.3, 0.6, 0.6])
    weight = 4 / (4 + 2)
    curves = [[point(list(level * np.exp(logs)))] for level in (0.1, 0.2, 0.3, 0.4)]
    found = fold_effects_of(curves, FIVE)
    assert [found[repeat] for repeat in range(5)] == pytest.approx(weight * (logs - 0.24))
    newest = fold_effects_of(curves, fold_weights(5, is_by_time=True))
    middle = float(np.average(logs, weights=[1, 2, 3, 4, 5]))
    assert [newest[repeat] for repeat in range(5)] == pytest.approx(weight * (logs - middle))


def test_a_candidate_with_fewer_repeats_is_not_held_to_be_better_or_worse() -> None:
    logs = np.array([-0.3, 0.0, 0.3, 0.6])
    short, whole = point(list(0.2 * np.exp(logs[:3]))), point(list(0.2 * np.exp(logs)))
    effects = fold_effects_of([[short]] * 50 + [[whole]] * 50, np.ones(4))
    (one,), (other,) = (
        without_fold_effects([each], effects, np.ones(4)) for each in (short, whole)
    )
    assert other.mean == pytest.approx(whole.mean), "all folds were seen: nothing is guessed"
    assert one.mean == pytest.approx(other.mean, rel=0.06)
    assert abs(short.mean / whole.mean - 1) > 0.15


def test_the_effect_is_the_median_over_candidates_and_sizes() -> None:
    rows = [[0.0, 0.1, -0.1], [0.0, 0.2, -0.2], [0.0, 3.0, -3.0]]
    curves = [[point(list(np.exp(each))) for each in rows]] * 2
    assert fold_effects_of(curves, THREE)[1] == pytest.approx(2 / 4 * 0.2), (
        "one wild size moves nothing"
    )


def test_one_candidate_alone_shows_little() -> None:
    alone = fold_effects_of([curve(1.0, [-0.2, 0.0, 0.2], np.random.default_rng(1))], THREE)
    assert alone[2] == pytest.approx(0.2 / 3, abs=0.02)


def test_a_candidate_that_never_varies_is_left_out() -> None:
    still = (point([0.5, 0.5, 0.5]),)
    assert fold_effects_of([still], THREE) == {}
    assert without_fold_effects(still, {}, THREE)[0].errors == (0.5, 0.5, 0.5)
    varying = (point(list(np.exp([-0.3, 0.0, 0.3]))),)
    mixed = fold_effects_of([still, varying], THREE)
    assert mixed[2] == pytest.approx(0.3 / 3), "and is not counted"


def test_the_sampling_of_shared_validation_rows_is_no_doubt_about_which_is_better() -> None:
    measured = Point(
        n_train=100,
        errors=(0.2, 0.25, 0.3),
        fit_s=0.1,
        sampling=(0.1, 0.1, 0.1),
        n_valid=(50, 50, 50),
        n_judged=150,
    )
    effects = {0: np.log(0.8), 2: np.log(1.2)}
    (plain,) = without_fold_effects([measured], effects, FIVE)
    assert plain.errors == pytest.approx((0.25, 0.25, 0.25))
    assert plain.stderr == pytest.approx(0.0, abs=1e-9)


def test_a_candidate_is_held_to_have_its_ratio_to_its_kind_on_folds_it_has_not_seen() -> None:
    default = Point(n_train=100, errors=(0.2, 0.2, 0.2, 0.1, 0.1), fit_s=0.1)
    better = Point(n_train=100, errors=(0.18, 0.18, 0.18), fit_s=0.1)
    (fair,) = on_equal_folds([better], {}, [default], FIVE)
    assert fair.mean == pytest.approx(0.9 * default.mean), "not .18: the later folds are easier"
    assert fair.stderr == pytest.approx(0.0), "the ratio is the same on each"
    other = Point(n_train=50, errors=(0.3, 0.3, 0.3), fit_s=0.1)
    whole = Point(n_train=100, errors=(0.19,) * 5, fit_s=0.1)
    found = on_equal_folds([other, whole], {}, [default], FIVE)
    assert [list(each.errors) for each in found] == [
        pytest.approx(other.errors),
        pytest.approx(whole.errors),
    ]


def test_where_folds_are_by_time_the_newest_weigh_most() -> None:
    weights = fold_weights(3, is_by_time=True)
    ageing = Point(n_train=100, errors=(0.1, 0.2, 0.3), fit_s=0.1)
    (fair,) = without_fold_effects([ageing], {}, weights)
    assert fair.mean == pytest.approx((0.1 + 2 * 0.2 + 3 * 0.3) / 6)
    (part,) = without_fold_effects([ageing], {}, fold_weights(5, is_by_time=True))
    assert part.mean == pytest.approx(0.2), "the newest are not measured yet"
    weights = fold_weights(4, is_by_time=True)
    default = Point(n_train=100, errors=(0.2, 0.2, 0.2, 0.4), fit_s=0.1)
    (level,) = without_fold_effects([default], {}, weights)
    assert level.mean == pytest.approx((0.2 + 0.4 + 0.6 + 1.6) / 10)
    (related,) = on_equal_folds([ageing], {}, [default], weights)
    assert related.mean == pytest.approx(level.mean * (0.5 + 1 + 1.5) / 3)
    assert list(fold_weights(2, is_by_time=False)) == [1.0, 1.0]


def test_folds_without_errors_do_not_blow_others_up() -> None:
    default = Point(n_train=100, errors=(2e-6, 2e-6, 0.04, 0.05, 0.05), fit_s=0.1)
    worse = Point(n_train=100, errors=(0.02, 0.03, 0.05), fit_s=0.1)
    (fair,) = on_equal_folds([worse], {}, [default], FIVE)
    assert fair.mean == pytest.approx(0.1 / 0.04 * 0.028, rel=1e-3), "not by the mean of 10,000"
    easy = Point(n_train=100, errors=(1e-4, 1e-4, 1e-4, 0.1, 0.1), fit_s=0.1)
    (plain,) = on_equal_folds([worse], {}, [easy], FIVE)
    assert plain.errors == worse.errors, "folds as unlike as these are no guide"
    wild = [[point(list(each))] for each in np.full((20, 3), [1e-6, 1e-6, 0.5])]
    assert max(fold_effects_of(wild, THREE).values()) <= np.log(4) * 4 / 3


def test_small_units_have_fold_effects_too() -> None:
    rng = np.random.default_rng(0)
    curves = [curve(level, [-0.2, 0.0, 0.2], rng) for level in np.linspace(0.5, 2.0, 20)]
    tiny = [
        [point([1e-9 * error for error in each.errors], each.n_train) for each in points]
        for points in curves
    ]
    found = fold_effects_of(tiny, THREE, least=1e-15)
    assert found == pytest.approx(fold_effects_of(curves, THREE))
