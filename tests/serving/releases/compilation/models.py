"""Fitted models of every family, on columns of every kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
import polars as pl

from leadline.engines.loading import load
from leadline.reading.schema import CellType, ColumnReading, ReadingSchema
from leadline.serving.releases.compilation.compiling import Answering
from leadline.serving.releases.manifest import Card
from leadline.serving.releases.slow_path import slow_answers

KINDS = {
    "size": "number",
    "age": "number",
    "same": "number",
    "void": "number",
    "town": "category",
    "color": "category",
    "said": "text",
    "note": "text",
    "at": "date",
}
SETS: Mapping[str, tuple[str, ...]] = {
    "numbers": ("size", "age", "same", "void"),
    "categories": ("town", "color"),
    "text": ("said",),
    "date": ("at",),
    "table": ("size", "age", "town", "color", "at"),
    "all": tuple(KINDS),
}
_CELLS = {
    "number": CellType.NUMBER,
    "category": CellType.WORDS,
    "text": CellType.WORDS,
    "date": CellType.DATE,
}
_WORDS = ["late", "again", "on", "time", "never", "Straße", "café", "no", "yes", "train", "a"]


@dataclass(frozen=True)
class Fitted:
    """A model with what a release of it would say."""

    model: Any
    card: Card
    X: pl.DataFrame

    @property
    def slow(self) -> Answering:
        return partial(slow_answers, self.model, self.card)


@cache
def frame(n_rows: int = 150) -> pl.DataFrame:
    rng = np.random.default_rng(3)

    def texts(longest: int) -> list[str]:
        return [" ".join(rng.choice(_WORDS, rng.integers(0, longest))) for _ in range(n_rows)]

    days = np.datetime64("2019-01-01T10:15") + rng.integers(0, 2_000_000, n_rows)
    towns = ["Ulm", "Bern", "7", "Köln", *(f"t{index}" for index in range(20))]
    made = pl.DataFrame(
        {
            "size": rng.normal(size=n_rows),
            "age": rng.integers(0, 90, n_rows).astype(float),
            "same": np.ones(n_rows),
            "void": pl.Series([None] * n_rows, dtype=pl.Float64),
            "town": rng.choice(towns, n_rows),
            "color": rng.choice(["red", "Blue", "green"], n_rows),
            "said": texts(12),
            "note": texts(5),
            "at": pl.Series(days.astype("datetime64[us]")),
        }
    )
    gaps = {name: pl.Series(rng.random(n_rows) < 0.1) for name in ("age", "color", "at")}
    return made.with_columns(
        pl.when(gap).then(None).otherwise(pl.col(name)).alias(name) for name, gap in gaps.items()
    )


def labels(task: str) -> Any:
    X = frame()
    noise = np.random.default_rng(0).normal(size=X.height) * 0.3
    late = X["said"].str.contains("late").to_numpy()
    value = X["size"].to_numpy() + (X["town"] < "T").to_numpy() + late + noise
    if task == "regression":
        return value * 100
    if task == "binary":
        return (value > np.median(value)).astype(int)
    return np.array(["a", "b", "c"])[np.digitize(value, np.quantile(value, [0.3, 0.7]))]


def card_of(task: str, names: tuple[str, ...], *, is_read: bool = True) -> Card:
    """A card without any reading is one of the time before there were schemas."""
    columns = {name: KINDS[name] for name in names}
    cells = (ColumnReading(name=name, type=_CELLS[kind]) for name, kind in columns.items())
    return Card(
        project="delays",
        label="late",
        task=task,
        columns=columns,
        positive="1" if task == "binary" else "",
        classes={"binary": ("0", "1"), "multiclass": ("a", "b", "c")}.get(task, ()),
        threshold=0.4 if task == "binary" else None,
        reading=tuple(ReadingSchema(tuple(cells)).to_payload()) if is_read else (),
    )


def build(family: str, task: str, names: tuple[str, ...], params: Any = None) -> Any:
    """An unfitted model; the default candidate, with some parameters changed."""
    columns = {name: KINDS[name] for name in names}
    maker = load("families", family)()
    default = maker.candidates(task, columns, frame().height)
    return maker.build({**(default[0] if default else {}), **(params or {})}, task, columns, 0)


def fitted(
    family: str,
    task: str,
    names: tuple[str, ...],
    params: Any = None,
    *,
    is_read: bool = True,
) -> Fitted:
    X = frame().select(names)
    model = build(family, task, names, params).fit(X, labels(task))
    return Fitted(model, card_of(task, names, is_read=is_read), X)
