from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from tests.examples import example_verdicts

from leadline.phases.forecast import Forecast
from leadline.phases.search import Search
from leadline.services.delegation.distilling import _students


def test_a_student_is_forecast_alike_in_any_unit() -> None:
    """An RMSE may be of a concentration; a least standard error would else hide its curve."""
    verdicts = example_verdicts()
    search, forecast = verdicts["search"], verdicts["forecast"]
    assert isinstance(search, Search)
    assert isinstance(forecast, Forecast)
    serve = SimpleNamespace(instance_per_hour=0.0)
    workspace: Any = SimpleNamespace(settings=SimpleNamespace(serve=serve))
    asked = replace(forecast, scoring="root_mean_squared_error", candidate="another")

    def worst(unit: float) -> list[float]:
        trials = tuple(
            replace(
                trial,
                points=tuple(
                    replace(
                        point,
                        errors=tuple(unit * error for error in point.errors),
                        sampling=tuple(unit * each for each in point.sampling),
                    )
                    for point in trial.points
                ),
            )
            for trial in search.trials
        )
        students = _students(workspace, replace(search, trials=trials), asked)
        return [float(each.posterior.quantile(10_000, 0.95)) for each in students]

    assert worst(1.0)
    assert worst(1e-8) == pytest.approx([1e-8 * each for each in worst(1.0)], rel=1e-6)
