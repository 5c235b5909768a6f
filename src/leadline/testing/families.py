"""Contract test of families."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.base import clone

from leadline.engines.contract import TASKS, Choice, Family, Range, Scalar
from leadline.engines.loading import load, load_family
from leadline.errors import ReleaseError
from leadline.serving.releases.models import dump_model, load_model, trusted_types
from leadline.testing.needs import breach, need
from leadline.testing.sample import COLUMNS, frame_of, labels_of, photo_of

_N_ROWS = 120
_SEED = 7
_Params = Mapping[str, Scalar]
_Labels = NDArray[Any]


def check_family(family: Family | str, *, folder: Path | str = ".") -> None:
    """Build, fit, store and question every candidate of a family.

    Parameters
    ----------
    family : Family or str
        An instance; or a name as under ``[find] families``, an import path among them.
    folder : Path or str, default="."
        Where ``leadline.toml`` lies, for a name of a module beside it.

    Raises
    ------
    EngineError
        At the first breach of `leadline.engines.contract.Family`, or if the name names none.

    Examples
    --------
    >>> from leadline.engines.loading import load
    >>> check_family(load("families", "majority")())
    >>> check_family("sklearn.tree.DecisionTreeClassifier")
    """
    if isinstance(family, str):
        name, family = family, load_family(family, folder)
        trusted = trusted_types(name, folder)
    else:
        trusted = tuple(getattr(family, "trusted", ()))
    _check_face(family)
    spaces = {task: _check_candidates(family, task) for task in TASKS}
    need(
        any(spaces.values()),
        f"The candidates of {family.name!r} are none for every task.",
        f"At least one, the default, is needed for one of {', '.join(TASKS)}.",
    )
    for task, candidates in spaces.items():
        if not candidates:
            continue
        _check_space(family, candidates[0], task)
        for params in candidates:
            _check_fit(family, params, task)
        _check_same_seed(family, candidates[0], task)
        _check_storage(family, candidates[0], task, trusted)
        _check_strange_rows(family, candidates[0], task)
        _check_small(family, candidates[0], task)
        _check_one_kind(family, candidates[0], task)
    _check_one_class(family)


def _check_face(family: Family) -> None:
    """Name, rank and methods."""
    need(
        isinstance(getattr(family, "name", None), str) and family.name,
        f"The family's name is {getattr(family, 'name', None)!r}.",
        "The name of its entry point is needed.",
    )
    complexity = getattr(family, "complexity", None)
    need(
        isinstance(complexity, int) and complexity >= 0,
        f"The complexity of {family.name!r} is {complexity!r}.",
        "A whole number of at least 0 is needed.",
    )
    for method in ("candidates", "build"):
        need(
            callable(getattr(family, method, None)),
            f"{family.name!r} has no method {method}.",
            "candidates and build are needed.",
        )


def _check_candidates(family: Family, task: str) -> Sequence[_Params]:
    """A list of different scalar parameters, the same each time; empty if not for this task."""
    candidates = list(family.candidates(task, COLUMNS, _N_ROWS))
    place = f"The candidates of {family.name!r} for {task}"
    for params in candidates:
        need(
            all(value is None or isinstance(value, str | int | float) for value in params.values()),
            f"{place} hold {dict(params)}.",
            "Values must be str, int, float, bool or None: they are kept on the record.",
        )
    keys = [sorted(params.items(), key=str) for params in candidates]
    need(
        all(key not in keys[:index] for index, key in enumerate(keys)),
        f"{place} hold one twice.",
        "Each must differ.",
    )
    need(
        list(family.candidates(task, COLUMNS, _N_ROWS)) == candidates,
        f"{place} differ from call to call.",
        "The same question must have the same answer.",
    )
    return candidates


def _check_space(family: Family, default: _Params, task: str) -> None:
    """Ranges and choices that make sense, and a model for what a searcher draws from them."""
    if not hasattr(family, "space"):
        return
    space = family.space(task, COLUMNS, _N_ROWS)
    place = f"The space of {family.name!r} for {task}"
    for name, each in space.items():
        need(
            isinstance(each, Range | Choice),
            f"{place} holds {each!r} for {name!r}.",
            "A Range or a Choice of leadline.engines.contract is needed.",
        )
        is_open = bool(each.values) if isinstance(each, Choice) else each.low < each.high
        need(
            is_open and (isinstance(each, Choice) or not each.is_log or each.low > 0),
            f"{place} has {each!r} for {name!r}.",
            "A choice needs a value; a range needs low below high, and above 0 where it is_log.",
        )
    if space:
        drawn = load("searchers", "random")(space, _SEED).ask()
        _check_fit(family, {**default, **drawn}, task)


def _fitted(
    family: Family,
    params: _Params,
    task: str,
    X: pl.DataFrame,
    *,
    y: _Labels | None = None,
) -> Any:
    """A candidate fitted to a frame; whatever it raises or warns of is a breach."""
    columns = {name: COLUMNS[name] for name in X.columns}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            model = family.build(params, task, columns, _SEED)
            return model.fit(X, labels_of(X, task) if y is None else y)
        except Exception as error:
            raise breach(
                f"{family.name!r} with {dict(params)} cannot fit {task} on {X.height} rows of "
                f"{', '.join(X.columns)}: {type(error).__name__}: {error}.",
                "A fit without errors and warnings is needed.",
            ) from error


def _answers(family: Family, model: Any, task: str, X: pl.DataFrame, what: str) -> _Labels:
    """Probabilities or numbers for a frame, checked for shape and range."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            predicted = np.asarray(model.predict(X))
            answers = predicted if task == "regression" else np.asarray(model.predict_proba(X))
        except Exception as error:
            raise breach(
                f"{family.name!r} cannot predict {task} for {what}: "
                f"{type(error).__name__}: {error}.",
                "Every frame of the columns it learnt from must be answered.",
            ) from error
    need(
        predicted.shape == (X.height,),
        f"predict of {family.name!r} gave shape {predicted.shape} for {what}.",
        f"({X.height},) is needed.",
    )
    need(
        np.issubdtype(answers.dtype, np.floating) and np.isfinite(answers).all(),
        f"{family.name!r} gave answers of {answers.dtype} that are not all finite for {what}.",
        "Finite floats are needed.",
    )
    if task != "regression":
        _check_shares(family, model, predicted, answers, what)
    return answers


def _check_shares(
    family: Family, model: Any, predicted: _Labels, shares: _Labels, what: str
) -> None:
    """Probabilities are a distribution over the known classes."""
    classes = list(getattr(model, "classes_", ()))
    need(
        shares.shape == (predicted.size, len(classes)),
        f"predict_proba of {family.name!r} gave shape {shares.shape} for {what}.",
        f"({predicted.size}, {len(classes)}) is needed: one column for each of classes_.",
    )
    need(
        (shares >= 0).all() and np.allclose(shares.sum(axis=1), 1.0, atol=1e-6),
        f"predict_proba of {family.name!r} gave rows that are not probabilities for {what}.",
        "At least 0 and a sum of 1 in each row are needed.",
    )
    need(
        set(predicted) <= set(classes),
        f"predict of {family.name!r} gave a class that is not in classes_ for {what}.",
        "Classes as they were learnt are needed.",
    )


def _check_fit(family: Family, params: _Params, task: str) -> None:
    """Fit, predict, clone; a row's answer does not depend on the rows beside it."""
    X = frame_of(_N_ROWS)
    model = _fitted(family, params, task, X)
    answers = _answers(family, model, task, X, "the rows it learnt from")
    try:
        clone(model)
    except (TypeError, RuntimeError) as error:
        raise breach(
            f"An estimator of {family.name!r} cannot be cloned: {error}.",
            "__init__ must keep its parameters as they are, under their names.",
        ) from error
    alone = _answers(family, model, task, X[3:4], "a single row")
    need(
        np.allclose(alone[0], answers[3], atol=1e-8),
        f"{family.name!r} with {dict(params)} answers a row differently when it is alone.",
        "A row's answer must not depend on the rows beside it.",
    )


def _check_same_seed(family: Family, params: _Params, task: str) -> None:
    """Two fits with one seed agree."""
    X = frame_of(_N_ROWS)
    first, second = (
        _answers(family, _fitted(family, params, task, X), task, X, "the rows it learnt from")
        for _ in range(2)
    )
    need(
        _is_same(first, second),
        f"Two fits of {family.name!r} for {task} with one seed differ.",
        "Every random choice must come from the seed.",
    )


def _check_storage(family: Family, params: _Params, task: str, trusted: Sequence[str]) -> None:
    """The fitted estimator survives pickle and skops."""
    X = frame_of(_N_ROWS)
    model = _fitted(family, params, task, X)
    expected = _answers(family, model, task, X, "the rows it learnt from")
    ways: dict[str, Callable[[], Any]] = {
        "pickle": lambda: pickle.loads(pickle.dumps(model)),  # noqa: S301 -- our own bytes
        "skops": lambda: load_model(dump_model(model), trusted=trusted),
    }
    for way, round_trip in ways.items():
        try:
            restored = round_trip()
        except ReleaseError as error:
            raise breach(
                f"{family.name!r} for {task}: {error.found}",
                "Every type of its own must be listed in the family's 'trusted'."
                if "trusted" in error.needed
                else error.needed,
            ) from error
        except Exception as error:
            raise breach(
                f"{family.name!r} for {task} cannot be stored by {way}: {error}.",
                "Estimators must consist of plain attributes and importable classes.",
            ) from error
        answers = _answers(family, restored, task, X, f"rows, restored by {way}")
        need(
            _is_same(answers, expected),
            f"{family.name!r} for {task} answers differently after {way}.",
            "All that was learnt must be kept in attributes.",
        )


def _is_same(one: _Labels, other: _Labels) -> bool:
    """Whether answers agree, but for digits that depend on where in memory an array lies."""
    return np.allclose(one, other, rtol=1e-6, atol=1e-9)


def _check_strange_rows(family: Family, params: _Params, task: str) -> None:
    """Unseen categories, missing values, extremes, empty text and unlike images are answered."""
    model = _fitted(family, params, task, frame_of(_N_ROWS))
    rng = np.random.default_rng(_SEED)
    photos = [photo_of(40.0, rng, n_channels=3), None, photo_of(1e3, rng), photo_of(-1e3, rng)]
    strange = frame_of(4, seed=1).with_columns(
        pl.Series("size", [1e12, -1e12, None, 0.0]),
        pl.Series("empty", [1.0, None, None, 5.0]),
        pl.Series("town", ["Oslo", None, "Ulm", ""]),
        pl.Series("said", ["", "Ω never seen before", "late " * 500, " \n"]),
        pl.Series("at", [None, None, datetime(1901, 1, 1), None], dtype=pl.Datetime("us")),  # noqa: DTZ001
        pl.Series("photo", photos, dtype=pl.Binary),
    )
    _answers(family, model, task, strange, "unseen categories and missing values")


def _check_small(family: Family, params: _Params, task: str) -> None:
    """The first points of a learning curve have a handful of rows."""
    X = frame_of(_N_ROWS)
    y = labels_of(X, task)
    rows = np.sort(np.concatenate([np.flatnonzero(y == one)[:4] for one in np.unique(y)[:3]]))
    model = _fitted(family, params, task, X[rows], y=y[rows])
    _answers(family, model, task, X, f"rows after learning from {rows.size}")


def _check_one_kind(family: Family, params: _Params, task: str) -> None:
    """A frame of one column, if it is for it, and columns that hold one value."""
    X = frame_of(_N_ROWS)
    y = labels_of(X, task)
    for name, kind in COLUMNS.items():
        alone = list(family.candidates(task, {name: kind}, _N_ROWS))
        if not alone:
            continue
        lone = X.select(name)
        model = _fitted(family, alone[0], task, lone, y=y)
        _answers(family, model, task, lone, f"a frame of {kind} only")
    constant = X.with_columns(
        pl.lit(3.0).alias("size"),
        pl.lit("Ulm").alias("town"),
        pl.lit("").alias("said"),
        pl.lit(photo_of(0.0, np.random.default_rng(_SEED))).alias("photo"),
    )
    model = _fitted(family, params, task, constant, y=y)
    _answers(family, model, task, constant, "constant columns")


def _check_one_class(family: Family) -> None:
    """One class is either learnt, or refused as a ValueError."""
    X = frame_of(20)
    y = np.full(X.height, "yes")
    candidates = list(family.candidates("binary", COLUMNS, X.height))
    if not candidates:
        return
    model = family.build(candidates[0], "binary", COLUMNS, _SEED)
    try:
        model.fit(X, y)
    except ValueError:
        return
    except Exception as error:
        raise breach(
            f"{family.name!r} raised {type(error).__name__} for labels of one class: {error}.",
            "A ValueError that says so, or a fit, is needed.",
        ) from error
    shares = _answers(family, model, "binary", X, "rows of one class")
    need(
        shares.shape == (X.height, 1),
        f"{family.name!r} knows {shares.shape[1]} classes after seeing one.",
        "classes_ must hold the classes seen, and no other.",
    )
