"""Importance: what a fitted model owes to each column, and to each word of a text.

`permutation_importance` needs held-out rows and a function that predicts; nothing of the model.
"""

from __future__ import annotations

from leadline.stats.importance.answer_direction import Direction, Slope
from leadline.stats.importance.column_groups import association, group_columns
from leadline.stats.importance.permuted_columns import (
    ColumnImportance,
    PermutationImportance,
    permutation_importance,
)
from leadline.stats.importance.word_effects import WordEffect, word_effects

__all__ = [
    "ColumnImportance",
    "Direction",
    "PermutationImportance",
    "Slope",
    "WordEffect",
    "association",
    "group_columns",
    "permutation_importance",
    "word_effects",
]
