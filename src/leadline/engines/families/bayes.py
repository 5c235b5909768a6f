"""Naive Bayes: class priors times the likelihood of each column, taken as independent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin

from leadline.engines.contract import Scalar
from leadline.engines.families.inputs.date_features import date_parts
from leadline.engines.families.inputs.encoders import Categories
from leadline.engines.families.inputs.flat_images import TRUSTED, Pixels
from leadline.engines.families.likelihoods import (
    PARTS,
    CategoricalLikelihood,
    GaussianLikelihood,
    TermLikelihood,
)

_N_BINS = 10
# directions of images do know little of each other: what the sum takes for granted
_IMAGE_DIRECTIONS = 16
_CHOICES = {
    "words": ("multinomial", "complement"),
    "weights": ("counts", "presence", "tfidf"),
    "terms": ("words", "pairs", "pieces"),
    "numbers": ("normal", "bins"),
}
_RENAMED = {"tables_": "categorical_", "bells_": "gaussian_"}


class NaiveBayes(ClassifierMixin, BaseEstimator):
    """Log prior of each class, plus the log-likelihood of every column; normalised.

    Parameters
    ----------
    kinds : mapping of str to {"number", "category", "text", "date", "image"}
        Column name to kind.
    alpha : float > 0, default=1.0
        Smoothing of every part: rows, or weight of a word, that are added to each class.
    words, weights, terms
        As in `TermLikelihood`.
    numbers : {"normal", "bins"}, default="normal"
        Numbers, parts of dates and directions of images are normal in each class, or shares of
        ten bins.
    """

    def __init__(
        self,
        kinds: Mapping[str, str],
        alpha: float = 1.0,
        words: str = "multinomial",
        weights: str = "counts",
        terms: str = "words",
        numbers: str = "normal",
    ) -> None:
        self.kinds = kinds
        self.alpha = alpha
        self.words = words
        self.weights = weights
        self.terms = terms
        self.numbers = numbers

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Attributes, some of which had other names in older releases."""
        super().__setstate__({_RENAMED.get(name, name): each for name, each in state.items()})

    def fit(self, X: pl.DataFrame, y: Any) -> Self:
        """Learn the share of the classes, and each part."""
        self._check(X)
        self.classes_, places = np.unique(y, return_inverse=True)
        n_classes = self.classes_.size
        self.log_shares_ = np.log(np.bincount(places) / places.size)
        self.categories_ = None
        if self._named("category"):
            names = self._named("category")
            self.categories_ = Categories(as_codes=True).fit(X.select(names))
        self.pixels_ = [
            Pixels(n_components=_IMAGE_DIRECTIONS, trees=True).fit(X.get_column(name))
            for name in self._named("image")
        ]
        values = self._values(X)
        self.edges_ = [_edges(column) for column in values.T] if self.numbers == "bins" else None
        self.categorical_ = CategoricalLikelihood(self.alpha).fit(
            self._codes(X, values), places, n_classes
        )
        self.gaussian_ = None
        if self.numbers == "normal":
            self.gaussian_ = GaussianLikelihood(self.alpha).fit(values, places, n_classes)
        self.terms_ = [
            TermLikelihood(self.words, self.weights, self.terms, self.alpha).fit(
                X.get_column(name), places, n_classes
            )
            for name in self._named("text")
        ]
        return self

    def predict_proba(self, X: pl.DataFrame) -> NDArray[np.float64]:
        """Probability of each class; too near 0 and 1 where columns do know of each other."""
        values = self._values(X)
        total = self.log_shares_ + self.categorical_.log_likelihood(self._codes(X, values))
        if self.gaussian_ is not None:
            total = total + self.gaussian_.log_likelihood(values)
        for name, terms in zip(self._named("text"), self.terms_, strict=True):
            total = total + terms.log_likelihood(X.get_column(name))
        shares: NDArray[np.float64] = softmax(total, axis=1)
        return shares

    def predict(self, X: pl.DataFrame) -> NDArray[Any]:
        """The likeliest class."""
        likeliest: NDArray[Any] = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return likeliest

    def _check(self, X: pl.DataFrame) -> None:
        """Refuse what a programmer got wrong."""
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(
                    f"{name} is {getattr(self, name)!r}; one of {', '.join(choices)} is needed. "
                    "Correct it."
                )
        if not isinstance(X, pl.DataFrame):
            raise TypeError(
                f"X is a {type(X).__name__}; a polars frame is needed. Pass it through conform."
            )
        if not self.kinds:
            raise ValueError("kinds names no column; at least one feature is needed. Name one.")

    def _named(self, *kinds: str) -> list[str]:
        """Columns of some kinds."""
        return [name for name, its in self.kinds.items() if its in kinds]

    def _values(self, X: pl.DataFrame) -> NDArray[np.float64]:
        """Number columns, parts of dates and directions of images, NaN where missing."""
        parts = [part for name in self._named("date") for part in date_parts(name)]
        numeric = X.select(*self._named("number"), *parts)
        values = np.empty((X.height, numeric.width))
        for place, column in enumerate(numeric):
            values[:, place] = column.to_numpy()
        images = zip(self._named("image"), self.pixels_, strict=True)
        return np.hstack([values, *(its.transform(X.get_column(name)) for name, its in images)])

    def _codes(self, X: pl.DataFrame, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """Whether each column has a value, then categories and bins, -1 where they have none."""
        given = X.select(self._named("number", "category", "date", "image")).select(
            pl.all().is_not_null()
        )
        coded = [column.to_numpy().astype(np.int64) for column in given]
        if self.categories_ is not None:
            codes = self.categories_.transform(X.select(self._named("category")))
            coded += list(np.where(np.isnan(codes), -1.0, codes).astype(np.int64).T)
        if self.edges_ is not None:
            coded += [_bins(*pair) for pair in zip(values.T, self.edges_, strict=True)]
        return np.column_stack(coded) if coded else np.empty((X.height, 0), dtype=np.int64)


class Bayes:
    """Naive Bayes for classes, from words, categories, numbers and dates in one sum."""

    name = "bayes"
    complexity = 1
    trusted = (
        *PARTS,
        *TRUSTED,
        f"{Categories.__module__}.Categories",
        f"{__name__}.NaiveBayes",
    )

    def candidates(
        self,
        task: str,
        columns: Mapping[str, str],
        n_rows: int,  # noqa: ARG002
    ) -> Sequence[Mapping[str, Scalar]]:
        """What the columns leave to choose; none for numbers, which have no classes."""
        if task == "regression":
            return ()
        kinds = set(columns.values())
        default: dict[str, Scalar] = {"alpha": 1.0}
        changes: list[dict[str, Scalar]] = [{}]
        if kinds & {"number", "date", "image"}:
            default |= {"numbers": "normal"}
            changes += [{"numbers": "bins"}]
        if "text" in kinds:
            default |= {"words": "multinomial", "weights": "counts", "terms": "words"}
            changes += [
                {"weights": "presence", "terms": "pairs"},
                {"weights": "tfidf", "terms": "pieces"},
            ]
            if task == "multiclass":
                # of two classes each is the other's complement: the same model
                changes += [{"words": "complement"}]
        changes += [{"alpha": 0.1}, {"alpha": 10.0}]
        return tuple({**default, **change} for change in changes)

    def build(
        self,
        params: Mapping[str, Scalar],
        task: str,
        columns: Mapping[str, str],
        seed: int,  # noqa: ARG002
    ) -> Any:
        """The sum of the parts; it draws no random numbers."""
        if task == "regression":
            raise ValueError("Naive Bayes needs classes; got regression. Ask for candidates first.")
        make: Any = NaiveBayes
        return make(dict(columns), **params)


def _edges(column: NDArray[np.float64]) -> NDArray[np.float64]:
    """Between bins that hold equally many rows, as far as equal values allow."""
    given = column[~np.isnan(column)]
    if not given.size:
        return np.empty(0)
    edges: NDArray[np.float64] = np.unique(np.quantile(given, np.linspace(0, 1, _N_BINS + 1)[1:-1]))
    return edges


def _bins(column: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.int64]:
    """Bin of each value, -1 where it is missing."""
    return np.where(np.isnan(column), -1, np.searchsorted(edges, column, side="right"))
