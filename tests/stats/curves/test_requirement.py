from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from leadline.stats.curves.measured import measured
from leadline.stats.curves.requirement import HORIZON, rows_for
from leadline.stats.metric import METRICS

SIZES = np.array([100.0, 200, 400, 800])
DATA = measured(SIZES, 3 * SIZES**-0.5, None, METRICS["error_rate"], None)


def law(n: ArrayLike, error: ArrayLike) -> np.ndarray:
    """The error is log-normal about 3 / sqrt(n): so is the size at which it is reached."""
    middle = np.log(3) - 0.5 * np.log(np.asarray(n))
    return np.asarray(ndtr((np.log(error) - middle) / 0.2))


def size(error: float, probability: float) -> float:
    """Where it is reached, in closed form."""
    return float(np.exp(2 * (np.log(3) - np.log(error) + 0.2 * ndtri(probability))))


@pytest.mark.parametrize("error", [0.2, 0.05, 0.01])
@pytest.mark.parametrize("probability", [0.1, 0.5, 0.9])
def test_it_is_where_the_probability_is_reached(error: float, probability: float) -> None:
    rows = rows_for(law, DATA, error, probability)
    assert rows == pytest.approx(size(error, probability), rel=1e-6)


def test_arrays_are_broadcast() -> None:
    errors, probabilities = np.array([0.2, 0.05, 1e-6]), np.array([[0.5], [0.9]])
    rows = rows_for(law, DATA, errors, probabilities)
    assert isinstance(rows, np.ndarray)
    expected = [[size(e, p) for e in (0.2, 0.05)] for p in (0.5, 0.9)]
    assert rows[:, :2] == pytest.approx(np.array(expected), rel=1e-6)
    # nobody promises a millionth
    assert np.isinf(rows[:, 2]).all()
    assert rows_for(law, DATA, [0.2], 0.5) == pytest.approx(np.array([size(0.2, 0.5)]))


def test_what_lies_beyond_the_horizon_is_not_promised() -> None:
    error = 3 / np.sqrt(800 * HORIZON)
    assert rows_for(law, DATA, error * 0.99, 0.5) is None
    assert rows_for(law, DATA, error * 1.01, 0.5) == pytest.approx(800 * HORIZON, rel=0.03)


def test_what_is_reached_from_the_start_needs_no_more() -> None:
    # likely already at the smallest size that was measured; certain at any
    assert rows_for(law, DATA, 0.36, 0.5) == 100
    assert rows_for(law, DATA, 30.0, 0.999) == 1


def test_the_first_crossing_counts() -> None:
    def bumpy(n: ArrayLike, error: ArrayLike) -> np.ndarray:
        at, _ = np.broadcast_arrays(np.asarray(n, dtype=float), error)
        return np.where((at > 1000) & (at < 2000) | (at > 9000), 0.8, 0.2)

    rows = rows_for(bumpy, DATA, 0.1, 0.7)
    assert isinstance(rows, float)
    assert 900 < rows < 1200


@pytest.mark.parametrize("probability", [0.0, 1.0, 90, float("nan")])
def test_a_probability_is_a_share(probability: float) -> None:
    with pytest.raises(ValueError, match="probability must lie in"):
        rows_for(law, DATA, 0.1, probability)


def test_an_error_is_a_number() -> None:
    with pytest.raises(ValueError, match="error must be finite"):
        rows_for(law, DATA, [0.1, float("nan")], 0.5)
