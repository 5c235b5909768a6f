"""Experimental design: the train size whose measurement is most informative a second."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.curves.discrepancy import kernels, relative_variance

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from leadline.stats.arrays import Floats
    from leadline.stats.curves.posterior import CurvePosterior

_SMALLEST = 50
_FEWEST_ROWS = 20
_N_SEEDS = 5
_FEWEST_DRAWS = 30
# a correlation seen in draws counts where chance alone makes one as large in 1 of 400
_SIGNIFICANT = 9.0
_MOST_SHARE = 1 - 1e-9
_NEARNESS = 0.7  # bandwidth in log size over which variances are pooled


def train_sizes(largest: int) -> list[int]:
    """Train sizes that may be measured, a factor of about 1.4 apart, up to the largest there is.

    Examples
    --------
    >>> train_sizes(400)
    [50, 71, 100, 141, 200, 283, 400]
    >>> train_sizes(30)[-1]
    30
    """
    smallest = min(_SMALLEST, max(largest // 4, min(_FEWEST_ROWS, largest)))
    n_sizes = max(ceil(2 * np.log2(largest / smallest)) + 1, _N_SEEDS)
    return sorted({round(float(n)) for n in np.geomspace(smallest, largest, n_sizes)})


def seed_sizes(sizes: list[int]) -> list[int]:
    """The sizes to begin with: the smallest ones, a factor of two apart where there is room.

    Examples
    --------
    >>> seed_sizes(train_sizes(6400))
    [50, 100, 200, 400, 800]
    >>> seed_sizes([5, 6, 7, 8, 10, 12])
    [5, 7, 8, 10, 12]
    """
    spread = sizes[::2][:_N_SEEDS]
    if len(spread) == _N_SEEDS:
        return spread
    places = np.linspace(0, len(sizes) - 1, min(_N_SEEDS, len(sizes)))
    return [sizes[ceil(float(place) - 1e-9)] for place in places]


def share_removed(
    draws_at_candidates: ArrayLike, draws_at_target: ArrayLike, noise: ArrayLike
) -> Floats:
    r"""Share of the variance at the target that one more measurement is expected to remove.

    Where curve and noise are normal, a measurement at :math:`n` with noise variance
    :math:`\tau^2` leaves of the variance of the target :math:`t` all but

    .. math:: \frac{\mathrm{cov}(c_n, t)^2}{(\mathrm{var}(c_n) + \tau^2)\,\mathrm{var}(t)}

    whatever comes out. Squared correlations of draws are too large by one in the number of draws;
    that is subtracted, and correlations that may be chance count as 0, so that a size that costs
    next to nothing is not measured in vain.

    Parameters
    ----------
    draws_at_candidates : array-like of float, shape (n_draws, n_candidates)
        Log errors of whole curves at the sizes that could be measured.
    draws_at_target : array-like of float, shape (n_draws,)
        Log errors of the same curves at the size that matters.
    noise : array-like of float >= 0, shape (n_candidates,)
        Standard deviation of a measurement about the curve, in log error.

    Returns
    -------
    ndarray of shape (n_candidates,)
        In [0, 1).

    Raises
    ------
    ValueError
        If the shapes do not fit, there are fewer than 30 draws, or a noise is negative.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> near, own = rng.standard_normal((2, 4000))
    >>> target = 0.8 * near + 0.6 * own
    >>> share_removed(np.column_stack([near, own]), target, [0.0, 1.0]).round(1)
    array([0.6, 0.2])
    """
    candidates = np.asarray(draws_at_candidates, dtype=np.float64)
    target = np.asarray(draws_at_target, dtype=np.float64)
    spread = np.asarray(noise, dtype=np.float64)
    n_draws = target.size
    if candidates.ndim != 2 or candidates.shape != (n_draws, spread.size):
        raise ValueError(
            f"draws have shapes {candidates.shape} and {target.shape} for {spread.size} "
            "candidates. Pass one row a curve, one column a size that could be measured."
        )
    if n_draws < _FEWEST_DRAWS or np.any(spread < 0):
        raise ValueError(
            f"{n_draws} draws, or a noise below 0; at least {_FEWEST_DRAWS} draws and noises of at "
            "least 0 are needed. Draw more curves."
        )
    centred, aim = candidates - candidates.mean(axis=0), target - target.mean()
    covariance, variance = centred.T @ aim / n_draws, np.mean(centred**2, axis=0)
    whole = float(np.mean(aim**2))
    if whole <= 0:
        return np.zeros(spread.size)
    with np.errstate(divide="ignore", invalid="ignore"):
        squared = np.where(variance > 0, covariance**2 / (variance * whole), 0.0)
        heard = np.where(variance > 0, variance / (variance + spread**2), 0.0)
    real = np.where(squared * n_draws > _SIGNIFICANT, squared - (1 - squared) / n_draws, 0.0)
    share: Floats = np.clip(real * heard, 0.0, _MOST_SHARE)
    return share


def information(
    draws_at_candidates: ArrayLike, draws_at_target: ArrayLike, noise: ArrayLike
) -> Floats:
    r"""Nats that one more measurement at each size is expected to tell about the target.

    The mutual information of two normal variables [1]_, :math:`-\frac12 \log(1 - s)` with the
    share :math:`s` of `share_removed`; choosing measurements by it is due to [2]_ and [3]_.

    Parameters
    ----------
    draws_at_candidates, draws_at_target, noise
        As `share_removed` takes them.

    Returns
    -------
    ndarray of shape (n_candidates,)
        At least 0.

    References
    ----------
    .. [1] T. Cover, J. Thomas (2006), Elements of Information Theory, 2nd ed., chapter 8.
    .. [2] D. V. Lindley (1956), On a measure of the information provided by an experiment. Ann.
       Math. Statist. 27, 986-1005.
    .. [3] D. J. C. MacKay (1992), Information-based objective functions for active data selection.
       Neural Computation 4, 590-604.

    Examples
    --------
    >>> draws = np.random.default_rng(0).standard_normal(2000)
    >>> information(draws[:, None], draws, [1.0]).round(2)
    array([0.35])
    """
    nats: Floats = -0.5 * np.log1p(-share_removed(draws_at_candidates, draws_at_target, noise))
    return nats


def next_size(
    draws_at_candidates: ArrayLike,
    draws_at_target: ArrayLike,
    noise: ArrayLike,
    seconds: ArrayLike,
) -> int | None:
    """Return the measurement with most information a second.

    Parameters
    ----------
    draws_at_candidates, draws_at_target, noise
        As `share_removed` takes them.
    seconds : array-like of float > 0, shape (n_candidates,)
        Duration of each measurement, all its repeats and their overhead.

    Returns
    -------
    int or None
        Index of the candidate; None where none of them has information.

    Raises
    ------
    ValueError
        If seconds are not above 0 or not one a candidate.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> target = rng.standard_normal(2000)
    >>> draws = np.column_stack([target + rng.standard_normal(2000), target])
    >>> next_size(draws, target, [0.1, 0.1], [1.0, 2.0])
    1
    >>> next_size(draws, target, [0.1, 0.1], [1.0, 200.0])
    0
    """
    cost = np.asarray(seconds, dtype=np.float64)
    nats = information(draws_at_candidates, draws_at_target, noise)
    if cost.shape != nats.shape or np.any(cost <= 0):
        raise ValueError(
            "seconds must be above 0, one a candidate; they are not. Add the fixed cost of a fit."
        )
    return int(np.argmax(nats / cost)) if np.any(nats > 0) else None


def pooled_variance(
    train_sizes: ArrayLike, variances: ArrayLike, n_repeats: ArrayLike, at: ArrayLike
) -> Floats:
    """Return the variance of a single repeat at any size, pooled over near sizes.

    Sizes within a factor of two are averaged, weighted by their repeats: the variance of a handful
    of repeats alone is a poor estimate.

    Parameters
    ----------
    train_sizes, variances, n_repeats : array-like of float, shape (n_sizes,)
        What was measured.
    at : array-like of float, shape (n_candidates,)
        Sizes.

    Returns
    -------
    ndarray of shape (n_candidates,)

    Examples
    --------
    >>> pooled_variance([100, 200], [0.04, 0.04], [4, 4], [100, 400])
    array([0.04, 0.04])
    """
    sizes, values, count = (
        np.asarray(v, dtype=np.float64) for v in (train_sizes, variances, n_repeats)
    )
    distance = np.log(np.asarray(at, dtype=np.float64))[:, None] - np.log(sizes)
    nearest = np.min(np.abs(distance), axis=1, keepdims=True)
    weight = count * np.exp(-(distance**2 - nearest**2) / (2 * _NEARNESS**2))
    variance: Floats = weight @ values / weight.sum(axis=1)
    return variance


def residual_variance(posterior: CurvePosterior, errors: ArrayLike) -> Floats:
    """Return the variance of a size's log error about the curve that no repeats remove.

    Real curves are not smooth; this is the posterior mean of the noise beyond standard errors.

    Parameters
    ----------
    posterior : CurvePosterior
        Posterior of the curve.
    errors : array-like of float, shape (n_candidates,)
        Errors expected at the sizes asked about.

    Returns
    -------
    ndarray of shape (n_candidates,)
    """
    parts, metric = posterior.components, posterior.metric
    noise = float(parts.weight @ kernels().noise[parts.kernel] ** 2)
    relative = relative_variance(np.asarray(errors, dtype=float), metric.ceiling)
    variance: Floats = metric.curve_power**2 * noise * relative
    return variance


def noise_of_more(
    split: ArrayLike,
    sampling: ArrayLike,
    n_repeats: ArrayLike,
    *,
    n_more: int,
    n_rounds: float,
    floor: ArrayLike = 0.0,
) -> Floats:
    r"""Standard deviation that further repeats count as, beside those that are known.

    The mean of :math:`r` repeats has variance :math:`s_r^2 = f + a / r + v / \min(r, R)`: splits
    are new every time, validation rows run out after :math:`R` repeats, and :math:`f` stays. What
    :math:`m` more of them add is a measurement of precision :math:`1 / s_{r+m}^2 - 1 / s_r^2`; so
    a size whose error is known as well as its validation rows allow has no more information.

    Parameters
    ----------
    split, sampling : array-like of float >= 0, shape (n_candidates,)
        Variance of one repeat over splits, a, and for want of validation rows, v.
    n_repeats : array-like of int >= 0, shape (n_candidates,)
        Repeats there are.
    n_more : int >= 1
        Repeats to come.
    n_rounds : float >= 1
        Repeats that are validated on different rows.
    floor : array-like of float >= 0, shape (n_candidates,), default=0
        Variance of the size itself, f, as `residual_variance` gives it.

    Returns
    -------
    ndarray of shape (n_candidates,)
        Infinite where nothing is added.

    Examples
    --------
    >>> noise_of_more([0.04, 0.04, 0.0], [0.0, 0.0, 0.04], [0, 4, 4], n_more=4, n_rounds=4)
    array([0.1, 0.1, inf])
    """
    a, v = np.asarray(split, dtype=np.float64), np.asarray(sampling, dtype=np.float64)
    before, f = np.asarray(n_repeats, dtype=np.float64), np.asarray(floor, dtype=np.float64)
    after = before + n_more
    with np.errstate(divide="ignore", invalid="ignore"):
        known = 1 / (f + a / before + v / np.minimum(before, n_rounds))
        gained = 1 / (f + a / after + v / np.minimum(after, n_rounds)) - np.where(
            before > 0, known, 0
        )
        # a variance of 0 needs no more repeats; differences of rounding are no information
        noise: Floats = np.where(
            gained > 1e-9 * np.where(before > 0, known, 0), gained**-0.5, np.inf
        )
    return noise
