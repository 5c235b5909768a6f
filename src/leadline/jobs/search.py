"""find / search: try candidates inside a hard time box, the baseline first."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import count, zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np

from leadline.engines.loading import load, load_family
from leadline.engines.own.naming import is_import_path
from leadline.errors import LeadlineError, LimitError
from leadline.gather.box import run_in_box
from leadline.gather.examples import held_out_examples
from leadline.gather.measuring import FitSpec, measure, spec_of
from leadline.phases import search as phase
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.scoring import scoring_of
from leadline.phases.search import Example, Scalar, Search, Trial, TrialState
from leadline.stats.compare import one_standard_error_choice
from leadline.workspace import Workspace

if TYPE_CHECKING:
    from leadline.gather.progress import Report
    from leadline.record import Reading

_MOST_TRAIN = 20_000
_MOST_VALID = 10_000
_LEAST_BOX_S = 1.0
_CLOSING_S = 1.0
_LONGEST_FIT_S = 0.5
_FEWEST_TRAIN = 200
_LONGEST_MESSAGE = 600


@dataclass(frozen=True)
class Plan:
    """Everything the child needs: small, and data by digest."""

    folder: str
    box: str
    spec: FitSpec
    families: tuple[str, ...]
    executor: str
    n_jobs: int


def run(workspace: Workspace, reading: Reading, report: Report) -> Search:
    """Search until the box closes; what was finished is kept whatever happens."""
    problem = reading.of(Problem)
    data = reading.of(Data)
    plan = _plan(workspace, problem, data)

    def tick() -> None:
        share = min(report.waited_s() / problem.time_box_s, 1.0)
        report(_progress(workspace.record.trials(plan.box)), share)

    # people wait for the start of processes and for the closing words, so both are in the box
    left_s = max(problem.time_box_s - report.waited_s() - _CLOSING_S, _LEAST_BOX_S)
    with suppress(LimitError):
        run_in_box("leadline.jobs.search:explore", plan, limit_s=left_s, tick=tick, tick_s=0.5)
    trials = _latest(workspace.record.trials(plan.box))
    chosen = choose(trials, problem.scoring)
    examples: tuple[Example, ...] = ()
    if chosen:
        report("looking for examples", 1.0)
        trial = next(trial for trial in trials if trial.name == chosen)
        with suppress(Exception):  # a guest's model may fail on few rows; the search is kept
            examples = held_out_examples(_quick(plan.spec, trial))
    spent_s = report.waited_s()
    return phase.assess(
        phase.Evidence(
            scoring=problem.scoring,
            trials=trials,
            chosen=chosen,
            time_box_s=problem.time_box_s,
            spent_s=spent_s,
            cost=spent_s / 3600 * workspace.settings.prices.machine_per_hour,
            currency=problem.currency,
            n_rows=data.split.n_train,
            examples=examples,
        )
    )


def explore(plan: Plan) -> None:
    """Try candidates one after the other, until there are none left or the box closes."""
    executor = load("executors", plan.executor)(plan.n_jobs)
    with Workspace.open(plan.folder) as workspace:
        for trial in _candidates(plan):
            workspace.record.add_trial(plan.box, trial)
            if trial.state is TrialState.CUT:
                workspace.record.add_trial(plan.box, _try(plan, executor, trial))


def _quick(spec: FitSpec, trial: Trial) -> FitSpec:
    """The trial on as few rows as keep one more fit short: the box is closed by now."""
    share = min(1.0, _LONGEST_FIT_S / max(trial.fit_s, 1e-9))
    n_train = max(int(trial.n_train * share), _FEWEST_TRAIN)
    return replace(spec, family=trial.family, params=trial.params, n_train=n_train)


def choose(trials: tuple[Trial, ...], scoring: str) -> str:
    """Name of the simplest complete trial within one standard error of the best; empty if none."""
    complete = [t for t in trials if t.state is TrialState.COMPLETE and t.mean is not None]
    if not complete:
        return ""
    sign = -1.0 if scoring_of(scoring).is_loss else 1.0
    index = one_standard_error_choice(
        [sign * (trial.mean or 0.0) for trial in complete],
        [trial.stderr or 0.0 for trial in complete],
        [trial.complexity for trial in complete],
    )
    return complete[index].name


def _plan(workspace: Workspace, problem: Problem, data: Data) -> Plan:
    settings = workspace.settings.find
    spec = replace(
        spec_of(workspace, problem, data),
        n_folds=settings.folds,
        n_train=_MOST_TRAIN,
        n_valid=_MOST_VALID,
    )
    return Plan(
        folder=str(workspace.folder),
        box=uuid.uuid4().hex,
        spec=spec,
        families=tuple(settings.families),
        executor=settings.executor,
        n_jobs=settings.n_jobs,
    )


def _candidates(plan: Plan) -> Iterator[Trial]:
    """Every family's default first, simple before rich; then their further candidates in turn.

    A family is asked when its turn comes, so that one that hangs or raises costs no other.
    """
    number, spaces = count(), []
    for name, family in _families(plan):
        blank = partial(_untried, name, family)
        try:
            space = _space(plan, name, family)
        except Exception as error:  # a guest's family may raise anything; the search goes on
            yield replace(blank(next(number), {}), state=TrialState.FAILED, message=_message(error))
            continue
        if space:
            yield blank(next(number), space[0])
        spaces.append([(blank, params) for params in space[1:]])
    for round_ in zip_longest(*spaces):
        for blank, params in filter(None, round_):
            yield blank(next(number), params)


def _families(plan: Plan) -> Iterator[tuple[str, Any]]:
    """Names with families, simple before rich; with an error where there is none to be had.

    The installed ones come first: the code of a person's own model runs when its turn comes.
    """
    names = list(dict.fromkeys(plan.families))
    for is_own in (False, True):
        names_now = [name for name in names if is_import_path(name) == is_own]
        loaded = ((name, _loaded(name, plan.spec.folder)) for name in names_now)
        yield from loaded if is_own else sorted(loaded, key=lambda pair: _complexity(pair[1]))


def _loaded(name: str, folder: str) -> Any:
    """The family of a name, or what stands in its way."""
    try:
        return load_family(name, folder)
    except Exception as error:  # a guest's package may raise anything when it is imported
        return error


def _space(plan: Plan, name: str, family: Any) -> list[Mapping[str, Scalar]]:
    """What a family proposes; raises what it raises."""
    if isinstance(family, Exception):
        raise family
    data, task = plan.spec.data, plan.spec.target.task.value
    space = list(family.candidates(task, data.features, data.split.n_train))
    if not space and is_import_path(name):
        # a family of ours may pass a task by in silence; one that was named by path may not
        from leadline.engines.own.finding import nothing_to_try

        raise nothing_to_try(name, family, task)
    return space


def _untried(name: str, family: Any, number: int, params: Mapping[str, Scalar]) -> Trial:
    """A trial that counts as cut until it has an end."""
    return Trial(
        name=f"{getattr(family, 'name', '') or name} {number}",
        family=name,
        params=dict(params),
        complexity=_complexity(family),
        n_train=0,
        state=TrialState.CUT,
    )


def _complexity(family: Any) -> int:
    """Rank of a family; what has none is the simplest, and fails by itself."""
    rank = getattr(family, "complexity", 0)
    return rank if isinstance(rank, int) else 0


def _message(error: Exception) -> str:
    if isinstance(error, LeadlineError):
        return str(error)[:_LONGEST_MESSAGE]  # it says what is found, needed and next
    return f"{type(error).__name__}: {error}"[:300]


def _try(plan: Plan, executor: Any, trial: Trial) -> Trial:
    """Measure one candidate on every fold; a failure is a result too."""
    specs = [
        replace(plan.spec, family=trial.family, params=trial.params, fold=fold)
        for fold in range(plan.spec.n_folds)
    ]
    try:
        results = list(executor.map(measure, specs))
    except Exception as error:  # a guest's model may raise anything; the search goes on
        return replace(trial, state=TrialState.FAILED, message=_message(error))
    scores = np.array([result.score for result in results])
    return replace(
        trial,
        n_train=int(np.mean([result.n_train for result in results])),
        scores=tuple(float(score) for score in scores),
        mean=float(scores.mean()),
        stderr=float(scores.std(ddof=1) / np.sqrt(scores.size)) if scores.size > 1 else 0.0,
        fit_s=float(np.mean([result.fit_s for result in results])),
        state=TrialState.COMPLETE,
    )


def _latest(trials: tuple[Trial, ...]) -> tuple[Trial, ...]:
    """Each trial as it was last written, in the order of their start."""
    by_name: dict[str, Trial] = {}
    for trial in trials:
        by_name[trial.name] = trial
    return tuple(by_name.values())


def _progress(trials: tuple[Trial, ...]) -> str:
    latest = _latest(trials)
    n_done = sum(trial.state is TrialState.COMPLETE for trial in latest)
    if not latest:
        return "starting"
    return f"{n_done} candidates finished, trying {latest[-1].name}"
