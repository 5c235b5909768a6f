from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from leadline.stats.active_learning import farthest_first, margins


def test_the_margin_is_between_the_two_likeliest_classes() -> None:
    y_proba = [[0.2, 0.5, 0.3], [0.0, 1.0, 0.0], [1 / 3, 1 / 3, 1 / 3]]
    assert margins(y_proba) == pytest.approx([0.2, 1.0, 0.0])


@pytest.mark.parametrize("y_proba", [[0.5, 0.5], [[1.0], [1.0]]])
def test_one_class_has_no_margin(y_proba: list[Any]) -> None:
    with pytest.raises(ValueError, match="two columns"):
        margins(y_proba)


def test_each_next_row_is_the_farthest_of_those_left() -> None:
    rng = np.random.default_rng(0)
    X, known = rng.normal(size=(60, 3)), rng.normal(size=(7, 3))
    order = farthest_first(X, known, 60)
    assert sorted(order) == list(range(60))
    taken = list(known)
    for place, row in enumerate(order):
        gaps = np.min([np.sum((X - each) ** 2, axis=1) for each in taken], axis=0)
        assert gaps[row] == pytest.approx(np.max(gaps[order[place:]]))
        taken.append(X[row])


def test_rows_are_compared_with_all_known_ones() -> None:
    """More known rows than one block holds."""
    known = np.linspace(0, 1, 1200)[:, None]
    assert farthest_first([[0.5], [0.999], [1.3]], known, 1).tolist() == [2]


def test_no_more_than_asked_for_and_none_twice_among_equals() -> None:
    same = np.zeros((5, 2))
    assert farthest_first(same, same[:1], 3).size == 3
    assert len(set(farthest_first(same, same[:1], 9).tolist())) == 5
    assert farthest_first(np.empty((0, 2)), same, 3).size == 0


def test_it_needs_a_row_to_be_far_from() -> None:
    with pytest.raises(ValueError, match="needs a row"):
        farthest_first([[1.0]], np.empty((0, 1)), 1)
