"""Models of a compiled release: probabilities or numbers of a few rows, to the last digit.

Each does what its estimator does, in the same order and with the same functions of NumPy, so that
no digit differs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from leadline.serving.compiled.feature_columns import (
    CategoryCodes,
    FeatureColumns,
    Floats,
    SparseProduct,
    numeric,
)
from leadline.serving.compiled.request_cells import Column
from leadline.serving.compiled.text_terms import TermCounter, added_in_order
from leadline.serving.compiled.tree_walk import N_CODES, Trees, doubled

# one value far outside what was learnt must not decide alone
_FARTHEST = 20.0
# trees are grown on 32-bit floats
_MOST = float(np.finfo(np.float32).max)


class Scorer(Protocol):
    """A model."""

    def scores(self, columns: Sequence[Column], n_rows: int) -> Floats:
        """Shares of shape (n_samples, n_classes), or numbers of shape (n_samples,)."""
        ...


def scorer_of(plan: Mapping[str, Any]) -> Scorer:
    """The model of a plan, told by its ``model``."""
    return _MODELS[plan["model"]](plan)


class Linear:
    """Weighted sum of the features; its logistic function or softmax where there are classes."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self._features = FeatureColumns(plan["features"])
        self._intercept = plan["intercept"]
        self._link: Callable[[Floats], Floats] = _LINKS[plan["link"]]
        coef: Floats = plan["coef"]
        self._weights = coef.T if coef.ndim == 2 else coef
        self._sparse = None
        if self._features.is_sparse:
            self._sparse = SparseProduct(self._features, coef.reshape(-1, coef.shape[-1]).T)

    def scores(self, columns: Sequence[Column], n_rows: int) -> Floats:
        """As `Scorer`."""
        if self._sparse is None:
            sums = self._features.dense(columns, n_rows) @ self._weights
        else:
            sums = self._sparse.of(columns, n_rows)
            if self._weights.ndim == 1:
                sums = sums[:, 0]
        return self._link(sums + self._intercept)


class Bayes:
    """Log prior of each class and the log-likelihood of every column; normalised."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self._prior: Floats = plan["prior"]
        self._categories = CategoryCodes(plan["categories"]) if plan["categories"] else None
        self._numbers, self._dates = plan["numbers"], plan["dates"]
        self._given: list[tuple[int, str]] = list(map(tuple, plan["given"]))
        self._tables: list[Floats] = plan["tables"]
        self._edges: list[Floats] | None = plan["edges"]
        self._gaussian = plan["gaussian"]
        self._terms = [_TermLikelihood(part) for part in plan["terms"]]

    def scores(self, columns: Sequence[Column], n_rows: int) -> Floats:
        """As `Scorer`."""
        values = np.empty((n_rows, 0))
        if self._numbers or self._dates:
            values = numeric(columns, self._numbers, self._dates)
        known = np.zeros((n_rows, self._prior.size))
        for codes, logs in zip(self._codes(columns, values), self._tables, strict=True):
            known += logs[np.minimum(codes, logs.shape[0] - 1)]
        total = self._prior + known
        if self._gaussian is not None:
            total = total + _gaussian(values, self._gaussian)
        for part in self._terms:
            total = total + part.log_likelihood(columns)
        highest = np.max(total, axis=1, keepdims=True)
        shares = np.exp(total - highest)
        normed: Floats = shares / np.sum(shares, axis=1, keepdims=True)
        return normed

    def _codes(self, columns: Sequence[Column], values: Floats) -> list[Any]:
        """Whether each column has a value, then categories and bins, -1 where they have none."""
        coded: list[Any] = []
        for place, kind in self._given:
            column = columns[place]
            if kind == "number":
                coded.append(np.array([value == value for value in column], dtype=np.int64))  # noqa: PLR0124
            else:
                coded.append(np.array([value is not None for value in column], dtype=np.int64))
        if self._categories is not None:
            codes = self._categories.codes(columns)
            codes[:, [not size for size in self._categories.sizes]] = 0
            coded += list(codes.T)
        if self._edges is not None:
            coded += [
                np.where(np.isnan(column), -1, np.searchsorted(edges, column, side="right"))
                for column, edges in zip(values.T, self._edges, strict=True)
            ]
        return coded


def _gaussian(values: Floats, plan: Mapping[str, Any]) -> Floats:
    """Log-likelihood of columns that are normal in each class, but for a constant."""
    scales = plan["scales"]
    given = (~np.isnan(values) & np.isfinite(scales)).astype(np.float64)
    scaled = (values - plan["centres"]) / scales
    scaled = np.clip(np.where(np.isnan(scaled), 0.0, scaled), -_FARTHEST, _FARTHEST)
    total = np.empty((values.shape[0], plan["means"].shape[0]))
    for place, (means, variances) in enumerate(zip(plan["means"], plan["variances"], strict=True)):
        off = (scaled - means) ** 2 / variances + np.log(variances)
        total[:, place] = -0.5 * (off * given).sum(axis=1)
    return total


class _TermLikelihood:
    """Likelihood of the terms in one column of text."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self._column: int = plan["column"]
        self._n_classes: int = plan["n_classes"]
        self._counter = TermCounter(plan["counter"]) if plan["counter"] else None
        self._table: Floats = plan["table"]
        self._prior: Floats | None = plan["prior"]

    def log_likelihood(self, columns: Sequence[Column]) -> Floats:
        texts = columns[self._column]
        logs = np.zeros((len(texts), self._n_classes))
        if self._counter is None:
            return logs
        logs = added_in_order(texts, [self._counter], self._table, logs)
        return logs if self._prior is None else logs + self._prior


class Forest:
    """Mean of what the leaves of all trees say."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self._features = FeatureColumns(plan["features"])
        self._places: list[Floats] = plan["places"]
        self._trees = Trees(plan["trees"])
        self._leaf = plan["leaf"].astype(np.intp)
        self._values: Floats = plan["values"]
        self._is_number: bool = plan["is_number"]

    def scores(self, columns: Sequence[Column], n_rows: int) -> Floats:
        """As `Scorer`."""
        encoded = self._features.dense(columns, n_rows)
        placed = np.clip(encoded, -_MOST, _MOST)
        for index, places in enumerate(self._places):
            codes = encoded[:, index]
            given = ~np.isnan(codes)
            placed[given, index] = places[codes[given].astype(np.int64)]
        rows = doubled(placed.astype(np.float32).astype(np.float64))
        found = self._values[self._leaf.take(self._trees.leaves(rows))]
        sums = np.add.accumulate(found, axis=1)[:, -1]
        sums /= found.shape[1]
        return sums[:, 0] if self._is_number else sums


class Boosting:
    """Sum of the leaves of all trees; its logistic function or softmax where there are classes."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self._features = FeatureColumns(plan["features"])
        self._known = [_places_of(codes) for codes in plan["known"]]
        self._trees = Trees(plan["trees"])
        self._leaf: Floats = plan["leaf"]
        self._baseline: Floats = plan["baseline"]
        self._link: Callable[[Floats], Floats] = _LINKS[plan["link"]]

    def scores(self, columns: Sequence[Column], n_rows: int) -> Floats:
        """As `Scorer`."""
        encoded = self._features.dense(columns, n_rows)
        n_codes, n_outputs = len(self._known), self._baseline.size
        rows = [doubled(encoded[:, n_codes:])]
        if n_codes:
            codes = np.where(np.isnan(encoded[:, :n_codes]), N_CODES, encoded[:, :n_codes])
            pairs = zip(self._known, codes.astype(np.intp).T, strict=True)
            rows.append(np.array([known.take(code) for known, code in pairs]).T)
        leaves = self._leaf.take(self._trees.leaves(np.hstack(rows)))
        added = np.empty((n_rows, leaves.shape[1] // n_outputs + 1, n_outputs))
        added[:, 0] = self._baseline
        added[:, 1:] = leaves.reshape(n_rows, -1, n_outputs)
        return self._link(np.asfortranarray(np.add.accumulate(added, axis=1)[:, -1]))


def _places_of(codes: Floats) -> Floats:
    """By each code its place among those that were learnt; the code of missing for all others."""
    places = np.full(N_CODES + 1, float(N_CODES))
    places[codes.astype(np.intp)] = np.arange(codes.size)
    return places


class Ensemble:
    """Weighted mean of several models."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self._weights: list[float] = plan["weights"]
        self._members = [scorer_of(member) for member in plan["members"]]

    def scores(self, columns: Sequence[Column], n_rows: int) -> Floats:
        """As `Scorer`."""
        total: Any = 0
        for weight, member in zip(self._weights, self._members, strict=True):
            total = total + weight * member.scores(columns, n_rows)
        mean: Floats = total
        return mean


class Constant:
    """The same answer for every row."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self._answer: Floats = plan["answer"]

    def scores(self, columns: Sequence[Column], n_rows: int) -> Floats:  # noqa: ARG002
        """As `Scorer`."""
        return np.repeat(self._answer, n_rows, axis=0)


def _as_it_is(sums: Floats) -> Floats:
    return sums.ravel() if sums.ndim == 2 and sums.shape[1] == 1 else sums


def _logistic(sums: Floats) -> Floats:
    """Shares of two classes; by the C library's exponential, as SciPy's."""
    shares = np.empty((sums.shape[0], 2))
    for row, one in enumerate(sums.ravel().tolist()):
        share = 1.0 / (1.0 + math.exp(-one)) if one > _LEAST else 0.0
        shares[row] = (1.0 - share, share)
    return shares


# below, the exponential overflows, and SciPy's quotient is 0
_LEAST = -math.log(np.finfo(np.float64).max)


def _softmax(sums: Floats) -> Floats:
    """Shares of several classes."""
    sums = sums.copy(order="K")
    sums -= np.max(sums, axis=1).reshape(-1, 1)
    np.exp(sums, out=sums)
    sums /= np.sum(sums, axis=1).reshape(-1, 1)
    return sums


_LINKS: dict[str, Callable[[Floats], Floats]] = {
    "identity": _as_it_is,
    "logistic": _logistic,
    "softmax": _softmax,
}
_MODELS: dict[str, Callable[[Mapping[str, Any]], Scorer]] = {
    "linear": Linear,
    "bayes": Bayes,
    "forest": Forest,
    "boosting": Boosting,
    "ensemble": Ensemble,
    "constant": Constant,
}
