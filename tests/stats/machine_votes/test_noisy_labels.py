from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from scipy.special import expit

from leadline.stats.arrays import Floats, Ints
from leadline.stats.interval import Estimate
from leadline.stats.machine_votes import (
    NoisyWorth,
    noisy_number_worth,
    noisy_numbers,
    noisy_worth,
    number_errors,
)
from leadline.stats.machine_votes.stacked_score import _ridge_logistic

MANY = 100_000


def worth(counts: Sequence[Sequence[float]], model_error: float, n_rows: int = 1000) -> NoisyWorth:
    return noisy_worth(n_rows, counts, model_error, np.random.default_rng(0))


@pytest.mark.parametrize("noise", [0.05, 0.2, 0.35])
def test_symmetric_noise_has_the_known_factor_where_tasks_are_hard(noise: float) -> None:
    right, wrong = round(MANY * (1 - noise)), round(MANY * noise)
    found = worth([[right, wrong], [wrong, right]], 0.499)
    assert found.factor.estimate == pytest.approx((1 - 2 * noise) ** 2, rel=0.03)


def test_uneven_noise_has_the_ratio_of_fisher_information() -> None:
    # of positive rows 30 % are missed, of negative ones 10 % are called positive
    counts = [[round(0.9 * MANY), round(0.1 * MANY)], [round(0.3 * MANY), round(0.7 * MANY)]]
    ratios = []
    for p in (0.2, 0.8):
        q = 0.1 + 0.6 * p
        ratios.append(0.6**2 * p * (1 - p) / (q * (1 - q)))
    found = worth(counts, 0.2)
    assert found.factor.estimate == pytest.approx(np.mean(ratios), rel=0.03)


def test_clean_labels_are_worth_themselves_and_chance_nothing() -> None:
    clean = (np.eye(3) * MANY).astype(int).tolist()
    assert worth(clean, 0.3).factor.high == pytest.approx(1.0)
    chance = np.full((3, 3), MANY).tolist()
    assert worth(chance, 0.3).factor.high < 0.001
    assert worth([[10, 90], [90, 10]], 0.3).factor.high == 0


def test_two_classes_are_a_case_of_three() -> None:
    """Where the third class is never confused, information is that of the pairs."""
    noise, error = 0.2, 0.3
    right, wrong = round(MANY * (1 - noise)), round(MANY * noise / 2)
    counts = (np.full((3, 3), wrong) + np.eye(3, dtype=int) * (right - wrong)).tolist()
    p = np.array([1 - error, error / 2, error / 2])
    noise_of = np.full((3, 3), noise / 2) + np.eye(3) * (1 - 1.5 * noise)
    q = p @ noise_of
    # by hand: the Jacobian of q in two free log odds, against the clean Fisher information
    fisher = np.diag(p) - np.outer(p, p)
    jacobian = (fisher @ noise_of)[1:]
    noisy = jacobian @ np.diag(1 / q) @ jacobian.T
    expected = np.trace(np.linalg.solve(fisher[1:, 1:], noisy)) / 2
    assert worth(counts, error).factor.estimate == pytest.approx(expected, rel=0.03)


def test_few_checked_rows_widen_the_range() -> None:
    few, many = worth([[18, 2], [2, 18]], 0.2), worth([[1800, 200], [200, 1800]], 0.2)
    assert few.factor.high / few.factor.low > 1.3 * many.factor.high / many.factor.low


def test_sentence_rounds_and_groups() -> None:
    found = NoisyWorth(12_000, Estimate(0.3456, 0.5, 0.789), 0.05)
    assert found.sentence == "12,000 machine rows are worth 4,100 to 9,500 clean ones."
    few = NoisyWorth(50, Estimate(0.1, 0.5, 1.0), 0.3)
    assert "worth 5 to 50 clean ones, if the threshold is chosen on people's" in few.sentence
    assert worth([[90, 10], [30, 70]], 0.2).unevenness == pytest.approx(0.2)


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_noisy_rows_teach_as_much_as_said(scale: float) -> None:
    """A logistic model on n noisy rows is as good as one on the said number of clean ones."""
    rng = np.random.default_rng(6)
    noise, n, d = 0.2, 1500, 8

    def rows(n: int) -> tuple[Floats, Ints, Floats]:
        X = np.column_stack([np.ones(n), rng.normal(size=(n, d))])
        p = expit(scale * X[:, 1])
        return X, (rng.random(n) < p).astype(np.int64), p

    X_test, _, p_test = rows(20_000)
    bayes = float(np.mean(np.minimum(p_test, 1 - p_test)))

    def excess(X: Floats, y: Floats) -> float:
        wrong = (X_test @ _ridge_logistic(X, y) > 0) != (p_test > 0.5)
        return float(np.mean(wrong * np.abs(2 * p_test - 1)))

    said = worth([[800, 200], [200, 800]], bayes, n).clean_rows.estimate
    noisy, clean = [], []
    for _ in range(60):
        X, y, _ = rows(n)
        noisy.append(excess(X, np.where(rng.random(n) < noise, 1 - y, y).astype(float)))
        X, y, _ = rows(round(said))
        clean.append(excess(X, y.astype(float)))
    # the excess error falls as 1/n: so much are the rows worth beside what is said
    assert np.mean(clean) / np.mean(noisy) == pytest.approx(1.0, rel=0.3)


@pytest.mark.parametrize(
    ("counts", "error", "message"),
    [
        ([[1, 2]], 0.2, "square"),
        ([[0, 0], [1, 1]], 0.2, "some have none"),
        ([[1, float("nan")], [1, 1]], 0.2, "some have none"),
        ([[1, float("inf")], [1, 1]], 0.2, "some have none"),
        ([[1, 1], [1, 1]], 20, "model_error"),
    ],
)
def test_what_does_not_fit_is_refused(
    counts: list[list[float]], error: float, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        worth(counts, error)
    with pytest.raises(ValueError, match="n_rows"):
        worth([[1, 1], [1, 1]], 0.2, n_rows=0)


def test_boosted_trees_make_little_of_labels_that_are_worth_little() -> None:
    def factor(right: int, *, boosted: bool) -> Estimate[float]:
        counts, rng = [[right, 100 - right], [100 - right, right]], np.random.default_rng(0)
        return noisy_worth(1, counts, 0.3, rng, boosted=boosted).factor

    poor, fair, good = (factor(right, boosted=True) for right in (70, 88, 99))
    assert poor.estimate == 0
    assert 0 < fair.estimate < 0.8 * factor(88, boosted=False).estimate
    assert good.estimate == factor(99, boosted=False).estimate


def test_numbers_are_worth_the_ratio_of_the_noise_and_the_bias_is_told_apart() -> None:
    rng = np.random.default_rng(0)
    people = rng.normal(50, 10, MANY)
    errors = number_errors(people, people + 7 + rng.normal(0, 3, MANY))
    assert errors.bias.low < 7 < errors.bias.high
    assert errors.variance == pytest.approx(9, rel=0.02)
    for noise in (1.0, 9.0, 81.0):
        found = noisy_number_worth(1000, errors, noise, rng)
        assert found.factor.estimate == pytest.approx(noise / (noise + 9), rel=0.03)
    known = noisy_number_worth(1000, errors, 9.0, rng, boosted=True)
    assert 0 < known.factor.estimate < 0.35, "boosted trees learn single numbers by heart"
    perfect = noisy_number_worth(1, number_errors(people, people), 9.0, rng)
    assert perfect.factor.high == 1.0


@pytest.mark.parametrize("freedom", [np.inf, 5.0])
def test_the_range_of_a_number_s_worth_holds_the_truth(
    freedom: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From 60 judged rows, the formula taken to be right; also where a few are far off."""
    monkeypatch.setattr(noisy_numbers, "_FORMULA_SD", 0.0)
    rng = np.random.default_rng(3)
    held = []
    for _ in range(300):
        off = rng.normal(size=60) if freedom == np.inf else rng.standard_t(freedom, 60)
        errors = number_errors(np.zeros(60), off)
        found = noisy_number_worth(1, errors, 1.0, rng).factor
        held.append(found.low <= 1 / (1 + (1.0 if freedom == np.inf else 5 / 3)) <= found.high)
    # three standard errors below .9, and below .84: 60 rows hardly show heavy tails
    assert np.mean(held) >= (0.85 if freedom == np.inf else 0.78)
    more = number_errors(np.zeros(600), rng.normal(size=600))
    surer = noisy_number_worth(1, more, 1.0, rng).factor
    assert surer.high - surer.low < 0.5 * (found.high - found.low)


def test_noisy_numbers_teach_as_much_as_said() -> None:
    """Least squares on n noisy rows are as good as on the said number of clean ones."""
    rng = np.random.default_rng(6)
    n, d, own, off = 600, 8, 1.0, 1.5
    slopes = rng.normal(size=d)

    def excess(n_rows: int, noise: float) -> float:
        X = rng.normal(size=(n_rows, d))
        y = X @ slopes + noise * rng.normal(size=n_rows)
        return float(np.sum((np.linalg.lstsq(X, y, rcond=None)[0] - slopes) ** 2))

    people = rng.normal(size=MANY)
    errors = number_errors(people, people + off * rng.normal(size=MANY))
    said = noisy_number_worth(n, errors, own**2, rng).clean_rows.estimate
    noisy = [excess(n, float(np.hypot(own, off))) for _ in range(300)]
    clean = [excess(round(said), own) for _ in range(300)]
    assert np.mean(clean) / np.mean(noisy) == pytest.approx(1.0, rel=0.15)


def test_numbers_that_do_not_fit_are_refused() -> None:
    rng = np.random.default_rng(0)
    errors = number_errors(np.arange(30), np.arange(30) + 1.0)
    for people, machine, message in (
        (np.zeros(30), np.zeros(29), "shapes"),
        (np.zeros(30), np.full(30, np.nan), "finite"),
        (np.zeros(19), np.zeros(19), "at least 20"),
    ):
        with pytest.raises(ValueError, match=message):
            number_errors(people, machine)
    for n_rows, noise, message in ((0, 1.0, "n_rows"), (1, 0.0, "noise_variance")):
        with pytest.raises(ValueError, match=message):
            noisy_number_worth(n_rows, errors, noise, rng)
