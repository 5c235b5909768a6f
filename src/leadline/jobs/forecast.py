"""train / forecast: the measured curve, the target and the prices, handed to the phase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.gather.spending import spent_on_machines
from leadline.phases import forecast as phase
from leadline.phases.curve import Curve
from leadline.phases.data import Data, SplitKind
from leadline.phases.feasibility import Feasibility
from leadline.phases.labelling import Labelling
from leadline.phases.problem import Problem
from leadline.phases.search import Search

if TYPE_CHECKING:
    from leadline.gather.progress import Report
    from leadline.phases.forecast import Forecast
    from leadline.record import Reading
    from leadline.workspace import Workspace

_LEAST_STDERR = 1e-4


def run(workspace: Workspace, reading: Reading, report: Report) -> Forecast:
    """Forecast the chosen candidate's curve."""
    problem = reading.of(Problem)
    data = reading.of(Data)
    reading.of(Search)
    labelling = reading.of(Labelling)
    curve = reading.of(Curve)
    reading.of(Feasibility)
    report("extrapolating the curve", None)
    prices = workspace.settings.prices
    points = curve.curves[0].points
    is_by_time = data.split.kind is SplitKind.TIME  # later rows are all learnt from
    return phase.assess(
        phase.Evidence(
            scoring=problem.scoring,
            target_score=problem.target_score,
            candidate=curve.curves[0].candidate,
            train_sizes=tuple(point.n_train for point in points),
            errors=tuple(point.mean for point in points),
            stderrs=tuple(max(point.stderr or 0.0, _LEAST_STDERR) for point in points),
            fit_seconds=tuple(max(point.fit_s, 1e-4) for point in points),
            n_available=data.split.n_train,
            train_share=1.0 if is_by_time else 1 - data.split.test_share,
            label_cost=prices.label_cost,
            label_s=prices.seconds_per_label * prices.votes_per_label,
            machine_per_hour=prices.machine_per_hour,
            budget=problem.budget,
            spent=labelling.cost + spent_on_machines(workspace),
            currency=problem.currency,
            seed=data.split.seed,
        )
    )
