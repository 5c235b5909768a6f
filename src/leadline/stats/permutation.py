"""Permutation test: a score compared with the scores of shuffled labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from leadline.stats.arrays import as_vector, check_share
from leadline.stats.interval import two_sided_z

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True)
class PermutationTest:
    """Result of a permutation test.

    Parameters
    ----------
    p_value : float in (0, 1]
        Share of shuffles, the observed order counted as one, that do at least as well.
    effect : float
        Observed score minus the mean of the shuffled ones.
    null_mean, null_std : float
        Mean and standard deviation of the shuffled scores.
    """

    p_value: float
    effect: float
    null_mean: float
    null_std: float


def permutation_test(observed: float, permuted: ArrayLike) -> PermutationTest:
    """Test a score, higher being better, against scores obtained with shuffled labels.

    Parameters
    ----------
    observed : float
        Score with the true labels.
    permuted : array-like of float, shape (n_permutations,)
        Scores of the same procedure, each with labels shuffled anew; at least two.

    Returns
    -------
    PermutationTest
        ``p_value = (1 + #{permuted >= observed}) / (1 + n_permutations)``: valid at any number
        of permutations, and never 0 [1]_.

    Raises
    ------
    ValueError
        If a score is not finite or there are fewer than two permutations.

    References
    ----------
    .. [1] B. Phipson, G. K. Smyth (2010), Permutation p-values should never be zero.
       Stat. Appl. Genet. Mol. Biol. 9, article 39.

    Examples
    --------
    >>> test = permutation_test(0.9, [0.4, 0.5, 0.6, 0.5])
    >>> test.p_value, round(test.effect, 3)
    (0.2, 0.4)
    """
    null = as_vector(permuted, "permuted", min_size=2)
    score = float(as_vector([observed], "observed")[0])
    # equal scores computed in another order may differ in the last digits
    tolerance = 1e-12 * max(1.0, abs(score))
    n_as_good = int(np.sum(null >= score - tolerance))
    mean = float(np.mean(null))
    return PermutationTest(
        p_value=(1 + n_as_good) / (1 + null.size),
        effect=score - mean,
        null_mean=mean,
        null_std=float(np.std(null, ddof=1)),
    )


def power_to_detect(effect: float, null_std: float, *, confidence_level: float = 0.9) -> float:
    """Return the probability that an effect of this size would have been seen.

    A normal approximation: the standard deviation of the score is taken to be the same with signal
    as under shuffled labels. Good for "would have been seen in four cases of five", not for the
    third digit.

    Parameters
    ----------
    effect : float
        True gain over chance, in units of the score.
    null_std : float >= 0
        Standard deviation of the scores under shuffled labels.
    confidence_level : float in (0, 1), default=0.9
        The test is one-sided at level ``(1 - confidence_level) / 2``, 0.05 by default: the same
        reading as the lower end of a two-sided interval.

    Returns
    -------
    float in [0, 1]
        ``Phi(effect / null_std - z)``.

    Raises
    ------
    ValueError
        If `null_std` is negative or a number is not finite.

    Examples
    --------
    >>> round(power_to_detect(0.05, 0.02), 2)
    0.8
    """
    as_vector([effect, null_std], "effect and null_std")
    if null_std < 0:
        raise ValueError(f"null_std must not be negative; got {null_std}.")
    z = two_sided_z(confidence_level)
    if null_std == 0:
        return float(effect > 0)
    return float(ndtr(effect / null_std - z))


def smallest_detectable_effect(
    null_std: float, *, power: float = 0.8, confidence_level: float = 0.9
) -> float:
    """Return the effect that would have been seen with probability `power`.

    The inverse of `power_to_detect`, with the same approximation.

    Parameters
    ----------
    null_std : float >= 0
        Standard deviation of the scores under shuffled labels.
    power : float in (0, 1), default=0.8
        Probability that the effect is seen.
    confidence_level : float in (0, 1), default=0.9
        As in `power_to_detect`.

    Returns
    -------
    float
        Gain over chance, in units of the score.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> effect = smallest_detectable_effect(0.02)
    >>> round(power_to_detect(effect, 0.02), 3)
    0.8
    """
    check_share(power, "power")
    if null_std < 0:
        raise ValueError(f"null_std must not be negative; got {null_std}.")
    return null_std * (two_sided_z(confidence_level) + float(ndtri(power)))
