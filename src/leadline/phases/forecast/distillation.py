"""Distillation: a cheap model learns from a language model's labels, and answers in its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadline.phases.forecast.label_choice import MachineOffer
from leadline.phases.number_format import money, percent, percent_range
from leadline.phases.verdict import Bounds
from leadline.phases.wording import plural
from leadline.stats.decision_levels import UNLIKELY
from leadline.stats.purchases.labelling_path import LabellingPath
from leadline.stats.purchases.path_chance import Belief, chance_along_path

if TYPE_CHECKING:
    from leadline.stats.arrays import Floats
    from leadline.stats.curves import CurvePosterior

N_CHECKED = 200
"""Rows that people labelled, on which a model is checked that learnt from a machine."""

_N_STEPS = 25
# of chances that are so near to the best fewer rows, or a simpler model, are taken
_ALIKE = 0.99


@dataclass(frozen=True)
class Student:
    """A measured candidate that could learn from a machine's labels.

    Attributes
    ----------
    name, family : str
        Of the candidate.
    complexity : int
        Rank from simple to rich.
    posterior : CurvePosterior
        Of its learning curve.
    answer_cost : float or None
        Money for one answer; None: not known.
    """

    name: str
    family: str
    complexity: int
    posterior: CurvePosterior
    answer_cost: float | None = None


@dataclass(frozen=True, kw_only=True)
class Distillation:
    """A plan by which a cheap model takes a machine's place.

    Attributes
    ----------
    machine : str
        Who labels.
    candidate, family : str
        Who learns.
    n_rows : int
        Rows that the machine labels; 0: the chance is as good without, or hopeless with all.
    label_cost : float
        Money for them.
    n_labelled : int
        Train rows that people have labelled.
    n_taught : int
        Rows that machines labelled before, and that the candidate learns from already.
    n_test, n_more : int
        Test rows that people have labelled, and how many more the check takes.
    check_cost : float
        Money for these.
    chance : Bounds
        Chance of the target, and what it is at both ends of what a label of the machine is worth.
    chance_now, chance_most : float
        Without any further label of the machine, and with all that it may give.
    machine_answer_cost, answer_cost : float or None
        Money for one answer of the machine, and of the cheap model; None: not known.
    """

    machine: str
    candidate: str
    family: str
    n_rows: int
    label_cost: float
    n_labelled: int
    n_test: int
    n_more: int
    check_cost: float
    chance: Bounds
    chance_now: float
    chance_most: float
    machine_answer_cost: float
    answer_cost: float | None
    n_taught: int = 0

    def words(self, currency: str) -> str:
        """The plan in two or three sentences."""
        answers = (
            f"An answer of {self.machine!r} costs {_small(self.machine_answer_cost, currency)}"
        )
        if self.answer_cost is not None:
            answers += f", one of {self.candidate} {_small(self.answer_cost, currency)}"
        taught = f" and {plural(self.n_taught, 'row')} of machines" if self.n_taught else ""
        if not self.n_rows:
            labels = f"{'further ' if taught else ''}labels of {self.machine!r}"
            is_hopeless = self.chance_most < UNLIKELY
            head = (
                f"{labels.capitalize()} do not bring {self.candidate} to the target"
                if is_hopeless
                else f"{self.candidate} needs no {labels}"
            )
            return (
                f"{head}: its chance is {percent(self.chance_now)} with the rows of people{taught}"
                f", and {percent(self.chance_most)} with all that the machine may label. {answers}."
            )
        check = f"the {plural(self.n_test, 'test row')} that people labelled"
        if self.n_more:
            extra = f"{self.n_more:,} more for {money(self.check_cost, currency)}"
            check = (
                f"{check} and {extra}" if self.n_test else f"{N_CHECKED} rows of people, {extra}"
            )
        sure = percent_range(self.chance)
        unbought = "further labels of the machine" if taught else "the machine's labels"
        return (
            f"Let {self.machine!r} label {plural(self.n_rows, 'open row')} for "
            f"{money(self.label_cost, currency)}, train {self.candidate} on them and on the "
            f"{plural(self.n_labelled, 'row')} of people{taught}, and check it on {check}: the "
            f"chance of the target is {percent(self.chance.estimate)} ({sure}), without "
            f"{unbought} {percent(self.chance_now)}. {answers}."
        )


def distillation(
    offer: MachineOffer,
    students: Sequence[Student],
    target_error: float,
    *,
    n_labelled: int,
    n_test: int,
    label_cost: float,
    n_taught: int = 0,
) -> Distillation | None:
    """Plan how a cheap model learns from a machine's labels.

    Parameters
    ----------
    offer : MachineOffer
        The machine, and what its labels cost and are worth.
    students : sequence of Student
        Who could learn from them.
    target_error : float
        Error to reach.
    n_labelled, n_test : int
        Train rows and test rows that people have labelled.
    label_cost : float
        Money for one more test row that people label, with the rows they label for it by chance.
    n_taught : int, default=0
        Rows that machines labelled before: the candidates were measured with them.

    Returns
    -------
    Distillation or None
        Of the simplest model whose chance is like the best, with the fewest rows that give it; of
        the one that errs least where none has a chance. None without a student, or a row for the
        machine.
    """
    most = offer.n_open if offer.n_most is None else min(offer.n_open, offer.n_most)
    if most < 1 or not students:
        return None
    asked = np.unique(np.rint(np.geomspace(1, most, _N_STEPS)))
    asked = np.concatenate([[0.0], asked])
    path = LabellingPath(
        asked * offer.label_cost, np.full_like(asked, float(n_labelled)), asked, asked
    )
    along = [_chances(student, offer, path, target_error) for student in students]
    best = max(chances[0][-1] for chances in along)
    is_hopeless = best < UNLIKELY
    alike = [place for place, chances in enumerate(along) if chances[0][-1] >= best * _ALIKE]
    place = min(alike, key=lambda each: (students[each].complexity, -along[each][0][-1]))
    if is_hopeless:  # all chances are alike, and nil
        place = int(np.argmin([each.posterior.quantile(n_labelled, 0.5) for each in students]))
    chance, low, high = along[place]
    step = 0 if is_hopeless else int(np.argmax(chance >= chance[-1] * _ALIKE))
    n_more = max(N_CHECKED - n_test, 0)
    return Distillation(
        machine=offer.name,
        candidate=students[place].name,
        family=students[place].family,
        n_rows=int(asked[step]),
        label_cost=float(path.cost[step]),
        n_labelled=n_labelled,
        n_test=n_test,
        n_more=n_more,
        check_cost=n_more * label_cost,
        chance=Bounds(
            estimate=float(chance[step]),
            low=float(min(low[step], chance[step])),
            high=float(max(high[step], chance[step])),
        ),
        chance_now=float(chance[0]),
        chance_most=float(chance[-1]),
        machine_answer_cost=offer.label_cost,
        answer_cost=students[place].answer_cost,
        n_taught=n_taught,
    )


def _chances(
    student: Student, offer: MachineOffer, path: LabellingPath, target_error: float
) -> tuple[Floats, Floats, Floats]:
    """Chance along the path: on average, and at both ends of what a label is worth."""
    cdf = student.posterior.cdf
    mean = chance_along_path(Belief(student.posterior, target_error, 1.0, offer.worth), path)
    ends = (cdf(path.clean_rows(f), target_error) for f in (offer.factor.low, offer.factor.high))
    low, high = (np.asarray(np.maximum.accumulate(each)) for each in ends)
    return mean, low, high


def _small(amount: float, currency: str) -> str:
    """An amount in two digits, without an exponent."""
    if not amount:
        return "nothing"
    text = f"{float(f'{amount:.2g}'):.12f}".rstrip("0").rstrip(".")
    return f"{text} {currency}"
