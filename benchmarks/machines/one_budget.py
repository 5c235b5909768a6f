"""One budget for people and a machine: is it cheaper, and does what happens lie in the range?

A project is a learning curve as in benchmarks/curves/buying.py: measured up to n_0 rows, 1,000 or
more, its target the error at 8 n_0, its budget what people ask to label all rows up to 32 n_0. So
every target can be reached, also those that a forecast thinks hopeless. The rows that it has not
bought yet are there without a label. A machine of the three public sets may share the work. The
code of `leadline plan` says what to do and what will come of it; after each round the curve is
measured, forecast and planned anew. The machine labels once, in a round beside people's three.

*Halves*: `learn` and `kept` are LCDB 1.1's train half, parted by a digest of the data set's number:
the rules were chosen on `learn`. Both are of data sets that the
forecast's prior has learnt from; ``--crossed`` leaves out the fold of each (benchmarks/curves/
learn.py --crossed). `test` is the half of LCDB 1.0 of which nothing was learnt. The machines are
the same in all of them.

*Asking*: two more people judge 100 rows of a set, drawn by chance, or 50, with the first purchase
of which that costs at most a twentieth, as it is made in any case; where none is as large nobody
asks. The alternative annotator test on these rows says whether the machine may label, and their
table of classes what a label is worth. What asking costs counts. Every other project gets a machine
and rows of which the test says yes, by all 100, the others whatever is drawn first.

*What is true*: the curve as it was measured; the machine's table over all items of its set, without
classes of a hundredth of the items; and the formula of a label's worth is off by one of the ratios
that benchmarks/machines/noise.py found, drawn by chance. With ``--uneven`` only a quarter to a
third of that is left, as where a model's threshold is left alone under a machine that errs more on
one class: the plan does not know of that.

*Targets*: such a target is known to be reached, which the plan does not know: more of them are met
than it says. With ``--asked`` it is a share of today's error instead, .95 to .7, drawn by chance,
on flat curves too, so that what the plan says can be held against what happens.

*Inside*: what is spent, and the error at the end, in the range of the plan of the day when it was
known whether the machine may label, else of the first day. *Missed*: the error at the end is above
the target; in brackets, of all projects, those that had all the rows that the target takes by the
measured curve, which rose again or scatters there. *Dearer*: by more than a twentieth than the same
project with people alone.

    python benchmarks/machines/one_budget.py [--half learn|kept|test] [--seeds 2] [--limit 300]
        [--jobs 1] [--uneven] [--crossed] [--asked]
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from label_machines import (
    N_JUDGED,
    Judged,
    Machine,
    judged,
    machines,
    table_of,
    true_worth,
    worth_of,
)

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from buying import Project, projects
from label_projects import MACHINE_COST, VOTE_COST, Standing
from learn import crossed
from scoring import markdown

from leadline.phases.forecast.budget_outcome import Ends
from leadline.phases.forecast.label_choice import SAVES, LabelChoice
from leadline.stats.curves.learnt import Learnt
from leadline.stats.interval import Estimate

_N_MORE_VOTES = 2
_LEAST_ROWS = 1000
_LEVELS = (0.1, 0.9)
_FAR = 1001
_CENT = 0.01


@dataclass(frozen=True)
class Happened:
    """What became of a project: with the machine, and with people alone."""

    is_asked: bool
    answer: str  # yes, no or not known; empty where nobody asked
    uses_machine: bool
    cost: float
    cost_alone: float
    is_met: bool
    is_met_alone: bool
    had_met: bool
    had_met_alone: bool
    cost_inside: bool
    score_inside: bool
    chance: float


def price_of_asking(n_rows: int) -> float:
    return n_rows * (_N_MORE_VOTES * VOTE_COST + MACHINE_COST)


def asked(its: Judged, alone: LabelChoice) -> tuple[Judged | None, float]:
    """What is known of the machine once it was asked about, and the price; None: nobody asked."""
    for n_rows in N_JUDGED:
        price = price_of_asking(n_rows)
        if price <= SAVES * alone.next_cost:
            return its.first(n_rows), price
    return None, 0.0


def outcome(
    project: Project, learnt: Learnt | None, known: list[Machine], seed: int, *, uneven: bool
) -> Happened:
    """Play one project, with the machine and without."""
    rng = np.random.default_rng(seed)
    its = judged(known, rng, until_yes=seed % 2 == 0)
    true = true_worth(its.machine, project.target, rng, uneven=uneven)
    first = Standing.first_day(project, learnt, true)
    alone = first
    while alone.n_rounds and (choice := alone.choose()).steps:
        alone = alone.buying(choice)
    ends, promise, found = walked(first, its, rng)
    low, high = np.quantile(promise.ends.money, _LEVELS)
    best, worst = np.quantile(promise.ends.on_path.errors, _LEVELS)
    money = ends.spent - promise.spent
    return Happened(
        is_asked=found is not None,
        answer=found.answer if found else "",
        uses_machine=ends.n_machine > 0,
        cost=ends.spent,
        cost_alone=alone.spent,
        is_met=ends.is_met,
        is_met_alone=alone.is_met,
        had_met=ends.has_needed,
        had_met_alone=alone.has_needed,
        cost_inside=bool(low - _CENT <= money <= high + _CENT),
        score_inside=bool(best - 1e-9 <= ends.error <= worst + 1e-9),
        chance=float(np.mean(promise.ends.on_path.is_met)),
    )


@dataclass(frozen=True)
class Promise:
    """What a plan says will come of a project, and the money that was spent before."""

    ends: Ends
    spent: float


def walked(
    now: Standing, its: Judged, rng: np.random.Generator
) -> tuple[Standing, Promise, Judged | None]:
    """Buy until nothing is worth its price; the promise is that of the day when all was known.

    People are asked about the machine with the first purchase that pays for it.
    """
    promise, found, worth = None, None, None
    while now.n_rounds:
        if found is None:
            found, price = asked(its, now.choose())
            if found is not None:
                worth, promise = worth_said(found, now.project.target, rng), None
                said = 1.0 if worth is None else worth.estimate
                now = replace(now, spent=now.spent + price, said_worth=said)
        may_label = worth is not None and not now.n_machine
        offers = (now.offer(its.machine.name, worth),) if may_label else ()
        choice = now.decide(*offers)
        promise = promise or Promise(now.play(choice), now.spent)
        if not choice.steps:
            break
        now = now.buying(choice)
    assert promise is not None
    return now, promise, found


def worth_said(its: Judged, target: float, rng: np.random.Generator) -> Estimate[float] | None:
    """Clean rows that a label is said to be worth; None where the machine may not label."""
    if its.answer != "yes":
        return None
    return worth_of(table_of(its.machine, its.items), target, rng)


def row(name: str, found: list[Happened]) -> list[str]:
    """One line of the table."""
    if not found:
        return [name, "0", *[""] * 8]
    cost = np.array([each.cost for each in found])
    alone = np.array([each.cost_alone for each in found])
    dearer = np.mean(cost > 1.05 * alone + 1e-9)
    return [
        name,
        f"{len(found):,}",
        f"{np.mean([each.uses_machine for each in found]):.2f}",
        f"{np.mean([each.cost_inside for each in found]):.2f}",
        f"{np.mean([each.score_inside for each in found]):.2f}",
        f"{np.mean([each.chance for each in found]):.2f}",
        _missed([(each.is_met, each.had_met) for each in found]),
        _missed([(each.is_met_alone, each.had_met_alone) for each in found]),
        f"{cost.sum() / max(alone.sum(), 1e-9):.2f}",
        f"{dearer:.3f}",
    ]


def _missed(found: list[tuple[bool, bool]]) -> str:
    missed = np.mean([not met for met, _ in found])
    rose = np.mean([not met and had_met for met, had_met in found])
    return f"{missed:.3f} ({rose:.3f})"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--half", choices=["learn", "kept", "test"], default="learn")
    parser.add_argument("--seeds", type=int, default=2, help="times that a project is played")
    parser.add_argument("--limit", type=int, default=300, help="projects at most")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--uneven", action="store_true")
    parser.add_argument("--crossed", action="store_true")
    parser.add_argument("--asked", action="store_true", help="targets that people ask for")
    options = parser.parse_args()
    known, every = machines(), drawn(options.half, options.limit, asked=options.asked)
    folds = {project.fold for project in every}
    learnt = {fold: crossed(fold) if options.crossed else None for fold in folds}
    # turns are an odd number apart: each project is played with both kinds of machines
    seeds = [
        (number, number + turn * _FAR)
        for turn in range(options.seeds)
        for number in range(len(every))
    ]
    found = Parallel(n_jobs=options.jobs)(
        delayed(outcome)(
            every[number], learnt[every[number].fold], known, seed, uneven=options.uneven
        )
        for number, seed in seeds
    )
    data_sets = len({project.data for project in every})
    asked_for = ", targets that people ask for" if options.asked else ""
    print(
        f"{options.half}{asked_for}: {len(every):,} projects on {data_sets} data sets, plays of "
        f"each: {options.seeds}; 80 % ranges\n"
    )
    report(found)


def drawn(half: str, limit: int, *, asked: bool = False) -> list[Project]:
    """Some projects that are large enough to ask a machine, in an order drawn by chance."""
    some = projects(
        "test" if half == "test" else "train", np.random.default_rng(1) if asked else None
    )
    every = [
        its
        for its in some
        if its.sizes[its.n_seen - 1] >= _LEAST_ROWS
        and (half == "test" or is_kept(its.data) == (half == "kept"))
    ]
    order = np.random.default_rng(0).permutation(len(every))
    return [every[place] for place in order[:limit]]


def is_kept(data: int) -> bool:
    """Whether a data set is kept apart from what rules are chosen on, by a digest of its number."""
    return int(hashlib.sha256(str(data).encode()).hexdigest(), 16) % 2 == 1


def report(found: list[Happened]) -> None:
    """Print the table."""
    groups = {
        "all": found,
        "the machine may label": [each for each in found if each.answer == "yes"],
        "it may not, or not known": [each for each in found if each.answer in ("no", "not known")],
        "not asked": [each for each in found if not each.is_asked],
    }
    header = (
        "projects", "number", "use the machine", "cost inside", "score inside", "chance said",
        "missed", "missed alone", "cost, alone = 1", "over 5 % dearer",
    )  # fmt: skip
    print(markdown(header, [row(name, each) for name, each in groups.items()]))


if __name__ == "__main__":
    main()
