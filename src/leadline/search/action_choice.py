"""Choice of the next action of a search: expected gain, seconds, and their ratio."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

MIN_SECONDS = 1e-3
"""Shorter times are held to be this long."""

# a gain is worth its time above these shares: of the error, and of the error times its std
_MIN_SHARE_OF_ERROR = 0.002
_MIN_SHARE_OF_STD = 0.05
_MAX_FRUITLESS = 30  # candidates in a row that did not improve on the best of their family
_N_RECENT = 6
_N_DRAWS = 400
_MIN_LOG_STD = 0.01


@dataclass(frozen=True)
class Action:
    """Something that a search may do next.

    Attributes
    ----------
    gain : float
        Error that it is expected to save.
    seconds : float
        Wall clock that it is expected to take.
    run : callable
        Does it.
    """

    gain: float
    seconds: float
    run: Callable[[], object]


def best_action(actions: Iterable[Action], left_s: float) -> Action | None:
    """The action of the largest gain a second, among those that end in time.

    Parameters
    ----------
    actions : iterable of Action
        Of equally good ones the first is taken.
    left_s : float
        Seconds that are left.

    Returns
    -------
    Action or None
        None if no action takes less than `left_s`.

    Examples
    --------
    >>> slow, quick = Action(0.04, 20.0, print), Action(0.01, 1.0, print)
    >>> best_action([slow, quick], left_s=60.0) is quick
    True
    """
    in_time = [action for action in actions if action.seconds < left_s]
    return max(
        in_time, key=lambda action: action.gain / max(action.seconds, MIN_SECONDS), default=None
    )


def run_best(actions: Iterable[Action], left_s: float) -> bool:
    """Run the best action in time; return whether there was any. Parameters as `best_action`'s."""
    best = best_action(actions, left_s)
    if best is not None:
        best.run()
    return best is not None


def min_gain(error: float, log_error_std: float) -> float:
    """Gain that a search does not go on for, in units of the error.

    Parameters
    ----------
    error : float
        Of the best candidate.
    log_error_std : float
        Standard deviation of its logarithm.

    Examples
    --------
    >>> round(min_gain(0.5, log_error_std=0.2), 6)
    0.005
    """
    return error * max(_MIN_SHARE_OF_ERROR, _MIN_SHARE_OF_STD * log_error_std)


def gain_of_new_candidate(
    errors: Sequence[float],
    log_error_stds: Sequence[float],
    best_error: float,
    *,
    least_std: float = 0.0,
) -> float:
    """Error that one more candidate of a family is expected to save.

    The log error of a new candidate is held to be normal about the mean of the family's recent
    candidates. Its variance is that of all of them, less the mean variance of measuring one.

    Parameters
    ----------
    errors : sequence of float, shape (n_candidates,)
        Of the family's candidates, in the order they were begun; at least one.
    log_error_stds : sequence of float, shape (n_candidates,)
        Standard deviation of the logarithm of each.
    best_error : float
        The smallest error of all families.
    least_std : float, default=0.0
        The standard deviation is held to be no less.

    Returns
    -------
    float
        At least 0, in units of the error: the mean over draws of a fixed seed.
    """
    logs = np.log(errors)
    measuring = float(np.mean([std**2 for std in log_error_stds]))
    variance = float(np.var(logs, ddof=1)) if logs.size > 1 else 0.0
    std = max(max(variance - measuring, 0.0) ** 0.5, _MIN_LOG_STD, least_std)
    rng = np.random.default_rng(len(errors))
    draws = rng.normal(np.mean(logs[-_N_RECENT:]), std, _N_DRAWS)
    # what is above the best saves nothing, however far above
    falls = -np.expm1(np.minimum(draws - np.log(best_error), 0.0))
    return best_error * float(np.mean(falls))


def has_stalled(errors: Sequence[float]) -> bool:
    """Whether the last thirty candidates of a family did not improve on those before them.

    Parameters
    ----------
    errors : sequence of float, shape (n_candidates,)
        Of the family's candidates, in the order they were begun; at least one.

    Examples
    --------
    >>> has_stalled([0.1] + [0.2] * 29), has_stalled([0.1] + [0.2] * 30)
    (False, True)
    """
    return len(errors) - 1 - int(np.argmin(errors)) >= _MAX_FRUITLESS
