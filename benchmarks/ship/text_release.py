"""A release of texts with hundreds of thousands of terms: sealed, opened, and its size.

    python benchmarks/ship/text_release.py [--columns 4] [--rows 6000]

TF-IDF of words, pairs of words and pieces of words, up to 100,000 terms a column of generated
texts, and a linear model of ten classes. Seconds of processor. Beside it the model alone: stored
and loaded by skops as it is now, and with each vocabulary as a mapping, as it was.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import polars as pl
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sklearn.base import BaseEstimator

from leadline.engines.families.inputs.encoders import Words
from leadline.engines.loading import load
from leadline.serving.releases.bundle import Card, open_bundle, seal
from leadline.serving.releases.models import dump_model, load_model

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

N_CLASSES = 10


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--columns", type=int, default=4)
    parser.add_argument("--rows", type=int, default=6_000)
    parser.add_argument("--without-before", action="store_true", help="leave out how it was")
    given = parser.parse_args()
    X, y = _texts(given.columns, given.rows)
    columns = dict.fromkeys(X.columns, "text")
    model = load("families", "linear")().build({"C": 1.0, "pieces": True}, "multiclass", columns, 0)
    model.set_params(model__max_iter=2).fit(X, y)
    classes = tuple(map(str, model.classes_))
    card = Card(project="t", label="y", task="multiclass", columns=columns, classes=classes)
    n_terms = model[-1].coef_.shape[1]
    lines = [[f"release, {n_terms:,} terms", *_release(model, card, X)]]
    lines.append(["model alone", *_model(model)])
    if not given.without_before:
        with patch.object(Words, "__getstate__", BaseEstimator.__getstate__):
            lines.append(["model alone, as it was", *_model(model)])
    print(markdown(["what", "stored s", "opened s", "MB"], lines))


def _texts(n_columns: int, n_rows: int) -> tuple[pl.DataFrame, Any]:
    """Texts of 80 words out of 60,000, a few of them frequent."""
    rng = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyzäöü"))
    words = np.array(["".join(rng.choice(letters, rng.integers(3, 11))) for _ in range(60_000)])
    drawn = (words.size * rng.random((n_columns, n_rows, 80)) ** 3).astype(np.int64)
    made = {
        f"t{index}": [" ".join(row) for row in words[column]] for index, column in enumerate(drawn)
    }
    return pl.DataFrame(made), rng.integers(0, N_CLASSES, n_rows).astype(str)


def _release(model: Any, card: Card, X: pl.DataFrame) -> list[str]:
    key = Ed25519PrivateKey.generate()
    with tempfile.TemporaryDirectory() as name:
        sealing = _cpu_s(
            lambda: seal(Path(name), model=model, card=card, golden_X=X.head(200), key=key)
        )
        (folder,) = Path(name).iterdir()
        opening = _cpu_s(lambda: open_bundle(folder, trusted=[key.public_key()]))
        size = sum(path.stat().st_size for path in folder.iterdir())
    return [f"{sealing:.1f}", f"{opening:.1f}", f"{size / 1e6:.1f}"]


def _model(model: Any) -> list[str]:
    data: list[bytes] = []
    storing = _cpu_s(lambda: data.append(dump_model(model)))
    loading = _cpu_s(lambda: load_model(data[0]))
    return [f"{storing:.1f}", f"{loading:.1f}", f"{len(data[0]) / 1e6:.1f}"]


def _cpu_s(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


if __name__ == "__main__":
    main()
