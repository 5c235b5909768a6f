from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from tests.examples import example_review, example_tuning
from tests.projects import (
    BY,
    ETHICS,
    N_POOL,
    N_STREAM,
    customers,
    project,
    review,
    run,
    run_to,
    verdict_of,
    write_settings,
)

from leadline.errors import NotReadyError
from leadline.jobs.release import _metrics
from leadline.phases.data import Data
from leadline.phases.release import Release
from leadline.phases.review import Review
from leadline.phases.tuning import Tuning
from leadline.serving.releases.bundle import open_bundle
from leadline.serving.releases.keys import public_keys
from leadline.workspace import Workspace

TRUTH = customers(N_STREAM, 1)["left"]


def released_again(workspace: Workspace) -> Release:
    """From audited data to another release."""
    run_to(workspace, "search", "tuning")
    review(workspace, TRUTH)
    verdict = run(workspace, "release").verdict
    assert isinstance(verdict, Release)
    return verdict


def test_a_release_is_sealed_signed_and_opens(released_folder: Path) -> None:
    with Workspace.open(released_folder) as workspace:
        release = verdict_of(workspace, "release", Release)
        chosen = verdict_of(workspace, "review", Review)
        tuning = verdict_of(workspace, "tuning", Tuning)
        data = verdict_of(workspace, "data", Data)
        bundle = open_bundle(
            workspace.releases_folder / release.bundle, trusted=public_keys(workspace.key_path)
        )
    assert release.replaces == ""
    assert release.champion_score is None
    assert release.approved_by == release.ethics_by == BY
    assert release.point == chosen.chosen
    assert release.threshold == tuning.point(chosen.chosen).threshold
    assert bundle.manifest.data_digest == data.snapshot
    assert bundle.manifest.columns == data.features
    scores = bundle.score(customers(20, 9))
    assert ((scores >= 0) & (scores <= 1)).all()


def test_nobody_releases_without_the_ethics_checklist(tmp_path: Path) -> None:
    stream = customers(N_STREAM, 1, skipped=300)
    stream.drop("left").write_csv(tmp_path / "stream.csv")
    open_question = {**ETHICS, "harmed": ""}
    settings = {"data": {"stream": ["stream.csv"]}, "ethics": open_question}
    with project(tmp_path, customers(300), **settings) as workspace:
        run_to(workspace, "problem", "data", "search", "tuning")
        review(workspace, TRUTH)
        with pytest.raises(NotReadyError, match="Ada Ops has left questions"):
            run(workspace, "release")
        assert not workspace.releases_folder.exists()


def test_the_second_release_is_compared_with_the_first(released_folder: Path) -> None:
    more = pl.concat([customers(N_POOL), customers(200, 7, skipped=N_POOL)])
    more.write_csv(released_folder / "pool.csv")
    with Workspace.open(released_folder) as workspace:
        first = verdict_of(workspace, "release", Release)
        run(workspace, "data")
        second = released_again(workspace)
        tuning = verdict_of(workspace, "tuning", Tuning)
    assert second.replaces == first.release_id
    assert second.release_id != first.release_id
    assert second.challenger_score == tuning.test_score
    assert second.champion_score == pytest.approx(tuning.test_score, abs=0.05)
    found = second.difference
    assert found is not None
    assert second.champion_score is not None
    assert found.estimate == pytest.approx(tuning.test_score - second.champion_score)
    assert found.low < found.estimate < found.high
    # hard rows are hard for both: far closer than two scores that are measured apart
    assert found.high - found.low < 0.2


def test_a_champion_that_cannot_read_todays_rows_is_not_compared(released_folder: Path) -> None:
    for name in ("pool.csv", "stream.csv"):
        path = released_folder / name
        pl.read_csv(path).drop("spend").write_csv(path)
    write_settings(
        released_folder, data={"stream": ["stream.csv"], "test_share": 0.3}, ethics=ETHICS
    )
    with Workspace.open(released_folder) as workspace:
        first = verdict_of(workspace, "release", Release)
        run(workspace, "data")
        second = released_again(workspace)
    assert second.replaces == first.release_id
    assert second.champion_score is None
    assert second.challenger_score is None
    assert second.difference is None


def test_a_release_tells_what_is_known_of_its_point() -> None:
    """The balanced point, on the test set and on the stream."""
    assert _metrics(example_tuning(), example_review()) == {
        "test_precision": example_tuning().point("balanced").precision.estimate,
        "test_recall": example_tuning().point("balanced").recall.estimate,
        "stream_precision_low": 0.45,
        "stream_precision_high": 0.75,
        "stream_recall_low": 0.48,
        "stream_recall_high": 0.82,
    }
    nobody = replace(example_review(), n_judged=0)
    assert set(_metrics(example_tuning(), nobody)) == {"test_precision", "test_recall"}
