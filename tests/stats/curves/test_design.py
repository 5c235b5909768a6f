from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.curves import fit
from leadline.stats.curves.design import (
    information,
    next_size,
    noise_of_more,
    pooled_variance,
    residual_variance,
    seed_sizes,
    share_removed,
    train_sizes,
)

RNG = np.random.default_rng(0)
N = 50_000


def pair(correlation: float) -> tuple[np.ndarray, np.ndarray]:
    one, own = RNG.standard_normal((2, N))
    return one[:, None], correlation * one + np.sqrt(1 - correlation**2) * own


@pytest.mark.parametrize("correlation", [0.3, 0.7, 0.95])
@pytest.mark.parametrize("noise", [0.0, 0.5, 2.0])
def test_the_gain_of_a_bivariate_normal_is_known(correlation: float, noise: float) -> None:
    draws, target = pair(correlation)
    share = correlation**2 / (1 + noise**2)
    assert share_removed(draws, target, [noise])[0] == pytest.approx(share, abs=0.01)
    nats = -0.5 * np.log(1 - share)
    assert information(draws, target, [noise])[0] == pytest.approx(nats, abs=0.02)


def test_the_share_is_what_conditioning_really_removes() -> None:
    draws, target = pair(0.8)
    seen = draws[:, 0] + 0.5 * RNG.standard_normal(N)
    slope = np.cov(seen, target)[0, 1] / np.var(seen)
    left = np.var(target - slope * seen) / np.var(target)
    assert 1 - share_removed(draws, target, [0.5])[0] == pytest.approx(left, abs=0.01)


def test_chance_tells_nothing() -> None:
    rng = np.random.default_rng(1)
    told = [
        share_removed(rng.standard_normal((500, 10)), rng.standard_normal(500), np.zeros(10))
        for _ in range(50)
    ]
    assert np.mean(np.array(told) > 0) < 0.01
    flat = np.ones((100, 2))
    assert share_removed(flat, rng.standard_normal(100), [0.0, 0.1]).tolist() == [0.0, 0.0]
    assert share_removed(rng.standard_normal((100, 1)), np.ones(100), [0.1]).tolist() == [0.0]
    assert next_size(flat, rng.standard_normal(100), [0.0, 0.1], [1.0, 1.0]) is None


def test_what_tells_most_a_second_is_next() -> None:
    rng = np.random.default_rng(2)
    target = rng.standard_normal(2000)
    draws = np.column_stack([target + s * rng.standard_normal(2000) for s in (2.0, 1.0, 0.1)])
    assert next_size(draws, target, np.zeros(3), [1.0, 1.0, 1.0]) == 2
    assert next_size(draws, target, np.zeros(3), [1.0, 1.0, 100.0]) == 1
    assert next_size(draws, target, [0.0, 9.0, 9.0], [1.0, 1.0, 1.0]) == 0


def test_the_variance_of_a_repeat_is_pooled_over_near_sizes() -> None:
    sizes, repeats = [100, 200, 6400], [4, 16, 4]
    variance = pooled_variance(sizes, [0.16, 0.16, 4e-4], repeats, [141, 6400, 1e6])
    assert variance[0] == pytest.approx(0.16, rel=0.01)
    assert variance[1:] == pytest.approx(4e-4, rel=0.01)


def test_more_repeats_add_what_they_take_off_the_standard_error() -> None:
    a, v, rounds = 0.04, 0.09, 5
    new = noise_of_more([a], [v], [0], n_more=3, n_rounds=rounds)
    assert new[0] == pytest.approx(np.sqrt((a + v) / 3))
    for n in (3, 6):
        before, after = (a / r + v / min(r, rounds) for r in (n, n + 3))
        noise = noise_of_more([a], [v], [n], n_more=3, n_rounds=rounds)[0]
        assert 1 / (1 / before + 1 / noise**2) == pytest.approx(after)
    # the validation rows are used up, and splits make no difference
    assert noise_of_more([0.0], [v], [6], n_more=3, n_rounds=rounds).tolist() == [np.inf]
    assert noise_of_more([0.0], [0.0], [3], n_more=3, n_rounds=rounds).tolist() == [np.inf]


def test_what_no_repeats_remove_makes_repeats_worth_less() -> None:
    fresh, again = noise_of_more(
        [0.04, 0.04], [0, 0], [0, 3], n_more=3, n_rounds=1, floor=[0.01] * 2
    )
    assert fresh == pytest.approx(np.sqrt(0.01 + 0.04 / 3))
    assert 1 / again**2 == pytest.approx(1 / (0.01 + 0.04 / 6) - 1 / fresh**2)
    sizes = np.array([50.0, 100, 200, 400, 800])
    rough = 0.3 * (sizes / 50) ** -0.4 * np.array([1, 1.3, 0.7, 1.3, 0.8])
    smooth = 0.3 * (sizes / 50) ** -0.4
    left = [
        residual_variance(fit(sizes, errors, np.full(5, 0.003), n_repeats=5), [0.1, 0.3])
        for errors in (rough, smooth)
    ]
    assert np.all(left[0] > left[1])
    assert left[0][0] > left[0][1]


@pytest.mark.parametrize(
    ("draws", "target", "noise", "words"),
    [
        (np.zeros((40, 2)), np.zeros(40), [0.1], "one column a size"),
        (np.zeros((40, 1)), np.zeros(39), [0.1], "one row a curve"),
        (np.zeros((20, 1)), np.zeros(20), [0.1], "Draw more curves"),
        (np.zeros((40, 1)), np.zeros(40), [-0.1], "noises of at least 0"),
    ],
)
def test_bad_input_is_refused(
    draws: np.ndarray, target: np.ndarray, noise: list[float], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        share_removed(draws, target, noise)


def test_seconds_are_positive() -> None:
    with pytest.raises(ValueError, match="seconds must be above 0"):
        next_size(np.zeros((40, 1)), np.zeros(40), [0.1], [0.0])


@pytest.mark.parametrize("largest", [5, 20, 30, 50, 199, 6400, 1_000_000])
def test_sizes_grow_to_the_largest(largest: int) -> None:
    sizes = train_sizes(largest)
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == largest
    assert 1 <= sizes[0] <= 50
    seeds = seed_sizes(sizes)
    assert seeds == sorted(set(seeds))
    assert set(seeds) <= set(sizes)
    assert len(seeds) == min(5, len(sizes))
