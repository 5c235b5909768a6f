from leadline.notebook.fitted_curves import LearningCurve, TargetForecast, fit
from leadline.notebook.judgings import Judging, judge, operating_points
from leadline.notebook.measured_curves import forecast, learning_curve
from leadline.notebook.plots import Plot
from leadline.notebook.projects import Project, init, open  # noqa: A004 - leadline.open
from leadline.notebook.released_models import ReleasedClassifier, ReleasedRegressor
from leadline.notebook.results import Result

__all__ = [
    "Judging",
    "LearningCurve",
    "Plot",
    "Project",
    "ReleasedClassifier",
    "ReleasedRegressor",
    "Result",
    "TargetForecast",
    "fit",
    "forecast",
    "init",
    "judge",
    "learning_curve",
    "open",
    "operating_points",
]
