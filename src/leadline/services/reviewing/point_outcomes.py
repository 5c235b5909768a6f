"""Estimated outcomes of each operating point: shares of rows flagged, right and missed, and costs.

On the real stream where rows of it were judged, else on the test set.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from leadline.phases.number_format import per_thousand, per_thousand_range
from leadline.phases.performance.stream_point import StreamPoint
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Bounds
from leadline.phases.vocabulary.project_words import Words
from leadline.record import Artifacts
from leadline.services.reviewing.majority_judgments import MajorityJudgments
from leadline.services.reviewing.stream_estimate import estimate_stream
from leadline.stats.arrays import Floats
from leadline.stats.judgments import StreamEstimate


@dataclass(frozen=True)
class Counts:
    """Numbers of rows by outcome at one point; parts add up to their whole.

    Attributes
    ----------
    flagged, unflagged : int
        Together all rows.
    real, nothing : int
        Together the flagged ones.
    missed, left : int
        Together the others: real ones, and those rightly left alone.
    """

    flagged: int
    unflagged: int
    real: int
    nothing: int
    missed: int
    left: int


@dataclass(frozen=True)
class Consequence:
    """What one operating point does, as shares of all rows.

    Attributes
    ----------
    point : StreamPoint
        The point on the real stream.
    flagged : float
        Share of rows flagged.
    real, missed : Bounds
        Share of rows flagged that are real; share of rows real but not flagged.
    """

    point: StreamPoint
    flagged: float
    real: Bounds
    missed: Bounds

    @property
    def false_alarms(self) -> Bounds:
        """Share of rows flagged that are not real."""
        real = self.real
        return Bounds(
            estimate=self.flagged - real.estimate,
            low=self.flagged - real.high,
            high=self.flagged - real.low,
        )

    def counts(self, n_rows: int) -> Counts:
        """The shares as counts out of some rows.

        Rounded one by one, 2.26 % flagged and 1.64 % real would leave 22 of 23 in 1,000.
        """
        flagged = round(self.flagged * n_rows)
        real = min(round(self.real.estimate * n_rows), flagged)
        missed = min(round(self.missed.estimate * n_rows), n_rows - flagged)
        return Counts(
            flagged=flagged,
            unflagged=n_rows - flagged,
            real=real,
            nothing=flagged - real,
            missed=missed,
            left=n_rows - flagged - missed,
        )


def in_words(consequence: Consequence, words: Words) -> str:
    """What a point does to 1,000 rows, in the words of the project.

    Examples
    --------
    >>> half = Bounds(estimate=0.03, low=0.026, high=0.034)
    >>> point = StreamPoint(
    ...     name="balanced",
    ...     threshold=0.5,
    ...     precision=half,
    ...     recall=half,
    ...     test_precision=half,
    ...     test_recall=half,
    ...     n_alerts=45,
    ...     cost_per_1000=1,
    ...     p_cheapest=1,
    ... )
    >>> words = Words(units="flights", positive="late", negative="on time")
    >>> in_words(Consequence(point, 0.045, half, half), words)
    'balanced: 45 flagged, 26 to 34 late and 11 to 19 on time; 26 to 34 late ones missed'
    """
    real = per_thousand_range(consequence.real.low, consequence.real.high)
    false = consequence.false_alarms
    return (
        f"{consequence.point.name}: {per_thousand(consequence.flagged)} flagged, {real} "
        f"{words.positive} and {per_thousand_range(false.low, false.high)} {words.negative}; "
        f"{per_thousand_range(consequence.missed.low, consequence.missed.high)} {words.positive} "
        "ones missed"
    )


def consequences(
    artifacts: Artifacts,
    tuning: Tuning,
    majority: MajorityJudgments,
    *,
    cost_miss: float,
    cost_false_alarm: float,
    result: StreamEstimate | None = None,
) -> tuple[Consequence, ...]:
    """Outcomes of each operating point: on the stream if rows were judged, else on the test set.

    Parameters
    ----------
    artifacts : Artifacts
        Where the scores of the stream lie.
    tuning : Tuning
        The points on offer.
    majority : MajorityJudgments
        One answer a judged row.
    cost_miss, cost_false_alarm : float > 0
        What one error of each kind costs.
    result : StreamEstimate, optional
        What `estimate_stream` gave for these judgments, if it is at hand.

    Returns
    -------
    tuple of Consequence
        One a point, in the order on offer; none where there is no threshold.
    """
    if not tuning.points:
        return ()
    if not majority.answers or not tuning.stream_scores:
        return _on_test_set(tuning, cost_miss=cost_miss, cost_false_alarm=cost_false_alarm)
    result = result or estimate_stream(artifacts, tuning, majority)
    return _on_stream(
        tuning, result, tuning.n_stream, cost_miss=cost_miss, cost_false_alarm=cost_false_alarm
    )


def _on_stream(
    tuning: Tuning,
    result: StreamEstimate,
    n_stream: int,
    *,
    cost_miss: float,
    cost_false_alarm: float,
) -> tuple[Consequence, ...]:
    missed = result.n_positive_drawn[:, None] - result.n_hits_drawn
    costs = cost_miss * missed + cost_false_alarm * (result.n_alerts - result.n_hits_drawn)
    p_cheapest = _shares_of_wins(costs)
    per_1000 = costs / n_stream * 1000
    share_real = float(result.n_positive_drawn.mean() / n_stream)
    found = []
    for index, point in enumerate(tuning.points):
        on_stream = StreamPoint(
            name=point.name,
            threshold=point.threshold,
            precision=Bounds.at(result.precision, index),
            recall=Bounds.at(result.recall, index),
            test_precision=point.precision,
            test_recall=point.recall,
            n_alerts=int(result.n_alerts[index]),
            cost_per_1000=float(per_1000[:, index].mean()),
            p_cheapest=p_cheapest[index],
            cost=replace(_quantiles(per_1000[:, index]), estimate=float(per_1000[:, index].mean())),
            share_real=share_real,
        )
        flagged = on_stream.n_alerts / n_stream
        left_out = _quantiles(missed[:, index] / n_stream)
        if on_stream.recall.high == 1:
            # nothing that was judged speaks against it
            left_out = replace(left_out, low=0.0)
        found.append(
            Consequence(on_stream, flagged, _times(on_stream.precision, flagged), left_out)
        )
    return tuple(found)


def _on_test_set(
    tuning: Tuning, *, cost_miss: float, cost_false_alarm: float
) -> tuple[Consequence, ...]:
    """Without judgments: shares of the test set, and every point equally likely the cheapest."""
    share_positive = tuning.n_positive / tuning.n_test
    found = []
    for index, point in enumerate(tuning.points):
        share, precision, recall = point.alert_share, point.precision, point.recall
        real = _times(precision, share)
        missed = Bounds(
            estimate=share_positive * (1 - recall.estimate),
            low=share_positive * (1 - recall.high),
            high=share_positive * (1 - recall.low),
        )
        cost = cost_miss * missed.estimate + cost_false_alarm * (share - real.estimate)
        on_test = StreamPoint(
            name=point.name,
            threshold=point.threshold,
            precision=precision,
            recall=recall,
            test_precision=precision,
            test_recall=recall,
            n_alerts=tuning.stream_alerts[index] if tuning.stream_alerts else 0,
            cost_per_1000=1000 * cost,
            p_cheapest=1 / len(tuning.points),
            share_real=share_positive,
        )
        found.append(Consequence(on_test, share, real, missed))
    return tuple(found)


def _shares_of_wins(costs: Floats) -> list[float]:
    """Share of draws in which each point is the cheapest; points that tie share the win."""
    is_least = costs <= costs.min(axis=1, keepdims=True) * (1 + 1e-12)
    wins = is_least / is_least.sum(axis=1, keepdims=True)
    return [float(share) for share in wins.mean(axis=0)]


def _times(bounds: Bounds, factor: float) -> Bounds:
    return Bounds(
        estimate=factor * bounds.estimate, low=factor * bounds.low, high=factor * bounds.high
    )


def _quantiles(draws: Floats) -> Bounds:
    low, middle, high = np.quantile(draws, [0.05, 0.5, 0.95])
    return Bounds(estimate=float(middle), low=float(low), high=float(high))
