"""One row through a release: the fast path beside the slow path and a bare scikit-learn pipeline.

    python benchmarks/ship/one_row.py [--seconds .5] [--families linear forest]

Milliseconds of processor a row in calls of 1, 8, 32 and 256 rows; no HTTP. Tables have 16 columns
(10 numbers, 4 categories, a date and a flag as text) and 5,000 rows to learn from; texts have 40
words. Each family is as a search makes it by default; boosting is also tried with 300 iterations.
The bare pipeline is scikit-learn's own of the same kind: a frame of the rows, a ColumnTransformer
(or a TfidfVectorizer) and the estimator. The three take turns; the figure is the median of five.
Below, how many rows the compiled form was held against when the release was sealed, and whether it
gives another digit on the 5,000 rows learnt from.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from leadline.engines.loading import load
from leadline.serving.releases.bundle import Card, ReleaseBundle, open_bundle, seal
from leadline.serving.releases.compilation.compiling import first_difference
from leadline.serving.releases.compilation.odd_rows import request_rows
from leadline.serving.releases.signed_files import COMPILED
from leadline.serving.releases.slow_path import slow_answers

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

SIZES, TURNS, N_ROWS = (1, 8, 32, 256), 5, 5_000
TABLE = {
    **{f"n{index}": "number" for index in range(10)},
    **{f"c{index}": "category" for index in range(4)},
    "flag": "category",
    "at": "date",
}
TEXT = {"said": "text"}
CASES: Mapping[str, tuple[str, Mapping[str, str], Mapping[str, Any]]] = {
    "linear, 16 columns": ("linear", TABLE, {}),
    "bayes, 16 columns": ("bayes", TABLE, {}),
    "forest of 100 trees, 16 columns": ("forest", TABLE, {}),
    "boosting of 100 iterations, 16 columns": ("boosting", TABLE, {}),
    "boosting of 300 iterations, 16 columns": ("boosting", TABLE, {"max_iter": 300}),
    "linear, one text": ("linear", TEXT, {}),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=0.5, help="of each measurement")
    parser.add_argument("--families", nargs="*", default=[])
    given = parser.parse_args()
    figures, held = [], []
    with tempfile.TemporaryDirectory() as name, threadpool_limits(1):
        for words, (family, columns, params) in CASES.items():
            if given.families and family not in given.families:
                continue
            X = frame(columns)
            y = labels(X)
            bundle, model, n_bytes = _release(Path(name), family, columns, params, X, y)
            ways = _ways(bundle, model, _bare(family, params).fit(X, y), X)
            rows = request_rows(X)
            figures += _figures(words, ways, rows, given.seconds)
            differs = first_difference(ways["fast"], ways["slow"], rows) or "in none"
            n_held = f"{bundle.manifest.compiled_rows:,}"
            held.append([words, n_held, differs, f"{n_bytes / 1e3:,.0f}"])
    head = ["release", "rows a call", *("fast ms", "slow ms", "bare ms"), "bare / fast"]
    print(markdown(head, figures))
    print()
    print(
        markdown(
            ["release", "rows held against when sealed", f"differs in {N_ROWS:,} more", "kB"], held
        )
    )


def frame(columns: Mapping[str, str]) -> pl.DataFrame:
    """Rows with a tenth of the values missing."""
    rng = np.random.default_rng(0)
    made: dict[str, Any] = {}
    words = np.array([f"word{index}" for index in range(3_000)])
    frequent = 1 / np.arange(1, words.size + 1)
    for name, kind in columns.items():
        if kind == "number":
            values: Any = rng.normal(size=N_ROWS)
        elif kind == "date":
            minutes = rng.integers(0, 2_000_000, N_ROWS)
            values = (np.datetime64("2021-01-01T00:00") + minutes).astype("datetime64[us]")
        elif kind == "category":
            levels = 2 if name == "flag" else 5 + 20 * int(name[1:])
            values = np.array([f"level {index}" for index in range(levels)])[
                rng.integers(0, levels, N_ROWS)
            ]
        else:
            drawn = rng.choice(words, (N_ROWS, 40), p=frequent / frequent.sum())
            values = [" ".join(row) for row in drawn]
        missing = pl.Series(rng.random(N_ROWS) < 0.1)
        gaps = pl.when(missing & (kind != "text")).then(None)
        made[name] = pl.select(gaps.otherwise(pl.Series(values))).to_series()
    return pl.DataFrame(made)


def labels(X: pl.DataFrame) -> Any:
    rng = np.random.default_rng(1)
    if "said" in X.columns:
        hint = X["said"].str.count_matches("word7").to_numpy() - 2.0
    else:
        hint = X["n0"].fill_null(0).to_numpy() + (X["c1"] > "level 2").fill_null(False).to_numpy()
    return (hint + rng.normal(size=X.height) > 0).astype(int)


def _release(
    folder: Path,
    family: str,
    columns: Mapping[str, str],
    params: Mapping[str, Any],
    X: pl.DataFrame,
    y: Any,
) -> tuple[ReleaseBundle, Any, int]:
    maker = load("families", family)()
    chosen = {**maker.candidates("binary", columns, N_ROWS)[0], **params}
    model = maker.build(chosen, "binary", columns, 0).fit(X, y)
    card = Card(
        project="one row",
        label="y",
        task="binary",
        columns=columns,
        positive="1",
        classes=("0", "1"),
        threshold=0.5,
        family=family,
    )
    key = Ed25519PrivateKey.generate()
    sealed = seal(folder, model=model, card=card, golden_X=X.head(200), key=key)
    bundle = open_bundle(folder / sealed.digest, trusted=[key.public_key()])
    assert not bundle.not_compiled, bundle.not_compiled
    n_bytes = (folder / sealed.digest / COMPILED).stat().st_size
    return bundle, model, n_bytes


def _bare(family: str, params: Mapping[str, Any]) -> Any:
    """The same in scikit-learn alone."""
    if family == "linear":
        last: Any = LogisticRegression(max_iter=200)
    elif family == "bayes":
        last = GaussianNB()
    elif family == "forest":
        last = RandomForestClassifier(min_samples_leaf=5, random_state=0)
    else:
        last = HistGradientBoostingClassifier(max_iter=100, early_stopping=False)
        last.set_params(**params)
    return _BareTable(last, one_hot=family == "linear")


class _BareTable:
    """A ColumnTransformer and an estimator; a TfidfVectorizer where there is a text."""

    def __init__(self, last: Any, *, one_hot: bool) -> None:
        self._last, self._one_hot = last, one_hot

    def fit(self, X: pl.DataFrame, y: Any) -> _BareTable:
        if "said" in X.columns:
            words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
            letters = TfidfVectorizer(
                analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, min_df=2
            )
            columns = ColumnTransformer([("words", words, "said"), ("letters", letters, "said")])
        else:
            coded: Any = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
            if self._one_hot:
                coded = OneHotEncoder(handle_unknown="ignore")
            filled = make_pipeline(SimpleImputer(strategy="most_frequent"), coded)
            numbers = make_pipeline(SimpleImputer(), StandardScaler())
            columns = ColumnTransformer(
                [
                    ("numbers", numbers, [name for name in X.columns if name[0] == "n"]),
                    ("words", filled, [name for name in X.columns if name[0] in "cf"]),
                ]
            )
        self._pipeline = make_pipeline(columns, self._last).fit(self._plain(X), y)
        return self

    def scores(self, rows: Sequence[tuple[Any, ...]], schema: Mapping[str, Any]) -> Any:
        frame = pl.DataFrame(rows, schema=schema, orient="row")
        return self._pipeline.predict_proba(self._plain(frame))[:, 1].tolist()

    @staticmethod
    def _plain(X: pl.DataFrame) -> pl.DataFrame:
        words = [name for name in X.columns if name[0] in "cf"]
        return X.with_columns(pl.col(words).fill_null("none"))


def _ways(
    bundle: ReleaseBundle, model: Any, bare: _BareTable, X: pl.DataFrame
) -> dict[str, Callable[[Sequence[tuple[Any, ...]]], Any]]:
    schema = {
        name: pl.String if dtype == pl.Datetime else dtype for name, dtype in X.schema.items()
    }
    compiled = bundle.compiled
    assert compiled is not None
    return {
        "fast": compiled.answer,
        "slow": partial(slow_answers, model, bundle.manifest),
        "bare": partial(bare.scores, schema=schema),
    }


def _figures(
    words: str,
    ways: Mapping[str, Callable[[Sequence[tuple[Any, ...]]], Any]],
    rows: Sequence[tuple[Any, ...]],
    seconds: float,
) -> list[list[str]]:
    """Milliseconds of processor a row, by the size of the call."""
    lines = []
    for size in SIZES:
        took: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(TURNS):
            for name, way in ways.items():
                took[name].append(_ms_a_row(way, rows, size, seconds / TURNS))
        fast, slow, bare = (statistics.median(took[name]) for name in ways)
        shown = [f"{value:.3f}" for value in (fast, slow, bare)]
        lines.append([words, f"{size}", *shown, f"{bare / fast:.1f}"])
    return lines


def _ms_a_row(
    way: Callable[[Sequence[tuple[Any, ...]]], Any],
    rows: Sequence[tuple[Any, ...]],
    size: int,
    seconds: float,
) -> float:
    way(rows[:size])
    n_rows, at = 0, 0
    begun = time.process_time()
    while time.process_time() - begun < seconds:
        way(rows[at : at + size])
        n_rows += size
        at = (at + size) % (len(rows) - size)
    return (time.process_time() - begun) / n_rows * 1e3


if __name__ == "__main__":
    main()
