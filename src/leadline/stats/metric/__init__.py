"""Metrics: one table of all that the package knows of each.

An entry says how a metric is computed from labels and a model's response, how far its value is
uncertain, what guessing scores, and which error it stands for: learning curves are modelled as
logarithms of errors that fall towards 0. Names are scikit-learn's. A new metric is one more entry
in the module of its kind; all else reads the table.
"""

from __future__ import annotations

from leadline.stats.metric.all_metrics import METRICS, metric_of
from leadline.stats.metric.entry import ClassProbabilities, Metric, ResponseMethod, Task

__all__ = ["METRICS", "ClassProbabilities", "Metric", "ResponseMethod", "Task", "metric_of"]
