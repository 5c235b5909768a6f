"""How often any column of a block is named where nothing has changed."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from leadline.monitoring.feature_drift import column_shifts
from leadline.monitoring.shifts.reference_rows import ReferenceRows

KINDS = {
    **{f"x{place}": "number" for place in range(4)},
    "skew": "number",
    "gap": "number",
    "plan": "category",
    "town": "category",
    "note": "text",
}


def rows(rng: np.random.Generator, n: int, spread: float) -> pl.DataFrame:
    """Rows of one block, whose distributions differ from block to block by `spread`."""
    own = rng.normal(0, spread, 6)
    columns = {f"x{place}": rng.normal(own[place], 1, n) for place in range(4)}
    columns["skew"] = np.exp(rng.normal(own[4], 1.0, n)).round(0)
    shares = np.exp(rng.normal(0, spread, 4)) * [0.4, 0.3, 0.2, 0.1]
    gap = np.where(rng.random(n) < 0.1 * np.exp(own[5]), np.nan, rng.normal(size=n))
    notes = [" ".join(f"w{word}" for word in rng.zipf(1.5, 4)) for _ in range(n)]
    return pl.DataFrame(
        {
            **columns,
            "gap": pl.Series(gap).fill_nan(None),
            "plan": rng.choice(list("abcd"), n, p=shares / shares.sum()),
            "town": rng.zipf(1.7, n).astype(str),
            "note": notes,
        }
    )


def share_named(n_known: int, n_rows: int, spread: float, n_blocks: int, n_runs: int) -> float:
    """Share of new blocks, five a reference, of which any column is named."""
    named = 0
    for run in range(n_runs):
        rng = np.random.default_rng([run, n_rows, n_blocks])
        known = pl.concat([rows(rng, n_known, spread) for _ in range(max(n_blocks, 1))])
        days = [date(2020, 1, 6) + timedelta(7 * block) for block in range(n_blocks)]
        names = [day.isoformat() for day in days for _ in range(n_known)] or None
        reference = ReferenceRows(known, KINDS, names)
        blocks = [rows(rng, n_rows, spread) for _ in range(5)]
        named += sum(bool(column_shifts(block, reference, KINDS)) for block in blocks)
    return named / (5 * n_runs)


def at_most(n_runs: int) -> float:
    """One of twenty, and three standard deviations."""
    return 0.05 + 3 * float(np.sqrt(0.05 * 0.95 / (5 * n_runs)))


@pytest.mark.parametrize(("n_rows", "n_runs"), [(50, 12), (500, 10), (5_000, 4)])
def test_without_dates_at_most_one_block_of_twenty(n_rows: int, n_runs: int) -> None:
    assert share_named(5_000, n_rows, 0.0, 0, n_runs) <= at_most(n_runs)


@pytest.mark.parametrize("n_blocks", [5, 19, 40])
@pytest.mark.parametrize(("n_rows", "n_runs"), [(50, 16), (400, 8)])
def test_of_blocks_that_differ_as_blocks_did_as_few(
    n_blocks: int, n_rows: int, n_runs: int
) -> None:
    assert share_named(120, n_rows, 0.3, n_blocks, n_runs) <= at_most(n_runs)


def test_tests_of_rows_would_name_nearly_all_of_these() -> None:
    rng = np.random.default_rng(0)
    known = pl.concat([rows(rng, 400, 0.3) for _ in range(40)])
    named = sum(bool(column_shifts(rows(rng, 400, 0.3), known, KINDS)) for _ in range(10))
    assert named >= 8, "else the blocks above would be too much alike to test anything"
