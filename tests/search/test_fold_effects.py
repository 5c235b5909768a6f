from __future__ import annotations

import numpy as np
import pytest

from leadline.phases.curve import Point
from leadline.search.fold_effects import (
    fold_effects_of,
    on_equal_folds,
    without_fold_effects,
)


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
    found = fold_effects_of(curves)
    assert [found[repeat] for repeat in range(3)] == pytest.approx(effects, abs=0.03)
    plain = without_fold_effects(curves[0], found)
    assert np.std(plain[0].errors) < 0.3 * np.std(curves[0][0].errors)
    assert plain[0].stderr is not None


def test_effects_are_those_over_the_first_three_repeats_however_many_there_are() -> None:
    # log errors -0.3, 0, 0.3 | 0.6 and 0.6: of mean 0 over the first three, 0.24 over all
    logs = np.array([-0.3, 0.0, 0.3, 0.6, 0.6])
    weight = 4 / (4 + 2)
    long = fold_effects_of([[point(list(level * np.exp(logs)))] for level in (0.1, 0.2, 0.3, 0.4)])
    assert [long[repeat] for repeat in range(5)] == pytest.approx(weight * logs)


def test_a_candidate_with_more_repeats_is_not_held_to_be_better_or_worse() -> None:
    logs = np.array([-0.3, 0.0, 0.3, 0.6])
    short, whole = point(list(0.2 * np.exp(logs[:3]))), point(list(0.2 * np.exp(logs)))
    effects = fold_effects_of([[short]] * 50 + [[whole]] * 50)
    (one,), (other,) = (without_fold_effects([each], effects) for each in (short, whole))
    assert other.mean == pytest.approx(one.mean, rel=0.01)


def test_the_effect_is_the_median_over_candidates_and_sizes() -> None:
    rows = [[0.0, 0.1, -0.1], [0.0, 0.2, -0.2], [0.0, 3.0, -3.0]]
    curves = [[point(list(np.exp(each))) for each in rows]] * 2
    assert fold_effects_of(curves)[1] == pytest.approx(2 / 4 * 0.2), "one wild size moves nothing"


def test_one_candidate_alone_shows_little() -> None:
    alone = fold_effects_of([curve(1.0, [-0.2, 0.0, 0.2], np.random.default_rng(1))])
    assert alone[2] == pytest.approx(0.2 / 3, abs=0.02)


def test_a_candidate_that_never_varies_is_left_out() -> None:
    still = (point([0.5, 0.5, 0.5]),)
    assert fold_effects_of([still]) == {}
    assert without_fold_effects(still, {})[0].errors == (0.5, 0.5, 0.5)
    varying = (point(list(np.exp([-0.3, 0.0, 0.3]))),)
    mixed = fold_effects_of([still, varying])
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
    (plain,) = without_fold_effects([measured], {0: np.log(0.8), 2: np.log(1.2)})
    assert plain.errors == pytest.approx((0.25, 0.25, 0.25))
    assert plain.stderr == pytest.approx(0.0, abs=1e-9)


def test_a_candidate_is_held_to_have_its_ratio_to_its_kind_on_folds_it_has_not_seen() -> None:
    default = Point(n_train=100, errors=(0.2, 0.2, 0.2, 0.1, 0.1), fit_s=0.1)
    better = Point(n_train=100, errors=(0.18, 0.18, 0.18), fit_s=0.1)
    (fair,) = on_equal_folds([better], {}, [default])
    assert fair.mean == pytest.approx(0.9 * default.mean), "not .18: the later folds are easier"
    assert fair.stderr == pytest.approx(0.0), "the ratio is the same on each"
    effects = {3: -0.5, 4: -0.5}
    (level,) = without_fold_effects([default], effects)
    (fair,) = on_equal_folds([better], effects, [default])
    assert fair.mean == pytest.approx(0.9 * level.mean), "at the level the default is compared at"
    other = Point(n_train=50, errors=(0.3, 0.3, 0.3), fit_s=0.1)
    whole = Point(n_train=100, errors=(0.19,) * 5, fit_s=0.1)
    assert [p.errors for p in on_equal_folds([other, whole], {}, [default])] == [
        other.errors,
        whole.errors,
    ]


def test_where_folds_are_by_time_the_newest_weigh_most() -> None:
    ageing = Point(n_train=100, errors=(0.1, 0.2, 0.3), fit_s=0.1)
    (fair,) = without_fold_effects([ageing], {}, n_time_folds=3)
    assert fair.mean == pytest.approx((0.1 + 2 * 0.2 + 3 * 0.3) / 6)
    assert np.ptp(fair.errors) == pytest.approx(0.2), "the spread stays"
    (part,) = without_fold_effects([ageing], {}, n_time_folds=5)
    assert part.mean == pytest.approx(0.2), "the newest are not measured yet"
    default = Point(n_train=100, errors=(0.2, 0.2, 0.2, 0.4), fit_s=0.1)
    (level,) = without_fold_effects([default], {}, n_time_folds=4)
    (related,) = on_equal_folds([ageing], {}, [default], n_time_folds=4)
    assert related.mean == pytest.approx(level.mean * (0.5 + 1 + 1.5) / 3)
