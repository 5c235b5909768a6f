"""Recall of single classes, watched beside the share wrong of all."""

from __future__ import annotations

import numpy as np

from leadline.jobs.monitor.class_monitors import ClassMonitors
from leadline.monitoring.class_views import views_of
from leadline.monitoring.reference_blocks import MonitoredRows, ReferenceBlocks
from leadline.phases.scoring import Task
from leadline.settings.service_sections import WatchSettings

N_ROWS = 200
NAMES = np.array(["cat", "dog", "emu", "yak"])
SHARES = [0.6, 0.33, 0.06, 0.01]
Block = tuple[np.ndarray, np.ndarray, np.ndarray]


def block(rng: np.random.Generator, *, is_lost: bool = False) -> Block:
    """Scores, what is said, and what is true: one of ten is wrong; no emu is found if lost."""
    true = rng.choice(4, N_ROWS, p=SHARES)
    said = np.where(rng.random(N_ROWS) < 0.1, rng.choice(4, N_ROWS, p=SHARES), true)
    if is_lost:
        said[true == 2] = 0
    return rng.uniform(0.5, 1.0, N_ROWS), NAMES[said], NAMES[true]


def monitors(rng: np.random.Generator) -> ClassMonitors:
    blocks = [block(rng) for _ in range(3)]
    reference = ReferenceBlocks(
        task=Task.MULTICLASS,
        tolerance=None,
        error=0.1,
        alert_share=None,
        mean_score=0.75,
        share_abstained=None,
        n_positive=0,
        n_flagged=0,
        n_found=0,
        numbers=np.zeros(0),
        blocks=tuple((s, np.ones(N_ROWS), (a == b).astype(float)) for s, a, b in blocks),
        views=views_of(blocks),
    )
    return ClassMonitors.of(reference, WatchSettings())


def seen(rng: np.random.Generator, *, is_lost: bool = False) -> MonitoredRows:
    scores, said, true = block(rng, is_lost=is_lost)
    right, rows = (said == true).astype(float), np.arange(N_ROWS)
    return MonitoredRows(scores, np.ones(N_ROWS), rows, right, said, true)


def test_a_class_that_is_no_longer_found_is_seen_by_itself_and_told() -> None:
    rng = np.random.default_rng(0)
    watched = monitors(rng)
    assert [view.name for view in watched.views] == list(NAMES)
    # of too few rows in the reference to hold a loss against
    assert set(watched.monitors) == {"cat", "dog", "emu"}
    for _ in range(8):
        watched.update(seen(rng))
    assert not watched.worse
    told = [seen(rng, is_lost=True) for _ in range(6)]
    for each in told:
        watched.update(each)
    assert watched.worse == ("recall of 'emu'",)
    assert max(watched.evidence) > watched.run_length
    cat, dog, emu, yak = watched.recalls(told)
    assert emu.recent is not None
    assert (emu.recent.estimate, emu.recent.high) == (0.0, 0.0)
    assert (emu.is_below_among(4), cat.is_below_among(4), dog.is_below_among(4)) == (1, 0, 0)
    assert not yak.is_watched
    watched.restart()
    assert not watched.worse
    assert max(watched.evidence) == 0.0


def test_without_labels_nothing_is_told_of_a_class() -> None:
    watched = monitors(np.random.default_rng(1))
    assert all(rate.recent is None and rate.reference is not None for rate in watched.recalls([]))
    assert watched.evidence == [0.0] * len(watched.monitors)
