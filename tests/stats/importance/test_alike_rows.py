from __future__ import annotations

import numpy as np

from leadline.stats.importance.alike_rows import N_ALIKE, expected_place, order_between_alike


def test_values_move_but_what_the_others_say_of_them_stays() -> None:
    rng = np.random.default_rng(0)
    x, other = rng.normal(size=(2, 1000))
    z = 0.7 * x + 0.5 * rng.normal(size=1000)
    order = order_between_alike(expected_place([z], [x, other]), rng)
    assert sorted(order.tolist()) == list(range(1000))
    assert np.mean(order == np.arange(1000)) < 2 / N_ALIKE
    assert np.corrcoef(x, z[order])[0, 1] > np.corrcoef(x, z)[0, 1] - 0.05
    residual = z - 0.7 * x
    assert abs(np.corrcoef(residual, (z - 0.7 * x)[order])[0, 1]) < 0.3


def test_categories_stay_beside_those_they_go_along_with() -> None:
    rng = np.random.default_rng(0)
    town = rng.choice(["Rome", "Bonn", "Lima"], 900)
    same = np.where(rng.random(900) < 0.8, town, rng.choice(["Rome", "Bonn", "Lima"], 900))
    order = order_between_alike(expected_place([same], [town]), rng)
    assert np.mean(same[order] == town) > np.mean(same == town) - 0.05
    assert np.mean(order != np.arange(900)) > 0.7


def test_where_others_say_nothing_all_rows_are_alike() -> None:
    rng = np.random.default_rng(0)
    order = order_between_alike(np.zeros(500), rng)
    assert np.abs(order - np.arange(500)).mean() > 100
