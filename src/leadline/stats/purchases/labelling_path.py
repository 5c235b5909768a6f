"""Paths of labelling: the rows that people and a machine label, in the order they are paid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.arrays import check_positive

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from leadline.stats.arrays import Floats

_MOST_SIZES = 64
_N_MACHINE_STEPS = 24
_N_PEOPLE_STEPS = 56


@dataclass(frozen=True)
class LabellingPath:
    """Steps of spending, from nothing to all there is; each array has shape (n_steps,).

    Parameters
    ----------
    cost : ndarray of float
        Spent by each step, ascending from 0.
    n_person : ndarray of float
        Train rows that people have labelled by then, those there are included.
    n_machine : ndarray of float
        Train rows that only the machine has labelled.
    n_asked : ndarray of float
        Labels that were bought of the machine; a row that a person labels later had one, too.
    """

    cost: Floats
    n_person: Floats
    n_machine: Floats
    n_asked: Floats

    @property
    def n_rows(self) -> Floats:
        """Train rows by each step, whoever labelled them."""
        return np.asarray(self.n_person + self.n_machine)

    @property
    def has_machine(self) -> bool:
        """Whether a machine labels any row."""
        return bool(self.n_asked.any())

    @property
    def n_alone(self) -> int:
        """Steps after the first up to which only a machine labels."""
        return int(np.sum(self.n_person == self.n_person[0])) - 1

    def clean_rows(self, factor: ArrayLike) -> Floats:
        """Return what the rows are worth in rows labelled without error.

        Parameters
        ----------
        factor : array-like of float in [0, 1], shape (*shape,)
            Clean rows that a machine label is worth.

        Returns
        -------
        ndarray of shape (*shape, n_steps)
        """
        worth = np.asarray(factor, dtype=np.float64)[..., None]
        return np.asarray(self.n_person + worth * self.n_machine)


@dataclass(frozen=True)
class PathPrices:
    """What rows cost, in money.

    Parameters
    ----------
    person : float
        A train row that people label, above 0.
    machine : float
        A label of the machine, 0 or more.
    row : float, default=0.0
        One more row without a label for the machine, once those there are have run out; 0: there
        are no others. People are brought theirs.
    """

    person: float
    machine: float
    row: float = 0.0


def purchase_sizes(n_now: float, n_most: float) -> Floats:
    """Return sizes at equal ratios at which purchases are considered, and the largest.

    A little money more or less moves the last of them only, so that plans do not jump with it: the
    ratio is a root of 2 that is itself a power of 2.

    Parameters
    ----------
    n_now, n_most : float > 0
        Train rows there are, and that can be reached; where the second is not larger, nothing can
        be bought.

    Returns
    -------
    ndarray of shape (n_sizes,)
        Ascending from today's, some 33 to 66.

    Examples
    --------
    >>> purchase_sizes(1000, 2000).size, purchase_sizes(1000, 1000).tolist()
    (65, [1000.0])
    >>> bool(purchase_sizes(1000, 31_900)[7] == purchase_sizes(1000, 32_000)[7])
    True
    """
    if n_most <= n_now:
        return np.array([float(n_now)])
    doublings = np.log2(n_most / n_now)
    step = 2.0 ** np.ceil(np.log2(doublings / _MOST_SIZES))
    sizes = n_now * 2.0 ** (step * np.arange(int(doublings / step) + 1))
    return np.append(sizes[sizes < n_most * (1 - 1e-9)], float(n_most))


def people_path(sizes: Floats, price: float = 1.0) -> LabellingPath:
    """Return the path of people alone.

    Parameters
    ----------
    sizes : ndarray of float of shape (n_steps,)
        Train rows, ascending from those there are.
    price : float, default=1.0
        Of one more train row.
    """
    none = np.zeros_like(sizes)
    return LabellingPath((sizes - sizes[0]) * price, sizes, none, none)


def machine_path(
    n_now: float,
    money: float,
    prices: PathPrices,
    *,
    n_machine: int,
    n_open: int,
    n_most: float,
) -> LabellingPath | None:
    """Return the path on which a machine labels first, and people with the money that is left.

    Parameters
    ----------
    n_now : float
        Train rows that people have labelled, above 0.
    money : float
        Most that may be spent.
    prices : PathPrices
        Of rows and labels.
    n_machine : int
        Rows that the machine labels, if the money reaches.
    n_open : int
        Rows without a label that are there already, and may be given to the machine.
    n_most : float
        Train rows that a fit can learn from.

    Returns
    -------
    LabellingPath or None
        None where not one label of the machine can be paid. People label rows that the machine has
        not labelled first, then those that it has: these change hands.

    Raises
    ------
    ValueError
        If `n_now` or the price of a person's row is not above 0, or another number is below 0.

    Examples
    --------
    >>> prices = PathPrices(person=0.5, machine=0.01)
    >>> path = machine_path(500, 60.0, prices, n_machine=1000, n_open=5000, n_most=1e6)
    >>> float(path.n_asked[-1]), round(path.n_person[-1]), round(path.cost[-1])
    (1000.0, 600, 60)
    """
    check_positive(n_now, "n_now")
    check_positive(prices.person, "prices.person")
    if min(prices.machine, prices.row, money, n_machine, n_open) < 0:
        raise ValueError("Prices, money and numbers of rows must be 0 or more; some are below.")
    most = int(min(n_machine, max(n_most - n_now, 0)))
    if not prices.row:
        most = min(most, n_open)
    most = min(most, _affordable(money, prices, n_open))
    if most < 1:
        return None
    asked = np.unique(np.rint(np.geomspace(1, most, _N_MACHINE_STEPS)))
    asked = np.concatenate([[0.0], asked])
    cost = asked * prices.machine + np.maximum(asked - n_open, 0) * prices.row
    n_pool = max(n_open, most)
    further = _further_rows(n_now, (money - cost[-1]) / prices.person)
    kept = np.minimum(most, np.maximum(n_pool - further, 0))
    further, kept = (rows[n_now + further + kept <= n_most] for rows in (further, kept))
    spent = cost[-1] + further * prices.person
    return LabellingPath(
        np.concatenate([cost, spent]),
        n_now + np.concatenate([np.zeros_like(asked), further]),
        np.concatenate([asked, kept]),
        np.concatenate([asked, np.full_like(further, most)]),
    )


def _affordable(money: float, prices: PathPrices, n_open: int) -> int:
    """Labels of the machine that the money pays; a hair above whole numbers counts as whole."""
    if money >= n_open * prices.machine:
        rest = prices.machine + prices.row
        more = (money - n_open * prices.machine) / rest if rest else 0.0
        return n_open + int(more + 1e-9)
    return int(money / prices.machine + 1e-9)


def _further_rows(n_now: float, most: float) -> Floats:
    """Rows that people label, at steps of equal ratios of what is then there."""
    if most < 1:
        return np.empty(0)
    return np.asarray(n_now * (np.geomspace(1, 1 + most / n_now, _N_PEOPLE_STEPS + 1)[1:] - 1))
