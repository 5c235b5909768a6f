"""Prior of the walk over bands: how far streams of real classifiers stray from their scores.

`benchmarks/apply/learn_prior.py` makes the file beside this module and says from which data.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import numpy as np

from leadline.stats.arrays import Floats

_LOWEST, _HIGHEST, _STEP = -13.0, 10.0, 0.16
LOG_ODDS = np.arange(_LOWEST, _HIGHEST + _STEP / 2, _STEP)
"""The grid on which the log odds of a band live."""
STEP = _STEP
"""Between two places of the grid."""
_NARROWEST = 0.06


@dataclass(frozen=True)
class ScalePrior:
    """One reading of the scores: the log odds that they claim, or their order alone.

    Parameters
    ----------
    weight : float in (0, 1)
        Prior probability of the reading.
    slope_mean, slope_sd : float
        Normal law of the logarithm of the slope.
    slopes : ndarray of shape (n_slopes,)
        Considered.
    level_sd : float
        Spread of the log odds of the top band about what the reading expects.
    """

    weight: float
    slope_mean: float
    slope_sd: float
    slopes: Floats
    level_sd: float

    @property
    def slope_weights(self) -> Floats:
        """Prior probability of each slope."""
        z = (np.log(self.slopes) - self.slope_mean) / self.slope_sd
        weights = np.exp(-0.5 * z**2)
        found: Floats = weights / weights.sum()
        return found


@dataclass(frozen=True)
class BandPrior:
    """Prior of the walk.

    Parameters
    ----------
    claimed, ordered : ScalePrior
        The two readings of scores.
    furthest_claim : float
        Log odds beyond which a claim says no more.
    sds, sd_weights : ndarray of shape (n_sds,)
        How far bands stray from the scores, and how often.
    wide_share, wide_sd : float
        How often a band breaks away, and how far.
    """

    claimed: ScalePrior
    ordered: ScalePrior
    furthest_claim: float
    sds: Floats
    sd_weights: Floats
    wide_share: float
    wide_sd: float

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> BandPrior:
        """Return the prior that a file describes."""
        return cls(
            claimed=_scale(kept["claimed"]),
            ordered=_scale(kept["ordered"]),
            furthest_claim=float(kept["furthest_claim"]),
            sds=np.asarray(kept["sds"], dtype=np.float64),
            sd_weights=np.asarray(kept["sd_weights"], dtype=np.float64),
            wide_share=float(kept["wide_share"]),
            wide_sd=float(kept["wide_sd"]),
        )

    @cached_property
    def smooth(self) -> BandPrior:
        """The same where no band strays by more than the least."""
        return replace(self, sds=self.sds[:1], sd_weights=np.ones(1), wide_share=0.0)

    @cached_property
    def kernels(self) -> Floats:
        """Laws of a stray from one band to the next, shape (n_sds, n_grid, n_grid)."""
        strays = LOG_ODDS[:, None] - LOG_ODDS[None, :]
        wide = _rows(strays, self.wide_sd)
        return np.stack(
            [
                (1 - self.wide_share) * _rows(strays, max(float(sd), _NARROWEST))
                + self.wide_share * wide
                for sd in self.sds
            ]
        )


@cache
def band_prior() -> BandPrior:
    """The prior that was learnt."""
    text = files("leadline.stats.judgments").joinpath("band_prior.json").read_text("utf-8")
    return BandPrior.from_dict(json.loads(text)["prior"])


def _scale(kept: dict[str, Any]) -> ScalePrior:
    low, high, n = kept["slopes"]
    return ScalePrior(**{**kept, "slopes": np.geomspace(low, high, n)})


def _rows(strays: Floats, sd: float) -> Floats:
    density = np.exp(-0.5 * (strays / sd) ** 2)
    found: Floats = density / density.sum(axis=1, keepdims=True)
    return found
