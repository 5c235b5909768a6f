"""Engines that are installed: entry points of packages, by kind and name."""

from __future__ import annotations

import sys
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from leadline.errors import EngineError

KINDS = (
    "families",
    "searchers",
    "executors",
    "servers",
    "registries",
    "formats",
    "platforms",
    "clients",
)

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
