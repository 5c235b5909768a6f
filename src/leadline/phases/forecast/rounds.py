"""Rounds of buying that are over, read off a project's own forecasts.

A round opens with a forecast that plans a purchase and is over once the rows it planned are there.
A project that labels a few rows and forecasts again is still in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.phases.data import step_of_a_row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leadline.phases.forecast.forecast import Forecast

# which of the new rows become train rows is up to chance, and some stay tied
_ENOUGH = 0.9


def rounds_bought(forecasts: Iterable[Forecast], n_available: int) -> int:
    """Rounds of buying that are over.

    Parameters
    ----------
    forecasts : iterable of Forecast
        Those made under what is granted today (same target, same budget), oldest first.
    n_available : int
        Train rows there are now.

    Returns
    -------
    int
        A round counts once nine tenths of the rows it planned are there. A forecast made within it
        that asks for fewer lowers what it takes.
    """
    n_bought = 0
    start, goal = 0, None
    for n_rows, wanted in [*map(_step, forecasts), (n_available, None)]:
        if goal is not None and n_rows >= start + _ENOUGH * (goal - start):
            n_bought, goal = n_bought + 1, None
        if wanted is not None:
            start, goal = (n_rows, wanted) if goal is None else (start, min(goal, wanted))
    return n_bought


def _step(forecast: Forecast) -> tuple[int, int | None]:
    """Train rows there were, and those to buy up to; None: buy nothing."""
    plan, n_now = forecast.plan, forecast.n_available
    if not plan or not plan.rounds:
        return n_now, None
    # along a curve that rows of machines are part of, rows of people's go less far than they are
    step = step_of_a_row(forecast.machine_shares, n_now, forecast.machine_worth)
    return n_now, n_now + round((plan.rounds[0].n_rows - n_now) / step)
