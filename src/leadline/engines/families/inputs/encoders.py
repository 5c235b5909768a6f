"""Encoders of columns: numbers, categories, dates, text and images as arrays of floats.

Every encoder copes with what real columns do: values missing, all missing, constant, unseen
since the fit, text that is empty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from leadline.engines.encoded_rows import KEPT, digest_of
from leadline.engines.families.inputs.date_features import date_parts
from leadline.engines.families.inputs.flat_images import Pixels
from leadline.engines.families.inputs.vocabularies import with_vocabulary, without_vocabulary

TEXT_DIRECTIONS = 48
"""Directions of a text where it must be dense: all of its words would fill the memory."""

# the histogram of boosting holds 255 bins, one of them for missing values
MOST_CATEGORIES = 250
# a learnt word needs this many rows of text to have seen two of them
_PLENTY_OF_TEXT = 100


class Numbers(TransformerMixin, BaseEstimator):
    """Numbers and date parts, centred, scaled and filled in; a missing value is also flagged.

    Parameters
    ----------
    scaled : bool, default=True
        False leaves numbers and missing values (NaN) as they are, for trees.
    """

    def __init__(self, scaled: bool = True) -> None:
        self.scaled = scaled

    def fit(self, X: pl.DataFrame, y: object = None) -> Self:  # noqa: ARG002
        """Learn medians, scales, and which columns have missing values."""
        values = _floats(X)
        missing = np.isnan(values)
        self.empty_ = missing.all(axis=0)
        if self.scaled:
            self.flagged_ = np.flatnonzero(missing.any(axis=0) & ~self.empty_)
            medians = [X.to_series(i).median() for i in range(X.width)]
            self.medians_ = np.array([m if m is not None else 0.0 for m in medians], dtype=float)
            filled = np.where(missing, self.medians_, values)
            self.means_ = filled.mean(axis=0)
            spread = filled.std(axis=0)
            # a constant column says nothing: leave it at 0 rather than divide by 0
            self.scales_ = np.where(spread > 1e-12 * (1 + np.abs(self.means_)), spread, 1.0)
        return self

    def transform(self, X: pl.DataFrame) -> NDArray[np.float64]:
        """Floats of shape (n_samples, n_columns + n_flagged)."""
        # a column without a single value is the same for every row, then and now
        values = np.where(self.empty_, 0.0, _floats(X))
        if not self.scaled:
            return values
        missing = np.isnan(values)
        filled = np.where(missing, self.medians_, values)
        with np.errstate(over="ignore"):
            # one value far outside what was learnt must not decide alone
            scaled = np.clip((filled - self.means_) / self.scales_, -20.0, 20.0)
        return np.hstack([scaled, missing[:, self.flagged_].astype(np.float64)])


class Categories(TransformerMixin, BaseEstimator):
    """Categories as indicators, or as codes for trees; rare and unseen ones share a place.

    Parameters
    ----------
    fewest : int, default=5
        A category seen in fewer rows is rare.
    as_codes : bool, default=False
        One column of codes (missing is NaN) instead of one indicator a category.
    """

    def __init__(self, fewest: int = 5, as_codes: bool = False) -> None:
        self.fewest = fewest
        self.as_codes = as_codes

    def fit(self, X: pl.DataFrame, y: object = None) -> Self:  # noqa: ARG002
        """Learn which categories are frequent enough to stand alone."""
        self.names_: list[list[str]] = []
        for column in X.iter_columns():
            # without the threads of polars: each call waits for them, for long on a busy machine
            counts = Counter(column.to_list())
            counts.pop(None, None)
            fewest = self.fewest if len(counts) > 10 else 1
            frequent = [name for name, n_rows in counts.items() if n_rows >= fewest]
            frequent.sort(key=lambda name: (-counts[name], name))
            self.names_.append(sorted(frequent[:MOST_CATEGORIES]))
        return self

    def transform(self, X: pl.DataFrame) -> Any:
        """Floats of shape (n_samples, n_columns), or sparse indicators."""
        codes = self._codes(X)
        if self.as_codes:
            stacked = np.column_stack(codes).astype(np.float64)
            is_empty = np.array([not names for names in self.names_])
            return np.where(is_empty, 0.0, np.where(stacked < 0, np.nan, stacked))
        pairs = zip(codes, self.names_, strict=True)
        return sparse.hstack([_indicators(code, len(names) + 1) for code, names in pairs], "csr")

    def _codes(self, X: pl.DataFrame) -> list[NDArray[np.int64]]:
        """Place of each value in `names_`; the place after the last for others, -1 for missing."""
        codes = []
        for column, names in zip(X.columns, self.names_, strict=True):
            known = pl.col(column).replace_strict(
                pl.Series(names, dtype=pl.String),
                pl.Series(range(len(names)), dtype=pl.Int64),
                default=len(names),
                return_dtype=pl.Int64,
            )
            codes.append(pl.when(pl.col(column).is_null()).then(-1).otherwise(known).alias(column))
        return [each.to_numpy() for each in X.select(codes).iter_columns()]


class Words(TransformerMixin, BaseEstimator):
    """TF-IDF of one column of text: words, and pieces of words against misspellings.

    Parameters
    ----------
    pieces : bool, default=True
        Count runs of 2 to 4 letters too.
    n_components : int, default=0
        Above 0: the leading directions only, dense (latent semantic analysis).
    seed : int, default=0
        Of the randomised decomposition.
    """

    def __init__(self, pieces: bool = True, n_components: int = 0, seed: int = 0) -> None:
        self.pieces = pieces
        self.n_components = n_components
        self.seed = seed

    def __getstate__(self) -> dict[str, Any]:
        """Attributes, with each vocabulary as one text."""
        state = dict(super().__getstate__())
        if state.get("counters_"):
            pairs = [without_vocabulary(counter) for counter in state["counters_"]]
            state["counters_"] = [counter for counter, _ in pairs]
            state["terms_"] = [terms for _, terms in pairs]
        return state

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Attributes; in older releases a counter has its vocabulary."""
        attributes = dict(state)
        if terms := attributes.pop("terms_", None):
            attributes["counters_"] = list(map(with_vocabulary, attributes["counters_"], terms))
        super().__setstate__(attributes)

    def fit(self, X: pl.Series, y: object = None) -> Self:  # noqa: ARG002
        """Learn the vocabulary, and the directions if any."""
        self.fit_transform(X)
        return self

    def fit_transform(self, X: pl.Series, y: object = None) -> Any:  # noqa: ARG002
        """Learn from texts, and encode them: each is cut into terms once."""
        counts = self._learnt_counts(X.to_list())
        n_components = min(self.n_components, counts.shape[1] - 1, counts.shape[0] - 1)
        self.directions_ = None
        if n_components > 0 and counts.nnz:
            self.directions_ = TruncatedSVD(n_components, random_state=self.seed).fit(counts)
        return self._reduced(counts)

    def transform(self, X: pl.Series) -> Any:
        """Sparse of shape (n_samples, n_terms), or dense (n_samples, n_components)."""
        return self._reduced(self._counts(X.to_list()))

    def _learnt_counts(self, texts: list[str]) -> Any:
        """TF-IDF of the texts that the vocabularies are learnt from."""
        fewest = 2 if len(texts) >= _PLENTY_OF_TEXT else 1
        settings: list[dict[str, Any]] = [{"ngram_range": (1, 2), "token_pattern": r"(?u)\b\w+\b"}]
        if self.pieces:
            settings.append({"analyzer": "char_wb", "ngram_range": (2, 4)})
        self.counters_, parts = [], []
        for setting in settings:
            counter = TfidfVectorizer(
                sublinear_tf=True, min_df=fewest, max_features=50_000, dtype=np.float64, **setting
            )
            try:
                parts.append(counter.fit_transform(texts))
            except ValueError:
                # no word at all, or none that two rows share: nothing to learn from here
                continue
            self.counters_.append(counter)
        return _beside(parts, len(texts))

    def _reduced(self, counts: Any) -> Any:
        """TF-IDF as it is, or its leading directions."""
        if not self.n_components:
            return counts
        if self.directions_ is None:
            return np.zeros((counts.shape[0], 0))
        return self.directions_.transform(counts)

    def _counts(self, texts: list[str]) -> Any:
        """TF-IDF of all counters side by side."""
        return _beside([counter.transform(texts) for counter in self.counters_], len(texts))


class Columns(TransformerMixin, BaseEstimator):
    """All feature columns side by side.

    Parameters
    ----------
    kinds : mapping of str to {"number", "category", "text", "date", "image"}
        Column name to kind.
    trees : bool, default=False
        For trees: numbers unscaled, categories as codes; the first `n_codes_` columns are codes.
    pieces : bool, default=True
        As in `Words`.
    n_components : int, default=0
        As in `Words` and `Pixels`.
    seed : int, default=0
        As in `Words` and `Pixels`.
    """

    def __init__(
        self,
        kinds: Mapping[str, str],
        trees: bool = False,
        pieces: bool = True,
        n_components: int = 0,
        seed: int = 0,
    ) -> None:
        self.kinds = kinds
        self.trees = trees
        self.pieces = pieces
        self.n_components = n_components
        self.seed = seed

    def __getstate__(self) -> dict[str, Any]:
        """Attributes, but for the key of what is kept in this process."""
        return {
            name: each for name, each in super().__getstate__().items() if name != "_learnt_from"
        }

    def fit(self, X: pl.DataFrame, y: object = None) -> Self:  # noqa: ARG002
        """Fit each piece to the columns of its kind."""
        self.fit_transform(X)
        return self

    def fit_transform(self, X: pl.DataFrame, y: object = None) -> Any:  # noqa: ARG002
        """Fit each piece, and encode the rows it was fitted to."""
        if not self._is_dear():
            self._learnt_from = ""
            return self._learn(self._checked(X))
        key = digest_of(self._checked(X), sorted(self.get_params().items(), key=str))

        def learn() -> tuple[dict[str, Any], Any]:
            encoded = self._learn(X)
            return {name: each for name, each in vars(self).items() if name.endswith("_")}, encoded

        learnt, encoded = KEPT.of(key, learn)
        self.__dict__.update(learnt)
        self._learnt_from = key
        return encoded.copy()  # an estimator may write into what it is given

    def transform(self, X: pl.DataFrame) -> Any:
        """Floats of shape (n_samples, n_features): dense, or sparse where that is smaller."""
        frame = self._checked(X)
        learnt_from = getattr(self, "_learnt_from", "")
        if not (KEPT.most_bytes and learnt_from):
            return self._encoded(frame)
        key = digest_of(frame, learnt_from)
        return KEPT.of(key, lambda: (None, self._encoded(frame)))[1].copy()

    def _is_dear(self) -> bool:
        """Whether encoding takes so long that it is kept: text and images, while fitting."""
        return bool(KEPT.most_bytes and (self._named("text") or self._named("image")))

    def _learn(self, frame: pl.DataFrame) -> Any:
        """Fit each piece to the columns of its kind; the rows as it encodes them."""
        categories = self._named("category")
        self.numbers_ = self.categories_ = None
        if categories:
            self.categories_ = Categories(as_codes=self.trees).fit(frame.select(categories))
        if self._named("number") or self._named("date"):
            self.numbers_ = Numbers(scaled=not self.trees).fit(self._numeric(frame))
        self.words_, texts = [], []
        for name in self._named("text"):
            words = Words(self.pieces, self.n_components, self.seed)
            texts.append(words.fit_transform(frame.get_column(name)))
            self.words_.append(words)
        self.pixels_ = [
            Pixels(n_components=self.n_components, trees=self.trees, seed=self.seed).fit(
                frame.get_column(name)
            )
            for name in self._named("image")
        ]
        self.n_codes_ = len(categories) if self.trees else 0
        return self._joined(frame, texts)

    def _encoded(self, frame: pl.DataFrame) -> Any:
        """Rows, as what was learnt encodes them."""
        words = zip(self._named("text"), self.words_, strict=True)
        return self._joined(frame, [its.transform(frame.get_column(name)) for name, its in words])

    def _joined(self, frame: pl.DataFrame, texts: list[Any]) -> Any:
        """All columns beside each other, with texts that are encoded already."""
        parts = []
        if self.categories_ is not None:
            parts.append(self.categories_.transform(frame.select(self._named("category"))))
        if self.numbers_ is not None:
            parts.append(self.numbers_.transform(self._numeric(frame)))
        parts += texts
        for name, shades in zip(self._named("image"), self.pixels_, strict=True):
            parts.append(shades.transform(frame.get_column(name)))
        if not sum(part.shape[1] for part in parts):
            # nothing was learnt from text without words, or no image; an estimator needs a column
            return np.zeros((frame.height, 1))
        if any(sparse.issparse(part) for part in parts):
            return sparse.hstack([sparse.csr_array(part) for part in parts], "csr")
        return np.hstack(parts)

    def _named(self, kind: str) -> list[str]:
        """Columns of a kind."""
        return [name for name, its in self.kinds.items() if its == kind]

    def _numeric(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Number columns and the parts of date columns."""
        parts = [part for name in self._named("date") for part in date_parts(name)]
        return frame.select(*self._named("number"), *parts)

    def _checked(self, X: pl.DataFrame) -> pl.DataFrame:
        """The frame, if it is one."""
        if not isinstance(X, pl.DataFrame):
            raise TypeError(
                f"X is a {type(X).__name__}; a polars frame is needed. Pass it through conform."
            )
        if not self.kinds:
            raise ValueError("kinds names no column; at least one feature is needed. Name one.")
        return X


def encoded_for_trees(
    X: pl.DataFrame, kinds: Mapping[str, str], seed: int
) -> tuple[Columns, NDArray[np.float64]]:
    """Columns fitted for trees, and what they make of the rows they were fitted to.

    Parameters
    ----------
    X : polars.DataFrame, shape (n_samples, n_columns)
        Conformed.
    kinds : mapping of str to {"number", "category", "text", "date", "image"}
        Column name to kind.
    seed : int
        Of the decompositions.

    Returns
    -------
    columns : Columns
        Fitted.
    encoded : numpy.ndarray of float, shape (n_samples, n_features)
        Its first ``columns.n_codes_`` columns are codes of categories.
    """
    columns = Columns(kinds, trees=True, n_components=TEXT_DIRECTIONS, seed=seed)
    return columns, columns.fit_transform(X)


def _beside(parts: list[Any], n_rows: int) -> Any:
    """Sparse parts side by side, also if there are none."""
    return sparse.hstack(parts, "csr") if parts else sparse.csr_array((n_rows, 0))


def _floats(X: pl.DataFrame) -> NDArray[np.float64]:
    """Float array of shape (n_samples, n_columns), NaN where missing."""
    values: NDArray[np.float64] = X.to_numpy(order="c").astype(np.float64, copy=False)
    return values


def _indicators(codes: NDArray[np.int64], n_columns: int) -> Any:
    """Sparse indicators of shape (n_samples, n_columns); a code of -1 has none."""
    given = codes >= 0
    starts = np.concatenate([[0], np.cumsum(given)])
    entries = (np.ones(int(starts[-1])), codes[given], starts)
    return sparse.csr_array(entries, shape=(codes.size, n_columns))


TRUSTED = tuple(
    f"{kind.__module__}.{kind.__qualname__}"
    for kind in (Columns, Numbers, Categories, Words, Pixels)
)
