"""One budget for people and a machine: is it cheaper, and does what happens lie in the range?

A project is a learning curve of LCDB 1.1, train half, as in benchmarks/curves/buying.py: measured
up to n_0 rows, 1,000 or more, its target the error at 8 n_0, its budget what people ask to label
all rows up to 32 n_0. The rows that it has not bought yet are there without a label. A machine of
the three public sets may share the work. The code of `leadline plan` says what to do and what will
come of it. The forecast's prior is the one that is shipped, learnt from these data sets, too; with
``--crossed`` it is learnt without the fold of each (benchmarks/curves/learn.py --crossed).

*Asking*: two more people judge 100 rows of a set, drawn by chance, if that costs at most a
twentieth of what people alone are expected to cost. The alternative annotator test on these rows
says whether the machine may label, and their table of classes what a label is worth. What asking
costs counts. Every other project gets a machine and rows of which the test says yes, the others
whatever is drawn first.

*What is true*: the curve as it was measured; the machine's table over all items of its set, without
classes of a hundredth of the items; and the formula of a label's worth is off by one of the ratios
that benchmarks/machines/noise.py found, drawn by chance. With ``--uneven`` only a quarter to a
third of that is left, as where a model's threshold is left alone under a machine that errs more on
one class: the plan does not know of that.

    python benchmarks/machines/one_budget.py [--limit 300] [--jobs 1] [--uneven] [--crossed]
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from public_sets import VoteSet, vote_sets

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from buying import Project, projects
from learn import crossed
from scoring import markdown

from leadline.phases.data.wrong_share import wrong_share
from leadline.phases.forecast.budget_outcome import Ends, play
from leadline.phases.forecast.costs import LabellingCosts
from leadline.phases.forecast.label_choice import SAVES, LabelChoice, MachineOffer, choose_labels
from leadline.phases.verdict import Bounds
from leadline.stats.curves import CurvePosterior, fit
from leadline.stats.curves.learnt import Learnt
from leadline.stats.interval import Estimate
from leadline.stats.machine_votes import alternative_test, judged_classes, noisy_worth
from leadline.stats.machines.fit_time import TimeLaw, fit_time_law
from leadline.stats.purchases.simulation import Belief, Truth

_N_JUDGED = 100
_N_MORE_VOTES = 2
_VOTE_COST, _MACHINE_COST = 0.05, 0.001
_TRAIN_SHARE = 0.8
_N_ROUNDS = 3
_LEAST_ROWS = 1000
_N_PROMISED = 400
_LEAST_NOISE = 0.005
_MANY = 100_000
# a class of fewer items is no part of what a label is worth, where it would count as any other
_RARE = 0.01
_LEVELS = (0.1, 0.9)
# found / said of docs/benchmarks.md, even noise and uneven put right
_RATIOS = (
    (0.65, 0.63), (0.27, 0.35), (0.20, 0.15), (0.42, 0.44), (0.63, 0.61), (0.29, 0.33),
    (0.18, 0.14), (0.43, 0.42), (0.64, 0.55), (0.23, 0.28), (0.13, 0.12), (0.30, 0.38),
    (0.46, 0.44), (0.21, 0.20), (0.10, 0.08), (0.24, 0.30), (0.68, 0.64), (0.32, 0.40),
    (0.18, 0.23), (0.49, 0.45), (0.16, 0.20), (0.04, 0.08), (0.20, 0.31), (0.48, 0.51),
    (0.30, 0.25), (0.07, 0.10), (0.30, 0.35),
)  # fmt: skip
_UNEVEN = (0.25, 0.33)


@dataclass(frozen=True)
class Machine:
    """A machine of a set: what people and it say, in classes, and the set's own votes."""

    votes: VoteSet
    name: str
    most: np.ndarray  # what most people say of each item, NaN where they are tied
    said: np.ndarray  # what the machine says, in the same classes
    n_classes: int


@dataclass(frozen=True)
class Judged:
    """A machine, rows that people judged, and what the test says of it there."""

    machine: Machine
    items: np.ndarray
    answer: str


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
    cost_inside: bool
    score_inside: bool
    chance: float
    machine_labels: float


def machines() -> list[Machine]:
    return [_machine(votes, name) for votes in vote_sets() for name in votes.machines]


def _machine(votes: VoteSet, name: str) -> Machine:
    n_items = votes.machines[name].size
    if votes.scoring == "numbers":
        mean = np.bincount(votes.item, votes.label, n_items) / np.bincount(
            votes.item, minlength=n_items
        )
        return Machine(votes, name, (mean >= 3.5) * 1.0, (votes.machines[name] >= 4) * 1.0, 2)
    counts = np.zeros((n_items, len(votes.classes)))
    np.add.at(counts, (votes.item, votes.label.astype(int)), 1)
    is_clear = np.sum(counts == counts.max(axis=1, keepdims=True), axis=1) == 1
    most = np.where(is_clear, np.argmax(counts, axis=1), np.nan)
    return Machine(votes, name, most, votes.machines[name], len(votes.classes))


def answer_of(machine: Machine, items: np.ndarray) -> str:
    """What the alternative annotator test says of a machine on some items."""
    votes = machine.votes
    mine = np.isin(votes.item, items)
    place = np.full(votes.machines[machine.name].size, -1)
    place[items] = np.arange(items.size)
    found = alternative_test(
        place[votes.item[mine]],
        votes.annotator[mine],
        votes.label[mine],
        votes.machines[machine.name][items],
        epsilon=votes.epsilon,
        scoring=votes.scoring,
    )
    return {True: "yes", False: "no", None: "not known"}[found.passes]


def table_of(machine: Machine, items: np.ndarray) -> np.ndarray:
    """Items by what most people say, and what the machine says."""
    most, said = machine.most[items], machine.said[items]
    is_known = ~np.isnan(most) & ~np.isnan(said)
    counts = np.zeros((machine.n_classes, machine.n_classes))
    np.add.at(counts, (most[is_known].astype(int), said[is_known].astype(int)), 1)
    return counts


def worth_of(counts: np.ndarray, error: float, rng: np.random.Generator) -> Estimate[float] | None:
    """Clean rows that a label is worth; None where two classes were not judged."""
    known = judged_classes(counts)
    if len(known) < 2:
        return None
    return noisy_worth(1, known, wrong_share("error_rate", error), rng).factor


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
            n_repeats=25,
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


def judged(known: list[Machine], rng: np.random.Generator, *, until_yes: bool) -> Judged:
    """A machine and rows that were judged, drawn by chance; if asked, until it may label."""
    while True:
        machine = known[rng.integers(len(known))]
        items = rng.choice(machine.said.size, _N_JUDGED, replace=False)
        answer = answer_of(machine, items)
        if answer == "yes" or not until_yes:
            return Judged(machine, items, answer)


def outcome(
    project: Project, learnt: Learnt | None, known: list[Machine], seed: int, *, uneven: bool
) -> Happened:
    """Play one project, with the machine and without."""
    rng = np.random.default_rng(seed)
    its = judged(known, rng, until_yes=seed % 2 == 0)
    machine, items = its.machine, its.items
    case = Case.of(project, learnt)
    alone = case.choose(0.0)
    ends, error = case.play(alone, 0.0, np.random.default_rng(seed), 1.0)
    cost_alone, is_met_alone = float(ends.money[0]), bool(error[0] <= project.target)
    check = _N_JUDGED * (_N_MORE_VOTES * _VOTE_COST + _MACHINE_COST)
    is_asked = bool(check <= SAVES * alone.expected_cost)
    answer, offers = "", ()
    if is_asked:
        answer = its.answer
        offers = _offers(case, machine, items, rng) if answer == "yes" else ()
    spent = check if is_asked else 0.0
    choice = case.choose(spent, offers)
    everything = table_of(machine, np.arange(machine.said.size))
    everything[everything.sum(axis=1) <= _RARE * everything.sum()] = 0
    truly = worth_of(everything * _MANY / everything.sum(), project.target, rng)
    assert truly is not None
    factor = float(min(truly.estimate * _ratio(rng, uneven=uneven), 1.0))
    promised, errors = case.play(choice, spent, np.random.default_rng(seed + 1), None)
    ends, error = case.play(choice, spent, np.random.default_rng(seed), factor)
    money = float(ends.money[0])
    low, high = np.quantile(promised.money, _LEVELS)
    best, worst = np.quantile(errors, _LEVELS)
    return Happened(
        is_asked=is_asked,
        answer=answer,
        uses_machine=choice.machine is not None,
        cost=money + spent,
        cost_alone=cost_alone,
        check=spent,
        is_met=bool(error[0] <= project.target),
        is_met_alone=is_met_alone,
        cost_inside=bool(low - 1e-6 <= money <= high + 1e-6),
        score_inside=bool(best - 1e-9 <= error[0] <= worst + 1e-9),
        chance=float(np.mean(promised.on_path.is_met)),
        machine_labels=float(ends.machine_labels[0]),
    )


def _offers(
    case: Case, machine: Machine, items: np.ndarray, rng: np.random.Generator
) -> tuple[MachineOffer, ...]:
    project = case.project
    worth = worth_of(table_of(machine, items), project.target, rng)
    if worth is None:
        return ()
    n_open = int(project.sizes[-1] - project.sizes[project.n_seen - 1])
    factor = Bounds(estimate=worth.estimate, low=worth.low, high=worth.high)
    offer = MachineOffer(name=machine.name, label_cost=_MACHINE_COST, factor=factor, n_open=n_open)
    return (offer,)


def _ratio(rng: np.random.Generator, *, uneven: bool) -> float:
    found, said = _RATIOS[rng.integers(len(_RATIOS))]
    harm = rng.uniform(*_UNEVEN) if uneven else 1.0
    return found / said * harm


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
        f"{1 - np.mean([each.is_met for each in found]):.3f}",
        f"{1 - np.mean([each.is_met_alone for each in found]):.3f}",
        f"{cost.sum() / max(alone.sum(), 1e-9):.2f}",
        f"{dearer:.3f}",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--limit", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--uneven", action="store_true")
    parser.add_argument("--crossed", action="store_true")
    options = parser.parse_args()
    known, every = machines(), drawn(options.limit)
    folds = {project.fold for project in every}
    learnt = {fold: crossed(fold) if options.crossed else None for fold in folds}
    found = Parallel(n_jobs=options.jobs)(
        delayed(outcome)(project, learnt[project.fold], known, seed, uneven=options.uneven)
        for seed, project in enumerate(every)
    )
    report(found)


def drawn(limit: int) -> list[Project]:
    """Some projects that are large enough to ask a machine, in an order drawn by chance."""
    every = [its for its in projects() if its.sizes[its.n_seen - 1] >= _LEAST_ROWS]
    order = np.random.default_rng(0).permutation(len(every))
    return [every[place] for place in order[:limit]]


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
    print(f"{len(found):,} projects, 80 % ranges\n")
    print(markdown(header, [row(name, each) for name, each in groups.items()]))


if __name__ == "__main__":
    main()
