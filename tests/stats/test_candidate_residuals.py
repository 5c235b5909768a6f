from __future__ import annotations

from dataclasses import replace
from importlib.metadata import entry_points

import numpy as np
import pytest

from leadline.stats.candidate_residuals import (
    ResidualTable,
    joint_log_errors,
    residual_draws,
    residual_table,
)

# of kinds a and b: b is forecast worse, and what a and b share is opposite
TABLE = ResidualTable(
    kinds=("any", "a", "b"),
    ratios=np.array([2.0, 4.0]),
    mean=np.array([[0.0, -0.02, 0.04], [0.0, -0.04, 0.08]]),
    between=np.array([[[0, 0, 0], [0, 0.01, -0.01], [0, -0.01, 0.01]]] * 2, dtype=float),
    own=np.array([[0.02, 0.01, 0.09], [0.04, 0.02, 0.18]]),
    scales=np.array([0.6, 0.8, 1.0, 1.4142135623730951]),
)
STILL = np.zeros(2)


def test_the_joint_error_is_the_formula() -> None:
    logs, changes = np.log([0.2, 0.21]), np.array([0.0, -0.3])
    stds = np.array([0.1, 0.2])
    found = joint_log_errors(logs, changes, stds, ["a", "b"], 2.0, table=TABLE)
    apart = (0.01 + 0.01) + (0.01 + 0.09) + 2 * 0.01
    lead = -0.5 * 0.3 / (1 + (0.2**2 + apart) / 0.4**2)
    shift = (0.04 + 0.02) + (0.10 - 0.02) / 2
    assert found == pytest.approx([logs[0], logs[1] + lead + shift])


def test_two_of_one_kind_differ_by_their_own_part_only() -> None:
    logs, changes = np.log([0.2, 0.2]), np.array([0.0, -0.2])
    found = joint_log_errors(logs, changes, STILL, ["a", "a"], 4.0, table=TABLE)
    assert found[1] - found[0] == pytest.approx(-0.1 / (1 + 0.04 / 0.16))


def test_residuals_grow_from_nothing_and_stop_where_nothing_was_learnt() -> None:
    for values in TABLE.at(1.0):
        assert np.all(values == 0)
    mean, _, own = TABLE.at(2**0.5)
    assert mean == pytest.approx(TABLE.mean[0] / 2)
    assert own == pytest.approx(TABLE.own[0] / 2)
    middle, _, _ = TABLE.at(2**1.5)
    assert middle == pytest.approx(TABLE.mean.mean(axis=0))
    for beyond, last in zip(TABLE.at(1000.0), TABLE.at(4.0), strict=True):
        assert np.array_equal(beyond, last)


def test_a_kind_that_is_unknown_has_the_pooled_values() -> None:
    logs, changes = np.log([0.2, 0.2]), np.array([0.0, -0.2])
    one = joint_log_errors(logs, changes, STILL, ["a", "mine"], 2.0, table=TABLE)
    other = joint_log_errors(logs, changes, STILL, ["a", "any"], 2.0, table=TABLE)
    assert np.array_equal(one, other)


def test_draws_have_the_covariance_of_the_table_and_a_mean_of_1() -> None:
    rng = np.random.default_rng(0)
    factors = residual_draws(["a", "b", "b"], 2.0, 100_000, rng=rng, table=TABLE)
    assert factors.mean(axis=0) == pytest.approx([1, 1, 1], abs=0.01)
    wanted = [[0.02, -0.01, -0.01], [-0.01, 0.10, 0.01], [-0.01, 0.01, 0.10]]
    assert np.mean(TABLE.scales**2) == pytest.approx(1)
    assert np.cov(np.log(factors).T) == pytest.approx(np.array(wanted), abs=0.002)
    assert np.all(residual_draws(["a", "b"], 1.0, 5, rng=rng, table=TABLE) == 1)


def test_on_some_data_all_candidates_are_forecast_badly() -> None:
    """What only scales share is no correlation, but large residuals come together."""
    table = replace(TABLE, between=np.zeros_like(TABLE.between), scales=np.sqrt([0.1, 1.9]))
    rng = np.random.default_rng(0)
    logs = np.log(residual_draws(["a", "b"], 2.0, 100_000, rng=rng, table=table))
    one, other = (logs / logs.std(axis=0)).T
    assert np.corrcoef(one, other)[0, 1] == pytest.approx(0, abs=0.02)
    assert np.mean(one**4) == pytest.approx(3 * (0.1**2 + 1.9**2) / 2, rel=0.05)
    assert np.corrcoef(one**2, other**2)[0, 1] > 0.1
    wide = replace(TABLE, scales=np.array([2.0]))
    factors = residual_draws(["a", "b"], 2.0, 100_000, rng=rng, table=wide)
    assert factors.mean(axis=0) == pytest.approx([1, 1], abs=0.02), "whatever the scale"


def test_where_errors_come_as_the_table_says_the_joint_forecast_chooses_better() -> None:
    """Than the last error does: nothing but the kinds tells the two candidates apart."""
    rng = np.random.default_rng(1)
    kinds, last = ["a", "b"], np.log(rng.uniform(0.18, 0.22, (4000, 2)))
    mean, _, _ = TABLE.at(4.0)
    drawn = residual_draws(kinds, 4.0, len(last), rng=rng, table=TABLE)
    variance = np.array([0.03, 0.19])
    came = np.exp(last + mean[1:] + variance / 2) * drawn
    joint = [joint_log_errors(each, STILL, STILL, kinds, 4.0, table=TABLE) for each in last]
    rows = np.arange(len(last))
    by_joint = came[rows, np.argmin(joint, axis=1)].mean()
    by_last = came[rows, np.argmin(last, axis=1)].mean()
    assert by_joint < 0.95 * by_last


def test_what_ships_is_a_covariance_and_knows_the_kinds_that_turn() -> None:
    table = residual_table()
    of_tables = {"majority", "bayes", "linear", "neighbours", "forest", "boosting", "network"}
    assert of_tables <= {entry.name for entry in entry_points(group="leadline.families")}
    assert of_tables < set(table.kinds), "kinds are looked up by the names of families"
    assert np.all(table.own > 0)
    for between in table.between:
        assert between == pytest.approx(between.T, abs=1e-12)
        assert np.linalg.eigvalsh(between).min() > -1e-3
    assert np.all(np.diff(table.ratios) > 0)
    turning = table.kinds.index("quadratic discriminant")
    variances = [
        between.diagonal() + own for between, own in zip(table.between, table.own, strict=True)
    ]
    assert np.argmax(variances[2]) == turning


@pytest.mark.parametrize(
    ("logs", "kinds", "ratio", "match"),
    [
        (np.zeros(0), [], 2.0, "at least one"),
        (np.zeros(3), ["a", "b"], 2.0, "one value"),
        (np.zeros(2), ["a", "b"], 0.5, "at least 1"),
        (np.zeros(2), ["a", "b"], float("nan"), "at least 1"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    logs: np.ndarray, kinds: list[str], ratio: float, match: str
) -> None:
    with pytest.raises(ValueError, match=match):
        joint_log_errors(logs, logs, logs, kinds, ratio, table=TABLE)
