"""Prices of errors: what the wrong answers of a model cost, row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.stats.arrays import Floats

_LEAST = 1e-9


@dataclass(frozen=True)
class ErrorPrices:
    """What a wrong answer costs.

    Parameters
    ----------
    miss, false_alarm : float >= 0
        Money for an error of each kind; the same where a label has no two kinds, or one price is
        stated for both.
    """

    miss: float
    false_alarm: float

    @classmethod
    def alike(cls, price: float) -> ErrorPrices:
        """One price for every wrong answer."""
        return cls(price, price)

    @property
    def dearest(self) -> float:
        """Money for an error of the kind that costs more, above 0."""
        return max(self.miss, self.false_alarm, _LEAST)

    def losses(self, predicted: NDArray[Any], wrong: NDArray[np.bool_]) -> Floats:
        """Loss of each row, as a share of the dearest error.

        Parameters
        ----------
        predicted : ndarray of shape (n_rows,)
            What was said; 1 where a row of a binary label is flagged.
        wrong : ndarray of bool, shape (n_rows,)
            Whether that is wrong.

        Examples
        --------
        >>> said, wrong = np.array([1, 0, 1]), np.array([True, True, False])
        >>> ErrorPrices(miss=30.0, false_alarm=3.0).losses(said, wrong).tolist()
        [0.1, 1.0, 0.0]
        """
        if self.miss == self.false_alarm:
            return wrong.astype(np.float64)
        return wrong * np.where(predicted == 1, self.false_alarm, self.miss) / self.dearest
