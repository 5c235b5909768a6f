"""A candidate that was tried: what it is, what was measured of it and what that promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from leadline.phases.curve import Point

Scalar = str | int | float | bool | None


class TrialState(StrEnum):
    """How a trial ended.

    Complete: measured on every fold at the largest size. Aside: measured at smaller sizes, and set
    aside because its forecast did not earn more time. Failed: it raised, or took too much memory.
    Cut: the box closed before anything was known of it.
    """

    COMPLETE = "complete"
    ASIDE = "aside"
    FAILED = "failed"
    CUT = "cut"


@dataclass(frozen=True, kw_only=True)
class Expected:
    """Error believed at a train size.

    Attributes
    ----------
    n_train : int
        Rows learnt from.
    error : float
        Expected error, as the scoring declares it.
    low, high : float
        Ends of its 90 % interval.
    """

    n_train: int
    error: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One candidate tried.

    Attributes
    ----------
    name : str
        Unique in the search: family and number.
    family : str
        The engine that makes it.
    params : mapping of str to scalar
        What the family builds it from.
    complexity : int
        Rank from simple to rich; a simpler one within one standard error is preferred.
    n_train : int
        Rows of the largest size it was measured at.
    scores : tuple of float
        There, one a repeat; the same repeats for every trial.
    mean, stderr : float or None
        Of the scores.
    fit_s : float
        Mean seconds of one fit.
    state : TrialState
        How it ended.
    message : str
        Why it failed.
    points : tuple of Point
        Errors at each size it was measured at.
    expected : tuple of Expected
        Forecast from the largest of them to the size that can be afforded, which is the last.
    level : Expected or None
        Error at the largest size that any candidate can be measured at, the luck of folds that all
        of them share taken out: it tells candidates apart, and promises nothing.
    fall : float
        Logarithm of the error forecast at the size that can be afforded over that at `level`.
    doubt : float
        Standard deviation of the logarithm of the error forecast there.
    chance_best : float or None
        Probability that no other candidate is better there.
    is_tuned : bool
        Whether a searcher proposed it; else its family did.
    architecture : tuple of mapping
        Of a network: name to value, one mapping a layer.
    epochs : tuple of mapping
        Of a network's training at the largest size: losses and seconds, one mapping an epoch.
    """

    name: str
    family: str
    params: Mapping[str, Scalar]
    complexity: int
    n_train: int
    scores: tuple[float, ...] = ()
    mean: float | None = None
    stderr: float | None = None
    fit_s: float = 0.0
    state: TrialState = TrialState.COMPLETE
    message: str = ""
    points: tuple[Point, ...] = ()
    expected: tuple[Expected, ...] = ()
    level: Expected | None = None
    fall: float = 0.0
    doubt: float = 0.0
    chance_best: float | None = None
    is_tuned: bool = False
    architecture: tuple[Mapping[str, Scalar], ...] = ()
    epochs: tuple[Mapping[str, Scalar], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One thing of a row and what it does to what is said of it.

    Attributes
    ----------
    what : str
        A word in quotation marks, or a column with its value.
    effect : float
        What is said with it less what is said when it is left out, or put at what is usual: a
        probability of the guess, or for regression the predicted number.
    """

    what: str
    effect: float

    @property
    def moved(self) -> str:
        """The effect in two digits, with its sign.

        Examples
        --------
        >>> Reason(what="hour 2", effect=-187.3).moved
        '-190'
        """
        return f"{float(f'{self.effect:.2g}'):+,.12g}"


@dataclass(frozen=True, kw_only=True)
class Example:
    """One held-out row with the chosen candidate's guess.

    Attributes
    ----------
    values : mapping of str to str
        Feature name to value, as text.
    truth, guess : str
        The label and what was predicted.
    score : float or None
        Predicted probability of the positive class, or the predicted number.
    is_right : bool
        For regression: within the mean absolute error.
    reasons : tuple of Reason
        What speaks most for the guess or against it, the strongest first.
    """

    values: Mapping[str, str]
    truth: str
    guess: str
    score: float | None
    is_right: bool
    reasons: tuple[Reason, ...] = ()
