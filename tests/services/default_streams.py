"""Projects without a threshold whose stream has been drawn for judging."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from tests.default_decisions import COSTS, default_problem, default_tuning
from tests.examples import example_verdicts
from tests.services.flights import append, flights

from leadline.datasets.default_sample import draw_class_sample, draw_number_sample
from leadline.phases.data import Data
from leadline.phases.problem import by_truth
from leadline.phases.tuning import Tuning
from leadline.record import Artifacts
from leadline.snapshot import to_parquet
from leadline.stats.operating.class_costs import cost_matrix
from leadline.workspace import Workspace

NAMES = ["late", "on time", "<b>cancelled</b>"]
N_ROWS = 900
TOLERANCE = 25.0


def stream_shares() -> np.ndarray:
    """Calibrated probabilities of the three classes."""
    return np.random.default_rng(1).dirichlet([1.2, 0.8, 0.2], N_ROWS)


def true_classes() -> np.ndarray:
    rng = np.random.default_rng(2)
    return np.array([rng.choice(3, p=each) for each in stream_shares()])


def predictions() -> np.ndarray:
    return np.random.default_rng(3).gamma(4, 40, N_ROWS)


def true_numbers() -> np.ndarray:
    return np.round(predictions() + np.random.default_rng(4).normal(2, 18, N_ROWS), 1)


def drawn_tuning(kind: str, artifacts: Artifacts) -> Tuning:
    """A tuning that has drawn its stream as the job does."""
    frame, rng = flights(N_ROWS), np.random.default_rng(0)
    if kind == "numbers":
        rows, drawn = draw_number_sample(artifacts, frame, predictions(), rng)
    else:
        costs = cost_matrix(NAMES, by_truth(COSTS)) if kind == "costs" else None
        rows, drawn = draw_class_sample(
            artifacts, frame, stream_shares(), NAMES, [0.7, 0.9], rng, costs=costs
        )
    return replace(
        default_tuning(kind),
        stream=artifacts.put(to_parquet(frame), "stream"),
        n_stream=N_ROWS,
        sample=artifacts.put(rows.astype("<i8").tobytes(), "sample"),
        n_sample=int(rows.size),
        **vars(drawn),
    )


def drawn_project(make: Callable[..., Workspace], kind: str) -> Workspace:
    """A record up to a tuning that has drawn its stream."""
    workspace = make(("problem", "data", "feasibility", "search"))
    append(workspace, "problem", default_problem(kind))
    verdicts = example_verdicts()
    data = verdicts["data"]
    assert isinstance(data, Data)
    if kind != "numbers":
        count = data.classes[0]
        data = replace(data, classes=tuple(replace(count, value=name) for name in NAMES))
    for row in ("data", "search"):
        entry = workspace.record.latest(row)
        assert entry is not None
        verdict = entry.verdict
        if isinstance(verdict, Data):
            verdict = replace(verdict, classes=data.classes, task=default_problem(kind).task)
        append(workspace, row, verdict)
    append(workspace, "tuning", drawn_tuning(kind, workspace.artifacts))
    return workspace


def truth_of(kind: str, row: int) -> str:
    """What a row is, as a judge says it."""
    return NAMES[true_classes()[row]] if kind != "numbers" else f"{true_numbers()[row]:g}"
