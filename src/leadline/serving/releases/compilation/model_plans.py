"""Plans of models: what the compiled form must know of a fitted estimator.

Estimators are told by the name of their class, so that no family is imported; one of another class,
be it derived from these, has no compiled form.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from leadline.serving.compiled.plan_file import Plan
from leadline.serving.releases.compilation.column_plans import (
    category_plan,
    class_name,
    counter_plan,
    feature_plan,
    numeric_places,
)
from leadline.serving.releases.compilation.not_compiled import NotCompiledError
from leadline.serving.releases.compilation.tree_plans import boosting_plan, forest_plan

_FAMILIES = "leadline.engines.families"
_COLUMNS = f"{_FAMILIES}.inputs.encoders.Columns"


def model_plan(model: Any, names: list[str]) -> Plan:
    """The plan of a fitted estimator.

    Parameters
    ----------
    model : scikit-learn estimator
        As a family built it, fitted.
    names : list of str
        Columns of the release, in order.

    Raises
    ------
    NotCompiledError
        If it, or a part of it, is of a class that has no compiled form.
    """
    name = class_name(model)
    if name == "sklearn.pipeline.Pipeline":
        return _pipeline(model, names)
    if name not in _PLANS:
        raise NotCompiledError(f"a {type(model).__name__} has no compiled form")
    return _PLANS[name](model, names)


def _pipeline(model: Any, names: list[str]) -> Plan:
    encoder, last = model[0], model[-1]
    if len(model) != 2 or class_name(encoder) != _COLUMNS or class_name(last) not in _LINEAR:
        raise NotCompiledError(f"a {type(last).__name__} has no compiled form")
    is_number = class_name(last) == _RIDGE
    several = "softmax" if not is_number and last.classes_.size > 2 else "logistic"
    return {
        "model": "linear",
        "features": feature_plan(encoder, names),
        "coef": last.coef_,
        "intercept": np.asarray(last.intercept_, dtype=np.float64),
        "link": "identity" if is_number else several,
    }


def _bayes(model: Any, names: list[str]) -> Plan:
    if model.pixels_:
        raise NotCompiledError("a column holds images")
    gaussian, kinds = model.gaussian_, model.kinds
    return {
        "model": "bayes",
        "prior": model.log_shares_,
        "categories": category_plan(model.categories_, names, kinds),
        **numeric_places(names, kinds),
        "given": [
            [names.index(name), kind]
            for name, kind in kinds.items()
            if kind in ("number", "category", "date")
        ],
        "tables": list(model.categorical_.logs_),
        "edges": None if model.edges_ is None else list(model.edges_),
        "gaussian": None
        if gaussian is None
        else {
            "centres": gaussian.centres_,
            "scales": gaussian.scales_,
            "means": gaussian.means_,
            "variances": gaussian.variances_,
        },
        "terms": [
            _term_plan(part, names.index(name))
            for name, part in zip(
                (name for name, kind in kinds.items() if kind == "text"), model.terms_, strict=True
            )
        ],
    }


def _term_plan(part: Any, place: int) -> Plan:
    model, plan = part.model_, {"column": place, "n_classes": int(part.n_classes_)}
    if model is None:
        return plan | {"counter": None, "table": None, "prior": None}
    has_prior = part.words == "multinomial" or model.classes_.size == 1
    return plan | {
        "counter": counter_plan(part.counter_),
        "table": np.ascontiguousarray(model.feature_log_prob_.T),
        "prior": model.class_log_prior_ if has_prior else None,
    }


def _forest(model: Any, names: list[str]) -> Plan:
    forest = model.model_
    return {
        "model": "forest",
        "features": feature_plan(model.columns_, names),
        "places": list(model.places_),
        **forest_plan([tree.tree_ for tree in forest.estimators_]),
        "is_number": not hasattr(model, "classes_"),
    }


def _boosting(model: Any, names: list[str]) -> Plan:
    boosting, n_codes = model.model_, model.columns_.n_codes_
    codes, known = [], []
    if boosting._preprocessor is not None:
        encoder = boosting._preprocessor.named_transformers_["encoder"]
        codes = [each[~np.isnan(each)] for each in encoder.categories_]
        known = list(boosting._bin_mapper.bin_thresholds_[:n_codes])
    n_outputs = int(boosting.n_trees_per_iteration_)
    is_number = not hasattr(model, "classes_")
    return {
        "model": "boosting",
        "features": feature_plan(model.columns_, names),
        "known": codes,
        **boosting_plan(boosting._predictors, known, int(boosting._n_features)),
        "baseline": np.asarray(boosting._baseline_prediction, dtype=np.float64).ravel(),
        "link": "identity" if is_number else "softmax" if n_outputs > 1 else "logistic",
    }


def _ensemble(model: Any, names: list[str]) -> Plan:
    return {
        "model": "ensemble",
        "weights": [float(weight) for weight in model.weights],
        "members": [model_plan(member, names) for member in model.members_],
    }


def _majority(model: Any, names: list[str]) -> Plan:  # noqa: ARG001
    if model.strategy not in ("prior", "mean"):
        raise NotCompiledError(f"a dummy that answers by {model.strategy!r} has no compiled form")
    if hasattr(model, "class_prior_"):
        return {"model": "constant", "answer": np.asarray(model.class_prior_)[np.newaxis]}
    return {"model": "constant", "answer": np.asarray(model.constant_, dtype=np.float64).ravel()}


_RIDGE = "sklearn.linear_model._ridge.Ridge"
_LINEAR = (_RIDGE, f"{_FAMILIES}.linear.Logistic")
_PLANS: dict[str, Callable[[Any, list[str]], Plan]] = {
    f"{_FAMILIES}.bayes.NaiveBayes": _bayes,
    f"{_FAMILIES}.forest.ForestClassifier": _forest,
    f"{_FAMILIES}.forest.ForestRegressor": _forest,
    f"{_FAMILIES}.boosting.BoostedClassifier": _boosting,
    f"{_FAMILIES}.boosting.BoostedRegressor": _boosting,
    "leadline.engines.ensemble.EnsembleClassifier": _ensemble,
    "leadline.engines.ensemble.EnsembleRegressor": _ensemble,
    "sklearn.dummy.DummyClassifier": _majority,
    "sklearn.dummy.DummyRegressor": _majority,
}
