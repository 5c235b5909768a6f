"""Score of a model that learns from people's rows and from a machine's, plain and weighted.

A model learns from a few rows that people labelled, and from more that a machine labelled: all
alike, or the machine's with the weight of what one of them is said to be worth. Its error is looked
up on the curve of people's labels alone: the rows that would teach as much, less those it had, over
the machine's, is what one of these was worth. What is said of it rests on 80 rows that both
labelled, as in a project, and on the error of the model that learnt from all, plainly.

Public tables and texts, with the noise that machines have on the public sets planted by class, or
a machine that errs alike on rows that look alike: a linear model that learnt from 100 other rows.
And the three public sets with a machine's own answers: rows have nothing there but votes, so the
model learns what most people say from what the five other machines say, which err as it does.

The error is 1 less the area under the ROC curve. How strongly a linear model is held back is chosen
on halves of people's rows, as a search does.

    python benchmarks/machines/training.py [--draws 10] [--people 150] [--rows 1500] [--only NAMES]
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from public_sets import VoteSet, questions, vote_sets
from scipy import sparse
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from leadline.engines.loading import load_family
from leadline.reading.conform import conform
from leadline.snapshot import class_texts, columns_of, infer_kinds
from leadline.stats.interval import Estimate
from leadline.stats.machine_votes import noisy_worth

for folder in ("curves", "find"):
    sys.path.insert(0, str(Path(__file__).parents[1] / folder))

import data_sets  # noqa: E402 -- of the folder beside
from scoring import markdown  # noqa: E402 -- of the folder beside

TABLES = ("flights", "weather", "sms", "framingham", "hr_attrition", "wine")
# the question of each set, and the machine whose errors are planted
MEASURED = {
    "framing: yes": "gpt-4o",
    "cebab_aspects: Positive": "gemini_pro",
    "10k_prompts: 4 or 5": "gpt-4o-mini",
}
ALL = (*TABLES, "framing", "cebab_aspects", "10k_prompts")
_N_SIZES = 5
_N_CHECKED = 80
_MOST_ROWS = 5000
_ALIKE_ROWS = 100
PLANTED = "planted"
_HEAD = ("tables", "model", "lines", "found less said: lower quartile", "median", "upper", "inside")
_STRENGTHS = (0.01, 0.1, 1.0)

Labeller = Callable[[np.ndarray, np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class Task:
    """Rows as numbers, their label, and who else labels them."""

    name: str
    X: Any
    y: np.ndarray
    machines: dict[str, Labeller]
    models: tuple[str, ...]


@dataclass
class Errors:
    """Errors of one task and model: by people's rows alone, and with a machine's."""

    clean: dict[int, list[float]]
    plain: dict[str, list[float]]
    weighted: dict[str, list[float]]
    said: dict[str, list[Estimate[float]]]
    wrong: dict[str, list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--people", type=int, default=150)
    parser.add_argument("--rows", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="names of tables and sets, with commas")
    options = parser.parse_args()
    lines, ratios, gains, weighed = [], [], [], []
    for task in tasks(options.seed, options.only.split(",") if options.only else ALL):
        n_most = min(options.rows, task.y.size // 2 - options.people)
        for model in task.models:
            found = measured(task, model, options.people, n_most, options)
            for name in task.machines:
                cells, ratio, gain, worth = _line(found, name, options.people, n_most)
                if name.startswith(PLANTED):
                    weighed.append((_half(task.name), model, worth, _mean(found.said[name])))
                lines.append([f"{task.name}, {model}", name, *cells])
                ratios.append(ratio)
                gains.append(gain)
                print(*lines[-1], sep=" | ", file=sys.stderr, flush=True)
    head = ("rows, model", "machine", "wrong", "rows: people + machine", "people alone", "plain",
            "weighted", "all by people", "worth found, plain", "weighted", "said")  # fmt: skip
    print(markdown(head, lines))
    known = np.array([ratio for ratio in ratios if np.isfinite(ratio)])
    print(f"\nFound, plain, over said: median {np.median(known):.2f}, quartiles "
          f"{np.quantile(known, 0.25):.2f} and {np.quantile(known, 0.75):.2f}.")  # fmt: skip
    better = np.array(gains)
    print(f"Weighted less plain error, over the plain one: median {np.median(better):+.3f}, from "
          f"{better.min():+.3f} to {better.max():+.3f}; lower in {np.mean(better < 0):.0%} of the "
          "lines.\n")  # fmt: skip
    print(markdown(_HEAD, _by_model(weighed)))


def _half(name: str) -> str:
    return "kept" if int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2 else "learn"


def _by_model(weighed: list[tuple[str, str, float, Estimate[float]]]) -> list[list[str]]:
    """Found less said, and how often it lies in the range."""
    lines = []
    for half in ("learn", "kept"):
        for model in ("linear", "boosting"):
            some = [(found, said) for *of, found, said in weighed if of == [half, model]]
            if not some:
                continue
            off = [found - said.estimate for found, said in some]
            inside = [said.low <= found <= said.high for found, said in some]
            quartiles = [f"{each:+.2f}" for each in np.quantile(off, (0.25, 0.5, 0.75))]
            lines.append([half, model, str(len(some)), *quartiles, f"{np.mean(inside):.2f}"])
    return lines


def tasks(seed: int, names: Sequence[str]) -> Iterator[Task]:
    """Public tables with planted errors, and the public sets with a machine's own."""
    planted = _tables_of_errors()
    for name in TABLES:
        if name in names:
            yield _table(name, planted, seed)
    for votes in vote_sets():
        if votes.name in names:
            yield from _votes(votes)


def _table(name: str, planted: dict[str, np.ndarray], seed: int) -> Task:
    case = getattr(data_sets, name)(_MOST_ROWS)
    frame = case.frame.drop_nulls(case.label)
    columns = columns_of(frame, kinds=infer_kinds(frame, label=case.label), label=case.label)
    kinds = {each.name: each.kind.value for each in columns if each.role.value == "feature"}
    if case.task == "regression":  # wine: is it good
        y = (frame[case.label].to_numpy() >= 6) * 1
    else:
        y = (class_texts(frame[case.label]) == case.positive).to_numpy() * 1
    encode = load_family("linear").build({}, "binary", kinds, seed)[:-1]
    X = encode.fit_transform(conform(frame, kinds), y)
    is_text = "text" in kinds.values()
    if not is_text and sparse.issparse(X):
        X = X.toarray()
    machines: dict[str, Labeller] = {
        f"{PLANTED}, as {which}": _by_class(y, errors) for which, errors in planted.items()
    }
    machines["errs alike on alike rows"] = _alike(X, y)
    return Task(name, X, y, machines, ("linear",) if is_text else ("linear", "boosting"))


def _votes(votes: VoteSet) -> Iterator[Task]:
    for question in questions(votes):
        name = MEASURED.get(question.name)
        if name is None:
            continue
        others = [said for each, said in votes.machines.items() if each != name]
        n_items = next(iter(votes.machines.values())).size
        kept = _clear(votes, question.truth.size, n_items)
        codes = np.column_stack([said[kept] for said in others])
        X = np.column_stack([codes == value for value in np.unique(codes)]) * 1.0
        said = question.machines[name].astype(int)
        own = {name: lambda rows, _, said=said: said[rows]}
        yield Task(question.name, X, question.truth.astype(int), own, ("linear",))


def _clear(votes: VoteSet, n_kept: int, n_items: int) -> np.ndarray:
    """Items that a question keeps: those on which people are not tied."""
    if n_kept == n_items:
        return np.ones(n_items, dtype=bool)
    counts = np.zeros((n_items, len(votes.classes)))
    np.add.at(counts, (votes.item, votes.label.astype(int)), 1)
    return np.sum(counts == counts.max(axis=1, keepdims=True), axis=1) == 1


def _tables_of_errors() -> dict[str, np.ndarray]:
    """How often a machine says yes of rows that people say no and yes of, on the public sets."""
    found = {}
    for votes in vote_sets():
        for question in questions(votes):
            name = MEASURED.get(question.name)
            if name is not None:
                said, truth = question.machines[name], question.truth
                found[f"{name} on {votes.name}"] = np.array(
                    [np.nanmean(said[truth == k]) for k in (0, 1)]
                )
    return found


def _by_class(y: np.ndarray, says_yes: np.ndarray) -> Labeller:
    return lambda rows, rng: (rng.random(rows.size) < says_yes[y[rows]]) * 1


def _alike(X: Any, y: np.ndarray) -> Labeller:
    def label(rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        # it has learnt from rows that nobody else is given
        others = np.setdiff1d(np.arange(y.size), rows)
        seen = rng.choice(others, _ALIKE_ROWS, replace=False)
        said: np.ndarray = LogisticRegression(max_iter=500).fit(X[seen], y[seen]).predict(X[rows])
        return said

    return label


def measured(
    task: Task, model: str, n_people: int, n_machine: int, options: argparse.Namespace
) -> Errors:
    """The errors of some draws of the rows."""
    rng = np.random.default_rng(options.seed)
    sizes = np.unique(np.geomspace(n_people, n_people + n_machine, _N_SIZES).astype(int))
    found = Errors(
        {int(size): [] for size in sizes}, *({name: [] for name in task.machines} for _ in range(4))
    )
    for _ in range(options.draws):
        order = rng.permutation(task.y.size)
        mine, test = order[: n_people + n_machine], order[n_people + n_machine :]
        if np.unique(task.y[mine[:n_people]]).size < 2:
            continue
        for size, errors in found.clean.items():
            errors.append(_error(task, model, mine[:size], task.y[mine[:size]], None, test, size))
        for name, label in task.machines.items():
            y, rows = task.y[mine].copy(), mine[n_people:]
            y[n_people:] = label(rows, rng)
            found.wrong[name].append(float(np.mean(y[n_people:] != task.y[rows])))
            plain = _error(task, model, mine, y, None, test, n_people)
            counts = _counts(task.y[rows], y[n_people:])
            weight = np.ones(mine.size)
            weight[n_people:] = _said(counts, plain, rng).estimate
            found.plain[name].append(plain)
            found.said[name].append(_said(counts, plain, rng, boosted=model == "boosting"))
            found.weighted[name].append(_error(task, model, mine, y, weight, test, n_people))
    return found


def _counts(truth: np.ndarray, told: np.ndarray) -> np.ndarray:
    """Rows that both labelled, by what people say and what the machine says."""
    counts = np.zeros((2, 2))
    np.add.at(counts, (truth[:_N_CHECKED], told[:_N_CHECKED]), 1)
    counts[counts.sum(axis=1) < 1] = 0.5
    return counts


def _said(
    counts: np.ndarray, error: float, rng: np.random.Generator, *, boosted: bool = False
) -> Estimate[float]:
    """What a machine's row is said to be worth."""
    share = min(max(error, 0.01), 0.5)
    return noisy_worth(1, counts, share, rng, boosted=boosted).factor


def _mean(said: list[Estimate[float]]) -> Estimate[float]:
    ends = ([getattr(each, name) for each in said] for name in ("low", "estimate", "high"))
    return Estimate(*(float(np.mean(each)) for each in ends))


def _error(
    task: Task,
    model: str,
    rows: np.ndarray,
    y: np.ndarray,
    weight: np.ndarray | None,
    test: np.ndarray,
    n_people: int,
) -> float:
    """Error on the test rows; the strength of the penalty is chosen on people's rows."""
    if np.unique(y).size < 2:
        return 0.5
    strengths = _STRENGTHS if model == "linear" else ()
    folds = [np.arange(n_people) % 2 == part for part in (0, 1)]
    errors = [
        np.mean([_fold_error(task, model, C, rows, y, weight, fold) for fold in folds])
        for C in strengths
    ]
    C = strengths[int(np.argmin(errors))] if strengths else 1.0
    made = _fitted(model, C, task.X[rows], y, weight)
    return _auc_error(made, task.X[test], task.y[test])


def _fold_error(
    task: Task,
    model: str,
    C: float,
    rows: np.ndarray,
    y: np.ndarray,
    weight: np.ndarray | None,
    fold: np.ndarray,
) -> float:
    """Error on a part of people's rows, which are the first; the machine's are learnt from."""
    held = np.zeros(rows.size, dtype=bool)
    held[: fold.size] = fold
    if min(np.unique(y[~held]).size, np.unique(y[held]).size) < 2:
        return 0.5
    its = None if weight is None else weight[~held]
    made = _fitted(model, C, task.X[rows[~held]], y[~held], its)
    return _auc_error(made, task.X[rows[held]], y[held])


def _fitted(model: str, C: float, X: Any, y: np.ndarray, weight: np.ndarray | None) -> Any:
    if model == "linear":
        return LogisticRegression(C=C, max_iter=100).fit(X, y, sample_weight=weight)
    trees = HistGradientBoostingClassifier(max_iter=40, early_stopping=False, random_state=0)
    return trees.fit(X, y, sample_weight=weight)


def _auc_error(made: Any, X: Any, y: np.ndarray) -> float:
    return 1.0 - float(roc_auc_score(y, made.predict_proba(X)[:, 1]))


def _line(
    found: Errors, name: str, n_people: int, n_machine: int
) -> tuple[list[str], float, float, float]:
    curve = {size: float(np.mean(errors)) for size, errors in found.clean.items()}
    plain, weighted = (float(np.mean(one[name])) for one in (found.plain, found.weighted))
    worth = [_worth(curve, error, n_people, n_machine) for error in (plain, weighted)]
    said = _mean(found.said[name])
    cells = [
        f"{np.mean(found.wrong[name]):.2f}",
        f"{n_people} + {n_machine:,}",
        *(f"{error:.3f}" for error in (curve[n_people], plain, weighted)),
        f"{curve[n_people + n_machine]:.3f}",
        *(f"{each:.2f}" if each > 0 else "none" for each in worth),
        f"{said.estimate:.2f} ({said.low:.2f} to {said.high:.2f})",
    ]
    ratio = worth[0] / said.estimate if said.estimate else np.inf
    return cells, ratio, (weighted - plain) / plain, worth[1]


def _worth(curve: dict[int, float], error: float, n_people: int, n_machine: int) -> float:
    """People's rows that a machine's was worth; 0 where it did harm, 1 where it did all."""
    sizes = np.array(list(curve), dtype=float)
    falling = np.minimum.accumulate(np.array(list(curve.values())))
    reached = np.exp(np.interp(-np.log(error), -np.log(falling), np.log(sizes)))
    return float((reached - n_people) / n_machine)


if __name__ == "__main__":
    main()
