"""Tuning job: final model, operating points on the test set, and their alerts on the stream."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.datasets.default_sample import (
    N_OF_CLASSES,
    N_OF_NUMBERS,
    draw_class_sample,
    draw_number_sample,
)
from leadline.datasets.frames import Pool, Target, load_pool
from leadline.datasets.kept_slices import keep_slices
from leadline.datasets.source_files import read_stream
from leadline.datasets.stream_repeats import n_learnt_of
from leadline.datasets.stream_sample import StreamSample, draw_stream_sample, first_part
from leadline.errors import NotReadyError
from leadline.evaluation.default_decision import as_predicted, likeliest_class, on_stream, priced
from leadline.evaluation.fit import build, fit_model, machine_rows_of
from leadline.evaluation.fit_spec import FitSpec, spec_of
from leadline.evaluation.predictions import (
    cheapest,
    class_shares,
    likeliest,
    predictions_of,
    sums_to_one,
    with_all_classes,
)
from leadline.evaluation.scores import positive_scores, score_on_test
from leadline.evaluation.slice_evidence import Outcome, SliceQuestion, require_columns, slices_of
from leadline.phases import tuning as phase
from leadline.phases.data import Data
from leadline.phases.performance.default_decision import (
    AS_PREDICTED,
    LEAST_COST,
    LIKELIEST,
    DefaultDecision,
)
from leadline.phases.problem import Problem, by_truth
from leadline.phases.scoring import Task
from leadline.phases.search import Search
from leadline.phases.tuning import OperatingPoint, ScoreGroup, Tuning
from leadline.phases.verdict import Bounds
from leadline.reading.conform import conform
from leadline.serving.releases.models import dump_model
from leadline.snapshot import to_parquet
from leadline.stats.interval import Estimate
from leadline.stats.judgments import Bands, ClassStrata, ValueStrata
from leadline.stats.operating.class_costs import cost_matrix
from leadline.stats.operating.points import ProposedPoint, propose_points
from leadline.stats.operating.reliability import reliability

if TYPE_CHECKING:
    from leadline.jobs import Report
    from leadline.record import Reading
    from leadline.workspace import Workspace

_N_JUDGMENTS = 200


@dataclass(frozen=True)
class _Stream:
    """The unlabelled rows; digests are empty where there are none."""

    rows: str = ""
    n_rows: int = 0
    alerts: tuple[int, ...] = ()
    scores: str = ""
    shares: str = ""
    slices: str = ""
    sample: str = ""
    n_sample: int = 0
    n_planned: int = 0
    drawn: StreamSample | None = None


@dataclass(frozen=True)
class _Offer:
    """What is on offer: points with a threshold, or the default decision."""

    points: tuple[OperatingPoint, ...] = ()
    plain: DefaultDecision | None = None
    by_cost: DefaultDecision | None = None
    n_positive: int = 0
    groups: tuple[ScoreGroup, ...] = ()
    p_calibrated: float | None = None
    outcomes: tuple[Outcome, ...] = ()


def run(workspace: Workspace, reading: Reading, report: Report) -> Tuning:
    """Fit on all train rows, then touch the test set once."""
    problem = reading.of(Problem)
    data = reading.of(Data)
    search = reading.of(Search)
    question = _question(workspace, data)
    require_columns(question, data, problem.label)
    pool = load_pool(workspace.artifacts, data, Target.of(problem), is_learnt=True)
    report("fitting the final model", 0.1)
    started = time.perf_counter()
    spec = _final_spec(workspace, problem, data, search)
    machines = machine_rows_of(pool, pool.order, spec)
    model = fit_model(build(spec), pool, pool.order, machines)
    fit_s = time.perf_counter() - started
    report("scoring the test set", 0.6)
    is_binary = problem.task is Task.BINARY
    offer = (_with_thresholds if is_binary else _without)(model, pool, problem)
    report("looking for whom it fails", 0.65)
    slices = slices_of(pool, data, offer.outcomes, question)
    report("scoring the stream", 0.7)
    frame = _read_stream(workspace, problem, data)
    tested = score_on_test(model, pool, problem.scoring)
    stream = _Stream()
    if frame is not None and is_binary:
        stream = _draw_for_judging(workspace, model, data, frame, offer.points, problem)
    elif frame is not None:
        stream, offer = _answer_stream(workspace, model, data, problem, frame, offer)
    if frame is not None:
        stream = replace(stream, slices=_slices_of_stream(workspace, data, frame, stream, question))
    return phase.assess(
        phase.Evidence(
            candidate=search.chosen,
            model=workspace.artifacts.put(dump_model(model), "model"),
            scoring=problem.scoring,
            test_score=tested.score,
            test_stderr=tested.stderr,
            test_freedom=tested.freedom,
            test_unseen=tested.unseen,
            chance_score=tested.chance,
            fit_s=fit_s,
            n_train=int(pool.order.size),
            machine_shares=data.machine_shares if machines.size else (),
            n_test=int(pool.test.size),
            n_positive=offer.n_positive,
            n_touches=1 + len(workspace.record.entries("tuning")),
            currency=problem.currency,
            points=offer.points,
            plain=offer.plain,
            by_cost=offer.by_cost,
            stream=stream.rows,
            n_stream=stream.n_rows,
            n_stream_learnt=(
                0 if frame is None else n_learnt_of(conform(frame, data.features), pool, machines)
            ),
            stream_alerts=stream.alerts,
            stream_scores=stream.scores,
            stream_shares=stream.shares,
            stream_slices=stream.slices,
            sample=stream.sample,
            n_sample=stream.n_sample,
            n_planned=stream.n_planned,
            groups=offer.groups,
            p_calibrated=offer.p_calibrated,
            slices=slices,
            words=problem.words,
            **(vars(stream.drawn) if stream.drawn else {}),
        )
    )


def _with_thresholds(model: Any, pool: Pool, problem: Problem) -> _Offer:
    """Points for a yes/no question."""
    truth, scores = pool.y[pool.test], positive_scores(model, pool.X[pool.test])
    _require_both_classes(truth, problem)
    alike = pool.alike(pool.test)
    proposed = propose_points(
        truth,
        scores,
        cost_miss=max(problem.cost_miss, 1e-9),
        cost_false_alarm=max(problem.cost_false_alarm, 1e-9),
        groups=alike,
    )
    found = reliability(truth, scores, groups=alike)
    groups = zip(found.claimed, _each(found.happened), found.counts, strict=True)
    return _Offer(
        points=tuple(map(_point, proposed)),
        n_positive=int(truth.sum()),
        groups=tuple(ScoreGroup(claimed=float(c), happened=h, n_rows=int(n)) for c, h, n in groups),
        p_calibrated=found.p_value,
        outcomes=tuple(_outcome(each, truth, scores) for each in proposed),
    )


def _outcome(point: ProposedPoint, truth: NDArray[Any], scores: NDArray[np.float64]) -> Outcome:
    flagged, is_hit = scores >= point.threshold, truth == 1
    return Outcome(point.name, (flagged != is_hit).astype(np.float64), is_hit, flagged)


def _question(workspace: Workspace, data: Data) -> SliceQuestion:
    settings = workspace.settings
    return SliceQuestion(
        columns=settings.slices.columns,
        groups=settings.ethics.groups,
        most_pairs=settings.slices.most_pairs,
        seed=data.split.seed,
    )


def _without(model: Any, pool: Pool, problem: Problem) -> _Offer:
    """The default decision of several classes, or of numbers."""
    truth = pool.y[pool.test]
    if problem.task is Task.MULTICLASS:
        return _of_classes(model, pool, class_shares(model, pool.X[pool.test]), problem)
    said = predictions_of(model, pool.X[pool.test], problem.task, None).predicted
    learnt_from = pool.y[pool.order]
    point = as_predicted(
        truth,
        said,
        learnt_from=learnt_from,
        tolerance=problem.tolerance,
        groups=pool.alike(pool.test),
    )
    off_by = np.abs(truth - said).astype(np.float64)
    return _Offer(plain=point, outcomes=(Outcome(AS_PREDICTED, off_by),))


def _of_classes(model: Any, pool: Pool, shares: NDArray[np.float64], problem: Problem) -> _Offer:
    """The likeliest class; where confusions are priced, what costs least beside it."""
    truth, alike = pool.y[pool.test], pool.alike(pool.test)
    found = likeliest(model, shares)
    plain = likeliest_class(truth, found.predicted, sums_to_one(shares), alike)
    outcomes = (Outcome(LIKELIEST, (truth != found.predicted).astype(np.float64)),)
    if not problem.costs:
        return _Offer(plain=plain, outcomes=outcomes)
    least = cheapest(model, shares, problem.costs).predicted
    plain, by_cost = priced(
        truth, (found.predicted, found.scores), least, problem.costs, plain, alike
    )
    by_least = Outcome(LEAST_COST, (truth != least).astype(np.float64))
    return _Offer(plain=plain, by_cost=by_cost, outcomes=(*outcomes, by_least))


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
        precision=Bounds.of(proposed.precision),
        recall=Bounds.of(proposed.recall),
        alert_share=float(proposed.alert_share.estimate),
        cost_per_1000=1000 * proposed.cost_per_row,
        promise=_promise(proposed),
    )


def _promise(proposed: ProposedPoint) -> str:
    """What is promised of a point, in words; empty if nothing is."""
    aims = (("precision", proposed.precision_promise), ("recall", proposed.recall_promise))
    kept = " and ".join(f"{name} of at least {aim:.2f}" for name, aim in aims if aim)
    return f"{kept}, promised with 90% confidence" if kept else ""


def _each(estimate: Estimate[NDArray[np.float64]]) -> list[Bounds]:
    """An array of estimates as a list of bounds."""
    ends = zip(estimate.low, estimate.estimate, estimate.high, strict=True)
    return [Bounds(estimate=float(m), low=float(low), high=float(high)) for low, m, high in ends]


def _read_stream(workspace: Workspace, problem: Problem, data: Data) -> pl.DataFrame | None:
    """The unlabelled rows; None if there are none."""
    frame = read_stream(workspace, data.reading, data.features)
    if frame is None or frame.height == 0:
        return None
    return frame.drop(problem.label, strict=False)


def _draw_for_judging(
    workspace: Workspace,
    model: Any,
    data: Data,
    frame: pl.DataFrame,
    points: tuple[OperatingPoint, ...],
    problem: Problem,
) -> _Stream:
    """Score the unlabelled rows and choose which of them people should judge."""
    scores = positive_scores(model, conform(frame, data.features))
    rng = np.random.default_rng(data.split.seed)
    store = workspace.artifacts
    n = min(_N_JUDGMENTS, frame.height)
    n_first = first_part(n, frame.height)
    rows, drawn = draw_stream_sample(
        store, frame, scores, points, n_first, rng, break_even=problem.break_even
    )
    return _Stream(
        rows=store.put(to_parquet(frame), "stream"),
        n_rows=frame.height,
        alerts=tuple(int((scores >= point.threshold).sum()) for point in points),
        scores=store.put(scores.astype("<f8").tobytes(), "scores"),
        sample=store.put(rows.astype("<i8").tobytes(), "sample"),
        n_sample=int(rows.size),
        n_planned=n,
        drawn=drawn,
    )


def _slices_of_stream(
    workspace: Workspace, data: Data, frame: pl.DataFrame, stream: _Stream, question: SliceQuestion
) -> str:
    """Keep how the rows of each slice of the stream lie over its strata."""
    assert stream.drawn is not None
    kept = json.loads(workspace.artifacts.get(stream.drawn.bands))
    stored = stream.shares or stream.scores
    told = np.frombuffer(workspace.artifacts.get(stored), dtype="<f8")
    strata: Bands | ClassStrata | ValueStrata
    if "thresholds" in kept:
        strata = Bands.from_dict(kept)
        stratum, n_strata = strata.bands[strata.slice_of(told)], strata.n_bands
    elif "classes" in kept:
        strata = ClassStrata.from_dict(kept["strata"])
        stratum = strata.stratum_of(told.reshape(frame.height, -1))
        n_strata = strata.sizes.size
    else:
        strata = ValueStrata.from_dict(kept["strata"])
        stratum, n_strata = strata.stratum_of(told), strata.sizes.size
    named = question.columns, question.groups
    return keep_slices(workspace.artifacts, frame, data, named, stratum, n_strata)


def _answer_stream(
    workspace: Workspace,
    model: Any,
    data: Data,
    problem: Problem,
    frame: pl.DataFrame,
    offer: _Offer,
) -> tuple[_Stream, _Offer]:
    """See what the model says of the unlabelled rows, and choose which people should judge."""
    assert offer.plain is not None
    X = conform(frame, data.features)
    rng = np.random.default_rng(data.split.seed)
    store, kept, by_cost = workspace.artifacts, "", offer.by_cost
    if problem.task is Task.MULTICLASS:
        shares = class_shares(model, X)
        found = likeliest(model, shares)
        if by_cost is not None:
            by_cost = on_stream(by_cost, cheapest(model, shares, problem.costs).predicted)
        cuts = [each.confidence for each in offer.plain.silences if each.confidence]
        known = [each.value for each in data.classes]
        names, shares = with_all_classes(model, known, sums_to_one(shares))
        costs = cost_matrix(names, by_truth(problem.costs)) if problem.costs else None
        rows, drawn = draw_class_sample(store, frame, shares, names, cuts, rng, costs=costs)
        kept = store.put(shares.astype("<f8").tobytes(), "scores")
        n_planned = min(N_OF_CLASSES, frame.height)
    else:
        found = predictions_of(model, X, problem.task, None)
        rows, drawn = draw_number_sample(store, frame, found.scores, rng)
        n_planned = min(N_OF_NUMBERS, frame.height)
    stream = _Stream(
        rows=store.put(to_parquet(frame), "stream"),
        n_rows=frame.height,
        scores=store.put(found.scores.astype("<f8").tobytes(), "scores"),
        shares=kept,
        sample=store.put(rows.astype("<i8").tobytes(), "sample"),
        n_sample=int(rows.size),
        n_planned=n_planned,
        drawn=drawn,
    )
    said = on_stream(offer.plain, found.predicted)
    return stream, replace(offer, plain=said, by_cost=by_cost)
