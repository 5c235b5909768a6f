"""Sample table: missing values, a column without any value, empty text, images."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.reading.images.image_files import png_of_numbers

COLUMNS = {
    "size": "number",
    "empty": "number",
    "town": "category",
    "said": "text",
    "at": "date",
    "photo": "image",
}
_WORDS = ("late", "early", "rain", "sun", "crew", "gate", "fog", "fine")
_SIDE = 6


def frame_of(n_rows: int, seed: int = 0) -> pl.DataFrame:
    """Mixed columns with missing values, one of them all missing."""
    rng = np.random.default_rng(seed)
    sizes = rng.normal(50.0, 20.0, n_rows)
    start = datetime(2024, 1, 1)  # noqa: DTZ001 -- dates of a snapshot carry no zone
    texts = [" ".join(rng.choice(_WORDS, rng.integers(0, 5))) for _ in range(n_rows)]
    frame = pl.DataFrame(
        {
            "size": sizes,
            "empty": pl.Series([None] * n_rows, dtype=pl.Float64),
            "town": rng.choice(["Ulm", "Bern", "Graz", "Brno"], n_rows),
            "said": texts,
            "at": [start + timedelta(hours=int(h)) for h in rng.integers(0, 9000, n_rows)],
            "photo": [photo_of(size, rng) for size in sizes],
        },
        schema_overrides={"at": pl.Datetime("us")},
    )
    holes = pl.Series(rng.random(n_rows) < 0.1)
    return frame.with_columns(
        pl.when(~holes).then(pl.col(name)).alias(name) for name in ("size", "town", "at", "photo")
    )


def photo_of(size: float, rng: np.random.Generator, *, n_channels: int = 1) -> bytes:
    """Noise, the brighter the larger the size."""
    form = (_SIDE, _SIDE) if n_channels == 1 else (_SIDE, _SIDE, n_channels)
    return png_of_numbers(rng.normal(100.0 + size, 30.0, form))


def labels_of(frame: pl.DataFrame, task: str) -> NDArray[Any]:
    """A label that depends on the size and the town."""
    size = frame["size"].fill_null(50.0).to_numpy()
    value = size + 10.0 * (frame["town"] == "Ulm").fill_null(value=False).to_numpy()
    if task == "regression":
        return value
    if task == "binary":
        return np.where(value > np.median(value), "yes", "no")
    return np.array(["high", "low", "mid"])[
        np.searchsorted(np.quantile(value, [1 / 3, 2 / 3]), value)
    ]
