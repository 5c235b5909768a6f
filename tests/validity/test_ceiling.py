"""Does the ceiling from few votes lie where many votes put it, and do its bounds hold?"""

from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.labels.ceiling import agreement_ceiling

_N_ITEMS, _N_DRAWS = 200, 200


@pytest.mark.parametrize("kind", ["beta", "clear or even", "all alike"])
def test_the_bounds_hold_whatever_opinions_look_like(kind: str) -> None:
    rng = np.random.default_rng(0)
    hold, errors = [], []
    for _ in range(_N_DRAWS):
        share = {
            "beta": rng.beta(0.4, 0.8, _N_ITEMS),
            "clear or even": rng.choice([0.0, 0.5, 1.0], _N_ITEMS, p=[0.4, 0.3, 0.3]),
            "all alike": np.where(rng.random(_N_ITEMS) < 0.5, 0.15, 0.85),
        }[kind]
        truth = {"beta": 0.8238, "clear or even": 0.85, "all alike": 0.85}[kind]
        found = agreement_ceiling(rng.binomial(3, share), np.full(_N_ITEMS, 3))
        hold.append(found.low <= truth <= found.high)
        errors.append(found.estimate - truth)
    assert np.mean(hold) >= 0.9
    if kind == "beta":
        assert abs(np.mean(errors)) < 0.005
        assert np.sqrt(np.mean(np.square(errors))) < 0.02
