"""Distillation of a project's machine: which measured candidate could take its place."""

from __future__ import annotations

from leadline.phases.data import Data, SplitKind, n_machine_rows
from leadline.phases.forecast import Forecast, posterior_of
from leadline.phases.forecast.costs import LabellingCosts
from leadline.phases.forecast.distillation import Distillation, Student, distillation
from leadline.phases.forecast.label_choice import MachineOffer
from leadline.phases.search import Search
from leadline.phases.search.trial import ENSEMBLE, PROMPTED
from leadline.search.error_forecast import curve_posterior_of
from leadline.workspace import Workspace

_FEWEST_SIZES = 3


def distillation_of(
    workspace: Workspace, offer: MachineOffer, forecast: Forecast, costs: LabellingCosts
) -> Distillation | None:
    """Plan how a cheap candidate of the search learns from a machine's labels.

    Parameters
    ----------
    workspace : Workspace
        The project.
    offer : MachineOffer
        A machine that may label.
    forecast : Forecast
        Says which error is aimed at.
    costs : LabellingCosts
        What people's labels cost.

    Returns
    -------
    Distillation or None
        None where no search has measured a candidate at three sizes, or no row is open.
    """
    search, data = workspace.record.latest_of(Search), workspace.record.latest_of(Data)
    if search is None or data is None:
        return None
    # which of the new rows are test rows is up to chance; by time none is, and others must be found
    drawn = 1.0 if data.split.kind is SplitKind.TIME else data.split.test_share
    return distillation(
        offer,
        _students(workspace, search, forecast),
        forecast.target_error,
        n_labelled=costs.n_available,
        n_test=data.split.n_test,
        label_cost=costs.label_cost / drawn,
        n_taught=n_machine_rows(search.machine_shares),
    )


def _students(workspace: Workspace, search: Search, forecast: Forecast) -> list[Student]:
    """The best of each family that can learn from rows."""
    per_hour = workspace.settings.serve.instance_per_hour
    found: dict[str, Student] = {}
    for trial in search.ranked:
        is_taken = trial.family in (*found, PROMPTED, ENSEMBLE)
        if not is_taken and len(trial.points) >= _FEWEST_SIZES:
            cost = trial.answer_s[0] / 3600 * per_hour if trial.answer_s and per_hour else None
            # the one that the forecast is of was measured again since, at more sizes
            is_forecast = trial.name == forecast.candidate
            curve = (
                posterior_of(forecast)
                if is_forecast
                else curve_posterior_of(trial.points, scoring=forecast.scoring, family=trial.family)
            )
            found[trial.family] = Student(trial.name, trial.family, trial.complexity, curve, cost)
    return list(found.values())
