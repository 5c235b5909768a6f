"""What measured points say about the error at a size that was not measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.curves import fit
from leadline.stats.curves.design import share_removed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.phases.curve import Point
    from leadline.stats.arrays import Floats
    from leadline.stats.curves.posterior import CurvePosterior

LEAST_ERROR = 1e-6
"""Errors below it are held to be this large: curves are modelled as logarithms."""

_LEAST_STDERR = 1e-4
_FEWEST_SIZES = 3
_HALF = 0.5
_DOUBT = 0.1  # of log error, a doubling of rows: what curves change by, mostly


def belief_of(points: Sequence[Point], *, scoring: str, family: str) -> CurvePosterior:
    """The forecast of a candidate's curve from what was measured of it.

    Parameters
    ----------
    points : sequence of Point
        At three sizes or more.
    scoring : str
        Whose error it is.
    family : str
        Of the candidate.

    Raises
    ------
    ValueError
        If there are fewer than three sizes.
    """
    return fit(
        [float(point.n_train) for point in points],
        [max(point.mean, LEAST_ERROR) for point in points],
        [max(point.stderr or 0.0, _LEAST_STDERR) for point in points],
        metric=scoring,
        family=family,
        n_repeats=min(len(point.errors) for point in points),
    )


@dataclass(frozen=True)
class Outlook:
    """What is believed of a candidate.

    Attributes
    ----------
    draws : ndarray of shape (n_draws,)
        Of its error at the largest size that any candidate can be measured at.
    share : float in [0, 1]
        Of the variance of their logarithm, what the next measurement is expected to remove.
    fall : float
        Logarithm of its error at the aim over that at the largest size: the median of it.
    doubt : float
        Standard deviation of the logarithm of its error at the aim.
    """

    draws: Floats
    share: float
    fall: float
    doubt: float

    @property
    def learnt(self) -> Floats:
        """Draws of what will be expected after that measurement; their mean is that of `draws`."""
        middle = float(np.mean(self.draws))
        return np.asarray(middle + np.sqrt(self.share) * (self.draws - middle))


def outlook_of(
    points: Sequence[Point],
    n_top: int,
    n_aim: int,
    n_next: int | None,
    *,
    scoring: str,
    family: str,
    n_draws: int,
    seed: int,
) -> Outlook:
    """What is believed of a candidate, from however little was measured.

    Below three sizes there is no curve: the error at the largest is taken for what it is, and
    doubted by as much as curves usually change over the distance.

    Parameters
    ----------
    points : sequence of Point
        At one size or more.
    n_top, n_aim : int
        Largest size that can be measured; the one that can be afforded.
    n_next : int or None
        Where the candidate would be measured next; None: nowhere.
    scoring, family : str
        As in `belief_of`.
    n_draws, seed : int
        Draws of different seeds are independent of each other.
    """
    rng = np.random.default_rng(seed)
    last = points[-1]
    error = max(last.mean, LEAST_ERROR)
    noise = max(last.stderr or 0.0, _LEAST_STDERR) / error
    share = 0.0 if n_next is None else _HALF
    if len(points) < _FEWEST_SIZES:
        doubts = [np.hypot(noise, _DOUBT * abs(np.log2(n / last.n_train))) for n in (n_top, n_aim)]
        draws = error * np.exp(rng.normal(0.0, doubts[0], n_draws))
        return Outlook(draws, share, 0.0, float(doubts[1]))
    belief = belief_of(points, scoring=scoring, family=family)
    at = [n_top, n_aim, *([] if n_next is None else [n_next])]
    drawn = np.maximum(belief.sample(at, n_draws, rng=rng), LEAST_ERROR)
    logs = np.log(drawn)
    top, aim = np.log(np.maximum(belief.quantile([n_top, n_aim], 0.5), LEAST_ERROR))
    if last.n_train == n_top:
        # measured there: the curve says no more about it than the measurement does
        draws = error * np.exp(rng.normal(0.0, noise, n_draws))
    else:
        draws = drawn[:, 0]
        if n_next is not None:
            share = float(share_removed(logs[:, 2:], logs[:, 0], [noise])[0])
    return Outlook(draws, share, float(aim - top), float(np.std(logs[:, 1])))
