from __future__ import annotations

import numpy as np
import polars as pl
from tests.examples import example_data, example_problem
from tests.phases.again import again, notes, warnings

from leadline.datasets.audit.label_spread import label_spread
from leadline.phases.data import NumberSpread
from leadline.phases.problem import Problem
from leadline.phases.scoring import Task

NUMBER = Problem(**{**vars(example_problem()), "task": Task.REGRESSION})


def told(y: np.ndarray) -> tuple[NumberSpread, list[str]]:
    """The spread, and what the audit says of it."""
    spread = label_spread(pl.DataFrame({NUMBER.label: y}), NUMBER)
    assert spread is not None
    verdict = again(example_data(), task=Task.REGRESSION, classes=(), spread=spread, n_rows=y.size)
    said = [each for each in (*notes(verdict), *warnings(verdict)) if "label is" in each]
    return spread, [*said, *(each for each in warnings(verdict) if "far out" in each)]


def test_a_claim_is_nothing_or_much() -> None:
    rng = np.random.default_rng(1)
    y = np.where(rng.random(2_000) < 0.4, rng.lognormal(6, 1.8, 2_000), 0.0)
    spread, said = told(y)
    assert spread.mode == 0
    assert spread.n_far == 20
    assert [each[:30] for each in said] == [
        f"The label is 0 in {spread.mode_share:.0%} of the rows."[:30],
        "20 rows far out, a hundredth of all, hold"[:30],
    ]


def test_of_plain_numbers_nothing_is_said() -> None:
    spread, said = told(np.random.default_rng(2).normal(size=2_000))
    assert 0.05 < spread.far_share < 0.12
    assert said == []
    assert label_spread(pl.DataFrame({NUMBER.label: np.ones(9)}), NUMBER).far_share == 0  # type: ignore[union-attr]
    assert label_spread(pl.DataFrame({NUMBER.label: np.ones(0)}), NUMBER) is None
    assert label_spread(pl.DataFrame({NUMBER.label: ["a"]}), example_problem()) is None


def test_of_few_rows_neither_one_number_nor_a_hundredth_is_told() -> None:
    spread, said = told(np.array([1.0, 2.0, 9.0]))
    assert (spread.n_far, spread.far_share) == (0, 0)
    assert said == []


def test_huge_numbers_have_a_spread_too() -> None:
    spread, said = told(np.append(np.linspace(-1e306, 1e306, 199), 1e308))
    assert spread.far_share > 0.9
    assert len(said) == 1
