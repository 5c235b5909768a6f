"""Target check: whether a measured score meets the target, in one sentence for all who tell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log
from statistics import NormalDist

from leadline.phases.verdict import Bounds
from leadline.phases.wording import distinct
from leadline.stats.metric import Metric, metric_of
from leadline.stats.metric.unseen_error import chance_without_error

_LEAST = 1e-9
_ROUNDED = 1e-3  # of the largest error that rows without one allow


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
    alarm : str
        Block of an alarm that was raised since and is open; empty where there is none.
    """

    scoring: str
    target: float
    score: float
    interval: Bounds | None
    measured_on: str
    confidence_level: float = 0.9
    alarm: str = ""

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
    def chance(self) -> float | None:
        """Probability that the true score meets the target; None without an interval.

        The error is normal on the scale of `leadline.stats.metric.score_interval`: log odds where
        it is bounded, else its log; as wide towards the target as the interval says. Where no error
        was seen it is as probable as so many trials would show one: `stats.metric.unseen_error`.
        """
        if self.interval is None:
            return None
        metric = metric_of(self.scoring)
        errors = sorted(metric.error(end) for end in (self.interval.low, self.interval.high))
        # no error was seen, or no more than rounding: of none the interval ends at the score
        least = max(_LEAST, min(errors[0], _ROUNDED * errors[1]))
        if metric.error(self.score) <= least < errors[1]:
            tail = (1 - self.confidence_level) / 2
            return chance_without_error(metric, errors[1], metric.error(self.target), tail)
        ends = [_scaled(metric, each) for each in errors]
        at = _scaled(metric, metric.error(self.score))
        aim = _scaled(metric, metric.error(self.target))
        reach = ends[1] - at if aim > at else at - ends[0]
        if reach <= 0:
            return float(aim >= at)
        normal = NormalDist()
        return normal.cdf(normal.inv_cdf((1 + self.confidence_level) / 2) * (aim - at) / reach)

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
        since = f" That was before the alarm of {self.alarm}, which is open." if self.alarm else ""
        return (
            f"Measured {metric.words} of {score} ({sure}) on {self.measured_on}; target "
            f"{metric.target_words(self.target)}: {self.state.value}.{since}"
        )


def _scaled(metric: Metric, error: float) -> float:
    """An error on the scale of its interval."""
    if metric.ceiling is None:
        return log(max(error, _LEAST))
    share = min(max(error / metric.ceiling, _LEAST), 1 - _LEAST)
    return log(share / (1 - share))


def _sureness(confidence_level: float, ends: Sequence[str]) -> str:
    """The interval in words."""
    if not ends:
        return "how surely is not known"
    return f"{confidence_level:.0%} interval {' to '.join(ends)}"
