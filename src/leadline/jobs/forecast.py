"""Forecast job: evidence from the measured curve, the target and the prices."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from leadline.errors import NotReadyError
from leadline.evaluation.budget import spent_on_machines, train_share
from leadline.evaluation.forecast_history import rounds_over, verified_forecasts
from leadline.labelling.selection_history import chosen_rows
from leadline.phases import forecast as phase
from leadline.phases.curve import CandidateCurve, Curve, Point, shown_better
from leadline.phases.data import Data, machine_worth
from leadline.phases.feasibility import Feasibility
from leadline.phases.labelling import Labelling
from leadline.phases.problem import Problem
from leadline.phases.scoring import scoring_of
from leadline.phases.search import Search
from leadline.phases.search.trial import PROMPTED

if TYPE_CHECKING:
    from leadline.jobs import Report
    from leadline.phases.forecast import Forecast
    from leadline.record import Reading
    from leadline.workspace import Workspace

_FEWEST_SIZES = 3
_LEAST_S = 1e-4


def run(workspace: Workspace, reading: Reading, report: Report) -> Forecast:
    """Forecast the chosen candidate's curve.

    Raises
    ------
    NotReadyError
        If it was measured at fewer than three sizes.
    """
    problem = reading.of(Problem)
    data = reading.of(Data)
    search = reading.of(Search)
    labelling = reading.of(Labelling)
    curve = reading.of(Curve)
    reading.of(Feasibility)
    report("extrapolating the curve", None)
    prices = workspace.settings.prices
    chosen = curve.curves[0]
    points = _enough(chosen)
    family = search.trial(chosen.candidate).family
    if family == PROMPTED:  # no row of a machine is part of its curve
        data = data.without_machines()
    target = scoring_of(problem.scoring).error(problem.target_score)
    worth = machine_worth(data.machine_shares, problem.scoring, points[-1].mean, target, family)
    return phase.assess(
        phase.Evidence(
            scoring=problem.scoring,
            target_score=problem.target_score,
            candidate=chosen.candidate,
            train_sizes=tuple(point.n_train for point in points),
            errors=tuple(point.mean for point in points),
            stderrs=_stderrs(points),
            fit_seconds=tuple(max(point.fit_s, _LEAST_S) for point in points),
            n_available=data.split.n_train,
            train_share=train_share(data, worth),
            label_cost=workspace.settings.label_cost,
            label_s=prices.seconds_per_label * workspace.settings.labels.expected_votes,
            machine_per_hour=prices.machine_per_hour,
            budget=problem.budget,
            spent=labelling.cost + spent_on_machines(workspace),
            currency=problem.currency,
            seed=data.split.seed,
            n_repeats=min(len(point.errors) for point in points),
            family=family,
            chance_error=curve.chance_error,
            shown_better=shown_better(points, curve.chance_error),
            n_rounds=workspace.settings.labels.rounds,
            n_bought=rounds_over(workspace.record, problem, data.split.n_train),
            time_box_s=problem.time_box_s,
            n_chosen=Counter(chosen_rows(workspace).values()),
            checks=verified_forecasts(workspace.record, problem, search, curve),
            is_search_starved=search.is_starved,
            machine_shares=data.machine_shares,
            machine_worth=worth,
        )
    )


def _enough(chosen: CandidateCurve) -> tuple[Point, ...]:
    if len(chosen.points) < _FEWEST_SIZES:
        raise NotReadyError(
            f"{chosen.candidate} was measured at {len(chosen.points)} sizes.",
            f"A forecast needs at least {_FEWEST_SIZES}.",
            "Bring more rows, or a longer time box, and run 'leadline run curve' again.",
        )
    return chosen.points


def _stderrs(points: tuple[Point, ...]) -> tuple[float, ...]:
    """Standard errors; none where no size has one.

    A size that was measured once, among others that were repeated, gets the standard error of one
    repeat at the noisiest of them.
    """
    known = [point for point in points if point.stderr is not None]
    if not known:
        return ()
    most = max((point.stderr or 0.0) * len(point.errors) ** 0.5 for point in known)
    return tuple(most if point.stderr is None else point.stderr for point in points)
