"""Are honest people left in peace, and are those who do not look found?"""

from __future__ import annotations

import numpy as np

from leadline.stats.labels.annotators import always_the_same, copied

_N_CROWDS, _N_ITEMS, _N_ANNOTATORS = 100, 300, 8


def crowd(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Four votes an item; some items are hard for everybody, yes is rare."""
    truth = rng.random(_N_ITEMS) < 0.2
    right = rng.uniform(0.7, 0.95, _N_ANNOTATORS)
    ease = np.where(rng.random(_N_ITEMS) < 0.15, 0.55, 1.0)
    annotator = np.concatenate([rng.permutation(_N_ANNOTATORS)[:4] for _ in range(_N_ITEMS)])
    item = np.repeat(np.arange(_N_ITEMS), 4)
    chance = np.minimum(right[annotator], ease[item])
    return item, annotator, np.where(rng.random(item.size) < chance, truth[item], ~truth[item])


def test_honest_people_are_seldom_suspected() -> None:
    rng = np.random.default_rng(0)
    alarms = [
        bool(copied(item, annotator, label)) or bool(always_the_same(annotator, label).size)
        for item, annotator, label in (crowd(rng) for _ in range(_N_CROWDS))
    ]
    assert np.mean(alarms) <= 0.03


def test_who_copies_and_who_always_says_no_are_found() -> None:
    rng = np.random.default_rng(1)
    found_copy, found_same = [], []
    for _ in range(_N_CROWDS):
        item, annotator, label = crowd(rng)
        table = np.full((_N_ANNOTATORS, _N_ITEMS), -1)
        table[annotator, item] = label
        table[7] = np.where(table[6] >= 0, table[6], -1)  # votes where the other did, and alike
        whose, what = np.nonzero(table >= 0)
        found_copy.append((6, 7) in copied(what, whose, table[whose, what]))
        lazy = np.where(annotator == 0, True, label)
        found_same.append(always_the_same(annotator, lazy).tolist() == [0])
    assert np.mean(found_copy) > 0.8
    assert np.mean(found_same) > 0.95
