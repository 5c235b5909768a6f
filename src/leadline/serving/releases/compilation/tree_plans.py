"""Plans of trees: the nodes of a forest or of boosting side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.serving.compiled.plan_file import Plan
from leadline.serving.compiled.tree_walk import N_CODES
from leadline.serving.releases.compilation.not_compiled import NotCompiledError

MOST_NODES = 5_000_000
"""More take more memory than they save time: each is some 50 bytes."""


def _refuse_too_many(n_nodes: int) -> None:
    if n_nodes > MOST_NODES:
        raise NotCompiledError(f"its trees have {n_nodes:,} nodes, more than {MOST_NODES:,}")


def forest_plan(trees: Sequence[Any]) -> Plan:
    """The nodes of a forest, and what its leaves say.

    Parameters
    ----------
    trees : sequence of sklearn.tree._tree.Tree

    Returns
    -------
    Plan
        ``trees`` (of `Trees`), ``leaf`` (by node the number of a leaf) and ``values`` (by that
        number, of shape (n_leaves, n_outputs)).

    Raises
    ------
    NotCompiledError
        If there are more nodes than `MOST_NODES`.
    """
    _refuse_too_many(sum(tree.node_count for tree in trees))
    parts = [
        _part(
            is_leaf=tree.children_left < 0,
            feature=tree.feature + tree.n_features * tree.missing_go_to_left.astype(np.int64),
            threshold=tree.threshold,
            left=tree.children_left,
            right=tree.children_right,
        )
        for tree in trees
    ]
    is_leaf = np.concatenate([tree.children_left < 0 for tree in trees])
    return {
        "trees": _joined(parts, []),
        "leaf": (np.cumsum(is_leaf) - 1).astype(np.int32),
        "values": np.concatenate([tree.value[tree.children_left < 0, 0, :] for tree in trees]),
    }


def boosting_plan(
    predictors: Sequence[Sequence[Any]], known: Sequence[NDArray[Any]], n_features: int
) -> Plan:
    """The nodes of boosted trees, and what they say.

    Parameters
    ----------
    predictors : sequence of sequence of TreePredictor
        One a class, for each iteration.
    known : sequence of ndarray of int
        The codes that are known of each category, which are the first features.
    n_features : int

    Returns
    -------
    Plan
        ``trees`` (of `Trees`) and ``leaf`` (by node what a leaf adds).

    Raises
    ------
    NotCompiledError
        If there are more nodes than `MOST_NODES`.
    """
    trees = [tree for each in predictors for tree in each]
    _refuse_too_many(sum(tree.nodes.size for tree in trees))
    n_codes = len(known)
    n_numeric = n_features - n_codes
    sets: list[NDArray[np.bool_]] = []
    parts = []
    for tree in trees:
        nodes = tree.nodes
        is_leaf = nodes["is_leaf"].astype(bool)
        is_set = nodes["is_categorical"].astype(bool) & ~is_leaf
        goes_left = nodes["missing_go_to_left"].astype(np.int64)
        column = nodes["feature_idx"].astype(np.int64)
        of_numbers = column - n_codes + n_numeric * goes_left
        part = _part(
            is_leaf=is_leaf,
            feature=np.where(is_set, column + 2 * n_numeric, of_numbers),
            threshold=nodes["num_threshold"].astype(np.float64),
            left=nodes["left"].astype(np.int64),
            right=nodes["right"].astype(np.int64),
        )
        for place in np.flatnonzero(is_set):
            part["set"][place] = len(sets)
            bits = tree.raw_left_cat_bitsets[nodes["bitset_idx"][place]]
            sets.append(_goes_left(bits, known[column[place]], bool(goes_left[place])))
        parts.append(part)
    leaf = np.concatenate([tree.nodes["value"] for tree in trees]).astype(np.float64)
    return {"trees": _joined(parts, sets), "leaf": leaf}


def _goes_left(bits: NDArray[np.uint32], known: NDArray[Any], missing: bool) -> NDArray[np.bool_]:
    """Whether each code goes left; the last entry is for missing ones, and those unknown."""
    codes = np.arange(N_CODES)
    is_left = (bits[codes // 32] >> (codes % 32).astype(np.uint32)) & 1 == 1
    if missing:
        is_left |= ~np.isin(codes, known)
    found: NDArray[np.bool_] = np.append(is_left, missing)
    return found


def _part(
    *,
    is_leaf: NDArray[np.bool_],
    feature: NDArray[np.int64],
    threshold: NDArray[np.float64],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
) -> Plan:
    """The nodes of one tree, counted from its root; a leaf leads to itself."""
    own = np.arange(is_leaf.size)
    children = np.column_stack([np.where(is_leaf, own, right), np.where(is_leaf, own, left)])
    return {
        "feature": np.where(is_leaf, 0, feature),
        "threshold": np.where(is_leaf, np.inf, threshold),
        "children": children,
        "set": np.full(is_leaf.size, -1),
        "depth": _depth(children, is_leaf),
    }


def _depth(children: NDArray[np.int64], is_leaf: NDArray[np.bool_]) -> int:
    """Edges from the root to the deepest leaf."""
    depth, level = 0, np.zeros(1, dtype=np.int64)
    while not is_leaf[level].all():
        level = children[level[~is_leaf[level]]].ravel()
        depth += 1
    return depth


def _joined(parts: Sequence[Plan], sets: Sequence[NDArray[np.bool_]]) -> Plan:
    sizes = [part["feature"].size for part in parts]
    roots = np.cumsum([0, *sizes[:-1]])
    pairs = zip(parts, roots, strict=True)
    children = np.concatenate([part["children"] + root for part, root in pairs])
    packed = np.packbits(np.array(sets, dtype=bool).reshape(len(sets), N_CODES + 1), axis=1)
    whole = {
        "feature": np.concatenate([part["feature"] for part in parts]),
        "children": children.ravel(),
        "set": np.concatenate([part["set"] for part in parts]),
        "roots": roots,
    }
    return {
        **{name: values.astype(np.int32) for name, values in whole.items()},
        "threshold": np.concatenate([part["threshold"] for part in parts]),
        "sets": packed,
        "depth": max(part["depth"] for part in parts),
    }
