"""Ramp of rates: the highest rate of requests that a server bears, found in a set time."""

from __future__ import annotations

from collections.abc import Callable

from leadline.phases.capacity import Step

Drive = Callable[[float, float], Step]

_FIRST = (0.3, 0.6)
_MOST_STEPS, _FEWEST_STEPS = 8, 3
_REQUESTS_A_STEP = 1500
_FINE = 0.06


def ramp(
    drive: Drive, *, saturated_per_s: float, promised_s: float, seconds: float
) -> tuple[Step, ...]:
    """Try rates until it is known between which two the promise stops to hold.

    At first .3 and .6 of what clients that wait can get; then halfway between the highest rate
    that held and the lowest that did not.

    Parameters
    ----------
    drive : callable
        From requests a second and seconds to what was measured.
    saturated_per_s : float > 0
        Requests a second that the server answers at most; no higher rate is tried.
    promised_s : float > 0
        What the upper bound of the 99th percentile may be.
    seconds : float > 0
        Granted. A slow server gets fewer and longer steps, as a percentile needs requests.

    Returns
    -------
    tuple of Step
        In the order in which they were tried.
    """
    n_wanted = int(seconds * _FIRST[1] * saturated_per_s / _REQUESTS_A_STEP)
    n_steps = min(max(n_wanted, _FEWEST_STEPS), _MOST_STEPS)
    low, high = 0.0, 1.0
    tried: list[Step] = []
    for index in range(n_steps):
        share = _FIRST[index] if index < len(_FIRST) and _FIRST[index] < high else (low + high) / 2
        if high - low < _FINE:
            break
        step = drive(share * saturated_per_s, seconds / n_steps)
        tried.append(step)
        if step.holds(promised_s):
            low = max(low, share)
        else:
            high = min(high, share)
    return tuple(tried)
