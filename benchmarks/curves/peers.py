"""The methods Leadline's forecast is compared with, behind one call, and what others published.

    PEERS[name](sizes, errors, stderr, at) -> forecasts

A peer that raises, or whose forecast is not finite everywhere, is answered by the last value there;
`FAILURES` counts the curves where that happened. Forecasts are not clipped here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import laws
import numpy as np
import scaling
from bnsl import bnsl
from fitting import FitFailedError

Peer = Callable[[np.ndarray, np.ndarray, np.ndarray | None, np.ndarray], np.ndarray]

CONSTRAINED = "POW3 constrained, weighted"

_FITS: dict[str, Peer] = {
    "last": laws.last,
    "POW3": laws.pow3,
    CONSTRAINED: laws.pow3_constrained,
    "POW4": laws.pow4,
    "MMF4": laws.mmf4,
    "WBL4": laws.wbl4,
    "M1": scaling.m1,
    "M2": scaling.m2,
    "M3": scaling.m3,
    "M4": scaling.m4,
    "BNSL": bnsl,
}

# mean RMSLE on the Google curves, as their authors report it (NSL-PFN: image only)
PUBLISHED = {
    "M4, published": {"image": 0.0415, "language": 0.0116},
    "BNSL, published": {"image": 0.0406, "language": 0.0108},
    "NSL-PFN, published": {"image": 0.0280},
}

FAILURES: Counter[str] = Counter()


def _safe(name: str, fit: Peer) -> Peer:
    def predict(
        sizes: np.ndarray, errors: np.ndarray, stderr: np.ndarray | None, at: np.ndarray
    ) -> np.ndarray:
        try:
            with np.errstate(all="ignore"):
                forecast = fit(sizes, errors, stderr, at)
        except (FitFailedError, np.linalg.LinAlgError, ValueError, FloatingPointError):
            forecast = np.full(len(at), np.nan)
        if not np.isfinite(forecast).all():
            FAILURES[name] += 1
            forecast = np.where(np.isfinite(forecast), forecast, errors[np.argmax(sizes)])
        return forecast

    return predict


PEERS: dict[str, Peer] = {name: _safe(name, fit) for name, fit in _FITS.items()}
