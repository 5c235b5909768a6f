"""Local-level filter: a level that wanders and may jump, and blocks that scatter about it [1]_.

References
----------
.. [1] J. Durbin, S. J. Koopman (2012), Time Series Analysis by State Space Methods, chapter 2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadline.stats.arrays import Floats

# how much of the spread between blocks is wandering: considered, and how probable beforehand
_SHARES = np.array([0.01, 0.03, 0.1, 0.25, 0.5])
_LEAST_VARIANCE = 1e-6
# now and then the world changes at once: how often, and by how much of an error
_JUMP_SHARE, _JUMP_SD = 0.10, 0.10


@dataclass
class LocalLevel:
    """A filter.

    Parameters
    ----------
    wander : float > 0
        Variance by which the level moves from block to block.
    scatter : float > 0
        Variance of a block about the level.
    level, variance : float
        Of the level now, and of what is not known of it.
    """

    wander: float
    scatter: float
    level: float = 0.0
    variance: float = 0.0

    @classmethod
    def of(cls, gaps: Floats) -> LocalLevel:
        """Learn the variances from blocks that are known exactly, and filter them.

        Averaged over how much of the spread is wandering, by how probable that makes the blocks.
        """
        logs, filters = [], []
        for share in _SHARES:
            made, log = cls._with_share(gaps, float(share))
            filters.append(made)
            logs.append(log)
        weights = np.exp(np.array(logs) - max(logs))
        weights /= weights.sum()
        wander, scatter, level, variance = (
            float(weights @ np.array([getattr(each, name) for each in filters]))
            for name in ("wander", "scatter", "level", "variance")
        )
        return cls(wander, scatter, level, variance)

    @classmethod
    def _with_share(cls, gaps: Floats, share: float) -> tuple[LocalLevel, float]:
        """The filter of one share, its variances scaled to fit, and its log likelihood."""
        unit = cls(share, 1 - share, float(gaps[0]), 1.0)
        squares, logs = [], []
        for gap in gaps[1:]:
            surprise, spread = gap - unit.level, unit.variance + unit.wander + unit.scatter
            squares.append(surprise**2 / spread)
            logs.append(math.log(spread))
            unit.level, unit.variance = _Part.of(
                unit.level, unit.variance + unit.wander, unit.scatter, float(gap), 0.0
            ).level
        n = len(squares)
        # as if one more block had scattered by a point
        scale = max((sum(squares) + 1e-4) / (n + 1), _LEAST_VARIANCE)
        log = -0.5 * sum(logs) - 0.5 * n * math.log(scale)
        return (
            cls(unit.wander * scale, unit.scatter * scale, unit.level, unit.variance * scale),
            log,
        )

    def update(self, gap: float, variance: float) -> tuple[float, float]:
        """Take in a block.

        Parameters
        ----------
        gap : float
            As it was measured.
        variance : float
            Of the measurement; infinite where there was none.

        Returns
        -------
        tuple of float
            Mean and standard deviation of the block's own value.
        """
        usual = self.variance + self.wander
        if math.isinf(variance):
            self.variance = usual
            return self.level, math.sqrt(usual + self.scatter)
        parts = [
            _Part.of(self.level, before, self.scatter, gap, variance)
            for before in (usual, usual + _JUMP_SD**2)
        ]
        weights = np.array([1 - _JUMP_SHARE, _JUMP_SHARE]) * [part.density for part in parts]
        weights = weights / weights.sum() if weights.sum() > 0 else np.array([0.0, 1.0])
        self.level, self.variance = _mixed(weights, [part.level for part in parts])
        mean, spread = _mixed(weights, [part.block for part in parts])
        return mean, math.sqrt(max(spread, 0.0))


@dataclass(frozen=True)
class _Part:
    """What a block tells if the level had moved as usual, or jumped: means and variances."""

    density: float
    level: tuple[float, float]
    block: tuple[float, float]

    @classmethod
    def of(cls, level: float, before: float, scatter: float, gap: float, variance: float) -> _Part:
        total, surprise = before + scatter + variance, gap - level
        share = (before + scatter) / total
        return cls(
            math.exp(-0.5 * surprise**2 / total) / math.sqrt(total),
            (level + before / total * surprise, before * (1 - before / total)),
            (level + share * surprise, share * variance),
        )


def _mixed(weights: Floats, parts: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Mean and variance of a mixture."""
    means, variances = (np.array(each) for each in zip(*parts, strict=True))
    mean = float(weights @ means)
    return mean, float(weights @ (variances + (means - mean) ** 2))
