"""Inputs of a forecast: a measured curve, a target, costs, and the record of earlier forecasts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leadline.phases.data import MachineShare
from leadline.phases.forecast.costs import PurchaseCosts
from leadline.phases.forecast.verification import Verified
from leadline.phases.scoring import scoring_of
from leadline.phases.verdict import Bounds
from leadline.stats.decision_levels import MAX_GROWTH


@dataclass(frozen=True, kw_only=True)
class Evidence(PurchaseCosts):
    """A measured curve, a target, and the costs of rows.

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
    shown_better : tuple of bool
        Whether the error at each size is taken for better than chance; empty: not told.
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
    is_search_starved : bool
        Whether the search that chose the candidate was too short to choose by.
    machine_shares : tuple of MachineShare
        Rows that only machines labelled and that are learnt from beside these, by machine.
        The curve has as large a part of them at each size as of the train rows.
    machine_worth : Bounds or None
        Rows judged by people that these are worth; 90 % range. None: not known.

    The costs are those of `PurchaseCosts`.
    """

    scoring: str
    target_score: float
    candidate: str
    train_sizes: tuple[int, ...]
    errors: tuple[float, ...]
    stderrs: tuple[float, ...]
    fit_seconds: tuple[float, ...]
    train_share: float = 1.0
    currency: str
    seed: int = 0
    n_repeats: int | None = None
    family: str = ""
    chance_error: float | None = None
    shown_better: tuple[bool, ...] = ()
    n_rounds: int = 3
    n_bought: int = 0
    time_box_s: float | None = None
    n_chosen: Mapping[str, int] = field(default_factory=dict)
    checks: tuple[Verified, ...] = ()
    is_search_starved: bool = False
    machine_shares: tuple[MachineShare, ...] = ()
    machine_worth: Bounds | None = None

    @property
    def rounds_left(self) -> int:
        """Rounds in which rows may still be bought."""
        return max(self.n_rounds - self.n_bought, 0)

    @property
    def target_error(self) -> float:
        """The error that the target score stands for."""
        return scoring_of(self.scoring).error(self.target_score)

    @property
    def n_affordable(self) -> int | None:
        """Train rows the rest of the budget can reach; None where rows cost nothing."""
        return self.rows_for(self.money_left)

    @property
    def n_reached(self) -> int:
        """Train rows up to which the forecast is asked: what is affordable, or 64 times today's."""
        affordable = self.n_affordable
        return round(self.n_available * MAX_GROWTH) if affordable is None else affordable
