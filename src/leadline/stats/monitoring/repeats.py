"""Rows seen before: whether more of them come back than chance brings."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtrc

from leadline.stats.arrays import check_share

_ODDS_AS_USUAL = 4.0
# the upper tail beyond three standard errors of a normal law
_RARE = 0.00135


def usual_repeats(keys: ArrayLike, is_test: ArrayLike | None = None) -> float:
    """Share of new rows that will equal a known one by chance.

    Where new rows are drawn as the known ones were, it is the share of known rows that have a
    twin: leave one out, and look whether it is found among the others, which is the estimate of
    Good [1]_. Where they are of other groups or later times, it is what a split of that kind
    shows: the share of test rows that have a twin among the train rows. Either is moved a little
    towards a half, by the rule of succession, as no sample shows that something cannot be.

    Parameters
    ----------
    keys : array-like, shape (n,)
        Of the known rows: equal for equal rows.
    is_test : array-like of bool, shape (n,), optional
        Of a split by group or by time.

    Returns
    -------
    float in (0, 1)

    References
    ----------
    .. [1] I. J. Good (1953), The population frequencies of species and the estimation of
       population parameters. Biometrika 40, 237-264.

    Examples
    --------
    >>> usual_repeats([1, 1, 2, 3, 4, 5, 6, 7])
    0.3
    >>> usual_repeats([1, 1, 2, 2, 3, 4], is_test=[False, False, False, True, True, True])
    0.4
    """
    values, codes, counts = np.unique(np.asarray(keys), return_inverse=True, return_counts=True)
    if is_test is None:
        n_twins, n_rows = int(counts[counts > 1].sum()), codes.size
    else:
        test = np.asarray(is_test, dtype=bool)
        in_train = np.zeros(values.size, dtype=bool)
        in_train[codes[~test]] = True
        n_twins, n_rows = int(in_train[codes[test]].sum()), int(test.sum())
    return (n_twins + 1) / (n_rows + 2)


def are_repeats(n_found: int, n_rows: int, usual_share: float) -> bool:
    """Whether far more rows are known ones than chance brings.

    They are if the share of rows found has at least four times the usual odds, so that new rows
    from a slightly other distribution pass, and if so many come by chance in fewer than one of 700
    cases, so that few rows pass: one row among thousands is no sign.

    Parameters
    ----------
    n_found, n_rows : int >= 0
        Rows found among the known ones, and rows given.
    usual_share : float in (0, 1)
        As `usual_repeats` gives it.

    Examples
    --------
    >>> are_repeats(1_200, 1_500, 0.01), are_repeats(12, 1_500, 0.01)
    (True, False)
    >>> are_repeats(930, 1_000, 0.9), are_repeats(1_000, 1_000, 0.9)
    (False, True)
    >>> are_repeats(1, 1_700, 6e-6)
    False
    """
    check_share(usual_share, "usual_share")
    if not 0 <= n_found <= n_rows:
        raise ValueError(f"n_found is {n_found} of {n_rows} rows; at most as many can be found.")
    if not n_found:
        return False
    # so many or more, by chance
    is_beyond_chance = bdtrc(n_found - 1, n_rows, usual_share) < _RARE
    n_new = n_rows - n_found
    return (
        bool(is_beyond_chance)
        and n_found * (1 - usual_share) >= _ODDS_AS_USUAL * usual_share * n_new
    )
