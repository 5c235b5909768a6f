"""Slices: parts of the rows on which a loss is shown to be larger than on the rest."""

from __future__ import annotations

from leadline.stats.slices.group_differences import (
    GroupDifferences,
    RateDifference,
    group_differences,
)
from leadline.stats.slices.slice_rules import SliceRule
from leadline.stats.slices.slice_search import (
    SearchedSlice,
    SliceSearch,
    SliceState,
    search_slices,
)

__all__ = [
    "GroupDifferences",
    "RateDifference",
    "SearchedSlice",
    "SliceRule",
    "SliceSearch",
    "SliceState",
    "group_differences",
    "search_slices",
]
