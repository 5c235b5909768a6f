"""Near repeats across the split: test rows that are nearly the same as some train row."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

_N_TEST = 500
_N_TRAIN = 20_000
_NEAR = 0.02
_FAR = 10.0
_FEWEST_COLUMNS = 2
_SHINGLE = 8
_FEWEST_LETTERS = 2 * _SHINGLE
_ALIKE = 0.8


def near_repeats(
    frame: pl.DataFrame, kinds: Mapping[str, str], is_test: NDArray[np.bool_]
) -> float:
    """Share of the test rows whose nearest train row is nearly the same, beyond chance.

    Two rows are nearly the same where no number differs by more than a fiftieth of its standard
    deviation, and every category is equal; of texts of sixteen letters and more, where four
    fifths of the runs of eight letters are. What rows that are dense by chance would have is taken
    off: the share among rows whose columns were shuffled one by one.

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
    >>> near_repeats(frame, dict.fromkeys("abc", "number"), is_test)
    1.0
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
    share = _near(matrix[train], matrix[test])
    if share == 0:
        return 0.0
    shuffled = np.column_stack([rng.permutation(column) for column in matrix.T])
    return max(share - _near(shuffled[train], shuffled[test]), 0.0)


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
            spread = numbers.std()
            if spread:
                scaled = (numbers - numbers.mean()) / spread
                columns.append(scaled.fill_null(_FAR * len(kinds)).to_numpy())
    return np.column_stack(columns) if columns else np.empty((frame.height, 0))


def _near(train: NDArray[np.float64], test: NDArray[np.float64]) -> float:
    nearest = NearestNeighbors(n_neighbors=1, metric="chebyshev").fit(train)
    distances, _ = nearest.kneighbors(test)
    return float(np.mean(distances[:, 0] <= _NEAR))


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
