"""Groups: a column that says which rows belong together, a patient or a host or a customer."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.phases.data import Group

_FEWEST_GROUPS = 8
_FEWEST_WITHOUT_NAME = 20
_LEAST_AGREEMENT = 0.8
_LEAST_AGREEMENT_OF_A_KEY = 0.4
_SURE = 4.0
_LEAST_COVER = 0.5
_MOST_ROWS = 50_000
_MOST_ORDERED = 0.5
_NAMES = (
    "id", "key", "patient", "subject", "customer", "client", "user", "member", "host", "device",
    "session", "account", "person", "student", "household", "family", "animal", "sensor", "machine",
    "vehicle", "author", "speaker", "company", "store", "shop", "group", "batch", "site", "well",
)  # fmt: skip


def groups(frame: pl.DataFrame, label: pl.Series, *, is_class: bool) -> tuple[Group, ...]:
    """Columns whose values come back with a label that hardly varies within them.

    Agreement is the pairwise agreement within values corrected for chance as Fleiss' kappa is
    [1]_, for numbers the intraclass correlation [2]_. A number in whose order the label runs is a
    feature, not a key; so are the few values of a category.

    Parameters
    ----------
    frame : polars.DataFrame
        Possible keys: columns of words and whole numbers.
    label : polars.Series of shape (n_rows,)
        Without nulls.
    is_class : bool
        Whether the label is a class; else it is a number.

    Returns
    -------
    tuple of Group
        The strongest first.

    References
    ----------
    .. [1] J. L. Fleiss (1971), Measuring nominal scale agreement among many raters.
       Psychological Bulletin 76, 378-382.
    .. [2] R. A. Fisher (1925), Statistical Methods for Research Workers, ch. 7.

    Examples
    --------
    >>> patient = [row // 8 for row in range(240)]
    >>> frame = pl.DataFrame({"patient": patient, "bp": [row * 7 % 31 for row in range(240)]})
    >>> label = pl.Series([(each * 7 % 5) > 2 for each in patient])
    >>> [found.column for found in groups(frame, label, is_class=True)]
    ['patient']
    """
    if frame.height > _MOST_ROWS:
        # whole runs of rows, so that groups stay whole where they lie together
        frame, label = frame.head(_MOST_ROWS), label.head(_MOST_ROWS)
    y = _codes(label) if is_class else label.cast(pl.Float64).to_numpy()
    found = [
        each for column in frame.iter_columns() if (each := _group(column, y, is_class=is_class))
    ]
    return tuple(sorted(found, key=lambda each: -each.agreement))


def _group(column: pl.Series, y: NDArray[np.generic], *, is_class: bool) -> Group | None:
    if not (column.dtype == pl.String or column.dtype.is_integer()):
        return None
    is_filled = column.is_not_null().to_numpy()
    codes = _codes(column.filter(column.is_not_null()))
    y = y[is_filled]
    sizes = np.bincount(codes) if codes.size else np.zeros(0, np.int64)
    several = sizes >= 2
    n_groups = int(several.sum())
    fewest = _FEWEST_GROUPS if _is_key_name(column.name) else _FEWEST_WITHOUT_NAME
    if n_groups < fewest or sizes[several].sum() < _LEAST_COVER * max(codes.size, 1):
        return None
    inside = several[codes]
    agreement = (_kappa if is_class else _intraclass)(codes[inside], y[inside])
    if agreement < _least(column.name, sizes) or _runs_in_order(column, codes, y):
        return None
    return Group(
        column=column.name,
        n_groups=n_groups,
        rows_each=float(np.median(sizes[several])),
        agreement=min(agreement, 1.0),
    )


def _least(name: str, sizes: NDArray[np.int64]) -> float:
    """Agreement from which on a column is told.

    A farm that is asked every season changes its answer now and then, and still most of a score
    may come from knowing the farm. Where the name says key, less is enough, if it is no chance.
    """
    if not _is_key_name(name):
        return _LEAST_AGREEMENT
    n_pairs = float(np.sum(sizes * (sizes - 1))) / 2
    return min(_LEAST_AGREEMENT, max(_LEAST_AGREEMENT_OF_A_KEY, _SURE / float(n_pairs**0.5)))


def _codes(column: pl.Series) -> NDArray[np.int64]:
    return np.unique(column.to_numpy(), return_inverse=True)[1].astype(np.int64)


def _is_key_name(name: str) -> bool:
    parts = "".join(c if c.isalnum() else " " for c in _spaced(name)).casefold().split()
    return any(part in _NAMES or part.rstrip("s") in _NAMES for part in parts)


def _spaced(name: str) -> str:
    """Put a blank before each capital that follows a small letter: customerId."""
    return "".join(
        f" {c}" if c.isupper() and i and name[i - 1].islower() else c for i, c in enumerate(name)
    )


def _kappa(codes: NDArray[np.int64], y: NDArray[np.generic]) -> float:
    """Agreement of two rows of one group beyond that of two rows at random."""
    classes, labels = np.unique(y, return_inverse=True)
    counts = np.zeros((int(codes.max()) + 1, classes.size))
    np.add.at(counts, (codes, labels), 1)
    sizes = counts.sum(axis=1)
    several = sizes > 1
    pairs = (counts * (counts - 1)).sum(axis=1)[several] / (sizes * (sizes - 1))[several]
    observed = float(np.average(pairs, weights=sizes[several]))
    shares = counts.sum(axis=0) / sizes.sum()
    by_chance = float(np.sum(shares**2))
    return (observed - by_chance) / (1 - by_chance) if by_chance < 1 else 0.0


def _intraclass(codes: NDArray[np.int64], y: NDArray[np.generic]) -> float:
    """Share of the variance that lies between groups, small groups corrected for."""
    values = y.astype(float)
    sizes = np.bincount(codes).astype(float)
    there = sizes > 0
    means = np.bincount(codes, weights=values)[there] / sizes[there]
    sizes = sizes[there]
    n, k = sizes.sum(), sizes.size
    of_row = np.zeros(there.size)
    of_row[there] = means
    within = float(np.sum((values - of_row[codes]) ** 2))
    between = float(np.sum(sizes * (means - values.mean()) ** 2))
    if k < 2 or n <= k:
        return 0.0
    ms_between, ms_within = between / (k - 1), within / (n - k)
    size = (n - np.sum(sizes**2) / n) / (k - 1)
    total = ms_between + (size - 1) * ms_within
    return float((ms_between - ms_within) / total) if total > 0 else 0.0


def _runs_in_order(column: pl.Series, codes: NDArray[np.int64], y: NDArray[np.generic]) -> bool:
    """Whether neighbouring values have like labels: then the number itself tells the label."""
    if not column.dtype.is_integer():
        return False
    sizes = np.bincount(codes)
    ranks = np.unique(y, return_inverse=True)[1].astype(float)
    means = np.bincount(codes, weights=ranks) / sizes
    steps, spread = np.diff(means), float(np.var(means))
    # von Neumann's ratio: 2 where neighbours are strangers, near 0 where they are alike
    return spread > 0 and float(np.mean(steps**2)) / spread < 2 * _MOST_ORDERED
