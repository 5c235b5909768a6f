"""Walk through many trees, one row at a time, in plain Python.

A node is ``(feature, threshold, left, right)`` and a leaf a number: for one row that is several
times faster than any call into a library, and it adds the trees in their order. A row holds each
feature twice: missing values are NaN in the first half, which is at most nothing (so they go
right), and minus infinity in the second (so they go left).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Node: TypeAlias = Any
"""A tuple, or the number of a leaf."""


def nodes_of(plan: Mapping[str, Any]) -> list[Node]:
    """The root of each tree.

    Parameters
    ----------
    plan : mapping
        Arrays, one entry a node of all trees, children after their parent: ``feature`` (-1 in a
        leaf; with the number of features added where a missing value goes left), ``threshold``,
        ``left``, ``right``, and ``leaf`` (the number of a leaf, or its value); ``roots``; and, for
        nodes with categories, ``sets`` (array of bool, shape (n_sets, n_codes), whether a code goes
        left; the last is for missing ones) and ``set`` (which of them, -1 for none).
    """
    feature, threshold = plan["feature"].tolist(), plan["threshold"].tolist()
    left, right, leaf = plan["left"].tolist(), plan["right"].tolist(), plan["leaf"].tolist()
    which = plan["set"].tolist()
    sets = [_codes(is_left) for is_left in plan["sets"]]
    nodes: list[Node] = [None] * len(feature)
    for place in range(len(feature) - 1, -1, -1):
        column = feature[place]
        if column < 0:
            nodes[place] = leaf[place]
            continue
        test = sets[which[place]] if which[place] >= 0 else threshold[place]
        nodes[place] = (column, test, nodes[left[place]], nodes[right[place]])
    return [nodes[root] for root in plan["roots"].tolist()]


def _codes(is_left: NDArray[np.bool_]) -> frozenset[float]:
    """Codes that go left; -1 is a missing one."""
    found = np.flatnonzero(is_left).tolist()
    last = is_left.size - 1
    return frozenset(-1.0 if code == last else float(code) for code in found)


def leaves(roots: Sequence[Node], row: Sequence[float], n_numeric: int) -> list[Any]:
    """The leaf of each tree that a row falls into.

    Parameters
    ----------
    roots : sequence of Node
    row : sequence of float
        `doubled` features, then the codes of categories, -1 where missing.
    n_numeric : int
        Length of the doubled features.
    """
    found = []
    for node in roots:
        while type(node) is tuple:
            column, test, left, right = node
            if column < n_numeric:
                node = left if row[column] <= test else right  # noqa: PLW2901
            else:
                node = left if row[column] in test else right  # noqa: PLW2901
        found.append(node)
    return found


def leaves_of_numbers(roots: Sequence[Node], row: Sequence[float]) -> list[Any]:
    """As `leaves`, where no node asks for a category."""
    found = []
    for node in roots:
        while type(node) is tuple:
            column, threshold, left, right = node
            node = left if row[column] <= threshold else right  # noqa: PLW2901
        found.append(node)
    return found


def doubled(values: NDArray[Any]) -> list[list[float]]:
    """Rows with each feature twice: missing as NaN, then as minus infinity.

    Parameters
    ----------
    values : ndarray of float, shape (n_samples, n_features)
    """
    lowest = np.where(np.isnan(values), -np.inf, values)
    rows: list[list[float]] = np.hstack([values, lowest]).tolist()
    return rows
