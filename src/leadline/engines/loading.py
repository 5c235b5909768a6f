"""Lookup of engines by name: entry points of installed packages, import paths for families."""

from __future__ import annotations

import sys
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadline.engines.own.import_path import is_import_path
from leadline.errors import EngineError

if TYPE_CHECKING:
    from leadline.engines.contract import Family

KINDS = ("families", "searchers", "executors", "servers", "registries", "formats", "platforms")

_PATHS = (
    " A model of your own is named by import path: 'package.Class', 'module:object', 'module:'."
)


def names(kind: str) -> tuple[str, ...]:
    """The engines of a kind that are installed, in alphabetical order.

    Parameters
    ----------
    kind : one of `KINDS`
        What is wanted.

    Raises
    ------
    ValueError
        If there is no such kind.

    Examples
    --------
    >>> names("executors")
    ('loky', 'ray', 'sequential')
    """
    return tuple(sorted(_points(kind)))


def load(kind: str, name: str) -> Any:
    """The engine of a name: a class to instantiate, or for servers a function to call.

    Parameters
    ----------
    kind : one of `KINDS`
        What is wanted.
    name : str
        The name of its entry point.

    Raises
    ------
    EngineError
        If none has the name, or if it cannot be imported.
    ValueError
        If there is no such kind.

    Examples
    --------
    >>> load("families", "majority")().complexity
    0
    """
    points = _points(kind)
    if name not in points:
        raise EngineError(
            f"No engine of kind {kind!r} is called {name!r}.",
            f"There are: {', '.join(sorted(points)) or 'none'}.",
            "Correct the name, or install the package that brings it."
            f"{_PATHS if kind == 'families' else ''}",
        )
    try:
        return points[name].load()
    except (ImportError, AttributeError) as error:
        raise EngineError(
            f"The engine {name!r} ({points[name].value}) cannot be loaded: {error}.",
            "An entry point must name something that can be imported.",
            "Install what is missing, or ask the engine's author.",
        ) from error


def load_family(name: str, folder: Path | str = "") -> Family:
    """The family of a name, or of an import path.

    Parameters
    ----------
    name : str
        The name of an entry point, or an import path as in `leadline.engines.own`.
    folder : Path or str, default=""
        Where ``leadline.toml`` lies: modules beside it can be named. Empty for none.

    Raises
    ------
    EngineError
        If there is none, it cannot be imported, or it is not a model.

    Examples
    --------
    >>> load_family("majority").name, load_family("sklearn.svm.SVC").name
    ('majority', 'SVC')
    """
    if name in names("families") or not is_import_path(name):
        family: Family = load("families", name)()
        return family
    # scikit-learn, which it needs, is not for those who only look for names
    from leadline.engines.own.finding import own_family

    return own_family(name, folder)


def _points(kind: str) -> dict[str, EntryPoint]:
    """Entry points of a kind by name."""
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}; one of {', '.join(KINDS)} is needed. Correct it.")
    return _installed(kind, tuple(sys.path))


# reading what every package says of itself takes longer than many a fit; an install in the same
# process does not change what is there for it, a longer path does
@lru_cache(maxsize=16)
def _installed(kind: str, path: tuple[str, ...]) -> dict[str, EntryPoint]:  # noqa: ARG001
    return {point.name: point for point in entry_points(group=f"leadline.{kind}")}
