from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.labels.agreement import agreement_bounds, krippendorff_alpha, pairwise_agreement

X = np.nan
# four observers, twelve units: the worked example of Krippendorff (2011), section C
CLASSIC = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, X, X, X],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, X, 3],
    [X, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, X],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, X],
]


def test_alpha_of_the_classic_example() -> None:
    assert krippendorff_alpha(CLASSIC) == pytest.approx(0.74342, abs=5e-6)


def test_minus_one_is_a_missing_vote_too() -> None:
    filled = np.nan_to_num(np.array(CLASSIC), nan=-1).astype(int)
    assert krippendorff_alpha(filled) == pytest.approx(0.74342, abs=5e-6)


def test_alpha_is_one_for_copies_and_near_zero_for_coins() -> None:
    rng = np.random.default_rng(0)
    votes = rng.integers(2, size=500)
    assert krippendorff_alpha([votes, votes]) == pytest.approx(1)
    assert krippendorff_alpha(rng.integers(2, size=(3, 4000))) == pytest.approx(0, abs=0.03)


def test_alpha_is_undefined_without_pairs_or_with_one_class() -> None:
    assert krippendorff_alpha([[1, X], [X, 0]]) is None
    assert krippendorff_alpha([[1, 1], [1, 1]]) is None
    with pytest.raises(ValueError, match="1 dimensions"):
        krippendorff_alpha([1, 0])


def test_pairwise_agreement_counts_pairs() -> None:
    assert pairwise_agreement([3, 0], [3, 2]) == 1
    assert pairwise_agreement([1, 1], [2, 2]) == 0
    # 3 of 4 yes: 3 of 6 pairs agree; the single vote says nothing
    assert pairwise_agreement([3, 1], [4, 1]) == pytest.approx(0.5)


def test_pairwise_agreement_is_unbiased() -> None:
    rng = np.random.default_rng(1)
    share = rng.beta(0.5, 1.5, size=40_000)
    observed = pairwise_agreement(rng.binomial(3, share), np.full(share.size, 3))
    assert observed == pytest.approx(np.mean(share**2 + (1 - share) ** 2), abs=0.006)


def test_bounds_hold_the_ceiling_and_are_reached() -> None:
    rng = np.random.default_rng(2)
    for alpha, beta in [(0.2, 0.2), (1, 1), (0.5, 4), (8, 8)]:
        share = rng.beta(alpha, beta, size=20_000)
        bounds = agreement_bounds(float(np.mean(share**2 + (1 - share) ** 2)))
        assert bounds.low <= np.mean(np.maximum(share, 1 - share)) <= bounds.high
    assert agreement_bounds(1.0).low == agreement_bounds(1.0).high == 1
    assert agreement_bounds(0.4).high == 0.5


def test_bad_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="no item has two votes"):
        pairwise_agreement([1, 0], [1, 1])
    with pytest.raises(ValueError, match="between 0 and n_votes"):
        pairwise_agreement([3], [2])
    with pytest.raises(ValueError, match="p_o must lie"):
        agreement_bounds(70)
