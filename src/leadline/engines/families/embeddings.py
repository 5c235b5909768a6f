"""Linear models on sentence embeddings, beside words and all other columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import polars as pl
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.pipeline import Pipeline

from leadline.engines.contract import Choice, Range, Scalar, Space
from leadline.engines.embeddings import (
    Identity,
    embed,
    identity,
    is_available,
    refuse_another_model,
)
from leadline.engines.families.inputs.encoders import TRUSTED as COLUMNS_TRUSTED
from leadline.engines.families.inputs.encoders import Columns
from leadline.engines.families.linear import Logistic, linear_model


class TextEmbeddings(TransformerMixin, BaseEstimator):
    """Embeddings of the text columns, beside what `Columns` makes of the others.

    Parameters
    ----------
    kinds : mapping of str to {"number", "category", "text", "date"}
        Column name to kind; at least one is text.
    words : bool, default=True
        Whether words and pieces of words are counted too.

    Notes
    -----
    The language model itself is not stored along; which one it was is, and another is refused.
    """

    def __init__(self, kinds: Mapping[str, str], words: bool = True) -> None:
        self.kinds = kinds
        self.words = words

    def fit(self, X: pl.DataFrame, y: object = None) -> Self:  # noqa: ARG002
        """Learn the columns that are not embedded."""
        self.language_model_ = list(identity())
        others = {n: kind for n, kind in self.kinds.items() if self.words or kind != "text"}
        self.columns_ = Columns(others).fit(X) if others else None
        return self

    def transform(self, X: pl.DataFrame) -> Any:
        """Floats of shape (n_samples, n_features), sparse where words are counted."""
        refuse_another_model(Identity(*self.language_model_))
        texts = [name for name, kind in self.kinds.items() if kind == "text"]
        parts: list[Any] = [
            # rows of length 1, as those of counted words: the two weigh alike
            embed(X.get_column(name).to_list()).astype(np.float64)
            for name in texts
        ]
        if self.columns_ is not None:
            parts.append(self.columns_.transform(X))
        if any(sparse.issparse(part) for part in parts):
            return sparse.hstack([sparse.csr_array(part) for part in parts], "csr")
        return np.hstack(parts)


class Embeddings:
    """Sentence embeddings, words and the other columns; one weight each."""

    name = "embeddings"
    complexity = 3
    trusted = (
        *COLUMNS_TRUSTED,
        f"{__name__}.TextEmbeddings",
        f"{Logistic.__module__}.{Logistic.__qualname__}",
    )

    def candidates(
        self,
        task: str,  # noqa: ARG002
        columns: Mapping[str, str],
        n_rows: int,  # noqa: ARG002
    ) -> Sequence[Mapping[str, Scalar]]:
        """Strengths of regularisation, with words and without; none without text or its model."""
        if "text" not in columns.values() or not is_available():
            return ()
        return (
            {"C": 10.0, "words": True},
            {"C": 10.0, "words": False},
            {"C": 100.0, "words": True},
            {"C": 1.0, "words": True},
        )

    def space(
        self,
        task: str,  # noqa: ARG002
        columns: Mapping[str, str],  # noqa: ARG002
        n_rows: int,  # noqa: ARG002
    ) -> Space:
        """Strength of regularisation over four powers of ten."""
        return {"C": Range(0.1, 1000.0, is_log=True), "words": Choice((True, False))}

    def build(
        self,
        params: Mapping[str, Scalar],
        task: str,
        columns: Mapping[str, str],
        seed: int,
    ) -> Any:
        """Embeddings and columns, then the linear model."""
        C = float(params.get("C") or 10.0)
        encode = TextEmbeddings(dict(columns), words=bool(params.get("words", True)))
        return Pipeline([("columns", encode), ("model", linear_model(task, C, seed))])
