"""What is believed about a learning curve, and the questions it answers."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.arrays import check_share

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from leadline.stats.arrays import Floats
    from leadline.stats.curves.law import PowerLaws

# beyond this multiple of the largest measured size "reached" would be an empty promise
_HORIZON = 1e3


@dataclass(frozen=True)
class CurvePosterior:
    """Belief about the expected error as a function of the train size.

    It speaks of the mean curve; a single training run scatters about it.

    Parameters
    ----------
    laws : PowerLaws
        Equally likely curves.
    n_largest : float
        Largest train size that was measured.
    caution : tuple of str
        Plain sentences that belong beside every forecast made from this.
    """

    laws: PowerLaws = field(repr=False)
    n_largest: float
    caution: tuple[str, ...]

    def quantile(self, n: ArrayLike, q: ArrayLike) -> Floats:
        """Return quantiles of the error at train size `n`.

        Parameters
        ----------
        n : array-like of float, shape (*n_shape,)
            Train sizes, above 0.
        q : array-like of float in [0, 1], shape (*q_shape,)
            Probabilities.

        Returns
        -------
        ndarray of shape (*q_shape, *n_shape)
            As `numpy.quantile`: the probabilities come first. A scalar where both are.
        """
        values: Floats = np.quantile(self._errors(n), np.asarray(q, dtype=np.float64), axis=0)
        return values

    def cdf(self, n: ArrayLike, error: ArrayLike) -> Floats:
        """Return the probability that the error at train size `n` is at most `error`.

        Parameters
        ----------
        n, error : array-like of float
            Train sizes and errors; broadcast against each other.

        Returns
        -------
        ndarray
            Probabilities in [0, 1] of the broadcast shape.
        """
        sizes, errors = np.broadcast_arrays(
            np.asarray(n, dtype=np.float64), np.asarray(error, dtype=np.float64)
        )
        reached: Floats = np.mean(self._errors(sizes) <= errors, axis=0)
        return reached

    def rows_for(self, error: float, probability: float) -> float | None:
        """Return the rows at which the error is at most `error` with this probability.

        Parameters
        ----------
        error : float
            Error to reach.
        probability : float in (0, 1)
            Wanted certainty.

        Returns
        -------
        float or None
            At least 1. None: not reached by 1,000 times the largest measured size, so that
            nobody can promise it.

        Raises
        ------
        ValueError
            If `probability` is outside (0, 1) or `error` is not finite.
        """
        check_share(probability, "probability")
        if not math.isfinite(error):
            raise ValueError(f"error must be finite; got {error}.")
        needed = np.sort(self.laws.rows_for(error))
        rows = float(needed[math.ceil(probability * needed.size - 1e-9) - 1])
        return max(rows, 1.0) if rows <= _HORIZON * self.n_largest else None

    def sample(self, n: ArrayLike, size: int, *, rng: np.random.Generator | None = None) -> Floats:
        """Draw whole curves, read at the train sizes `n`.

        Parameters
        ----------
        n : array-like of float, shape (*n_shape,)
            Train sizes, above 0.
        size : int >= 1
            Number of curves.
        rng : Generator, optional
            Source of chance. Without it the stored curves are handed out in their order, over
            and over: the same call gives the same answer.

        Returns
        -------
        ndarray of shape (size, *n_shape)
            Each first index is one curve, so values at different sizes belong together.
        """
        if size < 1:
            raise ValueError(f"size must be at least 1; got {size}.")
        curves = self._errors(n)
        chosen = (
            np.arange(size) % len(curves) if rng is None else rng.integers(len(curves), size=size)
        )
        return curves[chosen]

    def _errors(self, n: ArrayLike) -> Floats:
        """Errors of every curve at `n`, of shape (n_laws, *n_shape)."""
        sizes = np.asarray(n, dtype=np.float64)
        if not np.all(sizes > 0):
            raise ValueError("n must be above 0; some sizes are not. A curve starts at one row.")
        return self.laws.at(sizes)
