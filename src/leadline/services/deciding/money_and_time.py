"""Money and time of a project so far, and what is left of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leadline.evaluation.budget import spent_on_machines
from leadline.phases.labelling import Labelling
from leadline.phases.number_format import duration
from leadline.phases.problem import Problem
from leadline.phases.search import Search
from leadline.workspace import Workspace


@dataclass(frozen=True)
class Costs:
    """Money spent, of money granted.

    Attributes
    ----------
    granted, labels, machine : float
        The budget; what labels and machine time have cost so far.
    currency : str
        Of all three.
    """

    granted: float
    labels: float
    machine: float
    currency: str

    @property
    def spent(self) -> float:
        """Labels and machine time."""
        return self.labels + self.machine

    @property
    def left(self) -> float | None:
        """What is left of the budget, never below 0; None if nothing was granted."""
        return max(self.granted - self.spent, 0.0) if self.granted > 0 else None

    @property
    def share(self) -> float | None:
        """Share of the budget that is spent; None if nothing was granted."""
        return min(self.spent / self.granted, 1.0) if self.granted > 0 else None


def money_so_far(workspace: Workspace, problem: Problem | None, labelling: object) -> Costs:
    """What the project has cost so far.

    Parameters
    ----------
    workspace : Workspace
        The project.
    problem : Problem or None
        As stated last; None: the settings count.
    labelling : Labelling or None
        The newest verdict on the labels; anything else counts as none.
    """
    stated = problem or workspace.settings.problem
    return Costs(
        granted=stated.budget,
        labels=labelling.cost if isinstance(labelling, Labelling) else 0.0,
        machine=spent_on_machines(workspace),
        currency=stated.currency,
    )


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
