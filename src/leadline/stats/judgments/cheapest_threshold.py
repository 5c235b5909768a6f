"""The cheapest threshold, and the probability that it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from leadline.stats.arrays import Floats, check_positive, check_share
from leadline.stats.interval import Estimate
from leadline.stats.judgments.stream_estimate import StreamEstimate

_POWER = 0.8


@dataclass(frozen=True)
class CheapestPoint:
    """The threshold with the lowest expected cost.

    Parameters
    ----------
    index : int
        Its position among the thresholds.
    probability : float in [0, 1]
        That no other costs less. Well below .9 means "too close to call". On streams of real
        classifiers that were kept apart it is as often right as it says, .995 and .996 above .95
        (`benchmarks/apply/sureness.py`); where all scores are true it is too careful.
    cost : Estimate of ndarray of shape (n_thresholds,)
        Cost of each threshold on the whole stream; the estimate is the mean.
    """

    index: int
    probability: float
    cost: Estimate[Floats]


def cheapest(
    stream: StreamEstimate,
    *,
    cost_miss: float,
    cost_false_alarm: float,
    confidence_level: float = 0.9,
) -> CheapestPoint:
    """Return the cheapest threshold and the probability that it is.

    The draws are joint, so what all thresholds share cancels: only rows between two thresholds
    decide between them, and no recall is needed.

    Parameters
    ----------
    stream : StreamEstimate
        Result of `estimate`.
    cost_miss, cost_false_alarm : float > 0
        Cost of a positive that is not found, and of an alert that is none.
    confidence_level : float in (0, 1), default=0.9
        Of the cost intervals.

    Returns
    -------
    CheapestPoint
        Position, probability and costs.

    Raises
    ------
    ValueError
        If a cost is not above 0.

    Examples
    --------
    >>> from leadline.stats.judgments import estimate
    >>> result = estimate(
    ...     [0.1, 0.2, 0.3, 0.7, 0.8, 0.9], [0.25, 0.75], range(6), [0, 0, 1, 0, 1, 1]
    ... )
    >>> choice = cheapest(result, cost_miss=5, cost_false_alarm=1)
    >>> choice.index, choice.probability
    (0, 1.0)
    """
    check_positive(cost_miss, "cost_miss")
    check_positive(cost_false_alarm, "cost_false_alarm")
    check_share(confidence_level, "confidence_level")
    missed = stream.n_positive_drawn[:, None] - stream.n_hits_drawn
    costs = cost_miss * missed + cost_false_alarm * (stream.n_alerts - stream.n_hits_drawn)
    mean = costs.mean(axis=0)
    index = int(np.argmin(mean))
    tail = (1 - confidence_level) / 2
    low, high = np.quantile(costs, [tail, 1 - tail], axis=0)
    # costs whose fractions are not binary may differ in the last digit
    lead = costs[:, index] <= costs.min(axis=1) * (1 + 1e-12)
    return CheapestPoint(index, float(np.mean(lead)), Estimate(low, mean, high))


def judgments_to_settle(
    n_judged: int, share: float, break_even: float, confidence_level: float = 0.9
) -> float:
    """Return the further judgments between two thresholds that would settle which is cheaper.

    Loosening a threshold pays where the share of positives between it and the next exceeds
    ``c_false_alarm / (c_false_alarm + c_miss)``.

    Parameters
    ----------
    n_judged : int
        Judgments there so far.
    share : float in [0, 1]
        Share of positives as estimated.
    break_even : float in (0, 1)
        The share at which both thresholds cost the same.
    confidence_level : float in (0, 1), default=0.9
        Probability with which the sign is to be told, with a chance of .8 if the share is right.

    Returns
    -------
    float
        At least 0; infinite where the share is estimated to be the break-even itself.

    Examples
    --------
    >>> round(judgments_to_settle(50, 0.25, 1 / 3))
    72
    """
    check_share(break_even, "break_even")
    check_share(confidence_level, "confidence_level")
    gap = abs(share - break_even)
    if gap == 0:
        return float("inf")
    spread = max(share * (1 - share), 1 / (4 * max(n_judged, 1)))
    needed = spread * float((ndtri(confidence_level) + ndtri(_POWER)) / gap) ** 2
    return max(needed - n_judged, 0.0)
