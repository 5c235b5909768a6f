"""A module beside the settings, and a model fitted by its name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.serving.conftest import COLUMNS, make_frame

from leadline.engines.loading import load_family

Write = Callable[..., Path]
MEANS = """
    import numpy as np

    def size_of(X):
        return X["size"].fill_null(0.0).to_numpy() if "size" in X.columns else np.zeros(X.height)

    def fit(X, y, seed):
        size = size_of(X)
        if y.dtype.kind == "f":
            return {"mean": float(y.mean())}
        return {str(one): float(size[y == one].mean()) for one in np.unique(y)}

    def predict(model, X):
        size = size_of(X)
        if "mean" in model:
            return np.full(X.height, model["mean"])
        names = sorted(model)
        far = np.array([np.abs(size - model[name]) for name in names])
        return PREDICTED
"""
SHARES = MEANS.replace("PREDICTED", "(1 / (1 + far) / (1 / (1 + far)).sum(axis=0)).T")
LABELS = MEANS.replace("PREDICTED", "[names[i] for i in far.argmin(axis=0)]")


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Write]:
    """Writes a module beside where leadline.toml would lie; what was imported is forgotten."""
    path = list(sys.path)

    def writing(name: str, text: str) -> Path:
        (tmp_path / f"{name}.py").write_text(dedent(text), encoding="utf-8")
        return tmp_path

    yield writing
    sys.path[:] = path
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


def labels(frame: pl.DataFrame) -> Any:
    return np.where(frame["size"].to_numpy() > 0, "yes", "no")


def fitted(name: str, folder: Path | str = "", task: str = "binary", seed: int = 0) -> Any:
    """The model of a name, fitted to eighty rows."""
    frame = make_frame()
    y = frame["size"].to_numpy() if task == "regression" else labels(frame)
    family = load_family(name, folder)
    return family.build(family.candidates(task, COLUMNS, 80)[0], task, COLUMNS, seed).fit(frame, y)
