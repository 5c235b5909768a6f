from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.curves.caution import (
    TRUSTED_RATIO,
    caution_at,
    cautions,
    has_begun_to_fall,
)
from leadline.stats.curves.measured import measured
from leadline.stats.metric import METRICS

SIZES = np.array([100.0, 200, 400, 800, 1600, 3200])
GOOD = 0.1 + 2 * SIZES**-0.5


def said(
    errors: object = GOOD,
    stderr: object = 0.002,
    *,
    sizes: np.ndarray = SIZES,
    n_repeats: int | None = 5,
    metric: str = "error_rate",
) -> tuple[str, ...]:
    kind = METRICS[metric]
    means = np.asarray(errors, dtype=float)
    spread = None if stderr is None else np.broadcast_to(np.asarray(stderr), means.shape)
    return cautions(measured(sizes, means, spread, kind, n_repeats), kind, n_repeats)


def test_a_good_measurement_needs_no_caution() -> None:
    assert said() == ()
    assert said(n_repeats=None) == ()
    assert said(n_repeats=3) == ()


def test_few_sizes_are_said_to_be_few() -> None:
    (sentence,) = said(GOOD[:4], sizes=SIZES[:4])
    assert sentence.startswith("Only 4 train sizes were measured")
    assert said(GOOD[:5], sizes=SIZES[:5]) == ()


def test_sizes_that_hardly_differ_are_said_to_show_no_curve() -> None:
    near = np.linspace(1500, 1600, 6)
    (sentence,) = said([0.24, 0.23, 0.225, 0.215, 0.205, 0.2], 0.004, sizes=near)
    assert "only 1.07 times the smallest" in sentence
    assert said(sizes=np.geomspace(26, 100, 6)) == (), "a rounded 4"
    assert said(sizes=np.geomspace(30, 100, 6)) != ()
    # a size that is left out shows nothing
    sizes = np.array([10.0, *np.geomspace(100, 200, 6)])
    burst = said([1e12, *GOOD], [1e11] + [0.002] * 6, sizes=sizes, metric="mean_absolute_error")
    assert any("only 2 times" in sentence for sentence in burst)


def test_noise_that_nobody_knows_is_said_to_be_unknown() -> None:
    (sentence,) = said(stderr=None)
    assert "without standard errors" in sentence


@pytest.mark.parametrize(("n_repeats", "words"), [(1, "1 time only"), (2, "2 times only")])
def test_few_repeats_are_said_to_be_few(n_repeats: int, words: str) -> None:
    (sentence,) = said(n_repeats=n_repeats)
    assert words in sentence


@pytest.mark.parametrize("stderr", [None, 0.002])
def test_a_rising_tail_is_a_fault_first(stderr: float | None) -> None:
    assert any("rises" in s for s in said([0.4, 0.3, 0.25, 0.2, 0.2, 0.23], stderr))
    assert any("rises" in s for s in said([0.4, 0.3, 0.25, 0.2, 0.23, 0.231], stderr))
    # within what the noise does, it is not
    assert not any("rises" in s for s in said([0.4, 0.3, 0.25, 0.2, 0.2, 0.203], 0.01))


def test_a_flat_curve_is_said_to_be_flat() -> None:
    assert any("hardly fall" in s for s in said(np.full(6, 0.2), 0.002))
    assert any("hardly fall" in s for s in said(np.linspace(0.2, 0.19, 6), 0.02))


def begun(errors: list[float], stderr: float) -> bool:
    spread = np.full(6, stderr)
    return has_begun_to_fall(measured(SIZES, errors, spread, METRICS["error_rate"], 25))


def test_a_curve_that_waits_has_not_begun_and_one_whose_last_point_fell_has() -> None:
    assert not begun([0.38, 0.379, 0.381, 0.38, 0.378, 0.381], 0.004)
    assert begun([0.38, 0.379, 0.381, 0.38, 0.378, 0.36], 0.004)
    assert begun([0.38, 0.379, 0.381, 0.35, 0.34, 0.34], 0.004)
    # a last point that noise may have made is no beginning
    assert not begun([0.38, 0.379, 0.381, 0.38, 0.378, 0.33], 0.04)
    # nor is a rise
    assert not begun([0.38, 0.379, 0.381, 0.40, 0.42, 0.45], 0.004)
    # of no errors among thirty rows the logarithm is next to unknown, the fall is not
    assert begun([0.2, 0.1, 0.05, 0.02, 0.0, 0.0], 0.03)
    assert not begun([0.05, 0.02, 0.02, 0.02, 0.0, 0.0], 0.03)


def test_ends_of_the_scale_are_said_to_be_there() -> None:
    assert any("nothing has been learnt" in s for s in said(np.full(6, 1.0)))
    assert not any("nothing has been learnt" in s for s in said(np.full(6, 1.0), metric="log_loss"))
    assert any("close to 0" in s for s in said([0.3, 0.1, 0.03, 0.01, 0.001, 0.0001]))
    assert any("close to 0" in s for s in said(np.zeros(6)))
    # a linear model of as many columns as rows
    burst = [1e6, 2.0, 1.5, 1.2, 1.0, 0.9]
    assert not any("close to 0" in s for s in said(burst, metric="mean_absolute_error"))


def test_beyond_what_was_calibrated_a_forecast_is_doubted() -> None:
    assert caution_at(100 * TRUSTED_RATIO, 100) is None
    sentence = caution_at(25_600, 100)
    assert sentence is not None
    assert "256 times" in sentence
