from __future__ import annotations

import json
from typing import Any

import numpy as np
import polars as pl
import pytest

from leadline.engines.ensemble import Ensemble
from leadline.engines.loading import load_family
from leadline.serving.releases.models import dump_model, load_model, trusted_types

COLUMNS = {"a": "number", "b": "category"}


def member(family: str, weight: float, **params: Any) -> str:
    return json.dumps({"family": family, "weight": weight, "params": params})


def rows(n: int = 300) -> tuple[pl.DataFrame, np.ndarray]:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=n), rng.choice(["x", "y"], n)
    return pl.DataFrame({"a": a, "b": b}), a + (b == "x") + rng.normal(size=n) / 2


TWO = {"linear 1": member("linear", 0.25, C=1.0), "forest 2": member("forest", 0.75)}


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_it_answers_the_weighted_mean_and_can_be_stored(task: str) -> None:
    X, y = rows()
    if task == "binary":
        y = (y > 0.5).astype(int)
    elif task == "multiclass":
        y = np.digitize(y, [0.0, 1.0]).astype(str)
    model = Ensemble().build(TWO, task, COLUMNS, 7).fit(X, y)
    method = "predict" if task == "regression" else "predict_proba"
    alone = [
        getattr(load_family(name).build(params, task, COLUMNS, 7).fit(X, y), method)(X)
        for name, params in (("linear", {"C": 1.0}), ("forest", {}))
    ]
    expected = 0.25 * alone[0] + 0.75 * alone[1]
    assert getattr(model, method)(X) == pytest.approx(expected, rel=1e-12)
    if task != "regression":
        likeliest = model.classes_[np.argmax(expected, axis=1)]
        assert list(model.predict(X)) == list(likeliest)
    again = load_model(dump_model(model), trusted=trusted_types("ensemble", ""))
    assert np.array_equal(getattr(again, method)(X), getattr(model, method)(X))


def test_it_proposes_nothing_and_needs_members() -> None:
    assert Ensemble().candidates("binary", COLUMNS, 100) == ()
    with pytest.raises(ValueError, match="needs members"):
        Ensemble().build({}, "binary", COLUMNS, 0)
