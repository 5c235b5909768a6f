"""Recall and precision of a binary label in service: what is watched of them, and what is not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from leadline.phases.number_format import percent, percent_range
from leadline.phases.verdict import Bounds
from leadline.phases.wording import plural

RECALL, PRECISION = "recall", "precision"
_WORSE = {
    "error": "more is wrong",
    RECALL: "fewer of the positive rows are found",
    PRECISION: "fewer of the flagged rows are positive",
}
_Z = 1.96
# wider, and no loss that matters could be told from none
_WIDEST = 0.5


@dataclass(frozen=True, kw_only=True)
class ClassRate:
    """Recall or precision at the threshold in service.

    Attributes
    ----------
    name : {"recall", "precision"}
        Share of the positive rows that are flagged; of the flagged rows that are positive.
    reference : float or None
        On the reference; None where it has no row that it is a rate of.
    n_reference : int
        Rows of the reference that it is a rate of.
    is_watched : bool
        Whether a loss raises an alarm: the reference has enough such rows.
    recent : Bounds or None
        Over the recent blocks together; None without labels that tell of it.
    n_recent : float
        Rows of these blocks that it is a rate of, about.
    """

    name: str
    reference: float | None
    n_reference: int
    is_watched: bool
    recent: Bounds | None = None
    n_recent: float = 0.0

    @property
    def words(self) -> str:
        """The rate of late and on the reference."""
        if self.reference is None:
            return f"{self.name} not known"
        now = "not known" if self.recent is None else percent_range(self.recent)
        return f"{self.name} {now}, on the reference {percent(self.reference)}"

    @property
    def is_below(self) -> bool:
        """Whether it lies further below the reference than labels and chance explain."""
        if self.recent is None or self.reference is None:
            return False
        return self.recent.estimate + self._reach < self.reference

    @property
    def is_vague(self) -> bool:
        """Whether labels hardly tell of it."""
        return 2 * self._reach > _WIDEST

    @property
    def _reach(self) -> float:
        """How far it may be off the reference while nothing changes: few rows are of a rate."""
        if self.recent is None or self.reference is None:
            return 1.0
        n = self.n_reference
        usual = (self.reference * n + 0.5) / (n + 1)
        chance = usual * (1 - usual) * (1 / max(self.n_recent, 1.0) + 1 / n)
        return math.hypot((self.recent.high - self.recent.low) / 2, _Z * math.sqrt(chance))


def worse_words(rates: Sequence[str]) -> str:
    """Name what became worse, in a clause.

    Examples
    --------
    >>> worse_words(["error", "recall"])
    'more is wrong and fewer of the positive rows are found'
    """
    return " and ".join(_WORSE[rate] for rate in rates or ["error"])


def not_told(untold: Sequence[str]) -> str:
    """Say which labels a block lacks, and what is therefore not known."""
    if RECALL in untold:
        return (
            "labels came of flagged rows only: how many of the others are wrong, and what is "
            "missed, is not known"
        )
    return "no flagged row has a label: how many of them are false alarms is not known"


def not_watched(rates: Sequence[ClassRate]) -> str:
    """Name the rates that no alarm is raised for, and why; empty if there are none."""
    lacking = [rate for rate in rates if not rate.is_watched]
    if not lacking:
        return ""
    of = {RECALL: "positive row", PRECISION: "flagged row"}
    return " and ".join(
        f"{rate.name} (the reference has {plural(rate.n_reference, of[rate.name])})"
        for rate in lacking
    )
