"""Trials of a search: a candidate, what was measured of it, and its forecast; examples."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from leadline.phases.curve import Point
from leadline.phases.wording import three_digits

Scalar = str | int | float | bool | None

ENSEMBLE = "ensemble"
"""Family of what a search puts together from its candidates."""

PROMPTED = "prompted"
"""Family of language models that are asked: no further row to learn from makes them better."""

_FIELDS_OF_1 = {
    "level": "error_at_largest",
    "fall": "log_error_change",
    "doubt": "log_error_std",
}
_STATES_OF_1 = {"aside": "pruned", "cut": "not started"}


class Closed(StrEnum):
    """What ended the search."""

    DONE = "done"
    TIME = "time"
    MONEY = "money"
    CPU = "cpu"
    HAND = "hand"


class TrialState(StrEnum):
    """How a trial ended.

    Complete: measured on every fold at the largest size. Pruned: measured at smaller sizes only, as
    its forecast did not justify more time. Failed: it raised, or took too much memory. Not started:
    the time box closed before anything was measured of it. Running: a fit of it runs or waits; no
    verdict holds such a trial.
    """

    COMPLETE = "complete"
    PRUNED = "pruned"
    FAILED = "failed"
    NOT_STARTED = "not started"
    RUNNING = "running"


@dataclass(frozen=True, kw_only=True)
class Expected:
    """Forecast of the error at a train size.

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
    """A candidate that was tried.

    Attributes
    ----------
    name : str
        Unique in the search: family and number.
    family : str
        Name of its family.
    params : mapping of str to scalar
        Parameters that the family builds it from.
    complexity : int
        Rank from simple to rich; a simpler one that loses next to nothing is preferred.
    n_train : int
        Rows of the largest size it was measured at.
    scores : tuple of float
        At that size, one a repeat; every trial has the same repeats.
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
    error_at_largest : Expected or None
        Error at the largest size that any candidate can be measured at, without the effects of the
        folds that all share: for comparing candidates, not for saying how good one is.
    log_error_change : float
        Logarithm of the error forecast at the size that can be afforded over that at the largest
        size; negative where the error falls.
    log_error_std : float
        Standard deviation of the logarithm of the error forecast at the size that can be afforded.
    chance_best : float or None
        Probability that no other candidate is better there.
    answer_s : tuple of float
        Seconds a row takes to answer alone, and among a thousand, at the largest size; empty where
        no price was stated.
    answer_cost : float >= 0
        Money that others are paid for the answer to a row, such as the owner of a language model.
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
    error_at_largest: Expected | None = None
    log_error_change: float = 0.0
    log_error_std: float = 0.0
    chance_best: float | None = None
    answer_s: tuple[float, ...] = ()
    answer_cost: float = 0.0
    is_tuned: bool = False
    architecture: tuple[Mapping[str, Scalar], ...] = ()
    epochs: tuple[Mapping[str, Scalar], ...] = ()

    VERSION: ClassVar[int] = 2

    @property
    def built_with(self) -> str:
        """Parameters in words; of an ensemble its members and their weights.

        Examples
        --------
        >>> Trial(
        ...     name="linear 2", family="linear", params={"C": 0.1}, complexity=2, n_train=9
        ... ).built_with
        'C 0.1'
        """
        if self.family == ENSEMBLE:
            weights = {name: json.loads(str(part))["weight"] for name, part in self.params.items()}
            return " + ".join(f"{weight:.2g} × {name}" for name, weight in weights.items())
        told = (f"{name.replace('_', ' ')} {_value(value)}" for name, value in self.params.items())
        return ", ".join(told) or "defaults"

    @classmethod
    def upgrade(cls, payload: Mapping[str, Any], version: int) -> dict[str, Any]:  # noqa: ARG003
        """Read version 1, whose fields and states had other names.

        A payload of version 2 comes back as it is: trials are stored without their version.
        """
        renamed = {_FIELDS_OF_1.get(name, name): value for name, value in payload.items()}
        if renamed.get("state") in _STATES_OF_1:
            renamed["state"] = _STATES_OF_1[renamed["state"]]
        return renamed


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One word or column of a row, and its effect on the prediction.

    Attributes
    ----------
    what : str
        A word in quotation marks, or a column with its value.
    effect : float
        The prediction with it, less the prediction when it is left out or has its usual value:
        a probability of the guess, or for regression the predicted number.
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
    """A held-out row with the chosen candidate's prediction.

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
        The largest effects on the prediction, for it or against it, the strongest first.
    """

    values: Mapping[str, str]
    truth: str
    guess: str
    score: float | None
    is_right: bool
    reasons: tuple[Reason, ...] = ()


def _value(value: Scalar) -> str:
    """A parameter's value in words; a number keeps three digits."""
    if value is None:
        return "none"
    return three_digits(value) if isinstance(value, float) else str(value)
