"""Precision and recall on a stream without labels, from a few judged rows.

`sample` chooses the rows that people judge, `estimate` says what the judgments tell, `cheapest`
which threshold they speak for.

The scores are cut into bands: one above each threshold, up to the next, and three below the
lowest. Every precision and recall is a sum over bands of their positives. What is judged in one
band tells of the others through the scores themselves: they are taken to be calibrated up to a
shift and a slope, and each band may stray from that.
"""

from __future__ import annotations

from leadline.stats.judgments.bands import Bands
from leadline.stats.judgments.choosing import CheapestPoint, cheapest, judgments_to_settle
from leadline.stats.judgments.drawing import sample, sample_between
from leadline.stats.judgments.estimating import StreamEstimate, estimate, estimate_in
from leadline.stats.judgments.mistakes import estimate_votes, surprising

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
