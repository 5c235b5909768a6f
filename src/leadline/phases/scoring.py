"""The metrics a target can be stated in: entries of `leadline.stats.metric`."""

from __future__ import annotations

from leadline.errors import SettingsError
from leadline.stats.metric import METRICS, Metric, Task

__all__ = ["DEFAULT_SCORING", "SCORINGS", "Metric", "Task", "scoring_of"]

SCORINGS = {name: metric for name, metric in METRICS.items() if metric.is_scoring}
DEFAULT_SCORING = {
    metric.default_for: name for name, metric in SCORINGS.items() if metric.default_for
}


def scoring_of(name: str) -> Metric:
    """The metric of a name.

    Raises
    ------
    SettingsError
        If no target can be stated in it.

    Examples
    --------
    >>> round(scoring_of("roc_auc").error(0.9), 6)
    0.1
    """
    if name not in SCORINGS:
        raise SettingsError(
            f"scoring is {name!r}, which is not known.",
            f"One of {', '.join(sorted(SCORINGS))} is needed.",
            "Change [problem] scoring in leadline.toml.",
        )
    return SCORINGS[name]
