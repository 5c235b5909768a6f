"""Models that ask another server for each answer: how they are told, and held to golden rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.errors import ReleaseError

N_GOLDEN_ASKED = 16
"""Golden rows of such a model: each is asked about whenever the release is opened."""

ROWS_AT_ONCE = 200
"""Rows of a piece of a file: what a piece was answered is lost with the process that asks."""

_UNKNOWN_S = 1.0
# The same server rounds otherwise when it reads other requests beside, and what it nearly says
# twice may turn: neither is another model.
_NEAR = 0.05
_MOST_FAR = 0.125


def waits_s(model: Any) -> float | None:
    """Seconds that the model last waited for an answer; None if it answers by itself.

    Parameters
    ----------
    model : scikit-learn estimator
        Fitted. One that asks has an attribute ``seconds_per_row_``, as
        `leadline.engines.contract.Family` describes it.
    """
    if not hasattr(model, "seconds_per_row_"):
        return None
    return float(model.seconds_per_row_ or _UNKNOWN_S)


def refuse_another_model(
    scores: NDArray[np.float64], expected: NDArray[np.float64], release_id: str
) -> None:
    """Refuse a release if another model seems to answer than the one it was sealed with.

    Parameters
    ----------
    scores, expected : ndarray of float, shape (n_golden,)
        Of the golden rows, now and then. Of eight rows one may be far off, as an answer that is
        nearly a tie may turn; the others are to agree within .05 of their range.
    release_id : str
        What a message calls it.

    Raises
    ------
    ReleaseError
        If more are.
    """
    unit = max(1.0, float(np.ptp(expected))) if expected.size else 1.0
    is_far = np.abs(scores - expected) > _NEAR * unit
    if is_far.mean() <= _MOST_FAR:
        return
    raise ReleaseError(
        f"Of {is_far.size} golden rows of release {release_id} {int(is_far.sum())} are answered "
        "otherwise than when it was sealed.",
        "The language model that it was sealed with is needed.",
        "See which model answers at its address, or make the release again with that one.",
    )
