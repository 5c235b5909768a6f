"""Projects made up at random, without a fit: evidence for every row, judged by the real phases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
from tests import examples
from tests.default_decisions import default_monitor, default_problem, default_review, default_tuning
from tests.phases.again import again

from leadline.phases import decision
from leadline.phases.forecast import Forecast
from leadline.phases.lifecycle import ROWS, Mark, Stage, Standing, decision_of, row_of, standing
from leadline.phases.monitor.monitor_evidence import Target
from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.phases.search.choice import choose
from leadline.phases.search.trial import Closed
from leadline.phases.target.measured_target import measured_target
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Bounds, Verdict
from leadline.record import Entry
from leadline.stats.metric import metric_of

START = datetime(2025, 3, 1, 9, tzinfo=UTC)
METRICS = ("roc_auc", "average_precision", "f1", "balanced_accuracy", "accuracy")
KINDS = ("points", "points", "points", "classes", "costs", "numbers")
_ROWS = tuple(row for row in ROWS if row in examples.example_verdicts())


@dataclass(frozen=True)
class Project:
    """A made-up project: its entries, and all that pages ask a workspace for."""

    entries: tuple[Entry, ...]

    @property
    def marks(self) -> list[Mark]:
        """One an entry, as the record keeps them."""
        return [
            Mark(e.number, e.row, e.on, e.verdict.answer, {}, e.verdict.barrier, e.verdict.badge)
            for e in self.entries
        ]

    @property
    def rows(self) -> set[str]:
        """Rows that have a verdict."""
        return {each.row for each in self.entries}

    @property
    def standings(self) -> dict[str, Standing]:
        """Where each row stands."""
        return standing(self.marks)

    def latest(self, row: str) -> Entry | None:
        """The newest entry of a row."""
        return next((each for each in reversed(self.entries) if each.row == row), None)

    @property
    def workspace(self) -> Any:
        """What a page reads: the entries, and settings that say nothing else."""
        problem = self.entries[0].verdict
        record = SimpleNamespace(
            entry=lambda number: self.entries[number - 1],
            entries=lambda row: [each for each in self.entries if each.row == row],
            latest=self.latest,
            latest_of=lambda kind: getattr(self.latest(row_of(kind)), "verdict", None),
            marks=lambda: self.marks,
            gone_back_to=lambda: None,
            comments=SimpleNamespace(of=lambda *_: [], newest=lambda **_: []),
            jobs=SimpleNamespace(newest=list),
        )
        prices = SimpleNamespace(machine_per_hour=0.1)
        settings = SimpleNamespace(name="Late flights", problem=problem, prices=prices)
        return SimpleNamespace(record=record, settings=settings, actor=None)


def projects(n: int, seed: int = 0) -> Iterator[Project]:
    """Some projects; the same ones for a seed."""
    for index in range(n):
        yield project(np.random.default_rng([seed, index]))


def project(rng: np.random.Generator) -> Project:
    """One project, which may end early."""
    made: dict[str, Verdict] = {}
    entries: list[Entry] = []
    kind = str(rng.choice(KINDS))
    last = len(_ROWS) if rng.random() < 0.6 else int(rng.integers(1, len(_ROWS)))
    for row in _ROWS[:last]:
        verdict = _verdict(row, kind, made, rng)
        if verdict is None:
            continue
        made[row] = verdict
        numbers = {each.row: each.number for each in entries}
        on = {name: numbers[name] for name in ROWS[row].stands_on if name in numbers}
        number = len(entries) + 1
        at = START + timedelta(hours=11 * number)
        entries.append(Entry(number, row, verdict, on, "Ada Ops", at, verdict.VERSION))
    return Project(tuple(entries))


def _verdict(
    row: str, kind: str, made: Mapping[str, Verdict], rng: np.random.Generator
) -> Verdict | None:
    if row.startswith("decision."):
        return _decision(row, made, rng)
    make = _MAKE.get(row)
    return make(kind, made, rng) if make else examples.example_verdicts()[row]


def _problem(kind: str, made: Mapping[str, Verdict], rng: np.random.Generator) -> Verdict:
    if kind != "points":
        target = float(rng.uniform(0.3, 0.97))
        scoring = "r2" if kind == "numbers" else "accuracy"
        return again(default_problem(kind), target_score=round(target, 3), scoring=scoring)
    scoring = str(rng.choice(METRICS))
    return again(
        examples.example_problem(),
        scoring=scoring,
        target_score=round(float(rng.uniform(0.55, 0.95)), 3),
        budget=float(rng.choice([0.0, 12.5, 500.0, 12_000.0])),
    )


def _feasibility(kind: str, made: Mapping[str, Verdict], rng: np.random.Generator) -> Verdict:
    problem = _problem_of(made)
    low = float(rng.uniform(0.6, 0.9))
    ceiling = Bounds(estimate=low + 0.03, low=low, high=low + 0.06)
    return again(
        examples.example_feasibility(),
        scoring=problem.scoring,
        target_score=problem.target_score,
        score=float(rng.uniform(0.5, 0.999)),
        p_value=float(rng.choice([0.01, 0.04, 0.06, 0.5])),
        ceiling=ceiling if rng.random() < 0.6 else None,
        n_test_needed=int(rng.integers(1, 3_000)) if rng.random() < 0.5 else None,
        n_test=int(rng.choice([1, 40, 1_200])),
        giveaways=("refund",) if rng.random() < 0.1 else (),
    )


def _search(kind: str, made: Mapping[str, Verdict], rng: np.random.Generator) -> Verdict:
    problem = _problem_of(made)
    example = examples.example_search()
    trials = []
    for each in example.trials:
        if not each.scores:
            trials.append(each)
            continue
        shift = float(rng.normal(0, 0.03))
        errors = tuple(min(max(1 - s - shift, 0.01), 0.99) for s in each.scores)
        mean = 1 - sum(errors) / len(errors)
        ends = [
            replace(e, error=1 - mean, low=(1 - mean) * 0.9, high=(1 - mean) * 1.1)
            for e in each.expected
        ]
        points = tuple(replace(p, errors=errors) for p in each.points)
        trials.append(
            replace(
                each,
                scores=tuple(1 - e for e in errors),
                mean=mean,
                points=points,
                expected=tuple(ends),
                error_at_largest=replace(ends[0]),
                chance_best=float(rng.random()),
            )
        )
    choice = choose(trials, problem.scoring)
    chance = float(rng.choice([0.001, 0.03, rng.random(), 0.999]))
    cut = bool(rng.random() < 0.2)
    return again(
        example,
        scoring=problem.scoring,
        trials=tuple(trials),
        chosen=choice.chosen if choice and rng.random() < 0.95 else "",
        loss=choice.loss if choice else 0.0,
        accepted_loss=choice.accepted if choice else 0.0,
        loss_probability=choice.probability if choice else 1.0,
        target_score=problem.target_score,
        chance_target=chance if rng.random() < 0.9 else None,
        best_chance=min(1.0, chance * float(rng.uniform(1, 3))),
        n_affordable=int(rng.choice([0, 4_800, 6_400])),
        closed=Closed.TIME if cut else Closed.DONE,
        untried=("neighbours",) if cut and rng.random() < 0.5 else (),
        cost=float(rng.choice([0.0016, 0.0, 1.2, 240.0])),
        spent_s=float(rng.uniform(1, 4_000)),
    )


def _labelling(kind: str, made: Mapping[str, Verdict], rng: np.random.Generator) -> Verdict:
    n_voted = int(rng.choice([0, 1, 50, 1_204]))
    return again(
        examples.example_labelling(),
        n_voted=n_voted,
        n_votes=n_voted * int(rng.choice([1, 2])),
        n_judges=int(rng.choice([0, 1, 2, 7])) if n_voted else 0,
        n_undecided=int(rng.choice([0, 1, 3])),
        n_unsure=int(rng.choice([0, 1, 2])),
        alpha=float(rng.uniform(0.3, 0.95)) if n_voted else None,
        cost=float(rng.choice([0.0, 0.004, 2.55, 1_204.5])),
    )


@cache
def _forecasts(scoring: str) -> tuple[Forecast, ...]:
    """A few forecasts of one curve: the only fits, made once."""
    example = examples.example_forecast()
    asked = [(0.7, 500.0), (0.815, 0.0), (0.82, 500.0), (0.83, 40.0), (0.99, 500.0)]
    return tuple(
        again(example, scoring=scoring, target_score=target, budget=budget)
        for target, budget in asked
    )


def _forecast(kind: str, made: Mapping[str, Verdict], rng: np.random.Generator) -> Verdict:
    scoring = "roc_auc" if kind == "numbers" else _problem_of(made).scoring
    known = _forecasts(scoring)
    found = known[int(rng.integers(len(known)))]
    return replace(found, currency=_problem_of(made).currency)


def _tuning(kind: str, made: Mapping[str, Verdict], rng: np.random.Generator) -> Verdict:
    problem = _problem_of(made)
    example = examples.example_tuning() if kind == "points" else default_tuning(kind)
    score = float(np.clip(problem.target_score + rng.normal(0, 0.03), 0.05, 0.995))
    points = tuple(_tried(point, rng) for point in example.points)
    return again(
        example,
        scoring=problem.scoring,
        test_score=score,
        test_stderr=float(rng.uniform(0.002, 0.03)) if rng.random() < 0.9 else None,
        n_test=int(rng.choice([25, 400, 1_204])),
        n_positive=int(rng.choice([1, 9, 10, 287])) if points else 0,
        n_touches=int(rng.choice([1, 2, 5])),
        points=points,
        currency=problem.currency,
    )


def _tried(point: Any, rng: np.random.Generator) -> Any:
    hits = rng.uniform(0.2, 0.95, 2)
    spans = [Bounds(estimate=h, low=max(h - 0.1, 0.0), high=min(h + 0.08, 1.0)) for h in hits]
    return replace(
        point,
        precision=spans[0],
        recall=spans[1],
        alert_share=float(rng.choice([0.0, 0.0004, 0.262, 1.0])),
        cost_per_1000=float(rng.choice([0.0, 0.004, 99.996, 6_177.3])),
    )


def _review(kind: str, made: Mapping[str, Verdict], rng: np.random.Generator) -> Verdict:
    currency = _problem_of(made).currency
    if kind != "points":
        return again(default_review(kind), currency=currency)
    example = examples.example_review()
    chances = rng.dirichlet([0.4, 0.4, 0.4])
    points = tuple(
        replace(point, p_cheapest=float(p), cost_per_1000=float(rng.uniform(0, 9_000)))
        for point, p in zip(example.points, chances, strict=True)
    )
    return again(
        example,
        points=points,
        n_judged=int(rng.choice([0, 1, 29, 30, 200])),
        n_judged_twice=int(rng.choice([0, 1, 12])),
        n_agreed=1,
        chosen=points[int(rng.integers(3))].name,
        currency=currency,
    )


def _release(kind: str, made: Mapping[str, Verdict], rng: np.random.Generator) -> Verdict | None:
    problem, tuning, review = _problem_of(made), made.get("tuning"), made.get("review")
    if not isinstance(tuning, Tuning) or review is None:
        return None
    is_first = rng.random() < 0.5
    before = tuning.test_score + float(rng.normal(0, 0.02))
    return again(
        examples.example_release(),
        point=review.chosen,  # type: ignore[attr-defined]
        threshold=None if tuning.plain else 0.34,
        scoring=problem.scoring,
        target=measured_target(problem.target_score, tuning, review),  # type: ignore[arg-type]
        replaces="" if is_first else "0badc0ffee12",
        champion_score=None if is_first else before,
        challenger_score=None if is_first else tuning.test_score,
    )


def _capacity(kind: str, made: Mapping[str, Verdict], rng: np.random.Generator) -> Verdict:
    example = examples.example_capacity()

    def shaken(step: Any) -> Any:
        factor = float(rng.lognormal(0, 0.4))
        return replace(step, p99_s=step.p99_s * factor, p99_high_s=step.p99_high_s * factor)

    planned = shaken(example.planned) if rng.random() < 0.9 else None
    return again(
        example,
        steps=tuple(map(shaken, example.steps)),
        planned=planned,
        repeats=tuple(map(shaken, example.repeats)) if planned else (),
        verifications=example.verifications if rng.random() < 0.5 else (),
        peak_per_s=float(rng.choice([1.0, 200.0, 12_000.0])),
        spare=int(rng.choice([0, 1, 2])),
        growth=float(rng.choice([1.0, 1.5])),
    )


def _monitor(kind: str, made: Mapping[str, Verdict], rng: np.random.Generator) -> Verdict | None:
    problem, tuning, release = _problem_of(made), made.get("tuning"), made.get("release")
    if not isinstance(release, Release) or not isinstance(tuning, Tuning):
        return None
    example = examples.example_monitor() if kind == "points" else default_monitor(kind)
    blocks = example.blocks[: int(rng.integers(0, 5))]
    errors = rng.uniform(0.001, 0.5, len(blocks))
    blocks = tuple(
        replace(
            block,
            error=Bounds(estimate=e, low=max(e - 0.06, 0.0), high=min(e + 0.07, 1.0)),
            is_alarm=False,
        )
        if block.error
        else block
        for block, e in zip(blocks, map(float, errors), strict=True)
    )
    alarmed = bool(blocks) and rng.random() < 0.3
    return again(
        example,
        release_id=release.release_id,
        blocks=blocks,
        alarms=example.alarms if alarmed else (),
        reference_error=float(rng.uniform(0.001, 0.3)),
        n_reference_blocks=int(rng.choice([1, 2, 20])),
        target=Target(
            scoring=problem.scoring,
            words=metric_of(problem.scoring).words,
            target=problem.target_score,
            released=tuning.test_score,
        ),
        currency=problem.currency,
    )


def _decision(row: str, made: Mapping[str, Verdict], rng: np.random.Generator) -> Verdict | None:
    stage = Stage(row.partition(".")[2])
    release = made.get("release")
    is_first = not any(name in made for name in ROWS[decision_of(stage)].stands_on)
    if is_first or rng.random() < 0.5:
        return None
    choice = decision.Choice(str(rng.choice(["go", "go", "go", "back", "stop"])))
    is_back = choice is decision.Choice.BACK
    short = release.shortfall if isinstance(release, Release) and stage is Stage.SHIP else ""
    return decision.assess(
        decision.Evidence(
            stage=stage.value,
            choice=choice,
            why="It is worth it.",
            person="Ada Ops",
            accepts=short if choice is decision.Choice.GO else "",
            to=Stage.DEFINE.value if is_back else "",
            change="The target." if is_back else "",
        )
    )


def _problem_of(made: Mapping[str, Verdict]) -> Problem:
    problem = made["problem"]
    assert isinstance(problem, Problem)
    return problem


_MAKE: Mapping[str, Any] = {
    "problem": _problem,
    "feasibility": _feasibility,
    "search": _search,
    "labelling": _labelling,
    "forecast": _forecast,
    "tuning": _tuning,
    "review": _review,
    "release": _release,
    "capacity": _capacity,
    "monitor": _monitor,
}
