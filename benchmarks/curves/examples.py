"""The curves that prior and calibration are learnt from: the train halves, cut at several sizes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from cutting import Cut, cuts_of
from families import family_of
from learning import Example
from sources import Curve, Grid, fold_of, lcdb10, lcdb11

from leadline.stats.curves.fitting import FEW_REPEATS

_FEWEST = 5
_N_PRIOR = 1500
_N_CALIBRATION = 3000
_N_OF_A_METRIC = 500
OTHER_METRICS = {"f1": "f1", "log_loss": "logloss", "roc_auc": "auc"}
"""Metrics with a tilt and a calibration of their own, and what LCDB 1.0 calls them."""


def known(seed: int = 0) -> tuple[list[Example], list[Example]]:
    """Curves with standard errors: for the prior, and for the calibration."""
    rng = np.random.default_rng(seed)
    grid = from_grid(step=4, hide=False)
    few = from_repeats(rng, (FEW_REPEATS, 25))
    others = [from_repeats(rng, (FEW_REPEATS, 25), metric=metric) for metric in OTHER_METRICS]
    prior = _some(grid, 2 * _N_PRIOR, rng) + _some(few, _N_PRIOR // 2, rng)
    judged = _some(grid, 2 * _N_CALIBRATION, rng) + _some(few, _N_CALIBRATION // 3, rng)
    for own in others:
        prior += _some(own, _N_OF_A_METRIC, rng)
        judged += _some(own, 2 * _N_OF_A_METRIC, rng)
    return prior, judged


def hidden(seed: int = 1) -> tuple[list[Example], list[Example]]:
    """Curves without: mostly single runs, some means; those of few repeats calibrated with."""
    rng = np.random.default_rng(seed)
    repeats = from_repeats(rng, (1, 1, 3, 25), hide_from=1)
    means = from_grid(step=4, hide=True)
    prior = _some(repeats, _N_PRIOR, rng) + _some(means, _N_PRIOR // 2, rng)
    shown = from_repeats(rng, (1, 1, 3, 25), hide_from=FEW_REPEATS)
    judged = _some(shown, _N_CALIBRATION, rng) + _some(means, _N_CALIBRATION // 4, rng)
    for metric in OTHER_METRICS:
        own = from_repeats(rng, (3, 25), hide_from=1, metric=metric)
        prior += _some(own, _N_OF_A_METRIC, rng)
        own = from_repeats(rng, (3, 25), hide_from=FEW_REPEATS, metric=metric)
        judged += _some(own, 2 * _N_OF_A_METRIC, rng)
    return prior, judged


def without(examples: list[Example], fold: int | None) -> list[int]:
    """Places of the examples whose data set is not in a fold of the cross-validation."""
    return [k for k, e in enumerate(examples) if fold is None or fold_of(e.data) != fold]


def from_grid(*, step: int, hide: bool) -> list[Example]:
    """LCDB 1.1, cut at every octave; what came later at 2, 4, 8 and 16 times."""
    grid = lcdb11()
    return [_cut(grid, cut, hide=hide) for cut in cuts_of(grid, step)]


def _cut(grid: Grid, cut: Cut, *, hide: bool) -> Example:
    errors, stderr = grid.errors[cut.row, cut.column], grid.stderr[cut.row, cut.column]
    return Example(
        int(grid.openml_ids[cut.row]),
        family_of(grid.learners[cut.column]),
        grid.sizes[cut.seen],
        errors[cut.seen],
        None if hide else stderr[cut.seen],
        grid.sizes[cut.later],
        errors[cut.later],
        stderr[cut.later],
        n_repeats=None if hide else 25,
    )


def from_repeats(
    rng: np.random.Generator,
    counts: tuple[int, ...],
    *,
    hide_from: float = np.inf,
    metric: str = "error_rate",
) -> list[Example]:
    """LCDB 1.0, two cuts a curve, so many repeats drawn; the truth is the mean of all.

    Standard errors of `hide_from` repeats or more are left out.
    """
    found = []
    for curve in lcdb10(OTHER_METRICS.get(metric, "accuracy"), half="train"):
        usable = np.flatnonzero(np.isfinite(curve.repeats).sum(axis=1) >= 10)
        if usable.size < _FEWEST + 2:
            continue
        for cut in rng.permutation(np.arange(_FEWEST, usable.size))[:2]:
            n_repeats = int(rng.choice(counts))
            hide = n_repeats >= hide_from
            example = _drawn(curve, usable, int(cut), n_repeats, rng, hide=hide)
            if example is not None:
                found.append(replace(example, metric=metric))
    return found


def _drawn(
    curve: Curve,
    usable: np.ndarray,
    cut: int,
    n_repeats: int,
    rng: np.random.Generator,
    *,
    hide: bool,
) -> Example | None:
    seen, later = usable[:cut], usable[cut:]
    whole = np.flatnonzero(np.isfinite(curve.repeats[seen]).all(axis=0))
    near = curve.sizes[later] <= 80 * curve.sizes[seen[-1]]
    later = later[near]
    if whole.size < n_repeats or not later.size:
        return None
    runs = curve.repeats[np.ix_(seen, rng.permutation(whole)[:n_repeats])]
    stderr = runs.std(axis=1, ddof=1) / np.sqrt(n_repeats) if n_repeats > 1 else None
    return Example(
        int(curve.data),
        family_of(curve.learner),
        curve.sizes[seen],
        runs.mean(axis=1),
        None if hide else stderr,
        curve.sizes[later],
        curve.errors[later],
        curve.stderr[later],
        n_repeats=None if hide and n_repeats > 1 else n_repeats,
    )


def _some(examples: list[Example], n: int, rng: np.random.Generator) -> list[Example]:
    return [examples[k] for k in rng.permutation(len(examples))[:n]]
