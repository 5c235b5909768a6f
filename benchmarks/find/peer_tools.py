"""One peer on one data set, run by `peers.py` in the peer's own environment.

python peer_tools.py FOLDER
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd


def main() -> None:
    folder = Path(sys.argv[1])
    request = json.loads((folder / "request.json").read_text())
    train, test = (pd.read_parquet(folder / f"{name}.parquet") for name in ("train", "test"))
    y = train.pop("__y")
    run = {"FLAML": flaml, "TPOT": tpot, "AutoGluon": autogluon}[request["tool"]]
    started = time.monotonic()
    answer = run(train, y, request, folder)
    (folder / "spent.json").write_text(json.dumps(time.monotonic() - started))
    np.save(folder / "answered.npy", np.asarray(answer(test)))


def flaml(X, y, request, _):
    from flaml import AutoML

    model = AutoML()
    is_number = request["task"] == "regression"
    model.fit(
        _plain(X),
        y,
        task="regression" if is_number else "classification",
        metric={"average_precision": "ap"}.get(request["scoring"], request["scoring"]),
        time_budget=request["seconds"],
        n_jobs=-1,
        seed=0,
        verbose=0,
    )
    return lambda test: _answers(model, _plain(test), request)


def tpot(X, y, request, _):
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.preprocessing import OrdinalEncoder
    from tpot import TPOTClassifier, TPOTRegressor

    # TPOT wants numbers
    encode = make_column_transformer(
        (
            OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
            make_column_selector(dtype_include=["category", "object", "str"]),
        ),
        remainder="passthrough",
        verbose_feature_names_out=False,
    )
    kind = TPOTRegressor if request["task"] == "regression" else TPOTClassifier
    extra = {} if request["task"] == "regression" else {"scorers": [_scorer(request)]}
    if request["task"] == "regression":
        extra = {"scorers": ["r2"]}
    model = kind(
        max_time_mins=request["seconds"] / 60,
        max_eval_time_mins=request["seconds"] / 240,
        n_jobs=2,
        random_state=0,
        scorers_weights=[1.0],
        **extra,
    )
    model.fit(np.nan_to_num(encode.fit_transform(_plain(X)).astype(float)), _coded(y))
    classes = np.unique(y)

    def answer(test):
        numbers = np.nan_to_num(encode.transform(_plain(test)).astype(float))
        found = _answers(model, numbers, request)
        is_coded = request["task"] == "multiclass"
        return classes[np.asarray(found).astype(int)] if is_coded else found

    return answer


def autogluon(X, y, request, folder):
    from autogluon.tabular import TabularPredictor

    kind = {"binary": "binary", "multiclass": "multiclass", "regression": "regression"}
    predictor = TabularPredictor(
        label="__y",
        problem_type=kind[request["task"]],
        eval_metric=request["scoring"],
        path=str(folder / "autogluon"),
        verbosity=0,
    )
    predictor.fit(X.assign(__y=y.to_numpy()), time_limit=request["seconds"])
    if request["task"] == "binary":
        return lambda test: predictor.predict_proba(test)[1].to_numpy()
    return lambda test: predictor.predict(test).to_numpy()


def _answers(model, X, request):
    if request["task"] == "binary":
        return model.predict_proba(X)[:, 1]
    return model.predict(X)


def _scorer(request):
    return "roc_auc" if request["task"] == "binary" else "accuracy"


def _coded(y):
    return pd.Categorical(y).codes if y.dtype == object or str(y.dtype) == "str" else y


def _plain(X):
    """Dates as numbers, texts as categories."""
    X = X.copy()
    for name in X.columns:
        if str(X[name].dtype).startswith("datetime"):
            X[name] = X[name].astype("int64") / 1e9
        elif X[name].dtype == object or str(X[name].dtype) in {"str", "string"}:
            X[name] = X[name].astype("category")
    return X


if __name__ == "__main__":
    main()
