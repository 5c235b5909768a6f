"""Evidence of one block: a day or week of new data, its rows, labels and shifts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadline.phases.monitor.input_shift import Shift
from leadline.phases.verdict import Bounds

# of fewer rows every column looks like something: all of them are whole numbers, or of one category
FEWEST_COMPARED = 10
_MOST_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class Block:
    """A day or week of new data.

    Attributes
    ----------
    name : str
        First day of the block, ISO, or the file's name.
    n_rows : int
        Rows scored.
    alert_share : float in [0, 1] or None
        Share flagged; None where there is no threshold.
    mean_score : float
        Mean predicted probability, of the hit or of the likeliest class; of numbers, mean
        prediction.
    share_abstained : float or None
        Share of rows that the release gave no answer; None where it answers all.
    n_labelled : int
        Rows with an answer whose truth has arrived; those that the release learnt from do not
        count, nor labels that are left aside.
    n_wrong : int or None
        Labelled rows that were wrong; None in verdicts from before it was kept.
    n_wanted : int
        Rows that want a label still.
    n_differ : int
        Rows of which a file and the page say different things: the later counts.
    n_aside : int
        Labels that are left aside, as a rule chose their rows.
    chosen_by : tuple of str
        By what it seems to have chosen them: columns in quotes, the score, the label itself.
    error : Bounds or None
        Share of the block's rows that are wrong; None without labels.
    precision, recall : Bounds or None
        Of a binary label; None without labels enough.
    cost : Bounds or None
        Money that the errors on 1,000 rows cost; None without labels enough, and where misses and
        false alarms cannot be told apart.
    off_by : float or None
        How far numbers were off on average; None without labels, and for classes.
    evidence : float or None
        That the error has risen, of all blocks since the search for a rise began, at most a
        million; None where the reference is too short, or rows were not kept.
    is_alarm : bool
        Whether an alarm was raised at this block.
    worse : tuple of str
        What alone would raise an alarm: error, recall, precision, recall of a class; or target,
        where that is missed and the rates raise none.
    untold : tuple of str
        Recall, where only flagged rows have a label; precision, where none of them has, and chance
        does not explain it.
    is_closed : bool
        Whether it lies before the end of an alarm that was closed: it is history.
    shifts : tuple of Shift
        Largest first.
    n_learnt : int or None
        Rows that the release learnt from or was tested on, or that equal one of those by chance;
        None where the release does not know them.
    is_learnt : bool
        Whether they are far more than chance brings: then they do not count.
    is_newest : bool
        Whether it was among what was handed over since the last verdict, or that is not known.
    is_counted_only : bool
        Whether the record has counts of it and no rows, as it had in versions of before.
    """

    name: str
    n_rows: int
    alert_share: float | None
    mean_score: float
    share_abstained: float | None = None
    n_labelled: int = 0
    n_wrong: int | None = None
    n_wanted: int = 0
    n_differ: int = 0
    n_aside: int = 0
    chosen_by: tuple[str, ...] = ()
    error: Bounds | None = None
    precision: Bounds | None = None
    recall: Bounds | None = None
    cost: Bounds | None = None
    off_by: float | None = None
    evidence: float | None = None
    is_alarm: bool = False
    worse: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()
    is_closed: bool = False
    shifts: tuple[Shift, ...] = ()
    n_learnt: int | None = None
    is_learnt: bool = False
    is_newest: bool = True
    is_counted_only: bool = True

    @property
    def n_counted(self) -> int:
        """Rows that count."""
        return self.n_rows - (self.n_learnt or 0) if self.is_learnt else self.n_rows


def compared_block(blocks: Sequence[Block]) -> Block | None:
    """Return the newest block whose columns could be compared: one that has begun is too short."""
    long = [block for block in blocks if block.n_rows >= FEWEST_COMPARED or block.shifts]
    return long[-1] if long else None


def named(blocks: Sequence[Block]) -> str:
    """A few blocks by name, the rest by number."""
    shown = ", ".join(block.name for block in blocks[:_MOST_NAMED])
    n_more = len(blocks) - _MOST_NAMED
    return f"{shown} and {n_more:,} more" if n_more > 0 else shown
