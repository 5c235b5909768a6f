"""What judgments of a few rows say about the whole stream.

Stored by the tuning: the stream as Parquet, its scores as little-endian float64 and the rows
drawn for judging as little-endian int64, in the order in which they are to be judged.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from leadline.phases.review import CLEAR, StreamPoint
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Bounds
from leadline.record import Artifacts, Judgment
from leadline.services.number_format import per_thousand, per_thousand_range
from leadline.stats.interval import Estimate
from leadline.stats.judgments import (
    Bands,
    StreamEstimate,
    cheapest,
    estimate_in,
    judgments_to_settle,
)
from leadline.stats.judgments.mistakes import estimate_votes_in, surprise_in

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Settled:
    """Judgments with one answer a row.

    Attributes
    ----------
    answers : dict of int to bool
        Row of the stream to what most judges said.
    n_unsure : int
        Rows without an answer: everybody unsure, or a tie.
    judges : tuple of str
        Who judged, in alphabetical order.
    votes : dict of int to (int, int)
        Row to how many said yes, and no; rows with at least one of these.
    """

    answers: dict[int, bool]
    n_unsure: int
    judges: tuple[str, ...]
    votes: dict[int, tuple[int, int]] = field(default_factory=dict)

    @property
    def agreement(self) -> tuple[int, int]:
        """Rows on which all of two or more judges agree, and rows with two or more."""
        several = [(yes, no) for yes, no in self.votes.values() if yes + no > 1]
        return sum(1 for yes, no in several if not yes or not no), len(several)


@dataclass(frozen=True)
class ErrorsSeen:
    """Judged rows on which the model errs at every point.

    Attributes
    ----------
    false_alarms, misses : tuple of int
        Rows of the stream.
    """

    false_alarms: tuple[int, ...]
    misses: tuple[int, ...]


@dataclass(frozen=True)
class Counts:
    """What becomes of so many rows at one point; parts add up to their whole.

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


def in_words(consequence: Consequence, miss: str, false_alarm: str) -> str:
    """What a point does to 1,000 rows, in the project's own words.

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
    >>> in_words(Consequence(point, 0.045, half, half), "late ones missed", "warnings")
    'balanced: 45 flagged, 26 to 34 of them real; warnings: 11 to 19; late ones missed: 26 to 34'
    """
    real = per_thousand_range(consequence.real.low, consequence.real.high)
    false = consequence.false_alarms
    return (
        f"{consequence.point.name}: {per_thousand(consequence.flagged)} flagged, {real} of them "
        f"real; {false_alarm}: {per_thousand_range(false.low, false.high)}; {miss}: "
        f"{per_thousand_range(consequence.missed.low, consequence.missed.high)}"
    )


def rows_to_judge(artifacts: Artifacts, tuning: Tuning) -> tuple[int, ...]:
    """Return the rows of the stream drawn for judging, in the order to judge them."""
    if not tuning.sample:
        return ()
    return tuple(np.frombuffer(artifacts.get(tuning.sample), dtype="<i8").tolist())


def settle(judgments: Sequence[Judgment]) -> Settled:
    """Give every row the answer of most of its judges; a tie stays unsure."""
    votes: dict[int, Counter[bool]] = defaultdict(Counter)
    for judgment in judgments:
        votes[judgment.row]
        if judgment.is_positive is not None:
            votes[judgment.row][judgment.is_positive] += 1
    answers = {
        row: count[True] > count[False]
        for row, count in votes.items()
        if count[True] != count[False]
    }
    judges = tuple(sorted({judgment.judge for judgment in judgments}))
    counts = {row: (count[True], count[False]) for row, count in votes.items() if count.total()}
    return Settled(answers, len(votes) - len(answers), judges, counts)


def consequences(
    artifacts: Artifacts,
    tuning: Tuning,
    settled: Settled,
    *,
    cost_miss: float,
    cost_false_alarm: float,
    result: StreamEstimate | None = None,
) -> tuple[Consequence, ...]:
    """Say what each operating point does: on the stream if rows were judged, else on the test set.

    Parameters
    ----------
    artifacts : Artifacts
        Where the scores of the stream lie.
    tuning : Tuning
        The points on offer.
    settled : Settled
        One answer a judged row.
    cost_miss, cost_false_alarm : float > 0
        What one error of each kind costs.
    result : StreamEstimate, optional
        What `estimated` gave for these judgments, if it is at hand.

    Returns
    -------
    tuple of Consequence
        One a point, in the order on offer; none where there is no threshold.
    """
    if not tuning.points:
        return ()
    if not settled.answers or not tuning.stream_scores:
        return _on_test_set(tuning, cost_miss=cost_miss, cost_false_alarm=cost_false_alarm)
    result = result or estimated(artifacts, tuning, settled)
    return _on_stream(
        tuning, result, tuning.n_stream, cost_miss=cost_miss, cost_false_alarm=cost_false_alarm
    )


def estimated(artifacts: Artifacts, tuning: Tuning, settled: Settled) -> StreamEstimate:
    """What the judgments say; where rows have several votes, judges may have erred."""
    bands, scores = _kept(artifacts, tuning)
    if any(yes + no > 1 for yes, no in settled.votes.values()):
        judged = np.array([scores[row] for row in settled.votes])
        yes, no = np.array(list(settled.votes.values())).T
        return estimate_votes_in(bands, judged, yes, no)
    judged = np.array([scores[row] for row in settled.answers])
    return estimate_in(bands, judged, list(settled.answers.values()))


def doubted_rows(artifacts: Artifacts, tuning: Tuning, settled: Settled, n: int) -> list[int]:
    """The rows whose answer surprises most, the most surprising first."""
    if not settled.answers or n < 1:
        return []
    bands, scores = _kept(artifacts, tuning)
    rows = list(settled.answers)
    order = surprise_in(
        bands, np.array([scores[row] for row in rows]), list(settled.answers.values())
    )
    return [rows[place] for place in order[:n]]


def errors_seen(artifacts: Artifacts, tuning: Tuning, settled: Settled, n: int) -> ErrorsSeen:
    """Judged rows that the strictest point flags wrongly, or that even the loosest one misses."""
    _, scores = _kept(artifacts, tuning)
    strict, loose = tuning.points[0].threshold, tuning.points[-1].threshold
    said = settled.answers.items()
    false = [row for row, is_real in said if not is_real and scores[row] >= strict]
    missed = [row for row, is_real in said if is_real and scores[row] < loose]
    return ErrorsSeen(tuple(false[:n]), tuple(missed[:n]))


def more_to_settle(
    artifacts: Artifacts,
    tuning: Tuning,
    settled: Settled,
    result: StreamEstimate,
    *,
    cost_miss: float,
    cost_false_alarm: float,
) -> float:
    """How many more judgments would tell which point is the cheapest; infinite if none would."""
    _, scores = _kept(artifacts, tuning)
    break_even = cost_false_alarm / (cost_false_alarm + cost_miss)
    best = cheapest(result, cost_miss=cost_miss, cost_false_alarm=cost_false_alarm).index
    needed = 0.0
    for upper in range(len(tuning.points) - 1):
        size = int(result.n_alerts[upper + 1] - result.n_alerts[upper])
        if best not in (upper, upper + 1) or size == 0:
            continue
        shares = (result.n_hits_drawn[:, upper + 1] - result.n_hits_drawn[:, upper]) / size
        if max(np.mean(shares > break_even), np.mean(shares < break_even)) >= CLEAR:
            continue
        low, high = tuning.points[upper + 1].threshold, tuning.points[upper].threshold
        n_there = sum(1 for row in settled.answers if low <= scores[row] < high)
        more = judgments_to_settle(n_there, float(shares.mean()), break_even, CLEAR)
        needed = max(needed, min(more, size - n_there))
    return needed


def _kept(artifacts: Artifacts, tuning: Tuning) -> tuple[Bands, Mapping[int, float]]:
    """The stream as its judgments need to know it, and the scores of rows drawn for judging."""
    if tuning.bands:
        bands = Bands.from_dict(json.loads(artifacts.get(tuning.bands)))
        scores = np.frombuffer(artifacts.get(tuning.sample_scores), dtype="<f8")
        rows = rows_to_judge(artifacts, tuning)
        return bands, dict(zip(rows, scores.tolist(), strict=True))
    # an entry from before the stream was kept as a few numbers
    every = np.frombuffer(artifacts.get(tuning.stream_scores), dtype="<f8")
    bands = Bands.of(every, [point.threshold for point in tuning.points])
    return bands, {row: float(every[row]) for row in rows_to_judge(artifacts, tuning)}


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
    found = []
    for index, point in enumerate(tuning.points):
        on_stream = StreamPoint(
            name=point.name,
            threshold=point.threshold,
            precision=_bounds_at(result.precision, index),
            recall=_bounds_at(result.recall, index),
            test_precision=point.precision,
            test_recall=point.recall,
            n_alerts=int(result.n_alerts[index]),
            cost_per_1000=float(costs[:, index].mean() / n_stream * 1000),
            p_cheapest=p_cheapest[index],
        )
        found.append(
            Consequence(
                on_stream,
                on_stream.n_alerts / n_stream,
                _quantiles(result.n_hits_drawn[:, index] / n_stream),
                _quantiles(missed[:, index] / n_stream),
            )
        )
    return tuple(found)


def _on_test_set(
    tuning: Tuning, *, cost_miss: float, cost_false_alarm: float
) -> tuple[Consequence, ...]:
    """Without judgments nothing is known of the stream, nor which point is the cheapest."""
    share_positive = tuning.n_positive / tuning.n_test
    found = []
    for index, point in enumerate(tuning.points):
        share, precision, recall = point.alert_share, point.precision, point.recall
        real = Bounds(
            estimate=share * precision.estimate,
            low=share * precision.low,
            high=share * precision.high,
        )
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
        )
        found.append(Consequence(on_test, share, real, missed))
    return tuple(found)


def _shares_of_wins(costs: Floats) -> list[float]:
    """Share of draws in which each point is the cheapest; points that tie share the win."""
    is_least = costs <= costs.min(axis=1, keepdims=True) * (1 + 1e-12)
    wins = is_least / is_least.sum(axis=1, keepdims=True)
    return [float(share) for share in wins.mean(axis=0)]


def _quantiles(draws: Floats) -> Bounds:
    low, middle, high = np.quantile(draws, [0.05, 0.5, 0.95])
    return Bounds(estimate=float(middle), low=float(low), high=float(high))


def _bounds_at(interval: Estimate[Floats], index: int) -> Bounds:
    return Bounds(
        estimate=float(interval.estimate[index]),
        low=float(interval.low[index]),
        high=float(interval.high[index]),
    )
