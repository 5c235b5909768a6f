"""Leaks in texts: words, a number or a length that give the label away."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_selection import SelectKBest, chi2, f_regression
from sklearn.linear_model import Ridge
from sklearn.metrics import f1_score, r2_score
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from leadline.datasets.audit.text_pieces import Pieces, Sort, around, pieces_of
from leadline.phases.data import TellingWord, TextLeak

_N_ROWS = 5_000
_FEWEST_ROWS = 1_000
_MOST_LETTERS = 2_500_000
_END = 2_000
_N_FOLDS = 3
_FEWEST_OF_A_CLASS = 10
_RULE = 0.97
_FEW_WORDS = 0.98
_PERFECT = 0.99
_LENGTH = 0.98
_PARTIAL = 0.5
_NEARLY_ONLY = 0.995
_FEWEST_PARTIAL = 20
_N_OF_TREE = 200
_MOST_LEAVES = 16
_MOST_NAMED = 5
_WRITTEN_SHARE = 0.9
_BY_CHANCE = 0.3
_NUMBER = r"-?\d+(?:\.\d+)?"


def text_leaks(
    frame: pl.DataFrame, kinds: Mapping[str, str], y: NDArray[np.generic], *, is_class: bool
) -> tuple[TextLeak, ...]:
    """Texts whose words or length tell the label too well to be true.

    Of each column the first is told that holds of: one word or a run of up to three tells a class,
    with an F1 of .97 for the class and for the rest, or stands in half of the class and nowhere
    else; the label, a number, is written in nine of ten texts; the length tells it (.98); a tree
    on the presence of words does (an F1 of .98 for a class and the rest in the mean, explained
    variance of .99); a linear model of all words does (.99). Honest texts lie below: of spam among
    short messages, the best word has an F1 of .6, the tree .95 and the linear model .97.

    Parameters
    ----------
    frame : polars.DataFrame
        The features, one row a label.
    kinds : mapping of str to {"number", "category", "text", ...}
        What they hold; all but texts are passed over.
    y : ndarray of shape (n_samples,)
        The label: classes as text, or numbers.
    is_class : bool
        Whether it is a class.

    Returns
    -------
    tuple of TextLeak
        At most one a column. Of at most 5,000 different texts of 2.5 million letters in all; of a
        long text its first and last 2,000.

    Examples
    --------
    >>> rows = [f"printer {i % 7} is broken, room {i}" for i in range(200)]
    >>> y = np.where(np.arange(200) % 2, "open", "closed")
    >>> texts = [f"{row}. Status: {label}" for row, label in zip(rows, y)]
    >>> leak = text_leaks(pl.DataFrame({"t": texts}), {"t": "text"}, y, is_class=True)[0]
    >>> [(each.word, each.value, each.n_with) for each in leak.words]
    [('closed', 'closed', 100), ('open', 'open', 100)]
    """
    found = []
    for name, kind in kinds.items():
        if kind == "text":
            sample = _sample(frame[name], y, is_class=is_class)
            leak = None if sample is None else _leak(name, sample)
            found += [leak] if leak else []
    return tuple(found)


@dataclass(frozen=True)
class _Sample:
    """Different texts of a column, cut, with the label of each."""

    texts: pl.Series
    y: NDArray[np.generic]
    is_class: bool

    @cached_property
    def coded(self) -> tuple[NDArray[np.generic], NDArray[np.int64]]:
        """The classes, and the position among them of each label."""
        classes, codes = np.unique(self.y, return_inverse=True)
        return classes, codes.astype(np.int64)

    def score(self, model: Any, matrix: Any) -> tuple[float, str]:
        """F1 of the best class, in the mean with the rest, and the class; or R squared."""
        folds = (StratifiedKFold if self.is_class else KFold)(
            _N_FOLDS, shuffle=True, random_state=0
        )
        with warnings.catch_warnings():
            # a fit that is cut short is a rough answer, which is enough
            warnings.simplefilter("ignore", ConvergenceWarning)
            told = cross_val_predict(model, matrix, self.y, cv=folds)
        if not self.is_class:
            return float(r2_score(self.y, told)), ""
        return max(
            (float(f1_score(self.y == each, told == each, average="macro")), str(each))
            for each in np.unique(self.y)
        )

    def told(self, value: str) -> NDArray[np.generic]:
        """Whether each label is a class; or the numbers."""
        return np.asarray(self.y == value) if self.is_class else self.y


def _sample(column: pl.Series, y: NDArray[np.generic], *, is_class: bool) -> _Sample | None:
    rows = pl.DataFrame({"text": column.fill_null(""), "y": y})
    mean = float(rows["text"].head(_FEWEST_ROWS).str.len_chars().clip(1, 2 * _END).mean() or 1)  # type: ignore[arg-type]
    n_rows = int(np.clip(_MOST_LETTERS / mean, _FEWEST_ROWS, _N_ROWS))
    # more than are kept, as equal texts would stand on both sides of the folds
    drawn = np.random.default_rng(0).permutation(rows.height)[: 2 * n_rows]
    rows = rows[np.sort(drawn)].unique(maintain_order=True).head(n_rows)
    if is_class:
        is_frequent = pl.len().over("y") >= _FEWEST_OF_A_CLASS
        rows = rows.filter(is_frequent)
    values = rows["y"].to_numpy()
    if rows.height < 2 * _FEWEST_OF_A_CLASS or np.unique(values).size < 2:
        return None
    return _Sample(_cut(rows["text"]), values, is_class)


def _cut(texts: pl.Series) -> pl.Series:
    n_letters = texts.str.len_chars()
    if n_letters.max() <= 2 * _END:  # type: ignore[operator]
        return texts
    frame = texts.to_frame("text").select(
        pl.when(n_letters > 2 * _END)
        .then(pl.col("text").str.head(_END) + "\n" + pl.col("text").str.tail(_END))
        .otherwise("text")
    )
    return frame.to_series()


def _leak(name: str, sample: _Sample) -> TextLeak | None:
    pieces = pieces_of(sample.texts)
    found = _by_word(name, sample, pieces) if sample.is_class else _by_number(name, sample)
    return found or _by_length(name, sample) or _by_model(name, sample, pieces)


def _by_word(name: str, sample: _Sample, pieces: Pieces) -> TextLeak | None:
    """A piece that stands in one class and in no other."""
    if not pieces.words:
        return None
    classes, codes = sample.coded
    counts = pieces.counts(codes, classes.size)
    sizes = np.bincount(codes).astype(float)
    scores = _scores(counts, sizes)
    # a word of half a class scores low, and comes before any that scores high
    ranks = scores + _is_partial(counts, sizes, pieces)
    told = []
    for code in range(classes.size):
        # of equals the plainest: scores that differ by nothing but rounding are equal
        best = np.lexsort((pieces.sorts, -np.round(ranks[:, code], 9)))[0]
        if ranks[best, code] >= _RULE:
            told.append((scores[best, code], int(best), code))
    if not told:
        return None
    told.sort(key=lambda each: -each[0])
    words = tuple(_telling(sample, pieces, best, code) for _, best, code in told[:_MOST_NAMED])
    return TextLeak(
        column=name,
        how="word",
        score=float(min(told[0][0], 1.0)),
        words=words,
        n_rows=len(sample.texts),
    )


def _scores(counts: NDArray[np.float64], sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """F1 of each piece for each class, or for the rest where that is less; a column a class."""
    n_with, n_rows = counts.sum(axis=1, keepdims=True), sizes.sum()
    of_class = 2 * counts / (n_with + sizes)
    neither = n_rows - n_with - sizes + counts
    of_rest = 2 * neither / np.maximum(2 * n_rows - n_with - sizes, 1)
    return np.asarray(np.minimum(of_class, of_rest))


def _is_partial(
    counts: NDArray[np.float64], sizes: NDArray[np.float64], pieces: Pieces
) -> NDArray[np.bool_]:
    """Words in half of a class and in hardly a row of the others, so many that it is no chance."""
    n_with = counts.sum(axis=1, keepdims=True)
    n_other = sizes.sum() - sizes
    share = counts / sizes
    is_only = (counts >= _NEARLY_ONLY * n_with) & (
        n_with - counts <= (1 - _NEARLY_ONLY) * n_other * share
    )
    is_enough = (counts >= _FEWEST_PARTIAL) & (share * n_other >= _FEWEST_PARTIAL)
    # a sign or the shape of a number is what honest texts of one kind share: a price, a phone
    is_word = [
        sort != Sort.SIGN and not any(map(str.isdigit, word))
        for word, sort in zip(pieces.words, pieces.sorts, strict=True)
    ]
    return np.asarray((share >= _PARTIAL) & is_only & is_enough & np.array(is_word)[:, None])


def _telling(sample: _Sample, pieces: Pieces, piece: int, code: int) -> TellingWord:
    classes, codes = sample.coded
    rows = pieces.rows[pieces.columns == piece]
    inside = rows[codes[rows] == code]
    word, sort = pieces.words[piece], int(pieces.sorts[piece])
    return TellingWord(
        word=word,
        value=str(classes[code]),
        n_with=int(inside.size),
        n_of_value=int((codes == code).sum()),
        n_elsewhere=int(rows.size - inside.size),
        example=around(sample.texts[int(inside.min())], word, sort),
    )


def _by_number(name: str, sample: _Sample) -> TextLeak | None:
    """The label itself, written in the text."""
    y = sample.y.astype(float)
    shuffled = np.random.default_rng(0).permutation(y)
    numbers = sample.texts.str.replace_all(",", ".", literal=True).str.extract_all(_NUMBER)
    frame = pl.DataFrame({"number": numbers, "y": y, "shuffled": shuffled}).with_row_index("row")
    frame = frame.explode("number", empty_as_null=False, keep_nulls=False)
    frame = frame.with_columns(pl.col("number").cast(pl.Float64, strict=False))
    shares = [
        frame.filter((pl.col("number") - pl.col(of)).abs() <= 1e-6 * (1 + pl.col(of).abs()))[
            "row"
        ].n_unique()
        / y.size
        for of in ("y", "shuffled")
    ]
    if shares[0] < _WRITTEN_SHARE or shares[1] > _BY_CHANCE:
        return None
    return TextLeak(column=name, how="number", score=shares[0], n_rows=y.size)


def _by_length(name: str, sample: _Sample) -> TextLeak | None:
    """How long a text is: in letters, in words, in lines."""
    lengths = {
        "letters": sample.texts.str.len_chars(),
        "words": sample.texts.str.count_matches(r"\S+"),
        "lines": sample.texts.str.count_matches("\n"),
    }
    tree = DecisionTreeClassifier if sample.is_class else DecisionTreeRegressor
    for unit, length in lengths.items():
        model = tree(max_leaf_nodes=_MOST_LEAVES, min_samples_leaf=5, random_state=0)
        score, _ = sample.score(model, length.to_numpy().reshape(-1, 1).astype(float))
        if score >= _LENGTH:
            return TextLeak(
                column=name, how=f"length in {unit}", score=score, n_rows=len(sample.texts)
            )
    return None


def _by_model(name: str, sample: _Sample, pieces: Pieces) -> TextLeak | None:
    """Words that tell the label together: few of them as a tree, or all in a linear model."""
    if not pieces.words:
        return None
    # the strongest are chosen in each fold anew: of many words some fit by chance
    select = SelectKBest(
        chi2 if sample.is_class else f_regression, k=min(_N_OF_TREE, len(pieces.words))
    )
    tree = (DecisionTreeClassifier if sample.is_class else DecisionTreeRegressor)(
        max_leaf_nodes=_MOST_LEAVES, min_samples_leaf=3, random_state=0
    )
    few = make_pipeline(select, tree)
    score, value = sample.score(few, pieces.matrix)
    if score >= (_FEW_WORDS if sample.is_class else _PERFECT):
        few.fit(pieces.matrix, sample.told(value))
        weights = np.zeros(len(pieces.words))
        weights[select.get_support()] = tree.feature_importances_
        return _of_words(name, "few words", score, sample, pieces, weights)
    linear = LinearSVC(class_weight="balanced") if sample.is_class else Ridge(solver="lsqr")
    score, value = sample.score(linear, pieces.matrix)
    if score < _PERFECT:
        return None
    linear.fit(pieces.matrix, sample.told(value))
    return _of_words(name, "all words", score, sample, pieces, np.abs(linear.coef_).ravel())


def _of_words(
    name: str,
    how: str,
    score: float,
    sample: _Sample,
    pieces: Pieces,
    weights: NDArray[np.float64],
) -> TextLeak:
    """The strongest words, each with the class that has the largest share of it."""
    words: list[TellingWord] = []
    if sample.is_class:
        classes, codes = sample.coded
        shares = pieces.counts(codes, classes.size) / np.bincount(codes)
        words = [
            _telling(sample, pieces, each, int(shares[each].argmax()))
            for each in _different(pieces, weights)
        ]
    return TextLeak(
        column=name,
        how=how,
        score=min(score, 1.0),
        words=tuple(words),
        n_rows=len(sample.texts),
    )


def _different(pieces: Pieces, weights: NDArray[np.float64]) -> list[int]:
    """The strongest pieces, but for those that stand mostly where a stronger one does."""
    kept: list[int] = []
    by_piece = pieces.matrix.tocsc()
    for each in np.argsort(-weights, kind="stable")[: _MOST_NAMED**2]:
        rows = by_piece[:, each].indices
        is_new = all(
            2 * np.intersect1d(rows, by_piece[:, other].indices).size < rows.size for other in kept
        )
        if is_new and weights[each] > 0 and len(kept) < _MOST_NAMED:
            kept.append(int(each))
    return kept
