"""Walk through many trees at once: all rows in all trees go down one level at a time.

A leaf leads to itself, so that nothing is asked on the way but a threshold. A row holds each
feature twice: missing values are NaN in the first half, which is at most nothing (so they go
right), and minus infinity in the second (so they go left).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

N_CODES = 256
"""Codes of a category; the next one stands for missing."""


class Trees:
    """Nodes of many trees side by side.

    Parameters
    ----------
    plan : mapping
        Arrays, one entry a node of all trees: ``feature`` (a place in a row as `doubled` makes it,
        with codes of categories after it; 0 in a leaf), ``threshold`` (infinite in a leaf) and
        ``children`` (two a node, the right one first; a leaf's are itself); ``roots``, one a tree;
        ``depth``, of the deepest; for nodes that ask for a category ``sets`` (packed bits, a row a
        set: whether each code goes left) and ``set`` (which of them, -1 for none).
    """

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self._feature = plan["feature"].astype(np.intp)
        self._children = plan["children"].astype(np.intp)
        self._threshold: NDArray[np.float64] = plan["threshold"]
        self._roots = plan["roots"].astype(np.intp)
        self._depth: int = plan["depth"]
        self._set = plan["set"].astype(np.intp)
        sets = np.unpackbits(plan["sets"], axis=1, count=N_CODES + 1).astype(bool)
        self._sets = sets.ravel() if sets.size else None

    def leaves(self, rows: NDArray[np.float64]) -> NDArray[np.intp]:
        """The node that each row ends in.

        Parameters
        ----------
        rows : ndarray of float, shape (n_samples, n_places)

        Returns
        -------
        ndarray of int, shape (n_samples, n_trees)
        """
        n_rows, n_places = rows.shape
        values = rows.ravel()
        nodes = np.tile(self._roots, n_rows)
        starts = np.repeat(np.arange(n_rows) * n_places, self._roots.size)
        for _ in range(self._depth):
            asked = values.take(starts + self._feature.take(nodes))
            is_left = asked <= self._threshold.take(nodes)
            if self._sets is not None:
                self._ask_for_categories(nodes, asked, is_left)
            nodes = self._children.take(2 * nodes + is_left)
        return nodes.reshape(n_rows, -1)

    def _ask_for_categories(
        self, nodes: NDArray[np.intp], asked: NDArray[np.float64], is_left: NDArray[np.bool_]
    ) -> None:
        assert self._sets is not None
        which = self._set.take(nodes)
        places = np.flatnonzero(which >= 0)
        codes = asked[places].astype(np.intp)
        is_left[places] = self._sets.take(which[places] * (N_CODES + 1) + codes)


def doubled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows with each feature twice: missing as NaN, then as minus infinity.

    Parameters
    ----------
    values : ndarray of float, shape (n_samples, n_features)

    Returns
    -------
    ndarray of float, shape (n_samples, 2 n_features)
    """
    return np.hstack([values, np.where(np.isnan(values), -np.inf, values)])
