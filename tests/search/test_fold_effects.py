from __future__ import annotations

import numpy as np
import pytest

from leadline.phases.curve import Point
from leadline.search.fold_effects import fold_effects_of, without_fold_effects


def curve(level: float, luck: list[float], rng: np.random.Generator) -> tuple[Point, ...]:
    return tuple(
        Point(
            n_train=n,
            errors=tuple(
                level * n**-0.3 * np.exp(each + 0.005 * rng.standard_normal()) for each in luck
            ),
            fit_s=0.1,
        )
        for n in (100, 200, 400)
    )


def test_what_all_candidates_share_is_found_and_taken_out() -> None:
    rng = np.random.default_rng(0)
    luck = [-0.2, 0.0, 0.2]
    curves = [curve(level, luck, rng) for level in np.linspace(0.5, 2.0, 20)]
    found = fold_effects_of(curves)
    assert [found[repeat] for repeat in range(3)] == pytest.approx(luck, abs=0.03)
    plain = without_fold_effects(curves[0], found)
    assert np.std(plain[0].errors) < 0.3 * np.std(curves[0][0].errors)
    assert plain[0].stderr is not None


def test_one_candidate_alone_has_little_luck_to_speak_of() -> None:
    alone = fold_effects_of([curve(1.0, [-0.2, 0.0, 0.2], np.random.default_rng(1))])
    assert alone[2] == pytest.approx(0.2 / 3, abs=0.02)


def test_a_candidate_that_never_varies_says_nothing() -> None:
    still = (Point(n_train=100, errors=(0.5, 0.5, 0.5), fit_s=0.1),)
    assert fold_effects_of([still]) == {}
    assert without_fold_effects(still, {})[0].errors == (0.5, 0.5, 0.5)
