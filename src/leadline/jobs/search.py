"""Search job: candidates tried within a hard limit of time, the baseline first.

This process keeps the limit and can kill the one that searches: when the time is over, when the
money or the processor time granted is used up, and when a candidate takes more memory than there
is; that candidate has then failed, and the search goes on without it. Each measurement is put on
the record at once, so that none is lost and a second run goes on from there.
"""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from leadline.errors import DiedError, LeadlineError, LimitError
from leadline.evaluation.budget import affordable_train_size
from leadline.evaluation.fit_spec import FitSpec, key_of, spec_of
from leadline.phases import search as phase
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.scoring import scoring_of
from leadline.phases.search import Closed, Search
from leadline.phases.search.choice import choose, comparison_errors
from leadline.phases.search.trial import Example, Expected, Trial, TrialState
from leadline.processes.limit import run_with_limit
from leadline.processes.usage import free_memory, usage_of
from leadline.search.child_process import SearchRequest
from leadline.stats.allocation import probability_best
from leadline.workspace import Workspace

if TYPE_CHECKING:
    from leadline.jobs import Report
    from leadline.record import Reading

_LEAST_BOX_S = 1.0
# people wait for the examples and the verdict too, so the time box includes both
_CLOSING_S = 1.0
_CLOSING_SHARE = 0.2
_EXAMPLES_S = 6.0
_VERDICT_S = 1.6
_LONGEST_FIT_S = 0.5
_FEWEST_TRAIN = 200
_TICK_S = 0.2
_REPORT_S = 1.0
# of the memory that is free at the start
_MEMORY_SHARE = 0.8
_N_DRAWS = 2000
_TINY = 1e-12
_STDS_OF_INTERVAL = 3.29  # standard deviations between the ends of a 90 % interval


class _OutOfMemoryError(LimitError):
    """A candidate takes more memory than there is."""


class _OutOfProcessorTimeError(LimitError):
    """The processor time granted is used up."""


def run(workspace: Workspace, reading: Reading, report: Report) -> Search:
    """Search until the time box closes; what was measured is kept whatever happens."""
    problem, data = reading.of(Problem), reading.of(Data)
    granted_s, closer = _granted(workspace, problem)
    closing_s = max(_CLOSING_S, min(_EXAMPLES_S, _CLOSING_SHARE * granted_s))
    left_s = max(granted_s - report.waited_s() - closing_s, _LEAST_BOX_S)
    request = SearchRequest(
        folder=str(workspace.folder),
        study=_study_of(workspace, problem, data),
        problem=problem,
        data=data,
        n_affordable=affordable_train_size(workspace, problem, data),
        closes_at=time.time() + left_s,
    )
    n_kept = len(_asked_trials(workspace, request))
    monitor = _LimitMonitor(workspace, request, report, granted_s)
    closed = _search_within_limits(workspace, request, monitor, closer)
    trials = _with_chance_best(_asked_trials(workspace, request), problem.scoring)
    chosen = choose(trials, problem.scoring)
    examples: tuple[Example, ...] = ()
    if chosen:
        report("looking for examples", 1.0)
        trial = next(trial for trial in trials if trial.name == chosen)
        left_s = granted_s - report.waited_s() - min(_VERDICT_S, closing_s / 3)
        examples = _examples(_quick_spec(spec_of(workspace, problem, data), trial), left_s)
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
            examples=examples,
            n_affordable=request.n_affordable,
            closed=closed,
            cpu_s=monitor.cpu_s,
            target_score=problem.target_score,
            chance_target=_chance_of(trials, chosen, problem),
            n_kept=n_kept,
        )
    )


def _examples(spec: FitSpec, left_s: float) -> tuple[Example, ...]:
    """Right and wrong predictions, if there is time; limited too, as a fit may take long."""
    if left_s < _LEAST_BOX_S:
        return ()
    # a model may fail on few rows; the search is kept
    with suppress(LeadlineError, KeyboardInterrupt):
        examples: tuple[Example, ...] = run_with_limit(
            "leadline.evaluation.examples:held_out_examples", spec, limit_s=left_s
        )
        return examples
    return ()


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
) -> Closed:
    """Search in child processes; if a candidate takes one down, go on without the candidate."""
    while True:
        left_s = request.closes_at - time.time()
        try:
            run_with_limit(
                "leadline.search.child_process:run_search",
                request,
                limit_s=left_s,
                tick=monitor,
                tick_s=_TICK_S,
            )
        except KeyboardInterrupt:
            return Closed.HAND
        except _OutOfProcessorTimeError:
            return Closed.CPU
        except (_OutOfMemoryError, DiedError) as error:
            failed = _measured_last(workspace, request)
            if failed is None or failed.name in request.banned:
                raise
            failed = replace(failed, state=TrialState.FAILED, message=str(error))
            workspace.record.trials.add(request.study, failed)
            request = replace(request, banned=request.banned | {failed.name})
            monitor.restarted()
        except LimitError:
            return closer
        else:
            return Closed.DONE


def _measured_last(workspace: Workspace, request: SearchRequest) -> Trial | None:
    """The trial that was being measured: the one written last."""
    trials = workspace.record.trials.of(request.study)
    return trials[-1] if trials else None


@dataclass
class _LimitMonitor:
    """Called a few times a second: raises when a limit is exceeded, and reports progress."""

    workspace: Workspace
    request: SearchRequest
    report: Report
    granted_s: float
    cpu_s: float = 0.0
    _before_s: float = 0.0
    _reported_at: float = field(default=-_REPORT_S)

    def __post_init__(self) -> None:
        settings = self.workspace.settings.find
        self._cpu_limit_s = settings.cpu_limit_s
        self._memory_limit = settings.memory_limit_gb * 2**30 or _MEMORY_SHARE * free_memory()

    def __call__(self, session: int) -> None:
        usage = usage_of(session)
        self.cpu_s = max(self.cpu_s, self._before_s + usage.cpu_s)
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
            share = min(self.report.waited_s() / self.granted_s, 1.0)
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
    chances = dict(zip(errors, probability_best(np.column_stack(draws)), strict=True))
    return tuple(
        replace(trial, chance_best=float(chances[trial.name])) if trial.name in chances else trial
        for trial in trials
    )


def _error_draws(expected: Expected, rng: np.random.Generator) -> np.ndarray:
    """Draws of an error whose 90 % interval is the one on the record."""
    std = np.log(max(expected.high, _TINY) / max(expected.low, _TINY)) / _STDS_OF_INTERVAL
    return np.asarray(max(expected.error, _TINY) * np.exp(rng.normal(0.0, std, _N_DRAWS)))


def _chance_of(trials: tuple[Trial, ...], chosen: str, problem: Problem) -> float | None:
    """Probability that the chosen trial reaches the target with the rows that can be afforded."""
    trial = next((trial for trial in trials if trial.name == chosen), None)
    if trial is None or not trial.expected:
        return None
    target = scoring_of(problem.scoring).error(problem.target_score)
    return float(np.mean(_error_draws(trial.expected[-1], np.random.default_rng(1)) <= target))


def _quick_spec(spec: FitSpec, trial: Trial) -> FitSpec:
    """The trial on so few rows that one more fit is short: the time box is closed by now."""
    share = min(1.0, _LONGEST_FIT_S / max(trial.fit_s, 1e-9))
    n_train = max(int(trial.n_train * share), _FEWEST_TRAIN)
    return replace(spec, family=trial.family, params=trial.params, n_train=n_train)


def _asked_trials(workspace: Workspace, request: SearchRequest) -> tuple[Trial, ...]:
    """The study's trials of the families in the settings; earlier runs may have had others."""
    asked = set(workspace.settings.find.families)
    return tuple(t for t in _latest(workspace.record.trials.of(request.study)) if t.family in asked)


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
