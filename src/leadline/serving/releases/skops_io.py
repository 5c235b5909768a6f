"""skops, imported without all of scikit-learn.

For its list of trusted types skops asks scikit-learn for all estimators, which imports each package
below scikit-learn, one of which imports torch where it is installed: seconds of each start of a
server or of a release. It is told of none here; `is_public_estimator` looks at one type.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import sklearn.utils
from sklearn.base import BaseEstimator

# as scikit-learn's own list leaves them out
_NOT_OFFERED = {"conftest", "estimator_checks", "experimental", "externals", "setup", "tests"}


@contextmanager
def _telling_of_none() -> Iterator[None]:
    """Let whoever asks scikit-learn for all estimators be told of none."""
    told = sklearn.utils.all_estimators
    sklearn.utils.all_estimators = lambda *_, **__: []
    try:
        yield
    finally:
        sklearn.utils.all_estimators = told


with _telling_of_none():
    import skops.io as skops_io


def is_public_estimator(kind: str) -> bool:
    """Whether a type is an estimator that scikit-learn offers; only its package is imported.

    Parameters
    ----------
    kind : str
        Module and name, dotted.

    Examples
    --------
    >>> is_public_estimator("sklearn.linear_model._logistic.LogisticRegression")
    True
    >>> is_public_estimator("sklearn.base.BaseEstimator")
    False
    """
    module, _, name = kind.rpartition(".")
    public = module.partition("._")[0]
    top, *below = public.split(".")
    if top != "sklearn" or name.startswith("_") or _NOT_OFFERED & set(below):
        return False
    try:
        found = getattr(import_module(public), name, None)
    except ImportError:
        return False
    return (
        inspect.isclass(found)
        and f"{found.__module__}.{found.__qualname__}" == kind
        and issubclass(found, BaseEstimator)
        and found is not BaseEstimator
        and not inspect.isabstract(found)
    )


__all__ = ["is_public_estimator", "skops_io"]
