"""Columns of read cells as the numbers that a model was given when it learnt.

To the last digit what the encoders of the families make of the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.serving.compiled.request_cells import Column
from leadline.serving.compiled.request_dates import parts_of
from leadline.serving.compiled.text_terms import TermCounter, added_in_order

Floats = NDArray[np.float64]

# one value far outside what was learnt must not decide alone
_FARTHEST = 20.0


def numeric(columns: Sequence[Column], numbers: Sequence[int], dates: Sequence[int]) -> Floats:
    """Numbers and parts of dates, of shape (n_samples, n_numbers + 5 n_dates); NaN where missing.

    Parameters
    ----------
    columns : sequence of Column
        As read.
    numbers, dates : sequence of int
        Which of them.
    """
    values: list[Any] = [columns[place] for place in numbers]
    for place in dates:
        values += zip(*map(parts_of, columns[place]), strict=True)
    return np.array(values, dtype=np.float64).reshape(len(values), -1).T.copy()


class CategoryCodes:
    """Places of categories among those that were learnt.

    Parameters
    ----------
    plan : mapping
        ``columns`` (which) and ``names`` (of each, in order).
    """

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self.columns: list[int] = plan["columns"]
        self.sizes = [len(names) for names in plan["names"]]
        self._places = [
            {**{name: place for place, name in enumerate(names)}, None: -1}
            for names in plan["names"]
        ]

    def codes(self, columns: Sequence[Column]) -> NDArray[np.int64]:
        """Of shape (n_samples, n_columns): the place after the last for others, -1 if missing."""
        coded = [
            [places.get(value, size) for value in columns[index]]
            for index, places, size in zip(self.columns, self._places, self.sizes, strict=True)
        ]
        return np.array(coded, dtype=np.int64).T


class ScaledNumbers:
    """Numbers and parts of dates as the encoder gives them: scaled and filled, or as they are.

    Parameters
    ----------
    plan : mapping
        ``numbers`` and ``dates`` (which columns), ``empty`` (whether nothing was seen of each), and
        for scaled ones ``medians``, ``means``, ``scales`` and ``flagged``.
    """

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self._numbers, self._dates = plan["numbers"], plan["dates"]
        self._empty = plan["empty"].astype(bool)
        self._has_empty = bool(self._empty.any())
        self._scaling = plan.get("scaling")
        self.n_columns = self._empty.size
        if self._scaling is not None:
            self.n_columns += self._scaling["flagged"].size

    def values(self, columns: Sequence[Column]) -> Floats:
        """Of shape (n_samples, n_columns)."""
        values = numeric(columns, self._numbers, self._dates)
        if self._has_empty:
            values[:, self._empty] = 0.0
        if self._scaling is None:
            return values
        scaling = self._scaling
        missing = np.isnan(values)
        if missing.any():
            values = np.where(missing, scaling["medians"], values)
        values -= scaling["means"]
        values /= scaling["scales"]
        np.clip(values, -_FARTHEST, _FARTHEST, out=values)
        flagged = scaling["flagged"]
        return (
            np.hstack([values, missing[:, flagged].astype(np.float64)]) if flagged.size else values
        )


class TextWeights:
    """TF-IDF of one column of text, or its leading directions.

    Parameters
    ----------
    plan : mapping
        ``column`` (which), ``counters`` (plans of `TermCounter`), ``is_dense`` and ``directions``
        (array of shape (n_terms, n_directions), or None).
    """

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self.column: int = plan["column"]
        self.counters = [TermCounter(counter) for counter in plan["counters"]]
        self.n_terms = sum(counter.n_terms for counter in self.counters)
        self.is_dense: bool = plan["is_dense"]
        self._directions: Floats | None = plan["directions"]

    def dense(self, texts: Sequence[str]) -> Floats:
        """Directions of each text, of shape (n_samples, n_directions)."""
        if self._directions is None:
            return np.zeros((len(texts), 0))
        start = np.zeros((len(texts), self._directions.shape[1]))
        return added_in_order(texts, self.counters, self._directions, start)


class FeatureColumns:
    """All feature columns side by side.

    Parameters
    ----------
    plan : mapping
        ``categories``, ``numbers`` (each a plan or None), ``as_codes`` and ``texts`` (plans).
    """

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self.categories = CategoryCodes(plan["categories"]) if plan["categories"] else None
        self.numbers = ScaledNumbers(plan["numbers"]) if plan["numbers"] else None
        self.texts = [TextWeights(text) for text in plan["texts"]]
        self.as_codes: bool = plan["as_codes"]
        self.is_sparse: bool = plan["is_sparse"]

    def dense(self, columns: Sequence[Column], n_rows: int) -> Floats:
        """Floats of shape (n_samples, n_features), where no part is sparse."""
        parts = []
        if self.categories is not None:
            codes = self.categories.codes(columns).astype(np.float64)
            codes[codes < 0] = np.nan
            codes[:, [not size for size in self.categories.sizes]] = 0.0
            parts.append(codes)
        if self.numbers is not None:
            parts.append(self.numbers.values(columns))
        parts += [text.dense(columns[text.column]) for text in self.texts]
        encoded = np.hstack(parts) if parts else np.zeros((n_rows, 0))
        # an estimator needs a column
        return encoded if encoded.shape[1] else np.zeros((n_rows, 1))


class SparseProduct:
    """Features times weights, added in the order in which a sparse product adds.

    Parameters
    ----------
    features : FeatureColumns
        With a sparse part.
    weights : ndarray of float, shape (n_features, n_outputs)
    """

    def __init__(self, features: FeatureColumns, weights: Floats) -> None:
        self._features = features
        n_outputs, start = weights.shape[1], 0
        tables, bases = [np.empty((0, n_outputs))], []
        for size in features.categories.sizes if features.categories else ():
            # a row of nothing below those of the categories and of others: where -1 looks
            bases.append(sum(map(len, tables)))
            tables += [weights[start : start + size + 1], np.zeros((1, n_outputs))]
            start += size + 1
        self._table = np.concatenate(tables)
        self._bases = np.array(bases, dtype=np.int64)
        self._after = np.array(
            features.categories.sizes if features.categories else (), dtype=np.int64
        )
        n_numbers = features.numbers.n_columns if features.numbers else 0
        self._of_numbers = weights[start : start + n_numbers]
        start += n_numbers
        self._of_texts = []
        for text in features.texts:
            self._of_texts.append(np.ascontiguousarray(weights[start : start + text.n_terms]))
            start += text.n_terms
        self._n_outputs = n_outputs

    def of(self, columns: Sequence[Column], n_rows: int) -> Floats:
        """Sums of shape (n_samples, n_outputs)."""
        parts = [np.zeros((n_rows, 1, self._n_outputs))]
        features = self._features
        if features.categories is not None:
            codes = features.categories.codes(columns)
            codes = np.where(codes < 0, self._after + 1, codes) + self._bases
            parts.append(self._table[codes])
        if features.numbers is not None:
            values = features.numbers.values(columns)
            parts.append(values[:, :, np.newaxis] * self._of_numbers)
        sums = np.add.accumulate(np.concatenate(parts, axis=1), axis=1)[:, -1]
        for text, table in zip(features.texts, self._of_texts, strict=True):
            sums = added_in_order(columns[text.column], text.counters, table, sums)
        return sums
