"""What a forecast is made from: a measured curve, a target, prices, and how earlier ones did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leadline.phases.forecast.purchase import FAR, Prices
from leadline.phases.forecast.verification import Verified
from leadline.phases.scoring import scoring_of


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A measured curve, a target, and prices.

    Attributes
    ----------
    scoring : str
        The metric; errors are as it declares.
    target_score : float
        Good enough.
    candidate : str
        Whose curve it is.
    train_sizes : tuple of int
        Rows learnt from, ascending.
    errors, stderrs : tuple of float
        Mean error and its standard error at each size; no standard errors where each size was
        measured once.
    fit_seconds : tuple of float
        Mean seconds of a fit at each size.
    n_available : int
        Train rows there are.
    train_share : float in (0, 1]
        Share of newly labelled rows that may be learnt from; the rest are test rows.
    label_cost : float
        Money for one more labelled row, people and fees.
    label_s : float
        Seconds a person needs for it.
    machine_per_hour : float
        Price of the machine.
    budget, spent : float
        Money granted, money gone.
    currency : str
        Of all money here.
    seed : int
        Of the split behind the curve; the forecast itself draws nothing at random.
    n_repeats : int or None
        Fewest repeats behind a standard error; None: not known.
    family : str
        Kind of learner of the candidate; empty: not known.
    chance_error : float or None
        Error of a model that learns nothing; None: not known.
    n_rounds : int >= 1
        Rounds in which rows may be bought, in all.
    n_bought : int >= 0
        Rounds that are over.
    time_box_s : float or None
        Seconds a fit may take at most; None: not limited.
    n_chosen : mapping of str to int
        Labelled rows that were not drawn by chance, by the rule that chose them.
    checks : tuple of Verified
        What earlier forecasts promised at sizes measured since, beside what was measured.
    """

    scoring: str
    target_score: float
    candidate: str
    train_sizes: tuple[int, ...]
    errors: tuple[float, ...]
    stderrs: tuple[float, ...]
    fit_seconds: tuple[float, ...]
    n_available: int
    train_share: float = 1.0
    label_cost: float
    label_s: float
    machine_per_hour: float
    budget: float
    spent: float
    currency: str
    seed: int = 0
    n_repeats: int | None = None
    family: str = ""
    chance_error: float | None = None
    n_rounds: int = 3
    n_bought: int = 0
    time_box_s: float | None = None
    n_chosen: Mapping[str, int] = field(default_factory=dict)
    checks: tuple[Verified, ...] = ()

    @property
    def rounds_left(self) -> int:
        """Rounds in which rows may still be bought."""
        return max(self.n_rounds - self.n_bought, 0)

    @property
    def target_error(self) -> float:
        """The error that the target score stands for."""
        return scoring_of(self.scoring).error(self.target_score)

    @property
    def prices(self) -> Prices:
        """What rows and fits cost, and the money there is."""
        return Prices(
            n_available=self.n_available,
            train_share=self.train_share,
            label_cost=self.label_cost,
            label_s=self.label_s,
            machine_per_hour=self.machine_per_hour,
            granted=self.budget,
            left=max(self.budget - self.spent, 0.0),
        )

    @property
    def n_affordable(self) -> int | None:
        """Train rows the rest of the budget can reach; None where rows cost nothing."""
        return self.prices.n_reached(self.budget - self.spent)

    @property
    def n_reached(self) -> int:
        """Train rows up to which the forecast is asked: what is affordable, or 64 times today's."""
        affordable = self.n_affordable
        return round(self.n_available * FAR) if affordable is None else affordable
