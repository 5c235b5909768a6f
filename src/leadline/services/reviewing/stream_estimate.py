"""Estimates for the stream from judgments of a few of its rows.

Stored by the tuning: the stream as Parquet, its scores as little-endian float64 and the rows
drawn for judging as little-endian int64, in the order in which they are to be judged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from leadline.phases.review import CLEAR
from leadline.phases.tuning import Tuning
from leadline.record import Artifacts
from leadline.services.reviewing.majority_judgments import MajorityJudgments
from leadline.services.reviewing.stream_rows import rows_to_judge
from leadline.stats.arrays import Floats, Ints
from leadline.stats.judgments import (
    Bands,
    StreamEstimate,
    cheapest,
    judgments_to_settle,
)
from leadline.stats.judgments.band_posterior import Readings
from leadline.stats.judgments.band_walk import Judged
from leadline.stats.judgments.reviewer_errors import believed, readings_of_votes, surprise_in
from leadline.stats.judgments.stream_estimate import summarise


@dataclass(frozen=True)
class ErrorExamples:
    """Judged rows on which the model errs at every point.

    Attributes
    ----------
    false_alarms, misses : tuple of int
        Rows of the stream.
    """

    false_alarms: tuple[int, ...]
    misses: tuple[int, ...]


def estimate_stream(
    artifacts: Artifacts, tuning: Tuning, majority: MajorityJudgments
) -> StreamEstimate:
    """Estimate the stream; where rows have several votes, reviewers' mistakes are allowed for."""
    bands, scores = kept_bands(artifacts, tuning)
    return summarise(bands, judged_readings(bands, scores, majority))


def judged_readings(
    bands: Bands, scores: Mapping[int, float], majority: MajorityJudgments
) -> Readings:
    """What people said, at each pair of error rates that they may have; of one vote a row, none."""
    if majority.agreement[1]:
        return readings_of_votes(bands, *_votes(scores, majority))
    judged = np.array([scores[row] for row in majority.answers])
    return [(1.0, Judged.of(bands, judged, np.array(list(majority.answers.values()))))]


def believed_answers(
    bands: Bands, scores: Mapping[int, float], majority: MajorityJudgments
) -> dict[int, float]:
    """How probably each row with an answer is positive; of one vote a row, as it says."""
    if not majority.agreement[1]:
        return {row: float(answer) for row, answer in majority.answers.items()}
    told = dict(zip(majority.votes, believed(bands, *_votes(scores, majority)), strict=True))
    return {row: float(told[row]) for row in majority.answers}


def likelier_answers(
    bands: Bands, scores: Mapping[int, float], majority: MajorityJudgments
) -> dict[int, bool]:
    """What most say of each row; where as many say yes as no, what all votes make likelier.

    Judges divide over the real cases more than over others: to leave such rows out would say that
    there are fewer of these.
    """
    tied = majority.votes.keys() - majority.answers.keys()
    if not tied:
        return majority.answers
    told = dict(zip(majority.votes, believed(bands, *_votes(scores, majority)), strict=True))
    return {row: majority.answers.get(row, bool(told[row] > 1 / 2)) for row in majority.votes}


def _votes(scores: Mapping[int, float], majority: MajorityJudgments) -> tuple[Floats, Ints, Ints]:
    """Score of each row with a vote, and how many said yes, and no."""
    yes, no = np.array(list(majority.votes.values()), dtype=np.int64).T
    return np.array([scores[row] for row in majority.votes]), yes, no


def surprising_rows(
    artifacts: Artifacts, tuning: Tuning, majority: MajorityJudgments, n: int
) -> list[int]:
    """The judged rows whose answer is least probable by their score, the least probable first.

    Returns
    -------
    list of int, at most `n`
        Rows of the stream.
    """
    if not majority.answers or n < 1:
        return []
    bands, scores = kept_bands(artifacts, tuning)
    rows = list(majority.answers)
    order = surprise_in(
        bands, np.array([scores[row] for row in rows]), list(majority.answers.values())
    )
    return [rows[place] for place in order[:n]]


def error_examples(
    artifacts: Artifacts, tuning: Tuning, majority: MajorityJudgments, n: int
) -> ErrorExamples:
    """Judged rows that the strictest point flags wrongly, or that even the loosest one misses."""
    _, scores = kept_bands(artifacts, tuning)
    strict, loose = tuning.points[0].threshold, tuning.points[-1].threshold
    said = majority.answers.items()
    false = [row for row, is_real in said if not is_real and scores[row] >= strict]
    missed = [row for row, is_real in said if is_real and scores[row] < loose]
    return ErrorExamples(tuple(false[:n]), tuple(missed[:n]))


def n_judgments_needed(
    artifacts: Artifacts,
    tuning: Tuning,
    majority: MajorityJudgments,
    result: StreamEstimate,
    *,
    cost_miss: float,
    cost_false_alarm: float,
) -> float:
    """How many more judgments would tell which point is the cheapest; infinite if none would.

    Parameters
    ----------
    artifacts, tuning, majority
        The stream's scores, its operating points, and what people said.
    result : StreamEstimate
        Of these judgments.
    cost_miss, cost_false_alarm : float
        In one currency, a row.
    """
    _, scores = kept_bands(artifacts, tuning)
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
        n_there = sum(1 for row in majority.answers if low <= scores[row] < high)
        more = judgments_to_settle(n_there, float(shares.mean()), break_even, CLEAR)
        needed = max(needed, min(more, size - n_there))
    return needed


def kept_bands(artifacts: Artifacts, tuning: Tuning) -> tuple[Bands, Mapping[int, float]]:
    """Score bands of the stream, and the scores of the rows drawn for judging."""
    if tuning.bands:
        bands = Bands.from_dict(json.loads(artifacts.get(tuning.bands)))
        scores = np.frombuffer(artifacts.get(tuning.sample_scores), dtype="<f8")
        rows = rows_to_judge(artifacts, tuning)
        return bands, dict(zip(rows, scores.tolist(), strict=True))
    # entries of older versions hold every score of the stream
    every = np.frombuffer(artifacts.get(tuning.stream_scores), dtype="<f8")
    bands = Bands.of(every, [point.threshold for point in tuning.points])
    return bands, {row: float(every[row]) for row in rows_to_judge(artifacts, tuning)}
