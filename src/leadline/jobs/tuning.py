"""apply / tuning: fit the final model, find operating points, try them on the stream."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from leadline.engines.conform import conform
from leadline.engines.models import dump_model
from leadline.errors import NotReadyError
from leadline.gather.frames import Target, load_pool
from leadline.gather.measuring import FitSpec, build, fit_model, spec_of
from leadline.gather.scores import positive_scores, score_model
from leadline.gather.sources import read_stream
from leadline.phases import tuning as phase
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.scoring import Task
from leadline.phases.search import Search
from leadline.phases.tuning import OperatingPoint, Tuning
from leadline.phases.verdict import Bounds
from leadline.snapshot import to_parquet
from leadline.stats.interval import Estimate
from leadline.stats.judgments import sample
from leadline.stats.operating import ProposedPoint, propose_points

if TYPE_CHECKING:
    from leadline.gather.progress import Report
    from leadline.record import Reading
    from leadline.workspace import Workspace

_N_JUDGMENTS = 200


@dataclass(frozen=True)
class _Stream:
    """The unlabelled rows, scored; digests are empty where there are none."""

    rows: str = ""
    n_rows: int = 0
    alerts: tuple[int, ...] = ()
    scores: str = ""
    sample: str = ""
    n_sample: int = 0


def run(workspace: Workspace, reading: Reading, report: Report) -> Tuning:
    """Fit on all train rows, then touch the test set once."""
    problem = reading.of(Problem)
    data = reading.of(Data)
    search = reading.of(Search)
    _require_binary(problem)
    pool = load_pool(workspace.artifacts, data, Target.of(problem))
    report("fitting the final model", 0.1)
    started = time.perf_counter()
    model = fit_model(build(_final_spec(workspace, problem, data, search)), pool, pool.order)
    fit_s = time.perf_counter() - started
    report("scoring the test set", 0.6)
    truth, scores = pool.y[pool.test], positive_scores(model, pool.X[pool.test])
    _require_both_classes(truth, problem)
    points = [
        _point(proposed)
        for proposed in propose_points(
            truth,
            scores,
            cost_miss=max(problem.cost_miss, 1e-9),
            cost_false_alarm=max(problem.cost_false_alarm, 1e-9),
        )
    ]
    report("scoring the stream", 0.7)
    stream = _try_on_stream(workspace, model, data, problem, points)
    return phase.assess(
        phase.Evidence(
            candidate=search.chosen,
            model=workspace.artifacts.put(dump_model(model), "model"),
            scoring=problem.scoring,
            test_score=score_model(model, pool, pool.test, problem.scoring),
            fit_s=fit_s,
            n_train=int(pool.order.size),
            n_test=int(pool.test.size),
            n_positive=int(truth.sum()),
            n_touches=1 + len(workspace.record.entries("tuning")),
            currency=problem.currency,
            points=tuple(points),
            stream=stream.rows,
            n_stream=stream.n_rows,
            stream_alerts=stream.alerts,
            stream_scores=stream.scores,
            sample=stream.sample,
            n_sample=stream.n_sample,
        )
    )


def _require_binary(problem: Problem) -> None:
    if problem.task is not Task.BINARY:
        raise NotReadyError(
            f"The label {problem.label!r} is {problem.task.value}.",
            "An operating point trades precision against recall, which needs a yes/no question.",
            "Name the class that matters as [problem] positive and set task = 'binary'.",
        )


def _require_both_classes(truth: NDArray[Any], problem: Problem) -> None:
    if truth.min(initial=1) == truth.max(initial=0):
        raise NotReadyError(
            f"The test set has {int(truth.sum())} rows with {problem.label!r} = "
            f"{problem.positive!r}, of {truth.size}.",
            "Both classes are needed to measure precision and recall.",
            "Label more rows, or set [data] test_share higher.",
        )


def _final_spec(workspace: Workspace, problem: Problem, data: Data, search: Search) -> FitSpec:
    trial = search.chosen_trial
    return replace(
        spec_of(workspace, problem, data),
        family=trial.family,
        params=trial.params,
    )


def _point(proposed: ProposedPoint) -> OperatingPoint:
    return OperatingPoint(
        name=proposed.name,
        threshold=proposed.threshold,
        precision=_bounds(proposed.precision),
        recall=_bounds(proposed.recall),
        alert_share=float(proposed.alert_share.estimate),
        cost_per_1000=1000 * proposed.cost_per_row,
    )


def _bounds(estimate: Estimate[float]) -> Bounds:
    return Bounds(
        estimate=float(estimate.estimate), low=float(estimate.low), high=float(estimate.high)
    )


def _try_on_stream(
    workspace: Workspace,
    model: Any,
    data: Data,
    problem: Problem,
    points: list[OperatingPoint],
) -> _Stream:
    """Score the unlabelled rows and choose which of them people should judge."""
    frame = read_stream(workspace)
    if frame is None or frame.height == 0:
        return _Stream()
    frame = frame.drop(problem.label, strict=False)
    scores = positive_scores(model, conform(frame, data.features))
    thresholds = np.array([point.threshold for point in points])
    rng = np.random.default_rng(data.split.seed)
    rows = sample(scores, thresholds, min(_N_JUDGMENTS, frame.height), rng)
    store = workspace.artifacts
    return _Stream(
        rows=store.put(to_parquet(frame), "stream"),
        n_rows=frame.height,
        alerts=tuple(int((scores >= threshold).sum()) for threshold in thresholds),
        scores=store.put(scores.astype("<f8").tobytes(), "scores"),
        sample=store.put(rows.astype("<i8").tobytes(), "sample"),
        n_sample=int(rows.size),
    )
