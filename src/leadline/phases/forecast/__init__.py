"""train / forecast: rows, money and hours until the target is met; or when to stop buying?"""

from __future__ import annotations

from leadline.phases.forecast.forecast import (
    QUANTILES,
    Evidence,
    Forecast,
    QuantileLine,
    assess,
    posterior_of,
)

__all__ = ["QUANTILES", "Evidence", "Forecast", "QuantileLine", "assess", "posterior_of"]
