from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import hypergeom, ttest_ind

from leadline.stats.slices.loss_tests import (
    Cells,
    contrast,
    exact_tail,
    lower_bound_of_shares,
    welch_tails,
)


def cells(*groups: np.ndarray) -> Cells:
    return Cells(
        np.asarray([each.size for each in groups], dtype=float),
        np.asarray([[each.sum()] for each in groups]),
        np.asarray([[(each**2).sum()] for each in groups]),
    )


@pytest.mark.parametrize(("n_rows", "n_wrong", "n_samples"), [(30, 20, 200), (150, 120, 200)])
def test_tails_are_those_of_the_hypergeometric_distribution(
    n_rows: int, n_wrong: int, n_samples: int
) -> None:
    k = np.arange(n_rows + 1)
    expected = hypergeom(n_samples, n_wrong, n_rows).sf(k - 1)
    assert exact_tail(n_rows, n_wrong, n_samples) == pytest.approx(expected, abs=1e-9)


def test_welch_is_scipys() -> None:
    rng = np.random.default_rng(0)
    inside, outside = rng.gamma(2, 3, 40), rng.gamma(3, 1, 300)
    expected = ttest_ind(inside, outside, equal_var=False, alternative="greater").pvalue
    assert welch_tails(cells(inside), cells(outside))[0, 0] == pytest.approx(expected)


def test_the_excess_of_a_pair_is_what_adding_up_leaves() -> None:
    rng = np.random.default_rng(1)
    four = [rng.normal(mean, 1, 50) for mean in (5, 2, 3, 1)]
    gap, variance, _ = contrast(tuple(map(cells, four)), 0.0)  # type: ignore[arg-type]
    means = [each.mean() for each in four]
    assert gap[0, 0] == pytest.approx(means[0] - means[1] - means[2] + means[3])
    assert variance[0, 0] == pytest.approx(sum(each.var(ddof=1) / 50 for each in four))


def test_the_lower_bound_is_newcombes() -> None:
    """The first example of his paper: 56 of 70 against 48 of 80, 95 %."""
    low = lower_bound_of_shares(*map(np.asarray, (56.0, 70.0, 48.0, 80.0, 0.025)))
    high = -lower_bound_of_shares(*map(np.asarray, (48.0, 80.0, 56.0, 70.0, 0.025)))
    assert [float(low), float(high)] == pytest.approx([0.0524, 0.3339], abs=5e-5)
