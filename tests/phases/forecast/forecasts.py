"""A forecast from a curve whose law is known."""

from __future__ import annotations

from typing import Any

from tests.examples import example_forecast
from tests.phases.again import again

from leadline.phases.forecast import Forecast

SIZES = (50, 100, 200, 400, 800, 1600)


def forecast(target_score: float = 0.86, **changes: Any) -> Forecast:
    """A curve of error 0.1 + 2 / sqrt(n), measured well up to 1,600 rows."""
    given: dict[str, Any] = {
        "scoring": "roc_auc",
        "train_sizes": SIZES,
        "errors": tuple(0.1 + 2 / n**0.5 for n in SIZES),
        "stderrs": (0.002,) * len(SIZES),
        "fit_seconds": tuple(0.001 * n for n in SIZES),
        "n_repeats": 5,
        "n_available": 1600,
        "label_cost": 0.1,
        "label_s": 10.0,
        "budget": 1000.0,
        "spent": 0.0,
        "target_score": target_score,
    }
    return again(example_forecast(), **{**given, **changes})
