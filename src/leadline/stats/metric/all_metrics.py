"""The table of metrics, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.stats.metric.class_metrics import CLASS_METRICS
from leadline.stats.metric.probability_metrics import PROBABILITY_METRICS
from leadline.stats.metric.ranking_metrics import RANKING_METRICS
from leadline.stats.metric.regression_metrics import REGRESSION_METRICS

if TYPE_CHECKING:
    from leadline.stats.metric.entry import Metric

METRICS = {
    metric.name: metric
    for metric in (*RANKING_METRICS, *CLASS_METRICS, *PROBABILITY_METRICS, *REGRESSION_METRICS)
}
"""Every metric by its name."""


def metric_of(name: str) -> Metric:
    """Return the metric of a name.

    Raises
    ------
    ValueError
        If no metric has the name.
    """
    if name not in METRICS:
        raise ValueError(
            f"metric is {name!r}, which is not known; one of {', '.join(sorted(METRICS))} is "
            "needed. Or hand in errors that fall towards 0 as 'mean_absolute_error'."
        )
    return METRICS[name]
