from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from leadline.stats.slices.normal_shuffles import correlations, smallest_if_normal
from leadline.stats.slices.slice_rules import membership_of, pairs_of
from leadline.stats.slices.slice_tests import SliceTests


def drawn(n: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    columns = {name: rng.choice(["x", "y", "z"], n, p=[0.5, 0.3, 0.2]) for name in "abc"}
    return columns | {"number": rng.normal(size=n)}


def test_correlations_are_those_of_shuffled_losses() -> None:
    n = 2_000
    singles = membership_of(drawn(n), n, 5)
    pairs = pairs_of(singles, 30, 10)
    rows = sparse.vstack([singles.rows, pairs.rows], format="csr")
    found = correlations(rows, pairs.parts)
    losses = np.random.default_rng(1).normal(size=(n, 4_000))
    n_rows = rows.sum(axis=1)[:, None]
    total, whole = rows @ losses, losses.sum(axis=0)
    n_singles = len(singles.rules)
    gaps = [total[at] / n_rows[at] - (whole - total[at]) / (n - n_rows[at]) for at in range(14)]
    for at, (one, other) in enumerate(pairs.parts, start=n_singles):
        both, first, second = (
            (total[place], float(n_rows[place, 0])) for place in (at, one, other)
        )
        alone = (first[0] - both[0]) / (first[1] - both[1])
        beside = (second[0] - both[0]) / (second[1] - both[1])
        n_neither = n - first[1] - second[1] + both[1]
        neither = (whole - first[0] - second[0] + both[0]) / n_neither
        gaps.append(both[0] / both[1] - alone - beside + neither)
    assert n_singles == 14
    assert np.abs(np.corrcoef(gaps) - found).max() < 0.08


@pytest.mark.parametrize("is_wrong", [True, False])
def test_limits_are_near_those_of_shuffles_and_not_above(is_wrong: bool) -> None:
    n = 5_000
    singles = membership_of(drawn(n), n, 5)
    pairs = pairs_of(singles, 30, 60)
    rng = np.random.default_rng(2)
    losses = (rng.random(n) < 0.2).astype(float) if is_wrong else rng.gamma(2, 1, n)
    shuffled = SliceTests(losses, singles, pairs).smallest_by_chance(rng, 1_999)
    rows = sparse.vstack([singles.rows, pairs.rows], format="csr")
    normal = smallest_if_normal(rows, pairs.parts, rng, 20_000)
    for by_shuffles, by_normal in zip(shuffled, normal, strict=True):
        limits = np.quantile(by_shuffles, 0.05), np.quantile(by_normal, 0.05)
        assert 0.5 < limits[1] / limits[0] < 1.25
