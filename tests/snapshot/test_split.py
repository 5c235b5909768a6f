"""Hashes that never change, and splits that keep together what belongs together."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from leadline.errors import DataError
from leadline.snapshot import content_hashes, rows_between, span_of, split_rows


def table(n: int = 2_000) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    return pl.DataFrame(
        {
            "x": rng.integers(0, 1_000, n),
            "word": [f"w{i}" for i in rng.integers(0, 5, n)],
            "patient": [f"p{i}" for i in rng.integers(0, 200, n)],
            "day": [datetime(2020, 1, 1) + timedelta(days=int(i)) for i in rng.integers(0, 90, n)],  # noqa: DTZ001
        }
    )


def test_hashes_are_pinned() -> None:
    frame = pl.DataFrame(
        {"n": [1, None], "s": ["ü", ""], "d": [datetime(2020, 1, 1), None]}  # noqa: DTZ001
    )
    assert content_hashes(frame, ["n", "s", "d"]).tolist() == PINNED


PINNED = [15531434250671718465, 8246632909552662140]


def test_hashes_are_the_same_in_another_process() -> None:
    code = (
        "import polars as pl; from leadline.snapshot import content_hashes;"
        "print(int(content_hashes(pl.DataFrame({'a': ['x'], 'b': [0.1]}), ['a', 'b'])[0]))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    here = content_hashes(pl.DataFrame({"a": ["x"], "b": [0.1]}), ["a", "b"])
    assert int(printed) == int(here[0])


def test_hashes_tell_contents_apart() -> None:
    def hashes(**columns: list[object]) -> NDArray[np.uint64]:
        return content_hashes(pl.DataFrame(columns), list(columns))

    assert len(set(hashes(a=["x|1:y", "x", None, "", "-"], b=["z", "1:y|z", None, "", "-"]))) == 5
    assert hashes(a=[1, 0])[0] == hashes(a=[1.0, 0.5])[0]
    assert hashes(a=[0.0])[0] == hashes(a=[-0.0])[0]
    assert hashes(a=[1])[0] != hashes(a=["1"])[0]


def test_random_split_keeps_equal_rows_together_and_grows_steadily() -> None:
    frame = table()
    mask = split_rows(frame, columns=["x", "word"], kind="random", seed=3)
    assert 0.15 < mask.mean() < 0.25
    sides = frame.with_columns(test=mask).group_by("x", "word").agg(pl.col("test").n_unique())
    assert sides["test"].max() == 1
    longer = pl.concat([table(500).with_columns(x=pl.col("x") + 5_000), frame])
    again = split_rows(longer, columns=["x", "word"], kind="random", seed=3)
    np.testing.assert_array_equal(again[500:], mask)
    other = split_rows(frame, columns=["x", "word"], kind="random", seed=4)
    assert 0.5 < (other == mask).mean() < 0.8


def test_group_split_keeps_groups_together() -> None:
    frame = table().with_columns(patient=pl.when(pl.col("x") < 500).then("patient").otherwise(None))
    mask = split_rows(frame, columns=["x", "word"], kind="group", column="patient")
    sides = frame.with_columns(test=mask).drop_nulls("patient").group_by("patient")
    assert sides.agg(pl.col("test").n_unique())["test"].max() == 1
    alone = mask[frame["patient"].is_null().to_numpy()]
    assert 0.1 < alone.mean() < 0.3


def test_time_split_takes_the_latest_and_cuts_between_moments() -> None:
    frame = table()
    mask = split_rows(frame, columns=["x"], kind="time", column="day", test_share=0.3)
    days = frame["day"].to_numpy()
    assert days[mask].min() > days[~mask].max()
    assert abs(mask.mean() - 0.3) < 0.02


def test_splits_that_cannot_be() -> None:
    frame = table(50)
    with pytest.raises(DataError, match="no column 'when'"):
        split_rows(frame, columns=["x"], kind="time", column="when")
    with pytest.raises(DataError, match="not read as dates"):
        split_rows(frame, columns=["x"], kind="time", column="word")
    with pytest.raises(DataError, match="no value in 50 rows"):
        split_rows(
            frame.with_columns(day=pl.lit(None, pl.Datetime("us"))),
            columns=["x"], kind="time", column="day",
        )  # fmt: skip
    for kind in ("time", "group"):
        with pytest.raises(DataError, match="one side"):
            split_rows(frame.with_columns(one=1), columns=["x"], kind=kind, column="one")


def test_a_span_of_time_holds_the_rows_it_was_made_of() -> None:
    moments = [datetime(2024, 1, 1) + timedelta(hours=row) for row in range(9)]  # noqa: DTZ001
    for values in (moments, list(range(2**53, 2**53 + 9)), [row / 8 for row in range(9)]):
        times = pl.Series([*values, None])
        inside = np.arange(10) % 10 < 9
        inside[:4] = False
        assert rows_between(times, *span_of(times.filter(inside))).tolist() == inside.tolist()
    assert not rows_between(times, "", "").any()
    # a span of numbers is none of dates
    assert not rows_between(pl.Series(moments), "3", "5").any()


def test_a_span_of_numbers_noted_as_moments_is_understood() -> None:
    years = pl.Series([2005, 2021, 2024])
    assert rows_between(
        years, "1970-01-01T00:00:00.002021", "1970-01-01T00:00:00.002024"
    ).tolist() == [False, True, True]
