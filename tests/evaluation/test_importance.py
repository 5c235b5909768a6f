"""What real candidates lean on, fitted to rows whose labels are made of some columns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.projects import customers, project, run_to

from leadline.evaluation.fit_spec import spec_of
from leadline.evaluation.held_out import HeldOut
from leadline.evaluation.importance import importance_of
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.search.importance import Importance


def looked_at(
    folder: Path,
    frame: pl.DataFrame,
    *,
    family: str = "linear",
    left_s: Callable[[], float] = lambda: 20.0,
    **options: Any,
) -> Importance | None:
    """Fit a family to two thirds of the rows and look at it on the rest."""
    with project(folder, frame, **options) as workspace:
        data = run_to(workspace, "problem", "data")
        problem = workspace.record.latest_of(Problem)
        assert isinstance(data, Data)
        assert problem is not None
        spec = spec_of(workspace, problem, data)
        from dataclasses import replace

        held_out = HeldOut.of(replace(spec, family=family, n_folds=3))
        assert not np.intersect1d(held_out.valid, held_out.pool.test).size
        return importance_of(held_out, f"{family} 1", left_s=left_s)


def found(folder: Path, frame: pl.DataFrame, **options: Any) -> Importance:
    importance = looked_at(folder, frame, **options)
    assert importance is not None
    return importance


def test_numbers_and_categories_of_a_binary_label(tmp_path: Path) -> None:
    importance = found(tmp_path, customers(3000))
    by_name = {each.name: each for each in importance.columns}
    assert importance.useful[0].name == "calls"
    assert by_name["calls"].direction == "rises"
    assert by_name["plan"].level == "basic"
    assert by_name["plan"].is_useful
    assert not by_name["spend"].is_useful
    assert importance.score > by_name["calls"].score_without > 0.4
    assert importance.score_of_nothing == 0.5
    assert importance.n_rows + importance.n_train <= 3000
    assert importance.words == ()


@pytest.mark.parametrize("family", ["boosting", "forest"])
def test_strong_models_find_the_same(tmp_path: Path, family: str) -> None:
    importance = found(tmp_path, customers(900), family=family)
    assert importance.useful[0].name == "calls"
    assert "spend" not in {each.name for each in importance.useful}


def test_copies_of_a_column_are_one_group_and_asked_about(tmp_path: Path) -> None:
    frame = customers(600, strength=0.5).with_columns(
        known=(pl.col("left") == "yes") * 3.0 + pl.col("spend").hash() % 100 / 90
    )
    frame = frame.with_columns(again=pl.col("known") * 2 + 1)
    importance = found(tmp_path, frame)
    carrier = importance.carrier
    assert carrier is not None
    assert set(carrier.columns) == {"known", "again"}
    assert {each.name for each in carrier.members} == {"known", "again"}


def test_a_number_that_is_predicted(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frame = customers(600).with_columns(
        pay=10 - 2 * pl.col("calls") + pl.Series(rng.normal(size=600))
    )
    importance = found(
        tmp_path,
        frame.drop("left"),
        label="pay",
        problem={"task": "regression", "target_score": 0.5},
    )
    assert importance.useful[0].name == "calls"
    assert importance.useful[0].direction == "falls"
    assert importance.scoring == "r2"
    assert importance.useful[0].score_without < 0.2


def test_several_classes_name_the_one_a_column_speaks_for(tmp_path: Path) -> None:
    frame = customers(600).with_columns(
        kind=pl.when(pl.col("calls") > 6)
        .then(pl.lit("busy"))
        .when(pl.col("spend") > 45)
        .then(pl.lit("rich"))
        .otherwise(pl.lit("rest"))
    )
    importance = found(
        tmp_path,
        frame.drop("left"),
        label="kind",
        problem={"task": "multiclass", "target_score": 0.9},
    )
    by_name = {each.name: each for each in importance.columns}
    assert by_name["calls"].is_useful
    assert by_name["calls"].toward in {"busy", "rest", "rich"}
    assert by_name["spend"].toward in {"rich", "rest"}


def test_words_of_a_text(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    filler = ["the", "room", "was", "near", "station", "and", "we", "paid", "staff", "said"]
    notes, left = [], []
    for _ in range(600):
        words = list(rng.choice(filler, 8))
        is_bad = rng.random() < 0.5
        if rng.random() < 0.7:
            words.insert(3, "awful" if is_bad else "lovely")
        notes.append(" ".join(words))
        left.append("yes" if is_bad else "no")
    frame = customers(600).drop("left").with_columns(note=pl.Series(notes), left=pl.Series(left))
    importance = found(tmp_path, frame)
    assert importance.useful[0].name == "note"
    assert importance.useful[0].way == ""
    effects = {each.word: each.effect.estimate for each in importance.words}
    assert effects["awful"] > 0.1
    assert effects["lovely"] < -0.1
    assert set(effects) & set(filler) == set() or max(
        abs(effects.get(each, 0.0)) for each in filler
    ) < abs(effects["awful"])


def test_without_time_nothing_is_said(tmp_path: Path) -> None:
    assert looked_at(tmp_path, customers(300), left_s=lambda: 0.0) is None


def test_little_time_means_fewer_rows(tmp_path: Path) -> None:
    moments = iter(range(10**6))
    few = looked_at(tmp_path, customers(600), left_s=lambda: 0.05 if next(moments) == 0 else 20.0)
    assert few is None or few.n_rows < 160


def test_rows_split_by_time_and_by_group_are_looked_at(tmp_path: Path) -> None:
    frame = customers(600)
    by_time = found(tmp_path / "time", frame, data={"time": "joined"})
    assert by_time.useful[0].name == "calls"
    household = pl.Series([f"h{row // 4}" for row in range(600)])
    by_group = found(
        tmp_path / "group", frame.with_columns(household=household), data={"group": "household"}
    )
    assert by_group.useful[0].name == "calls"
