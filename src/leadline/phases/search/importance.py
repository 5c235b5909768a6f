"""Importance of columns and words to the chosen candidate, as a search puts it on the record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from leadline.phases.scoring import scoring_of
from leadline.phases.verdict import Bounds, Finding, note, warning

NEARLY_ALL = 0.75
"""Share of what a candidate is better than nothing by, from which a column carries nearly all."""

_MOST_NAMED = 3
_LITTLE = 0.2


@dataclass(frozen=True, kw_only=True)
class MovedColumn:
    """What becomes of the error when a column is moved, or several that say much the same.

    Attributes
    ----------
    columns : tuple of str
        Moved between the held-out rows, together.
    rise : Bounds
        Of the error, with a 90 % interval.
    score_without : float
        Score when the values are moved.
    direction : str
        Where the answer goes as the number rises: "rises" or "falls"; empty of neither.
    level : str
        Of a category: the one with the highest answer.
    toward : str
        The class whose probability that answer is; empty for the positive class and for numbers.
    """

    columns: tuple[str, ...]
    rise: Bounds
    score_without: float
    direction: str = ""
    level: str = ""
    toward: str = ""

    @property
    def name(self) -> str:
        """The columns in words.

        Examples
        --------
        >>> nothing = Bounds(estimate=0.0, low=0.0, high=0.0)
        >>> MovedColumn(columns=("age", "born"), rise=nothing, score_without=0.5).name
        'age + born'
        """
        return " + ".join(self.columns)

    @property
    def way(self) -> str:
        """How the answer moves with the value, in words; empty where that is not known."""
        goal = f" towards {self.toward}" if self.toward else ""
        if self.direction:
            return f"{self.direction} with it{goal}"
        return f"highest at {self.level}{goal}" if self.level else ""


@dataclass(frozen=True, kw_only=True)
class ColumnImportance(MovedColumn):
    """What the candidate owes to a column, or to several that say much the same.

    Attributes
    ----------
    share : float
        The rise as a share of what the candidate is better by than answers that know nothing.
    p_value : float
        That it is of no use, corrected for how many columns were looked at.
    is_used : bool
        Whether chance would not do so: the candidate leans on it.
    is_useful : bool
        Whether it also says something that the other columns do not: of all useless columns
        together any is called useful in at most 5 % of cases.
    members : tuple of MovedColumn
        Of several: each of them moved alone, the largest rise first.
    """

    share: float
    p_value: float
    is_used: bool
    is_useful: bool
    members: tuple[MovedColumn, ...] = ()

    @property
    def standing(self) -> str:
        """What can be said of its use, in words."""
        if self.is_useful:
            return "yes"
        return "others may stand in for it" if self.is_used else "may be chance"


@dataclass(frozen=True, kw_only=True)
class WordImportance:
    """What a word does to the answer, other words staying.

    Attributes
    ----------
    word, column : str
        The word, and the column of text it stands in.
    effect : Bounds
        The answer with it, less the answer without: a probability, or the predicted number.
    n_texts : int
        Held-out texts that it was left out of.
    toward : str
        The class whose probability it is; empty for the positive class and for numbers.
    """

    word: str
    column: str
    effect: Bounds
    n_texts: int
    toward: str = ""


@dataclass(frozen=True, kw_only=True)
class Importance:
    """What the chosen candidate leans on.

    Attributes
    ----------
    scoring : str
        Metric of the scores.
    candidate : str
        Name of its trial.
    score : float
        Of the held-out rows as they are.
    score_of_nothing : float
        Of answers that know nothing of the rows.
    n_train, n_rows, n_repeats : int
        Rows it learnt from, rows held out, and how often each column was moved.
    columns : tuple of ColumnImportance
        Every column in one of them, the largest rise first.
    words : tuple of WordImportance
        Of columns of text: those that move the answer most, upwards first.
    """

    scoring: str
    candidate: str
    score: float
    score_of_nothing: float
    n_train: int
    n_rows: int
    n_repeats: int
    columns: tuple[ColumnImportance, ...]
    words: tuple[WordImportance, ...] = ()

    @property
    def useful(self) -> tuple[ColumnImportance, ...]:
        """Columns that say something of their own, the largest rise first."""
        return tuple(each for each in self.columns if each.is_useful)

    @property
    def carrier(self) -> ColumnImportance | None:
        """What carries nearly everything; None if nothing does, or there is nothing else."""
        first = next((each for each in self.columns if each.is_used), None)
        if len(self.columns) < 2 or first is None:
            return None
        return first if first.share > NEARLY_ALL else None

    @property
    def says_little(self) -> bool:
        """Whether the candidate takes less than a fifth of the way from nothing to the best."""
        metric = scoring_of(self.scoring)
        room = abs((0.0 if metric.is_loss else metric.best) - self.score_of_nothing)
        return abs(self.score - self.score_of_nothing) < _LITTLE * room

    @property
    def summary(self) -> str:
        """What it leans on, in a sentence without a full stop."""
        first = self.useful[:_MOST_NAMED]
        used = [each for each in self.columns if each.is_used][:_MOST_NAMED]
        if used and not first:
            names = _listed(each.name for each in used)
            return f"{self.candidate} leans most on {names}; other columns may stand in for each"
        if not first:
            return f"On {self.n_rows:,} held-out rows no column can be shown to be of use by itself"
        return f"{self.candidate} leans most on {_listed(each.name for each in first)}"

    def fall(self, column: ColumnImportance) -> str:
        """What becomes of the score without a column, in words."""
        metric = scoring_of(self.scoring)
        verb = "rises" if metric.is_loss else "falls"
        return f"{metric.words} {verb} from {self.score:.3f} to {column.score_without:.3f}"


def importance_findings(importance: Importance | None) -> list[Finding]:
    """What the candidate leans on, and whether that is nearly all on one column.

    Parameters
    ----------
    importance : Importance or None
        None: there was no time for it.
    """
    if importance is None:
        return []
    carrier = importance.carrier
    if carrier is None:
        first = f": without {importance.useful[0].name}, " if importance.useful else ""
        fall = importance.fall(importance.useful[0]) if importance.useful else ""
        return [note(f"{importance.summary}{first}{fall}.")]
    verb = "carry" if len(carrier.columns) > 1 else "carries"
    if importance.says_little:
        told = f"{_listed(carrier.columns)} {verb} nearly all of the little that is learnt"
        return [note(f"{told}: without, {importance.fall(carrier)}.", "", carrier.columns)]
    known = "Were they" if len(carrier.columns) > 1 else "Was it"
    return [
        warning(
            f"{_listed(carrier.columns)} {verb} nearly everything: without, "
            f"{importance.fall(carrier)}. {known} known at the time of the prediction?",
            "If not, exclude what was not under [data] exclude, and search again.",
            carrier.columns,
        )
    ]


def _listed(names: Iterable[str]) -> str:
    """Names in a row.

    Examples
    --------
    >>> _listed(["a", "b", "c"])
    'a, b and c'
    """
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last
