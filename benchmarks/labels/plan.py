"""Does what happens lie in the range that was promised before anything was spent?

Real flights. A project begins with some labelled rows, measures its curve, and is told by
`leadline plan`'s own code what three budgets would buy. Then it is run through for each: rows are
bought as the forecast says (their labels are the real ones, their votes those of two people and a
third where they disagree), the curve is measured again after each round, until the forecast says
stop. Printed is how often anything was bought, how often labels, votes, money, hours and days lay
in their 90 % range, and whether any budget was exceeded.

    python benchmarks/labels/plan.py [--seeds 30] [--rows 1500]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from leadline.demo import flights
from leadline.evaluation.scores import standard_error_of
from leadline.phases import forecast as phase
from leadline.phases.curve import Point
from leadline.phases.forecast import Evidence, posterior_of
from leadline.phases.forecast.budget_outcome import BudgetOutcome, simulate_budget
from leadline.phases.forecast.costs import LabellingCosts
from leadline.stats.curves.design import train_sizes
from leadline.stats.machines.fit_time import fit_time_law

_TARGET = 0.72
_TEST_SHARE = 0.2
_N_FOLDS = 5
_BUDGETS = (120.0, 240.0, 480.0)
_VOTE_COST, _VOTE_S, _RIGHT = 0.015, 10.0, 0.9
_MACHINE_PER_HOUR = 0.10
_LEAST_S = 1e-4
_MEASURES = ("labels", "votes", "money", "people_hours", "machine_hours", "days")


@dataclass(frozen=True)
class Pool:
    """Flights as numbers, and who was late; in an order drawn by chance."""

    X: np.ndarray
    y: np.ndarray


def load() -> Pool:
    """Numbers as they are, categories one column a value."""
    with tempfile.TemporaryDirectory() as folder:
        story = flights.write_files(Path(folder))
        frame = pl.read_parquet(Path(folder) / story.files[0]).drop_nulls("late")
    y = (frame["late"] == "yes").to_numpy()
    parts = []
    for name, dtype in frame.drop("late").schema.items():
        column = frame[name]
        if dtype.is_temporal():
            parts += [column.dt.month(), column.dt.weekday(), column.dt.hour()]
        elif dtype.is_numeric():
            parts.append(column.fill_null(column.median()))
        else:
            common = column.value_counts(sort=True)[name].head(15).to_list()
            parts += [(column == each).fill_null(value=False) for each in common if each]
    X = np.column_stack([np.asarray(part, dtype=np.float64) for part in parts])
    return Pool(X, y)


def measure(
    pool: Pool, rows: np.ndarray, seed: int, costs: LabellingCosts, budget: float
) -> Evidence:
    """The curve of a project that has these rows, as a search measures it: by folds."""
    rng = np.random.default_rng(seed)
    n_train = int((1 - _TEST_SHARE) * rows.size)
    folds = np.array_split(rng.permutation(rows[:n_train]), _N_FOLDS)
    sizes = train_sizes(n_train - folds[0].size)[-6:]
    measured = [point(pool, folds, size) for size in sizes]
    return Evidence(
        scoring="roc_auc",
        target_score=_TARGET,
        candidate="linear",
        train_sizes=tuple(sizes),
        errors=tuple(each.mean for each in measured),
        stderrs=tuple(each.stderr or 0.0 for each in measured),
        fit_seconds=tuple(each.fit_s for each in measured),
        n_available=n_train,
        train_share=costs.train_share,
        label_cost=costs.label_cost,
        label_s=costs.votes_per_label * costs.vote_s,
        machine_per_hour=costs.machine_per_hour,
        budget=budget,
        spent=costs.spent,
        currency="USD",
        n_repeats=_N_FOLDS,
        family="linear",
        chance_error=0.5,
        n_rounds=costs.n_rounds,
    )


def point(pool: Pool, folds: list[np.ndarray], size: int) -> Point:
    """Each fold judges what was learnt from so many rows of the others."""
    errors, sampling, seconds = [], [], []
    for turn, held in enumerate(folds):
        others = [fold for place, fold in enumerate(folds) if place != turn]
        taken = np.random.default_rng(turn).permutation(np.concatenate(others))[:size]
        started = time.process_time()
        model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=300))
        model.fit(pool.X[taken], pool.y[taken])
        seconds.append(max(time.process_time() - started, _LEAST_S))
        scored = model.decision_function(pool.X[held])
        errors.append(1 - roc_auc_score(pool.y[held], scored))
        sampling.append(standard_error_of(pool.y[held], scored, "roc_auc"))
    return Point(
        n_train=size,
        errors=tuple(map(float, errors)),
        fit_s=float(np.mean(seconds)),
        sampling=tuple(sampling),
        n_valid=tuple(fold.size for fold in folds),
        n_judged=sum(fold.size for fold in folds),
    )


def begin(pool: Pool, n_rows: int, rng: np.random.Generator) -> tuple[np.ndarray, LabellingCosts]:
    """The rows there are, and the costs; run seconds are measured with the first curve."""
    order = rng.permutation(pool.y.size)
    costs = LabellingCosts(
        n_available=int((1 - _TEST_SHARE) * n_rows),
        train_share=1 - _TEST_SHARE,
        vote_cost=_VOTE_COST,
        vote_s=_VOTE_S,
        log_vote_s_stderr=0.35,
        n_first=2,
        n_most=3,
        hidden=0.0,
        n_agreed=0.0,
        n_disagreed=0.0,
        people=2.0,
        hours_per_day=4.0,
        machine_per_hour=_MACHINE_PER_HOUR,
        run_s=0.0,
        time_box_s=None,
        spent=0.0,
        n_rounds=3,
    )
    return order, costs


def promised(evidence: Evidence, costs: LabellingCosts, budget: float) -> BudgetOutcome:
    """What the plan says."""
    posterior = posterior_of(evidence)
    law = fit_time_law(evidence.train_sizes, evidence.fit_seconds)
    return simulate_budget(posterior, law, costs, evidence.target_error, budget)


def run(
    pool: Pool, order: np.ndarray, n_rows: int, costs: LabellingCosts, first: Evidence, seed: int
) -> dict[str, float]:
    """What happens."""
    rng = np.random.default_rng(1000 + seed)
    pace = _VOTE_S * np.exp(0.35 * rng.standard_normal())
    happened = dict.fromkeys(_MEASURES, 0.0)
    evidence, budget = first, first.budget
    for turn in range(costs.n_rounds):
        verdict = phase.assess(replace(evidence, n_rounds=costs.n_rounds - turn))
        if verdict.plan is None or not verdict.plan.rounds:
            break
        wanted = verdict.plan.rounds[0].n_more
        votes, n_more = _buy(wanted, budget - happened["money"], rng)
        n_rows += n_more
        happened["labels"] += n_more
        happened["votes"] += votes
        happened["money"] += votes * _VOTE_COST
        started = time.process_time()
        spent = replace(costs, spent=happened["money"])
        evidence = measure(pool, order[:n_rows], seed, spent, budget)
        hours = (time.process_time() - started) / 3600
        happened["machine_hours"] += hours
        happened["money"] += hours * _MACHINE_PER_HOUR
    happened["people_hours"] = happened["votes"] * pace / 3600
    happened["days"] = happened["people_hours"] / 8 + happened["machine_hours"] / 24
    return happened


def _buy(wanted: int, money: float, rng: np.random.Generator) -> tuple[int, int]:
    """Votes and labels that the money buys, asking a third where two disagree."""
    votes = labels = 0
    most = int(money / _VOTE_COST + 1e-9)
    for disagreed in rng.random(wanted) < 2 * _RIGHT * (1 - _RIGHT):
        asked = 3 if disagreed else 2
        if votes + asked > most:
            break
        votes, labels = votes + asked, labels + 1
    return votes, labels


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--rows", type=int, default=1500)
    options = parser.parse_args()
    pool = load()
    inside = {budget: defaultdict(list) for budget in _BUDGETS}
    kept, chances, buys = defaultdict(list), defaultdict(list), defaultdict(list)
    for seed in range(options.seeds):
        order, costs = begin(pool, options.rows, np.random.default_rng(seed))
        started = time.process_time()
        first = measure(pool, order[: options.rows], seed, costs, 0.0)
        costs = replace(costs, run_s=time.process_time() - started)
        for budget in _BUDGETS:
            evidence = replace(first, budget=budget)
            outcome = promised(evidence, costs, budget)
            happened = run(pool, order, options.rows, costs, evidence, seed)
            for name in _MEASURES:
                its = getattr(outcome, name)
                near = its.q05 - 1e-9 <= happened[name] <= its.q95 + 1e-9
                inside[budget][name].append(near)
            kept[budget].append(happened["money"] <= budget + 1e-9)
            chances[budget].append(outcome.p_met)
            buys[budget].append(happened["labels"] > 0)
    print(f"{options.seeds} seeds, target ROC AUC {_TARGET}, {options.rows:,} rows at the start")
    print("| budget | mean chance | bought any | " + " | ".join(_MEASURES) + " | budget kept |")
    print("|---:|" + "---:|" * (len(_MEASURES) + 3))
    for budget in _BUDGETS:
        cells = [f"{np.mean(inside[budget][name]):.2f}" for name in _MEASURES]
        print(
            f"| {budget:.0f} | {np.mean(chances[budget]):.2f} | {np.mean(buys[budget]):.2f} | "
            f"{' | '.join(cells)} | "
            f"{np.mean(kept[budget]):.2f} |"
        )


if __name__ == "__main__":
    main()
