from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import log_softmax, logsumexp, softmax

from leadline.stats.curves.prior import (
    learn_independent,
    learn_joint,
    learn_tilt,
    mixed,
    responsibilities,
)


def likelihoods(n_curves: int, n_cells: int = 2, n_shapes: int = 3, seed: int = 0) -> np.ndarray:
    """Of curves that favour some pairs over others."""
    rng = np.random.default_rng(seed)
    table = 1.5 * rng.normal(size=(n_curves, n_cells, n_shapes))
    truth = rng.choice(n_cells * n_shapes, n_curves, p=softmax(rng.normal(size=n_cells * n_shapes)))
    table.reshape(n_curves, -1)[np.arange(n_curves), truth] += 2.0
    return table


def evidence(table: np.ndarray, log_prior: np.ndarray) -> float:
    return float(logsumexp(table + log_prior, axis=(1, 2)).sum())


def test_responsibilities_are_posterior_weights_summed() -> None:
    table = likelihoods(450)
    log_prior = log_softmax(np.random.default_rng(1).normal(size=(2, 3)))
    expected = softmax(table + log_prior, axis=(1, 2)).sum(axis=0)
    assert responsibilities(table, log_prior) == pytest.approx(expected, rel=1e-4)


def test_joint_weights_are_those_of_a_general_optimiser() -> None:
    table = likelihoods(120)

    def loss(free: np.ndarray) -> float:
        return -evidence(table, log_softmax(free).reshape(2, 3))

    best = minimize(loss, np.zeros(6), tol=1e-10)
    found = learn_joint(table, n_iterations=1500)
    assert found.sum() == pytest.approx(1)
    assert evidence(table, np.log(found)) == pytest.approx(-best.fun, abs=1e-3)
    assert found.ravel() == pytest.approx(softmax(best.x), abs=2e-3)


def test_independent_weights_are_those_of_a_general_optimiser() -> None:
    table = likelihoods(120)

    def product(free: np.ndarray) -> np.ndarray:
        return np.asarray(log_softmax(free[:2])[:, None] + log_softmax(free[2:]))

    def loss(free: np.ndarray) -> float:
        return -evidence(table, product(free))

    best = minimize(loss, np.zeros(5), tol=1e-10)
    found = learn_independent(table, n_iterations=1500)
    assert evidence(table, np.log(found)) == pytest.approx(-best.fun, abs=1e-3)
    assert found == pytest.approx(np.exp(product(best.x)), abs=2e-3)
    # of rank one: the two know nothing of each other
    assert np.linalg.matrix_rank(found, tol=1e-9) == 1


def test_every_step_makes_the_curves_likelier() -> None:
    table = likelihoods(80)
    steps = [evidence(table, np.log(learn_joint(table, n_iterations=k))) for k in (1, 2, 5, 20)]
    assert steps == sorted(steps)
    assert steps[0] > evidence(table, np.full((2, 3), -np.log(6)))


def test_a_mixture_keeps_something_for_what_nobody_has_seen() -> None:
    joint, independent = np.array([[1.0, 0.0]]), np.array([[0.5, 0.5]])
    prior = mixed(joint, independent, (0.6, 0.2))
    assert prior == pytest.approx(np.array([[0.8, 0.2]]))


def of_kind(counts: np.ndarray) -> np.ndarray:
    """Curves of which each fits one cell and shape only."""
    places = np.repeat(np.arange(counts.size), counts.ravel())
    table = np.full((places.size, counts.size), -50.0)
    table[np.arange(places.size), places] = 0.0
    return table.reshape(-1, *counts.shape)


def test_a_family_like_all_is_not_tilted() -> None:
    prior = np.array([[0.4, 0.3], [0.2, 0.1]])
    by_cell, by_shape = learn_tilt(of_kind((1000 * prior).round().astype(int)), prior)
    assert np.abs([*by_cell, *by_shape]).max() < 1e-3


def tilted(counts: np.ndarray, prior: np.ndarray) -> np.ndarray:
    by_cell, by_shape = learn_tilt(of_kind(counts), prior)
    return np.asarray(softmax(np.log(prior) + by_cell[:, None] + by_shape))


def test_a_family_of_its_own_is_tilted_towards_what_it_shows() -> None:
    prior = np.full((2, 2), 0.25)
    shares = [tilted(n * np.array([[9, 0], [1, 0]]), prior).sum(axis=0)[0] for n in (1, 10, 200)]
    # more curves, more of their own; never further than they are
    assert 0.5 < shares[0] < shares[1] < shares[2] <= 1
    assert shares[2] > 0.9
    assert tilted(200 * np.array([[9, 0], [1, 0]]), prior).sum(axis=1) == pytest.approx(
        np.array([0.9, 0.1]), abs=0.03
    )


def test_one_curve_hardly_tilts() -> None:
    prior = np.full((2, 2), 0.25)
    assert tilted(np.array([[1, 0], [0, 0]]), prior) == pytest.approx(prior, abs=0.05)
