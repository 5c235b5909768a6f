"""Monitor job: blocks of new data compared with the reference, the test set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from leadline.datasets.frames import Target, load_pool
from leadline.engines.releases.models import load_model, trusted_types
from leadline.errors import NotReadyError
from leadline.evaluation.predictions import is_wrong, predictions_of
from leadline.monitoring.challenger import challenge_of
from leadline.monitoring.observations import block_names
from leadline.monitoring.release_in_service import family_of
from leadline.phases import monitor as phase
from leadline.phases.data import Data
from leadline.phases.decay import Decay
from leadline.phases.monitor import Block, Monitor, Shift
from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Bounds
from leadline.stats.interval import wilson_interval
from leadline.stats.monitoring.drift import alarm_limit, block_alarm, effective_false_alarm_rate

if TYPE_CHECKING:
    from leadline.jobs import Report
    from leadline.record import Observation, Reading
    from leadline.workspace import Workspace

_FALSE_ALARM_RATE = 0.01
_FEWEST_REFERENCE = 3
_FEWEST_SELF_TEST = 6
_UNDATED_BLOCKS = 8


@dataclass(frozen=True)
class _Reference:
    """How the release did on the test set, block by block."""

    error: float
    alert_share: float | None
    mean_score: float
    block_errors: NDArray[np.float64]
    n_typical: float


def run(workspace: Workspace, reading: Reading, report: Report) -> Monitor:
    """Compare every observed block with the reference."""
    problem = reading.of(Problem)
    data = reading.of(Data)
    tuning = reading.of(Tuning)
    release = reading.of(Release)
    decay = reading.of(Decay)
    observations = workspace.record.observations.of(release.release_id)
    if not observations:
        raise NotReadyError(
            f"Release {release.release_id} has not seen new data yet.",
            "Blocks of new rows are needed.",
            "Run 'leadline watch FILE' with rows that came in since.",
        )
    report("scoring the reference", 0.0)
    family = family_of(workspace.record, reading.seen["tuning"])
    model = load_model(
        workspace.artifacts.get(tuning.model), trusted=trusted_types(family, workspace.folder)
    )
    reference = _reference(workspace, data, problem, model, release)
    ordered = sorted(observations, key=lambda seen: (seen.block_at, seen.at))
    blocks = tuple(_block(seen, reference, problem) for seen in ordered)
    rate = None
    if reference.block_errors.size >= _FEWEST_SELF_TEST:
        rate = effective_false_alarm_rate(
            reference.block_errors,
            reference.n_typical,
            rng=np.random.default_rng(0),
            false_alarm_rate=_FALSE_ALARM_RATE,
        ).per_block
    return phase.assess(
        phase.Evidence(
            release_id=release.release_id,
            reference_error=reference.error,
            reference_alert_share=reference.alert_share,
            reference_mean_score=reference.mean_score,
            tolerance=release.tolerance,
            n_reference_blocks=int(reference.block_errors.size),
            error_limit=_limit(reference),
            false_alarm_rate=rate,
            currency=problem.currency,
            blocks=blocks,
            challenge=challenge_of(workspace, reading.seen["release"], decay, report),
        )
    )


def _reference(
    workspace: Workspace, data: Data, problem: Problem, model: Any, release: Release
) -> _Reference:
    pool = load_pool(workspace.artifacts, data, Target.of(problem))
    predictions = predictions_of(model, pool.X[pool.test], problem.task, release.threshold)
    wrong = is_wrong(predictions.predicted, pool.y[pool.test], release.tolerance)
    if data.day_column:
        times = pool.frame[data.day_column][pool.test]
        names = np.asarray(block_names(times, workspace.settings.watch.block))
    else:
        names = np.random.default_rng(0).integers(0, _UNDATED_BLOCKS, wrong.size).astype(str)
    sizes = {name: int((names == name).sum()) for name in sorted(set(names.tolist()) - {""})}
    typical = float(np.median(list(sizes.values()))) if sizes else 0.0
    kept = [name for name, size in sizes.items() if size > typical / 2]
    return _Reference(
        error=float(wrong.mean()),
        alert_share=predictions.alert_share(problem.task),
        mean_score=float(predictions.scores.mean()),
        block_errors=np.array([wrong[names == name].mean() for name in kept]),
        n_typical=max(typical, 1.0),
    )


def _limit(reference: _Reference) -> float | None:
    """The error above which a block of typical size alarms; None if none can."""
    if reference.block_errors.size < _FEWEST_REFERENCE:
        return None
    limit = alarm_limit(
        reference.block_errors, reference.n_typical, false_alarm_rate=_FALSE_ALARM_RATE
    )
    return limit if limit < 1 else None


def _block(seen: Observation, reference: _Reference, problem: Problem) -> Block:
    payload = seen.payload
    n_labelled = int(payload["n_labelled"])
    error, cost, z, is_alarm = None, None, None, False
    if n_labelled:
        n_wrong = _n_wrong(payload)
        bounds = wilson_interval(n_wrong, n_labelled)
        error = Bounds(estimate=n_wrong / n_labelled, low=bounds.low, high=bounds.high)
        cost = _cost(payload, problem)
        if reference.block_errors.size >= _FEWEST_REFERENCE:
            judged = block_alarm(
                reference.block_errors,
                error.estimate,
                n_labelled,
                n_reference=reference.n_typical,
                false_alarm_rate=_FALSE_ALARM_RATE,
            )
            z, is_alarm = judged.z, judged.alarm
    return Block(
        name=seen.block,
        n_rows=seen.n_rows,
        alert_share=payload["alert_share"],
        mean_score=float(payload["mean_score"]),
        n_labelled=n_labelled,
        error=error,
        off_by=payload.get("off_by"),
        cost_per_1000=cost,
        z=z,
        is_alarm=is_alarm,
        shifts=tuple(Shift(**shift) for shift in payload["shifts"]),
        n_learnt=payload.get("n_learnt"),
        is_learnt=payload.get("is_learnt", False),
    )


def _n_wrong(payload: Mapping[str, Any]) -> int:
    if "n_missed" in payload:
        return int(payload["n_missed"]) + int(payload["n_false_alarms"])
    return int(payload["n_wrong"])


def _cost(payload: Mapping[str, Any], problem: Problem) -> float | None:
    """Money that the errors on 1,000 rows cost; None where the two kinds are not told apart."""
    if "n_missed" not in payload:
        return None
    missed, false = payload["n_missed"], payload["n_false_alarms"]
    money = missed * problem.cost_miss + false * problem.cost_false_alarm
    return 1000 * float(money) / int(payload["n_labelled"])
