"""Feasibility job: permutation test of a quick baseline, and the test rows needed for proof."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.datasets.folds import folds_of, has_copies_across, kept_copies
from leadline.datasets.frames import Pool, Rows, Target, load_pool
from leadline.engines.loading import load
from leadline.errors import NotReadyError
from leadline.evaluation.fit import fit_and_score, fold_rows
from leadline.evaluation.fit_spec import FitSpec, spec_of
from leadline.labelling.annotators import ceiling
from leadline.labelling.vote_table import vote_counts
from leadline.phases import feasibility as phase
from leadline.phases.data import LEAK_SCORE, Data, Kind, SplitKind
from leadline.phases.problem import Problem
from leadline.phases.scoring import Task, scoring_of
from leadline.phases.verdict import Bounds
from leadline.snapshot import span_of
from leadline.stats.candidate_comparison import corrected_resampled_t
from leadline.stats.labels.agreement import agreement_bounds, pairwise_agreement
from leadline.stats.permutation import permutation_test, smallest_detectable_effect

if TYPE_CHECKING:
    from leadline.jobs import Report
    from leadline.phases.feasibility import Feasibility
    from leadline.record import Reading
    from leadline.workspace import Workspace

_FAMILY = "linear"
_BASELINE = "majority"
_FLEXIBLE = "boosting"
_N_ROWS = 2000
_N_ROWS_OF_TEXT = 600  # a fit on texts or images takes ten times as long
_N_OF_RARE = 30  # of a class of which there are fewer, chance explains nearly any score
_MOST_TIMES = 5
_N_FOLDS = 3
_N_PERMUTATIONS = 39
_FEWEST_PERMUTATIONS = 19  # fewer cannot show a p-value of .05
_MOST_TRIES = 4 * _N_PERMUTATIONS
_FEWEST_REPEATED = 20
_FEWEST_DATED = 300
_N_DATED, _FEWEST_GAPS = 6, 3
_FEWEST_PAST = 30  # where nearly all of the past are copies of the latest rows, fewer are left
_FEWEST_LATE = 5  # fewer rows of a class are all of the latest third by chance too often
_MOST_NAMED = 3


def run(workspace: Workspace, reading: Reading, report: Report) -> Feasibility:
    """Test for signal and compute what would prove success."""
    problem = reading.of(Problem)
    data = reading.of(Data)
    target = Target.of(problem)
    whole = load_pool(workspace.artifacts, data, target)
    pool = _small(whole, data)
    params = load("families", _FAMILY)().candidates(
        problem.task.value, data.features, pool.order.size
    )[0]
    spec = replace(
        spec_of(workspace, problem, data),
        family=_FAMILY,
        params=params,
        n_folds=_N_FOLDS,
    )
    report("fitting a quick baseline", 0.0)
    observed = _score(pool, spec)
    shuffled = _shuffled_scores(pool, spec, np.random.default_rng(data.split.seed), report)
    sign = -1.0 if scoring_of(problem.scoring).is_loss else 1.0
    test = permutation_test(sign * observed, sign * np.asarray(shuffled))
    expected = _hoped_for(problem)
    best, n_votes = _ceiling(workspace, problem)
    codes, n_coded = _number_codes(data)
    return phase.assess(
        phase.Evidence(
            scoring=problem.scoring,
            target_score=problem.target_score,
            family=_FAMILY,
            n_rows=int(pool.order.size),
            score=observed,
            chance_score=float(np.mean(shuffled)),
            chance_std=test.null_std,
            n_permutations=len(shuffled),
            p_value=test.p_value,
            detectable_effect=smallest_detectable_effect(test.null_std, power=0.8),
            ceiling=best,
            n_votes=n_votes,
            expected_score=expected,
            n_test_needed=_n_test_needed(problem, data, expected),
            n_test=data.split.n_test,
            giveaways=_giveaways(data),
            telling_words=_telling_words(data),
            baseline_score=_score(pool, replace(spec, family=_BASELINE, params={})),
            strongest=tuple(leak.column for leak in data.leaks[:_MOST_NAMED]),
            proposed_group=data.groups[0].column if data.groups else "",
            has_copies_across=has_copies_across(pool, _N_FOLDS),
            past_only=_past_only(pool, data, spec, _late_classes(whole, data)),
            codes=codes,
            n_coded=n_coded,
        )
    )


def _number_codes(data: Data) -> tuple[tuple[str, ...], int]:
    """Numbers that may mean "no answer", each once, and how many columns have any."""
    coded = [each for each in data.sentinels if data.features.get(each.column) == Kind.NUMBER]
    return tuple(dict.fromkeys(each.value for each in coded)), len({each.column for each in coded})


def _past_only(
    pool: Pool, data: Data, spec: FitSpec, late: tuple[phase.LateClass, ...]
) -> phase.PastOnly | None:
    """Score the latest rows by a model of rows of all times, and by one of as many earlier rows.

    Where it is cheap, by a family that can learn what holds at some time only, as a search will.
    """
    name = data.time_column
    if pool.kind is not SplitKind.RANDOM or not name:
        return None
    if not _is_slow(data):
        task, features = data.task.value, data.features
        params = load("families", _FLEXIBLE)().candidates(task, features, pool.order.size)[0]
        spec = replace(spec, family=_FLEXIBLE, params=params)
    past, latest = _past_and_latest(pool, name)
    rows, n_past = np.concatenate([past, latest]), past.size
    if rows.size < _FEWEST_DATED:
        return None
    dated = replace(pool, order=rows)
    copies = kept_copies(dated, _N_DATED)
    # with copies on both sides it would be them that flatter, and not the time
    is_told = not has_copies_across(dated, _N_DATED)
    folds = folds_of(dated, n_folds=_N_DATED, seed=spec.seed) if is_told else []
    scores = []
    for train, valid in folds:
        its = valid[np.isin(valid, latest)]
        # as in the other folds, no model has learnt from a copy of what it is scored on
        alone = past if copies is None else past[~np.isin(copies[past], copies[its])]
        n_each = min(train.size, alone.size)
        if n_each < _FEWEST_PAST:
            continue
        # a class may be missing from some rows
        with suppress(NotReadyError):
            scores.append(
                [
                    fit_and_score(pool, each, its, spec).score
                    for each in (train[:n_each], alone[-n_each:])
                ]
            )
    mixed, earlier, p_value = None, None, None
    if len(scores) >= _FEWEST_GAPS:
        mixed, earlier = map(float, np.mean(scores, axis=0))
        gaps = [one - other for one, other in scores]
        test = corrected_resampled_t(gaps, n_past, max(latest.size // _N_DATED, 1))
        p_value = test.p_value
    elif not late:
        return None
    return phase.PastOnly(
        column=name,
        family=spec.family,
        mixed_score=mixed,
        past_score=earlier,
        p_value=p_value,
        is_answered=data.is_random_stated,
        late_classes=late,
    )


def _past_and_latest(pool: Pool, column: str) -> tuple[Rows, Rows]:
    """The train rows that have a time, in its order: two thirds, and the latest third."""
    rows = pool.order[pool.frame[column].is_not_null().to_numpy()[pool.order]]
    rows = rows[np.argsort(pool.frame[column].to_numpy()[rows], kind="stable")]
    n_past = rows.size * 2 // 3
    return rows[:n_past], rows[n_past:]


def _late_classes(pool: Pool, data: Data) -> tuple[phase.LateClass, ...]:
    """Classes of the latest of all train rows that no earlier row has, where that is no chance."""
    if data.task is Task.REGRESSION or pool.kind is not SplitKind.RANDOM or not data.time_column:
        return ()
    past, latest = _past_and_latest(pool, data.time_column)
    names = {each.value: each.value for each in data.classes}
    if data.task is Task.BINARY:
        others = [value for value in names if value != data.positive]
        other = others[0] if len(others) == 1 else f"not {data.positive}"
        names = {"1": data.positive, "0": other}
    labels, counts = np.unique(pool.y[latest].astype(str), return_counts=True)
    before = set(np.unique(pool.y[past].astype(str)).tolist())
    found = [
        phase.LateClass(
            value=names[label],
            since=_first(pool.frame[data.time_column][latest], pool.y[latest].astype(str) == label),
            n_rows=n_rows,
        )
        for label, n_rows in zip(labels.tolist(), counts.tolist(), strict=True)
        if label not in before and n_rows >= _FEWEST_LATE
    ]
    return tuple(sorted(found, key=lambda each: -each.n_rows))


def _first(times: pl.Series, is_its: NDArray[np.bool_]) -> str:
    return span_of(times.filter(is_its))[0].removesuffix("T00:00:00").replace("T", " ")


def _giveaways(data: Data) -> tuple[str, ...]:
    """The columns that tell the label alone, those that do together, and texts that do."""
    alone = tuple(leak.column for leak in data.leaks if leak.score >= LEAK_SCORE)
    together = data.spread_leak.columns if data.spread_leak else ()
    texts = tuple(leak.column for leak in data.text_leaks)
    return tuple(dict.fromkeys((*alone, *together, *texts)))


def _telling_words(data: Data) -> tuple[str, ...]:
    """The words of texts that tell the label, the strongest first."""
    words = (word.word for leak in data.text_leaks for word in leak.words)
    return tuple(dict.fromkeys(words))[:_MOST_NAMED]


def _small(pool: Pool, data: Data) -> Pool:
    """At most so many train rows, still in their order; more where a class is rare."""
    n_rows = _N_ROWS_OF_TEXT if _is_slow(data) else _N_ROWS
    if data.task is Task.BINARY:
        share = float(np.mean(pool.y[pool.order] == 1)) if pool.order.size else 0.0
        rarer = min(share, 1 - share)
        wanted = _N_OF_RARE / rarer if rarer else 0.0
        n_rows = round(min(max(n_rows, wanted), _MOST_TIMES * n_rows))
    if pool.order.size <= n_rows:
        return pool
    kept = np.random.default_rng(data.split.seed).permutation(pool.order.size)[:n_rows]
    return replace(pool, order=pool.order[np.sort(kept)])


def _is_slow(data: Data) -> bool:
    return bool({Kind.TEXT, Kind.IMAGE} & set(data.features.values()))


def _shuffled_scores(
    pool: Pool, spec: FitSpec, rng: np.random.Generator, report: Report
) -> list[float]:
    """Scores with shuffled labels; those that leave a fold with one class are passed over."""
    scores: list[float] = []
    for _ in range(_MOST_TRIES):
        n = len(scores)
        report(f"shuffled labels {n + 1} of {_N_PERMUTATIONS}", n / _N_PERMUTATIONS)
        try:
            scores.append(_score(_shuffle(pool, rng), spec))
        except NotReadyError:
            continue
        if len(scores) == _N_PERMUTATIONS:
            return scores
    if len(scores) < _FEWEST_PERMUTATIONS:
        raise NotReadyError(
            f"With shuffled labels only {len(scores)} of {_MOST_TRIES} tries had two classes in "
            "every fold.",
            "Chance cannot be told from signal so.",
            "Bring more rows of the rarest class.",
        )
    return scores


def _shuffle(pool: Pool, rng: np.random.Generator) -> Pool:
    """Labels shuffled; where rows belong together, whole groups of them change places.

    So do copies of a row, where folds have them on one side: what each of them is told is one luck.

    Rows in order of time have labels like their neighbours': shuffled singly, chance would look too
    small. So all labels move along by as much, and those at the end come to the beginning.
    """
    y = pool.y.copy()
    if pool.kind is SplitKind.TIME:
        y[pool.order] = np.roll(y[pool.order], rng.integers(1, max(pool.order.size, 2)))
        return replace(pool, y=y)
    together = pool.groups if pool.groups is not None else kept_copies(pool, _N_FOLDS)
    if together is None:
        y[pool.order] = rng.permutation(y[pool.order])
        return replace(pool, y=y)
    # rows of one group are no independent witnesses
    codes = np.unique(together[pool.order], return_inverse=True)[1]
    rows = pool.order[np.argsort(codes, kind="stable")]
    places = rng.permutation(int(codes.max()) + 1)[codes]
    y[rows] = pool.y[pool.order[np.argsort(places, kind="stable")]]
    return replace(pool, y=y)


def _score(pool: Pool, spec: FitSpec) -> float:
    scores = []
    for fold in range(spec.n_folds):
        train, valid = fold_rows(pool, replace(spec, fold=fold))
        scores.append(fit_and_score(pool, train, valid, spec).score)
    return float(np.mean(scores))


def _hoped_for(problem: Problem) -> float:
    """Halfway between the target and perfection: a margin to show the target by."""
    return (problem.target_score + scoring_of(problem.scoring).best) / 2


def _n_test_needed(problem: Problem, data: Data, expected: float) -> int | None:
    n_to_show = scoring_of(problem.scoring).n_to_show
    if n_to_show is None:
        return None
    counts = {count.value: count.n_rows for count in data.classes}
    share = counts.get(problem.positive, 0) / max(data.n_rows, 1)
    return n_to_show(problem.target_score, expected, share)


def _ceiling(workspace: Workspace, problem: Problem) -> tuple[Bounds | None, int]:
    """Best accuracy against one judge, from rows with at least two votes.

    Of several classes only the bounds are known that the agreement of pairs leaves.
    """
    if problem.task is Task.REGRESSION:
        return None, 0
    votes = workspace.record.labels.votes.plain()
    n_most, n_votes = vote_counts(votes)
    if n_votes.size < _FEWEST_REPEATED:
        return None, 0
    if problem.task is Task.BINARY:
        return ceiling(votes, problem.positive), int(n_votes.sum())
    bounds = agreement_bounds(pairwise_agreement(n_most, n_votes))
    middle = (bounds.low + bounds.high) / 2
    return Bounds(estimate=middle, low=bounds.low, high=bounds.high), int(n_votes.sum())
