"""Snapshots as Parquet bytes."""

from __future__ import annotations

import io

import polars as pl


def to_parquet(frame: pl.DataFrame) -> bytes:
    """Write a frame as Parquet.

    Examples
    --------
    >>> frame = pl.DataFrame({"x": [1, None]})
    >>> from_parquet(to_parquet(frame)).equals(frame)
    True
    """
    target = io.BytesIO()
    frame.write_parquet(target, compression="zstd")
    return target.getvalue()


def from_parquet(data: bytes) -> pl.DataFrame:
    """Read what `to_parquet` wrote."""
    return pl.read_parquet(io.BytesIO(data))
