"""Row digests never change, and tell contents apart."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl

from leadline.serving.releases.row_digests import row_digests


def frame(**columns: list[object]) -> pl.DataFrame:
    return pl.DataFrame(columns)


def n_different(X: pl.DataFrame) -> int:
    return int(np.unique(row_digests(X)).size)


def test_digests_are_pinned() -> None:
    """Releases that were sealed must know their rows in years to come."""
    X = frame(
        n=[1.5, None],
        s=["ü", ""],
        d=[datetime(2020, 1, 1), None],  # noqa: DTZ001
        e=[None, None],
    )
    X = X.with_columns(pl.col("e").cast(pl.String))
    assert row_digests(X).tolist() == [8287573719016626490, 15626566045555171726]


def test_contents_are_told_apart() -> None:
    assert n_different(frame(a=["x", "", None, "y"])) == 4
    assert n_different(frame(a=[0.0, None, 1.0, -1.0, 5e-324])) == 5
    assert n_different(frame(a=["x", "y"], b=["y", "x"])) == 2
    assert n_different(frame(a=[1.0, None], b=[None, 1.0])) == 2
    assert n_different(frame(a=[None, "x", None], b=["x", None, None])) == 3
    instant = datetime(2020, 1, 1)  # noqa: DTZ001
    assert n_different(frame(at=[instant, instant + timedelta(microseconds=1), None])) == 3


def test_equal_contents_are_equal_wherever_they_stand() -> None:
    X = frame(a=["x", None, "y", "x"], b=[0.0, 2.0, 3.0, -0.0])
    first = row_digests(X)
    assert first[0] == first[3]
    assert (row_digests(X.reverse()) == first[::-1]).all()
    assert (row_digests(X[1:3]) == first[1:3]).all()
    assert row_digests(X.clear()).size == 0


def test_no_number_is_no_value() -> None:
    """Which bits a NaN has differs from machine to machine."""
    bits = np.array([0x7FF8000000000001], dtype=np.uint64)
    odd = frame(a=[None, float("nan"), -float("nan"), float(bits.view(np.float64)[0])])
    assert n_different(odd) == 1
    assert n_different(frame(a=[float("nan"), float("inf"), -float("inf")])) == 3


def test_every_bit_is_used_evenly() -> None:
    """Rows that differ little, as counted ones do, spread over all numbers."""
    n = 20_000
    X = frame(a=[float(i % 200) for i in range(n)], b=[float(i // 200) for i in range(n)])
    digests = row_digests(X)
    assert np.unique(digests).size == n
    ones = [(digests >> np.uint64(bit) & np.uint64(1)).mean() for bit in range(64)]
    # five standard errors of a fair coin
    assert np.abs(np.array(ones) - 0.5).max() < 5 * 0.5 / np.sqrt(n)
