"""The child process of a search: race the candidates.

What it takes seconds to import is imported when it runs: who only asks for it does not wait.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.workspace import Workspace


@dataclass(frozen=True)
class Plan:
    """Everything the child needs: small, and data by digest.

    Attributes
    ----------
    folder, box : str
        The workspace, and under which its trials are on the record.
    n_aim : int
        Train rows that can be afforded.
    closes_at : float
        When the box closes, as `time.time` tells.
    banned : frozenset of str
        Names of trials that this run does not measure again.
    """

    folder: str
    box: str
    problem: Problem
    data: Data
    n_aim: int
    closes_at: float
    banned: frozenset[str] = frozenset()


def explore(plan: Plan) -> None:
    """Race the candidates until nothing is worth its time; the box may close before."""
    from leadline.search.budgeted_search import Race
    from leadline.search.candidate_evaluator import Course
    from leadline.search.candidates import sources

    with Workspace.open(plan.folder) as workspace:
        settings = workspace.settings.find
        race = Race(
            course=Course.of(workspace, plan.problem, plan.data, n_folds=settings.folds),
            box=plan.box,
            n_aim=plan.n_aim,
            searcher=settings.searcher,
            left_s=lambda: plan.closes_at - time.time(),
            banned=plan.banned,
        )
        race.run(sources(settings.families, plan.folder))
