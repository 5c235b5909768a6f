"""Recall and precision of a binary label in service: what is watched of them, and what is not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from leadline.phases.number_format import percent, percent_range
from leadline.phases.verdict import Bounds
from leadline.phases.wording import plural

RECALL, PRECISION = "recall", "precision"
_KIND = {RECALL: "positive", PRECISION: "flagged"}
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


def worse_words(rates: Sequence[str], positive: str = "") -> str:
    """Name what became worse, in a clause.

    Parameters
    ----------
    rates : sequence of {"error", "recall", "precision"}
        Of an alarm; none in verdicts from before, which watched the error alone.
    positive : str, default=""
        What a positive row is, in the words of the project; empty where that was not kept.

    Examples
    --------
    >>> worse_words(["error", "recall"])
    'more is wrong and fewer of the positive rows are found'
    >>> worse_words(["recall", "precision"], "late")
    'less of what is late is found and less of what is flagged is late'
    """
    worse = {
        "error": "more is wrong",
        RECALL: "fewer of the positive rows are found",
        PRECISION: "fewer of the flagged rows are positive",
    }
    if positive:
        worse[RECALL] = f"less of what is {positive} is found"
        worse[PRECISION] = f"less of what is flagged is {positive}"
    return " and ".join(worse[rate] for rate in rates or ["error"])


def not_told(untold: Sequence[str]) -> str:
    """Say which labels a block lacks, and what is therefore not known."""
    if RECALL in untold:
        return (
            "labels came of flagged rows only: how many of the others are wrong, and what is "
            "missed, is not known"
        )
    return "no flagged row has a label: how many of them are false alarms is not known"


def not_watched(rates: Sequence[ClassRate], positive: str = "") -> str:
    """Name the rates that no alarm is raised for, and why; empty if there are none."""
    lacking = [rate for rate in rates if not rate.is_watched]
    if not lacking:
        return ""
    told = {rate.name: plural(rate.n_reference, f"{_KIND[rate.name]} row") for rate in lacking}
    for rate in lacking:
        if positive and rate.name == RECALL:
            verb = "is" if rate.n_reference == 1 else "are"
            told[RECALL] = f"{plural(rate.n_reference, 'row')} that {verb} {positive}"
    return " and ".join(f"{name} (the reference has {rows})" for name, rows in told.items())
