"""Time of a project so far, and what is left of it."""

from __future__ import annotations

from datetime import datetime

from leadline.phases.number_format import duration
from leadline.phases.problem import Problem
from leadline.phases.search import Search


def time_box_words(problem: Problem | None, search: object) -> str:
    """The time box of the search: granted, spent, left; empty while no problem is stated.

    Parameters
    ----------
    problem : Problem or None
        As stated last.
    search : Search or None
        The newest search; anything else counts as none.
    """
    if problem is None:
        return ""
    granted = duration(problem.time_box_s)
    if not isinstance(search, Search):
        return f"Time box of the search: {granted}, none of it spent."
    left = max(problem.time_box_s - search.spent_s, 0.0)
    rest = f"{duration(left)} left" if left >= 1 else "nothing left"
    return (
        f"Time box of the search: {granted}; the last one took {duration(search.spent_s)}, {rest}."
    )


def days_words(began: datetime, now: datetime) -> str:
    """How long a project has been under way.

    Examples
    --------
    >>> from datetime import UTC
    >>> began = datetime(2026, 11, 3, 9, 5, tzinfo=UTC)
    >>> days_words(began, began.replace(day=29)), days_words(began, began.replace(hour=11))
    ('26 days since the first entry', '2 hours since the first entry')
    """
    return f"{duration((now - began).total_seconds())} since the first entry"
