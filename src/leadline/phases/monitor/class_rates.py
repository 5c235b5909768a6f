"""Recall and precision of a binary label in service: what is watched of them, and what is not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from leadline.phases.number_format import percent, percent_range
from leadline.phases.verdict import Bounds
from leadline.phases.wording import plural
from leadline.stats.interval import two_sided_z

RECALL, PRECISION = "recall", "precision"
TARGET = "target"
"""What an alarm calls the metric of the target."""
_RECALL_OF = "recall of "
_KIND = {RECALL: "positive", PRECISION: "flagged"}
_Z, _CHANCE = 1.96, 0.05
# wider, and no loss that matters could be told from none
_WIDEST = 0.5


@dataclass(frozen=True, kw_only=True)
class ClassRate:
    """Recall or precision at the threshold in service.

    Attributes
    ----------
    name : str
        Recall, the share of the positive rows that are flagged; precision, of the flagged rows that
        are positive; or the recall of one of several classes, as `recall_of` calls it.
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
    def class_name(self) -> str:
        """The class that it is the recall of, as it is said."""
        return self.name.removeprefix(_RECALL_OF)[1:-1]

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

    def is_below_among(self, n_rates: int) -> bool:
        """Whether that holds where so many rates are looked at."""
        if self.recent is None or self.reference is None:
            return False
        reach = self._reach * two_sided_z(1 - _CHANCE / n_rates) / _Z
        return self.recent.estimate + reach < self.reference

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


def recall_of(name: str) -> str:
    """What the recall of one of several classes is called."""
    return f"{_RECALL_OF}'{name}'"


def classes_below(recalls: Sequence[ClassRate]) -> list[ClassRate]:
    """Recalls of single classes that lie below the reference, chance allowed for in all of them."""
    return [rate for rate in recalls if rate.is_below_among(len(recalls))]


def worse_words(rates: Sequence[str], positive: str = "") -> str:
    """Name what became worse, in a clause.

    Parameters
    ----------
    rates : sequence of str
        Of an alarm: error, recall, precision, recall of a class, or target; none in verdicts from
        before, which watched the error alone.
    positive : str, default=""
        What a positive row is, in the words of the project; empty where that was not kept.

    Examples
    --------
    >>> worse_words(["error", "recall"])
    'more is wrong and fewer of the positive rows are found'
    >>> worse_words(["recall", "precision"], "late")
    'less of what is late is found and less of what is flagged is late'
    >>> worse_words(["recall of 'fraud'"])
    "less of 'fraud' is found"
    """
    worse = {
        "error": "more is wrong",
        RECALL: "fewer of the positive rows are found",
        PRECISION: "fewer of the flagged rows are positive",
        TARGET: "the metric of the target is worse",
    }
    if positive:
        worse[RECALL] = f"less of what is {positive} is found"
        worse[PRECISION] = f"less of what is flagged is {positive}"
    return " and ".join(
        worse.get(rate, f"less of {rate.removeprefix(_RECALL_OF)} is found")
        for rate in rates or ["error"]
    )


def not_told(untold: Sequence[str]) -> str:
    """Say which labels a block lacks, and what is therefore not known."""
    if RECALL in untold:
        return (
            "labels came of flagged rows only: how many of the others are wrong, and what is "
            "missed, is not known"
        )
    return "no flagged row has a label: how many of them are false alarms is not known"


def not_fair(chosen_by: Sequence[str]) -> str:
    """Say that labels are of rows which a rule chose.

    Examples
    --------
    >>> not_fair(["'region'", "the score"])
    "labels came of rows chosen by 'region' and the score, it seems, and of no fair sample"
    """
    *first, last = chosen_by
    rules = f"{', '.join(first)} and {last}" if first else last
    return f"labels came of rows chosen by {rules}, it seems, and of no fair sample"


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
