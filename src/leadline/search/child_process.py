"""Child process of a search: its request, and the search that answers it.

Modules that take seconds to import are imported when the search begins: the process that only
writes the request does not wait for them.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.search.choice import choose
from leadline.phases.search.importance import Importance
from leadline.phases.search.search_findings import USUAL_START_S
from leadline.phases.search.trial import ENSEMBLE, PROMPTED, Example, Trial
from leadline.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from leadline.search.budgeted_search import BudgetedSearch
    from leadline.search.candidate_evaluator import EvaluationContext


_LONGEST_FIT_S = 0.5
_FEWEST_TRAIN = 200
VERDICT_S = 1.0
"""Seconds at the end of the box in which the verdict is made of what was measured."""

_ENSEMBLE_S = 3.0
_ENSEMBLE_SHARE = 0.04
_EXAMPLES_S = 2.5
_EXAMPLES_SHARE = 0.06
_IMPORTANCE_SHARE = 0.05


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
    asked_at : float
        When the search was asked for, in seconds as `time.time` gives them.
    granted_s : float
        Seconds of the time box.
    ready_file : str
        Path at which the child writes when it was ready to measure.
    banned : frozenset of str
        Names of trials that this run does not measure again.
    is_careful : bool
        Whether one fit runs at a time.
    most_importance_s : float
        Seconds, at most, for what the chosen candidate leans on.
    """

    folder: str
    study: str
    problem: Problem
    data: Data
    n_affordable: int
    asked_at: float
    granted_s: float
    ready_file: str
    banned: frozenset[str] = frozenset()
    is_careful: bool = False
    most_importance_s: float = 0.0

    def closes_at(self) -> float | None:
        """When the box closes; None before the child was ready.

        Starting belongs to the box as long as it takes what it does on a quiet machine; what it
        takes beyond that is added, as nothing could be measured in that time.
        """
        ready_at = self.ready_at()
        if ready_at is None:
            return None
        return self.asked_at + self.granted_s + max(ready_at - self.asked_at - USUAL_START_S, 0.0)

    def ready_at(self) -> float | None:
        """When the child was ready to measure, in seconds as above; None before."""
        try:
            return float(Path(self.ready_file).read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    @property
    def all_open_file(self) -> Path:
        """Is there once every family was asked for its candidates."""
        return Path(f"{self.ready_file}.all")

    def is_over(self) -> bool:
        """Whether the box is closed, or about to be: what is left was kept for the verdict."""
        closes_at = self.closes_at()
        return closes_at is not None and time.time() > closes_at - (
            VERDICT_S + self.importance_s + self.examples_s + self.ensemble_s
        )

    @property
    def ensemble_s(self) -> float:
        """Seconds kept for an ensemble."""
        return min(_ENSEMBLE_S, _ENSEMBLE_SHARE * self.granted_s)

    @property
    def examples_s(self) -> float:
        """Seconds kept for the examples."""
        return min(_EXAMPLES_S, _EXAMPLES_SHARE * self.granted_s)

    @property
    def importance_s(self) -> float:
        """Seconds kept for what the chosen candidate leans on."""
        return min(self.most_importance_s, _IMPORTANCE_SHARE * self.granted_s)


@dataclass(frozen=True)
class SearchOutcome:
    """What a search hands over beside its trials, which are on the record.

    Attributes
    ----------
    chosen : str
        Name of the trial that the rest is of; empty: none.
    examples : tuple of Example
        Its predictions on held-out rows.
    importance : Importance or None
        What it leans on; None where there was no time.
    fits_cpu_s : float
        Seconds of processors that fits and their scores took.
    """

    chosen: str = ""
    examples: tuple[Example, ...] = ()
    importance: Importance | None = None
    fits_cpu_s: float = 0.0


def run_search(request: SearchRequest) -> SearchOutcome:
    """Search until nothing is worth its time; the parent may end this process before."""
    from leadline.search.fit_processes import executor_of, start

    with Workspace.open(request.folder) as workspace:
        settings = workspace.settings.find
        executor = executor_of(workspace)
        n_processes = 1 if request.is_careful else executor.n_workers
        start(executor, n_processes, settings.families, request.folder)
        from leadline.search.budgeted_search import BudgetedSearch
        from leadline.search.candidate_evaluator import EvaluationContext
        from leadline.search.candidates import candidate_sources
        from leadline.search.study import Study

        context = EvaluationContext.of(
            workspace, request.problem, request.data, n_folds=settings.folds, executor=executor
        )
        if request.ready_at() is None:  # else this goes on after another that has died
            Path(request.ready_file).write_text(repr(time.time()), encoding="ascii")
        importance_at = (request.closes_at() or 0.0) - VERDICT_S - request.importance_s
        examples_at = importance_at - request.examples_s
        closes_at = examples_at - request.ensemble_s
        search = BudgetedSearch(
            context=context,
            study=Study(workspace.record, request.study),
            n_affordable=request.n_affordable,
            searcher=settings.searcher,
            left_s=lambda: closes_at - time.time(),
            banned=request.banned,
            is_careful=request.is_careful,
            on_all_open=request.all_open_file.touch,
        )
        search.run(candidate_sources(settings.families, request.folder))
        _add_ensemble(search, settings.accept_loss, lambda: examples_at - time.time())
        # an ensemble of an earlier run may lead too
        asked = {*settings.families, ENSEMBLE}
        trials = [trial for trial in search.study if trial.family in asked]
        outcome = _looked_at(request, context, trials, settings.accept_loss)
        return replace(outcome, fits_cpu_s=search.fits.cpu_s)


def _add_ensemble(search: BudgetedSearch, accept_loss: float, left_s: Callable[[], float]) -> None:
    """Put an ensemble of what was measured on the record, if it is worth it."""
    from leadline.search.ensembles import ensemble_of

    context = search.context
    trials = [candidate.trial for candidate in search.candidates]
    choice = choose(trials, context.spec.scoring, accept_loss=accept_loss, price=context.price)
    if choice is None:
        return
    found = ensemble_of(
        search.candidates,
        context,
        search.study.new_name(ENSEMBLE),
        accepted=choice.accepted,
        is_over=lambda: left_s() <= 0,
    )
    if found is not None:
        search.study.write(found)


def _looked_at(
    request: SearchRequest, context: EvaluationContext, trials: Sequence[Trial], accept_loss: float
) -> SearchOutcome:
    """What the leader does with held-out rows, fitted to so few rows that it is quick."""
    from leadline.evaluation.examples import held_out_examples
    from leadline.evaluation.held_out import HeldOut
    from leadline.evaluation.importance import importance_of

    choice = choose(trials, context.spec.scoring, accept_loss=accept_loss, price=context.price)
    if choice is None:
        return SearchOutcome()
    trial = next(trial for trial in trials if trial.name == choice.chosen)
    # of a prompted model the rows that it was asked about: other answers would be paid anew
    spec = replace(context.evaluator(trial).spec, n_train=n_quickly_fitted(trial))
    outcome = SearchOutcome()
    with suppress(Exception):  # a model may fail on few rows, or to explain itself
        held_out = HeldOut.of(spec)
        outcome = SearchOutcome(choice.chosen, held_out_examples(held_out))
        ends_at = min(time.time() + request.importance_s, _last_moment(request))
        importance = importance_of(held_out, choice.chosen, left_s=lambda: ends_at - time.time())
        outcome = replace(outcome, importance=importance)
    return outcome


def n_quickly_fitted(trial: Trial) -> int:
    """Rows that a candidate is fitted to in little time."""
    # with fewer rows a prompted model shows other examples: all answers would be paid again
    if trial.family == PROMPTED:
        return trial.n_train
    share = min(1.0, _LONGEST_FIT_S / max(trial.fit_s, 1e-9))
    return max(int(trial.n_train * share), _FEWEST_TRAIN)


def _last_moment(request: SearchRequest) -> float:
    """When the verdict must be made, in seconds as `time.time` gives them."""
    closes_at = request.closes_at()
    return closes_at - VERDICT_S if closes_at is not None else 0.0
