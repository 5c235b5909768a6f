"""Near repeats across the split: test rows that are nearly the same as some train row."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.neighbors import KDTree

from leadline.datasets.audit.alike_texts import AlikeTexts

_N_TEST = 500
_N_TRAIN = 20_000
_NEAR = 0.02
# the shell from _NEAR to here holds along a line four times as many rows
_AROUND = 0.1
_SHELL = _AROUND / _NEAR - 1
_SURE = 3.0
_NOISE = 0.01
_FAR = 10.0
_FEWEST_COLUMNS = 2


def near_repeats(
    frame: pl.DataFrame, kinds: Mapping[str, str], is_test: NDArray[np.bool_]
) -> float:
    """Share of the test rows whose nearest train row is nearly the same, beyond chance.

    Two rows are nearly the same where no number differs by more than a fiftieth of its spread,
    every category is equal, and of their texts, where they have any of sixteen letters and more,
    four fifths of the runs of eight letters are. Days and times count where there is no such text:
    what is said again is said later. What rows that are dense by chance would have is taken off: as
    rows whose columns were shuffled one by one have it, and as the rows a little further off tell
    it, which shuffled columns do not where one column follows from another.

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
    matrix = _matrix(frame, kinds)
    texts = [name for name, kind in kinds.items() if kind == "text"]
    if not texts:
        return _share_of_rows(matrix[train], matrix[test], rng)
    alike = AlikeTexts(frame.select(texts), test, train)
    undated = _matrix(frame, {name: kind for name, kind in kinds.items() if kind != "date"})
    share = _share_of_texts(undated[train], undated[test], alike.of_test(), rng)
    without, among = test[~alike.test_filled], train[~alike.train_filled]
    if without.size and among.size:
        share += _share_of_rows(matrix[among], matrix[without], rng) * without.size / test.size
    return share


def _share_of_rows(
    train: NDArray[np.float64], test: NDArray[np.float64], rng: np.random.Generator
) -> float:
    """Share of rows without texts that have another nearby, beyond chance."""
    if train.shape[1] < _FEWEST_COLUMNS:
        return 0.0
    tree = KDTree(train, metric="chebyshev")
    n_near = tree.query_radius(test, _NEAR, count_only=True)
    if not n_near.any():
        return 0.0
    n_around = tree.query_radius(test, _AROUND, count_only=True) - n_near
    shuffled = _shuffled(np.concatenate([train, test]), rng)
    return _beyond_chance(n_near, n_around, _share_near(*np.split(shuffled, [len(train)])))


def _share_of_texts(
    train: NDArray[np.float64],
    test: NDArray[np.float64],
    alike: list[NDArray[np.intp]],
    rng: np.random.Generator,
) -> float:
    """Share of rows one of whose rows of nearly the same texts is nearby, too, beyond chance."""
    if not train.shape[1]:
        return float(np.mean([each.size > 0 for each in alike]))
    n_near, n_around = _counts_near(train, test, alike)
    # whatever goes with the texts by chance goes with those of other rows, too
    n_by_chance, _ = _counts_near(_shuffled(train, rng), test, alike)
    return _beyond_chance(n_near, n_around, float(np.mean(n_by_chance > 0)))


def _counts_near(
    train: NDArray[np.float64], test: NDArray[np.float64], alike: list[NDArray[np.intp]]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows nearby, and those a little further off, of the rows with the same texts."""
    counts = np.zeros((2, len(test)), dtype=np.intp)
    for place, (row, rows) in enumerate(zip(test, alike, strict=True)):
        apart = np.abs(train[rows] - row).max(axis=1)
        is_near = apart <= _NEAR
        counts[:, place] = is_near.sum(), (~is_near & (apart <= _AROUND)).sum()
    return counts[0], counts[1]


def _shuffled(matrix: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    return np.column_stack([rng.permutation(column) for column in matrix.T])


def _beyond_chance(n_near: NDArray[np.intp], n_around: NDArray[np.intp], shuffled: float) -> float:
    """Share of rows with another nearby, less what their density would bring."""
    share = float(np.mean(n_near > 0))
    chance = max(shuffled, _share_by_density(n_around))
    return share - chance if share > chance + _SURE * _error_of_density(n_around) else 0.0


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
    """Standard deviation, or what it would be by the quartiles where a long tail makes it more.

    Quartiles of a column that is one value but for a little noise are of the noise.
    """
    values = numbers.drop_nulls().to_numpy()
    if len(values) < 2:
        return 0.0
    deviation, (low, high) = float(values.std()), np.quantile(values, [0.25, 0.75])
    by_quartiles = (high - low) / 1.35
    return min(deviation, by_quartiles) if by_quartiles > _NOISE * deviation else deviation


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
