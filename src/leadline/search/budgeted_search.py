"""The race of the candidates: where each next second of a time box goes.

Candidates are measured at small nested sizes first. From its curve each has a forecast at the size
that can be afforded, and the next measurement goes where knowing more is expected to save most
error there, a second. A new candidate, from its family or a searcher, is one more thing to know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from leadline.engines.loading import load
from leadline.evaluation.fit import message_of
from leadline.phases.scoring import scoring_of
from leadline.phases.search.choice import compared
from leadline.phases.search.trial import Expected, Trial, TrialState
from leadline.search.candidate_evaluator import BATCH, Course, Step
from leadline.search.candidate_state import LEAST_S, Move, Runner
from leadline.search.candidates import Params, Source
from leadline.search.error_forecast import Outlook, belief_of, outlook_of
from leadline.search.fold_effects import luck_of, without_luck
from leadline.stats.allocation import value_of_knowing
from leadline.stats.curves.design import train_sizes

if TYPE_CHECKING:
    from leadline.phases.curve import Point
    from leadline.stats.arrays import Floats

_MOST_SIZES = 7
_N_LOOKS = 3
_N_DRAWS = 400
_N_SHOWN = 5  # sizes of a forecast that go on the record
_FEWEST_SIZES = 3  # of a curve
# what a search is not worth going on for: of the error, and of the doubt about it
_NOTICEABLE = 0.002
_WITHIN_DOUBT = 0.05
# proposals of a family in a row that came to nothing before it is left alone
_PATIENCE = 10
LEAST_SPREAD = 0.01
_RECENT = 6
# a box in which nobody waits for other processes before each family was looked at
_SHORT_S = 45.0
# left for the leader to be measured in full before the box closes
_RESERVE = 1.5


@dataclass
class Race:
    """Candidates, and what is known of each.

    Attributes
    ----------
    course : Course
        What they are measured on.
    box : str
        Under which their trials are on the record.
    n_aim : int
        Train rows that can be afforded.
    searcher : str
        Who proposes parameters; "none": only the families themselves do.
    left_s : callable
        Seconds before the box closes.
    banned : set of str
        Names of trials that are not to be measured again.
    """

    course: Course
    box: str
    n_aim: int
    searcher: str
    left_s: Callable[[], float]
    banned: frozenset[str] = frozenset()
    runners: list[Runner] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    _known: dict[str, Trial] = field(default_factory=dict)
    _n_named: int = 0

    def __post_init__(self) -> None:
        sizes = train_sizes(self.course.largest)[::-1]
        self.sizes = sizes[::2][:_MOST_SIZES][::-1]
        for trial in self.course.workspace.record.trials.of(self.box):
            self._known[trial.name] = trial
        self._n_named = len(self._known)

    def run(self, sources: Iterable[Source]) -> None:
        """Look at every family's default, the baseline in full; then go where it pays."""
        is_short = self.left_s() < _SHORT_S
        for source in sources:
            runner = self._opened(source)
            if runner is None:
                continue
            is_baseline, usual = len(self.runners) == 1, runner.bench.executor
            if is_short or is_baseline:
                # here and now: other processes take seconds to start
                runner.bench.executor = load("executors", "sequential")(1)
            self._measure(runner, self._rest(runner)) if is_baseline else self._look(runner)
            runner.bench.executor = usual
        self._restore()
        while self._step():
            pass

    def _opened(self, source: Source) -> Runner | None:
        """A family's default, entered; None where the family has none, or fails."""
        spec = self.course.spec
        data, task = spec.data, spec.target.task.value
        try:
            if not source.open(task, data.features, data.split.n_train):
                return None
        except Exception as error:  # a guest's family may raise anything; the search goes on
            failed = self._named(source, {}, is_tuned=False)
            self._write(replace(failed, state=TrialState.FAILED, message=message_of(error)))
            return None
        if self.searcher == "none":
            source.space = {}
        self.sources.append(source)
        params, is_tuned = source.further((), self.searcher, 0)
        return self._enter(source, params, is_tuned=is_tuned)

    def _restore(self) -> None:
        """Bring back what earlier runs have measured, and strike it off the proposals."""
        by_name = {source.name: source for source in self.sources}
        entered = {runner.trial.name for runner in self.runners}
        for trial in list(self._known.values()):
            source = by_name.get(trial.family)
            if source is None or trial.name in entered or trial.name in self.banned:
                continue
            source.proposals = [each for each in source.proposals if each != trial.params]
            runner = Runner(trial, self.course.bench(trial))
            if runner.bench.points:
                self.runners.append(runner)
                self._refresh(runner)

    def _named(self, source: Source, params: Params, *, is_tuned: bool) -> Trial:
        """The trial of some parameters: as the record has it, or a new one that counts as cut."""
        for trial in self._known.values():
            if trial.family == source.name and trial.params == params:
                return trial
        trial = Trial(
            name=f"{source.label} {self._n_named}",
            family=source.name,
            params=dict(params),
            complexity=source.complexity,
            n_train=0,
            state=TrialState.CUT,
            is_tuned=is_tuned,
        )
        self._n_named += 1
        return trial

    def _enter(self, source: Source, params: Params, *, is_tuned: bool) -> Runner | None:
        trial = self._named(source, params, is_tuned=is_tuned)
        if trial.name in self.banned:
            return None
        # failed in an earlier run: it gets another chance, and counts as cut until it is used
        trial = replace(trial, state=TrialState.CUT, message="")
        self._write(trial)
        runner = Runner(trial, self.course.bench(trial))
        self.runners.append(runner)
        return runner

    def _write(self, trial: Trial) -> None:
        self._known[trial.name] = trial
        self.course.workspace.record.trials.add(self.box, trial)

    def _look(self, runner: Runner) -> None:
        sizes = self.sizes[:_N_LOOKS]
        # in a short box a size at a time, so that it closes on something
        parts = [[size] for size in sizes] if self.left_s() < _SHORT_S else [sizes]
        for part in parts:
            self._measure(runner, runner.bench.missing(part))

    def _rest(self, runner: Runner) -> list[Step]:
        """What is missing at the largest size."""
        n_repeats = max(self.course.n_folds, BATCH)
        return runner.bench.missing(self.sizes[-1:], n_repeats)

    def _further(self, runner: Runner) -> list[Step]:
        """The next larger size, or what is missing at the largest; empty when all is known."""
        reached = runner.bench.points[-1].n_train
        larger = [size for size in self.sizes if size > reached]
        return runner.bench.missing(larger[:1]) if larger else self._rest(runner)

    def _measure(self, runner: Runner, steps: list[Step]) -> None:
        self._write(runner.trial)  # the last one written is at work: who kills us blames it
        runner.bench.measure(steps, lambda _: None)
        self._refresh(runner)

    def _step(self) -> bool:
        """Do what is worth most a second; say whether there was anything."""
        running = [runner for runner in self.runners if runner.outlook is not None]
        if not running:
            return self._propose_any()
        errors = self._errors(running)
        leader = min(running, key=lambda runner: errors[runner.trial.name])
        left = self.left_s()
        rest = self._rest(leader)
        if rest and left < _RESERVE * leader.seconds(rest):
            self._measure(leader, rest)
            return True
        least = errors[leader.trial.name] * max(_NOTICEABLE, _WITHIN_DOUBT * leader.doubt)
        moves = [*self._measurements(running, errors, least), *self._proposals(errors, least)]
        affordable = [move for move in moves if move.seconds < left]
        if affordable:
            best = max(affordable, key=lambda move: move.worth / max(move.seconds, LEAST_S))
            best.make()
        elif rest:
            self._measure(leader, rest)
        return bool(affordable or rest)

    def _measurements(
        self, running: Sequence[Runner], errors: dict[str, float], least: float
    ) -> Iterator[Move]:
        """The next measurement of each candidate, where it is worth more than so much error."""
        values = value_of_knowing(self._learnt(running, errors))
        for runner, worth in zip(running, values, strict=True):
            steps = self._further(runner)
            if steps and worth > least:
                make = partial(self._measure, runner, steps)
                yield Move(float(worth), runner.seconds(steps), make)

    def _proposals(self, errors: dict[str, float], least: float) -> Iterator[Move]:
        """One more candidate of each family; those that it proposes itself are all looked at."""
        for source in self.sources:
            worth, seconds = self._promise(source, errors)
            if worth > (0.0 if source.proposals else least):
                yield Move(worth, seconds, partial(self._propose, source))

    def _errors(self, running: Sequence[Runner]) -> dict[str, float]:
        """What candidates are compared by, as the choice will be made in the end."""
        return compared([runner.trial for runner in running], self.course.spec.scoring)

    def _learnt(self, running: Sequence[Runner], errors: dict[str, float]) -> Floats:
        """Draws of what will be expected of each after its next measurement."""
        return np.column_stack(
            [
                runner.outlook.learnt * errors[runner.trial.name] / np.mean(runner.outlook.draws)
                for runner in running
                if runner.outlook is not None
            ]
        )

    def _propose(self, source: Source) -> bool:
        mine = self._of(source)
        errors = self._errors(mine)
        told = [(runner.trial.params, errors[runner.trial.name]) for runner in mine]
        params, is_tuned = source.further(told, self.searcher, self.course.spec.seed + len(mine))
        if any(runner.trial.params == params for runner in mine):
            source.space = {}  # the searcher repeats itself: there is nothing left
            return True
        runner = self._enter(source, params, is_tuned=is_tuned)
        if runner is not None:
            self._look(runner)
        return True

    def _propose_any(self) -> bool:
        """When nothing could be measured: whatever else is proposed, one after the other."""
        source = next((each for each in self.sources if each.proposals), None)
        return source is not None and self._propose(source)

    def _of(self, source: Source) -> list[Runner]:
        """A family's candidates that were measured, in the order they were begun."""
        return [
            runner
            for runner in self.runners
            if runner.trial.family == source.name and runner.outlook is not None
        ]

    def _promise(self, source: Source, errors: dict[str, float]) -> tuple[float, float]:
        """Error that one more candidate of a family may save, and the seconds a look takes."""
        mine = self._of(source)
        known = [errors[runner.trial.name] for runner in mine]
        if source.is_empty or not mine or (_is_spent(known) and not source.proposals):
            return 0.0, 0.0
        logs = np.log(known)
        # what is left of their scatter when the doubt about each is taken off
        doubts = float(np.mean([runner.doubt**2 for runner in mine]))
        scatter = float(np.var(logs, ddof=1)) if logs.size > 1 else 0.0
        spread = max(max(scatter - doubts, 0.0) ** 0.5, LEAST_SPREAD)
        rng = np.random.default_rng(len(mine))
        drawn = np.exp(rng.normal(np.mean(logs[-_RECENT:]), spread, _N_DRAWS))
        worth = float(np.mean(np.maximum(min(errors.values()) - drawn, 0.0)))
        look = [(size, repeat) for size in self.sizes[:_N_LOOKS] for repeat in range(BATCH)]
        return worth, float(np.mean([runner.seconds(look) for runner in mine]))

    def _refresh(self, runner: Runner) -> None:
        """Draw its error at the aim anew and put what is known on the record."""
        bench, trial = runner.bench, runner.trial
        points = bench.points
        if not points or max(bench.failed, default=0) > points[-1].n_train:
            runner.outlook = None
            failed = replace(trial, state=TrialState.FAILED, message=bench.why.removeprefix(": "))
            runner.trial = failed
            self._write(failed)
            return
        spec = self.course.spec
        outlook = self._outlook(runner, without_luck(points, self._luck()))
        runner.outlook = outlook
        last, scoring = points[-1], scoring_of(spec.scoring)
        result = next(each for (n, _), each in sorted(bench.fits.items()) if n == last.n_train)
        is_whole = last.n_train == self.sizes[-1] and not self._rest(runner)
        runner.trial = replace(
            trial,
            state=TrialState.COMPLETE if is_whole else TrialState.ASIDE,
            n_train=last.n_train,
            scores=tuple(scoring.score(error) for error in last.errors),
            mean=scoring.score(last.mean),
            stderr=last.stderr,
            fit_s=last.fit_s,
            points=points,
            expected=self._expected(runner),
            level=_summed(outlook.draws, self.sizes[-1]),
            fall=outlook.fall,
            doubt=outlook.doubt,
            architecture=result.architecture,
            epochs=result.epochs,
        )
        self._write(runner.trial)

    def _outlook(self, runner: Runner, points: Sequence[Point]) -> Outlook:
        """What is believed of a candidate, independent of what is believed of others."""
        steps = self._further(runner)
        return outlook_of(
            points,
            self.sizes[-1],
            self.n_aim,
            steps[0][0] if steps else None,
            scoring=self.course.spec.scoring,
            family=runner.trial.family,
            n_draws=_N_DRAWS,
            seed=self.runners.index(runner),
        )

    def _luck(self) -> dict[int, float]:
        """Of each repeat, read off all candidates."""
        return luck_of([runner.bench.points for runner in self.runners])

    def _expected(self, runner: Runner) -> tuple[Expected, ...]:
        """The forecast from the largest measured size to the aim; empty without a curve."""
        points = runner.bench.points
        if len(points) < _FEWEST_SIZES:
            return ()
        spec, last = self.course.spec, points[-1].n_train
        belief = belief_of(points, scoring=spec.scoring, family=runner.trial.family)
        sizes = np.unique(np.geomspace(last, max(self.n_aim, last), _N_SHOWN).round().astype(int))
        return tuple(
            Expected(n_train=int(n), error=float(middle), low=float(low), high=float(high))
            for n, (low, middle, high) in zip(
                sizes, belief.quantile(sizes, [0.05, 0.5, 0.95]).T, strict=True
            )
        )


def _summed(draws: Floats, n: int) -> Expected:
    low, high = np.quantile(draws, [0.05, 0.95])
    return Expected(n_train=n, error=float(np.mean(draws)), low=float(low), high=float(high))


def _is_spent(errors: list[float]) -> bool:
    """Whether a family's last proposals have come to nothing."""
    return len(errors) - 1 - int(np.argmin(errors)) >= _PATIENCE
