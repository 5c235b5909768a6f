"""Machines of the public sets that may label: what people judge of them, and a label's worth.

Answers are classes; of numbers there are two, four or more and less.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from public_sets import VoteSet, vote_sets

from leadline.phases.data.wrong_share import wrong_share
from leadline.stats.interval import Estimate
from leadline.stats.machine_votes import alternative_test, judged_classes, noisy_worth

N_JUDGED = (100, 50)
"""Rows that people judge, if they can be paid; the first first."""

_MANY = 100_000
# a class of fewer items is no part of what a label is worth, where it would count as any other
_RARE = 0.01
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

    def first(self, n_rows: int) -> Judged:
        """The same, from the first of the rows."""
        items = self.items[:n_rows]
        return Judged(self.machine, items, answer_of(self.machine, items))


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


def judged(known: list[Machine], rng: np.random.Generator, *, until_yes: bool) -> Judged:
    """A machine and rows that are judged, drawn by chance; if asked, until it may label."""
    while True:
        machine = known[rng.integers(len(known))]
        items = rng.choice(machine.said.size, N_JUDGED[0], replace=False)
        answer = answer_of(machine, items)
        if answer == "yes" or not until_yes:
            return Judged(machine, items, answer)


def true_worth(machine: Machine, error: float, rng: np.random.Generator, *, uneven: bool) -> float:
    """Clean rows that a label of the machine is worth in truth."""
    everything = table_of(machine, np.arange(machine.said.size))
    everything[everything.sum(axis=1) <= _RARE * everything.sum()] = 0
    truly = worth_of(everything * _MANY / everything.sum(), error, rng)
    assert truly is not None
    return float(min(truly.estimate * _ratio(rng, uneven=uneven), 1.0))


def _ratio(rng: np.random.Generator, *, uneven: bool) -> float:
    found, said = _RATIOS[rng.integers(len(_RATIOS))]
    harm = rng.uniform(*_UNEVEN) if uneven else 1.0
    return found / said * harm
