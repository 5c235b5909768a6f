"""Default decision: what a model says, taken as it is, where there is no threshold to choose.

Of several classes the likeliest one is answered; of numbers, the prediction. A row counts as wrong
if it is of another class, or if its number is off by more than the tolerance. Where somebody has
said what confusions cost, the class whose cost is the least to expect is on offer beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.performance.stream_decision import Confusion, Silence
from leadline.phases.problem import ConfusionCost
from leadline.phases.verdict import Bounds
from leadline.phases.wording import share_words, three_digits

LIKELIEST = "likeliest-class"
"""Name of the default decision of several classes."""
LEAST_COST = "least-cost"
"""Name of the decision of several classes that says what costs least to expect."""
AS_PREDICTED = "as-predicted"
"""Name of the default decision of numbers."""
SHARES = tuple(step / 20 for step in range(1, 21))
"""Shares of rows for which it is known how far off they are at most."""


@dataclass(frozen=True, kw_only=True)
class ClassScores:
    """One class on the test set.

    Attributes
    ----------
    name : str
        The class.
    n_true, n_predicted : int
        Test rows of the class, and predicted to be of it.
    precision : Bounds
        Share of rows predicted to be of the class that are, with Wilson bounds.
    recall : Bounds
        Share of rows of the class that are predicted to be, with Wilson bounds.
    n_stream : int
        Rows of the stream predicted to be of it.
    """

    name: str
    n_true: int
    n_predicted: int
    precision: Bounds
    recall: Bounds
    n_stream: int = 0


@dataclass(frozen=True, kw_only=True)
class NumberErrors:
    """How far predicted numbers are off on the test set.

    Attributes
    ----------
    tolerance : float > 0
        Off by at most this counts as right.
    is_stated : bool
        Whether a person stated it; otherwise it is the `usual_distance` of the train labels.
    off_by : tuple of float
        At most so far off are the shares of rows of `SHARES`.
    bias : float
        Mean of truth minus prediction.
    low, high : float or None
        A new truth lies between prediction + low and prediction + high in 90 of 100 cases; None
        where the test set is too small.
    mean_predicted : float
        On the test set.
    mean_on_stream : float or None
        The same on the stream; None if there is none.
    least : float or None
        Smallest train label; None in entries from before it was kept.
    n_below : int
        Test rows that are predicted to be below it.
    constant : float or None
        The one answer that would be right for the most train rows; None in entries of before.
    constant_right : float in [0, 1] or None
        The share of test rows that it would be right for.
    """

    tolerance: float
    is_stated: bool
    off_by: tuple[float, ...]
    bias: float
    low: float | None
    high: float | None
    mean_predicted: float
    mean_on_stream: float | None = None
    least: float | None = None
    n_below: int = 0
    constant: float | None = None
    constant_right: float | None = None


@dataclass(frozen=True, kw_only=True)
class DefaultDecision:
    """The one point on offer where there is no threshold.

    Attributes
    ----------
    name : str
        `LIKELIEST`, `LEAST_COST` or `AS_PREDICTED`.
    n_test : int
        Rows of the test set.
    right : Bounds
        Share of test rows that are right, with Wilson bounds.
    classes : tuple of ClassScores
        The most frequent first; empty for numbers.
    numbers : NumberErrors or None
        None for classes.
    silences : tuple of Silence
        What is right where nothing is said of rows that the model is not sure of, with Wilson
        bounds; all rows first. Empty for numbers, and in entries from before it was kept.
    costs : tuple of ConfusionCost
        Confusions that somebody put a price on; empty where nobody has.
    cost : Bounds or None
        What mistakes cost, on average of a test row; None where no confusion is priced.
    saving : Bounds or None
        Of `LEAST_COST`: what a test row costs less than by the likeliest class; None for others.
    confusions : tuple of Confusion
        Those of the test set that cost most; empty where no confusion is priced.
    """

    name: str
    n_test: int
    right: Bounds
    classes: tuple[ClassScores, ...] = ()
    numbers: NumberErrors | None = None
    silences: tuple[Silence, ...] = ()
    costs: tuple[ConfusionCost, ...] = ()
    cost: Bounds | None = None
    saving: Bounds | None = None
    confusions: tuple[Confusion, ...] = ()

    @property
    def words(self) -> str:
        """What is right, as a sentence about the share in `right`."""
        ends = (self.right.estimate, self.right.low, self.right.high)
        middle, low, high = map(share_words, ends)
        share = f"{middle} ({low} to {high})"
        if self.name == LEAST_COST:
            return f"the class that costs least is right in {share}"
        if self.numbers is None:
            return f"the likeliest class is right in {share}"
        return f"{share} are off by at most {three_digits(self.numbers.tolerance)}"
