"""Near repeats across the split: test rows that are nearly the same as some train row."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.neighbors import KDTree

_N_TEST = 500
_N_TRAIN = 20_000
_NEAR = 0.02
# the shell from _NEAR to here holds along a line four times as many rows
_AROUND = 0.1
_SHELL = _AROUND / _NEAR - 1
_SURE = 3.0
_FAR = 10.0
_FEWEST_COLUMNS = 2
_SHINGLE = 8
_FEWEST_LETTERS = 2 * _SHINGLE
_ALIKE = 0.8


def near_repeats(
    frame: pl.DataFrame, kinds: Mapping[str, str], is_test: NDArray[np.bool_]
) -> float:
    """Share of the test rows whose nearest train row is nearly the same, beyond chance.

    Two rows are nearly the same where no number differs by more than a fiftieth of its spread, and
    every category is equal; of texts of sixteen letters and more, where four fifths of the runs of
    eight letters are. What rows that are dense by chance would have is taken off: as rows whose
    columns were shuffled one by one have it, and as the rows a little further off tell it, which
    shuffled columns do not where one column follows from another.

    Parameters
    ----------
    frame : polars.DataFrame
        The features.
    kinds : mapping of str to {"number", "category", "date", "text", ...}
        What they hold.
    is_test : ndarray of bool, shape (n_samples,)
        Which rows are test rows.

    Returns
    -------
    float in [0, 1]
        0 where there is nothing to compare; of at most 500 test rows.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> values = rng.normal(size=(300, 3)).repeat(2, axis=0) + rng.normal(size=(600, 3)) * 1e-4
    >>> is_test = np.arange(600) % 2 == 0
    >>> frame = pl.DataFrame(values, schema=list("abc"))
    >>> round(near_repeats(frame, dict.fromkeys("abc", "number"), is_test), 2)
    0.99
    """
    rng = np.random.default_rng(0)
    test = rng.permutation(np.flatnonzero(is_test))[:_N_TEST]
    train = rng.permutation(np.flatnonzero(~is_test))[:_N_TRAIN]
    if not test.size or not train.size:
        return 0.0
    texts = [name for name, kind in kinds.items() if kind == "text"]
    if texts:
        return _near_texts(frame[texts[0]], train, test)
    matrix = _matrix(frame, kinds)
    if matrix.shape[1] < _FEWEST_COLUMNS:
        return 0.0
    tree = KDTree(matrix[train], metric="chebyshev")
    n_near = tree.query_radius(matrix[test], _NEAR, count_only=True)
    share = float(np.mean(n_near > 0))
    if share == 0:
        return 0.0
    n_around = tree.query_radius(matrix[test], _AROUND, count_only=True) - n_near
    shuffled = np.column_stack([rng.permutation(column) for column in matrix.T])
    chance = max(_share_near(shuffled[train], shuffled[test]), _share_by_density(n_around))
    error = _error_of_density(n_around)
    return share - chance if share > chance + _SURE * error else 0.0


def _matrix(frame: pl.DataFrame, kinds: Mapping[str, str]) -> NDArray[np.float64]:
    columns = []
    for name, kind in kinds.items():
        column = frame[name]
        if kind == "category":
            words = column.cast(pl.String).fill_null("").to_numpy()
            codes = np.unique(words, return_inverse=True)[1]
            columns.append(codes * _FAR)
        elif kind in ("number", "date"):
            numbers = column.to_physical().cast(pl.Float64)
            spread = _spread(numbers)
            if spread:
                scaled = (numbers - numbers.mean()) / spread
                columns.append(scaled.fill_null(_FAR * len(kinds)).to_numpy())
    return np.column_stack(columns) if columns else np.empty((frame.height, 0))


def _spread(numbers: pl.Series) -> float:
    """Standard deviation, or what it would be by the quartiles where a long tail makes it more."""
    values = numbers.drop_nulls().to_numpy()
    if len(values) < 2:
        return 0.0
    deviation, (low, high) = float(values.std()), np.quantile(values, [0.25, 0.75])
    return min(deviation, (high - low) / 1.35) if high > low else deviation


def _share_near(train: NDArray[np.float64], test: NDArray[np.float64]) -> float:
    tree = KDTree(train, metric="chebyshev")
    return float(np.mean(tree.query_radius(test, _NEAR, count_only=True) > 0))


def _share_by_density(n_around: NDArray[np.intp]) -> float:
    """Most of the rows that would have another nearby if these were as dense as around it.

    Along a line the shell holds four times what is nearby, on a surface more; the shell of copies
    is empty. Counts are Poisson's, and the estimate of the chance of none is unbiased.
    """
    return float(np.mean(1 - (1 - 1 / _SHELL) ** n_around))


def _error_of_density(n_around: NDArray[np.intp]) -> float:
    """Standard error of that share beside what is found: of each row's luck, and of its count."""
    none = 1 - 1 / _SHELL
    both = 1 - 2 / _SHELL
    variance = none**n_around + none ** (2 * n_around) - 2 * both**n_around
    return float(np.sqrt(np.sum(variance)) / len(n_around))


def _near_texts(texts: pl.Series, train: NDArray[np.intp], test: NDArray[np.intp]) -> float:
    """Share of texts most of whose runs of letters stand in one text of the train rows."""
    holders: dict[str, list[int]] = {}
    for row in train:
        for piece in _pieces(texts[int(row)]):
            holders.setdefault(piece, []).append(int(row))
    n_near = 0
    for row in test:
        pieces = _pieces(texts[int(row)])
        counts: dict[int, int] = {}
        for piece in pieces:
            for holder in holders.get(piece, ())[:_N_TEST]:
                counts[holder] = counts.get(holder, 0) + 1
        n_near += bool(pieces) and max(counts.values(), default=0) >= _ALIKE * len(pieces)
    return n_near / len(test)


def _pieces(text: str | None) -> set[str]:
    """Runs of letters, in lower case and without blanks; none of a text that is hardly any.

    Where most answers are empty, or "none", these would all be repeats of each other.
    """
    letters = "".join((text or "").lower().split())
    if len(letters) < _FEWEST_LETTERS:
        return set()
    return {letters[i : i + _SHINGLE] for i in range(len(letters) - _SHINGLE + 1)}
