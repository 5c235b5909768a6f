"""Projects that buy labels of people and of a machine along a curve that was measured to its end.

After each round the curve is measured anew, forecast anew and planned anew, as a project does that
runs `leadline run` and `leadline plan`. Rows of a machine are part of the curve, at each size in
the same proportion as in all, so its sizes count rows of people's alone and each stands for more.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from buying import Project

from leadline.phases.forecast.budget_outcome import Ends, mean_cost, play
from leadline.phases.forecast.costs import LabellingCosts
from leadline.phases.forecast.label_choice import SAVES, LabelChoice, MachineOffer, choose_labels
from leadline.phases.verdict import Bounds
from leadline.stats.curves import CurvePosterior, fit
from leadline.stats.curves.learnt import Learnt
from leadline.stats.interval import Estimate
from leadline.stats.machines.fit_time import fit_time_law
from leadline.stats.purchases.path_chance import Belief

VOTE_COST, MACHINE_COST = 0.05, 0.001
N_ROUNDS = 3

_TRAIN_SHARE = 0.8
_N_PLAYED = 400
# a size that was measured is left out if the last one is as near
_APART = 1.1
_LAW = fit_time_law(np.array([1e3, 2e3, 4e3]), np.full(3, 1e-3))


@dataclass(frozen=True)
class Standing:
    """Where a project stands: what it has, and what it knows.

    `true_worth` and `said_worth` are rows of people's that a machine's label is worth: in truth,
    and as the project counts.
    """

    project: Project
    learnt: Learnt | None = field(repr=False)
    n_person: float
    n_machine: float = 0.0
    spent: float = 0.0
    n_rounds: int = N_ROUNDS
    true_worth: float = 1.0
    said_worth: float = 1.0

    @classmethod
    def first_day(cls, project: Project, learnt: Learnt | None, true_worth: float) -> Standing:
        n_first = float(project.sizes[project.n_seen - 1])
        return cls(project, learnt, n_first, true_worth=true_worth)

    @property
    def budget(self) -> float:
        """What people ask to label all rows that the curve was measured with."""
        return (self.project.sizes[-1] - self._n_first) / _TRAIN_SHARE * VOTE_COST

    @property
    def n_clean(self) -> float:
        """The rows there are, in rows labelled without error."""
        return self.n_person + self.true_worth * self.n_machine

    @property
    def error(self) -> float:
        return float(self._read(self.project.errors, self.n_clean))

    @property
    def is_met(self) -> bool:
        return self.error <= self.project.target

    @property
    def has_needed(self) -> bool:
        """Whether it has the rows that the target takes by the measured curve."""
        return self.n_clean >= self.project.needed * (1 - 1e-9)

    @cached_property
    def posterior(self) -> CurvePosterior:
        """The forecast of today, made from all sizes up to the rows there are."""
        its = self.project
        sizes = its.sizes[its.sizes < self.n_clean / _APART]
        sizes = np.append(sizes, self.n_clean)
        return fit(
            sizes * self.n_person / self.n_clean,
            self._read(its.errors, sizes),
            np.interp(sizes, its.sizes, its.stderr),
            family=its.family,
            n_repeats=its.n_repeats,
            prior=self.learnt,
        )

    def offer(self, name: str, worth: Estimate[float]) -> MachineOffer:
        """What a machine that has not labelled yet offers for the rows that nobody has."""
        factor = Bounds(estimate=worth.estimate, low=worth.low, high=worth.high)
        n_open = int(self.project.sizes[-1] - self.n_person)
        return MachineOffer(name=name, label_cost=MACHINE_COST, factor=factor, n_open=n_open)

    def choose(self, *offers: MachineOffer) -> LabelChoice:
        """Who labels next, by least expected cost alone."""
        known = (self.posterior, _LAW, self._costs, self.project.target, self.budget)
        return choose_labels(*known, offers)

    def play(self, choice: LabelChoice) -> Ends:
        """The ends that a plan promises."""
        worth = None if choice.machine is None else choice.machine.worth
        belief = Belief(self.posterior, self.project.target, self.posterior.noise, worth)
        rng = np.random.default_rng(0)
        known = (belief, _LAW, self._costs, self.budget)
        return play(choice, *known, rng=rng, size=_N_PLAYED)

    def decide(self, *offers: MachineOffer) -> LabelChoice:
        """Who labels next, as `leadline plan` says."""
        shared = self.choose(*offers)
        if shared.machine is None:
            return shared
        alone = self.choose()
        ends, ends_alone = self.play(shared), self.play(alone)
        saved = mean_cost(alone, ends_alone) - mean_cost(shared, ends)
        return shared if saved >= SAVES * np.mean(ends_alone.money) else alone

    def buying(self, choice: LabelChoice) -> Standing:
        """The same once the first purchase of a choice was made."""
        path, step = choice.path, choice.steps[0]
        grown = np.ceil(path.n_person[step] - 1e-6) - path.n_person[0]
        n_labels = np.ceil(grown / (_TRAIN_SHARE * self._step) - 1e-9)
        people, n_asked = n_labels * _TRAIN_SHARE, path.n_asked[step]
        n_person = self.n_person + people
        n_open = self.project.sizes[-1] - n_person
        price = n_labels * VOTE_COST + n_asked * MACHINE_COST
        return replace(
            self,
            spent=self.spent + price,
            n_person=n_person,
            n_machine=min(self.n_machine + n_asked, n_open),
            n_rounds=self.n_rounds - (people > 0),
        )

    @property
    def _n_first(self) -> float:
        return float(self.project.sizes[self.project.n_seen - 1])

    @property
    def _step(self) -> float:
        """How far a row of people's goes along a curve that a machine's rows are part of."""
        return self.n_person / (self.n_person + self.said_worth * self.n_machine)

    @property
    def _costs(self) -> LabellingCosts:
        return LabellingCosts(
            n_available=int(self.n_person),
            train_share=_TRAIN_SHARE * self._step,
            vote_cost=VOTE_COST,
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
            spent=self.spent,
            n_rounds=self.n_rounds,
        )

    def _read(self, values: np.ndarray, n_rows: np.ndarray | float) -> np.ndarray:
        """Read the measured curve, straight between its sizes in logarithms."""
        least = np.log(np.maximum(values, 1e-12))
        return np.asarray(np.exp(np.interp(np.log(n_rows), np.log(self.project.sizes), least)))
