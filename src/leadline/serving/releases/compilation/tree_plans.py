"""Plans of trees: the nodes of a forest or of boosting side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.serving.compiled.plan_file import Plan
from leadline.serving.releases.compilation.not_compiled import NotCompiledError

MOST_NODES = 1_000_000
"""More take more memory as objects than they save time."""

_N_CODES = 256


def refuse_too_many(n_nodes: int) -> None:
    """Refuse trees that would fill the memory.

    Raises
    ------
    NotCompiledError
        If there are more than `MOST_NODES`.
    """
    if n_nodes > MOST_NODES:
        raise NotCompiledError(f"its trees have {n_nodes:,} nodes, more than {MOST_NODES:,}")


def forest_plan(trees: Sequence[Any], n_features: int) -> tuple[Plan, NDArray[np.float64]]:
    """The nodes of a forest, and what each leaf says.

    Parameters
    ----------
    trees : sequence of sklearn.tree._tree.Tree
    n_features : int

    Returns
    -------
    plan : Plan
        Of `leadline.serving.compiled.tree_walk.nodes_of`; leaves are numbered.
    values : ndarray of float, shape (n_leaves, n_outputs)
        By the number of the leaf.
    """
    refuse_too_many(sum(tree.node_count for tree in trees))
    parts, values, n_nodes, n_leaves = [], [], 0, 0
    for tree in trees:
        is_leaf = tree.children_left < 0
        leaf = np.where(is_leaf, np.cumsum(is_leaf) - 1 + n_leaves, -1)
        goes_left = _missing_goes_left(tree)
        feature = np.where(is_leaf, -1, tree.feature + n_features * goes_left)
        parts.append(
            {
                "feature": feature,
                "threshold": tree.threshold,
                "left": tree.children_left + n_nodes,
                "right": tree.children_right + n_nodes,
                "leaf": leaf,
                "set": np.full(leaf.size, -1),
                "roots": np.array([n_nodes]),
            }
        )
        values.append(tree.value[is_leaf, 0, :])
        n_nodes += leaf.size
        n_leaves += int(is_leaf.sum())
    return _joined(parts, []), np.concatenate(values)


def _missing_goes_left(tree: Any) -> NDArray[np.int64]:
    flags: NDArray[np.int64] = np.asarray(tree.missing_go_to_left, dtype=np.int64)
    return flags


def boosting_plan(
    predictors: Sequence[Sequence[Any]], known: Sequence[NDArray[Any]], n_features: int
) -> Plan:
    """The nodes of boosted trees; leaves are their values.

    Parameters
    ----------
    predictors : sequence of sequence of TreePredictor
        One a class, for each iteration.
    known : sequence of ndarray of int
        The codes that are known of each category, which are the first features.
    n_features : int
    """
    trees = [tree for each in predictors for tree in each]
    refuse_too_many(sum(tree.nodes.size for tree in trees))
    n_codes = len(known)
    n_numeric = n_features - n_codes
    sets: list[NDArray[np.bool_]] = []
    parts, n_nodes = [], 0
    for tree in trees:
        nodes = tree.nodes
        is_leaf, is_set = nodes["is_leaf"].astype(bool), nodes["is_categorical"].astype(bool)
        is_set &= ~is_leaf
        goes_left = nodes["missing_go_to_left"].astype(np.int64)
        column = nodes["feature_idx"].astype(np.int64)
        of_numbers = column - n_codes + n_numeric * goes_left
        feature = np.where(is_set, column + 2 * n_numeric, of_numbers)
        which = np.full(nodes.size, -1)
        for place in np.flatnonzero(is_set):
            which[place] = len(sets)
            bits = tree.raw_left_cat_bitsets[nodes["bitset_idx"][place]]
            sets.append(_goes_left(bits, known[column[place]], bool(goes_left[place])))
        parts.append(
            {
                "feature": np.where(is_leaf, -1, feature),
                "threshold": nodes["num_threshold"].astype(np.float64),
                "left": nodes["left"].astype(np.int64) + n_nodes,
                "right": nodes["right"].astype(np.int64) + n_nodes,
                "leaf": nodes["value"].astype(np.float64),
                "set": which,
                "roots": np.array([n_nodes]),
            }
        )
        n_nodes += nodes.size
    return _joined(parts, sets)


def _goes_left(bits: NDArray[np.uint32], known: NDArray[Any], missing: bool) -> NDArray[np.bool_]:
    """Whether each code goes left; the last entry is for missing ones."""
    codes = np.arange(_N_CODES)
    is_left = (bits[codes // 32] >> (codes % 32).astype(np.uint32)) & 1 == 1
    if missing:
        is_left |= ~np.isin(codes, known)
    found: NDArray[np.bool_] = np.append(is_left, missing)
    return found


def _joined(parts: Sequence[Plan], sets: Sequence[NDArray[np.bool_]]) -> Plan:
    plan: Plan = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    for name in ("feature", "left", "right", "set", "roots"):
        plan[name] = plan[name].astype(np.int32)
    plan["sets"] = np.array(sets, dtype=bool).reshape(len(sets), _N_CODES + 1)
    return plan
