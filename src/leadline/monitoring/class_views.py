"""Views of several classes: each class against all others, as a binary label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from leadline.stats.monitoring.predicted_error import PredictedError

# of very many classes, the commonest
_MOST = 20

Floats = NDArray[np.float64]
Names = NDArray[np.generic]


@dataclass(frozen=True)
class ClassView:
    """One class against all others.

    Attributes
    ----------
    name : str
        Of the class.
    blocks : tuple of (scores, said, truth)
        Of the reference, in order of time: the score that this class is meant, whether it was
        said, and whether it is true.
    """

    name: str
    blocks: tuple[tuple[Floats, Floats, Floats], ...]

    @cached_property
    def predicted(self) -> PredictedError:
        """Predicted error of a row, of this class against all others."""
        return PredictedError.of(self.blocks)

    @property
    def n_rows(self) -> int:
        """Rows of the class in the reference."""
        return round(sum(float(truth.sum()) for *_, truth in self.blocks))

    @property
    def recall(self) -> float:
        """Share of them that were said to be of the class."""
        return sum(float(said @ truth) for _, said, truth in self.blocks) / self.n_rows

    def seen(self, scores: Floats, classes: Names, labels: Names) -> tuple[Floats, Floats, Floats]:
        """Rows as this view has them.

        Parameters
        ----------
        scores : ndarray of float in [0, 1], shape (n_rows,)
            Of the class that was said.
        classes : ndarray of str, shape (n_rows,)
            That was said.
        labels : ndarray of str, shape (n_labels,)
            The true ones, of any of the rows.
        """
        is_said = classes == self.name
        meant = np.where(is_said, scores, 1 - scores)
        return meant, is_said.astype(np.float64), (labels == self.name).astype(np.float64)


def views_of(blocks: Sequence[tuple[Floats, Names, Names]]) -> tuple[ClassView, ...]:
    """Each class that the reference has, the commonest first; at most twenty.

    Parameters
    ----------
    blocks : sequence of (scores, classes, labels)
        Score of the class that was said, that class, and the true one; of each row of a block.
    """
    if not blocks:
        return ()
    every = np.concatenate([labels for *_, labels in blocks])
    names, counts = np.unique(every, return_counts=True)
    common = names[np.argsort(-counts, kind="stable")][:_MOST]
    blank = [ClassView(str(name), ()) for name in common]
    return tuple(
        ClassView(view.name, tuple(view.seen(*block) for block in blocks)) for view in blank
    )
