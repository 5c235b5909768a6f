"""Shares from people's labels and machines' answers: who covers, how wide, worth how many labels.

Public sets, where what most people say of all items is the truth, and simulated ones, where the
errors of five machines go together up to five times as often as by chance. Each draw labels other
rows at random; every method gets the same labels. Peers: people alone (Jeffreys), PPI++ with its
normal interval, Rogan and Gladen's correction, the naive share of the best machine, Dawid-Skene
over all machines.

    python benchmarks/machines/second_reading.py [--draws 500] [--labels 100] [--seed 0]
        [--only sets,simulated,flags]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from public_sets import Question, questions, vote_sets

from leadline.stats.interval import two_sided_z, wilson_interval
from leadline.stats.labels.label_aggregation import dawid_skene
from leadline.stats.machine_votes import (
    SecondReading,
    flagged_reading,
    share_reading,
    stacked_scores,
)

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_N_ROWS = 3000
Found = tuple[float, float, float, float]  # low, estimate, high, effective labels


@dataclass(frozen=True)
class Draw:
    """What every method is given: the machines' answers, labels of some rows, chance."""

    question: Question
    labels: np.ndarray
    rng: np.random.Generator

    @property
    def best(self) -> np.ndarray:
        """The machine that is right most often, which nobody knows in life."""
        said = self.question.machines.values()
        return max(said, key=lambda each: np.mean(each == self.question.truth))

    @property
    def all(self) -> np.ndarray:
        return np.column_stack(list(self.question.machines.values()))


Method = Callable[[Draw], Found]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--labels", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="sets,simulated,flags")
    options = parser.parse_args()
    sources = {
        "sets": lambda: (each for votes in vote_sets() for each in questions(votes)),
        "simulated": simulated,
    }
    header = (
        f"{options.labels} labels, {options.draws} draws",
        *(f"{name}: covers, width" for name in METHODS),
        "worth, best machine: said (median), replay",
        "worth, all machines: said, replay",
    )
    for name in options.only.split(","):
        if name in sources:
            rows = [
                compared(each, options.draws, options.labels, options.seed)
                for each in sources[name]()
            ]
            print(markdown(header, rows), end="\n\n", flush=True)
        else:
            print(markdown(*flags(options.draws, options.labels, options.seed)), flush=True)


def alone(draw: Draw) -> Found:
    return _people(share_reading(draw.labels, np.zeros(draw.labels.size), draw.rng))


def best(draw: Draw) -> Found:
    return _helped(share_reading(draw.labels, draw.best, draw.rng))


def stacked(draw: Draw) -> Found:
    scores = stacked_scores(draw.labels, draw.all, draw.rng)
    return _helped(share_reading(draw.labels, scores, draw.rng))


def ppi(draw: Draw) -> Found:
    """PPI++ of a mean with the weight that minimises the variance, labelled rows a part of all."""
    known, said = ~np.isnan(draw.labels), draw.best
    y, f = draw.labels[known], said[known]
    weight = float(np.cov(y, f)[0, 1] / np.var(said)) if np.var(said) else 0.0
    rest = y - weight * f
    estimate = weight * np.mean(said) + np.mean(rest)
    spread = np.std(rest, ddof=1) * np.sqrt((1 - y.size / said.size) / y.size)
    half = two_sided_z(0.9) * spread
    return float(estimate - half), float(estimate), float(estimate + half), np.nan


def rogan_gladen(draw: Draw) -> Found:
    """The machine's share put right by its error rates, with the interval of the delta method."""
    known, said = ~np.isnan(draw.labels), draw.best
    y, f = draw.labels[known], said[known]
    n = np.array([np.sum(y == 0), np.sum(y == 1)])
    if n.min() == 0:
        return 0.0, np.nan, 1.0, np.nan
    false, true = np.mean(f[y == 0]), np.mean(f[y == 1])
    if true <= false:
        return 0.0, np.nan, 1.0, np.nan
    estimate = (np.mean(said) - false) / (true - false)
    variance = (1 - estimate) ** 2 * false * (1 - false) / n[0]
    variance += estimate**2 * true * (1 - true) / n[1]
    half = two_sided_z(0.9) * np.sqrt(variance) / (true - false)
    return float(estimate - half), float(estimate), float(estimate + half), np.nan


def naive(draw: Draw) -> Found:
    return _counted(draw.best)


def skene(draw: Draw) -> Found:
    name = draw.question.name
    if name not in _SKENE:
        said = draw.all.astype(int)
        item, machine = np.indices(said.shape)
        _SKENE[name] = dawid_skene(item.ravel(), machine.ravel(), said.ravel()).labels
    return _counted(_SKENE[name])


# the machines' answers are the same in every draw
_SKENE: dict[str, np.ndarray] = {}

METHODS: dict[str, Method] = {
    "people alone": alone,
    "best machine": best,
    "all machines": stacked,
    "PPI++": ppi,
    "Rogan-Gladen": rogan_gladen,
    "naive": naive,
    "Dawid-Skene": skene,
}


def _counted(said: np.ndarray) -> Found:
    interval = wilson_interval(np.sum(said), said.size)
    return interval.low, float(np.mean(said)), interval.high, np.nan


def _people(found: SecondReading) -> Found:
    one = found.people_alone
    return one.low, one.estimate, one.high, found.n_labels


def _helped(found: SecondReading) -> Found:
    one = found.with_machine
    return one.low, one.estimate, one.high, found.effective_labels


def compared(question: Question, n_draws: int, n_labels: int, seed: int) -> list[str]:
    """Run all methods on the same labels, again and again."""
    truth = float(np.mean(question.truth))
    drawn: dict[str, list[Found]] = {name: [] for name in METHODS}
    rng = np.random.default_rng(seed)
    for _ in range(n_draws):
        labels = _labels(question.truth, n_labels, rng)
        for name, method in METHODS.items():
            drawn[name].append(method(Draw(question, labels, rng)))
    found = {name: np.array(each) for name, each in drawn.items()}
    people = found["people alone"]
    width = np.mean(people[:, 2] - people[:, 0])
    cells = [f"{question.name}, {truth:.2f}"]
    for each in found.values():
        covers = np.mean((each[:, 0] <= truth) & (truth <= each[:, 2]))
        cells.append(f"{covers:.3f}, {np.mean(each[:, 2] - each[:, 0]) / width:.2f}")
    for name in ("best machine", "all machines"):
        replay = n_labels * np.var(people[:, 1]) / np.var(found[name][:, 1])
        cells.append(f"{np.median(found[name][:, 3]):.0f}, {replay:.0f}")
    print(*cells, sep=" | ", file=sys.stderr, flush=True)
    return cells


def _labels(truth: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    labels = np.full(truth.size, np.nan)
    rows = rng.permutation(truth.size)[:n]
    labels[rows] = truth[rows]
    return labels


def simulated() -> Iterator[Question]:
    """Five machines, each wrong on a tenth of the rows, alone or together; and odd ones."""
    for share in (0.4, 0.1, 0.03):
        for joint in (1.0, 3.0, 5.0):
            yield dependent(share, 0.1, joint)
    rng = np.random.default_rng(0)
    truth = (rng.random(_N_ROWS) < 0.2) * 1.0
    coin = (rng.random(_N_ROWS) < 0.5) * 1.0
    yield Question("always yes", truth, {"yes": np.ones(_N_ROWS), "no": np.zeros(_N_ROWS)})
    yield Question("a coin", truth, {"coin": coin, "other coin": rng.permutation(coin)})
    yield Question("turned round", truth, {"one": 1 - truth, "coin": coin})


def dependent(share: float, error: float, joint: float) -> Question:
    """Machines of which two err on a row `joint` times as often as if they were independent.

    On a part of the rows, hard ones, each errs with a higher probability than on the others.
    """
    rng = np.random.default_rng(round(100 * share + 10 * joint))
    truth = (rng.random(_N_ROWS) < share) * 1.0
    # hard rows are a share h, each with error e / h there and none elsewhere: joint = 1 / h
    hard = rng.random(_N_ROWS) < 1 / joint
    machines = {
        f"machine {i}": np.abs(truth - hard * (rng.random(_N_ROWS) < error * joint))
        for i in range(5)
    }
    return Question(f"simulated, joint errors × {joint:.0f}", truth, machines)


def flags(n_draws: int, n_labels: int, seed: int) -> tuple[tuple[str, ...], list[list[str]]]:
    """Precision and recall of one machine as the model, with another as second reader."""
    header = (
        f"{n_labels} labels, {n_draws} draws",
        "agrees",
        "precision: covers, width, least",
        "alone covers",
        "recall: covers, width, least",
        "alone covers",
    )
    rows = []
    asked = [(each, "gpt-4o-mini", "gpt-4o") for votes in vote_sets() for each in questions(votes)]
    asked += [(dependent(0.2, 0.1, joint), "machine 0", "machine 1") for joint in (1.0, 3.0, 5.0)]
    for question, model, reader in asked:
        rng = np.random.default_rng(seed)
        flagged, scores = question.machines[model], question.machines[reader]
        hits = float(np.sum(flagged * question.truth))
        truths = hits / np.sum(flagged), hits / np.sum(question.truth)
        parts: list[list[tuple[float, ...]]] = [[], []]
        for _ in range(n_draws):
            labels = _labels(question.truth, n_labels, rng)
            if np.bincount(flagged[~np.isnan(labels)].astype(int), minlength=2).min() < 3:
                continue
            found = flagged_reading(labels, scores, flagged, rng)
            for place, reading in enumerate((found.precision, found.recall)):
                if reading is not None:
                    parts[place].append((*_helped(reading)[:3], *_people(reading)[:3]))
        agrees = np.mean(scores == question.truth)
        cells = [question.name, f"{agrees:.2f}"]
        least = least_widths(question.truth, flagged, scores)
        for truth, part, narrowest in zip(truths, parts, least, strict=True):
            low, _, high, alone_low, _, alone_high = np.array(part).T
            cells.append(
                f"{np.mean((low <= truth) & (truth <= high)):.3f}, "
                f"{np.mean(high - low) / np.mean(alone_high - alone_low):.2f}, {narrowest:.2f}"
            )
            cells.append(f"{np.mean((alone_low <= truth) & (truth <= alone_high)):.3f}")
        print(*cells, sep=" | ", file=sys.stderr, flush=True)
        rows.append(cells)
    return header, rows


def least_widths(truth: np.ndarray, flagged: np.ndarray, scores: np.ndarray) -> tuple[float, float]:
    """Width over that of people alone that no estimate from random labels beats, with many labels.

    The root of the variance that is left within rows that model and machine say the same of, over
    that within rows that the model says the same of; for precision, and for recall.
    """
    recall = np.sum(flagged * truth) / np.sum(truth)
    found = []
    for weight in (flagged, np.where(flagged == 1, 1 - recall, recall)):
        sides = []
        for group in (flagged, flagged * 2 + scores):
            variance = 0.0
            for each in np.unique(group):
                here = group == each
                variance += float(np.sum((weight[here] * (truth[here] - truth[here].mean())) ** 2))
            sides.append(variance)
        found.append((sides[1] / sides[0]) ** 0.5)
    return found[0], found[1]


if __name__ == "__main__":
    main()
