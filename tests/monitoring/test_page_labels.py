"""Labels given on the page count beside those of files, and of two the later one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from tests.monitoring.test_label_requests import ask, filled, monitor, observe, rows
from tests.projects import write_settings

from leadline.monitoring.block_rows import KEY, KEY_COLUMN, TRUTH
from leadline.monitoring.label_requests import write_requests
from leadline.monitoring.page_labels import KnownRows, known_rows
from leadline.phases.monitor import Monitor
from leadline.record import BlockLabel
from leadline.services.block_labelling.asked_rows import asked_rows
from leadline.services.block_labelling.row_label_page import row_label_page
from leadline.services.block_labelling.row_labels import label_row, undo_row_label
from leadline.snapshot import from_parquet
from leadline.workspace import Workspace

DATA = {"stream": ["stream.csv"], "test_share": 0.3}
FIRST, SECOND = "2024-06-03", "2024-06-10"


@pytest.fixture
def folder(released_folder: Path) -> Path:
    """Two weeks of rows without labels; twelve of each want one, and the monitor knows."""
    write_settings(released_folder, watch={"block": "week", "labels": 12}, data=DATA)
    observe(released_folder, rows().drop("left"), "new.csv")
    monitor(released_folder)
    return released_folder


def known(folder: Path, block: str) -> KnownRows:
    with Workspace.open(folder) as workspace:
        (release_id,) = {one.verdict.release_id for one in workspace.record.entries("release")}  # type: ignore[attr-defined]
        found = {one.block: one for one in workspace.record.observations.of(release_id)}
        made = known_rows(workspace, found[block])
    assert made is not None
    return made


def truths(folder: Path, block: str) -> dict[str, int]:
    told = known(folder, block).rows.filter(pl.col(TRUTH).is_not_null())
    return dict(told.select(KEY, TRUTH).iter_rows())


def say(folder: Path, *answers: str | None) -> list[str]:
    """Answer the next rows of the page; return their keys."""
    keys = []
    with Workspace.open(folder) as workspace:
        for answer in answers:
            page = row_label_page(workspace, "Ada")
            assert page.row is not None
            keys.append(label_row(workspace, page.monitor, page.row, answer, "Ada", 2.0).key)
    return keys


def test_what_was_said_on_the_page_counts_when_the_monitor_runs(folder: Path) -> None:
    keys = say(folder, *["yes", "no"] * 6)
    assert truths(folder, SECOND) == dict(zip(keys, [1, 0] * 6, strict=True))
    verdict = monitor(folder)
    told = [(b.name, b.n_labelled, b.n_wanted) for b in verdict.blocks]
    assert told == [(FIRST, 0, 12), (SECOND, 12, 0)]
    assert verdict.blocks[1].error is not None
    with Workspace.open(folder) as workspace:
        asked = asked_rows(workspace)
        assert asked is not None
        assert list(asked.left_by_block) == [FIRST]
        page = row_label_page(workspace, "Ada")
    # who goes on goes on at the same pace
    assert (page.n_done, page.n_left, page.seconds_left) == (0, 12, 12 * 2.0)


def test_the_rows_kept_for_the_page_are_those_of_the_file_and_spare_ones(folder: Path) -> None:
    _, frame = ask(folder)
    with Workspace.open(folder) as workspace:
        verdict = workspace.record.latest_of(Monitor)
        assert verdict is not None
        kept = from_parquet(workspace.artifacts.get(verdict.asked))
        asked = asked_rows(workspace)
        assert asked is not None
        left = [asked.places[number][1] for number in asked.left]
    assert sorted(left) == sorted(frame[KEY_COLUMN])
    assert kept.height == 2 * (12 + 6)
    assert kept.columns == ["block", KEY, "x.joined", "x.calls", "x.spend", "x.plan"]


def test_a_file_of_requests_leaves_out_what_was_answered_or_cannot_be_told(folder: Path) -> None:
    said = say(folder, "yes", None, "no")
    _, frame = ask(folder)
    assert frame.height == 24 - 2, "two have a label, and another row is asked for"
    assert not set(said) & set(frame[KEY_COLUMN])
    verdict = monitor(folder)
    assert [block.n_wanted for block in verdict.blocks] == [12, 10]
    with Workspace.open(folder) as workspace:
        asked = asked_rows(workspace)
        assert asked is not None
        assert not set(said) & {key for _, key in asked.places}


def test_of_two_labels_the_later_counts_and_it_is_said(folder: Path) -> None:
    _, frame = ask(folder)
    early, late = say(folder, "yes", "yes")
    # the page was first for one of them, the file for the other
    turned = filled(frame).with_columns(
        left=pl.when(pl.col(KEY_COLUMN).is_in([early, late]))
        .then(pl.lit("no"))
        .otherwise(pl.col("left"))
    )
    observe(folder, turned, "back.csv")
    assert (truths(folder, SECOND)[early], truths(folder, SECOND)[late]) == (0, 0)
    with Workspace.open(folder) as workspace:
        (one,) = [
            each
            for each in workspace.record.block_labels.of(release_of(workspace))
            if each.key == late
        ]
        workspace.record.block_labels.add(
            BlockLabel(one.release_id, one.block, late, "1", "Bo", 1.0)
        )
    # a later file that says nothing new of it is no later label
    observe(folder, rows()[30:33].drop("left").with_columns(spend=1.0), "more.csv")
    assert (truths(folder, SECOND)[early], truths(folder, SECOND)[late]) == (0, 1)
    assert known(folder, SECOND).n_differ == 2
    said = [finding.what for finding in monitor(folder).findings]
    assert any("2 rows of 2024-06-10 have one label from a file" in what for what in said), said


def release_of(workspace: Workspace) -> str:
    verdict = workspace.record.latest_of(Monitor)
    assert verdict is not None
    return verdict.release_id


def test_an_undo_after_the_monitor_ran_takes_the_label_out_of_the_block(folder: Path) -> None:
    (key,) = say(folder, "yes")
    monitor(folder)
    before = known(folder, SECOND).digest
    with Workspace.open(folder) as workspace:
        assert undo_row_label(workspace, "Ada") is not None
    assert key not in truths(folder, SECOND)
    assert known(folder, SECOND).digest != before
    assert monitor(folder).blocks[1].n_labelled == 0


def test_the_digest_follows_the_labels_and_not_who_gave_them(folder: Path) -> None:
    bare = known(folder, SECOND).digest
    (key,) = say(folder, "yes")
    told = known(folder, SECOND).digest
    with Workspace.open(folder) as workspace:
        label = BlockLabel(release_of(workspace), SECOND, key, "1", "Bo", 9.0)
        later = BlockLabel(**(vars(label) | {"at": datetime.now(UTC) + timedelta(hours=1)}))
        workspace.record.block_labels.add(later)
    assert told == known(folder, SECOND).digest
    assert told != bare
    assert known(folder, FIRST).digest != told


def wants(folder: Path) -> int:
    asked = write_requests(str(folder), str(folder / "none.csv"), is_parquet=False)
    assert (folder / "none.csv").exists() == bool(asked.n_rows)
    return asked.n_rows


def test_once_all_is_answered_nothing_is_asked(folder: Path) -> None:
    say(folder, *["no"] * 24)
    assert not wants(folder)
    verdict = monitor(folder)
    assert verdict.asked == ""
    with Workspace.open(folder) as workspace:
        assert asked_rows(workspace) is None


def test_a_label_is_no_news_of_another_block(folder: Path) -> None:
    before = known(folder, FIRST).digest
    say(folder, "yes")
    assert known(folder, FIRST).digest == before
