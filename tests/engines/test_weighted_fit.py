"""Rows count for what they weigh, in every family that says it can weigh them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from leadline.engines.loading import load_family
from leadline.engines.weighted_fit import fit_weighted

X = pl.DataFrame({"x": [0.0, 1.0] * 60})
# the first half says that 1 is a yes, the second half the opposite
Y = np.array([0, 1] * 30 + [1, 0] * 30)


@pytest.mark.parametrize(
    ("family", "is_weighed"),
    [("linear", True), ("forest", True), ("boosting", True), ("bayes", False)],
)
def test_what_weighs_little_is_outvoted(family: str, is_weighed: bool) -> None:
    weight = np.repeat([1.0, 0.05], 60)
    model = load_family(family).build({}, "binary", {"x": "number"}, 0)
    said = fit_weighted(model, X, Y, weight).predict_proba(X[:2])[:, 1]
    assert (said[1] - said[0] > 0.5) == is_weighed


def test_an_ensemble_hands_the_weights_to_its_members() -> None:
    part = '{"family": "linear", "params": {}, "weight": 1.0}'
    model = load_family("ensemble").build({"first": part}, "binary", {"x": "number"}, 0)
    said = fit_weighted(model, X, Y, np.repeat([1.0, 0.05], 60)).predict_proba(X[:2])[:, 1]
    assert said[1] - said[0] > 0.5
