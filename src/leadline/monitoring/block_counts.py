"""Counts of a block: labels, errors of both kinds, rows that the release learnt from."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.evaluation.predictions import Predictions, is_wrong
from leadline.monitoring.block_rows import LEARNT, SAID, SCORE, TRUTH, answered_rows
from leadline.phases.release import Release
from leadline.phases.scoring import Task
from leadline.serving.releases.learnt_rows import LearntRows
from leadline.stats.monitoring.repeats import are_repeats


def counts_of(
    rows: pl.DataFrame, task: Task, tolerance: float | None, confidence: float | None = None
) -> dict[str, Any]:
    """What can be counted in a block.

    Parameters
    ----------
    rows : DataFrame
        As `block_rows` made them, at least one.
    task : Task
        Of the label.
    tolerance : float or None
        How far off a number may be; None for classes.
    confidence : float or None, default=None
        Of several classes: rows that score less have no answer, which is neither right nor wrong.

    Returns
    -------
    dict of str to object
        ``alert_share``, ``mean_score``, ``n_labelled``, ``n_wrong``; with a confidence
        ``share_abstained``; of a binary label ``n_missed`` and ``n_false_alarms``; of numbers with
        labels, ``off_by``: how far off they are on average.
    """
    decided = Predictions(rows[SAID].to_numpy(), rows[SCORE].to_numpy(), confidence)
    known = answered_rows(rows, confidence).filter(pl.col(TRUTH).is_not_null())
    said, truth = known[SAID].to_numpy(), known[TRUTH].to_numpy()
    payload: dict[str, Any] = {
        "alert_share": decided.alert_share(task),
        "mean_score": float(decided.scores.mean()),
        "n_labelled": int(truth.size),
        "n_wrong": int(is_wrong(said, truth, tolerance).sum()),
    }
    if decided.share_abstained is not None:
        payload["share_abstained"] = decided.share_abstained
    if task is Task.BINARY:
        payload["n_missed"] = int(((said == 0) & (truth == 1)).sum())
        payload["n_false_alarms"] = int(((said == 1) & (truth == 0)).sum())
    elif task is Task.REGRESSION and truth.size:
        payload["off_by"] = float(np.abs(said - truth).mean())
    return payload


def are_right(rows: pl.DataFrame, release: Release) -> NDArray[np.float64]:
    """Whether each answer of a block was right, 1 or 0; not a number where that is not known."""
    found = np.full(rows.height, np.nan)
    is_known = rows[TRUTH].is_not_null()
    if release.confidence is not None:
        is_known &= rows[SCORE] >= release.confidence
    known = rows.filter(is_known)
    wrong = is_wrong(known[SAID].to_numpy(), known[TRUTH].to_numpy(), release.tolerance)
    found[is_known.to_numpy()] = ~wrong
    return found


def learnt_rows_of(rows: pl.DataFrame, learnt: LearntRows | None) -> dict[str, Any]:
    """How many rows the release was made of, and whether that is chance; empty if unknown."""
    if learnt is None:
        return {}
    n_learnt = int(rows[LEARNT].fill_null(value=False).sum())
    is_learnt = are_repeats(n_learnt, rows.height, learnt.usual_share)
    return {"n_learnt": n_learnt, "is_learnt": is_learnt}
