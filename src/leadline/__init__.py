"""Run a data-science project through its whole life: define, find, train, apply, ship, watch.

In a notebook::

    import leadline as ll

    project = ll.init(frame, label="churned", folder="my-project")
    project = ll.open("my-project")  # ever after
    project.run("curve").plot()

Without a project::

    ll.fit([100, 200, 400, 800], [0.31, 0.25, 0.20, 0.17], metric="accuracy").plot()
    ll.forecast(estimator, X, y, target=0.9, label_cost=0.5)
    ll.operating_points(y, scores, {"miss": 5, "false_alarm": 1})
    ll.judge(scores_without_labels, thresholds=[0.3, 0.6]).ask(rows)
"""

from __future__ import annotations

from typing import Any

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

# imported when they are asked for: most users of the package are not in a notebook; __init__.pyi
# says to editors and type checkers what they are
_PLACES = {
    "fitted_curves": ("LearningCurve", "TargetForecast", "fit"),
    "judgings": ("Judging", "judge", "operating_points"),
    "measured_curves": ("forecast", "learning_curve"),
    "plots": ("Plot",),
    "projects": ("Project", "init", "open"),
    "released_models": ("ReleasedClassifier", "ReleasedRegressor"),
    "results": ("Result",),
}


def __getattr__(name: str) -> Any:
    for module, names in _PLACES.items():
        if name in names:
            from importlib import import_module

            return getattr(import_module(f"leadline.notebook.{module}"), name)
    raise AttributeError(f"module 'leadline' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__} - {"Any", "annotations"})
