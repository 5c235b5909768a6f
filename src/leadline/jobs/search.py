"""Search job: candidates tried within a hard limit of time, the baseline first.

This process keeps the limit and can kill the one that searches: when the time is over, when the
money or the processor time granted is used up, and when a candidate takes more memory than there
is; that candidate has then failed, and the search goes on without it. Each measurement is put on
the record at once, so that none is lost and a second run goes on from there.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from joblib import cpu_count

from leadline.errors import DiedError, LeadlineError, LimitError
from leadline.evaluation.answer_time import answer_price
from leadline.evaluation.budget import affordable_train_size
from leadline.evaluation.fit_spec import key_of, spec_of
from leadline.phases import search as phase
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.scoring import scoring_of
from leadline.phases.search import Closed, Search
from leadline.phases.search.choice import choose, comparison_errors, rows_ratio
from leadline.phases.search.trial import ENSEMBLE, Expected, Trial, TrialState
from leadline.processes.limit import run_with_limit
from leadline.processes.machine_noise import stolen_s
from leadline.processes.usage import free_memory, usage_of
from leadline.search.child_process import VERDICT_S, SearchOutcome, SearchRequest
from leadline.stats.allocation import probability_best
from leadline.stats.candidate_residuals import residual_draws
from leadline.stats.machines.fit_time import fit_time_law
from leadline.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.jobs import Report
    from leadline.record import Reading

_LEAST_BOX_S = 1.0
# processes that have not begun to measure after this time and the box never will
_LONGEST_START_S = 60.0
_TICK_S = 0.2
_REPORT_S = 1.0
# of the memory that is free at the start
_MEMORY_SHARE = 0.8
_MOST_ALIKE = 50_000
_N_DRAWS = 2000
_TINY = 1e-12
_FEWEST_SIZES = 2  # below, nothing is known of how time grows
_SPARE = 1.5  # what is advised is enough where fits take half as long again as expected
_STDS_OF_INTERVAL = 3.29  # standard deviations between the ends of a 90 % interval


class _OutOfMemoryError(LimitError):
    """A candidate takes more memory than there is."""


class _OutOfProcessorTimeError(LimitError):
    """The processor time granted is used up."""


class _OutOfTimeError(LimitError):
    """The time box is closed."""


def run(workspace: Workspace, reading: Reading, report: Report) -> Search:
    """Search until the time box closes; what was measured is kept whatever happens."""
    problem, data = reading.of(Problem), reading.of(Data)
    granted_s, closer = _granted(workspace, problem)
    with tempfile.TemporaryDirectory(prefix="ll-") as folder:
        request = SearchRequest(
            folder=str(workspace.folder),
            study=_study_of(workspace, problem, data),
            problem=problem,
            data=data,
            n_affordable=affordable_train_size(workspace, problem, data),
            asked_at=time.time() - report.waited_s(),
            granted_s=max(granted_s, _LEAST_BOX_S),
            ready_file=str(Path(folder) / "ready"),
            most_importance_s=workspace.settings.find.importance_s,
        )
        _end_what_ran(workspace, request)
        n_kept = len(_asked_trials(workspace, request))
        monitor = _LimitMonitor(workspace, request, report)
        closed, outcome = _search_within_limits(workspace, request, monitor, closer)
        ready_at, is_all_open = request.ready_at(), request.all_open_file.exists()
    trials = _with_chance_best(_asked_trials(workspace, request), problem.scoring)
    settings = workspace.settings.find
    price = answer_price(workspace)
    choice = choose(trials, problem.scoring, accept_loss=settings.accept_loss, price=price)
    chosen = choice.chosen if choice else ""
    chances = {trial.name: _chance_of(trial, problem) for trial in trials}
    n_processes = settings.n_jobs or cpu_count()
    untried = _untried(trials, settings.families, closed, is_all_open=is_all_open)
    spent_s = report.waited_s()
    return phase.assess(
        phase.Evidence(
            scoring=problem.scoring,
            trials=trials,
            chosen=chosen,
            time_box_s=granted_s,
            spent_s=spent_s,
            cost=spent_s / 3600 * workspace.settings.prices.machine_per_hour,
            currency=problem.currency,
            n_rows=data.split.n_train,
            machine_shares=data.machine_shares,
            examples=outcome.examples if outcome.chosen == chosen else (),
            importance=outcome.importance if outcome.chosen == chosen else None,
            n_affordable=request.n_affordable,
            closed=closed,
            cpu_s=monitor.cpu_s,
            target_score=problem.target_score,
            chance_target=chances.get(chosen),
            n_kept=n_kept,
            starting_s=None if ready_at is None else ready_at - request.asked_at,
            n_processes=n_processes,
            has_copies_across=_has_copies_across(workspace, problem, data),
            proposed_group=data.groups[0].column if data.groups else "",
            fits_cpu_s=outcome.fits_cpu_s,
            waiting_s=monitor.waiting_s,
            stolen_s=stolen_s() - monitor.stolen_before_s,
            untried=untried,
            wanted_s=_wanted_s(trials, len(untried), spent_s, n_processes, settings.folds),
            loss=choice.loss if choice else 0.0,
            price=price,
            accepted_loss=choice.accepted if choice else 0.0,
            loss_probability=choice.probability if choice else 1.0,
            best_chance=max((each for each in chances.values() if each is not None), default=None),
        )
    )


def _untried(
    trials: tuple[Trial, ...], families: Sequence[str], closed: Closed, *, is_all_open: bool
) -> tuple[str, ...]:
    """Families of which nothing was measured, though the search had not ended by itself.

    Where all were asked, one without a trial has none for this task, and was not left out.
    """
    if closed is Closed.DONE:
        return ()
    known = {trial.family for trial in trials if trial.state is not TrialState.NOT_STARTED}
    begun = {trial.family for trial in trials}
    asked = [family for family in families if family in begun or not is_all_open]
    return tuple(family for family in asked if family not in known)


def _has_copies_across(workspace: Workspace, problem: Problem, data: Data) -> bool:
    """Whether folds have equal rows on both sides; of many rows, enough differ."""
    if not data.n_duplicates or data.n_rows > _MOST_ALIKE:
        return False
    # here, as scikit-learn takes a second to import, and most data have no copies
    from leadline.datasets.folds import has_copies_across
    from leadline.datasets.frames import Target, load_pool

    pool = load_pool(workspace.artifacts, data, Target.of(problem))
    return has_copies_across(pool, workspace.settings.find.folds)


def _wanted_s(
    trials: tuple[Trial, ...], n_untried: int, spent_s: float, n_processes: int, n_folds: int
) -> float | None:
    """Seconds after which every family's default would be measured with all rows.

    Of a family that was not tried a default is taken to take as long as the longest of the others.
    """
    n_largest = max((trial.n_train for trial in trials), default=0)
    defaults = {trial.family: trial for trial in reversed(trials) if trial.points}
    longest, missing_s = 0.0, 0.0
    for trial in defaults.values():
        each = _fit_seconds(trial, n_largest) * n_folds
        longest = max(longest, each)
        missing_s += each if trial.n_train < n_largest else 0.0
    missing_s += n_untried * longest
    return spent_s + _SPARE * missing_s / n_processes if missing_s else None


def _fit_seconds(trial: Trial, n_train: int) -> float:
    """Seconds that a fit of a trial is expected to take; in proportion to the rows, of one size."""
    sizes = [float(point.n_train) for point in trial.points]
    seconds = [max(point.fit_s, _TINY) for point in trial.points]
    if len(sizes) < _FEWEST_SIZES:
        return seconds[-1] * n_train / sizes[-1]
    return float(fit_time_law(sizes, seconds).predict([float(n_train)])[0])


def _granted(workspace: Workspace, problem: Problem) -> tuple[float, Closed]:
    """Seconds of the time box, and what closes it: the time granted, or the money."""
    settings, price = workspace.settings.find, workspace.settings.prices.machine_per_hour
    if settings.money_limit and price:
        affordable_s = settings.money_limit / price * 3600
        if affordable_s < problem.time_box_s:
            return affordable_s, Closed.MONEY
    return problem.time_box_s, Closed.TIME


def _study_of(workspace: Workspace, problem: Problem, data: Data) -> str:
    """Name of the study: a digest of what is searched, so that a second run goes on."""
    spec = replace(spec_of(workspace, problem, data), n_folds=workspace.settings.find.folds)
    return f"search {hashlib.sha256(key_of(spec).encode()).hexdigest()}"


def _search_within_limits(
    workspace: Workspace, request: SearchRequest, monitor: _LimitMonitor, closer: Closed
) -> tuple[Closed, SearchOutcome]:
    """Search in child processes; if a candidate takes them down, go on without the candidate."""
    while True:
        try:
            outcome: SearchOutcome = run_with_limit(
                "leadline.search.child_process:run_search",
                request,
                limit_s=None,  # the monitor keeps the time
                tick=monitor,
                tick_s=_TICK_S,
            )
        except KeyboardInterrupt:
            return Closed.HAND, SearchOutcome()
        except _OutOfProcessorTimeError:
            return Closed.CPU, SearchOutcome()
        except _OutOfTimeError:
            return closer, SearchOutcome()
        except (_OutOfMemoryError, DiedError) as error:
            request = _without_culprit(workspace, request, error)
            monitor.restarted()
        else:
            is_over = request.is_over()
            return (closer if is_over else Closed.DONE), outcome


def _without_culprit(
    workspace: Workspace, request: SearchRequest, error: LeadlineError
) -> SearchRequest:
    """The request to go on with after the processes have died.

    If one candidate was being measured, it has failed. If several were, it may have been any of
    them: then one fit runs at a time, until it happens again.
    """
    written = workspace.record.trials.of(request.study)
    running = {trial.name for trial in _latest(written) if trial.state is TrialState.RUNNING}
    if len(running) > 1 and not request.is_careful:
        return replace(request, is_careful=True)
    # of several the one written last: the next fit begins before the last one is looked at
    failed = next((trial for trial in reversed(written) if trial.name in running), None)
    if failed is None or failed.name in request.banned:
        raise error
    failed = replace(failed, state=TrialState.FAILED, message=str(error))
    workspace.record.trials.add(request.study, failed)
    return replace(request, banned=request.banned | {failed.name}, is_careful=False)


@dataclass
class _LimitMonitor:
    """Called a few times a second: raises when a limit is exceeded, and reports progress."""

    workspace: Workspace
    request: SearchRequest
    report: Report
    cpu_s: float = 0.0
    waiting_s: float = 0.0
    stolen_before_s: float = field(default_factory=stolen_s)
    _before_s: float = 0.0
    _reported_at: float = field(default=-_REPORT_S)

    def __post_init__(self) -> None:
        settings = self.workspace.settings.find
        self._cpu_limit_s = settings.cpu_limit_s
        self._memory_limit = settings.memory_limit_gb * 2**30 or _MEMORY_SHARE * free_memory()

    def __call__(self, session: int) -> None:
        now, closes_at = time.time(), self.request.closes_at()
        if closes_at is None:
            closes_at = self.request.asked_at + self.request.granted_s + _LONGEST_START_S
        if now > closes_at - VERDICT_S:
            raise _OutOfTimeError("The time granted is over.")
        usage = usage_of(session, memory_from=self._memory_limit)
        self.cpu_s = max(self.cpu_s, self._before_s + usage.cpu_s)
        self.waiting_s = max(self.waiting_s, usage.waiting_s)
        if self._cpu_limit_s and self.cpu_s > self._cpu_limit_s:
            raise _OutOfProcessorTimeError("The processor time granted is over.")
        if self._memory_limit and usage.memory > self._memory_limit:
            raise _OutOfMemoryError(
                f"It took {usage.memory / 2**30:.1f} GB of memory;",
                f"{self._memory_limit / 2**30:.1f} GB are granted.",
                "Grant more with [find] memory_limit_gb, or leave the family out.",
            )
        if time.monotonic() - self._reported_at >= _REPORT_S:
            self._reported_at = time.monotonic()
            share = min(self.report.waited_s() / self.request.granted_s, 1.0)
            self.report(_progress(self.workspace.record.trials.of(self.request.study)), share)

    def restarted(self) -> None:
        """Count the processor time of another process from here on."""
        self._before_s = self.cpu_s


def _with_chance_best(trials: tuple[Trial, ...], scoring: str) -> tuple[Trial, ...]:
    """The trials, each with the probability that none is better at the affordable size."""
    known = [
        trial for trial in trials if trial.error_at_largest and trial.state is not TrialState.FAILED
    ]
    if not known:
        return trials
    errors, rng = comparison_errors(known, scoring), np.random.default_rng(0)
    draws = [
        errors[trial.name]
        / trial.error_at_largest.error
        * _error_draws(trial.error_at_largest, rng)
        for trial in known
        if trial.error_at_largest
    ]
    factors = residual_draws(
        [trial.family for trial in known], rows_ratio(known), _N_DRAWS, rng=rng
    )
    chances = dict(zip(errors, probability_best(np.column_stack(draws) * factors), strict=True))
    return tuple(
        replace(trial, chance_best=float(chances[trial.name])) if trial.name in chances else trial
        for trial in trials
    )


def _error_draws(expected: Expected, rng: np.random.Generator) -> np.ndarray:
    """Draws of an error whose 90 % interval is the one on the record."""
    std = np.log(max(expected.high, _TINY) / max(expected.low, _TINY)) / _STDS_OF_INTERVAL
    return np.asarray(max(expected.error, _TINY) * np.exp(rng.normal(0.0, std, _N_DRAWS)))


def _chance_of(trial: Trial, problem: Problem) -> float | None:
    """Probability that a trial reaches the target with the rows that can be afforded."""
    if not trial.expected:
        return None
    target = scoring_of(problem.scoring).error(problem.target_score)
    return float(np.mean(_error_draws(trial.expected[-1], np.random.default_rng(1)) <= target))


def _end_what_ran(workspace: Workspace, request: SearchRequest) -> None:
    """Note that nothing runs of what an earlier run, which was killed, had begun."""
    for trial in _latest(workspace.record.trials.of(request.study)):
        if trial.state is TrialState.RUNNING:
            workspace.record.trials.add(request.study, _ended(trial))


def _asked_trials(workspace: Workspace, request: SearchRequest) -> tuple[Trial, ...]:
    """The study's trials of the families in the settings; earlier runs may have had others."""
    asked = {*workspace.settings.find.families, ENSEMBLE}
    trials = _latest(workspace.record.trials.of(request.study))
    return tuple(_ended(trial) for trial in trials if trial.family in asked)


def _ended(trial: Trial) -> Trial:
    """A trial as the verdict holds it: nothing runs any more."""
    if trial.state is not TrialState.RUNNING:
        return trial
    state = TrialState.NOT_STARTED if trial.mean is None else TrialState.PRUNED
    return replace(trial, state=state)


def _latest(trials: tuple[Trial, ...]) -> tuple[Trial, ...]:
    """Each trial as it was last written, in the order they were begun."""
    by_name: dict[str, Trial] = {}
    for trial in trials:
        by_name[trial.name] = trial
    return tuple(by_name.values())


def _progress(trials: tuple[Trial, ...]) -> str:
    """Progress in words: number of candidates measured, and the one being measured."""
    latest = _latest(trials)
    if not latest:
        return "starting"
    n_known = sum(trial.mean is not None for trial in latest)
    return f"{n_known} candidates measured, trying {trials[-1].name}"
