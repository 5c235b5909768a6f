"""Confirmation of a rate: run after run at it, and at a lower one where they do not hold."""

from __future__ import annotations

from collections.abc import Callable

from leadline.phases.capacity import Step
from leadline.processes.load_generator import REQUESTS_A_RUN, step_of
from leadline.processes.request_loop import Answers

Run = Callable[[float, float], Answers]

_MOST_RUNS, _FEWEST_RUNS = 6, 3
_TIMES, _MORE_RUNS = 2, 2
_BACK = 0.7


def confirm(
    run: Run, *, rate_per_s: float, promised_s: float, seconds: float
) -> tuple[tuple[Step, ...], Step]:
    """Repeat a rate until it is known whether it holds, and else a lower one.

    The rate was the best of several that were tried once, so what it did then says too much for it.
    A run that breaks the promise ends the runs at its rate: they would not hold together.

    Parameters
    ----------
    run : callable
        From requests a second and seconds to what became of them.
    rate_per_s : float > 0
        The rate to begin with.
    promised_s : float > 0
        What the upper bound of the 99th percentile of a further run may be.
    seconds : float > 0
        Granted for the runs at one rate; with those at lower ones at most 2.7 times that. A slow
        server gets fewer and longer runs, as a percentile needs requests.

    Returns
    -------
    tuple of Step
        The runs at the last rate that was tried.
    Step
        All of them together.
    """
    n_wanted = int(seconds * rate_per_s / REQUESTS_A_RUN)
    n_runs = min(max(n_wanted, _FEWEST_RUNS), _MOST_RUNS)
    left = _TIMES * n_runs + _MORE_RUNS
    while True:
        runs: list[Answers] = []
        while len(runs) < n_runs:
            runs.append(run(rate_per_s, seconds / n_runs))
            if not _is_within(step_of(rate_per_s, runs[-1:]), promised_s):
                break
        left -= len(runs)
        together = step_of(rate_per_s, runs)
        if together.holds(promised_s) or left < n_runs:
            return tuple(step_of(rate_per_s, [each]) for each in runs), together
        rate_per_s *= _BACK


def _is_within(step: Step, promised_s: float) -> bool:
    return step.p99_s is not None and step.p99_s <= promised_s
