from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from leadline.monitoring.feature_drift import column_shifts
from leadline.reading.images.image_files import png_of_numbers

KINDS = {"speed": "number", "plan": "category", "note": "text", "at": "date"}


def rows(n_rows: int, seed: int, *, mean: float = 0.0, basic: float = 0.5) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "speed": rng.normal(mean, 1, n_rows),
            "plan": np.where(rng.random(n_rows) < basic, "basic", "plus"),
            "note": rng.choice(["it is late", "it is early"], n_rows),
            "at": pl.Series([seed] * n_rows).cast(pl.Datetime("us")),
        }
    )


def test_equal_blocks_show_nothing() -> None:
    reference = rows(2000, 0)
    assert column_shifts(reference, reference, KINDS) == []


def test_the_largest_shift_comes_first_in_words() -> None:
    found = column_shifts(rows(500, 1, mean=3, basic=0.9), rows(2000, 0), KINDS)
    assert [shift["column"] for shift in found] == ["speed", "plan"]
    assert "'speed' is higher: mean 2.96" in found[0]["words"]
    assert "'plan':" in found[1]["words"]
    assert found[0]["distance"] > found[1]["distance"] > 0.3
    assert "lower" in column_shifts(rows(500, 1, mean=-3), rows(2000, 0), KINDS)[0]["words"]


def test_missing_values_are_a_shift_of_their_own() -> None:
    block = rows(500, 1).with_columns(
        pl.when(pl.int_range(500) < 300).then(None).otherwise(pl.col("speed")).alias("speed")
    )
    (found,) = column_shifts(block, rows(2000, 0), {"speed": "number"})
    assert found["words"] == "'speed' is missing in 60% of the rows, 0% before"


def test_new_and_missing_categories_count() -> None:
    block = pl.DataFrame({"plan": ["new"] * 60 + [None] * 40})
    reference = pl.DataFrame({"plan": ["basic"] * 50 + ["plus"] * 50})
    (found,) = column_shifts(block, reference, {"plan": "category"})
    assert found["distance"] == 1.0
    assert found["words"] == (
        "'plan': 'new' in 60.0% of the rows, never seen before; "
        "'plan' is missing in 40% of the rows, 0% before"
    )


def test_a_column_without_any_value_is_missing_in_every_row() -> None:
    block = rows(10, 1).with_columns(pl.lit(None, dtype=pl.Float64).alias("speed"))
    (found,) = column_shifts(block, rows(100, 0), {"speed": "number"})
    assert found["words"] == "'speed' is missing in every row, 0% before"
    assert column_shifts(block, block, {"speed": "number"}) == []


def test_without_rows_nothing_is_named() -> None:
    assert column_shifts(rows(0, 1), rows(100, 0), KINDS) == []
    assert column_shifts(rows(10, 1), rows(0, 0), KINDS) == []


def scans(n_rows: int, seed: int, *, light: float = 128.0, stripes: bool = False) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    values = rng.normal(light, 20.0, (n_rows, 8, 8)) + rng.normal(0, 20, (n_rows, 1, 1))
    values += rng.normal(0, 40, (n_rows, 1, 1)) * np.linspace(-1, 1, 8)
    if stripes:
        values = values[:, :, ::-1] + 30 * np.linspace(-1, 1, 8)
    return pl.DataFrame({"scan": [png_of_numbers(one) for one in values]})


def test_images_that_look_different_do_so_in_words() -> None:
    reference, kinds = scans(400, 0), {"scan": "image"}
    assert column_shifts(reference, reference, kinds) == []
    (darker,) = column_shifts(scans(200, 1, light=90.0), reference, kinds)
    assert darker["words"] == "'scan' is darker: 0.35 on average, 0.50 before (0 to 1)"
    (other,) = column_shifts(scans(200, 1, stripes=True), reference, kinds)
    assert "other patterns of light and dark" in other["words"]
    lost = scans(200, 1).with_columns(
        pl.when(pl.int_range(200) >= 120).then(pl.col("scan")).alias("scan")
    )
    (missing,) = column_shifts(lost, reference, kinds)
    assert missing["words"] == "'scan' is missing in 60% of the rows, 0% before"


def test_as_many_missing_values_as_before_hide_no_shift() -> None:
    def sparse(n_rows: int, seed: int, mean: float = 0.0) -> pl.DataFrame:
        some = pl.when(pl.int_range(n_rows) % 5 < 2).then(pl.col("speed")).alias("speed")
        return rows(n_rows, seed, mean=mean).with_columns(some)

    assert column_shifts(sparse(2_000, 1), sparse(2_000, 0), {"speed": "number"}) == []
    (found,) = column_shifts(sparse(2_000, 1, 0.5), sparse(2_000, 0), {"speed": "number"})
    assert "'speed' is higher" in found["words"]


def test_all_columns_that_moved_are_named_the_most_moved_first() -> None:
    moved = [0.5, 3.0, 1.0, 2.5, 1.5, 2.0]
    columns = [f"c{place}" for place in range(len(moved))]
    rng = np.random.default_rng(0)
    reference = pl.DataFrame({name: rng.normal(0, 1, 2_000) for name in columns})
    block = pl.DataFrame(
        {name: rng.normal(by, 1, 500) for name, by in zip(columns, moved, strict=True)}
    )
    found = column_shifts(block, reference, dict.fromkeys(columns, "number"))
    assert [shift["column"] for shift in found] == ["c1", "c3", "c5", "c4", "c2", "c0"]


@pytest.mark.parametrize("n_rows", [20, 50, 200, 1_000])
def test_rows_like_those_before_move_hardly_a_column(n_rows: int) -> None:
    """The case shift-noise: before, nearly every column of a small block was named."""
    rng = np.random.default_rng(0)
    columns: dict[str, Any] = {f"x{place}": rng.normal(size=5_000) for place in range(4)}
    columns["c"] = rng.choice(list("abcd"), 5_000)
    columns["town"] = rng.zipf(1.7, 5_000).astype(str)
    columns["gap"] = np.where(rng.random(5_000) < 0.3, np.nan, 1.0)
    reference = pl.DataFrame(columns).with_columns(pl.col("gap").fill_nan(None))
    kinds = dict.fromkeys(columns, "number") | {"c": "category", "town": "category"}
    blocks = [reference.sample(n_rows, seed=seed) for seed in range(60)]
    n_named = sum(len(column_shifts(block, reference, kinds)) for block in blocks)
    assert n_named <= 7, "one of twenty blocks, three standard deviations above"


def test_a_real_shift_is_seen_in_fifty_rows() -> None:
    found = column_shifts(rows(50, 1, mean=1.0, basic=0.9), rows(2_000, 0), KINDS)
    assert {shift["column"] for shift in found} == {"speed", "plan"}


def test_a_few_rows_say_nothing_of_a_column() -> None:
    reference = rows(400, 1)
    whole = rows(10, 2).with_columns(speed=pl.lit(7.0), plan=pl.lit("gone"))
    assert column_shifts(whole[:9], reference, KINDS) == []
    assert column_shifts(whole, reference, KINDS)
