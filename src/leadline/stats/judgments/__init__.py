"""Precision and recall on a stream without labels, from a few judged rows.

`sample` chooses the rows that reviewers judge, `estimate` returns precision and recall with their
intervals, `cheapest` the threshold that costs least.

The scores are cut into bands: one above each threshold, up to the next, and three below the
lowest. Every precision and recall is a sum over bands of their positives. Judgments in one band
tell of the others through the scores themselves: they are taken to be calibrated up to a shift and
a slope, from which each band may deviate.

Of several classes `sample_classes` and `estimate_classes` do the same, with precision and recall of
each class; of numbers `sample_values` and `estimate_values`, with the share within a tolerance.
"""

from __future__ import annotations

from leadline.stats.judgments.bands import Bands
from leadline.stats.judgments.cheapest_threshold import CheapestPoint, cheapest, judgments_to_settle
from leadline.stats.judgments.reviewer_errors import estimate_votes, surprising
from leadline.stats.judgments.sampling import sample, sample_between
from leadline.stats.judgments.strata.class_estimate import (
    ClassEstimate,
    ConfidenceCut,
    estimate_classes,
    estimate_classes_in,
)
from leadline.stats.judgments.strata.class_sampling import sample_classes
from leadline.stats.judgments.strata.class_strata import ClassStrata
from leadline.stats.judgments.strata.value_estimate import (
    ValueEstimate,
    WidthCut,
    estimate_values,
    estimate_values_in,
    sample_values,
)
from leadline.stats.judgments.strata.value_strata import ValueStrata
from leadline.stats.judgments.stream_estimate import StreamEstimate, estimate, estimate_in

__all__ = [
    "Bands",
    "CheapestPoint",
    "ClassEstimate",
    "ClassStrata",
    "ConfidenceCut",
    "StreamEstimate",
    "ValueEstimate",
    "ValueStrata",
    "WidthCut",
    "cheapest",
    "estimate",
    "estimate_classes",
    "estimate_classes_in",
    "estimate_in",
    "estimate_values",
    "estimate_values_in",
    "estimate_votes",
    "judgments_to_settle",
    "sample",
    "sample_between",
    "sample_classes",
    "sample_values",
    "surprising",
]
