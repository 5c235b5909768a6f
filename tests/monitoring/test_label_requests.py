"""Rows that want a label: which, how they are written, and that they come back."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from tests.projects import customers, finding, run, verdict_of, write_settings

from leadline.monitoring.block_rows import KEY, KEY_COLUMN, SAID, TRUTH, rows_of_block
from leadline.monitoring.label_requests import Asked, requested_rows, write_requests
from leadline.monitoring.observations import observe_file
from leadline.phases.monitor import Monitor
from leadline.phases.release import Release
from leadline.phases.verdict import Answer
from leadline.record import AlarmAct, AlarmEvent
from leadline.workspace import Workspace

DATA = {"stream": ["stream.csv"], "test_share": 0.3}


@pytest.fixture
def folder(released_folder: Path) -> Path:
    """Two weeks of rows without labels; twelve of each want one."""
    write_settings(released_folder, watch={"block": "week", "labels": 12}, data=DATA)
    observe(released_folder, rows().drop("left"), "new.csv")
    return released_folder


def rows() -> pl.DataFrame:
    return customers(56, 3, skipped=616)


def observe(folder: Path, frame: pl.DataFrame, name: str) -> None:
    frame.write_csv(folder / name)
    observe_file(str(folder), str(folder / name))


def ask(folder: Path, name: str = "rows.csv") -> tuple[Asked, pl.DataFrame]:
    path = folder / name
    is_parquet = path.suffix == ".parquet"
    asked = write_requests(str(folder), str(path), is_parquet)
    read = pl.read_parquet if is_parquet else pl.read_csv
    return asked, read(path)


def filled(asked: pl.DataFrame, n: int | None = None) -> pl.DataFrame:
    """With the truth, by what tells rows apart."""
    truth = rows().select(pl.col("calls").round(3), "spend", truth="left")
    whole = asked.drop("left").join(truth, on=["calls", "spend"], how="left", maintain_order="left")
    whole = whole.rename({"truth": "left"})
    if n is None:
        return whole
    return whole.with_columns(left=pl.when(pl.int_range(whole.height) < n).then("left"))


def flagged_keys(folder: Path) -> set[str]:
    """Of all rows that were observed, those that the release flags."""
    with Workspace.open(folder) as workspace:
        release_id = verdict_of(workspace, "release", Release).release_id
        seen = workspace.record.observations.of(release_id)
        kept = [rows_of_block(workspace.artifacts, each) for each in seen]
    every = pl.concat([each for each in kept if each is not None])
    return set(every.filter(pl.col(SAID) == 1)[KEY].to_list())


def monitor(folder: Path) -> Monitor:
    with Workspace.open(folder) as workspace:
        verdict = run(workspace, "monitor").verdict
    assert isinstance(verdict, Monitor)
    return verdict


def test_it_writes_keys_times_features_and_an_empty_label(folder: Path) -> None:
    asked, frame = ask(folder)
    assert (asked.n_rows, asked.label) == (24, "left")
    assert asked.blocks == ("2024-06-03", "2024-06-10")
    assert frame.columns == [KEY_COLUMN, "joined", "calls", "spend", "plan", "left"]
    assert frame["left"].null_count() == frame.height == 24
    # blind: neither the score nor what the model said
    assert not {"score", "said", "flagged"} & set(frame.columns)


def test_the_same_rows_are_asked_for_until_they_are_answered(folder: Path) -> None:
    _, first = ask(folder)
    _, again = ask(folder)
    assert first.equals(again)
    observe(folder, filled(first, 5), "back.csv")
    _, rest = ask(folder)
    assert set(rest[KEY_COLUMN]) == set(first[KEY_COLUMN][5:])


def test_first_answers_that_are_all_of_flagged_rows_are_no_reason_to_ask_for_more(
    folder: Path,
) -> None:
    _, first = ask(folder)
    flagged = flagged_keys(folder) & set(first[KEY_COLUMN])
    assert 0 < len(flagged) < first.height
    answered = filled(first).with_columns(
        left=pl.when(pl.col(KEY_COLUMN).is_in(list(flagged))).then("left")
    )
    observe(folder, answered, "back.csv")
    _, rest = ask(folder)
    assert set(rest[KEY_COLUMN]) == set(first[KEY_COLUMN]) - flagged


def test_filled_in_they_come_back_and_count(folder: Path) -> None:
    _, frame = ask(folder)
    observe(folder, filled(frame), "rows.csv")
    verdict = monitor(folder)
    assert [(b.n_rows, b.n_labelled, b.n_wanted) for b in verdict.blocks] == [(28, 12, 0)] * 2
    asked = write_requests(str(folder), str(folder / "none.csv"), is_parquet=False)
    assert (asked.n_rows, asked.blocks) == (0, ())
    assert not (folder / "none.csv").exists()


def test_a_parquet_file_will_do(folder: Path) -> None:
    asked, frame = ask(folder, "rows.parquet")
    assert frame.height == asked.n_rows
    filled(frame).write_parquet(folder / "back.parquet")
    observe_file(str(folder), str(folder / "back.parquet"))
    assert all(block.n_wanted == 0 for block in monitor(folder).blocks)


def test_labels_that_came_unasked_take_their_place(folder: Path) -> None:
    observe(folder, rows()[:8], "some.csv")
    asked, frame = ask(folder)
    assert asked.n_rows == 24 - 8
    known = set(rows()[:8]["calls"].round(3).to_list())
    assert not known & set(frame["calls"].to_list())


def test_rows_of_a_user_have_their_own_names(released_folder: Path) -> None:
    write_settings(released_folder, watch={"block": "week", "key": "id", "labels": 12}, data=DATA)
    named = rows().with_columns(id=pl.int_range(56) + 500)
    observe(released_folder, named.drop("left"), "new.csv")
    _, frame = ask(released_folder)
    assert frame.columns[0] == "id"
    assert frame["id"].is_between(500, 555).all()
    observe(released_folder, filled(frame).select("id", "left"), "labels.csv")
    assert all(block.n_wanted == 0 for block in monitor(released_folder).blocks)


def test_nothing_is_asked_before_there_are_rows(released_folder: Path) -> None:
    path = released_folder / "none.csv"
    assert write_requests(str(released_folder), str(path), is_parquet=False).n_rows == 0
    assert not path.exists()


def test_blocks_of_a_closed_alarm_are_asked_about_no_more(folder: Path) -> None:
    first, second = ask(folder)[0].blocks
    release_id = monitor(folder).release_id
    with Workspace.open(folder) as workspace:
        for through in (first, "of another file"):
            workspace.record.alarm_events.add(
                AlarmEvent(release_id, first, AlarmAct.CLOSED, "Ada", "a strike", through)
            )
    assert ask(folder)[0].blocks == (second,)


@pytest.mark.parametrize("n_labels", [12, 60])
def test_labels_of_rows_that_a_rule_chose_wait_for_those_asked_for(
    released_folder: Path, n_labels: int
) -> None:
    """Twenty of 56 rows, of which twelve are asked for, or all."""
    write_settings(released_folder, watch={"block": "month", "labels": n_labels}, data=DATA)
    is_cheap = pl.col("spend").rank("ordinal") <= 20
    cheap = rows().with_columns(left=pl.when(is_cheap).then("left"))
    observe(released_folder, cheap, "cheap.csv")
    before = monitor(released_folder)
    assert before.answer is Answer.UNCLEAR
    assert "labels came of rows chosen by 'spend'" in before.summary
    (block,) = before.blocks
    assert (block.n_labelled, block.n_aside, block.error) == (0, 20, None)
    assert 0 < block.n_wanted <= n_labels
    asked, frame = ask(released_folder)
    assert asked.n_rows == block.n_wanted
    observe(released_folder, filled(frame), "answers.csv")
    after = monitor(released_folder)
    (block,) = after.blocks
    assert (block.n_labelled, block.n_wanted) == (min(n_labels, 56), 0)
    assert block.n_aside == 20 + asked.n_rows - block.n_labelled
    assert block.error is not None
    if block.n_aside:
        assert "labels left aside, as all rows" in finding(after, "Of 2024-06-01 labels").what


def test_rows_asked_for_in_other_circumstances_are_a_fair_sample(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Strata change with the rows there are and the labels wanted, and so do the rows asked for."""
    unasked: list[int] = []

    def all_by_a_rule(part: pl.DataFrame, *_: object, **__: object) -> tuple[str, ...]:
        if part.height <= 12:  # those asked for
            return ()
        unasked.append(part[TRUTH].count())
        return ("'spend'",) if unasked[-1] else ()

    monkeypatch.setattr(requested_rows, "rules_of_choice", all_by_a_rule)
    _, frame = ask(folder)
    observe(folder, filled(frame), "answers.csv")
    monitor(folder)
    assert max(unasked) == 0
    write_settings(folder, watch={"block": "week", "labels": 8}, data=DATA)
    later = customers(57, 3, skipped=616)[:56].with_columns(pl.col("spend") + 0.125)
    observe(folder, later.drop("left"), "later.csv")
    for block in monitor(folder).blocks:
        assert (block.n_rows, block.n_labelled, block.chosen_by) == (56, 12, ())
    assert max(unasked) > 0, "other rows would be asked for now"
