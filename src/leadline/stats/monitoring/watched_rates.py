"""Rates that a monitor watches, each as a weighted sum of errors, so that one test serves all.

The share wrong of all rows hardly moves when a model no longer finds a rare class. Recall and
precision are therefore watched as rates of their own: with `r` the share of the positive rows that
the reference missed, ``missed - r * positives`` is 0 on average as long as recall stays, however
many positive rows there are. It is ``(1 - r) * missed + r * false alarms - r * flagged``: errors by
kind, less what is known without a label. Precision is alike: ``false alarms - f * flagged``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadline.stats.arrays import Bools, Floats, Ints
from leadline.stats.monitoring.labelled_error import gap_of

RATES = ("error", "recall", "precision")
"""Share of all rows that are wrong; of the positive rows that are flagged; of the flagged rows that
are positive."""
_FEWEST_OF_RATE = 10
# fewer errors do not tell by how much blocks differ
_FEWEST_WRONG = 10
# what is less probable is no chance
_CHANCE = 0.05


@dataclass(frozen=True)
class WatchedRate:
    """One rate, and what the reference has of it.

    Parameters
    ----------
    name : {"error", "recall", "precision"}
        Which.
    level : float in (0, 1)
        Share of errors among the rows that it is a rate of, in the reference.
    share : float in (0, 1]
        Those rows, among all rows of the reference.
    n_usual : float
        Rows of a block of the reference, on average.
    n_wrong : float
        Errors of the reference.
    """

    name: str
    level: float
    share: float
    n_usual: float
    n_wrong: float

    @classmethod
    def of(cls, name: str, blocks: Sequence[tuple[Floats, ...]]) -> WatchedRate | None:
        """Learn from fully labelled blocks of scores, answers and truth.

        Parameters
        ----------
        name : {"error", "recall", "precision"}
            Which rate.
        blocks : sequence of (ndarray, ndarray, ndarray), each of shape (n_rows,)
            Scores, answers in {0, 1} and truth in {0, 1} of each block of the reference.

        Returns
        -------
        WatchedRate or None
            None where there are fewer than ten rows that it is a rate of.
        """
        said, truth = (np.concatenate([block[part] for block in blocks]) for part in (1, 2))
        of_rate = {"error": np.ones(said.size), "recall": truth, "precision": said}[name] > 0
        n_rows = int(of_rate.sum())
        if name != "error" and n_rows < _FEWEST_OF_RATE:
            return None
        n_wrong = float(np.sum(said[of_rate] != truth[of_rate]))
        level = (n_wrong + 0.5) / (n_rows + 1)
        return cls(name, level, n_rows / said.size, said.size / len(blocks), n_wrong)

    def whole(self, said: Floats, truth: Floats) -> float:
        """The sum of a block that is labelled whole, as a share of its rows.

        Parameters
        ----------
        said, truth : ndarray of {0, 1}, shape (n_rows,)
            Whether each row is flagged, and whether it is positive.
        """
        return float(np.mean(self._weights(said) * (said != truth))) - self._known(said)

    def spread(self, wholes: Floats) -> float:
        """Standard deviation of the sum between blocks of the reference.

        At least that of chance where errors are few: of a reference without any all blocks are
        alike, and the first error in service would be beyond all measure.

        Parameters
        ----------
        wholes : ndarray of shape (n_blocks,), n_blocks >= 2
            `whole` of each block of the reference.
        """
        sd = float(wholes.std(ddof=1))
        if self.n_wrong >= _FEWEST_WRONG:
            return sd
        chance = self.level * (1 - self.level) * self.share / self.n_usual
        return max(sd, float(np.sqrt(chance)))

    def seen(
        self, expected: Floats, said: Floats, rows: Ints, wrong: Floats
    ) -> tuple[float, float] | None:
        """The sum of a block of which some rows have a label, and its variance.

        Parameters
        ----------
        expected, said : ndarray of shape (n,)
            Predicted error of each row, and what was said.
        rows : ndarray of int, shape (n_labels,)
            Those with a label.
        wrong : ndarray of {0, 1}, shape (n_labels,)
            Whether the model is wrong on them.

        Returns
        -------
        tuple of float, or None
            None where the labels cannot tell: recall, if no row that was not flagged has one;
            precision, if no flagged row has.
        """
        is_empty = self.name == "precision" and not said.any()
        if not rows.size or is_empty or self.name in untold(said, rows):
            return None
        weights = self._weights(said)
        gap = gap_of(expected, rows, wrong, weights)
        value = float(np.mean(weights * expected)) + gap.value - self._known(said)
        # the spread of the reference holds the chance of blocks like its own
        usual = self.share / self.n_usual
        here = self._share_here(expected, said, rows, wrong) / said.size
        chance = self.level * (1 - self.level) * max(0.0, here - usual)
        return value, max(gap.variance, gap.usual_variance) + chance

    def _weights(self, said: Floats) -> Floats:
        missed, false = {
            "error": (1.0, 1.0),
            "recall": (1 - self.level, self.level),
            "precision": (0.0, 1.0),
        }[self.name]
        return np.where(said > 0, false, missed)

    def _known(self, said: Floats) -> float:
        return 0.0 if self.name == "error" else self.level * float(said.mean())

    def _share_here(self, expected: Floats, said: Floats, rows: Ints, wrong: Floats) -> float:
        """Rows of a block that it is a rate of, as a share."""
        if self.name == "error":
            return 1.0
        if self.name == "precision":
            return float(said.mean())
        turned = np.where(said > 0, -1.0, 1.0)
        gap = gap_of(expected, rows, wrong, turned)
        return float(np.clip(np.mean(said + turned * expected) + gap.value, 0.0, 1.0))


def untold(said: Floats, rows: Ints) -> tuple[str, ...]:
    """Rates that the labels of a block cannot tell, as they came of one kind of row only.

    Parameters
    ----------
    said : ndarray of {0, 1}, shape (n,)
        Whether each row of the block is flagged.
    rows : ndarray of int, shape (n_labels,)
        Those with a label, at least one.

    Returns
    -------
    tuple of str
        Recall, if there are rows that were not flagged and none of them has a label; precision, if
        there are flagged rows and none of them has.

    Examples
    --------
    >>> untold(np.array([1.0, 1.0, 0.0]), np.array([0, 1]))
    ('recall',)
    """
    flagged = said > 0
    return tuple(name for name, kind in _kinds(flagged) if kind.any() and not kind[rows].any())


def withheld(said: Floats, rows: Ints) -> tuple[str, ...]:
    """Rates that the labels of a block cannot tell, by more than chance.

    Of two flagged rows among 300 none may be among those with a label; of 40 hardly.

    Parameters
    ----------
    said, rows : ndarray
        As for `untold`.

    Returns
    -------
    tuple of str
        As of `untold`, where so many labels, drawn at random, would have come of both kinds.

    Examples
    --------
    >>> said = np.arange(300) < 40
    >>> withheld(said, np.arange(40, 90)), withheld(np.arange(300) < 2, np.arange(40, 90))
    (('precision',), ())
    """
    rest = 1 - rows.size / said.size
    sizes = {name: int(kind.sum()) for name, kind in _kinds(said > 0)}
    return tuple(name for name in untold(said, rows) if rest ** sizes[name] < _CHANCE)


def _kinds(flagged: Bools) -> tuple[tuple[str, Bools], ...]:
    """Rows without a label of which each rate is not known."""
    return ("recall", ~flagged), ("precision", flagged)
