"""Delegated rows: which go to the machine and which to people, by the machine's confidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaincinv

from leadline.stats.arrays import Bools, Floats, check_positive, check_share
from leadline.stats.interval import Estimate

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_MOST_CUTS = 20


@dataclass(frozen=True)
class Route:
    """Rows from a confidence on, and how often the machine is wrong on them.

    Parameters
    ----------
    cut : float
        The least confidence of a row that goes to the machine.
    share : float in [0, 1]
        Rows that go to the machine.
    n_checked, n_wrong : int
        Of those, rows that people checked, and found wrong.
    error : Estimate of float
        Share of wrong labels on them, 0 below, and above Clopper and Pearson's one-sided bound at
        half of the level.
    cost : float or None
        Expected cost of a row, over all rows: answers and errors. None where no costs are given.
    """

    cut: float
    share: float
    n_checked: int
    n_wrong: int
    error: Estimate[float]
    cost: float | None


@dataclass(frozen=True)
class Costs:
    """What a row costs either way, in one currency.

    Parameters
    ----------
    person, machine : float
        Of an answer.
    error : float
        Of a wrong label, above 0.
    person_error : float in [0, 1), default=0.0
        Share of people's labels that are wrong.
    """

    person: float
    machine: float
    error: float
    person_error: float = 0.0

    def __post_init__(self) -> None:
        check_positive(self.error, "error")

    @property
    def break_even_error(self) -> float:
        """Share of wrong labels at which a machine's row costs as much as a person's."""
        return self.person_error + (self.person - self.machine) / self.error

    def of_row(self, share: float, machine_error: float) -> float:
        """Expected cost of a row when a share of the rows goes to the machine."""
        by_machine = self.machine + self.error * machine_error
        by_person = self.person + self.error * self.person_error
        return share * by_machine + (1 - share) * by_person


@dataclass(frozen=True)
class Routing:
    """Where rows go.

    Parameters
    ----------
    chosen : Route or None
        None: all rows go to people, as no cut is proven.
    proven : tuple of Route
        All cuts that keep the promise, from the most confident rows to more.
    max_error : float
        The promise: share of wrong labels on the rows that go to the machine.
    level : float
        Probability that the promise is broken by any of the proven cuts.
    n_needed : int
        Checked rows without an error that would prove the smallest cut.
    """

    chosen: Route | None
    proven: tuple[Route, ...]
    max_error: float
    level: float
    n_needed: int


def route(
    confidence: ArrayLike,
    is_wrong: ArrayLike,
    *,
    max_error: float | None = None,
    costs: Costs | None = None,
    level: float = 0.05,
) -> Routing:
    """Choose the confidence from which on the machine labels.

    Cuts are tested one after the other, from the most confident rows to more, until one is not
    proven [1]_; and all rows at once, as a machine that is good on all of them may be unlucky on
    the first few. Each way has half of `level`. As both are fixed before people's answers are seen,
    none of the proven cuts breaks the promise with more than the probability `level`, however many
    were tested.

    Parameters
    ----------
    confidence : array-like of float, shape (n_rows,)
        The machine's, of every row, on any scale; nan where it is unsure: those are for people.
    is_wrong : array-like of float, shape (n_rows,)
        Of rows that people checked, a random sample: 1 where the machine was wrong, else 0; nan for
        the others.
    max_error : float in (0, 1), optional
        Most wrong labels on the rows that go to the machine. Left out: where they cost as much as
        people.
    costs : Costs, optional
        Decide which of the proven cuts is chosen: the cheapest. Without costs, the one that gives
        most rows to the machine.
    level : float in (0, 1), default=0.05
        Of the bound.

    Returns
    -------
    Routing
        The cut that was chosen, or none.

    Raises
    ------
    ValueError
        If the arrays do not fit, no row was checked, or neither promise nor costs are given.

    References
    ----------
    .. [1] A. N. Angelopoulos, S. Bates, E. J. Candes, M. I. Jordan, L. Lei (2025), Learn then test:
       calibrating predictive algorithms to achieve risk control. Ann. Appl. Stat. 19.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> confidence = rng.uniform(0.5, 1, 5000)
    >>> is_wrong = np.where(np.arange(5000) < 300, rng.random(5000) > confidence, np.nan)
    >>> found = route(confidence, is_wrong, max_error=0.15)
    >>> 0.7 < found.chosen.cut < 0.95
    True
    >>> route(confidence, is_wrong, max_error=0.01).chosen is None
    True
    """
    sure, wrong = _checked(confidence, is_wrong)
    check_share(level, "level")
    if max_error is None:
        if costs is None:
            raise ValueError("Neither max_error nor costs are given, one is needed. Say either.")
        max_error = costs.break_even_error
        if max_error <= 0:
            return Routing(None, (), max_error, level, 0)
        max_error = min(max_error, 1 - 1e-9)
    check_share(max_error, "max_error")
    cuts = _cuts(sure, wrong, max_error, level / 2)
    tried = [_route(cut, sure, wrong, costs, level / 2) for cut in cuts]
    keeps = [one.error.high <= max_error for one in tried]
    n_in_order = keeps.index(False) if False in keeps else len(keeps)
    proven = [*tried[:n_in_order], *(tried[-1:] if keeps[-1] and n_in_order < len(tried) else [])]
    n_needed = int(np.ceil(np.log(level / 2) / np.log1p(-max_error)))
    return Routing(_choose(proven, costs), tuple(proven), max_error, level, n_needed)


def _checked(confidence: ArrayLike, is_wrong: ArrayLike) -> tuple[Floats, Floats]:
    sure: Floats = np.asarray(confidence, dtype=np.float64)
    wrong: Floats = np.asarray(is_wrong, dtype=np.float64)
    if sure.ndim != 1 or sure.shape != wrong.shape:
        raise ValueError(
            f"confidence and is_wrong have shapes {sure.shape} and {wrong.shape}, one is needed. "
            "Pass one entry a row."
        )
    known = wrong[~np.isnan(wrong)]
    if not np.all((known == 0) | (known == 1)):
        raise ValueError("is_wrong must be 0, 1 or nan; some are not. Say whether it was wrong.")
    if np.any(np.isinf(sure)):
        raise ValueError("confidence must be finite, or nan where the machine is unsure.")
    if not np.any(_is_checked(sure, wrong)):
        raise ValueError("People checked no row that the machine labelled, some are needed.")
    return sure, wrong


def _is_checked(sure: Floats, wrong: Floats) -> Bools:
    found: Bools = ~np.isnan(wrong) & ~np.isnan(sure)
    return found


def _cuts(sure: Floats, wrong: Floats, max_error: float, level: float) -> Floats:
    """Return confidences to try, falling: the first holds enough rows to forgive one error.

    They depend on the confidences of checked rows alone, never on whether the machine was wrong.
    """
    checked = np.sort(sure[_is_checked(sure, wrong)])[::-1]
    n = np.arange(2, checked.size + 1)
    forgiving = n[upper_error(np.ones(n.size), n, level) <= max_error]
    first = int(forgiving[0]) if forgiving.size else checked.size
    places = np.unique(np.linspace(first, checked.size, _MOST_CUTS).astype(np.int64)) - 1
    return np.unique(checked[places])[::-1]


def upper_error(n_wrong: ArrayLike, n_checked: ArrayLike, level: float) -> Floats:
    """Clopper and Pearson's upper bound of a share, at the one-sided `level`.

    Parameters
    ----------
    n_wrong, n_checked : array-like of int, shape (...,)
        Wrong ones, and all.
    level : float in (0, 1)
        Probability that the share is above the bound, at most.

    Returns
    -------
    ndarray of float
        1 where all are wrong.

    Examples
    --------
    >>> float(upper_error(0, 45, 0.05).round(3))
    0.064
    """
    wrong, n = np.broadcast_arrays(np.asarray(n_wrong, float), np.asarray(n_checked, float))
    bound: Floats = np.where(
        wrong >= n, 1.0, betaincinv(wrong + 1, np.maximum(n - wrong, 1e-9), 1 - level)
    )
    return bound


def _route(cut: float, sure: Floats, wrong: Floats, costs: Costs | None, level: float) -> Route:
    delegated = sure >= cut
    checked = delegated & _is_checked(sure, wrong)
    n, n_wrong = int(np.sum(checked)), int(np.sum(wrong[checked]))
    share, error = float(np.mean(delegated)), n_wrong / n
    high = float(upper_error(n_wrong, n, level))
    cost = None if costs is None else costs.of_row(share, error)
    return Route(float(cut), share, n, n_wrong, Estimate(0.0, error, high), cost)


def _choose(proven: list[Route], costs: Costs | None) -> Route | None:
    """Take the cheapest, people alone included; without costs the one with most rows."""
    if not proven or costs is None:
        return proven[-1] if proven else None
    best = min(proven, key=lambda one: (one.cost, -one.share))
    return best if best.cost is not None and best.cost < costs.of_row(0.0, 0.0) else None
