"""Target check: whether a measured score meets the target, in one sentence for all who tell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from leadline.phases.verdict import Bounds
from leadline.phases.wording import distinct
from leadline.stats.metric import metric_of


class TargetState(StrEnum):
    """What a measurement says of the target."""

    MET = "met"
    OPEN = "not shown to be met"
    MISSED = "missed"


@dataclass(frozen=True, kw_only=True)
class TargetCheck:
    """A measured score beside the target.

    Attributes
    ----------
    scoring : str
        Metric of both.
    target : float
        Good enough.
    score : float
        As it was measured.
    interval : Bounds or None
        The same with its interval; None where that is not known.
    measured_on : str
        The rows, such as "1,200 test rows".
    confidence_level : float in (0, 1)
        Of the interval.
    """

    scoring: str
    target: float
    score: float
    interval: Bounds | None
    measured_on: str
    confidence_level: float = 0.9

    @property
    def state(self) -> TargetState:
        """Met or missed by the whole interval; where it holds the target, nothing is shown."""
        if self.interval is None:
            return TargetState.OPEN
        metric = metric_of(self.scoring)
        low, high = self.interval.low, self.interval.high
        worse, better = (high, low) if metric.is_loss else (low, high)
        if metric.is_met(worse, self.target):
            return TargetState.MET
        return TargetState.OPEN if metric.is_met(better, self.target) else TargetState.MISSED

    @property
    def is_below(self) -> bool:
        """Whether the score itself, its interval aside, does not reach the target."""
        return not metric_of(self.scoring).is_met(self.score, self.target)

    @property
    def words(self) -> str:
        """The measurement, the target, and what the one says of the other.

        Examples
        --------
        >>> check = TargetCheck(
        ...     scoring="accuracy",
        ...     target=0.72,
        ...     score=0.717,
        ...     interval=Bounds(estimate=0.717, low=0.708, high=0.726),
        ...     measured_on="1,204 test rows",
        ... )
        >>> check.words  # doctest: +NORMALIZE_WHITESPACE
        'Measured accuracy of 0.717 (90% interval 0.708 to 0.726) on 1,204 test rows; target at
        least 0.72: not shown to be met.'
        """
        metric = metric_of(self.scoring)
        ends = (self.interval.low, self.interval.high) if self.interval else ()
        score, *told = (distinct(each, self.target) for each in (self.score, *ends))
        sure = _sureness(self.confidence_level, told)
        limit = "at most" if metric.is_loss else "at least"
        return (
            f"Measured {metric.words} of {score} ({sure}) on {self.measured_on}; target {limit} "
            f"{self.target:g}: {self.state.value}."
        )


def _sureness(confidence_level: float, ends: Sequence[str]) -> str:
    """The interval in words."""
    if not ends:
        return "how surely is not known"
    return f"{confidence_level:.0%} interval {' to '.join(ends)}"
