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
from leadline.phases.search.choice import choose, compared
from leadline.phases.search.trial import Example, Expected, Trial, TrialState
from leadline.processes.limit import run_in_box
from leadline.processes.usage import free_memory, usage_of
from leadline.search.child import Plan
from leadline.stats.allocation import chances_best
from leadline.workspace import Workspace

if TYPE_CHECKING:
    from leadline.jobs import Report
    from leadline.record import Reading

_LEAST_BOX_S = 1.0
# people wait for examples and the verdict too, so their time counts as well
_CLOSING_S = 1.0
_CLOSING_SHARE = 0.2
_EXAMPLES_S = 6.0
_LAST_WORDS_S = 1.6
_LONGEST_FIT_S = 0.5
_FEWEST_TRAIN = 200
_TICK_S = 0.2
_TELL_S = 1.0
# of the memory that is free at the start
_MOST_MEMORY = 0.8
_N_DRAWS = 2000
_TINY = 1e-12
_NINETY = 3.29  # standard deviations between the ends of a 90 % interval


class _OutOfMemoryError(LimitError):
    """A candidate takes more memory than there is."""


class _OutOfProcessorTimeError(LimitError):
    """The processor time granted is used up."""


def run(workspace: Workspace, reading: Reading, report: Report) -> Search:
    """Search until the box closes; what was measured is kept whatever happens."""
    problem, data = reading.of(Problem), reading.of(Data)
    granted_s, closer = _granted(workspace, problem)
    closing_s = max(_CLOSING_S, min(_EXAMPLES_S, _CLOSING_SHARE * granted_s))
    left_s = max(granted_s - report.waited_s() - closing_s, _LEAST_BOX_S)
    plan = Plan(
        folder=str(workspace.folder),
        box=_box(workspace, problem, data),
        problem=problem,
        data=data,
        n_aim=affordable_train_size(workspace, problem, data),
        closes_at=time.time() + left_s,
    )
    n_kept = len(_found(workspace, plan))
    watch = _Watch(workspace, plan, report, granted_s)
    closed = _explore_in_boxes(workspace, plan, watch, closer)
    trials = _judged(_found(workspace, plan), problem.scoring)
    chosen = choose(trials, problem.scoring)
    examples: tuple[Example, ...] = ()
    if chosen:
        report("looking for examples", 1.0)
        trial = next(trial for trial in trials if trial.name == chosen)
        left_s = granted_s - report.waited_s() - min(_LAST_WORDS_S, closing_s / 3)
        examples = _examples(_quick(spec_of(workspace, problem, data), trial), left_s)
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
            n_aim=plan.n_aim,
            closed=closed,
            cpu_s=watch.cpu_s,
            target_score=problem.target_score,
            chance_target=_chance_of(trials, chosen, problem),
            n_kept=n_kept,
        )
    )


def _examples(spec: FitSpec, left_s: float) -> tuple[Example, ...]:
    """Rows told right and wrong, if there is time; under a limit, as a fit may take long."""
    if left_s < _LEAST_BOX_S:
        return ()
    # a guest's model may fail on few rows; the search is kept
    with suppress(LeadlineError, KeyboardInterrupt):
        found: tuple[Example, ...] = run_in_box(
            "leadline.evaluation.examples:held_out_examples", spec, limit_s=left_s
        )
        return found
    return ()


def _granted(workspace: Workspace, problem: Problem) -> tuple[float, Closed]:
    """Seconds of the box, and what closes it: the time granted, or the money."""
    settings, price = workspace.settings.find, workspace.settings.prices.machine_per_hour
    if settings.money_limit and price:
        affordable_s = settings.money_limit / price * 3600
        if affordable_s < problem.time_box_s:
            return affordable_s, Closed.MONEY
    return problem.time_box_s, Closed.TIME


def _box(workspace: Workspace, problem: Problem, data: Data) -> str:
    """Under which trials are on the record: what is searched, so that a second run goes on."""
    spec = replace(spec_of(workspace, problem, data), n_folds=workspace.settings.find.folds)
    return f"search {hashlib.sha256(key_of(spec).encode()).hexdigest()}"


def _explore_in_boxes(workspace: Workspace, plan: Plan, watch: _Watch, closer: Closed) -> Closed:
    """Explore until the end; when a candidate takes the process down, go on without it."""
    while True:
        left_s = plan.closes_at - time.time()
        try:
            run_in_box(
                "leadline.search.child:explore",
                plan,
                limit_s=left_s,
                tick=watch,
                tick_s=_TICK_S,
            )
        except KeyboardInterrupt:
            return Closed.HAND
        except _OutOfProcessorTimeError:
            return Closed.CPU
        except (_OutOfMemoryError, DiedError) as error:
            failed = _at_work(workspace, plan)
            if failed is None or failed.name in plan.banned:
                raise
            failed = replace(failed, state=TrialState.FAILED, message=str(error))
            workspace.record.add_trial(plan.box, failed)
            plan = replace(plan, banned=plan.banned | {failed.name})
            watch.restarted()
        except LimitError:
            return closer
        else:
            return Closed.DONE


def _at_work(workspace: Workspace, plan: Plan) -> Trial | None:
    """The trial that was being measured."""
    trials = workspace.record.trials(plan.box)
    return trials[-1] if trials else None


@dataclass
class _Watch:
    """Told a few times a second who explores: looks at what that takes, and says how it goes."""

    workspace: Workspace
    plan: Plan
    report: Report
    granted_s: float
    cpu_s: float = 0.0
    _before_s: float = 0.0
    _told_at: float = field(default=-_TELL_S)

    def __post_init__(self) -> None:
        settings = self.workspace.settings.find
        self._cpu_limit_s = settings.cpu_limit_s
        self._memory_limit = settings.memory_limit_gb * 2**30 or _MOST_MEMORY * free_memory()

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
        if time.monotonic() - self._told_at >= _TELL_S:
            self._told_at = time.monotonic()
            share = min(self.report.waited_s() / self.granted_s, 1.0)
            self.report(_progress(self.workspace.record.trials(self.plan.box)), share)

    def restarted(self) -> None:
        """Another process explores from here on."""
        self._before_s = self.cpu_s


def _judged(trials: tuple[Trial, ...], scoring: str) -> tuple[Trial, ...]:
    """With the probability of each that no other is better at the size that can be afforded."""
    known = [trial for trial in trials if trial.level and trial.state is not TrialState.FAILED]
    if not known:
        return trials
    errors, rng = compared(known, scoring), np.random.default_rng(0)
    draws = [
        errors[trial.name] / trial.level.error * _drawn(trial.level, rng)
        for trial in known
        if trial.level
    ]
    chances = dict(zip(errors, chances_best(np.column_stack(draws)), strict=True))
    return tuple(
        replace(trial, chance_best=float(chances[trial.name])) if trial.name in chances else trial
        for trial in trials
    )


def _drawn(expected: Expected, rng: np.random.Generator) -> np.ndarray:
    """Errors as far apart as the interval that is on the record."""
    spread = np.log(max(expected.high, _TINY) / max(expected.low, _TINY)) / _NINETY
    return np.asarray(max(expected.error, _TINY) * np.exp(rng.normal(0.0, spread, _N_DRAWS)))


def _chance_of(trials: tuple[Trial, ...], chosen: str, problem: Problem) -> float | None:
    """Probability that the chosen trial reaches the target with the rows that can be afforded."""
    trial = next((trial for trial in trials if trial.name == chosen), None)
    if trial is None or not trial.expected:
        return None
    target = scoring_of(problem.scoring).error(problem.target_score)
    return float(np.mean(_drawn(trial.expected[-1], np.random.default_rng(1)) <= target))


def _quick(spec: FitSpec, trial: Trial) -> FitSpec:
    """The trial on so few rows that one more fit is short: the time is over by now."""
    share = min(1.0, _LONGEST_FIT_S / max(trial.fit_s, 1e-9))
    n_train = max(int(trial.n_train * share), _FEWEST_TRAIN)
    return replace(spec, family=trial.family, params=trial.params, n_train=n_train)


def _found(workspace: Workspace, plan: Plan) -> tuple[Trial, ...]:
    """What is on record of the families that are asked now; earlier runs may have asked others."""
    asked = set(workspace.settings.find.families)
    return tuple(t for t in _latest(workspace.record.trials(plan.box)) if t.family in asked)


def _latest(trials: tuple[Trial, ...]) -> tuple[Trial, ...]:
    """Each trial as it was last written, in the order of their start."""
    by_name: dict[str, Trial] = {}
    for trial in trials:
        by_name[trial.name] = trial
    return tuple(by_name.values())


def _progress(trials: tuple[Trial, ...]) -> str:
    """How many candidates were measured, which leads, and which is at work."""
    latest = _latest(trials)
    if not latest:
        return "starting"
    n_known = sum(trial.mean is not None for trial in latest)
    return f"{n_known} candidates measured, trying {trials[-1].name}"
