from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import polars as pl
import pytest
from tests.examples import example_data
from tests.phases.again import again
from tests.projects import (
    FIND,
    PROBLEM,
    customers,
    project,
    run,
    run_to,
    whats,
    write_settings,
)

from leadline.datasets.frames import Pool, Rows, Target, load_pool
from leadline.errors import NotReadyError
from leadline.evaluation.fit import FitResult
from leadline.evaluation.fit_spec import FitSpec
from leadline.jobs import feasibility as feasibility_job
from leadline.jobs.feasibility import _late_classes, _number_codes, _shuffle, _small
from leadline.phases.data import ClassCount, Data, Kind, SplitKind
from leadline.phases.data.suspicions import Sentinel
from leadline.phases.feasibility import Feasibility
from leadline.phases.lifecycle import State
from leadline.phases.problem import Problem
from leadline.phases.scoring import Task
from leadline.phases.verdict import Answer
from leadline.record import Vote
from leadline.record.views import views_of
from leadline.snapshot import content_hashes
from leadline.stats.sample_size.proportion import n_to_show
from leadline.workspace import Workspace

if TYPE_CHECKING:
    from leadline.evaluation.fit_spec import FitSpec


def feasibility(folder: Path, pool: pl.DataFrame, **problem: Any) -> Feasibility:
    """Run define on rows."""
    with project(folder, pool, problem={**PROBLEM, **problem}) as workspace:
        verdict = run_to(workspace, "problem", "data", "feasibility")
    assert isinstance(verdict, Feasibility)
    return verdict


def test_signal_is_seen(tmp_path: Path) -> None:
    verdict = feasibility(tmp_path, customers(200))
    assert verdict.answer is Answer.GO
    assert verdict.p_value == pytest.approx(1 / 40)
    assert verdict.score > 0.8
    assert abs(verdict.chance_score - 0.5) < 0.1


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_noise_is_not_taken_for_signal(tmp_path: Path, seed: int) -> None:
    verdict = feasibility(tmp_path, customers(200, seed, strength=0).drop("joined"))
    assert verdict.p_value > 0.05
    assert verdict.answer is Answer.NO
    assert any(what.startswith("Not better than chance") for what in whats(verdict))
    assert verdict.detectable_effect > 0


def test_folds_at_random_flatter_where_the_past_tells_less(tmp_path: Path) -> None:
    # who leaves has the basic plan at first, and in the last third of the time the plus plan
    steady = customers(480, strength=0)
    is_late = pl.int_range(pl.len()) >= 320
    leaves = pl.when(is_late).then(pl.col("plan") == "plus").otherwise(pl.col("plan") == "basic")
    leaves ^= pl.Series(np.random.default_rng(0).random(480) < 0.1)
    rows = steady.with_columns(
        pl.when(leaves).then(pl.lit("yes")).otherwise(pl.lit("no")).alias("left")
    )
    verdict = feasibility(tmp_path, rows.sample(fraction=1, shuffle=True, seed=0), target_score=0.7)
    assert verdict.past_only is not None
    assert verdict.past_only.past_score is not None
    assert verdict.past_only.mixed_score is not None
    assert verdict.past_only.past_score < verdict.past_only.mixed_score - 0.05
    assert verdict.answer is Answer.UNCLEAR
    assert any(what.startswith("Folds at random flatter") for what in whats(verdict))
    answered = replace(verdict.past_only, is_answered=True)
    assert again(verdict, past_only=answered).answer is Answer.GO
    no_worse = replace(verdict.past_only, p_value=0.2)
    assert not any("at random" in what for what in whats(again(verdict, past_only=no_worse)))


def test_no_score_rests_on_copies_of_rows_that_were_learnt_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither in folds at random nor where only the past is learnt from."""
    seen = []

    def kept(rows: Pool, train: Rows, valid: Rows, _: FitSpec) -> FitResult:
        assert rows.copies is not None
        seen.append(np.isin(rows.copies[valid], rows.copies[train]).any())
        return FitResult(0.5, train.size, 0.0)

    rows = customers(500).with_row_index("n").with_columns(pl.col("joined").reverse())
    again_later = rows[:200].with_columns(rows["joined"][300:])
    whole = pl.concat([rows, again_later]).drop("n")
    data = {"time": "joined", "split": "random"}
    with project(tmp_path, whole, problem=PROBLEM, data=data) as workspace:
        run_to(workspace, "problem", "data")
        monkeypatch.setattr("leadline.jobs.feasibility.fit_and_score", kept)
        verdict = run(workspace, "feasibility").verdict
    assert isinstance(verdict, Feasibility)
    assert verdict.past_only is not None
    assert seen
    assert not any(seen)


def test_a_class_that_only_late_rows_have_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, number in {"_N_ROWS": 250, "_N_OF_RARE": 1, "_FEWEST_DATED": 100}.items():
        monkeypatch.setattr(feasibility_job, name, number)
    is_late = pl.int_range(pl.len()) >= 370
    rows = customers(480).with_columns(
        pl.when(is_late).then("left").otherwise(pl.lit("no")).alias("left")
    )
    verdict = feasibility(tmp_path, rows.sample(fraction=1, shuffle=True, seed=0), target_score=0.7)
    past = verdict.past_only
    assert past is not None
    assert past.past_score is None, "of earlier rows alone no fold can be scored"
    (late,) = past.late_classes
    joined = rows.filter(pl.col("left") == "yes")["joined"].sort()
    first = joined.head(9)
    assert late.value == "yes"
    # of all train rows, of which the models learn from some two thirds
    assert verdict.n_rows == 250
    assert late.n_rows > 0.65 * joined.len()
    assert late.since in {str(each).removesuffix(" 00:00:00") for each in first}
    assert verdict.answer is Answer.UNCLEAR
    what = f"By 'joined', class 'yes' appears only from {late.since} on ({late.n_rows} rows)"
    assert any(f"{what}: no earlier row can teach it." in each for each in whats(verdict))


def test_models_of_the_past_and_of_all_times_learn_from_as_many_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frame = pl.DataFrame({"day": np.random.default_rng(0).permutation(300)})
    by_time = np.argsort(frame["day"].to_numpy())
    pool = Pool(
        frame, frame, np.zeros(300), np.zeros(300, dtype=bool), by_time, None, SplitKind.RANDOM
    )
    asked: list[tuple[np.ndarray, np.ndarray]] = []

    def folds(pool: Pool, **_: int) -> list[tuple[np.ndarray, np.ndarray]]:
        mixed = np.random.default_rng(1).permutation(pool.order)
        return [(mixed[:n], mixed[n:]) for n in (100, 250, 250)]

    def score(_: Pool, train: np.ndarray, valid: np.ndarray, __: object) -> SimpleNamespace:
        asked.append((train, valid))
        return SimpleNamespace(score=train.size / 1000 + len(asked) / 100)

    monkeypatch.setattr(feasibility_job, "folds_of", folds)
    monkeypatch.setattr(feasibility_job, "fit_and_score", score)
    data = replace(example_data(), time_column="day")
    spec = cast("FitSpec", SimpleNamespace(seed=0, family="linear"))
    found = feasibility_job._past_only(pool, data, spec, ())
    assert found is not None
    assert found.past_score == pytest.approx((found.mixed_score or 0) + 0.01)
    assert [train.size for train, _ in asked] == [100, 100, 200, 200, 200, 200]
    assert asked[1][0].tolist() == by_time[100:200].tolist(), "the latest of the past"
    assert asked[3][0].tolist() == by_time[:200].tolist()
    assert all(set(valid) <= set(by_time[200:]) for _, valid in asked)


def test_of_a_past_of_copies_alone_nothing_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """The latest rows once more are no past, and few that differ cannot be told from copies."""
    frame = pl.DataFrame({"day": np.arange(600)})
    data = replace(example_data(), task=Task.REGRESSION, time_column="day")
    spec = cast("FitSpec", SimpleNamespace(seed=0, family="linear"))
    asked: list[int] = []

    def score(_: Pool, train: np.ndarray, __: np.ndarray, ___: object) -> SimpleNamespace:
        asked.append(train.size)
        return SimpleNamespace(score=0.0)

    monkeypatch.setattr(feasibility_job, "fit_and_score", score)
    y, is_test = np.random.default_rng(0).normal(size=600), np.zeros(600, dtype=bool)
    in_turn = [np.arange(600) % n_different for n_different in (1, 9, 40, 200)]
    of_one = np.where(np.arange(600) <= 400, 0, np.arange(600))
    for copies in (*in_turn, of_one):
        its = copies.astype(np.uint64)
        pool = Pool(frame, frame, y, is_test, np.arange(600), None, SplitKind.RANDOM, copies=its)
        asked.clear()
        found = feasibility_job._past_only(pool, data, spec, ())
        is_enough = np.unique(its).size >= 60
        assert (found is not None, bool(asked)) == (is_enough, is_enough)
        assert min(asked, default=30) >= 30, "of one fold all of the past are copies"


def test_that_a_split_at_random_is_meant_is_asked_of_feasibility_anew(tmp_path: Path) -> None:
    rows = customers(60).sample(fraction=1, shuffle=True, seed=0)
    with project(tmp_path, rows) as workspace:
        first = run_to(workspace, "problem", "data")
        run(workspace, "feasibility")
    write_settings(tmp_path, data={"split": "random"})
    with Workspace.open(tmp_path) as workspace:
        stated = run(workspace, "data").verdict
        assert workspace.record.standing()["feasibility"].state is State.STALE
    assert isinstance(first, Data)
    assert isinstance(stated, Data)
    assert (first.time_column, first.is_random_stated, stated.is_random_stated) == (
        ("joined", False, True)
    )
    views = (views_of("data", first), views_of("data", stated))
    assert {row for row in views[0] if views[0][row] != views[1][row]} == {"feasibility"}


def test_labels_in_order_of_time_keep_their_neighbours() -> None:
    """Shuffled singly, a label that changes seldom would be told from chance too easily."""
    frame = pl.DataFrame({"x": np.arange(50)})
    order = np.random.default_rng(0).permutation(50)[:40]
    y = np.zeros(50)
    y[order] = np.arange(40)
    pool = Pool(frame, frame, y, np.zeros(50, dtype=bool), order, None, SplitKind.TIME)
    moved = _shuffle(pool, np.random.default_rng(1)).y
    steps = np.diff(moved[order].astype(float)) % 40
    assert (steps == 1).all()
    assert moved[order[0]] > 0
    assert (np.delete(moved, order) == 0).all()


def test_a_share_of_rows_has_a_size_of_proof(tmp_path: Path) -> None:
    verdict = feasibility(tmp_path, customers(200), scoring="accuracy", target_score=0.7)
    assert verdict.expected_score == pytest.approx(0.85)
    assert verdict.n_test_needed == n_to_show(0.7, 0.85)
    assert verdict.n_test == 40


def test_a_metric_without_a_closed_form_says_so(tmp_path: Path) -> None:
    verdict = feasibility(tmp_path, customers(200), scoring="f1")
    assert verdict.n_test_needed is None


def test_votes_that_differ_set_a_ceiling(tmp_path: Path) -> None:
    rows = customers(200).drop("joined")
    problem = {**PROBLEM, "scoring": "accuracy", "target_score": 0.95}
    with project(tmp_path, rows, problem=problem, find=FIND) as workspace:
        run_to(workspace, "problem", "data")
        for place, key in enumerate(content_hashes(rows, ["calls", "spend", "plan"]).tolist()[:60]):
            for judge in ("al", "bo"):
                value = "no" if judge == "bo" and place % 4 == 0 else "yes"
                workspace.record.labels.votes.add(Vote(f"{key:016x}", judge, value, 1.0))
        verdict = run(workspace, "feasibility").verdict
    assert isinstance(verdict, Feasibility)
    assert verdict.ceiling is not None
    assert 0.5 < verdict.ceiling.high < 0.95
    assert verdict.n_votes == 120
    assert verdict.answer is Answer.NO
    assert any("The target lies above it." in what for what in whats(verdict))


def test_a_quick_look_keeps_the_order_of_time() -> None:
    """Folds by time learn from the past: a sample of the rows must lie as the rows do."""
    X = pl.DataFrame({"x": range(4_000)})
    order = np.arange(4_000)[::-1]
    is_test = np.zeros(4_000, dtype=bool)
    pool = Pool(X, X, np.zeros(4_000), is_test, order, None, SplitKind.TIME)
    with_text = _small(pool, example_data())
    assert with_text.order.size == 600
    assert (np.diff(with_text.order) < 0).all()
    assert with_text.order[0] > 3_900
    assert with_text.order[-1] < 100


def test_a_quick_look_has_rows_of_a_rare_class() -> None:
    """Of 600 rows nine were hits: no score is then better than chance."""
    X = pl.DataFrame({"x": range(9_000)})
    y = (np.arange(9_000) % 67 == 0).astype(np.int64)
    blank = np.zeros(9_000, dtype=bool)
    pool = Pool(X, X, y, blank, np.arange(9_000), None, SplitKind.RANDOM)
    assert 22 <= y[_small(pool, example_data()).order].sum() <= 38


def test_a_loss_is_the_better_the_smaller_it_is(tmp_path: Path) -> None:
    """The noise has a standard deviation of 1, so that no model is off by less than .8."""
    noise = np.random.default_rng(7).normal(0, 1, 200)
    pool = customers(200).with_columns(left=pl.col("calls") * 3 + noise)
    loss = {"scoring": "mean_absolute_error", "target_score": 2.0, "positive": ""}
    verdict = feasibility(tmp_path, pool, **loss)
    assert verdict.answer is Answer.GO
    assert verdict.score < 2 < verdict.chance_score
    assert verdict.p_value == pytest.approx(1 / 40)
    assert verdict.expected_score == pytest.approx(1.0)


@pytest.mark.filterwarnings("ignore:The least populated class")
@pytest.mark.parametrize("n_positive", [0, 1])
def test_too_few_of_a_class_are_refused_and_no_traceback(tmp_path: Path, n_positive: int) -> None:
    """A person could overrule that before, and the one row of a class lies in one fold."""
    left = ["yes"] * n_positive + ["no"] * (90 - n_positive)
    pool = customers(90).drop("joined").with_columns(left=pl.Series(left))
    of_no = {**PROBLEM, "positive": "no", "task": "binary"}
    with project(tmp_path, pool, problem=of_no) as workspace:
        run_to(workspace, "problem", "data")
        with pytest.raises(NotReadyError, match="at least two classes"):
            run(workspace, "feasibility")


def patients(n_patients: int = 60, n_each: int = 8) -> pl.DataFrame:
    """The label is constant for a patient, and nothing else tells it."""
    rng = np.random.default_rng(3)
    patient = np.repeat(np.arange(n_patients), n_each)
    return pl.DataFrame(
        {
            "patient": [f"P{each:03d}" for each in patient],
            "bp": rng.normal(120, 10, patient.size).round(1),
            "left": np.where((rng.random(n_patients) < 0.5)[patient], "yes", "no"),
        }
    )


def test_patients_known_again_are_no_signal(tmp_path: Path) -> None:
    with project(tmp_path / "apart", patients()) as workspace:
        apart = run_to(workspace, "problem", "data", "feasibility")
    assert apart.answer is Answer.UNCLEAR
    assert "Signal, or rows of one 'patient' known again" in apart.summary
    with project(tmp_path / "together", patients(), data={"group": "patient"}) as workspace:
        together = run_to(workspace, "problem", "data", "feasibility")
    assert isinstance(together, Feasibility)
    assert together.answer is Answer.NO
    assert together.p_value > 0.05


def test_columns_that_give_the_label_away_are_named(tmp_path: Path) -> None:
    rows = customers(300).with_columns(refunded=pl.col("left").replace({"yes": "1", "no": "0"}))
    verdict = feasibility(tmp_path, rows)
    assert verdict.answer is Answer.UNCLEAR
    assert verdict.giveaways == ("refunded",)
    assert any("'refunded' tells the label almost perfectly" in what for what in whats(verdict))


def test_words_that_give_the_label_away_are_named(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = customers(300)
    words = np.array(["bill", "line", "router", "offer", "visit", "letter", "phone", "price"])
    said = [
        f"{' '.join(rng.choice(words, 5))} ({'CLOSED' if left == 'yes' else 'note'})"
        for left in rows["left"]
    ]
    verdict = feasibility(tmp_path, rows.with_columns(said=pl.Series(said)))
    assert verdict.answer is Answer.UNCLEAR
    assert verdict.giveaways == ("said",)
    assert "closed" in verdict.telling_words
    assert any("by the words" in what for what in whats(verdict))


def test_copies_of_a_row_change_places_together() -> None:
    """Shuffled singly, labels that copies share would be told from chance too easily."""
    frame = pl.DataFrame({"x": np.repeat(np.arange(60), 5)})
    copies = np.repeat(np.arange(60, dtype=np.uint64), 5)
    y = np.repeat(np.random.default_rng(0).normal(size=60), 5)
    alone = Pool(frame, frame, y, np.zeros(300, dtype=bool), np.arange(300), None, SplitKind.RANDOM)
    moved = _shuffle(replace(alone, copies=copies), np.random.default_rng(1)).y
    assert sorted(moved) == sorted(y)
    assert all(np.unique(moved[copies == each]).size == 1 for each in range(60))
    assert not np.array_equal(moved, y)
    few = replace(alone, copies=copies % np.uint64(29))
    singly = _shuffle(alone, np.random.default_rng(1)).y
    assert np.array_equal(_shuffle(few, np.random.default_rng(1)).y, singly)


def test_late_classes_are_told_of_all_train_rows(tmp_path: Path) -> None:
    """Of a sample, a class could seem to be late by luck, and its rows would be too few."""
    is_late = pl.int_range(pl.len()) >= 3_500
    rows = customers(4_000).with_columns(
        pl.when(is_late).then("left").otherwise(pl.lit("no")).alias("left")
    )
    rows = rows.sample(fraction=1, shuffle=True, seed=0)
    with project(tmp_path, rows) as workspace:
        run_to(workspace, "problem", "data")
        reading = workspace.record.reading("feasibility")
        data = reading.of(Data)
        pool = load_pool(workspace.artifacts, data, Target.of(reading.of(Problem)))
    assert _small(pool, data).order.size < pool.order.size
    (late,) = _late_classes(pool, data)
    assert late.n_rows == (pool.y[pool.order] == 1).sum()


def test_late_classes_of_a_few_rows_are_not_told_and_the_largest_is_first() -> None:
    y = np.repeat(["0", "1", "2", "3"], [285, 4, 5, 6])
    frame = pl.DataFrame({"joined": np.arange(300)})
    frame = frame.with_columns(pl.lit("2026-01-01").str.to_date() + pl.duration(days="joined"))
    rows = Pool(frame, frame, y, np.zeros(300, dtype=bool), np.arange(300), None, SplitKind.RANDOM)
    classes = tuple(ClassCount(value=each, n_rows=75) for each in "0123")
    data = replace(
        example_data(), task=Task.MULTICLASS, time_column=frame.columns[-1], classes=classes
    )
    assert [(late.value, late.n_rows) for late in _late_classes(rows, data)] == [("3", 6), ("2", 5)]


def test_codes_are_of_columns_of_numbers_and_told_once() -> None:
    example = example_data()
    (one, *_) = (each for each in example.columns if each.kind is Kind.NUMBER)
    data = replace(example, columns=(*example.columns, replace(one, name="second")))
    other = next(name for name, kind in data.features.items() if kind != Kind.NUMBER)
    stands = ((one.name, "99"), (one.name, "-1"), ("second", "99"), (other, "none"))
    found = tuple(Sentinel(column=name, value=value, n_rows=9) for name, value in stands)
    assert _number_codes(replace(data, sentinels=found)) == (("99", "-1"), 2)
