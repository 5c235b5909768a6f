"""Family of an import path: of an estimator, a net, the functions of a module, or itself one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from sklearn.base import is_classifier, is_regressor

from leadline.engines.contract import Family
from leadline.engines.own.estimators import Estimators
from leadline.engines.own.functions import Functions
from leadline.engines.own.import_path import ImportPath, parse_import_path
from leadline.engines.own.importing import attribute_of, imported
from leadline.engines.own.nets import Nets, is_net
from leadline.errors import EngineError

_OTHER = {"Classifier": "Regressor", "Regressor": "Classifier"}


def own_family(name: str, folder: Path | str = "") -> Family:
    """The family of an import path.

    Parameters
    ----------
    name : str
        As under ``[find] families``.
    folder : Path or str, default=""
        Where ``leadline.toml`` lies; empty for what is installed only.

    Returns
    -------
    Family
        What is named, if it is one; else one that makes what is named.

    Raises
    ------
    EngineError
        If it cannot be imported, or is nothing that a family can be made of.

    Examples
    --------
    >>> own_family("sklearn.naive_bayes.GaussianNB").candidates("binary", {"n": "number"}, 100)
    ({},)
    """
    path = parse_import_path(name)
    module = imported(path, folder)
    if not path.attribute:
        return Functions(path, module)
    found = attribute_of(module, path)
    if _is_family(found):
        if path.given:
            raise EngineError(
                f"{name!r} is a family, which builds all of its estimators itself.",
                "It takes nothing in brackets.",
                f"Leave [{path.given}] out.",
            )
        return _made(found, path) if isinstance(found, type) else found  # type: ignore[no-any-return]
    if not all(callable(getattr(found, each, None)) for each in ("fit", "predict", "get_params")):
        raise _not_a_model(path, found)
    model = _made(found, path) if isinstance(found, type) else found
    if is_net(model):
        return Nets(path, model, _kind(path, model))
    return Estimators(path, model, _kind(path, model))


def own_trusted(name: str, family: Family) -> tuple[str, ...]:
    """Types that a stored model of an import path may hold, beside scikit-learn's public ones.

    Parameters
    ----------
    name : str
        As under ``[find] families``.
    family : Family
        What `own_family` made of it.

    Returns
    -------
    tuple of str
        What the family and its module list in ``trusted``, and all of the package named: who
        names it runs its code anyway.
    """
    path = parse_import_path(name)
    listed = getattr(sys.modules[path.module], "trusted", ())
    listed = (listed,) if isinstance(listed, str) else tuple(listed)
    return (*getattr(family, "trusted", ()), *listed, f"{path.package}.*")


def nothing_to_try(name: str, family: Family, task: str) -> EngineError:
    """Why an import path has no candidates, and what to name instead."""
    path, kind = parse_import_path(name), getattr(family, "kind", "")
    if not kind:
        return EngineError(
            f"{name!r} has nothing to try for {task} on these columns.",
            "At least one candidate is needed.",
            "Take it out of [find] families, or name another.",
        )
    label = "a number" if task == "regression" else "a class"
    needed = "regressor" if task == "regression" else "classifier"
    return EngineError(
        f"{name!r} is a {kind}, and the label is {label}.",
        f"A {needed} is needed.",
        _instead(path),
    )


def _instead(path: ImportPath) -> str:
    """The sister of a classifier or regressor, where there is one."""
    for word, other in _OTHER.items():
        sister = path.attribute.removesuffix(word) + other
        if path.attribute.endswith(word) and hasattr(sys.modules[path.module], sister):
            return f"Name {path.name.replace(path.attribute, sister)!r} under [find] families."
    return "Name another under [find] families."


def _is_family(found: Any) -> bool:
    return all(callable(getattr(found, method, None)) for method in ("candidates", "build"))


def _made(kind: Any, path: ImportPath) -> Any:
    """An object of a class."""
    try:
        return kind()
    except Exception as error:  # a person's class may raise anything
        raise EngineError(
            f"{path.name!r} cannot be made without arguments: {type(error).__name__}: {error}.",
            "A class is called with none.",
            "Make the object in a module of yours, as in 'model = "
            f"{kind.__name__}(...)', and name that: 'my_models:model'.",
        ) from error


def _kind(path: ImportPath, model: Any) -> str:
    """Whether a model is a classifier or a regressor."""
    try:
        kinds = [
            kind
            for kind, is_it in (("classifier", is_classifier), ("regressor", is_regressor))
            if is_it(model)
        ]
    except Exception:  # whatever has no tags says nothing of itself
        kinds = []
    if len(kinds) != 1:
        raise EngineError(
            f"{path.name!r} says neither that it is a classifier nor that it is a regressor.",
            "One of the two is needed, as scikit-learn's tags say it.",
            "Let a class of yours inherit from ClassifierMixin or RegressorMixin first, and from "
            "BaseEstimator; or name another.",
        )
    return kinds[0]


def _not_a_model(path: ImportPath, found: Any) -> EngineError:
    what = f"class {found.__name__}" if isinstance(found, type) else f"{type(found).__name__}"
    return EngineError(
        f"{path.name!r} is a {what}, which is not an estimator.",
        "A class or object with fit, predict and get_params is needed, as scikit-learn's have; "
        "or a family, with candidates and build.",
        f"Name one; a module with functions fit and predict is named '{path.module}:'.",
    )
