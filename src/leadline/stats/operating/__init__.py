"""Operating points: thresholds on a score, their measures, and guarantees."""

from __future__ import annotations

from leadline.stats.operating.class_costs import (
    cheapest_classes,
    cost_matrix,
    mean_cost,
    mean_saving,
)
from leadline.stats.operating.points import (
    OperatingPoints,
    ProposedPoint,
    precision_recall_points,
    propose_points,
)
from leadline.stats.operating.promises import Promise, promise_precision, promise_recall
from leadline.stats.operating.reliability import Reliability, reliability
from leadline.stats.operating.simultaneous import simultaneous_points

__all__ = [
    "OperatingPoints",
    "Promise",
    "ProposedPoint",
    "Reliability",
    "cheapest_classes",
    "cost_matrix",
    "mean_cost",
    "mean_saving",
    "precision_recall_points",
    "promise_precision",
    "promise_recall",
    "propose_points",
    "reliability",
    "simultaneous_points",
]
