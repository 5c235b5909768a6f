"""What forecasts of learning curves are worth: do their intervals hold the truth as promised?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.stats import binom
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from leadline.demo.flights import write_files
from leadline.stats.curves import CurvePosterior, fit
from leadline.stats.curves.discrepancy import kernels
from leadline.stats.curves.learnt import Learnt, Mixture, Table, learnt
from leadline.stats.curves.shapes import shapes

SIZES = np.array([100.0, 200, 400, 800, 1600, 3200])
BEYOND = np.array([6400.0, 12_800, 25_600])
LEVELS = [0.05, 0.25, 0.5, 0.75, 0.95]


def coverage(quantiles: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """Shares of truths inside the 90 % and the 50 % intervals; the levels come first."""
    low, quarter, _, three_quarters, high = quantiles
    return (
        float(np.mean((low <= truth) & (truth <= high))),
        float(np.mean((quarter <= truth) & (truth <= three_quarters))),
    )


# --------------------------------------------------------------------------- its own curves


def uncalibrated() -> Learnt:
    """What ships, without the bending that makes up for what real curves do besides."""

    def plain(table: Table) -> Table:
        return replace(table, calibrated=np.tile(table.levels, (*table.calibrated.shape[:2], 1)))

    every = learnt()
    return replace(
        every,
        known=plain(every.known),
        hidden=plain(every.hidden),
        networks=plain(every.networks),
    )


def drawn_from(
    prior: Mixture, sizes: np.ndarray, n_seen: int, n_curves: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Draw errors as measured at the first sizes and true ones at the others, from the prior."""
    x = np.log(sizes / sizes[n_seen - 1])
    weights = np.exp(prior.log_prior).ravel()
    chosen = rng.choice(weights.size, size=n_curves, p=weights / weights.sum())
    for row, shape in zip(*np.divmod(chosen, len(shapes())), strict=True):
        kernel = kernels().take(int(prior.active[row]))
        wander = rng.multivariate_normal(
            np.zeros(x.size), kernel.covariance(x, x)[0], method="eigh"
        )
        log_truth = rng.normal(1.0, 0.2) * shapes().at(x)[shape] + wander
        noise = kernel.noise[0] * rng.standard_normal(n_seen)
        yield np.exp(log_truth[:n_seen] + noise), np.exp(log_truth[n_seen:])


def test_curves_of_its_own_prior_are_covered_as_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    # these curves are of a shape: the whole likelihood is right, and its root too wide
    monkeypatch.setattr("leadline.stats.curves.marginal_likelihood._EXPONENT", 1.0)
    prior = uncalibrated()
    sizes = 100 * 2 ** np.arange(10.0)
    quantiles, truths = [], []
    mixture = prior.mixture(prior.known, [])
    for errors, truth in drawn_from(mixture, sizes, 7, 1200, np.random.default_rng(0)):
        # what is nearly nothing is rounded up: none of the model's business
        if errors.min() < 2e-4 * errors.max():
            continue
        # a loss, whose noise does not depend on its size, measured exactly but for the model's own
        curve = fit(sizes[:7], errors, np.zeros(7), metric="mean_absolute_error", prior=prior)
        quantiles.append(curve.quantile(sizes[7:], LEVELS))
        truths.append(truth)
    assert len(truths) > 1000
    ninety, fifty = coverage(np.stack(quantiles, axis=1), np.array(truths))
    # standard errors of .009 and .014
    assert 0.88 < ninety < 0.92
    assert 0.47 < fifty < 0.53


# --------------------------------------------------------------------------- known laws


def forecasts_of(
    law: Callable[[np.ndarray], np.ndarray], noise: float, n_curves: int
) -> np.ndarray:
    """Quantiles of many measurements of one curve: (n_levels, n_curves, n_sizes)."""
    rng = np.random.default_rng(0)
    stderr = np.full(SIZES.size, noise)
    found = []
    for _ in range(n_curves):
        errors = np.abs(law(SIZES) + noise * rng.standard_normal(SIZES.size))
        found.append(fit(SIZES, errors, stderr, n_repeats=5).quantile(BEYOND, LEVELS))
    return np.stack(found, axis=1)


@pytest.mark.parametrize(
    ("c", "a", "b", "noise"),
    [(0.1, 2.0, 0.5, 0.004), (0.2, 5.0, 0.9, 0.005), (0.02, 3.0, 0.6, 0.004)],
)
def test_true_power_laws_are_forecast_without_bias_and_covered(
    c: float, a: float, b: float, noise: float
) -> None:
    def law(n: np.ndarray) -> np.ndarray:
        return np.asarray(c + a * n**-b)

    found = forecasts_of(law, noise, 120)
    ninety, fifty = coverage(found, law(BEYOND))
    assert ninety >= 0.9
    assert fifty >= 0.5
    low, _, median, _, high = found
    bias = median.mean(axis=0) - law(BEYOND)
    # a twelfth of the interval: no law is favoured, yet the prior knows more than this one
    assert np.all(np.abs(bias) < (high - low).mean(axis=0) / 12)


def test_a_plateau_before_the_power_law_is_covered() -> None:
    # usual, and no c + a n^-b: intervals from bootstraps of that law missed it every time
    def law(n: np.ndarray) -> np.ndarray:
        return np.asarray(0.05 + 0.45 / (1 + (n / 1500) ** 1.2))

    ninety, _ = coverage(forecasts_of(law, 0.004, 100), law(BEYOND))
    assert ninety >= 0.9


# --------------------------------------------------------------------------- real curves

AHEAD = 8  # the forecast is made at an eighth of the rows
N_SIZES = 7
N_REPEATS = 5


@dataclass(frozen=True)
class Question:
    """A data set, what is asked of it, and to how many rows."""

    name: str
    X: np.ndarray
    y: np.ndarray
    n: int
    n_test: int


def boosting() -> Any:
    return HistGradientBoostingClassifier(
        max_iter=15, learning_rate=0.3, max_leaf_nodes=8, min_samples_leaf=5, early_stopping=False
    )


def linear() -> Any:
    return make_pipeline(
        SimpleImputer(keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(C=0.1, max_iter=200, tol=1e-3),
    )


def asked_of_digits() -> list[Question]:
    X, digit = load_digits(return_X_y=True)
    asked = {"three": digit == 3, "eight": digit == 8, "even": digit % 2 == 0, "large": digit > 4}
    found = [Question(f"digits: {name}", X, y.astype(int), 1280, 500) for name, y in asked.items()]
    return [*found, Question("digits: which", X, digit, 1280, 500)]


def asked_of_flights(folder: Path) -> list[Question]:
    """Late by more than half an hour? One data set an airport and a large airline."""
    write_files(folder)
    flights = pl.read_parquet(folder / "january-to-june.parquet").with_columns(
        day=pl.col("scheduled_at").dt.weekday(), month=pl.col("scheduled_at").dt.month()
    )
    parts = [("origin", name) for name in ("EWR", "JFK", "LGA")]
    parts += [("carrier", name) for name in ("UA", "B6", "EV", "DL", "AA")]
    found = []
    for column, name in parts:
        own = flights.filter(pl.col(column) == name)
        numbers = own.drop("scheduled_at", "late").select(pl.selectors.numeric().cast(pl.Float64))
        y = (own["late"] == "yes").to_numpy().astype(int)
        found.append(Question(f"flights: {name}", numbers.to_numpy(), y, 6400, 4000))
    return found


def error_of(model: Any, question: Question, train: np.ndarray, test: np.ndarray) -> float:
    X, y = question.X, question.y
    if np.unique(y[train]).size == 1:
        # nothing to learn from: the only answer there is
        return float(np.mean(y[test] != y[train][0]))
    return float(1 - model().fit(X[train], y[train]).score(X[test], y[test]))


def measured_curve(
    model: Any, question: Question, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Train sizes up to an eighth, mean errors over repeats, their standard errors."""
    sizes = np.round(question.n / AHEAD / 1.4 ** np.arange(N_SIZES - 1, -1, -1)).astype(int)
    errors = np.empty((N_REPEATS, sizes.size))
    for repeat in range(N_REPEATS):
        test, rest = np.split(rng.permutation(len(question.y)), [question.n_test])
        # nested: a larger subset holds the smaller ones
        errors[repeat] = [error_of(model, question, rest[:n], test) for n in sizes]
    return sizes, errors.mean(axis=0), errors.std(axis=0, ddof=1) / np.sqrt(N_REPEATS)


def measured_truth(model: Any, question: Question, rng: np.random.Generator) -> tuple[float, float]:
    """Mean error at all rows over repeats of their own, and its standard error."""
    errors = []
    for _ in range(N_REPEATS):
        test, rest = np.split(rng.permutation(len(question.y)), [question.n_test])
        errors.append(error_of(model, question, rest[: question.n], test))
    return float(np.mean(errors)), float(np.std(errors, ddof=1) / np.sqrt(N_REPEATS))


def as_measured(posterior: CurvePosterior, n: int, stderr: float) -> np.ndarray:
    """Quantiles of the forecast of what is measured: of the truth, and its own noise."""
    noise = stderr * np.random.default_rng(0).standard_normal(20_000)
    return np.quantile(posterior.sample(n, 20_000) + noise, LEVELS)


@pytest.mark.long
def test_freshly_trained_curves_are_covered_as_promised(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    cancer = load_breast_cancer()
    questions = [
        *asked_of_digits(),
        Question("breast cancer", cancer.data, cancer.target, 400, 169),
        *asked_of_flights(tmp_path),
    ]
    quantiles, truths = [], []
    for question in questions:
        for family, model in (("boosting", boosting), ("linear", linear)):
            # many small fits: threads that wait for each other take ten times as long
            with threadpool_limits(1):
                curve = measured_curve(model, question, rng)
                truth, stderr = measured_truth(model, question, rng)
            posterior = fit(*curve, family=family, n_repeats=N_REPEATS)
            quantiles.append(as_measured(posterior, question.n, stderr))
            truths.append(truth)
    ninety, fifty = coverage(np.stack(quantiles, axis=1), np.array(truths))
    n = len(truths)
    assert n >= 24
    # fewer than these would happen once in a hundred times, were every promise kept
    assert round(n * ninety) >= binom(n, 0.9).ppf(0.01)
    assert round(n * fifty) >= binom(n, 0.5).ppf(0.01)
