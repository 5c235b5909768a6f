from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtri
from tests.examples import example_tuning

from leadline.phases.review import CLEAR
from leadline.phases.tuning import Tuning
from leadline.record import Artifacts
from leadline.services.reviewing.majority_judgments import MajorityJudgments
from leadline.services.reviewing.stream_estimate import (
    error_examples,
    kept_bands,
    likelier_answers,
    n_judgments_needed,
    surprising_rows,
)
from leadline.stats.interval import Estimate
from leadline.stats.judgments import StreamEstimate

THRESHOLDS = (0.8, 0.5)
# twenty rows between the thresholds, both ends among them; one above, one below
SCORES = (0.9, 0.8, 0.5, *np.linspace(0.51, 0.79, 19), 0.4)
N_BETWEEN = 20
COSTS = {"cost_miss": 3.0, "cost_false_alarm": 1.0}  # break-even: one row in four


def stored(folder: Path, thresholds: Sequence[float] = THRESHOLDS) -> tuple[Artifacts, Tuning]:
    """A tuning whose whole stream was drawn for judging."""
    artifacts = Artifacts(str(folder))
    example = example_tuning()
    points = [replace(example.points[0], threshold=each) for each in thresholds]
    return artifacts, replace(
        example,
        points=tuple(points),
        bands="",
        stream_scores=artifacts.put(np.array(SCORES, dtype="<f8").tobytes(), "scores"),
        sample=artifacts.put(np.arange(len(SCORES), dtype="<i8").tobytes(), "sample"),
    )


def judged(answers: dict[int, bool]) -> MajorityJudgments:
    votes = {row: (int(is_real), int(not is_real)) for row, is_real in answers.items()}
    return MajorityJudgments(answers, 0, ("Ada",), votes)


EVERY_ROW = judged({row: row % 3 == 0 for row in range(len(SCORES))})


def drawn(shares: Sequence[float], size: int, *, n_before: int = 1) -> StreamEstimate:
    """A stream in whose lowest bands `shares` of the rows are real, a draw each."""
    n_points = n_before + 1
    hits = 80 + np.outer(np.array(shares) * size, np.arange(n_points) == n_before)
    unknown = Estimate(*(np.zeros(n_points) for _ in range(3)))
    return StreamEstimate(
        thresholds=np.zeros(n_points),
        precision=unknown,
        recall=unknown,
        n_alerts=np.array([100] * n_before + [100 + size]),
        share_positive=Estimate(0.0, 0.0, 0.0),
        n_hits_drawn=hits,
        n_positive_drawn=np.full(len(shares), 80.0 + size),
    )


def expected(share: float) -> float:
    spread = share * (1 - share)
    return float(spread * ((ndtri(CLEAR) + ndtri(0.8)) / (share - 0.25)) ** 2 - N_BETWEEN)


@pytest.mark.parametrize("shares", [(0.2, 0.5), (0.25, 0.35), (0.25, 0.13)])
def test_judgments_are_needed_until_the_break_even_share_is_told_from_the_band(
    tmp_path: Path, shares: tuple[float, float]
) -> None:
    artifacts, tuning = stored(tmp_path)
    found = n_judgments_needed(artifacts, tuning, EVERY_ROW, drawn(shares, 10_000), **COSTS)
    assert found == pytest.approx(expected(sum(shares) / 2))


def test_no_more_judgments_are_needed_than_there_are_rows(tmp_path: Path) -> None:
    artifacts, tuning = stored(tmp_path)
    found = n_judgments_needed(artifacts, tuning, EVERY_ROW, drawn((0.2, 0.36), 100), **COSTS)
    assert found == 100 - N_BETWEEN


@pytest.mark.parametrize("shares", [[0.5] * 95 + [0.2] * 5, [0.1] * 95 + [0.3] * 5])
def test_none_are_needed_where_the_draws_are_clear(tmp_path: Path, shares: list[float]) -> None:
    artifacts, tuning = stored(tmp_path)
    assert n_judgments_needed(artifacts, tuning, EVERY_ROW, drawn(shares, 1_000), **COSTS) == 0.0


def test_only_the_neighbours_of_the_cheapest_point_matter(tmp_path: Path) -> None:
    artifacts, tuning = stored(tmp_path, (0.9, 0.8, 0.5))
    far = drawn((0.2, 0.36), 1_000, n_before=2)
    # no row between the first two; the first is made the cheapest by hits that the others lack
    far = replace(far, n_hits_drawn=far.n_hits_drawn + np.array([500.0, 0.0, 0.0]))
    far = replace(far, n_alerts=np.array([600, 600, 1600]))
    assert n_judgments_needed(artifacts, tuning, EVERY_ROW, far, **COSTS) == 0.0


def test_errors_at_every_point_are_those_above_all_thresholds_or_below(tmp_path: Path) -> None:
    artifacts, tuning = stored(tmp_path)
    last = len(SCORES) - 1
    majority = judged({0: False, 1: False, 2: True, 5: False, 6: True, last: True})
    found = error_examples(artifacts, tuning, majority, 5)
    assert (found.false_alarms, found.misses) == ((0, 1), (last,))
    assert error_examples(artifacts, tuning, majority, 1).false_alarms == (0,)


def test_the_answer_that_its_score_speaks_against_surprises_most(tmp_path: Path) -> None:
    artifacts, tuning = stored(tmp_path)
    best = int(np.argmax(SCORES))
    answers = {row: score > 0.6 for row, score in enumerate(SCORES)} | {best: False}
    assert surprising_rows(artifacts, tuning, judged(answers), 1) == [best]
    assert surprising_rows(artifacts, tuning, judged(answers), 0) == []
    assert surprising_rows(artifacts, tuning, judged({}), 3) == []


def test_where_judges_are_divided_the_likelier_answer_counts(tmp_path: Path) -> None:
    artifacts, tuning = stored(tmp_path)
    bands, scores = kept_bands(artifacts, tuning)
    low, *most, high = sorted(scores, key=lambda row: scores[row])
    sure = {row: scores[row] > scores[most[len(most) // 2]] for row in most}
    votes = {row: (2, 0) if real else (0, 2) for row, real in sure.items()}
    divided = MajorityJudgments(
        answers=sure, n_unsure=2, reviewers=(), votes=votes | {low: (1, 1), high: (1, 1)}
    )
    told = likelier_answers(bands, scores, divided)
    assert told == sure | {low: False, high: True}
