"""Child process of a search: its request, and the search that answers it.

Modules that take seconds to import are imported when the search begins: the process that only
writes the request does not wait for them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.workspace import Workspace


@dataclass(frozen=True)
class SearchRequest:
    """Everything the child process needs: small, with data named by digest.

    Attributes
    ----------
    folder : str
        Of the workspace.
    study : str
        Name under which the record keeps the trials of this search.
    problem, data
        The verdicts that the search reads.
    n_affordable : int
        Train rows that can be afforded.
    closes_at : float
        When the time box closes, in seconds as `time.time` gives them.
    banned : frozenset of str
        Names of trials that this run does not measure again.
    """

    folder: str
    study: str
    problem: Problem
    data: Data
    n_affordable: int
    closes_at: float
    banned: frozenset[str] = frozenset()


def run_search(request: SearchRequest) -> None:
    """Search until nothing is worth its time; the parent may end this process before."""
    from leadline.search.budgeted_search import BudgetedSearch
    from leadline.search.candidate_evaluator import EvaluationContext
    from leadline.search.candidates import candidate_sources
    from leadline.search.study import Study

    with Workspace.open(request.folder) as workspace:
        settings = workspace.settings.find
        search = BudgetedSearch(
            context=EvaluationContext.of(
                workspace, request.problem, request.data, n_folds=settings.folds
            ),
            study=Study(workspace.record, request.study),
            n_affordable=request.n_affordable,
            searcher=settings.searcher,
            left_s=lambda: request.closes_at - time.time(),
            banned=request.banned,
        )
        search.run(candidate_sources(settings.families, request.folder))
