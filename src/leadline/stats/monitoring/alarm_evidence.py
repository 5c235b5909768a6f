"""Evidence that the error has risen: an e-detector on the errors of blocks [1]_.

A whole block is one observation. What few labels leave open of it is noise, which adds to the
spread of blocks.

References
----------
.. [1] J. Shin, A. Ramdas, A. Rinaldo (2024), E-detectors: a nonparametric framework for
   sequential change detection. New England J. Statist. Data Sci. 2, 229-260.
.. [2] B. L. Welch (1947), The generalization of 'Student's' problem when several different
   population variances are involved. Biometrika 34, 28-35.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import overload

import numpy as np
from scipy.special import log_ndtr, logsumexp, ndtri, stdtr

from leadline.stats.arrays import Floats

# of standardised block errors: their spread is itself estimated, from few blocks
_CAUTION = 1.15
_MIXING = 0.25
# of more there is no difference to the normal distribution, and of what is rarer no score
_MOST_FREEDOM, _LEAST_TAIL = 1e6, 1e-300


@dataclass
class AlarmEvidence:
    """What blocks say of a rise of the error above the reference.

    Parameters
    ----------
    mean, sd : float
        Of the errors of the reference's blocks.
    n_reference : int
        How many those are.
    tolerance : float, default=0
        Rise that is accepted.

    Examples
    --------
    >>> evidence = AlarmEvidence(mean=0.15, sd=0.02, n_reference=20)
    >>> for error in [0.15, 0.16, 0.40, 0.40]:
    ...     evidence.add(error, variance=0.001)
    >>> evidence.value > 1000
    True
    """

    mean: float
    sd: float
    n_reference: int
    tolerance: float = 0.0
    sums: Floats = field(default_factory=lambda: np.zeros(0), repr=False)

    def add(self, error: float, variance: float) -> None:
        """One more block for every start: standardised, so that nothing changed means below 0.

        Parameters
        ----------
        error : float
            Of the block, as measured.
        variance : float
            Of the measurement.
        """
        known = self.sd / np.sqrt(self.n_reference)
        excess = error - self.mean - known - self.tolerance
        total = self.sd**2 + variance
        z = excess / (_CAUTION * np.sqrt(total) + 1e-12)
        # the part of the variance that is known from few blocks decides how heavy the tails are
        freedom = (self.n_reference - 1) * (total / max(self.sd**2, 1e-300)) ** 2
        self.sums = np.append(self.sums, 0.0) + _normal_score(z, freedom)

    def restart(self) -> None:
        """Forget the blocks."""
        self.sums = np.zeros(0)

    @property
    def value(self) -> float:
        """Of all starts together: a mixture over sizes of the rise, for each start."""
        n = np.arange(self.sums.size, 0, -1)
        if not n.size:
            return 0.0
        q = 1 + _MIXING * n
        exponent = _MIXING * self.sums**2 / (2 * q)
        one_sided = log_ndtr(np.sqrt(_MIXING) * self.sums / np.sqrt(q))
        log = float(logsumexp(np.log(2) - 0.5 * np.log(q) + exponent + one_sided))
        return float(np.exp(min(log, 700.0)))


def _normal_score(z: float, freedom: float) -> float:
    """What is as rare of a normal distribution as z is of Student's, which few blocks have [2]_."""
    tail = float(stdtr(min(freedom, _MOST_FREEDOM), -abs(z)))
    return float(np.copysign(ndtri(tail), z)) if tail > _LEAST_TAIL else z


@overload
def pooled_evidence(of_all: float, of_classes: Sequence[float]) -> float: ...
@overload
def pooled_evidence(of_all: Floats, of_classes: Sequence[Floats]) -> Floats: ...
def pooled_evidence(
    of_all: float | Floats, of_classes: Sequence[float] | Sequence[Floats]
) -> float | Floats:
    """Evidence of the rates of all rows and of those of single classes, as one.

    A weighted mean of e-detectors is one, so that together they raise no more false alarms than one
    of them. The classes share half of the weight: with each as much as all rows, the more classes
    there were the later a rise among all rows would be seen.

    Parameters
    ----------
    of_all : float or ndarray
        Of all rows.
    of_classes : sequence of float or ndarray
        Of each class, of the same shape; may be empty.

    Examples
    --------
    >>> pooled_evidence(10.0, [100.0, 300.0]), pooled_evidence(10.0, [])
    (105.0, 10.0)
    """
    if not len(of_classes):
        return of_all
    return (of_all + sum(of_classes) / len(of_classes)) / 2
