"""Precision and recall on a stream without labels, from a few judged rows.

`sample` chooses the rows that reviewers judge, `estimate` returns precision and recall with their
intervals, `cheapest` the threshold that costs least.

The scores are cut into bands: one above each threshold, up to the next, and three below the
lowest. Every precision and recall is a sum over bands of their positives. Judgments in one band
tell of the others through the scores themselves: they are taken to be calibrated up to a shift and
a slope, from which each band may deviate.
"""

from __future__ import annotations

from leadline.stats.judgments.bands import Bands
from leadline.stats.judgments.cheapest_threshold import CheapestPoint, cheapest, judgments_to_settle
from leadline.stats.judgments.reviewer_errors import estimate_votes, surprising
from leadline.stats.judgments.sampling import sample, sample_between
from leadline.stats.judgments.stream_estimate import StreamEstimate, estimate, estimate_in

__all__ = [
    "Bands",
    "CheapestPoint",
    "StreamEstimate",
    "cheapest",
    "estimate",
    "estimate_in",
    "estimate_votes",
    "judgments_to_settle",
    "sample",
    "sample_between",
    "surprising",
]
