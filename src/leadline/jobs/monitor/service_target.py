"""The target in service: the project's own metric, on the labelled rows of the blocks of late."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.jobs.monitor.measured_block import LEVEL
from leadline.monitoring.block_rows import SAID, SCORE, TRUTH
from leadline.monitoring.labelled_rows import rows_stood_for
from leadline.phases.monitor import Target
from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.phases.scoring import Metric, Task, scoring_of
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Bounds
from leadline.stats.metric import ClassProbabilities, ResponseMethod
from leadline.stats.metric.service_score import service_score

# as the model itself predicts: the threshold of the release is for what errors cost
_LIKELIER = 0.5


def service_target(
    problem: Problem,
    tuning: Tuning,
    release: Release,
    blocks: Sequence[pl.DataFrame],
    classes: Collection[str] = (),
) -> Target:
    """The target, and what labels in service say of it.

    Parameters
    ----------
    problem, tuning, release : Problem, Tuning, Release
        Of what is in service.
    blocks : sequence of DataFrame
        Rows of each block of late that count and have labels of all kinds of rows.
    classes : collection of str, default=()
        Of the reference, where there are several: a mean of classes is one of all of them.
    """
    metric = scoring_of(problem.scoring)
    target = Target(
        scoring=problem.scoring,
        words=metric.words,
        target=problem.target_score,
        released=tuning.test_score if tuning.scoring == problem.scoring else None,
        is_told=_is_told(metric, problem.task, release),
        is_share_right=not release.costs,
    )
    if not target.is_told or not blocks:
        return target
    told = [_labelled(block) for block in blocks]
    y, said, scores, weights = (np.concatenate(part) for part in zip(*told, strict=True))
    places = np.repeat(np.arange(len(told)), [each[0].size for each in told])
    found = service_score(
        problem.scoring,
        y,
        _response(metric, problem.task, said, scores),
        weights,
        places,
        rng=np.random.default_rng(0),
        classes=classes,
        confidence_level=LEVEL,
    )
    service = None if found is None else Bounds.of(found)
    return replace(target, service=service, n_labels=y.size, n_blocks=len(told))


def _is_told(metric: Metric, task: Task, release: Release) -> bool:
    """Whether what is kept of rows tells the metric.

    Of several classes the probability of one is kept, and the share that is right is told block by
    block; of priced confusions the class that is said is not what the metric judges.
    """
    if release.confidence:
        return False
    if task is Task.MULTICLASS:
        is_said = metric.response is ResponseMethod.PREDICT and not metric.is_proportion
        return is_said and not release.costs
    return True


def _labelled(block: pl.DataFrame) -> tuple[NDArray[Any], ...]:
    """Labels, what was said, scores and rows stood for, of the rows with a label."""
    is_known = block[TRUTH].is_not_null()
    known = block.filter(is_known)
    weights = rows_stood_for(block[SCORE].to_numpy(), is_known.to_numpy())
    return known[TRUTH].to_numpy(), known[SAID].to_numpy(), known[SCORE].to_numpy(), weights


def _response(
    metric: Metric, task: Task, said: NDArray[Any], scores: NDArray[np.float64]
) -> NDArray[Any] | ClassProbabilities:
    """What the metric asks of a model, from what was kept."""
    if task is not Task.BINARY:
        return said
    if metric.response is ResponseMethod.DECISION_FUNCTION:
        return scores
    if metric.response is ResponseMethod.PREDICT_PROBA:
        return ClassProbabilities(np.array([0, 1]), np.column_stack([1 - scores, scores]))
    # of two that are as likely a model says the first
    return (scores > _LIKELIER).astype(np.int64)
