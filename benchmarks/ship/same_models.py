"""The same model twice: a sealed release, and the bare scikit-learn pipeline inside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import polars as pl
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from leadline.engines.loading import load
from leadline.serving.releases.bundle import Card, seal

_N_ROWS, _N_TEXTS, _N_ASKED = 5000, 2000, 64
_NUMBERS, _CATEGORIES = 10, 6
_VOCABULARY, _WORDS = 2000, 30


@dataclass(frozen=True)
class Model:
    """A model as both sides serve it.

    Attributes
    ----------
    name : str
        In the tables.
    release : Path
        Sealed.
    bare : Path
        File of the bare pipeline and its columns.
    pipeline : object
        What that file holds, opened.
    columns : list of str
        In the order of the pipeline.
    rows : list of dict
        To ask about; none of them was learnt.
    """

    name: str
    release: Path
    bare: Path
    pipeline: Any
    columns: list[str]
    rows: list[dict[str, Any]]

    def inputs(self, rows: list[dict[str, Any]]) -> Any:
        """Rows as the pipeline takes them."""
        if len(self.columns) == 1:
            return [row[self.columns[0]] for row in rows]
        return np.array([[row[name] for name in self.columns] for row in rows], dtype=object)


def make(name: str, folder: Path, key: Ed25519PrivateKey) -> Model:
    """Train, seal, and take the bare pipeline out.

    Parameters
    ----------
    name : {"text, linear", "table, linear", "table, boosting"}
        Which.
    folder : Path
        Where both are written.
    key : Ed25519PrivateKey
        Signs the release.
    """
    make_rows, family_name, bare_of = _MODELS[name]
    X, y, columns = make_rows()
    learnt, asked = X[:-_N_ASKED], X[-_N_ASKED:]
    family = load("families", family_name)()
    candidate = family.candidates("binary", columns, learnt.height)[0]
    model = family.build(candidate, "binary", columns, 0).fit(learnt, y[:-_N_ASKED])
    pipeline, order = bare_of(model, learnt, columns)
    card = Card(
        project="servers",
        label="y",
        task="binary",
        columns=columns,
        positive="1",
        classes=("0", "1"),
        threshold=0.5,
        family=family_name,
    )
    sealed = seal(folder / "releases", model=model, card=card, golden_X=asked, key=key)
    bare = folder / f"{sealed.release_id}.joblib"
    joblib.dump({"pipeline": pipeline, "columns": order}, bare)
    rows = asked.to_dicts()
    return Model(name, folder / "releases" / sealed.digest, bare, pipeline, order, rows)


def names() -> list[str]:
    """The three models."""
    return list(_MODELS)


_Rows = tuple[pl.DataFrame, Any, dict[str, str]]


def _table() -> _Rows:
    rng = np.random.default_rng(0)
    numbers = {f"n{i}": rng.normal(i, 1 + i, _N_ROWS).round(4) for i in range(_NUMBERS)}
    levels = {f"c{i}": [f"level {j}" for j in range(3 + 2 * i)] for i in range(_CATEGORIES)}
    words = {name: rng.choice(its, _N_ROWS) for name, its in levels.items()}
    lean = numbers["n0"] + (numbers["n1"] - 1) / 2 * (words["c0"] == "level 1")
    y = (lean + rng.logistic(size=_N_ROWS) > 0).astype(int)
    kinds = dict.fromkeys(numbers, "number") | dict.fromkeys(words, "category")
    return pl.DataFrame({**numbers, **words}), y, kinds


def _texts() -> _Rows:
    rng = np.random.default_rng(0)
    syllables = [first + second for first in "bdklmnprst" for second in "aeiou"]
    vocabulary = ["".join(rng.choice(syllables, rng.integers(1, 5))) for _ in range(_VOCABULARY)]
    # words are as rare as in a language: the r-th as often as 1 / r
    shares = 1 / np.arange(1, _VOCABULARY + 1)
    drawn = rng.choice(_VOCABULARY, (_N_TEXTS, _WORDS), p=shares / shares.sum())
    lean = (drawn % 7 == 3).sum(axis=1) - (drawn % 7 == 5).sum(axis=1)
    y = (lean + rng.logistic(size=_N_TEXTS) > 0).astype(int)
    texts = [" ".join(vocabulary[word] for word in row) for row in drawn]
    return pl.DataFrame({"text": texts}), y, {"text": "text"}


def _bare_text(model: Any, X: pl.DataFrame, columns: dict[str, str]) -> tuple[Any, list[str]]:
    del X
    (words,) = model.named_steps["columns"].words_
    union = FeatureUnion([(f"counts{i}", each) for i, each in enumerate(words.counters_)])
    learnt = model.named_steps["model"]
    weights = _logistic(learnt, learnt.coef_)
    return Pipeline([("counts", union), ("model", weights)]), list(columns)


def _bare_linear(model: Any, X: pl.DataFrame, columns: dict[str, str]) -> tuple[Any, list[str]]:
    encoded, learnt = model.named_steps["columns"], model.named_steps["model"]
    known = encoded.categories_.names_
    order, categories, numbers = _order(columns)
    scaler = StandardScaler()
    encode = ColumnTransformer(
        [("c", OneHotEncoder(categories=known), categories), ("n", scaler, numbers)]
    ).fit(_objects(X, order))
    scaled = encode.named_transformers_["n"]
    scaled.mean_, scaled.scale_ = encoded.numbers_.means_, encoded.numbers_.scales_
    # Leadline keeps a place for levels that were not seen; a bare encoder refuses them
    places = np.cumsum([len(names) + 1 for names in known]) - 1
    weights = _logistic(learnt, np.delete(learnt.coef_, places, axis=1))
    return Pipeline([("columns", encode), ("model", weights)]), order


def _bare_boosting(model: Any, X: pl.DataFrame, columns: dict[str, str]) -> tuple[Any, list[str]]:
    order, categories, numbers = _order(columns)
    known = model.columns_.categories_.names_
    encode = ColumnTransformer(
        [("c", OrdinalEncoder(categories=known), categories), ("n", "passthrough", numbers)]
    ).fit(_objects(X, order))
    return Pipeline([("columns", encode), ("model", model.model_)]), order


def _order(columns: dict[str, str]) -> tuple[list[str], list[int], list[int]]:
    """Names, and the places of categories and numbers among them, in Leadline's order."""
    order = list(columns)
    return (
        order,
        [i for i, name in enumerate(order) if columns[name] == "category"],
        [i for i, name in enumerate(order) if columns[name] == "number"],
    )


def _objects(X: pl.DataFrame, order: list[str]) -> Any:
    return np.array(X.select(order).rows(), dtype=object)


def _logistic(learnt: Any, coefficients: Any) -> LogisticRegression:
    """A plain logistic regression with these weights."""
    plain = LogisticRegression()
    plain.classes_, plain.coef_ = learnt.classes_, coefficients
    plain.intercept_, plain.n_features_in_ = learnt.intercept_, coefficients.shape[1]
    return plain


_MODELS: dict[str, tuple[Callable[[], _Rows], str, Callable[..., tuple[Any, list[str]]]]] = {
    "text, linear": (_texts, "linear", _bare_text),
    "table, linear": (_table, "linear", _bare_linear),
    "table, boosting": (_table, "boosting", _bare_boosting),
}
