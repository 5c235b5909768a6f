"""A small sealed release, and the frame it learnt from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from leadline.engines.loading import load
from leadline.reading.unusual_inputs import UsualInputs
from leadline.serving.releases.bundle import Card, ReleaseBundle, SealedBundle, open_bundle, seal

COLUMNS = {"size": "number", "town": "category", "said": "text", "at": "date"}


@dataclass(frozen=True)
class Sealed:
    """A release on disk, with all that it took to make it."""

    folder: Path
    sealed: SealedBundle
    card: Card
    model: Any
    X: pl.DataFrame
    key: Ed25519PrivateKey

    @property
    def path(self) -> Path:
        return self.folder / self.sealed.digest

    def open(self) -> ReleaseBundle:
        return open_bundle(self.path, trusted=[self.key.public_key()])


def make_frame(n_rows: int = 80) -> pl.DataFrame:
    rng = np.random.default_rng(3)
    return pl.DataFrame(
        {
            "size": rng.normal(size=n_rows),
            "town": rng.choice(["Ulm", "Bern", "7"], n_rows),
            "said": rng.choice(["late again", "on time", ""], n_rows),
            "at": pl.Series([f"2024-05-{day:02d} 10:00" for day in rng.integers(1, 31, n_rows)]),
        }
    ).with_columns(pl.col("at").str.to_datetime("%Y-%m-%d %H:%M", time_unit="us"))


def make_release(folder: Path, task: str = "binary", family: str = "linear") -> Sealed:
    X = make_frame()
    size = X["size"].to_numpy()
    y: Any = {
        "binary": (size > 0).astype(int),
        "multiclass": X["town"].to_numpy().astype(str),
        "regression": size,
    }[task]
    maker = load("families", family)()
    model = maker.build(maker.candidates(task, COLUMNS, X.height)[0], task, COLUMNS, 0).fit(X, y)
    card = Card(
        project="delays",
        label="late",
        task=task,
        columns=COLUMNS,
        positive="yes" if task == "binary" else "",
        classes={"binary": ("no", "yes"), "multiclass": ("7", "Bern", "Ulm")}.get(task, ()),
        threshold=0.4 if task == "binary" else None,
        missing=("n/a",),
        metrics={"roc_auc": 0.9},
    )
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    # thousands of odd rows are for the tests of compiling
    usual = UsualInputs.of(X, COLUMNS)
    golden = X.head(20)
    sealed = seal(
        folder, model=model, card=card, golden_X=golden, key=key, usual=usual, n_odd_rows=200
    )
    return Sealed(folder, sealed, card, model, X, key)


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    """A binary release that no test may change."""
    return make_release(tmp_path_factory.mktemp("releases"))


@pytest.fixture
def new_release(tmp_path: Path) -> Callable[..., Sealed]:
    """Makes a release that a test may change."""
    return lambda task="binary", family="linear": make_release(tmp_path / "releases", task, family)
