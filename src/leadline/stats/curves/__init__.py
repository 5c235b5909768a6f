"""Learning curves: from errors at a few train sizes to a forecast at any size.

`fit` takes what was measured and returns a `CurvePosterior`, the one face that callers see.
"""

from __future__ import annotations

from leadline.stats.curves.fitting import fit, fit_all
from leadline.stats.curves.posterior import CurvePosterior
from leadline.stats.curves.regions import Regions

__all__ = ["CurvePosterior", "Regions", "fit", "fit_all"]
