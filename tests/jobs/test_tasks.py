"""Labels of several classes, and numbers: the computed rows of all six stages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.projects import BY, ETHICS, customers, project, run, run_to, verdict_of, whats

from leadline.monitoring.observations import observe_file
from leadline.phases.curve import Curve
from leadline.phases.data import Data
from leadline.phases.decay import Decay
from leadline.phases.forecast import Forecast
from leadline.phases.monitor import Monitor
from leadline.phases.performance.default_decision import AS_PREDICTED, LEAST_COST, LIKELIEST
from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.phases.scoring import Task
from leadline.phases.search import Search
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Answer
from leadline.services.commands import choose_point
from leadline.serving.releases.bundle import open_bundle
from leadline.serving.releases.keys import public_keys
from leadline.workspace import Workspace

CLASSES = customers(300).with_columns(
    left=pl.when(pl.int_range(300) % 11 == 0)
    .then(pl.lit("leaves"))
    .when(pl.col("calls") < 4)
    .then(pl.lit("stays"))
    .when(pl.col("plan") == "basic")
    .then(pl.lit("leaves"))
    .otherwise(pl.lit("waits"))
)
NUMBERS = customers(300).with_columns(
    left=pl.col("calls") * 3 + pl.col("spend") / 10 + np.random.default_rng(5).normal(0, 1, 300)
)
CASES: dict[str, tuple[pl.DataFrame, dict[str, Any], Task, str]] = {
    "classes": (CLASSES, {"target_score": 0.7}, Task.MULTICLASS, "accuracy"),
    "numbers": (NUMBERS, {"target_score": 0.7}, Task.REGRESSION, "r2"),
    "losses": (
        NUMBERS,
        {"target_score": 2.0, "scoring": "mean_absolute_error"},
        Task.REGRESSION,
        "mean_absolute_error",
    ),
}


@pytest.mark.parametrize("case", list(CASES))
def test_other_tasks_are_learnt_and_forecast(tmp_path: Path, case: str) -> None:
    pool, problem, task, scoring = CASES[case]
    stated: dict[str, Any] = {**problem, "time_box_s": 60.0}
    with project(tmp_path, pool, problem=stated) as workspace:
        data = run_to(workspace, "problem", "data")
        assert isinstance(data, Data)
        assert data.task is task
        assert len(data.classes) == (3 if task is Task.MULTICLASS else 0)
        assert run(workspace, "feasibility").verdict.answer is Answer.GO
        search = run(workspace, "search").verdict
        assert isinstance(search, Search)
        assert search.answer is Answer.GO
        assert search.scoring == scoring
        assert search.chosen_trial.family == "linear"
        assert {example.is_right for example in search.examples} == {True, False}
        curve = run_to(workspace, "labelling", "curve")
        assert isinstance(curve, Curve)
        first = curve.curves[0].points
        assert first[-1].mean < first[0].mean
        assert first[-1].mean < curve.chance_error
        forecast = run(workspace, "forecast").verdict
        assert isinstance(forecast, Forecast)
        assert len(forecast.lines) == 7


def released(folder: Path, pool: pl.DataFrame, stated: dict[str, Any]) -> Workspace:
    """A project of dated rows, from the question to a release; its last 60 rows are the stream."""
    pool[240:].drop("left").write_csv(folder / "stream.csv")
    workspace = project(
        folder,
        pool[:240],
        problem={**stated, "time_box_s": 60.0},
        data={"stream": ["stream.csv"], "test_share": 0.3, "time": "joined"},
        ethics=ETHICS,
    )
    tuning = run_to(workspace, "problem", "data", "search", "tuning")
    assert isinstance(tuning, Tuning)
    choose_point(workspace, tuning.names[0], 1.0, 1.0, "as good as it gets", BY)
    run_to(workspace, "release", "decay")
    return workspace


@pytest.mark.parametrize("case", list(CASES))
def test_other_tasks_are_released_and_watched(tmp_path: Path, case: str) -> None:
    pool, stated, task, scoring = CASES[case]
    is_number = task is Task.REGRESSION
    tolerance = {"tolerance": 1.0} if is_number else {}
    with released(tmp_path, pool, stated | tolerance) as workspace:
        tuning = verdict_of(workspace, "tuning", Tuning)
        assert (tuning.scoring, tuning.points, tuning.n_stream) == (scoring, (), 60)
        assert tuning.n_sample == 60, "the whole stream, as it is short"
        assert tuning.plain is not None
        assert bool(tuning.plain.silences) == (not is_number)
        assert tuning.plain.name == (AS_PREDICTED if is_number else LIKELIEST)
        assert tuning.plain.right.estimate > (0.5 if is_number else 0.6)
        if is_number:
            assert tuning.plain.numbers is not None
            assert tuning.plain.numbers.mean_on_stream is not None
        else:
            assert sum(each.n_stream for each in tuning.plain.classes) == 60
        release = verdict_of(workspace, "release", Release)
        assert release.threshold is None
        assert (release.tolerance is not None) == is_number
        bundle = open_bundle(
            workspace.releases_folder / release.bundle, trusted=public_keys(workspace.key_path)
        )
        answers = bundle.predict(pool[240:])
        assert answers.columns == (["score"] if is_number else ["score", "label"])
        assert bundle.manifest.metrics["test_share_right"] == tuning.plain.right.estimate
        decay = verdict_of(workspace, "decay", Decay)
        assert decay.answer is Answer.GO
        assert decay.tolerance == release.tolerance
        assert 0 < np.mean([e for row in decay.errors for e in row if e is not None]) < 0.6
    watched(tmp_path, pool[240:], tuning.plain.right.estimate, is_number=is_number)


def watched(folder: Path, rows: pl.DataFrame, right: float, *, is_number: bool) -> None:
    """New rows are compared without labels, and judged with them."""
    rows.drop("left").write_csv(folder / "later.csv")
    observe_file(str(folder), str(folder / "later.csv"))
    with Workspace.open(folder) as workspace:
        unlabelled = run_to(workspace, "monitor")
    assert isinstance(unlabelled, Monitor)
    assert unlabelled.answer is Answer.UNCLEAR
    rows.write_csv(folder / "later.csv")
    observe_file(str(folder), str(folder / "later.csv"))
    with Workspace.open(folder) as workspace:
        monitor = run_to(workspace, "monitor")
    assert isinstance(monitor, Monitor)
    assert monitor.reference_error == pytest.approx(1 - right)
    assert monitor.reference_alert_share is None
    aim = monitor.target
    assert aim is not None
    # of three classes the share that is right is told block by block, but where labels are by cost
    is_told = is_number or not aim.is_share_right
    assert aim.is_told == (aim.service is not None) == is_told
    if aim.service is not None:
        assert aim.service.estimate == pytest.approx(aim.released, rel=0.5)
        assert aim.n_labels == rows.height
    n_labelled, n_wrong = 0, 0.0
    for block in monitor.blocks:
        assert block.error is not None
        assert (block.alert_share, block.cost, block.precision) == (None, None, None)
        assert (block.off_by is not None) == is_number
        n_labelled += block.n_labelled
        n_wrong += block.n_wrong or 0
    assert n_labelled == rows.height
    assert n_wrong / n_labelled == pytest.approx(1 - right, abs=0.2)
    # labelled whole, so that each class is known exactly
    recalls = [] if is_number else rows["left"].unique().to_list()
    assert sorted(each.class_name for each in monitor.class_recalls) == sorted(recalls)
    n_found = sum(
        each.recent.estimate * each.n_recent for each in monitor.class_recalls if each.recent
    )
    assert is_number or n_found == pytest.approx(n_labelled - n_wrong)
    for each in monitor.class_recalls:
        assert each.is_watched == (each.n_reference >= 10 and monitor.n_reference_blocks >= 3)


def test_a_release_that_abstains_is_watched_by_what_it_answers(tmp_path: Path) -> None:
    with released(tmp_path, CLASSES, {"target_score": 0.7}) as workspace:
        tuning = verdict_of(workspace, "tuning", Tuning)
        assert tuning.plain is not None
        cut = tuning.plain.silences[-1]
        choose_point(workspace, LIKELIEST, 1.0, 1.0, "sure ones", BY, confidence=cut.confidence)
        run_to(workspace, "release", "decay")
        release = verdict_of(workspace, "release", Release)
        assert release.confidence == cut.confidence
        assert f"no answer below a score of {cut.confidence:.3f}" in release.summary
    later = tmp_path / "later.csv"
    CLASSES[240:].write_csv(later)
    observe_file(str(tmp_path), str(later))
    with Workspace.open(tmp_path) as workspace:
        monitor = run_to(workspace, "monitor")
    assert isinstance(monitor, Monitor)
    assert monitor.reference_error == pytest.approx(1 - cut.right.estimate)
    assert monitor.reference_abstained == pytest.approx(1 - cut.answered)
    shares = [block.share_abstained for block in monitor.blocks]
    assert all(share is not None and 0 < share < 1 for share in shares)
    assert sum(block.n_labelled for block in monitor.blocks) < 60
    assert any(finding.what.startswith("Without an answer") for finding in monitor.findings)


def test_a_release_that_says_what_costs_least_is_watched_by_it(tmp_path: Path) -> None:
    priced = {"leaves": {"stays": 30.0, "waits": 5.0}}
    with released(tmp_path, CLASSES, {"target_score": 0.7, "costs": priced}) as workspace:
        tuning = verdict_of(workspace, "tuning", Tuning)
        assert tuning.by_cost is not None
        assert tuning.by_cost.saving is not None
        assert tuning.by_cost.saving.estimate > 0
        assert {each.point for each in tuning.slices} == {LIKELIEST, LEAST_COST}
        likeliest = verdict_of(workspace, "release", Release)
        assert likeliest.costs == ()
        choose_point(workspace, LEAST_COST, 1.0, 1.0, "a leaver lost is dear", BY)
        run_to(workspace, "release", "decay")
        release = verdict_of(workspace, "release", Release)
        assert release.costs == verdict_of(workspace, "problem", Problem).costs
        assert "label by the least expected cost" in release.summary
        keys = public_keys(workspace.key_path)
        bundle = open_bundle(workspace.releases_folder / release.bundle, trusted=keys)
        before = open_bundle(workspace.releases_folder / likeliest.bundle, trusted=keys)
        answers, others = bundle.predict(CLASSES[240:]), before.predict(CLASSES[240:])
        assert bundle.manifest.confusion_costs == priced
        n_leaves = [(each["label"] == "leaves").sum() for each in (answers, others)]
        assert n_leaves[0] > n_leaves[1]
        told = {each.name: each.n_stream for each in tuning.by_cost.classes}
        assert n_leaves[0] == told["leaves"]
        right = tuning.by_cost.right.estimate
    watched(tmp_path, CLASSES[240:], right, is_number=False)


@pytest.mark.parametrize(
    ("label", "currency", "is_told"),
    [
        ("rent_EUR", "USD", "EUR"),
        ("rent_EUR", "EUR", ""),
        ("rent (£)", "USD", "GBP"),
        ("europe", "USD", ""),
    ],
)
def test_a_label_in_other_money_is_remarked(
    tmp_path: Path, label: str, currency: str, is_told: str
) -> None:
    rows = customers(60).with_columns(pl.col("spend").alias(label))
    stated = {"target_score": 0.3, "currency": currency}
    with project(tmp_path, rows, label=label, problem=stated) as workspace:
        found = whats(run_to(workspace, "problem"))
    told = f"{label!r} is in {is_told} and [problem] currency is {currency}: "
    assert any(each.startswith(told) for each in found) is bool(is_told)
    assert bool(is_told) or not any("is in" in each and "currency" in each for each in found)


def test_a_stated_tolerance_decides_what_is_right(tmp_path: Path) -> None:
    with project(
        tmp_path, NUMBERS, problem={"target_score": 0.7, "time_box_s": 60.0, "tolerance": 1e6}
    ) as workspace:
        tuning = run_to(workspace, "problem", "data", "search", "tuning")
    assert isinstance(tuning, Tuning)
    assert tuning.plain is not None
    assert tuning.plain.numbers is not None
    assert tuning.plain.numbers.is_stated
    assert tuning.plain.right.estimate == 1.0
