"""Class-conditional likelihoods of naive Bayes: categorical, Gaussian, and of terms in text.

What was never seen at the fit (a category, a word, a missing value) and what is missing has a
log-likelihood of 0 for every class. With smoothing alone it would count for the class with the
fewest rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import ComplementNB, MultinomialNB

from leadline.engines.families.inputs.vocabularies import with_vocabulary, without_vocabulary

# a word counts if two rows have it, where there are enough rows of text to have seen two
_PLENTY_OF_TEXT = 100
# one value far outside what was learnt must not decide alone
_FARTHEST = 20.0
_RUNS = {"words": (1, 1), "pairs": (1, 2), "pieces": (2, 4)}


class CategoricalLikelihood(BaseEstimator):
    """Categorical likelihood: the smoothed share of each code of a column in each class.

    Parameters
    ----------
    alpha : float > 0, default=1.0
        Rows added to each code of each class.
    """

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    def fit(self, codes: NDArray[np.int64], y: NDArray[np.int64], n_classes: int) -> Self:
        """Count.

        Parameters
        ----------
        codes : numpy.ndarray of int, shape (n_samples, n_columns)
            From 0 on; -1 where nothing is known.
        y : numpy.ndarray of int, shape (n_samples,)
            Place of each row's class.
        n_classes : int
            How many there are.
        """
        self.logs_ = [self._logs(column, y, n_classes) for column in codes.T]
        self.n_classes_ = n_classes
        return self

    def log_likelihood(self, codes: NDArray[np.int64]) -> NDArray[np.float64]:
        """Log-likelihood of each row, of shape (n_samples, n_classes)."""
        total = np.zeros((codes.shape[0], self.n_classes_))
        for column, logs in zip(codes.T, self.logs_, strict=True):
            # the place after the last is for what was not seen, and -1 finds it too
            total += logs[np.minimum(column, logs.shape[0] - 1)]
        return total

    def _logs(
        self, column: NDArray[np.int64], y: NDArray[np.int64], n_classes: int
    ) -> NDArray[np.float64]:
        """Log share of each code in each class, of shape (n_codes + 1, n_classes)."""
        given = column >= 0
        counts = np.zeros((int(column.max(initial=-1)) + 2, n_classes))
        np.add.at(counts, (column[given], y[given]), 1.0)
        seen = counts.any(axis=1)
        smoothed = counts[seen] + self.alpha
        logs = np.zeros_like(counts)
        logs[seen] = np.log(smoothed / smoothed.sum(axis=0))
        return logs


class GaussianLikelihood(BaseEstimator):
    """Gaussian likelihood: each column of numbers is normally distributed in each class.

    Parameters
    ----------
    alpha : float > 0, default=1.0
        Rows with the mean and the variance of all classes that are added to each class.
    """

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    def fit(self, values: NDArray[np.float64], y: NDArray[np.int64], n_classes: int) -> Self:
        """Learn means and variances.

        Parameters
        ----------
        values : numpy.ndarray of float, shape (n_samples, n_columns)
            NaN where missing.
        y : numpy.ndarray of int, shape (n_samples,)
            Place of each row's class.
        n_classes : int
            How many there are.
        """
        given = ~np.isnan(values)
        n_given = np.maximum(given.sum(axis=0), 1)
        self.centres_ = np.where(given, values, 0.0).sum(axis=0) / n_given
        off = np.where(given, values - self.centres_, 0.0)
        spread = np.sqrt((off**2).sum(axis=0) / n_given)
        # a constant column says nothing
        self.scales_ = np.where(spread > 1e-12 * (1 + np.abs(self.centres_)), spread, np.inf)
        scaled = self._scaled(values)
        given &= np.isfinite(self.scales_)
        indicators = np.eye(n_classes)[y]
        rows = indicators.T @ given + self.alpha
        self.means_ = indicators.T @ scaled / rows
        self.variances_ = (indicators.T @ scaled**2 + self.alpha) / rows - self.means_**2
        return self

    def log_likelihood(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-likelihood of each row, of shape (n_samples, n_classes), but for a constant."""
        given = (~np.isnan(values) & np.isfinite(self.scales_)).astype(np.float64)
        scaled = self._scaled(values)
        total = np.empty((values.shape[0], self.means_.shape[0]))
        for place, (means, variances) in enumerate(zip(self.means_, self.variances_, strict=True)):
            off = (scaled - means) ** 2 / variances + np.log(variances)
            total[:, place] = -0.5 * (off * given).sum(axis=1)
        return total

    def _scaled(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values in spreads from the centre, 0 where missing or constant."""
        with np.errstate(over="ignore"):
            scaled = (values - self.centres_) / self.scales_
        return np.clip(np.where(np.isnan(scaled), 0.0, scaled), -_FARTHEST, _FARTHEST)


class TermLikelihood(BaseEstimator):
    """Likelihood of the terms in one column of text, multinomial in each class.

    Parameters
    ----------
    words : {"multinomial", "complement"}, default="multinomial"
        Whether the terms of a class are learnt from its own rows or from those of all others,
        which evens out classes of unequal size [1]_.
    weights : {"counts", "presence", "tfidf"}, default="counts"
        What a term in a text weighs.
    terms : {"words", "pairs", "pieces"}, default="words"
        Words, words and pairs of them, or runs of 2 to 4 letters within words.
    alpha : float > 0, default=1.0
        Added to the weight of each term in each class.

    References
    ----------
    .. [1] J. D. Rennie, L. Shih, J. Teevan and D. R. Karger (2003), Tackling the poor assumptions
       of naive Bayes text classifiers. ICML, 616-623.
    """

    def __init__(
        self,
        words: str = "multinomial",
        weights: str = "counts",
        terms: str = "words",
        alpha: float = 1.0,
    ) -> None:
        self.words = words
        self.weights = weights
        self.terms = terms
        self.alpha = alpha

    def __getstate__(self) -> dict[str, Any]:
        """Attributes, with the vocabulary as one text."""
        state = dict(super().__getstate__())
        if state.get("model_") is not None:
            state["counter_"], state["terms_"] = without_vocabulary(state["counter_"])
        return state

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Attributes; in older releases the counter has its vocabulary."""
        attributes = dict(state)
        if terms := attributes.pop("terms_", ""):
            attributes["counter_"] = with_vocabulary(attributes["counter_"], terms)
        super().__setstate__(attributes)

    def fit(self, X: pl.Series, y: NDArray[np.int64], n_classes: int) -> Self:
        """Learn the vocabulary, and each class's terms.

        Parameters
        ----------
        X : polars.Series of str, shape (n_samples,)
            Without nulls.
        y : numpy.ndarray of int, shape (n_samples,)
            Place of each row's class.
        n_classes : int
            How many there are.
        """
        texts = X.to_list()
        self.n_classes_ = n_classes
        self.counter_ = self._counter(fewest=2 if len(texts) >= _PLENTY_OF_TEXT else 1)
        try:
            counts = self.counter_.fit_transform(texts)
        except ValueError:
            # no word at all, or none that two rows share: nothing to learn from here
            self.model_ = None
            return self
        make = {"multinomial": MultinomialNB, "complement": ComplementNB}[self.words]
        # the share of the classes is counted once, and not in each part
        self.model_ = make(alpha=self.alpha, fit_prior=False).fit(counts, y)
        return self

    def log_likelihood(self, X: pl.Series) -> NDArray[np.float64]:
        """Log-likelihood of each row, of shape (n_samples, n_classes), but for a constant."""
        if self.model_ is None:
            return np.zeros((len(X), self.n_classes_))
        counts = self.counter_.transform(X.to_list())
        logs: NDArray[np.float64] = self.model_.predict_joint_log_proba(counts)
        return logs

    def _counter(self, fewest: int) -> Any:
        """Turns texts into weights of terms."""
        is_tfidf = self.weights == "tfidf"
        has_words = self.terms != "pieces"
        return TfidfVectorizer(
            analyzer="word" if has_words else "char_wb",
            ngram_range=_RUNS[self.terms],
            token_pattern=r"(?u)\b\w+\b" if has_words else None,
            min_df=fewest,
            max_features=50_000,
            binary=self.weights == "presence",
            use_idf=is_tfidf,
            sublinear_tf=is_tfidf,
            norm="l2" if is_tfidf else None,
            dtype=np.float64,
        )


PARTS = tuple(
    f"{kind.__module__}.{kind.__qualname__}"
    for kind in (CategoricalLikelihood, GaussianLikelihood, TermLikelihood)
)
