"""Local-level filter: closed forms, and what it learns."""

from __future__ import annotations

import math

import numpy as np
import pytest

from leadline.stats.monitoring.local_level import LocalLevel


def test_without_wandering_it_is_a_mean() -> None:
    found = LocalLevel(wander=0.0, scatter=100.0, level=0.0, variance=1e9)
    for value in (1.0, 2.0, 6.0):
        found.update(value, 0.0)
    # a jump of .15 is nothing beside a scatter of 10
    assert found.level == pytest.approx(3.0, abs=0.01)
    assert found.variance == pytest.approx(100 / 3, rel=0.01)


def test_a_block_that_is_measured_exactly_is_known() -> None:
    mean, sd = LocalLevel(0.1, 0.2, 0.0, 0.3).update(0.7, 0.0)
    assert (mean, sd) == pytest.approx((0.7, 0.0))


def test_a_block_that_is_not_measured_is_as_before() -> None:
    level = LocalLevel(0.1, 0.2, 0.4, 0.3)
    assert level.update(0.0, math.inf) == pytest.approx((0.4, math.sqrt(0.6)))
    assert level.variance == pytest.approx(0.4)


def test_it_learns_whether_the_level_wanders() -> None:
    rng = np.random.default_rng(0)
    still = LocalLevel.of(rng.normal(0, 0.05, 60))
    moving = LocalLevel.of(np.cumsum(rng.normal(0, 0.05, 60)))
    assert still.wander / still.scatter < 0.1
    assert moving.wander / moving.scatter > 0.5
    assert still.scatter == pytest.approx(0.05**2, rel=0.5)


def test_it_follows_a_jump_at_once_and_not_a_single_odd_measurement() -> None:
    rng = np.random.default_rng(1)
    quiet = LocalLevel.of(rng.normal(0, 0.02, 30))
    for _ in range(3):
        mean, _ = quiet.update(0.3, 0.05**2)
    assert mean == pytest.approx(0.3, abs=0.03)
    odd = LocalLevel.of(rng.normal(0, 0.02, 30))
    assert odd.update(0.06, 0.05**2)[0] < 0.03
