"""Buying rows in rounds until a target is met: how many projects miss it, at what overspend?

LCDB 1.1, train half; what is learnt is learnt without the fold of data sets it is asked about. Or
LCDB 1.0: its train half (train10), or its test half, of which nothing was learnt, with what ships.
A project has measured all sizes a factor 1.4 apart up to n_0 (64, 256, 1,024, ...). Its target is
the error at 8 n_0, where that is at least a tenth lower and the curve was measured to 32 n_0. A
round buys up to some size, and all sizes up to there are measured. The project ends when the target
is met, or after so many rounds. Data sets of four folds; the penalty was chosen on the fifth.

*Missed*: not met at the end; in brackets, of all projects, those that had met it at a smaller size
and whose curve rose again. *Overspend*: rows in hand beyond those that were needed, as a share of
these: the median of projects that met the target, and the mean of all.

    python benchmarks/curves/buying.py [--half train|train10|test] [--chosen] [--penalty 200]
        [--shipped] [--rounds 1,3,5] [--only NAME] [--limit N]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from families import family_of
from joblib import Parallel, delayed
from learn import crossed
from peers import CONSTRAINED, PEERS
from scoring import markdown
from sources import fold_of, lcdb10, lcdb11

from leadline.stats.curves import CurvePosterior, fit
from leadline.stats.curves.learnt import Learnt
from leadline.stats.purchases.planning import chance_along, plan_rounds
from leadline.stats.purchases.round_costs import cheapest_steps

_STEP = 4
_N_SEEN = 5
_APART = 4  # projects begin at 64 rows, 256, 1,024, ...
_TARGET_AT = 6  # steps of a factor 1.4: 8 times
_LAST_AT = 10  # 32 times
_GAIN = 0.9
_ASKED = (0.95, 0.9, 0.85, 0.8, 0.7)
_OFF_GRID = 0.2  # of a step: sizes are whole numbers
# chosen on the data sets of fold 0, which are not in the table: a miss costs as much as so many
# times the rows there are
_CHOSEN_ON = 0
PENALTY_RATIO = 200.0


@dataclass(frozen=True)
class Project:
    """A curve to walk along, and the error to reach."""

    sizes: np.ndarray
    errors: np.ndarray
    stderr: np.ndarray
    n_seen: int
    family: str
    n_repeats: int
    data: int
    target: float
    needed: float

    @property
    def fold(self) -> int:
        return fold_of(self.data)


@dataclass
class Forecasts:
    """What a project forecasts after so many points; each forecast is made once."""

    project: Project
    learnt: Learnt | None
    posteriors: dict[int, CurvePosterior] = field(default_factory=dict)
    laws: dict[int, float] = field(default_factory=dict)

    def posterior(self, seen: int) -> CurvePosterior:
        if seen not in self.posteriors:
            its = self.project
            self.posteriors[seen] = fit(
                its.sizes[:seen],
                its.errors[:seen],
                its.stderr[:seen],
                family=its.family,
                n_repeats=its.n_repeats,
                prior=self.learnt,
            )
        return self.posteriors[seen]

    def law(self, seen: int) -> float:
        """The size at which the fitted law meets the target, else the most there is."""
        if seen not in self.laws:
            its = self.project
            grid = np.geomspace(its.sizes[seen - 1], its.sizes[-1], 200)
            law = PEERS[CONSTRAINED](its.sizes[:seen], its.errors[:seen], its.stderr[:seen], grid)
            met = np.flatnonzero(law <= its.target)
            self.laws[seen] = float(grid[met[0]]) if met.size else float(grid[-1])
        return self.laws[seen]


Policy = Callable[[Forecasts, int, int, float], float]
"""Forecasts, points seen, rounds left, cost of a miss in rows: size to buy up to."""


def leadline(of: Forecasts, seen: int, left: int, penalty: float) -> float:
    n_now, n_most = of.project.sizes[[seen - 1, -1]]
    plan = plan_rounds(
        of.posterior(seen),
        of.project.target,
        n_now,
        n_rounds=left,
        penalty_rows=penalty,
        n_most=n_most,
    )
    return plan.next_size or n_now


def sum_alone(of: Forecasts, seen: int, left: int, penalty: float) -> float:
    """As if nothing were learnt between rounds but whether the target was met."""
    n_now, n_most = of.project.sizes[[seen - 1, -1]]
    grid, p_met = chance_along(of.posterior(seen), of.project.target, n_now, n_most)
    steps = cheapest_steps(grid, 1 - p_met, left, penalty)
    return float(grid[steps[0]]) if steps else n_now


def power_law(of: Forecasts, seen: int, _left: int, _penalty: float) -> float:
    return of.law(seen)


def power_law_plus(of: Forecasts, seen: int, _left: int, _penalty: float) -> float:
    """The same with half as many rows again: the usual margin."""
    n_now = of.project.sizes[seen - 1]
    return float(n_now + 1.5 * (of.law(seen) - n_now))


POLICIES: dict[str, Policy] = {
    "Leadline": leadline,
    "Leadline, by the sum alone": sum_alone,
    "power law": power_law,
    "power law and half again": power_law_plus,
}


@dataclass(frozen=True)
class Walk:
    """A measured curve at sizes a factor 1.4 apart, none left out."""

    data: int
    learner: str
    sizes: np.ndarray
    errors: np.ndarray
    stderr: np.ndarray
    n_repeats: int


def walks(half: str) -> Iterator[Walk]:
    """The curves of LCDB 1.1's train half, or of a half of LCDB 1.0."""
    if half != "train":
        for curve in lcdb10("accuracy", half.removesuffix("10")):
            assert curve.stderr is not None
            assert curve.repeats is not None
            steps = 2 * np.log2(curve.sizes / curve.sizes[0])
            on_grid = np.abs(steps - np.round(steps)) < _OFF_GRID
            # up to the first size that is missing
            n = int(np.argmax(np.append(np.diff(np.round(steps[on_grid])) != 1, True))) + 1
            every = np.flatnonzero(on_grid)[:n]
            yield Walk(
                int(curve.data),
                curve.learner,
                curve.sizes[every],
                curve.errors[every],
                np.nan_to_num(curve.stderr[every]),
                curve.repeats.shape[1],
            )
        return
    grid = lcdb11()
    every = np.arange(0, grid.sizes.size, _STEP)
    for row, openml_id in enumerate(grid.openml_ids):
        for column, learner in enumerate(grid.learners):
            errors, stderr = grid.errors[row, column, every], grid.stderr[row, column, every]
            n = int(np.argmin(np.append(np.isfinite(errors), False)))
            yield Walk(int(openml_id), learner, grid.sizes[every][:n], errors[:n], stderr[:n], 25)


def projects(half: str, asked: np.random.Generator | None = None) -> list[Project]:
    """Projects whose targets can be reached; or, with a source of chance, such as people ask for.

    These are a share of today's error, drawn by chance, on flat curves too.
    """
    found = []
    for walk in walks(half):
        for n_seen in range(_N_SEEN, len(walk.sizes) - _LAST_AT + 1, _APART):
            today, last = float(walk.errors[n_seen - 1]), n_seen + _LAST_AT
            if asked is None:
                target, most = float(walk.errors[n_seen - 1 + _TARGET_AT]), _GAIN * today
            else:
                target, most = float(asked.choice(_ASKED)) * today, today
            if not 0 < target <= most:
                continue
            # what comes after 32 times is out of everybody's reach
            met = np.flatnonzero(walk.errors[n_seen:last] <= target)
            found.append(
                Project(
                    walk.sizes[:last],
                    walk.errors[:last],
                    walk.stderr[:last],
                    n_seen,
                    family_of(walk.learner),
                    walk.n_repeats,
                    walk.data,
                    target,
                    float(walk.sizes[n_seen + met[0]]) if met.size else np.inf,
                )
            )
    return found


@dataclass(frozen=True)
class Outcome:
    """How a project ended, and what it had in hand then.

    `had_met` says of one that missed whether some smaller size that was measured met the target.
    """

    is_met: bool
    overspend: float
    had_met: bool


def outcome(of: Forecasts, policy: Policy, n_rounds: int, penalty_ratio: float) -> Outcome:
    project = of.project
    seen, penalty = project.n_seen, penalty_ratio * project.sizes[project.n_seen - 1]
    for left in range(n_rounds, 0, -1):
        wanted = policy(of, seen, left, penalty)
        seen = max(seen, int(np.searchsorted(project.sizes, wanted * (1 - 1e-9))) + 1)
        seen = min(seen, project.sizes.size)
        if project.errors[seen - 1] <= project.target:
            break
    return Outcome(
        bool(project.errors[seen - 1] <= project.target),
        float(project.sizes[seen - 1] / project.needed - 1),
        bool(project.sizes[seen - 1] >= project.needed),
    )


def outcomes(
    project: Project,
    learnt: Learnt | None,
    policies: Sequence[str],
    rounds: Sequence[int],
    penalty_ratios: Sequence[float],
) -> list[Outcome]:
    """Of each policy, at each penalty, with each number of rounds."""
    of = Forecasts(project, learnt)
    return [
        outcome(of, POLICIES[name], n, ratio)
        for name in policies
        for ratio in penalty_ratios
        for n in rounds
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--half", choices=["train", "train10", "test"], default="train")
    parser.add_argument("--chosen", action="store_true", help="what the penalty was chosen on")
    parser.add_argument("--rounds", default="1,3,5")
    parser.add_argument("--penalty", default=f"{PENALTY_RATIO:g}", help="or several: 62,150,200")
    parser.add_argument("--only", default="", help="policies whose names begin so")
    parser.add_argument("--shipped", action="store_true", help="a table that has seen these data")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    every = projects(options.half)
    some = [each for each in every if (each.fold == _CHOSEN_ON) == options.chosen]
    if options.limit:
        some = some[:: max(len(some) // options.limit, 1)]
    folds = {project.fold for project in some}
    is_crossed = options.half != "test" and not options.shipped
    learnt = {fold: crossed(fold) if is_crossed else None for fold in folds}
    policies = [name for name in POLICIES if name.startswith(options.only)]
    rounds = [int(text) for text in options.rounds.split(",")]
    penalties = [float(text) for text in options.penalty.split(",")]
    found = Parallel(n_jobs=options.jobs)(
        delayed(outcomes)(project, learnt[project.fold], policies, rounds, penalties)
        for project in some
    )
    columns = list(zip(*found, strict=True))
    table = ", table has seen them" if options.half != "test" and not is_crossed else ""
    print(f"{len(some):,} projects, {options.half} half{table}\n")
    heads = ["missed (had met it) / median / mean overspend", "penalty"]
    heads += [f"{n} round{'s' if n > 1 else ''}" for n in rounds]
    names = [(name, f"{penalty:g}") for name in policies for penalty in penalties]
    rows = [
        [*name, *(cell(column) for column in columns[k * len(rounds) : (k + 1) * len(rounds)])]
        for k, name in enumerate(names)
    ]
    print(markdown(heads, rows))


def cell(found: Sequence[Outcome]) -> str:
    """Share that missed, of them that had met it on the way, median and mean overspend."""
    met = np.array([each.is_met for each in found])
    passed = np.mean([each.had_met and not each.is_met for each in found])
    spent = np.array([each.overspend for each in found])
    return f"{1 - met.mean():.3f} ({passed:.3f}) / {np.median(spent[met]):.2f} / {spent.mean():.2f}"


if __name__ == "__main__":
    main()
