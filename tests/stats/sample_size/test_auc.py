from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.interval import two_sided_z
from leadline.stats.sample_size.auc import auc_stderr, n_to_show_auc


@pytest.mark.parametrize("auc", [0.6, 0.75, 0.9])
def test_the_error_is_that_of_exponential_scores(auc: float) -> None:
    """Where both classes score exponentially, the model behind the formula holds exactly."""
    rng = np.random.default_rng(0)
    n_positive, n_negative, rate = 40, 60, auc / (1 - auc)
    positive = rng.exponential(rate, (2000, n_positive, 1))
    negative = rng.exponential(1.0, (2000, 1, n_negative))
    areas = (positive > negative).mean(axis=(1, 2))
    assert areas.mean() == pytest.approx(auc, abs=0.005)
    assert auc_stderr(auc, n_positive, n_negative) == pytest.approx(areas.std(), rel=0.06)


def test_a_perfect_ranking_has_no_error() -> None:
    assert auc_stderr(1.0, 30, 30) == 0.0


def test_the_number_of_rows_is_the_smallest_that_suffices() -> None:
    n = n_to_show_auc(0.75, 0.8, 0.5)
    assert n is not None

    def gap(rows: int) -> float:
        half = rows / 2
        return (
            two_sided_z(0.9) * auc_stderr(0.75, half, half)
            + 0.8416212 * auc_stderr(0.8, half, half)
            - 0.05
        )

    assert gap(n) <= 0 < gap(n - 1)


def test_a_smaller_margin_a_rarer_class_and_more_power_take_more_rows() -> None:
    plain = n_to_show_auc(0.7, 0.8, 0.5)
    assert plain is not None
    for more in (
        n_to_show_auc(0.75, 0.8, 0.5),
        n_to_show_auc(0.7, 0.8, 0.05),
        n_to_show_auc(0.7, 0.8, 0.5, power=0.95),
        n_to_show_auc(0.7, 0.8, 0.5, confidence_level=0.99),
    ):
        assert more is not None
        assert more > plain


def test_what_is_not_expected_cannot_be_shown() -> None:
    assert n_to_show_auc(0.8, 0.8, 0.5) is None
    assert n_to_show_auc(0.8, 0.7, 0.5) is None


def test_a_hopeless_margin_ends_all_the_same() -> None:
    n = n_to_show_auc(0.8, 0.8 + 1e-7, 0.5)
    assert n is not None
    assert n > 100_000_000


@pytest.mark.parametrize(
    ("target", "expected", "share", "name"),
    [(0.0, 0.8, 0.5, "target"), (0.7, 1.0, 0.5, "expected"), (0.7, 0.8, 0.0, "share_positive")],
)
def test_bad_input_is_refused(target: float, expected: float, share: float, name: str) -> None:
    with pytest.raises(ValueError, match=name):
        n_to_show_auc(target, expected, share)
    with pytest.raises(ValueError, match="power"):
        n_to_show_auc(0.7, 0.8, 0.5, power=1.0)
