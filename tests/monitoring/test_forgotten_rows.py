"""A person's rows leave every version of every block, and what was counted is counted anew."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from tests.monitoring.test_label_requests import DATA, filled, monitor, observe, rows
from tests.projects import write_settings

from leadline.errors import RecordError, SettingsError
from leadline.monitoring.block_rows import KEY, rows_of_block
from leadline.monitoring.label_requests import write_requests
from leadline.phases.release import Release
from leadline.record import Observation
from leadline.services.block_labelling.asked_rows import asked_rows
from leadline.services.commands.forget import forget
from leadline.workspace import Workspace

PERSON = "517"


@pytest.fixture
def folder(released_folder: Path) -> Path:
    """Two weeks of rows with keys of their own, observed twice: with and without some labels."""
    write_settings(released_folder, watch={"block": "week", "key": "id", "labels": 12}, data=DATA)
    named = rows().with_columns(id=pl.int_range(56) + 500)
    observe(released_folder, named.drop("left"), "new.csv")
    observe(released_folder, named[10:20], "some.csv")
    monitor(released_folder)
    return released_folder


def versions(workspace: Workspace) -> list[Observation]:
    release_id = workspace.record.entries("release")[-1].verdict_as(Release).release_id
    observations = workspace.record.observations
    return [
        version
        for seen in observations.of(release_id)
        for version in observations.history(release_id, seen.block)
    ]


def holding(folder: Path, key: str) -> list[str]:
    """Stored files that hold a row of a key."""
    found = []
    for path in sorted((folder / ".leadline" / "artifacts").iterdir()):
        try:
            frame = pl.read_parquet(path)
        except pl.exceptions.PolarsError:
            continue
        if KEY in frame.columns and key in frame[KEY].to_list():
            found.append(path.name)
    return found


def test_the_row_is_gone_from_all_that_was_kept(folder: Path) -> None:
    assert holding(folder, PERSON)
    with Workspace.open(folder) as workspace:
        before = {seen.block: seen for seen in versions(workspace)}
        tried = forget(workspace, [PERSON], "asked to", "Ada", is_trial=True)
        assert workspace.record.erasures.all() == ()
        done = forget(workspace, [PERSON, "no such key"], "asked to", "Ada")
        assert (tried.n_rows, done.n_rows, done.n_blocks, done.n_keys) == (1, 1, 1, 2)
        (kept,) = workspace.record.erasures.all()
        assert (kept.person, kept.why, kept.n_rows) == ("Ada", "asked to", 1)
        newest = {seen.block: seen for seen in versions(workspace)}
        changed = [name for name in newest if newest[name] != before[name]]
        assert len(changed) == 1
        after, was = newest[changed[0]], before[changed[0]]
        assert (was.n_rows - after.n_rows, after.at) == (1, was.at)
        assert was.payload["n_labelled"] - after.payload["n_labelled"] == 1
        read = rows_of_block(workspace.artifacts, after)
        assert read is not None
        assert read.height == after.n_rows
        with pytest.raises(RecordError):
            rows_of_block(workspace.artifacts, was)
    assert holding(folder, PERSON) == []
    assert [block.n_rows for block in monitor(folder).blocks] in ([28, 27], [27, 28])
    with Workspace.open(folder) as workspace:
        assert forget(workspace, [PERSON], "asked to", "Ada").n_rows == 0


def test_what_the_page_asked_about_is_not_shown_any_more(folder: Path) -> None:
    with Workspace.open(folder) as workspace:
        asked = asked_rows(workspace)
        assert asked is not None
        _, key = asked.places[0]
        forget(workspace, [key], "asked to", "Ada")
        assert asked_rows(workspace) is None, "until the monitor is run again"
    monitor(folder)
    with Workspace.open(folder) as workspace:
        asked = asked_rows(workspace)
        assert asked is not None
        assert key not in [place[1] for place in asked.places]


def test_labels_go_on_counting_as_they_did(folder: Path) -> None:
    path = folder / "rows.csv"
    write_requests(str(folder), str(path), is_parquet=False)
    observe(folder, filled(pl.read_csv(path)).select("id", "left"), "back.csv")
    before = {block.name: block.n_labelled for block in monitor(folder).blocks}
    with Workspace.open(folder) as workspace:
        forget(workspace, [PERSON], "asked to", "Ada")
    after = {block.name: block.n_labelled for block in monitor(folder).blocks}
    assert sum(before.values()) - sum(after.values()) == 1


def test_a_block_may_lose_all_its_rows(folder: Path) -> None:
    with Workspace.open(folder) as workspace:
        done = forget(workspace, [str(key) for key in range(500, 556)], "all of them", "Ada")
        assert (done.n_rows, done.n_blocks) == (56, 2)
    assert [block.n_rows for block in monitor(folder).blocks] == [0, 0]


@pytest.mark.parametrize(
    ("keys", "why", "by"), [([" "], "x", "Ada"), (["1"], " ", "Ada"), (["1"], "x", " ")]
)
def test_who_why_and_what_must_be_said(folder: Path, keys: list[str], why: str, by: str) -> None:
    with Workspace.open(folder) as workspace, pytest.raises(SettingsError):
        forget(workspace, keys, why, by)
