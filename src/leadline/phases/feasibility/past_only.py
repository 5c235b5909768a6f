"""Scores by the past alone: how far folds at random flatter where rows are dated."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.wording import plural

_MOST_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class LateClass:
    """A class of which no row is older than the latest third.

    Attributes
    ----------
    value : str
        The class.
    since : str
        Time of its first row, such as 2024-05-31 08:00:00, or the number that grows with time.
    n_rows : int
        Its train rows.
    """

    value: str
    since: str
    n_rows: int


@dataclass(frozen=True, kw_only=True)
class PastOnly:
    """Scores of one model on the latest third of the train rows.

    Attributes
    ----------
    column : str
        That dates the rows.
    family : str
        Of the model.
    mixed_score : float or None
        Learnt from as many rows of all times; None where too few folds could be scored.
    past_score : float or None
        Learnt from earlier rows alone.
    p_value : float in [0, 1] or None
        Of no difference, by a corrected resampled t test.
    is_answered : bool
        Whether a person has said that rows are to be split at random.
    late_classes : tuple of LateClass
        Which no earlier row can teach, the one of the most rows first.
    """

    column: str
    family: str
    mixed_score: float | None
    past_score: float | None
    p_value: float | None
    is_answered: bool
    late_classes: tuple[LateClass, ...] = ()

    def late_words(self) -> str:
        """Which classes no earlier row can teach, in a sentence; empty if there are none."""
        told = [
            f"{each.value!r} appears only from {each.since} on ({plural(each.n_rows, 'row')})"
            for each in self.late_classes[:_MOST_NAMED]
        ]
        if not told:
            return ""
        more = len(self.late_classes) - len(told)
        said = f"{', '.join(told)}{f' and {more:,} more classes so late' if more else ''}"
        return f"By {self.column!r}, class {said}: no earlier row can teach it."
