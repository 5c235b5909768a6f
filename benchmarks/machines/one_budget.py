"""One budget for people and a machine: is it cheaper, and does what happens lie in the range?

A project is a learning curve as in benchmarks/curves/buying.py: measured up to n_0 rows, 1,000 or
more, its target the error at 8 n_0, its budget what people ask to label all rows up to 32 n_0. So
every target can be reached, also those that a forecast thinks hopeless. The rows that it has not
bought yet are there without a label. A machine of the three public sets may share the work. The
code of `leadline plan` says what to do and what will come of it.

*Halves*: `learn` and `kept` are LCDB 1.1's train half, parted by a digest of the data set's number:
the rules were chosen on `learn`, and `kept` was printed once. Both are of data sets that the
forecast's prior has learnt from; ``--crossed`` leaves out the fold of each (benchmarks/curves/
learn.py --crossed). `test` is the half of LCDB 1.0 of which nothing was learnt. The machines are
the same in all of them.

*Asking*: two more people judge 100 rows of a set, drawn by chance, or 50, if that costs at most a
twentieth of the purchase that is made next in any case; else nobody asks. The alternative annotator
test on these rows says whether the machine may label, and their table of classes what a label is
worth. What asking costs counts. Every other project gets a machine and rows of which the test says
yes, by all 100, the others whatever is drawn first.

*What is true*: the curve as it was measured; the machine's table over all items of its set, without
classes of a hundredth of the items; and the formula of a label's worth is off by one of the ratios
that benchmarks/machines/noise.py found, drawn by chance. With ``--uneven`` only a quarter to a
third of that is left, as where a model's threshold is left alone under a machine that errs more on
one class: the plan does not know of that.

*Missed*: the error at the end is above the target; in brackets, of all projects, those that had
all the rows that the target takes by the measured curve, which rose again or scatters there.
*Dearer*: by more than a twentieth than the same project with people alone.

    python benchmarks/machines/one_budget.py [--half learn|kept|test] [--seeds 2] [--limit 300]
        [--jobs 1] [--uneven] [--crossed]
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from dataclasses import dataclass
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
from learn import crossed
from scoring import markdown

from leadline.phases.forecast.budget_outcome import Ends, play
from leadline.phases.forecast.costs import LabellingCosts
from leadline.phases.forecast.label_choice import SAVES, LabelChoice, MachineOffer, choose_labels
from leadline.phases.verdict import Bounds
from leadline.stats.curves import CurvePosterior, fit
from leadline.stats.curves.learnt import Learnt
from leadline.stats.machines.fit_time import TimeLaw, fit_time_law
from leadline.stats.purchases.path_chance import Belief
from leadline.stats.purchases.simulation import Truth

_N_MORE_VOTES = 2
_VOTE_COST, _MACHINE_COST = 0.05, 0.001
_TRAIN_SHARE = 0.8
_N_ROUNDS = 3
_LEAST_ROWS = 1000
_N_PROMISED = 400
_LEAST_NOISE = 0.005
_LEVELS = (0.1, 0.9)
_FAR = 1001


@dataclass(frozen=True)
class Happened:
    """What became of a project: with the machine, and with people alone."""

    is_asked: bool
    answer: str  # yes, no or not known; empty where nobody asked
    uses_machine: bool
    cost: float
    cost_alone: float
    check: float
    is_met: bool
    is_met_alone: bool
    had_met: bool
    had_met_alone: bool
    cost_inside: bool
    score_inside: bool
    chance: float
    machine_labels: float


def costs_of(project: Project, spent: float) -> LabellingCosts:
    return LabellingCosts(
        n_available=int(project.sizes[project.n_seen - 1]),
        train_share=_TRAIN_SHARE,
        vote_cost=_VOTE_COST,
        vote_s=10.0,
        log_vote_s_stderr=0.35,
        n_first=1,
        n_most=1,
        hidden=0.0,
        n_agreed=0.0,
        n_disagreed=0.0,
        people=2.0,
        hours_per_day=4.0,
        machine_per_hour=0.0,
        run_s=0.0,
        time_box_s=None,
        spent=spent,
        n_rounds=_N_ROUNDS,
    )


@dataclass(frozen=True)
class Case:
    """A project as it is known on its first day."""

    project: Project
    posterior: CurvePosterior
    law: TimeLaw
    budget: float
    noise: float

    @classmethod
    def of(cls, project: Project, learnt: Learnt | None) -> Case:
        seen = slice(0, project.n_seen)
        sizes, errors = project.sizes[seen], project.errors[seen]
        posterior = fit(
            sizes,
            errors,
            project.stderr[seen],
            family=project.family,
            n_repeats=project.n_repeats,
            prior=learnt,
        )
        n_more = project.sizes[-1] - sizes[-1]
        noise = max(float(project.stderr[seen][-1] / errors[-1]), _LEAST_NOISE)
        law = fit_time_law(sizes, np.full(sizes.size, 1e-3))
        return cls(project, posterior, law, n_more / _TRAIN_SHARE * _VOTE_COST, noise)

    def choose(self, spent: float, offers: tuple[MachineOffer, ...] = ()) -> LabelChoice:
        costs, target = costs_of(self.project, spent), self.project.target
        return choose_labels(self.posterior, self.law, costs, target, self.budget, offers)

    def play(
        self, choice: LabelChoice, spent: float, rng: np.random.Generator, factor: float | None
    ) -> tuple[Ends, np.ndarray]:
        """The ends that are promised; or, with a true factor, the end on the curve as measured."""
        worth = None if choice.machine is None else choice.machine.worth
        belief = Belief(self.posterior, self.project.target, self.noise, worth)
        its = (choice, belief, self.law, costs_of(self.project, spent), self.budget)
        if factor is None:
            ends = play(*its, rng=rng, size=_N_PROMISED)
            return ends, ends.on_path.errors
        clean = np.log(choice.path.clean_rows(factor))
        logs = np.interp(clean, np.log(self.project.sizes), np.log(self.project.errors))
        truth = np.exp(logs)[None]
        ends = play(*its, rng=rng, size=1, truth=Truth(factor, truth))
        return ends, truth[0, ends.on_path.places]

    def has_needed(self, choice: LabelChoice, ends: Ends, factor: float) -> bool:
        """Whether it has, in the end, the rows that the target takes by the measured curve."""
        rows = choice.path.clean_rows(factor)[ends.on_path.places[0]]
        return bool(rows >= self.project.needed * (1 - 1e-9))


def price_of_asking(n_rows: int) -> float:
    return n_rows * (_N_MORE_VOTES * _VOTE_COST + _MACHINE_COST)


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
    case = Case.of(project, learnt)
    alone = case.choose(0.0)
    ends_alone, error_alone = case.play(alone, 0.0, np.random.default_rng(seed), 1.0)
    found, spent = asked(its, alone)
    offers = _offers(case, found, rng) if found and found.answer == "yes" else ()
    choice = case.choose(spent, offers)
    factor = true_worth(its.machine, project.target, rng, uneven=uneven)
    promised, errors = case.play(choice, spent, np.random.default_rng(seed + 1), None)
    ends, error = case.play(choice, spent, np.random.default_rng(seed), factor)
    money = float(ends.money[0])
    low, high = np.quantile(promised.money, _LEVELS)
    best, worst = np.quantile(errors, _LEVELS)
    return Happened(
        is_asked=found is not None,
        answer=found.answer if found else "",
        uses_machine=choice.machine is not None,
        cost=money + spent,
        cost_alone=float(ends_alone.money[0]),
        check=spent,
        is_met=bool(error[0] <= project.target),
        is_met_alone=bool(error_alone[0] <= project.target),
        had_met=case.has_needed(choice, ends, factor),
        had_met_alone=case.has_needed(alone, ends_alone, 1.0),
        cost_inside=bool(low - 1e-6 <= money <= high + 1e-6),
        score_inside=bool(best - 1e-9 <= error[0] <= worst + 1e-9),
        chance=float(np.mean(promised.on_path.is_met)),
        machine_labels=float(ends.machine_labels[0]),
    )


def _offers(case: Case, its: Judged, rng: np.random.Generator) -> tuple[MachineOffer, ...]:
    project, machine = case.project, its.machine
    worth = worth_of(table_of(machine, its.items), project.target, rng)
    if worth is None:
        return ()
    n_open = int(project.sizes[-1] - project.sizes[project.n_seen - 1])
    factor = Bounds(estimate=worth.estimate, low=worth.low, high=worth.high)
    offer = MachineOffer(name=machine.name, label_cost=_MACHINE_COST, factor=factor, n_open=n_open)
    return (offer,)


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
    options = parser.parse_args()
    known, every = machines(), drawn(options.half, options.limit)
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
    print(
        f"{options.half}: {len(every):,} projects on {data_sets} data sets, plays of each: "
        f"{options.seeds}; 80 % ranges\n"
    )
    report(found)


def drawn(half: str, limit: int) -> list[Project]:
    """Some projects that are large enough to ask a machine, in an order drawn by chance."""
    some = projects("test" if half == "test" else "train")
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
